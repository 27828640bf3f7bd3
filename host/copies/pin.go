package copies

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Pin keeps a copy whatever the rotation says.
type Pin struct {
	Reason  string `json:"reason"`
	LastDay string `json:"last_day,omitempty"` // the last business day that it holds; "": until it is taken away
}

// outlasts tells which of two pins, on two destinations, holds longer. A pin holds wherever it was last heard of.
func (p *Pin) outlasts(other *Pin) bool {
	return p != nil && (other == nil || other.LastDay != "" && (p.LastDay == "" || p.LastDay > other.LastDay))
}

// Holds tells whether a pin still does, by the newest business day that can be believed: the PC's clock can not.
func (p *Pin) Holds(newestDay string) bool {
	return p != nil && (p.LastDay == "" || newestDay == "" || p.LastDay >= newestDay)
}

// Pin pins a copy, in the ledger of every destination where it lies. Its LastDay is a business day, or "": one that is
// over by the newest day that can be believed would hold nothing (arg.value).
func (c *Catalogue) Pin(ctx context.Context, found Copy, pin Pin) (Copy, error) {
	if pin.Reason == "" {
		return found, message.New("option.missing", "copies.pin_reason", nil)
	}
	if _, err := time.Parse(time.DateOnly, pin.LastDay); pin.LastDay != "" && err != nil {
		return found, message.New("option.value", "copies.pin_day", message.Args{"day": pin.LastDay})
	}
	newest, err := c.newestDay(ctx, found.Database)
	if err != nil {
		return found, err
	}
	if !pin.Holds(newest) {
		return found, message.New("arg.value", "copies.pin_past", message.Args{"day": pin.LastDay, "newest": newest, "name": found.Name})
	}
	found.Pinned = &pin
	return found, errors.Join(c.eachPlace(found, func(p Place) error { return pin.write(p, found.ID) }), c.announce(found, event{Event: eventPinned, Why: pin.Reason, LastDay: pin.LastDay}))
}

// newestDay is the newest business day of the verified copies of a database that can be believed, wherever they lie; ""
// where none is verified.
func (c *Catalogue) newestDay(ctx context.Context, database string) (string, error) {
	all, _, err := c.List(ctx, Filter{Database: database})
	if days := Believed(all); len(days) > 0 {
		return days[0], err
	}
	return "", err
}

// Unpin takes the pin away.
func (c *Catalogue) Unpin(_ context.Context, found Copy) (Copy, error) {
	found.Pinned = nil
	if err := c.announce(found, event{Event: eventUnpinned}); err != nil {
		return found, err
	}
	return found, c.eachPlace(found, func(p Place) error {
		if pinAt(p, found.ID) == nil {
			return nil
		}
		return os.Remove(artifactOf(p).beside(pinSuffix))
	})
}

// pinSuffix ends the name of the file beside a copy that says that it is pinned, and of which copy that is said: a ledger
// that was cut off can not tell that it lost a pin.
const pinSuffix = ".pin.json"

type pinFile struct {
	ID string `json:"id"`
	Pin
}

// write puts the pin beside a copy, over an earlier one of the same copy and over nothing else.
func (p Pin) write(at Place, id string) error {
	return writeBeside(at, pinSuffix, pinAt(at, id) != nil, pinFile{id, p})
}

// pinAt is the pin beside a copy; nil where none of it lies there.
func pinAt(at Place, id string) *Pin { return artifactOf(at).pin(id) }

func (a artifact) pin(id string) *Pin {
	found := pinFile{}
	if a.unpinned || !a.readBeside(pinSuffix, &found) || found.ID != id || found.Reason == "" {
		return nil
	}
	return &found.Pin
}

// longer is which of two pins holds longer.
func longer(a, b *Pin) *Pin {
	if b.outlasts(a) {
		return b
	}
	return a
}

// eachPlace does something at each place of a copy that can be reached.
func (c *Catalogue) eachPlace(found Copy, do func(Place) error) error {
	var failed []error
	for _, p := range found.Places {
		if d, ok := c.Destination(p.Destination); ok && p.State == Present && d.There() == nil {
			failed = append(failed, do(p))
		}
	}
	return errors.Join(failed...)
}
