package sim

import (
	"context"
	"slices"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

// happened is what became of a copy at a destination: it was proven, or dropped.
type happened struct {
	where, id string
	copies.Change
}

// Drop gives copies up at a destination, or refuses them all, by the rules of the real catalogue.
func (s shelf) Drop(_ context.Context, where string, why map[string]string) ([]copies.Copy, error) {
	if err := s.there(s.destination(where)); err != nil {
		return nil, err
	}
	var condemned []copies.Copy
	met := map[string]bool{} // databases whose newest proven copy was met
	for _, c := range s.visible() {
		here := c.At(where)
		newest := here.State == copies.Verified && !met[here.Database]
		met[here.Database] = met[here.Database] || newest
		if _, asked := why[here.ID]; !asked {
			continue
		}
		args := message.Args{"name": here.Name, "destination": where}
		switch {
		case !here.Ours():
			return nil, message.New("guard.identity", "copies.not_ours", args)
		case newest:
			return nil, message.New("guard.newest", "copies.drop_newest", args)
		case here.Pinned != nil:
			return nil, message.New("guard.pinned", "copies.drop_pinned", message.Args{"name": here.Name, "why": here.Pinned.Reason})
		}
		condemned = append(condemned, here)
	}
	if len(condemned) < len(why) {
		return nil, message.New("copy.not_found", "copies.not_there", message.Args{"n": len(why) - len(condemned), "destination": where})
	}
	for _, c := range condemned {
		s.drop(where, c)
		s.diary.dropped(where, c, why[c.ID])
	}
	return condemned, nil
}

// drop takes a copy away from a destination.
func (s shelf) drop(where string, c copies.Copy) {
	own := s.kept(c.ID)
	own.Places = slices.DeleteFunc(slices.Clone(own.Places), func(p copies.Place) bool { return p.Destination == where })
	s.driveOf(s.destination(where).Path).Free += c.Places[0].Bytes
	s.changes = append(s.changes, happened{where: where, id: c.ID, Change: copies.Change{Database: c.Database, Dropped: true}})
	if len(own.Places) == 0 {
		s.copies = slices.DeleteFunc(s.copies, func(kept *copies.Copy) bool { return kept == own })
	}
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
