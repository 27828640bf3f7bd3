package sim

import (
	"context"
	"slices"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

// happened is what became of a copy at a destination: it was proven, or dropped.
type happened struct {
	where, id string
	copies.Change
}

// Hold is one rotation at a time at a destination: nobody else is at work in the store.
func (s shelf) Hold(_ context.Context, where string, fn func() error) error {
	if err := s.there(s.destination(where)); err != nil {
		return err
	}
	return fn()
}

// Drop gives copies up at a destination, or refuses them all, by the rules of the real catalogue: they go into the trash.
func (s shelf) Drop(_ context.Context, where string, why map[string]string) ([]copies.Copy, error) {
	if err := s.there(s.destination(where)); err != nil {
		return nil, err
	}
	var condemned []copies.Copy
	type kind struct {
		database string
		partial  bool
	}
	met := map[kind]bool{} // whose newest proven copy was met
	for _, c := range s.visible() {
		here, of := c.At(where), kind{c.Database, c.Partial}
		newest := here.State == copies.Verified && !met[of]
		met[of] = met[of] || newest
		if _, asked := why[here.ID]; !asked || here.State == copies.Missing {
			continue
		}
		args := message.Args{"name": here.Name, "destination": where}
		switch {
		case !here.Ours():
			return nil, message.New("guard.identity", "copies.not_ours", args)
		case newest:
			return nil, message.New("guard.newest", "copies.drop_newest", args)
		case here.Pinned != nil && here.Pinned.Holds(s.newestDay(c.Database, where)):
			return nil, message.New("guard.pinned", "copies.drop_pinned", message.Args{"name": here.Name, "why": here.Pinned.Reason})
		}
		condemned = append(condemned, here)
	}
	if len(condemned) < len(why) {
		return nil, message.New("copy.not_found", "copies.not_there", message.Args{"n": len(why) - len(condemned), "destination": where})
	}
	day := ""
	if days := s.believed(where); len(days) > 0 {
		day = days[0]
	}
	for _, c := range condemned {
		s.drop(where, c, why[c.ID], day)
	}
	delete(s.approved, where)
	return condemned, nil
}

// drop puts a copy into the trash of a destination on that business day.
func (s shelf) drop(where string, c copies.Copy, why, day string) {
	s.mend(c.ID, func(p copies.Place) (copies.Place, bool) {
		if p.Destination == where && s.inReach(p) {
			p.State, p.Why, p.LastDay = copies.Trashed, why, lastDay(day)
		}
		return p, true
	})
	s.changes = append(s.changes, happened{where: where, id: c.ID, Change: copies.Change{Database: c.Database, Dropped: true}})
	s.diary.dropped(where, c, why)
}

// lastDay is how long what is given up on a business day stays in the trash; "" where no day is known.
func lastDay(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 0, copies.TrashDays).Format(time.DateOnly)
}

// mend changes the places of a copy; one that is not kept is gone, and a copy without any is no more.
func (s shelf) mend(id string, change func(copies.Place) (place copies.Place, kept bool)) {
	s.change(s.kept(id), change)
}

func (s shelf) change(own *copies.Copy, change func(copies.Place) (place copies.Place, kept bool)) {
	var places []copies.Place
	for _, p := range own.Places {
		if p, kept := change(p); kept {
			places = append(places, p)
		}
	}
	own.Places = places
	if len(places) == 0 {
		s.copies = slices.DeleteFunc(s.copies, func(c *copies.Copy) bool { return c == own })
	}
}

// believed are the days of the verified copies at a destination, newest first, as the real catalogue believes them.
func (s shelf) believed(where string) []string {
	var here []copies.Copy
	for _, c := range s.visible() {
		here = append(here, c.At(where))
	}
	return copies.Believed(here)
}

// newestDay is the newest business day that can be believed of the verified copies of a database at a destination; "" is any.
func (s shelf) newestDay(database, where string) string {
	var own []copies.Copy
	for _, c := range s.visible() {
		if where != "" {
			c = c.At(where)
		}
		if c.Database == database {
			own = append(own, c)
		}
	}
	if days := copies.Believed(own); len(days) > 0 {
		return days[0]
	}
	return ""
}

