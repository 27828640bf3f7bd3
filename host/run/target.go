package run

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// BackupEntry is the entry that [backup] of djscript.toml makes.
const BackupEntry = "backup"

// Entries are the entries of a store: that of [backup], and those of the cron table.
func Entries(c *config.Config) []config.Cron {
	entries := c.Cron
	if b := c.Backup; b != nil {
		entries = append([]config.Cron{{
			Name: BackupEntry, Run: "default:backup", Window: b.Window, Except: b.Except,
			Params: map[string]any{"to": anySlice(b.To), "verify": b.Verify},
		}}, entries...)
	}
	return entries
}

func anySlice(texts []string) []any {
	all := make([]any, len(texts))
	for i, t := range texts {
		all[i] = t
	}
	return all
}

// target is what a run runs.
type target struct {
	entry   string
	script  string
	job     string
	program *layer.Program
	chunk   *lua.Chunk // the script itself
	builtin bool
	params  map[string]any // of the entry
	timeout time.Duration
	lock    string
	wait    time.Duration
}

// find finds an entry, a script with or without a job, or a file.
func (h *Host) find(name string) (*target, error) {
	entries := Entries(h.Config)
	for _, e := range entries {
		if e.Name == name {
			t, err := h.script(e.Run)
			if err != nil {
				return nil, err
			}
			t.entry, t.params, t.timeout, t.lock, t.wait = e.Name, e.Params, e.Timeout, e.Lock, e.LockWait
			return t, nil
		}
	}
	t, err := h.script(name)
	if missing := (*message.Error)(nil); errors.As(err, &missing) && missing.Code() == "arg.value" {
		var known []string
		for _, e := range entries {
			known = append(known, e.Name)
		}
		return nil, message.New("arg.value", "run.no_target", message.Args{
			"name": name, "entries": orNone(known), "scripts": orNone(h.Scripts()),
		})
	}
	return t, err
}

func orNone(all []string) string {
	if len(all) == 0 {
		return "-"
	}
	return strings.Join(all, ", ")
}

// script finds "script:job", "script", or a path to a .lua file with or without ":job", and all that it stands on.
func (h *Host) script(name string) (*target, error) {
	file, job := splitTarget(name)
	layers := h.layers()
	script := file
	if ext := filepath.Ext(file); strings.EqualFold(ext, ".lua") {
		if _, err := os.Stat(file); err != nil {
			return nil, message.Wrap(err, "arg.file", "run.unreadable", message.Args{"path": file})
		}
		layers = layers.Below(filepath.Dir(file))
		script = layers.Spelled(strings.TrimSuffix(filepath.Base(file), ext))
	}
	found, err := layers.Find(script)
	if errors.Is(err, layer.ErrNone) {
		return nil, message.New("arg.value", "run.no_script_file", message.Args{"name": name})
	}
	if err != nil {
		return nil, err
	}
	program, err := layers.Program(found)
	return &target{
		script: filepath.Base(script), job: job, program: program, chunk: found.Chunk, builtin: found.Layer == layer.Builtin,
	}, err
}

// layers are where scripts lie: those that the host was given, or the store's as they are now.
func (h *Host) layers() layer.Layers {
	if h.Layers != nil {
		return h.Layers
	}
	return layer.Of(h.Config.Dir, h.Config.Base, h.Builtin)
}

// Scripts are the names of the scripts that a store has: its own, its reseller's and the built-in ones.
func (h *Host) Scripts() []string { return h.layers().Scripts() }
