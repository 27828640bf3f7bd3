package copies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/firebird"
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

// Built is a database that was built of a copy and stays.
type Built struct {
	Proof    *Proof
	Restored time.Duration // what gbak took; the rest of the proof's time is looking at what it built
}

// Build restores a copy into a new database file, where nothing may lie, and judges it as every proof does: only what
// holds stays. The engine is one of our own; where none fits, the server's, which fdb has to be a path of then. What the
// copy's own restore contradicts is copy.bad.
func (p *Prover) Build(ctx context.Context, w *Whole, server firebird.Database, fdb string) (*Built, error) {
	site, discard, err := p.site(ctx, server, fdb)
	if err != nil {
		return nil, err
	}
	clock := &timed{stage: site, now: p.Now, began: p.Now()}
	proof, err := p.restoreFrom(ctx, clock, w, "restoring", clock.began)
	if err == nil && !proof.OK {
		err = message.New("copy.bad", "copies.contradicted", message.Args{
			"name": filepath.Base(w.Place.Path), "against": strings.Join(proof.Against, "; "),
		})
	}
	if left := discard(err != nil); err != nil {
		return nil, errors.Join(err, left)
	}
	return &Built{Proof: proof, Restored: clock.took}, nil
}

// site is where a database is built, and how it is left: with the database, or without.
func (p *Prover) site(ctx context.Context, server firebird.Database, fdb string) (_ stage, leave func(discard bool) error, err error) {
	if err := p.Bench.Make(); err != nil {
		return nil, nil, err
	}
	s, err := p.Bench.engine(ctx)
	if err == nil {
		s.fdb = fdb
		return s, func(discard bool) error {
			left := s.remove()
			if discard {
				if err := os.Remove(fdb); !errors.Is(err, os.ErrNotExist) {
					left = errors.Join(left, err)
				}
			}
			return left
		}, nil
	}
	if !isNoEngine(err) || server.Server == "" {
		return nil, nil, err
	}
	services, err := firebird.ConnectServices(ctx, server)
	if err != nil {
		return nil, nil, err
	}
	at := server
	at.Path, at.Charset = fdb, ""
	g := &guest{at: at, tools: p.Bench.Tools, services: services}
	return g, func(discard bool) error {
		if discard {
			return g.remove()
		}
		return nil
	}, nil
}

// timed is a stage of which one knows how long its restore took.
type timed struct {
	stage
	now   func() time.Time
	began time.Time
	took  time.Duration
}

func (t *timed) through(ctx context.Context, stream io.Reader) (firebird.Log, error) {
	log, err := t.stage.through(ctx, stream)
	t.took = t.now().Sub(t.began)
	return log, err
}