// expire deletes what has been in the trash of the destinations for long enough: nothing, while no newer copy is verified.
func (s shelf) expire() {
	for _, d := range s.config.Destinations {
		if s.swept[d.Name] == len(s.proofs) || s.there(s.destination(d.Name)) != nil || len(s.given(d.Name)) == 0 {
			continue
		}
		s.swept[d.Name] = len(s.proofs)
		days := s.believed(d.Name)
		s.empty(d.Name, func(p copies.Place) bool {
			given, err := time.Parse(time.DateOnly, p.LastDay)
			since := given.AddDate(0, 0, -copies.TrashDays).Format(time.DateOnly)
			return err == nil && len(days) > 1 && days[1] >= since && days[0] > p.LastDay
		})
	}
}

// empty deletes from the trash of a destination, those given up first before the others, what ripe says.
func (s shelf) empty(where string, ripe func(copies.Place) bool) {
	for _, own := range s.given(where) {
		s.change(own, func(p copies.Place) (copies.Place, bool) {
			gone := p.Destination == where && p.State == copies.Trashed && s.inReach(p) && ripe(p)
			if gone {
				s.driveAt(p).Free += p.Bytes
			}
			return p, !gone
		})
	}
}

// given are the copies in the trash of a destination, those given up first before the others.
func (s shelf) given(where string) []*copies.Copy {
	var all []*copies.Copy
	for _, c := range s.copies {
		if slices.ContainsFunc(c.Places, func(p copies.Place) bool { return p.Destination == where && p.State == copies.Trashed }) {
			all = append(all, c)
		}
	}
	when := map[string]int{}
	for i, h := range slices.Backward(s.changes) {
		if len(when) == len(all) {
			break
		}
		if h.where == where && h.Dropped && slices.ContainsFunc(all, func(c *copies.Copy) bool { return c.ID == h.id }) {
			when[h.id] = i
		}
	}
	slices.SortFunc(all, func(a, b *copies.Copy) int { return when[a.ID] - when[b.ID] })
	return all
}

// room sees to it that a copy fits: by what is in the trash, and then by what may be spared. It counts what had to go before
// its time.
func (s shelf) room(ctx context.Context, spare copies.Spare, d copies.Destination, bytes int64) (gone int, err error) {
	on := s.driveOf(d.Path)
	tight := func(copies.Place) bool { return on.Free < bytes }
	if on.Free < bytes {
		s.empty(d.Name, tight)
	}
	if on.Free >= bytes || spare == nil {
		return 0, nil
	}
	why, err := spare(ctx, d.Name, bytes-on.Free)
	if err != nil {
		return 0, err
	}
	for _, c := range s.visible() {
		if here := c.At(d.Name); why[c.ID] != "" && (here.Ours() || here.State == copies.Bad) {
			s.drop(d.Name, here, why[c.ID], "")
			gone++
		}
	}
	s.empty(d.Name, tight)
	return gone, nil
}

// Untrash takes a copy back out of the trash: its drop did not happen.
func (s shelf) Untrash(_ context.Context, where, id string) (copies.Copy, error) {
	if err := s.there(s.destination(where)); err != nil {
		return copies.Copy{}, err
	}
	own := s.kept(id)
	if own == nil || own.At(where).State != copies.Trashed {
		return copies.Copy{}, message.New("copy.not_found", "copies.not_in_trash", message.Args{"copy": id, "destination": where})
	}
	s.mend(id, func(p copies.Place) (copies.Place, bool) {
		if p.Destination == where && p.State == copies.Trashed {
			p.State, p.Why, p.LastDay = copies.Present, "", ""
		}
		return p, true
	})
	s.changes = slices.DeleteFunc(slices.Clone(s.changes), func(h happened) bool { return h.id == id && h.where == where && h.Dropped })
	return *s.shown(own), nil
}

