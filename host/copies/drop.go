package copies

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"

	"github.com/djscript/djscript/host/message"
)

// trashPath is where a copy goes before it is deleted, on its own destination: a rename is whole or not at all.
const trashPath = ".djscript/trash"

// At is the copy as it lies at one destination: its places there and nothing else, and the state that they give it. A
// copy that does not lie there is Missing.
func (c Copy) At(where string) Copy {
	c.Places = slices.DeleteFunc(slices.Clone(c.Places), func(p Place) bool { return p.Destination != where || p.State == Missing })
	c.State = c.state()
	return c
}

// Ours tells whether a copy lies at its one place under the hash that it was written with: only then may it be dropped.
func (c Copy) Ours() bool {
	return len(c.Places) == 1 && c.Places[0].State == Present && c.Places[0].SHA256 != "" && (c.State == Sealed || c.State == Verified)
}

// Drop gives copies up at one destination, by their ids, each with the reason that the ledger keeps. One that may not be
// dropped refuses them all before anything is touched: what is not certainly ours (guard.identity), what is pinned
// (guard.pinned), the newest verified copy of its database there (guard.newest). One that can not be deleted stays
// given up: the next sweep tries again. Only the holder of the store's lock may call it.
func (c *Catalogue) Drop(ctx context.Context, where string, why map[string]string) ([]Copy, error) {
	return c.drop(ctx, where, why, nil)
}

// died is asked after each step of a drop; only tests die there.
type died func(step int) error

func (c *Catalogue) drop(ctx context.Context, where string, why map[string]string, after died) ([]Copy, error) {
	d, ok := c.Destination(where)
	if !ok {
		return nil, message.New("drive.not_found", "copies.no_destination", message.Args{"destination": where})
	}
	if err := d.There(); err != nil {
		return nil, err
	}
	condemned, err := c.condemned(ctx, d, why)
	if err != nil || len(condemned) == 0 {
		return nil, err
	}
	var dropped []Copy
	var failed []error
	for _, one := range condemned {
		if ctx.Err() != nil {
			return dropped, errors.Join(append(failed, context.Cause(ctx))...)
		}
		tombstone := c.event(eventDropping, one, one.Places[0])
		tombstone.Why = why[one.ID]
		if err := giveUp(d, tombstone, c.Now, after); err != nil {
			failed = append(failed, message.Wrap(err, "copy.degraded", "copies.not_dropped", message.Args{"name": one.Name, "destination": where}))
			continue
		}
		dropped = append(dropped, one)
	}
	return dropped, errors.Join(failed...)
}

// condemned are the copies of these ids as they lie at the destination now, newest first.
func (c *Catalogue) condemned(ctx context.Context, d Destination, why map[string]string) ([]Copy, error) {
	all, _, err := c.List(ctx, Filter{Where: d.Name})
	if err != nil {
		return nil, err
	}
	var found []Copy
	var refused []error
	left := len(why)
	type kind struct {
		database string
		partial  bool
	}
	met := map[kind]bool{} // whose newest verified copy was met
	for _, one := range all {
		here := one.At(d.Name)
		of := kind{here.Database, here.Partial}
		first := here.State == Verified && !met[of]
		met[of] = met[of] || first
		if _, asked := why[here.ID]; !asked {
			continue
		}
		left--
		args := message.Args{"name": here.Name, "destination": d.Name}
		switch {
		case !here.Ours() || c.Store == "" || here.Store != c.Store:
			refused = append(refused, message.New("guard.identity", "copies.not_ours", args))
		case first:
			refused = append(refused, message.New("guard.newest", "copies.drop_newest", args))
		case here.Pinned != nil:
			refused = append(refused, message.New("guard.pinned", "copies.drop_pinned", message.Args{"name": here.Name, "why": here.Pinned.Reason}))
		}
		found = append(found, here)
	}
	if left > 0 {
		refused = append(refused, message.New("copy.not_found", "copies.not_there", message.Args{"n": left, "destination": d.Name}))
	}
	return found, errors.Join(refused...)
}

