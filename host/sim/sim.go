// Package sim is a store that is only simulated: clock, drives, databases and copies in memory, and real runs in it.
//
// A run in a simulated store is a run: the same params, grants, dry run, deferred functions and exit codes, with
// another world around it (run.World). The copies behave as real ones do: they are missed, sealed, proven, found bad.
// On it stand the tests of scripts: files *_test.lua beside them, which call dj.test and dj.expect. It touches no
// clock, no database and no drive of this machine; it only reads scripts and their tests.
package sim

import (
	"bytes"
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

//go:embed store.toml
var ordinary []byte

//go:embed sim.lua pt-BR/sim.lua
var stubs embed.FS

// Stubs is the stub file of what only tests may call, as editors read it: sim.lua, with its prose in that language.
func Stubs(language string) fs.FS {
	if language != message.Portuguese {
		return stubs
	}
	translated, err := fs.Sub(stubs, language)
	if err != nil {
		panic(err) // it is embedded
	}
	return translated
}

// Program is what the program carries within itself, as tests need it.
type Program struct {
	Defaults []byte // djscript.toml, documented
	Builtin  fs.FS  // built-in scripts and systems
	Checks   []config.Check
	Cover    *lua.Coverage // counts the lines of the scripts that run; may be nil

	stores map[string]*config.Config // the ordinary store, by its folder
}

// store is a fresh store for a test in that folder: the folder scripts of a store, or one where scripts lie beside their
// tests.
func (p *Program) store(folder string) (*Store, error) {
	c := p.stores[folder]
	if c == nil {
		var err error
		if c, err = p.configure("store.toml", folder, ordinary); err != nil {
			return nil, err
		}
		if err = p.grant(c, folder); err != nil {
			return nil, err
		}
		if p.stores == nil {
			p.stores = map[string]*config.Config{}
		}
		p.stores[folder] = c
	}
	return newStore(p, folder, c), nil
}

// configure reads a configuration as that of the store whose scripts lie in the folder.
func (p *Program) configure(name, folder string, text []byte) (*config.Config, error) {
	systems, err := fs.Sub(p.Builtin, "systems")
	if err != nil {
		return nil, err
	}
	dir := scriptsOf(folder)
	if filepath.Base(dir) == "scripts" {
		dir = filepath.Dir(dir)
	}
	return config.Parse(name, dir, text, p.Defaults, systems, p.Checks...)
}

// grant lets scripts do what the djscript.toml of their store lets them do. Where there is none, they may what every script
// may.
func (p *Program) grant(c *config.Config, folder string) error {
	path := filepath.Join(c.Dir, "djscript.toml")
	if _, missing := os.Stat(path); missing != nil || filepath.Base(scriptsOf(folder)) != "scripts" {
		return nil //nolint:nilerr // scripts that belong to no store
	}
	systems, err := fs.Sub(p.Builtin, "systems")
	if err != nil {
		return err
	}
	own, err := config.Load(path, p.Defaults, systems)
	if isNoStore(err) {
		return nil
	}
	if err != nil {
		return err
	}
	c.Scripts = map[string]config.Script{}
	for name, script := range own.Scripts {
		c.Scripts[name] = config.Script{Grants: script.Grants}
	}
	return nil
}

// isNoStore tells a djscript.toml that is no store's: it is there to be copied.
func isNoStore(err error) bool {
	mistakes, _ := errors.AsType[config.Mistakes](err)
	return slices.ContainsFunc(mistakes, func(m config.Mistake) bool { return m.Key == "store.id" && message.Code(m) == "option.missing" })
}

// layers are where the scripts of the store lie: the folder of the test over the reseller's and the built-in ones. The
// folder of the built-in ones is not laid over itself: what they may do is what built-in ones may.
func (p *Program) layers(folder string, c *config.Config) layer.Layers {
	all := layer.Of(c.Dir, c.Base, p.Builtin)
	folder = scriptsOf(folder)
	if p.isBuiltin(folder) {
		return all
	}
	return all.Below(folder)
}

// scriptsOf is the folder of the scripts that lie beside a test. The test of a library lies in lib.
func scriptsOf(folder string) string {
	if filepath.Base(folder) == "lib" {
		return filepath.Dir(folder)
	}
	return folder
}

// Requires follows what a file of tests in that folder requires, as the scripts beside it would.
func (p *Program) Requires(folder string, test *lua.Chunk) (*layer.Program, error) {
	c, err := p.configure("store.toml", folder, ordinary)
	if err != nil {
		return nil, err
	}
	return follow(p.layers(folder, c), test)
}

func follow(all layer.Layers, test *lua.Chunk) (*layer.Program, error) {
	return all.Program(all.Line(test))
}

func (p *Program) isBuiltin(folder string) bool {
	names, err := fs.Glob(p.Builtin, "*.lua")
	for _, name := range names {
		own, missing := os.ReadFile(filepath.Join(folder, name))
		lent, lost := fs.ReadFile(p.Builtin, name)
		if missing != nil || lost != nil || !bytes.Equal(own, lent) {
			return false
		}
	}
	return err == nil && len(names) > 0
}
