package config

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/djscript/djscript/host/message"
)

func load(path string, defaults []byte, systems fs.FS, checks []Check) (*Config, error) {
	data, folder, err := readConfig(path)
	if err != nil {
		return nil, err
	}
	return build(path, folder, data, defaults, systems, checks)
}

// readConfig is a djscript.toml, and the folder that it lies in.
func readConfig(path string) (data []byte, folder string, err error) {
	data, err = os.ReadFile(path)
	if err == nil {
		folder, err = filepath.Abs(filepath.Dir(path))
	}
	if err != nil {
		return nil, "", message.Wrap(err, "option.missing", "config.unreadable", message.Args{"path": path})
	}
	return data, folder, nil
}

// build is load with the file's content at hand.
func build(path, folder string, data, defaults []byte, systems fs.FS, checks []Check) (*Config, error) {
	return buildHeld(path, folder, data, defaults, systems, nil, checks)
}

func buildHeld(path, folder string, data, defaults []byte, systems fs.FS, held *Held, checks []Check) (*Config, error) {
	doc, mistakes, ok := parse(path, data)
	if !ok {
		return nil, sorted(mistakes)
	}
	base, ofBase, ok := doc.layBase(folder, held)
	if !ok {
		return nil, sorted(append(mistakes, ofBase...))
	}
	if err := doc.underlay(defaults); err != nil {
		return nil, err
	}
	r := newReader(doc, mistakes)
	c := &Config{Path: path, Dir: folder, Base: base, lines: doc.lines}
	r.readSystems(c, systems, held)
	r.read(c)
	r.known()
	r.mistakes = append(r.mistakes, ofBase...)
	r.relations(c)
	r.check(c, checks)
	if len(r.mistakes) > 0 {
		return nil, sorted(r.mistakes)
	}
	return c, nil
}

// check runs the checks of others, and drops what they say of a key that is known to be wrong.
func (r *reader) check(c *Config, checks []Check) {
	wrong := map[[2]string]bool{}
	for _, m := range r.mistakes {
		wrong[[2]string{m.File, m.Key}] = true
	}
	for _, check := range checks {
		for _, m := range check(c) {
			if !wrong[[2]string{m.File, m.Key}] && !(r.owns(m.File) && r.broken[r.lines.written(m.Key)]) {
				r.mistakes = append(r.mistakes, m)
			}
		}
	}
}

// sorted puts mistakes in the order of their files.
func sorted(mistakes []Mistake) Mistakes {
	slices.SortStableFunc(mistakes, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key))
	})
	return mistakes
}

// underlay gives the scalars of the documented configuration to the tables that have no name of their own.
func (doc *document) underlay(defaults []byte) error {
	under, mistakes, ok := parse("djscript.toml", defaults)
	if !ok || len(mistakes) > 0 {
		return fmt.Errorf("read defaults: %w", sorted(mistakes))
	}
	for _, name := range []string{"store", "firebird", "limits"} {
		from, _ := under.values[name].(map[string]any)
		if _, there := doc.values[name]; !there {
			doc.values[name] = map[string]any{}
		}
		to, ok := doc.values[name].(map[string]any)
		if !ok {
			continue
		}
		for key, value := range from {
			if _, there := to[key]; !there && scalar(value) {
				to[key] = value
			}
		}
	}
	return nil
}

func scalar(value any) bool {
	switch value.(type) {
	case string, bool, int64, float64:
		return true
	}
	return false
}
