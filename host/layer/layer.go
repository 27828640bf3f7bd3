// Package layer knows where scripts lie: the store's over the reseller's over the built-in ones.
//
// A name is looked for from the top layer down. A script stands on others: those that it extends, one below the other,
// and the libraries that it requires. What one stands on is read from the texts alone, before anything runs, so that a
// version is known whole or not at all. A file never names one of a layer above its own.
package layer

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// The layers, from the top down. Loose is a folder that lies in none: that of a script named by its path.
const (
	Loose    = "loose"
	Store    = "store"
	Reseller = "reseller"
	Builtin  = "builtin"
)

// Layer is one folder of scripts, with its libraries in lib.
type Layer struct {
	Name   string
	Dir    string // as errors name it: "revenda/scripts"; "" for those whose files are named alone
	Folder string // absolute; "" where the files lie in no folder of this machine
	Files  fs.FS
}

// Layers are the layers of a store, from the top down.
type Layers []Layer

// File is a script or a library.
type File struct {
	Layer string // which layer's
	Name  string // "default", "lib.days"
	Chunk *lua.Chunk

	at int
}

// Of are the layers of a store as its files lie there now: its scripts, those beside the reseller's file base (none: ""),
// and the built-in ones.
func Of(store, base string, builtin fs.FS) Layers {
	p := Places{Store: store, Base: base}
	var all Layers
	for _, l := range []Layer{p.store(), p.reseller()} {
		if l.Name != "" {
			l.Files = os.DirFS(l.Folder)
			all = append(all, l)
		}
	}
	return append(all, Layer{Name: Builtin, Files: builtin})
}

// Below puts a folder over the layers, for a script that is named by its path. A folder that is a layer already stands
// where it stood, and what lies over it is left out.
func (all Layers) Below(folder string) Layers {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return all
	}
	for i, l := range all {
		if l.Folder == folder || same(l.Folder, folder) {
			return all[i:]
		}
	}
	return append(Layers{{Name: Loose, Folder: folder, Files: os.DirFS(folder)}}, all...)
}

// same tells whether two names, by a link or in other letters, are one folder.
func same(one, other string) bool {
	a, err := os.Stat(one)
	if err != nil {
		return false
	}
	b, err := os.Stat(other)
	return err == nil && os.SameFile(a, b)
}

// Find is a script of that name, from the top layer down. ErrNone where there is none.
func (all Layers) Find(name string) (*File, error) { return all.find(name, 0) }

// Line is a piece of a script that lies in no file, over all layers.
func (all Layers) Line(chunk *lua.Chunk) *File {
	return &File{Layer: Loose, Name: chunk.Name, Chunk: chunk}
}

// ErrNone is what Find gives where no layer has that file.
var ErrNone = errors.New("no such file in any layer")

var libShape = regexp.MustCompile(`^lib\.([A-Za-z0-9_-]+)$`)

// fileOf is where a script or a library lies within a layer.
func fileOf(name string) string {
	if lib := libShape.FindStringSubmatch(name); lib != nil {
		return "lib/" + lib[1] + ".lua"
	}
	return name + ".lua"
}

func (all Layers) find(name string, from int) (*File, error) {
	file := fileOf(name)
	if !fs.ValidPath(file) || strings.ContainsAny(name, `/\`) { // a name is no path
		return nil, ErrNone
	}
	for at := from; at < len(all); at++ {
		source, err := fs.ReadFile(all[at].Files, file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, message.Wrap(err, "arg.file", "layer.unreadable", message.Args{"path": all.shown(at, file)})
		}
		chunk, err := lua.Parse(all.shown(at, file), source)
		return &File{Layer: all[at].Name, Name: name, Chunk: chunk, at: at}, err
	}
	return nil, ErrNone
}

// beneath is how a file is called that lies below another of the same name.
var beneath = map[string]string{Store: "scripts", Builtin: "builtin"}

// shown is what errors call a file. No two files of the layers are called the same.
func (all Layers) shown(at int, file string) string {
	l := all[at]
	if l.Dir != "" {
		return path.Join(l.Dir, file)
	}
	for _, above := range all[:at] {
		if _, err := fs.Stat(above.Files, file); err == nil && above.Dir == "" {
			return path.Join(beneath[l.Name], file)
		}
	}
	return file
}

// Scripts are the names of all scripts, each once.
func (all Layers) Scripts() []string {
	var names []string
	for _, l := range all {
		found, _ := fs.Glob(l.Files, "*.lua")
		for _, file := range found {
			if isScript(file) {
				names = append(names, strings.TrimSuffix(file, ".lua"))
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isScript tells a script from the tests that lie beside it.
func isScript(file string) bool {
	return strings.HasSuffix(file, ".lua") && !strings.HasSuffix(file, "_test.lua") && !Device(file)
}

var device = regexp.MustCompile(`(?i)(^|[/\\])(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.[^/\\]*)?$`)

// Device tells a file that Windows takes for a device, whatever its extension: to read it may never end.
func Device(file string) bool { return device.MatchString(file) }

// Misnamed tells a file that a person takes for a script, and no layer does: Windows takes it for a device, or it ends in
// capitals.
func Misnamed(file string) bool {
	ext := filepath.Ext(file)
	return strings.EqualFold(ext, ".lua") && (ext != ".lua" || Device(file))
}

// Spelled is the name of a script of the top layer as its file is called: Windows finds that in other letters too.
func (all Layers) Spelled(name string) string {
	known := all[:1].Scripts()
	if slices.Contains(known, name) {
		return name
	}
	for _, other := range known {
		if strings.EqualFold(other, name) {
			return other
		}
	}
	return name
}

// Each calls fn with every script and library of every layer but the built-in one, or with why it can not be read.
func (all Layers) Each(fn func(*File, error)) {
	for at, l := range all {
		if l.Name == Builtin {
			continue
		}
		scripts, _ := fs.Glob(l.Files, "*.lua")
		libs, _ := fs.Glob(l.Files, "lib/*.lua")
		for _, file := range slices.Concat(scripts, libs) {
			if !isScript(file) {
				continue
			}
			f, err := all.find(nameOf(file), at)
			if errors.Is(err, ErrNone) { // its name is none that a script can have
				err = message.New("arg.file", "layer.unreadable", message.Args{"path": all.shown(at, file)})
			}
			fn(f, err)
		}
	}
}

func nameOf(file string) string {
	name := strings.TrimSuffix(file, ".lua")
	if lib, ok := strings.CutPrefix(name, "lib/"); ok {
		return "lib." + lib
	}
	return name
}
