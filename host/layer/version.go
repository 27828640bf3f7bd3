package layer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// Places say where the store's files and the reseller's lie.
type Places struct {
	Store string // the folder of djscript.toml
	Base  string // the reseller's TOML file; "": there is none
}

func (p Places) store() Layer {
	return Layer{Name: Store, Folder: absolute(filepath.Join(p.Store, "scripts"))}
}

// The reseller's scripts lie in the folder scripts beside its file. Beside djscript.toml that folder is the store's own.
func (p Places) reseller() Layer {
	if p.Base == "" || absolute(filepath.Dir(p.Base)) == absolute(p.Store) {
		return Layer{}
	}
	folder := filepath.Join(filepath.Dir(p.Base), "scripts")
	shown := folder
	if relative, err := filepath.Rel(absolute(p.Store), absolute(folder)); err == nil && !strings.HasPrefix(relative, "..") {
		shown = relative
	}
	return Layer{Name: Reseller, Folder: absolute(folder), Dir: filepath.ToSlash(shown)}
}

func absolute(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		return abs
	}
	return filepath.Clean(dir)
}

// Version is everything that the store's and the reseller's layers hold at one moment: scripts, libraries, profiles of
// systems, and the reseller's TOML file.
type Version struct {
	files memory
}

// Names within a version.
const (
	storeFolder    = "store"
	resellerFolder = "reseller/scripts"
	baseFile       = "reseller/base.toml"
)

// Read reads all files, and reads again until none changed while it was reading. The folder of a layer that is not there is
// empty, unless the version before has files of it: then it is out of reach.
func Read(p Places, before Version) (Version, error) {
	v, still, err := untilStill(func() (Version, error) { return readOnce(p, before) })
	if err == nil && !still {
		err = message.New("fs.denied", "layer.unstill", message.Args{"path": p.store().Folder})
	}
	return v, err
}

// untilStill reads until it has read the same twice.
func untilStill(read func() (Version, error)) (v Version, still bool, err error) {
	const tries = 20
	v, err = read()
	for range tries {
		if err != nil || still {
			break
		}
		before := v.Hash()
		v, err = read()
		still = v.Hash() == before
	}
	return v, still, err
}

func readOnce(p Places, before Version) (Version, error) {
	v := Version{files: memory{}}
	err := v.addLayer(storeFolder, p.store().Folder, before)
	if r := p.reseller(); r.Name != "" && err == nil {
		err = v.addLayer(resellerFolder, r.Folder, before)
	}
	if p.Base != "" && err == nil {
		err = v.addFile(baseFile, p.Base)
	}
	return v, err
}

// addLayer reads the folder of a layer. A link that leads nowhere, a share that does not answer and a drive that is not
// there all look like a folder that nobody ever made; they are none.
func (v Version) addLayer(under, folder string, before Version) error {
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(folder); err == nil || before.has(under) {
			return message.New("fs.denied", "layer.away", message.Args{"path": folder})
		}
	}
	return v.add(under, folder)
}

// has says whether there is a file in that folder.
func (v Version) has(folder string) bool {
	for name := range v.files {
		if strings.HasPrefix(name, folder+"/") {
			return true
		}
	}
	return false
}

// With reads another store's or reseller's scripts in place of those of that layer; for the reseller the folder
// holds its TOML file and scripts.
func (v Version) With(layer, folder, base string) (Version, error) {
	w := v.without(layer)
	if layer == Store {
		return w, w.add(storeFolder, absolute(folder))
	}
	return w, errors.Join(w.add(resellerFolder, filepath.Join(absolute(folder), "scripts")), w.addFile(baseFile, base))
}

// Taking is this version with that layer as it is in the other.
func (v Version) Taking(layer string, other Version) Version {
	w := v.without(layer)
	for name, data := range other.files {
		if strings.HasPrefix(name, layer+"/") {
			w.files[name] = data
		}
	}
	return w
}

// without is this version with nothing in that layer. A name within a version begins with that of its layer.
func (v Version) without(layer string) Version {
	w := Version{files: memory{}}
	for name, data := range v.files {
		if !strings.HasPrefix(name, layer+"/") {
			w.files[name] = data
		}
	}
	return w
}

// add reads a folder. One that is a link, to a folder that is shared or lies on another drive, is followed; so are the
// folders that are links within it, and no further: links can go round in a circle.
func (v Version) add(under, folder string) error { return v.addFolder(under, folder, true) }

