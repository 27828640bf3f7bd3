package copies

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/djscript/djscript/host/message"
)

// At is the copy as it lies at one destination: its places there and nothing else, and the state that they give it. A
// copy that does not lie there is Missing.
func (c Copy) At(where string) Copy {
	c.Places = slices.DeleteFunc(slices.Clone(c.Places), func(p Place) bool { return p.Destination != where || p.State == Missing })
	c.State = c.state()
	return c
}

// Ours tells whether a copy lies at its one place under the hash that it was written with: only then may it be dropped.
// Drives of the same set that are not plugged in are other places.
func (c Copy) Ours() bool {
	places := c.inReach()
	return len(places) == 1 && places[0].State == Present && places[0].SHA256 != "" && (c.State == Sealed || c.State == Verified)
}

// failed tells a copy that is what was written, and whose restore contradicted it: it is of no use to anybody.
func (c Copy) failed() bool {
	c.State = Sealed
	return c.Proof != nil && !c.Proof.OK && c.Ours()
}

// inReach are the places that can be worked on now.
func (c Copy) inReach() []Place {
	return slices.DeleteFunc(slices.Clone(c.Places), func(p Place) bool { return p.State == Offline })
}

// Drop gives copies up at one destination, by their ids, each with the reason that the ledger keeps: they go into the
// trash there. One that may not be dropped refuses them all before anything is touched: what is not certainly ours
// (guard.identity), what is pinned (guard.pinned), the newest verified copy of its database there (guard.newest), and
// whatever is not as it was when this catalogue last looked while it held the destination (guard.stale). A ledger that
// knows less than the copies tell, or more than this version understands, refuses them all too (guard.ledger). One that
// somebody reads now stays and is told; one that can not be moved stays given up, and the next sweep tries again. Only
// the holder of the store's lock may call it; the destination is held meanwhile.
func (c *Catalogue) Drop(ctx context.Context, where string, why map[string]string) ([]Copy, error) {
	var dropped []Copy
	err := c.Hold(ctx, where, func() (err error) {
		d, err := c.reach(where)
		if err == nil {
			dropped, err = c.drop(ctx, d, why, Copy.Ours)
		}
		return err
	})
	return dropped, err
}

// drop drops what the test lets through; whatever it does not refuses all.
func (c *Catalogue) drop(ctx context.Context, d Destination, why map[string]string, ours func(Copy) bool) ([]Copy, error) {
	events, err := readLedger(d.Path)
	if err != nil {
		return nil, err
	}
	condemned, day, err := c.condemned(ctx, d, why, ours)
	if len(condemned) > 0 {
		err = errors.Join(err, c.incomplete(d, events))
	}
	if err != nil || len(condemned) == 0 {
		return nil, err
	}
	t, err := c.openTrash(d)
	if err != nil {
		return nil, err
	}
	defer t.close()
	known := remembered(events)
	var dropped []Copy
	var failed []error
	for _, one := range condemned {
		if ctx.Err() != nil {
			return dropped, errors.Join(append(failed, context.Cause(ctx))...)
		}
		one.Places = one.inReach()
		tombstone := c.event(eventDropping, one, one.Places[0])
		tombstone.Why, tombstone.Day = why[one.ID], day
		if err := d.alone(one, func() error { return t.giveUp(one, tombstone, known[one.Name]) }); err != nil {
			failed = append(failed, t.told(err, tombstone))
			continue
		}
		dropped = append(dropped, one)
	}
	return dropped, errors.Join(failed...)
}

// condemned are the copies of these ids as they lie at the destination now, newest first, and the newest business day
// there that can be believed.
func (c *Catalogue) condemned(ctx context.Context, d Destination, why map[string]string, ours func(Copy) bool) ([]Copy, string, error) {
	seen := c.turns[d.Name]
	c.turns[d.Name] = turn{}
	all, _, err := c.List(ctx, Filter{Where: d.Name})
	if err != nil {
		return nil, "", err
	}
	var found, here []Copy
	var refused []error
	left := len(why)
	type kind struct {
		database string
		partial  bool
	}
	met := map[kind]bool{} // whose newest verified copy was met
	for _, one := range all {
		one = one.At(d.Name)
		here = append(here, one)
		of := kind{one.Database, one.Partial}
		first := one.State == Verified && !met[of]
		met[of] = met[of] || first
		if _, asked := why[one.ID]; !asked {
			continue
		}
		left--
		found = append(found, one)
		refused = append(refused, c.refusal(one, first, ours(one), one.Pinned != nil && one.Pinned.Holds(newestOf(all, one, d)), seen))
	}
	if left > 0 {
		refused = append(refused, message.New("copy.not_found", "copies.not_there", message.Args{"n": left, "destination": d.Name}))
	}
	newest := ""
	if days := Believed(here); len(days) > 0 {
		newest = days[0]
	}
	return found, newest, errors.Join(refused...)
}

