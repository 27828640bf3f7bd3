package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/djscript/djscript/host/document"
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
		return nil, mistakes.Sorted()
	}
	base, ofBase, ok := layBase(doc, folder, held)
	if !ok {
		return nil, append(mistakes, ofBase...).Sorted()
	}
	if err := underlay(doc, defaults); err != nil {
		return nil, err
	}
	r := &reader{document.NewReader(doc, mistakes)}
	c := &Config{Path: path, Dir: folder, Base: base, doc: doc}
	r.readSystems(c, systems, held)
	r.read(c)
	r.Known()
	r.Mistakes = append(r.Mistakes, ofBase...)
	r.relations(c)
	r.check(c, checks)
	if len(r.Mistakes) > 0 {
		return nil, r.Mistakes.Sorted()
	}
	return c, nil
}

// check runs the checks of others, and drops what they say of a key that is known to be wrong.
func (r *reader) check(c *Config, checks []Check) {
	wrong := map[[2]string]bool{}
	for _, m := range r.Mistakes {
		wrong[[2]string{m.File, m.Key}] = true
	}
	for _, check := range checks {
		for _, m := range check(c) {
			if !wrong[[2]string{m.File, m.Key}] && !(r.Owns(m.File) && r.Broken(m.Key)) {
				r.Mistakes = append(r.Mistakes, m)
			}
		}
	}
}

// underlay gives the scalars of the documented configuration to the tables that have no name of their own.
func underlay(doc *document.Document, defaults []byte) error {
	under, mistakes, ok := parse("djscript.toml", defaults)
	if !ok || len(mistakes) > 0 {
		return fmt.Errorf("read defaults: %w", mistakes.Sorted())
	}
	for _, name := range []string{"store", "firebird", "limits"} {
		from, _ := under.Values[name].(map[string]any)
		if _, there := doc.Values[name]; !there {
			doc.Values[name] = map[string]any{}
		}
		to, ok := doc.Values[name].(map[string]any)
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
