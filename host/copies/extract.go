package copies

import (
	"context"
	"os"
	"slices"

	"filippo.io/age"

	"github.com/djscript/djscript/host/message"
)

// Extract checks a copy and unpacks its parts into a folder, which is made when it is not there. Nothing that lies
// there is written over. Only names of parts, or nothing for all of them; the keys open what is encrypted. Gives the
// files written.
func Extract(ctx context.Context, c Copy, dir string, only []string, keys ...age.Identity) ([]string, error) {
	place, err := c.readable(keys)
	if err != nil {
		return nil, err
	}
	defer c.hold()()
	m, err := place.sound(ctx, keys)
	if err != nil {
		return nil, err
	}
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
	zip, err := artifactOf(place).open(keys)
	if err != nil {
		return nil, err
	}
	defer zip.Close()
	return zip.Extract(ctx, dir, only)
}

// readable is the first place where the copy can be read with those keys, or else the first of all.
func (c Copy) readable(keys Keys) (Place, error) {
	first, err := c.place()
	for _, p := range c.Places {
		if p.State == Present && (!p.Encrypted || len(keys) > 0) {
			return p, nil
		}
	}
	return first, err
}
