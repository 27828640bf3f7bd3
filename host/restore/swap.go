package restore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// fresh is the name under which a new database is built: beside the live one, and nobody can know it before.
func (r *Restorer) fresh(live string) (string, error) {
	name := make([]byte, 8)
	if _, err := io.ReadFull(r.Entropy, name); err != nil {
		return "", fmt.Errorf("name new database: %w", err)
	}
	return live + ".restoring-" + hex.EncodeToString(name), nil
}

// keptName is the name that a database is kept under: LOJA.FDB.before-12; where that is taken, LOJA.FDB.before-12-2.
func keptName(live, word, seq string) string {
	name := live + "." + word + "-" + seq
	for n, free := 2, name; ; n++ {
		if !exists(free) {
			return free
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// exchange gives fresh the name live, and keeps under the name kept what had it; kept is "" where nothing had. Where the
// filesystem has links there is no moment in which nothing is called live; elsewhere one that the journal knows of.
func (r *Restorer) exchange(live, fresh, kept string) error {
	if err := r.rename(live, fresh, kept); err != nil {
		return message.Wrap(err, message.Code(drive.Explain(err, live)), "restore.not_swapped", message.Args{"path": live})
	}
	r.step()
	if err := drive.SyncFolder(filepath.Dir(live)); err != nil {
		return err
	}
	r.step()
	return nil
}

func (r *Restorer) rename(live, fresh, kept string) error {
	if kept == "" {
		return r.name(fresh, live)
	}
	err := link(live, kept)
	switch {
	case err == nil:
		r.step()
		if err := rename(fresh, live); err != nil {
			return errors.Join(err, remove(kept))
		}
		return nil
	case errors.Is(err, fs.ErrExist):
		return err
	}
	if exists(kept) {
		return &fs.PathError{Op: "rename", Path: kept, Err: fs.ErrExist}
	}
	if err := rename(live, kept); err != nil {
		return err
	}
	r.step()
	if err := rename(fresh, live); err != nil {
		return errors.Join(err, rename(kept, live))
	}
	return nil
}

// Another program, an antivirus above all, may have a file for a moment, and on Windows it can not be touched then.

func link(from, to string) error { return drive.Patiently(func() error { return os.Link(from, to) }) }

func rename(from, to string) error {
	return drive.Patiently(func() error { return os.Rename(from, to) })
}

func remove(path string) error { return drive.Patiently(func() error { return os.Remove(path) }) }

// name gives a file a name that nothing has.
func (r *Restorer) name(from, to string) error {
	err := link(from, to)
	if err == nil {
		r.step()
		return remove(from)
	}
	if errors.Is(err, fs.ErrExist) || exists(to) {
		return &fs.PathError{Op: "rename", Path: to, Err: fs.ErrExist}
	}
	return rename(from, to)
}

// settle makes a new database ready to take the place of another: it lies on the disk, and belongs to whom the other
// belongs to.
func settle(fresh, live string) error {
	if err := giveRights(fresh, live); err != nil {
		return message.Wrap(err, "fs.denied", "restore.no_rights", message.Args{"path": live})
	}
	return flush(fresh)
}

func flush(path string) error {
	return drive.Explain(drive.Patiently(func() error {
		file, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		return errors.Join(file.Sync(), file.Close())
	}), path)
}

// freePause is how long it takes until a file is looked at again that a server or an antivirus has not let go of.
const freePause = 100 * time.Millisecond

// unused waits until nobody has a database file open; db.busy where somebody keeps it.
func unused(ctx context.Context, path string) error {
	err := free(path)
	for n := 1; n < freeTries && message.Code(err) == "db.busy"; n++ {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(freePause):
		}
		err = free(path)
	}
	return drive.Explain(err, path)
}

// sumOf hashes a file.
func sumOf(ctx context.Context, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", drive.Explain(err, path)
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.CopyBuffer(hash, stopping{ctx, file}, make([]byte, 1<<20)); err != nil {
		return "", drive.Explain(err, path)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// stopping reads until the context ends.
type stopping struct {
	ctx  context.Context
	from io.Reader
}

// Read reads.
func (s stopping) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.from.Read(p)
}

// sameFile tells whether two names are of one file.
func sameFile(a, b string) bool {
	one, errA := os.Lstat(a)
	other, errB := os.Lstat(b)
	return errA == nil && errB == nil && os.SameFile(one, other)
}
