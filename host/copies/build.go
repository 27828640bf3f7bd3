package copies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/djscript/djscript/host/message"
)

// Whole is a copy that is to be restored, open at a place where it lies as it was written. It must be closed.
type Whole struct {
	Manifest *Manifest
	Place    Place
	Told     []error // what kept it from being read at the places before

	zip     *opened
	release func()
}

// OpenWhole opens a copy at the first place where what lies there has the hash that it was written with, and the keys
// open it: nobody drops it before it is closed. Errors: copy.bad, copy.not_found, copy.encrypted, copy.key.
func OpenWhole(ctx context.Context, c Copy, keys Keys) (*Whole, error) {
	if err := c.nowhere(); err != nil {
		return nil, err
	}
	release := c.hold()
	c.Places = slices.Clone(c.Places)
	var failed []error
	for _, place := range c.best(keys) {
		w, err := place.whole(ctx, keys)
		if err == nil {
			w.Told, w.release = c.passedOver(failed), release
			return w, nil
		}
		if failed = append(failed, err); ctx.Err() != nil {
			break
		}
	}
	release()
	return nil, errors.Join(failed...)
}

// whole opens what lies at the place, once its hash was found right.
func (p *Place) whole(ctx context.Context, keys Keys) (*Whole, error) {
	a, err := artifactAt(p.Path)
	if err != nil {
		return nil, err
	}
	if p.Encrypted && len(keys) == 0 {
		return nil, message.New("copy.encrypted", "copies.encrypted", message.Args{"path": p.Path})
	}
	found, zip, err := a.checkBytes(ctx, keys)
	if err != nil {
		return nil, err
	}
	w := &Whole{Manifest: found.manifest, Place: *p, zip: zip, release: func() {}}
	if w.Place.SHA256 = found.sum; p.Encrypted {
		w.Place.Zip = found.zip
	}
	return w, nil
}

// Close lets go of the copy.
func (w *Whole) Close() error {
	w.release()
	return w.zip.Close()
}

// Database is the part that holds gbak's backup.
func (w *Whole) Database() Part { return *w.Manifest.database() }

// Part gives all of one part; copy.bad where it is not what the manifest says. It is for small parts: document models
// and configuration.
func (w *Whole) Part(p Part) ([]byte, error) {
	bad := func(err error) error {
		return message.Wrap(err, "copy.bad", "copies.part_differs", message.Args{"path": w.Place.Path, "part": p.Name})
	}
	entry, err := w.zip.Open(p.Name)
	if err != nil {
		return nil, bad(err)
	}
	defer entry.Close()
	data, err := io.ReadAll(io.LimitReader(entry, p.Bytes+1))
	if err != nil && !contradicts(err) {
		return nil, fmt.Errorf("read %s: %w", w.Place.Path, err) // the drive: that says nothing of the copy
	}
	if sum := sha256.Sum256(data); err != nil || hex.EncodeToString(sum[:]) != p.SHA256 {
		return nil, bad(err)
	}
	return data, nil
}
