package copies

import (
	"context"
	"errors"
	"os"
	"slices"

	"filippo.io/age"

	"github.com/djscript/djscript/host/message"
)

// Extract checks a copy and unpacks its parts into a folder, which is made when it is not there. Nothing that lies
// there is written over. Only names of parts, or nothing for all of them; the keys open what is encrypted. A place that
// is damaged or can not be read is passed over and told beside the result. Gives the files written.
func Extract(ctx context.Context, c Copy, dir string, only []string, keys ...age.Identity) (files []string, told []error, err error) {
	if err := c.nowhere(); err != nil {
		return nil, nil, err
	}
	defer c.hold()()
	c.Places = slices.Clone(c.Places)
	var failed []error
	for _, place := range c.best(keys) {
		m, err := place.sound(ctx, keys)
		if err == nil {
			files, err = place.unpack(ctx, c, m, dir, only, keys)
		}
		if err == nil {
			return files, c.passedOver(failed), nil
		}
		failed = append(failed, err)
		if ctx.Err() != nil || m != nil && !contradicts(err) {
			break // it was whole a moment before: it is the folder that it is written to
		}
	}
	return nil, nil, errors.Join(failed...)
}

// unpack unpacks the parts of what lies at a place.
func (p *Place) unpack(ctx context.Context, c Copy, m *Manifest, dir string, only []string, keys Keys) ([]string, error) {
	var names []string
	for _, part := range m.Parts {
		names = append(names, part.Name)
	}
	for _, name := range only {
		if !slices.Contains(names, name) {
			return nil, message.New("arg.value", "copies.no_part", message.Args{"part": name, "name": c.Name})
		}
	}
	if len(only) == 0 {
		only = names
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, message.Wrap(err, "fs.denied", "copies.extract_folder", message.Args{"path": dir})
	}
	zip, err := artifactOf(*p).open(keys)
	if err != nil {
		return nil, err
	}
	defer zip.Close()
	return zip.Extract(ctx, dir, only)
}
