package copies

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/zipfile"
)

// Extract checks a copy and unpacks its parts into a folder, which is made when it is not there. Nothing that lies
// there is written over. Only names of parts, or nothing for all of them. Gives the files written.
func Extract(ctx context.Context, c Copy, dir string, only []string) ([]string, error) {
	place, err := c.place()
	if err != nil {
		return nil, err
	}
	m, _, err := Check(ctx, place.Path)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, part := range m.Parts {
		names = append(names, part.Name)
	}
	for _, name := range only {
		if !contains(names, name) {
			return nil, message.New("arg.value", "copies.no_part", message.Args{"part": name, "name": c.Name})
		}
	}
	if len(only) == 0 {
		only = names
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, message.Wrap(err, "fs.denied", "copies.extract_folder", message.Args{"path": dir})
	}
	zip, err := zipfile.Open(place.Path, limits)
	if err != nil {
		return nil, err
	}
	defer zip.Close()
	return zip.Extract(ctx, dir, only)
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

// Sweep removes what writers that died left on the destinations and on the bench. Only the holder of the store's lock
// may call it.
func (m *Maker) Sweep() error {
	for _, d := range m.Destinations {
		if d.There() == nil {
			drive.SweepParts(d.Path, func(string) bool { return true })
		}
	}
	old, err := filepath.Glob(filepath.Join(m.Bench.Dir, "proof-*"))
	if err != nil {
		return fmt.Errorf("list scratch folders: %w", err)
	}
	var failed []error
	for _, dir := range old {
		failed = append(failed, os.RemoveAll(dir))
	}
	return errors.Join(failed...)
}
