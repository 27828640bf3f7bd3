package cli

import (
	"os"
	"path/filepath"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/run"
)

// host is the store that this command works for.
func (a *app) host() (*run.Host, error) {
	c, err := a.load()
	if err != nil {
		return nil, err
	}
	return a.hostOf(c), nil
}

func (a *app) hostOf(c *config.Config) *run.Host {
	return &run.Host{
		Config: c, Builtin: a.Builtin, Version: a.Version, Built: a.Built, KeyDir: a.keyDir(), Now: a.now, Entropy: a.entropy, Load: a.loadStore,
	}
}

func (a *app) configPath() string { return filepath.Join(a.dir, "djscript.toml") }

// load reads the store's djscript.toml, its cron specs included.
func (a *app) load() (*config.Config, error) { return a.loadStore(a.configPath()) }

func (a *app) loadStore(path string) (*config.Config, error) {
	return a.loadFor(path, checkSchedule, run.CheckGrants)
}

// keyDir is where the key that seals secrets lies: beside the user's other settings, never in the store's folder,
// which is copied.
func (a *app) keyDir() string {
	if dir := a.env("DJSCRIPT_KEYS"); dir != "" {
		return dir
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		dir = filepath.Join(a.dir, ".djscript")
	}
	return filepath.Join(dir, "djscript")
}

// storeID is the id that a djscript.toml gives its store, or "".
func storeID(path string) string { return peek(path, "id") }
