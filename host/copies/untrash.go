package copies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// Untrash brings a copy back from the trash of a destination; the rotation that gave it up is paid back. It refuses when
// something else has its name by now (fs.exists), and when what lies in the trash is not what was put there
// (guard.identity).
func (c *Catalogue) Untrash(ctx context.Context, where, id string) (Copy, error) {
	var back Copy
	err := c.Hold(ctx, where, func() (err error) {
		d, err := c.reach(where)
		if err == nil {
			back, err = c.untrash(ctx, d, id)
		}
		return err
	})
	return back, err
}

func (c *Catalogue) untrash(ctx context.Context, d Destination, id string) (Copy, error) {
	t, err := c.openTrash(d)
	if err != nil {
		return Copy{}, err
	}
	defer t.close()
	stuck := t.finish(c.Store)
	events, err := readLedger(d.Path)
	if err != nil {
		return Copy{}, err
	}
	for _, tombstone := range trashed(events, c.Store) {
		if tombstone.ID != id {
			continue
		}
		if err := t.returns(ctx, tombstone); err != nil {
			return Copy{}, err
		}
	}
	back, err := c.returned(ctx, d, id)
	if err != nil {
		err = errors.Join(stuck, err) // it may be that copy which is stuck
	}
	return back, err
}

// returns brings one copy back, once nothing speaks against it.
func (t *trash) returns(ctx context.Context, tombstone event) error {
	if err := t.plain(); err != nil {
		return err
	}
	for _, f := range tombstone.lain() {
		if _, err := t.root.Lstat(f.Name); err == nil {
			return t.taken(tombstone, f.Name)
		}
	}
	if err := t.unlike(ctx, tombstone, inTrash); err != nil {
		return err
	}
	if err := t.step(func() error { return t.enter(eventUntrashing, tombstone) }); err != nil {
		return err
	}
	return t.bringBack(tombstone)
}

func (t *trash) taken(tombstone event, name string) error {
	return message.New("fs.exists", "copies.untrash_taken", message.Args{"name": tombstone.Name, "path": t.d.file(name)})
}

// returned is the copy as it lies at the destination again.
func (c *Catalogue) returned(ctx context.Context, d Destination, id string) (Copy, error) {
	shelf, err := openShelf(ctx, d, c.Store)
	if err != nil {
		return Copy{}, err
	}
	for _, one := range shelf.here(d) {
		if one.ID == id && one.State != Missing {
			return one, nil
		}
	}
	return Copy{}, message.New("copy.not_found", "copies.not_in_trash", message.Args{"copy": id, "destination": d.Name})
}

// bringBack moves what lies beside the copy back first, the copy last: it never lies in its place without its hash.
func (t *trash) bringBack(tombstone event) error {
	if err := t.plain(); err != nil {
		return err
	}
	for _, f := range slices.Backward(tombstone.lain()) {
		if err := t.step(func() error { return t.move(inTrash(f.Name), f.Name) }); err != nil {
			return err
		}
	}
	for _, f := range tombstone.lain() {
		if _, err := t.root.Lstat(inTrash(f.Name)); err == nil && !f.Beside {
			return t.taken(tombstone, f.Name)
		}
	}
	if err := t.step(t.flushed); err != nil {
		return err
	}
	if err := t.step(func() error { return t.enter(eventUntrashed, tombstone) }); err != nil {
		return err
	}
	_ = t.root.Remove(trashPath)
	return nil
}

// unlike tells why what lies there, in the trash or in its place, is not what the tombstone speaks of, by its sizes and
// its hash (guard.identity).
func (t *trash) unlike(ctx context.Context, tombstone event, at func(name string) string) error {
	hash := sha256.New()
	for _, f := range tombstone.lain() {
		name := at(f.Name)
		bytes, err := t.size(name)
		switch {
		case err != nil:
			return err
		case f.Bytes >= 0 && bytes != f.Bytes:
			return t.changed(name)
		case f.Beside:
			continue
		}
		file, err := t.root.Open(name)
		if err != nil {
			return err
		}
		_, err = io.Copy(hash, drive.Until(ctx, file))
		if err = errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	if hex.EncodeToString(hash.Sum(nil)) != tombstone.SHA256 {
		return t.changed(at(tombstone.Name))
	}
	return nil
}
