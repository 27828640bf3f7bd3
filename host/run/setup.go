package run

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/secret"
)

// setup is what a new PC needs besides the data: djscript.toml, the calendars that it names, scripts/, the reseller's, and
// what scripts keep from run to run. Secrets are in none of them. What can not be read is an error; what is left out since
// a secret stands in it is told.
func (h *Host) setup(secrets []secret.Text) (files []copies.File, told []error, err error) {
	files, err = filesIn(filepath.Join(h.Config.Dir, filepath.Base(h.Config.Path)), h.Config.Dir, "", isScript)
	if err != nil {
		return nil, nil, err
	}
	more, err := filesIn(filepath.Join(h.Config.Dir, "scripts"), h.Config.Dir, "", isScript)
	files = append(files, more...)
	if base := filepath.Dir(h.Config.Base); h.Config.Base != "" && err == nil {
		root, under := h.homeOf(h.Config.Base)
		for _, p := range []string{h.Config.Base, filepath.Join(base, "scripts")} {
			if base != h.Config.Dir || p == h.Config.Base {
				more, wrong := filesIn(p, root, under, isScript)
				files, err = append(files, more...), errors.Join(err, wrong)
			}
		}
	}
	files = append(files, h.calendarFiles()...)
	kept, told, wrong := h.memories(secrets)
	return append(files, kept...), told, errors.Join(err, wrong)
}

// homeOf is the folder that a file of the reseller's is named from in a copy, and what it is put under: what lies outside of
// the store's folder has no place of its own there.
func (h *Host) homeOf(file string) (root, under string) {
	if inside(h.Config.Dir, file) {
		return h.Config.Dir, ""
	}
	return filepath.Dir(h.Config.Base), layer.Reseller
}

// inside tells whether a file lies below a folder.
func inside(folder, file string) bool {
	relative, err := filepath.Rel(folder, file)
	return err == nil && filepath.IsLocal(relative)
}

// calendarFiles are the files of dates: those beside djscript.toml or the reseller's file by where they lie, any other by the
// name of its calendar. One that can not be read is a mistake of djscript.toml, and told there.
func (h *Host) calendarFiles() (files []copies.File) {
	for _, c := range h.Config.Calendars {
		at := filepath.FromSlash(c.File)
		if c.File != "" && !filepath.IsAbs(at) {
			at = filepath.Join(h.Config.Dir, at)
		}
		root, under := h.homeOf(at)
		more, err := filesIn(at, root, under, func(string) bool { return true })
		if c.File == "" || err != nil || len(more) != 1 {
			continue
		}
		if !inside(root, at) {
			if !plainName.MatchString(c.Name) {
				continue
			}
			more[0].Name = calendarFolder + "/" + c.Name + ".txt"
		}
		files = append(files, more...)
	}
	return files
}

// plainName is a name that TOML writes without quotes.
var plainName = regexp.MustCompile(`^[\pL\pN_-]+$`)

// memories are what scripts keep from run to run, and the keys of dj.once. A file with a secret of the store in it goes
// nowhere.
func (h *Host) memories(secrets []secret.Text) (files []copies.File, told []error, err error) {
	mask := secret.Mask(secrets)
	for _, at := range []string{"state", onceFile} {
		found, wrong := filesIn(filepath.Join(h.dir(), at), h.dir(), "", isMemory)
		err = errors.Join(err, wrong)
		for _, f := range found {
			if text := string(f.Data); mask(text) != text {
				told = append(told, message.New("copy.degraded", "run.memory_secret", message.Args{"path": filepath.Join(h.dir(), filepath.FromSlash(f.Name))}))
				continue
			}
			f.Kind = copies.PartState
			files = append(files, f)
		}
	}
	return files, told, err
}

// secrets are all that the store keeps and that can be opened here.
func (h *Host) secrets() (all []secret.Text) {
	kept := secret.Open(h.dir(), h.KeyDir)
	names, err := kept.List()
	for _, name := range names {
		if text, wrong := kept.Get(name); err == nil && wrong == nil {
			all = append(all, text)
		}
	}
	return all
}

func isMemory(p string) bool { return strings.EqualFold(filepath.Ext(p), ".json") }

// filesIn are the files at a path that are wanted, named by where they lie from the root, below another folder. A folder of
// ours need not be there.
func filesIn(at, root, under string, wanted func(string) bool) (files []copies.File, err error) {
	err = filepath.WalkDir(at, func(p string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && optional[filepath.Base(at)] {
			return nil
		}
		if err != nil || !entry.Type().IsRegular() || !wanted(p) {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return message.Wrap(err, "fs.denied", "run.unreadable", message.Args{"path": p})
		}
		relative, err := filepath.Rel(root, p)
		files = append(files, copies.File{Name: path.Join(under, filepath.ToSlash(relative)), Data: data})
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = message.Wrap(err, "fs.denied", "run.unreadable", message.Args{"path": at})
	}
	return files, err
}

// optional are the folders and files of a store that need not be there.
var optional = map[string]bool{"scripts": true, "state": true, onceFile: true}

func isScript(p string) bool {
	ext := strings.ToLower(filepath.Ext(p))
	return (ext == ".lua" || ext == ".toml") && !layer.Device(p)
}
