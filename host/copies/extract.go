package copies

import (
	"context"
	"os"
	"slices"

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
	defer c.hold()()
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
	return slices.Contains(all, one)
}
