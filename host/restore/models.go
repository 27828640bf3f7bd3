package restore

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
)

// model is a document model on its way back.
type model struct {
	part copies.Part
	path string
}

// modelsOf are the document models of a copy, each with where it goes: to where it came from, if that is where the store
// keeps its models, and else to the same name below the store's first folder of models. A copy can say anything: nothing
// goes anywhere else.
func modelsOf(m *copies.Manifest, d copies.Database) (all []model) {
	var homes []string
	for _, glob := range d.Files {
		homes = append(homes, home(glob))
	}
	if len(homes) == 0 {
		return nil
	}
	for _, part := range m.Parts {
		if part.Kind == copies.PartFiles {
			all = append(all, model{part, placeOf(part, homes)})
		}
	}
	return all
}

func placeOf(part copies.Part, homes []string) string {
	if filepath.IsAbs(part.Original) {
		for _, h := range homes {
			if drive.Within(part.Original, h) {
				return filepath.Clean(part.Original)
			}
		}
	}
	return filepath.Join(homes[0], filepath.FromSlash(tail(part)))
}

// tail is the name of a model below its folder, with its letters as they were: within the zip they are ASCII.
func tail(part copies.Part) string {
	within := strings.TrimPrefix(part.Name, "files/")
	names := strings.FieldsFunc(part.Original, func(c rune) bool { return c == '/' || c == '\\' })
	n := strings.Count(within, "/") + 1
	if len(names) < n {
		return within
	}
	name := path.Join(names[len(names)-n:]...)
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return within
	}
	return name
}

// home is the folder that a glob begins in.
func home(glob string) string {
	glob = filepath.Clean(filepath.FromSlash(glob))
	if at := strings.IndexAny(glob, "*?["); at >= 0 {
		return filepath.Dir(glob[:at] + "x")
	}
	return filepath.Dir(glob)
}

// write puts a model where it belongs, in place of what is there.
func (m model) write(from *copies.Whole) error {
	data, err := from.Part(m.part)
	if err != nil {
		return err
	}
	dir := filepath.Dir(m.path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return drive.Explain(err, dir)
	}
	return drive.WriteFile(dir, filepath.Base(m.path), data)
}
