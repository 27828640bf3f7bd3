package copies

import (
	"context"
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

// holds tells whether a pin still does, by the newest business day that can be believed: the PC's clock can not.
func (p *Pin) holds(newestDay string) bool {
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
	if !pin.holds(newest) {
		return found, message.New("arg.value", "copies.pin_past", message.Args{"day": pin.LastDay, "newest": newest, "name": found.Name})
	}
	found.Pinned = &pin
	return found, c.announce(found, event{Event: eventPinned, Why: pin.Reason, LastDay: pin.LastDay})
}

// newestDay is the newest business day of the verified copies of a database that can be believed, wherever they lie; ""
// where none is verified.
func (c *Catalogue) newestDay(ctx context.Context, database string) (string, error) {
	all, _, err := c.List(ctx, Filter{Database: database})
	if days := believed(all); len(days) > 0 {
		return days[0], err
	}
	return "", err
}

// Unpin takes the pin away.
func (c *Catalogue) Unpin(_ context.Context, found Copy) (Copy, error) {
	found.Pinned = nil
	return found, c.announce(found, event{Event: eventUnpinned})
}
