package zipfile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/djscript/djscript/host/message"
)

// Extract unpacks into dir, which must exist, the entries of those names, or all where only is empty, and returns the
// paths of the files it made. It never leaves dir, follows no link out of it and writes over nothing ("fs.exists");
// after an error everything that it made is gone again.
func (r *Reader) Extract(ctx context.Context, dir string, only []string) (made []string, err error) {
	chosen, err := r.choose(only)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, unwritten(err, dir)
	}
	x := &extraction{zip: r, dir: dir, root: root}
	defer func() { err = errors.Join(err, root.Close()) }()
	if err := x.unpack(ctx, chosen); err != nil {
		x.undo()
		return nil, err
	}
	for _, e := range chosen {
		made = append(made, filepath.Join(dir, filepath.FromSlash(e.Name)))
	}
	return made, nil
}

func (r *Reader) choose(only []string) ([]*record, error) {
	var chosen []*record
	for _, e := range r.records {
		if !e.folder && (len(only) == 0 || slices.Contains(only, e.Name)) {
			chosen = append(chosen, e)
		}
	}
	for _, name := range only {
		if _, ok := r.byName[name]; !ok {
			return nil, message.New(codeBad, "zipfile.missing", message.Args{"path": r.path, "name": name})
		}
	}
	return chosen, nil
}

// extraction is one Extract, with what it has made so far, in order.
type extraction struct {
	zip  *Reader
	dir  string
	root *os.Root
	made []string
}

func (x *extraction) unpack(ctx context.Context, chosen []*record) error {
	// Looked at before anything is written: with a file in the way nothing else happens.
	for _, e := range chosen {
		if _, err := x.root.Lstat(e.Name); err == nil {
			return unwritten(fs.ErrExist, x.at(e.Name))
		}
	}
	for _, e := range chosen {
		if err := x.folders(path.Dir(e.Name)); err != nil {
			return unwritten(err, x.at(path.Dir(e.Name)))
		}
		if err := x.file(ctx, e); err != nil {
			return unwritten(err, x.at(e.Name))
		}
	}
	return nil
}

func (x *extraction) folders(name string) error {
	if name == "." {
		return nil
	}
	if err := x.folders(path.Dir(name)); err != nil {
		return err
	}
	err := x.root.Mkdir(name, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err == nil {
		x.made = append(x.made, name)
	}
	return err
}

func (x *extraction) file(ctx context.Context, e *record) error {
	in, err := x.zip.open(e)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := x.root.OpenFile(e.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return &writeError{err}
	}
	x.made = append(x.made, e.Name)
	err = copyContent(ctx, out, in)
	if closed := out.Close(); err == nil && closed != nil {
		err = &writeError{closed}
	}
	if err != nil {
		return err
	}
	return x.root.Chtimes(e.Name, e.Modified, e.Modified)
}

func (x *extraction) undo() {
	for _, name := range slices.Backward(x.made) {
		_ = x.root.Remove(name) // a folder that others have used since stays
	}
}

func (x *extraction) at(name string) string { return filepath.Join(x.dir, filepath.FromSlash(name)) }

// writeError tells an error of the folder that is written to from one of the zip that is read.
type writeError struct{ err error }

func (e *writeError) Error() string { return e.err.Error() }
func (e *writeError) Unwrap() error { return e.err }

func unwritten(err error, path string) error {
	args := message.Args{"path": path}
	switch {
	case message.Code(err) != "", errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, fs.ErrExist):
		return message.Wrap(err, "fs.exists", "zipfile.exists", args)
	case errors.Is(err, fs.ErrNotExist):
		return message.Wrap(err, "drive.not_found", "zipfile.no_folder", args)
	case isDiskFull(err):
		return message.Wrap(err, "drive.full", "zipfile.full", args)
	}
	return message.Wrap(err, "fs.denied", "zipfile.unwritten", args)
}
