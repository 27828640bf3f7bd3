package run

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/config"
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
	chunk   *lua.Chunk
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

// script finds "script:job", "script", or a path to a .lua file with or without ":job".
func (h *Host) script(name string) (*target, error) {
	file, job := name, ""
	if i := strings.LastIndex(name, ":"); i > 1 { // not the colon of a drive letter
		file, job = name[:i], name[i+1:]
	}
	shown, source, builtin, err := h.source(file)
	if err != nil {
		return nil, err
	}
	chunk, err := lua.Parse(shown, source)
	if err != nil {
		return nil, err
	}
	return &target{script: strings.TrimSuffix(filepath.Base(file), ".lua"), job: job, chunk: chunk, builtin: builtin}, nil
}

// source reads a script: a path, one of the store's, or a built-in one; the store's go before the built-in ones.
func (h *Host) source(name string) (shown string, source []byte, builtin bool, err error) {
	if strings.HasSuffix(name, ".lua") {
		source, err = os.ReadFile(name)
		if err != nil {
			return "", nil, false, message.Wrap(err, "arg.file", "run.unreadable", message.Args{"path": name})
		}
		return filepath.Base(name), source, false, nil
	}
	source, err = os.ReadFile(filepath.Join(h.Config.Dir, "scripts", name+".lua"))
	if builtin = errors.Is(err, fs.ErrNotExist); builtin {
		source, err = fs.ReadFile(h.Builtin, name+".lua")
	}
	if err != nil {
		return "", nil, false, message.New("arg.value", "run.no_script_file", message.Args{"name": name})
	}
	return name + ".lua", source, builtin, nil
}

// Scripts are the names of the scripts that a store has: its own and the built-in ones.
func (h *Host) Scripts() []string {
	var found []string
	own, _ := filepath.Glob(filepath.Join(h.Config.Dir, "scripts", "*.lua"))
	for _, p := range own {
		found = append(found, strings.TrimSuffix(filepath.Base(p), ".lua"))
	}
	lent, _ := fs.Glob(h.Builtin, "*.lua")
	for _, p := range lent {
		found = append(found, strings.TrimSuffix(p, ".lua"))
	}
	slices.Sort(found)
	return slices.Compact(found)
}