func (v Version) addFolder(under, folder string, follow bool) error {
	return fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone since its folder was read, or never there
		}
		p := filepath.Join(folder, filepath.FromSlash(name))
		if err != nil {
			return message.Wrap(err, "fs.denied", "layer.unreadable", message.Args{"path": p})
		}
		if entry.IsDir() || Device(name) {
			return nil
		}
		info, err := os.Stat(p)
		switch {
		case err == nil && info.IsDir() && follow:
			return v.addFolder(path.Join(under, name), p, false)
		case !counts(p) || errors.Is(err, fs.ErrNotExist):
			return nil
		case err == nil && !info.Mode().IsRegular():
			return message.New("fs.denied", "layer.unreadable", message.Args{"path": p}) // what never ends can not be read
		}
		return v.addFile(path.Join(under, name), p)
	})
}

// counts says which files make a version: what a run reads. Tests lie beside scripts and are none of it.
func counts(p string) bool {
	return isScript(p) || strings.EqualFold(filepath.Ext(p), ".toml")
}

// addFile reads a file; of one that is too long to be read as a script, only as much as tells that.
func (v Version) addFile(name, p string) error {
	f, err := os.Open(p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var data []byte
	if err == nil {
		data, err = io.ReadAll(io.LimitReader(f, lua.MaxSource+1))
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return message.Wrap(err, "fs.denied", "layer.unreadable", message.Args{"path": p})
	}
	v.files[name] = data
	return nil
}

// Empty says whether there is no file at all.
func (v Version) Empty() bool { return len(v.files) == 0 }

// Hash tells this version from any other.
func (v Version) Hash() string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(v.files)) {
		fmt.Fprintf(sum, "%s %x\n", name, sha256.Sum256(v.files[name]))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Base is the reseller's TOML file, and whether there is one.
func (v Version) Base() ([]byte, bool) {
	data, ok := v.files[baseFile]
	return data, ok
}

// Systems are the folders of the profiles of systems: the reseller's, and the store's over it.
func (v Version) Systems() (reseller, store fs.FS) {
	return under(v.files, resellerFolder+"/systems"), under(v.files, storeFolder+"/systems")
}

// Layers are the layers of this version, over the built-in one; their files are shown as lying where p says.
func (v Version) Layers(p Places, builtin fs.FS) Layers {
	store, reseller := p.store(), p.reseller()
	store.Files = under(v.files, storeFolder)
	all := Layers{store}
	if reseller.Name != "" {
		reseller.Files = under(v.files, resellerFolder)
		all = append(all, reseller)
	}
	return append(all, Layer{Name: Builtin, Files: builtin})
}

// Change is a file that two versions do not have in common.
type Change struct {
	Layer string // Store or Reseller
	File  string // "default.lua", "lib/days.lua", "systems/pdv.toml"; of the reseller's own TOML file "base.toml"
	Kind  string // Added, Changed or Removed
}

// Kinds of a change.
const (
	Added   = "added"
	Changed = "changed"
	Removed = "removed"
)

// Changes are the files that differ from an older version, by layer and name.
func (v Version) Changes(old Version) []Change {
	var all []Change
	names := slices.Sorted(maps.Keys(v.files))
	for name := range old.files {
		if _, there := v.files[name]; !there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		now, there := v.files[name]
		before, was := old.files[name]
		switch {
		case !was:
			all = append(all, changeOf(name, Added))
		case !there:
			all = append(all, changeOf(name, Removed))
		case !bytes.Equal(now, before):
			all = append(all, changeOf(name, Changed))
		}
	}
	return all
}

func changeOf(name, kind string) Change {
	if file, ok := strings.CutPrefix(name, storeFolder+"/"); ok {
		return Change{Layer: Store, File: file, Kind: kind}
	}
	return Change{Layer: Reseller, File: strings.TrimPrefix(strings.TrimPrefix(name, "reseller/"), "scripts/"), Kind: kind}
}

// memory is a file system of files that were read already.
type memory map[string][]byte

func under(m memory, folder string) fs.FS {
	sub := memory{}
	for name, data := range m {
		if rest, ok := strings.CutPrefix(name, folder+"/"); ok {
			sub[rest] = data
		}
	}
	return sub
}

// Open opens a file. There are no folders.
func (m memory) Open(name string) (fs.File, error) {
	data, ok := m[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &memoryFile{Reader: bytes.NewReader(data), name: path.Base(name), size: int64(len(data))}, nil
}

// Glob are the names that fit a pattern.
func (m memory) Glob(pattern string) ([]string, error) {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		fits, err := path.Match(pattern, name)
		if err != nil {
			return nil, err
		}
		if fits {
			names = append(names, name)
		}
	}
	return names, nil
}

type memoryFile struct {
	*bytes.Reader
	name string
	size int64
}

func (f *memoryFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *memoryFile) Close() error               { return nil }
func (f *memoryFile) Name() string               { return f.name }
func (f *memoryFile) Size() int64                { return f.size }
func (f *memoryFile) Mode() fs.FileMode          { return 0o444 }
func (f *memoryFile) ModTime() time.Time         { return time.Time{} }
func (f *memoryFile) IsDir() bool                { return false }
func (f *memoryFile) Sys() any                   { return nil }