// GivenUp are the ids of the copies that were dropped at a destination.
func (s shelf) GivenUp(_ context.Context, where string) (map[string]bool, error) {
	if err := s.there(s.destination(where)); err != nil {
		return nil, err
	}
	gone := map[string]bool{}
	for _, h := range s.changes {
		if h.where == where && h.Dropped {
			gone[h.id] = true
		}
	}
	return gone, nil
}

// Send copies a copy to other destinations, from the first place where its bytes are sound.
func (s shelf) Send(_ context.Context, c copies.Copy, to []copies.Destination) (copies.Copy, []error, error) {
	own := s.kept(c.ID)
	if own == nil {
		return c, nil, message.New("copy.not_found", "copies.not_found", message.Args{"copy": c.Seq})
	}
	c.Places = slices.Clone(c.Places)
	if _, err := s.sound(c); err != nil {
		return c, nil, err
	}
	there, missed := s.reachable(to)
	for _, d := range there {
		if own.At(d.Name).State == copies.Missing || own.At(d.Name).State == copies.Trashed {
			if err := s.put(own, d, own.Places[0].Bytes); err != nil {
				missed = append(missed, &copies.MissedError{Destination: d.Name, Err: err})
				continue
			}
			if own.Proof != nil && own.Proof.OK {
				s.remember(own, d.Name)
			}
		}
	}
	return *s.shown(own), missed, nil
}

// Waive says that a copy need not reach a destination.
func (s shelf) Waive(_ context.Context, c copies.Copy, where string) error {
	own := s.kept(c.ID)
	if own == nil {
		return message.New("copy.not_found", "copies.not_found", message.Args{"copy": c.Seq})
	}
	if !slices.Contains(own.Waived, where) {
		own.Waived = append(slices.Clone(own.Waived), where)
	}
	return nil
}

// Accept takes a suspect copy for good.
func (s shelf) Accept(_ context.Context, c copies.Copy, why string) (copies.Copy, error) {
	own := s.kept(c.ID)
	if own == nil {
		return c, message.New("copy.not_found", "copies.not_found", message.Args{"copy": c.Seq})
	}
	if c.State != copies.Suspect {
		return c, message.New("arg.value", "copies.not_suspect", message.Args{"name": c.Name})
	}
	own.Accepted = why
	s.diary.proven(own)
	s.verified(own, own.Places)
	return *s.shown(own), nil
}

// Approve keeps that a person let a plan go.
func (s shelf) Approve(_ context.Context, where, hash string) error {
	if err := s.there(s.destination(where)); err != nil {
		return err
	}
	s.approved[where] = hash
	return nil
}

// Approved is the hash that was approved last, until a drop used it.
func (s shelf) Approved(_ context.Context, where string) (string, error) {
	return s.approved[where], s.there(s.destination(where))
}

// History gives what became of the copies at a destination, oldest first.
func (s shelf) History(_ context.Context, where string) ([]copies.Change, error) {
	if err := s.there(s.destination(where)); err != nil {
		return nil, err
	}
	var all []copies.Change
	for _, c := range s.changes {
		if c.where == where {
			all = append(all, c.Change)
		}
	}
	return all, nil
}

// Pin keeps a copy whatever the rotation says.
func (s shelf) Pin(_ context.Context, c copies.Copy, pin copies.Pin) (copies.Copy, error) {
	if newest := s.newestDay(c.Database, ""); !pin.Holds(newest) {
		return c, message.New("arg.value", "copies.pin_past", message.Args{"day": pin.LastDay, "newest": newest, "name": c.Name})
	}
	return s.pinned(c, &pin)
}

// Unpin takes the pin away.
func (s shelf) Unpin(_ context.Context, c copies.Copy) (copies.Copy, error) { return s.pinned(c, nil) }

func (s shelf) pinned(c copies.Copy, pin *copies.Pin) (copies.Copy, error) {
	own := s.kept(c.ID)
	if own == nil {
		return c, message.New("copy.not_found", "copies.not_found", message.Args{"copy": c.Seq})
	}
	own.Pinned = pin
	return *s.shown(own), nil
}
