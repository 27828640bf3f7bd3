package layer

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// Active keeps the versions that were found good: a folder each, named by its hash, and a file that says which of them
// are in force, the newest first. Whatever ends the program between two steps leaves the old one in force or the new one,
// whole. Whoever calls Activate holds a lock.
type Active struct {
	Dir string

	disk disk
}

// kept is how many versions are kept: the one in force, and those that were before it.
const kept = 3

// disk is what Activate does to the disk, step by step.
type disk interface {
	mkdir(path string) error
	write(path string, data []byte) error
	rename(from, to string) error
	remove(path string) error
}

// realDisk writes what survives a power cut.
type realDisk struct{}

func (realDisk) mkdir(path string) error { return os.MkdirAll(path, 0o755) }
func (realDisk) rename(from, to string) error {
	return drive.Patiently(func() error { return os.Rename(from, to) })
}
func (realDisk) remove(path string) error {
	return drive.Patiently(func() error { return os.RemoveAll(path) })
}

func (realDisk) write(path string, data []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

var hashShape = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (a Active) pointer() string { return filepath.Join(a.Dir, "current") }

// hashes are the versions that were in force, the newest first; none where there was none yet.
func (a Active) hashes() ([]string, error) {
	var text []byte
	err := drive.Patiently(func() (err error) { text, err = os.ReadFile(a.pointer()); return err })
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return slices.DeleteFunc(strings.Fields(string(text)), func(h string) bool { return !hashShape.MatchString(h) }), nil
}

// Current is the version in force: the newest that is still whole, and whether there is one.
func (a Active) Current() (Version, bool) {
	hashes, _ := a.hashes() // of a file that can not be read, Activate tells
	for _, hash := range hashes {
		if v, ok := a.version(hash); ok {
			return v, true
		}
	}
	return Version{}, false
}

// version reads a kept version; false where it is not what its name says.
func (a Active) version(hash string) (Version, bool) {
	v := Version{files: memory{}}
	dir := filepath.Join(a.Dir, hash)
	err := filepath.WalkDir(dir, func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		return v.addFile(filepath.ToSlash(relative), p)
	})
	return v, err == nil && v.Hash() == hash
}

// Activate puts a version in force that was found good.
func (a Active) Activate(v Version) error {
	if a.disk == nil {
		a.disk = realDisk{}
	}
	hash := v.Hash()
	err := a.keep(v, hash)
	if err == nil {
		err = a.switchTo(hash)
	}
	if err != nil {
		return message.Wrap(err, "fs.denied", "layer.unwritten", message.Args{"path": a.Dir})
	}
	return a.sweep()
}

// keep writes the version's folder, whole or not at all.
func (a Active) keep(v Version, hash string) error {
	if _, whole := a.version(hash); whole {
		return nil
	}
	half, folder := filepath.Join(a.Dir, "new"), filepath.Join(a.Dir, hash)
	if err := errors.Join(a.disk.remove(half), a.disk.remove(folder), a.disk.mkdir(half)); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(v.files)) {
		path := filepath.Join(half, filepath.FromSlash(name))
		if err := a.disk.mkdir(filepath.Dir(path)); err != nil {
			return err
		}
		if err := a.disk.write(path, v.files[name]); err != nil {
			return err
		}
	}
	return a.disk.rename(half, folder)
}

// switchTo makes a kept version the newest.
func (a Active) switchTo(hash string) error {
	before, err := a.hashes()
	if err != nil {
		return err
	}
	order := append([]string{hash}, slices.DeleteFunc(before, func(h string) bool { return h == hash })...)
	text := strings.Join(order[:min(len(order), kept)], "\n") + "\n"
	if err := a.disk.write(a.pointer()+".new", []byte(text)); err != nil {
		return err
	}
	return a.disk.rename(a.pointer()+".new", a.pointer())
}

// sweep takes away what is no longer kept, and what was left half done: nothing while nobody knows what is kept.
func (a Active) sweep() error {
	hashes, err := a.hashes()
	entries, unread := os.ReadDir(a.Dir)
	if err = errors.Join(err, unread); err != nil {
		return message.Wrap(err, "fs.denied", "layer.unwritten", message.Args{"path": a.Dir})
	}
	known := append(hashes, filepath.Base(a.pointer()))
	for _, e := range entries {
		if !slices.Contains(known, e.Name()) {
			err = errors.Join(err, a.disk.remove(filepath.Join(a.Dir, e.Name())))
		}
	}
	return err
}