// newestOf is the newest business day of the verified copies of a database at a destination that can be believed.
func newestOf(all []Copy, of Copy, d Destination) string {
	var own []Copy
	for _, one := range all {
		if one.Database == of.Database {
			own = append(own, one.At(d.Name))
		}
	}
	if days := Believed(own); len(days) > 0 {
		return days[0]
	}
	return ""
}

// refusal is why a copy may not be dropped; newest says that it is the newest verified one of its kind there, ours that it
// is certain to be what was written, pinned that its pin holds still.
func (c *Catalogue) refusal(one Copy, newest, ours, pinned bool, seen turn) error {
	args := message.Args{"name": one.Name, "destination": one.Places[0].Destination}
	state, planned := seen[one.ID]
	switch {
	case !ours || c.Store == "" || one.Store != c.Store:
		return message.New("guard.identity", "copies.not_ours", args)
	case newest:
		return message.New("guard.newest", "copies.drop_newest", args)
	case pinned:
		return message.New("guard.pinned", "copies.drop_pinned", message.Args{"name": one.Name, "why": one.Pinned.Reason})
	case planned && state != one.State:
		return message.New("guard.stale", "copies.drop_stale", args)
	}
	return nil
}

// event is a line of the ledger about a copy at a place.
func (c *Catalogue) event(kind string, one Copy, p Place) event {
	e := event{
		At: c.stamp(), Event: kind, ID: one.ID, Seq: one.Number(), Store: one.Store, Database: one.Database,
		Name: one.Name, Bytes: p.Bytes, SHA256: p.SHA256, OK: true, Zip: p.Zip,
	}
	for _, piece := range p.Pieces {
		e.Pieces = append(e.Pieces, piece.Name)
	}
	return e
}

func (c *Catalogue) stamp() string { return c.Now().Format(time.RFC3339) }

// verifies tells an event that makes a copy verified: a proof in which nothing was odd, or the word of a person.
func (e event) verifies() bool {
	return e.Event == eventProof && e.OK && !e.odd() || e.Event == eventAccepted
}

// Change is what happened to a database's copies at a destination: one was verified, or one was dropped.
type Change struct {
	Database string
	Dropped  bool
}

// unpaid are drops that may have been, at a destination whose ledger does not tell all: nothing pays for the next.
func (c *Catalogue) unpaid(d Destination, events []event) (changes []Change) {
	databases := map[string]bool{}
	for _, one := range c.gaps(d, events) {
		databases[one.Database] = true
	}
	unknown := newer(events, c.Store)
	for _, e := range events {
		if unknown && e.Store == c.Store && e.Database != "" {
			databases[e.Database] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(databases)) {
		changes = append(changes, Change{Database: name, Dropped: true})
	}
	return changes
}

// History gives what became of the store's copies at a destination, oldest first, as its ledger tells it. A drop that was
// taken back did not happen; where the ledger does not tell all, the last that happened was a drop.
func (c *Catalogue) History(_ context.Context, where string) ([]Change, error) {
	d, err := c.reach(where)
	if err != nil {
		return nil, err
	}
	events, err := readLedger(d.Path)
	if err != nil {
		return nil, message.Wrap(err, "copy.degraded", "copies.ledger_unreadable", message.Args{"destination": where})
	}
	var changes []Change
	proven, dropped, takenBack := map[string]bool{}, map[string]int{}, map[int]bool{}
	for _, e := range events {
		switch {
		case e.Store != c.Store:
		case e.verifies() && !proven[e.ID]:
			proven[e.ID] = true
			changes = append(changes, Change{Database: e.Database})
		case e.Event == eventFound: // it may have paid for drops before
			changes = append(changes, Change{Database: e.Database, Dropped: true})
		case e.Event == eventDropping:
			dropped[e.ID] = len(changes)
			changes = append(changes, Change{Database: e.Database, Dropped: true})
		case e.Event == eventUntrashed:
			if i, ok := dropped[e.ID]; ok {
				takenBack[i] = true
			}
		}
	}
	var happened []Change
	for i, one := range changes {
		if !takenBack[i] {
			happened = append(happened, one)
		}
	}
	return append(happened, c.unpaid(d, events)...), nil
}
