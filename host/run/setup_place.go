package run

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
)

// Names within a store: of the file that makes one of a folder, of what djscript itself keeps there, and in copies of the files
// of calendars that lay outside.
const (
	configName     = "djscript.toml"
	stateFolder    = ".djscript"
	calendarFolder = "elsewhere"
)

// setupFile is where a part of what a store is set up with lies, from its folder; "" where a copy says what no djscript wrote.
// A copy can say anything: nothing goes anywhere else.
func setupFile(part copies.Part) string {
	name := path.Clean(strings.ReplaceAll(part.Original, `\`, "/"))
	if name == "." || !filepath.IsLocal(filepath.FromSlash(name)) || layer.Device(name) {
		return ""
	}
	first, _, _ := strings.Cut(name, "/")
	switch {
	case part.Kind == copies.PartConfig && !strings.EqualFold(first, stateFolder):
		return name
	case part.Kind == copies.PartState && isMemory(name) && (name == onceFile || first == "state" && strings.Count(name, "/") == 1):
		return stateFolder + "/" + name
	}
	return ""
}

// setupOf is what a store that is there is set up with.
type setupOf struct{ host *Host }

// Place is where a part of a copy belongs in the store. What was done once is not forgotten with what scripts keep.
func (s setupOf) Place(part copies.Part) string {
	name := setupFile(part)
	base := filepath.Dir(s.host.Config.Base)
	below, resellers := strings.CutPrefix(name, layer.Reseller+"/")
	switch {
	case name == "" || name == stateFolder+"/"+onceFile:
		return ""
	case resellers && s.host.Config.Base != "" && !inside(s.host.Config.Dir, s.host.Config.Base):
		return filepath.Join(base, filepath.FromSlash(below))
	case strings.HasPrefix(name, calendarFolder+"/"):
		return "" // it lies where djscript.toml says
	case name == configName:
		return filepath.Join(s.host.Config.Dir, filepath.Base(s.host.Config.Path))
	}
	return filepath.Join(s.host.Config.Dir, filepath.FromSlash(name))
}

// Check tells whether djscript would work with those files, and for this store.
func (s setupOf) Check(files map[string][]byte) error {
	c, err := tryLuggage(files, s.host.Load)
	if err == nil && c.Store.ID != s.host.Config.Store.ID {
		err = message.New("copy.foreign", "run.setup_foreign", message.Args{"store": c.Store.ID, "own": s.host.Config.Store.ID})
	}
	return err
}

// tryLuggage reads the configuration of a copy as if it lay in a store of its own. Its mistakes are told without the place
// where they were found, which is gone then.
func tryLuggage(files map[string][]byte, load func(path string) (*config.Config, error)) (*config.Config, error) {
	dir, err := os.MkdirTemp("", "djscript-setup-")
	if err != nil {
		return nil, fmt.Errorf("try configuration: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if files, err = atHome(files); err != nil {
		return nil, err
	}
	for name, data := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		err := os.MkdirAll(filepath.Dir(at), 0o755)
		if err == nil {
			err = os.WriteFile(at, data, 0o600)
		}
		if err != nil {
			return nil, fmt.Errorf("try configuration: %w", err)
		}
	}
	c, err := load(filepath.Join(dir, configName))
	if wrong, ok := errors.AsType[config.Mistakes](err); ok {
		for i, m := range wrong {
			if relative, rel := filepath.Rel(dir, m.File); rel == nil {
				wrong[i].File = filepath.ToSlash(relative)
			}
		}
	}
	return c, err
}

// atHome points djscript.toml to the files that lay outside of the store's folder, and in a copy have a place within it: the
// reseller's, and those of calendars.
func atHome(files map[string][]byte) (map[string][]byte, error) {
	var values []config.Value
	if base := config.BaseIn(files[configName]); base != "" {
		at := layer.Reseller + "/" + path.Base(strings.ReplaceAll(base, `\`, "/"))
		_, carried := files[at]
		if _, lies := files[path.Clean(strings.ReplaceAll(base, `\`, "/"))]; !lies && carried {
			values = append(values, config.Value{Key: "store.base", Value: at})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if calendar, ok := strings.CutPrefix(name, calendarFolder+"/"); ok && path.Dir(calendar) == "." {
			key := "calendar." + strings.TrimSuffix(calendar, path.Ext(calendar)) + ".file"
			values = append(values, config.Value{Key: key, Value: name})
		}
	}
	text, err := config.Set(files[configName], values...)
	if err != nil {
		return nil, err
	}
	all := map[string][]byte{configName: text}
	for name, data := range files {
		if name != configName {
			all[name] = data
		}
	}
	return all, nil
}