// event is a line of the ledger about a copy at a place.
func (c *Catalogue) event(kind string, one Copy, p Place) event {
	return event{
		At: c.Now().Format(time.RFC3339), Event: kind, ID: one.ID, Seq: one.Number(), Store: one.Store, Database: one.Database,
		Name: one.Name, Bytes: p.Bytes, SHA256: p.SHA256, OK: true,
	}
}

// giveUp is one drop, step by step: the tombstone, then the copy and what lies beside it into the trash, out of the
// trash, and the word that it is done. From the tombstone on the copy counts no more; whoever dies in between is
// finished for by finishDrops.
func giveUp(d Destination, tombstone event, now func() time.Time, after died) error {
	if err := enter(d.Path, tombstone); err != nil {
		return err
	}
	if after != nil {
		if err := after(0); err != nil {
			return err
		}
	}
	return bury(d, tombstone, now, after)
}

// bury does what follows the tombstone. It may be done again from anywhere.
func bury(d Destination, tombstone event, now func() time.Time, after died) error {
	// A Root follows no link out of the destination, whatever somebody planted there.
	root, err := os.OpenRoot(d.Path)
	if err != nil {
		return fmt.Errorf("open destination: %w", err)
	}
	defer root.Close()
	if err := root.MkdirAll(trashPath, 0o755); err != nil {
		return fmt.Errorf("make trash folder: %w", err)
	}
	files := []string{tombstone.Name, tombstone.Name + sumSuffix, tombstone.Name + proofSuffix} // the copy first: it never lies there without its hash
	var steps []func() error
	for _, name := range files {
		steps = append(steps, func() error { return gone(root.Rename(name, path.Join(trashPath, name))) })
	}
	for _, name := range files {
		steps = append(steps, func() error { return gone(root.Remove(path.Join(trashPath, name))) })
	}
	steps = append(steps, func() error {
		done := tombstone
		done.Event, done.At = eventDropped, now().Format(time.RFC3339)
		return enter(d.Path, done)
	})
	for i, step := range steps {
		if err := step(); err != nil {
			return err
		}
		if after != nil {
			if err := after(i + 1); err != nil {
				return err
			}
		}
	}
	_ = root.Remove(trashPath) // unless something else lies there
	return nil
}

// gone passes over what is not there: an earlier try took it.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// finishDrops buries the copies of a store that were given up on a destination and still lie there. A file that took the
// name of one meanwhile is somebody else's, and stays.
func finishDrops(d Destination, store string, now func() time.Time) error {
	events, err := readLedger(d.Path)
	if err != nil {
		return err
	}
	var failed []error
	for name, m := range remembered(events) {
		if m.dropping == nil || m.dropping.Store != store {
			continue
		}
		lies, err := Open(d.file(name))
		switch {
		case err != nil && message.Code(err) != "copy.not_found":
			failed = append(failed, err)
		case err != nil || lies.ID == m.dropping.ID:
			failed = append(failed, bury(d, *m.dropping, now, nil))
		}
	}
	return errors.Join(failed...)
}

// Change is what happened to a database's copies at a destination: one was verified, or one was dropped.
type Change struct {
	Database string
	Dropped  bool
}

// History gives what became of the store's copies at a destination, oldest first, as its ledger tells it.
func (c *Catalogue) History(_ context.Context, where string) ([]Change, error) {
	d, ok := c.Destination(where)
	if !ok {
		return nil, message.New("drive.not_found", "copies.no_destination", message.Args{"destination": where})
	}
	if err := d.There(); err != nil {
		return nil, err
	}
	events, err := readLedger(d.Path)
	if err != nil {
		return nil, message.Wrap(err, "copy.degraded", "copies.ledger_unreadable", message.Args{"destination": where})
	}
	var changes []Change
	proven := map[string]bool{}
	for _, e := range events {
		switch {
		case e.Store != c.Store:
		case e.Event == eventProof && e.OK && !proven[e.ID]:
			proven[e.ID] = true
			changes = append(changes, Change{Database: e.Database})
		case e.Event == eventDropping:
			changes = append(changes, Change{Database: e.Database, Dropped: true})
		}
	}
	return changes, nil
}
