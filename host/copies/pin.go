package copies

import (
	"context"
	"errors"
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

// Pin pins a copy, in the ledger of every destination where it lies. Its LastDay is a business day, or "".
func (c *Catalogue) Pin(_ context.Context, found Copy, pin Pin) (Copy, error) {
	if pin.Reason == "" {
		return found, message.New("option.missing", "copies.pin_reason", nil)
	}
	if _, err := time.Parse(time.DateOnly, pin.LastDay); pin.LastDay != "" && err != nil {
		return found, message.New("option.value", "copies.pin_day", message.Args{"day": pin.LastDay})
	}
	found.Pinned = &pin
	return found, c.enterPin(found, eventPinned, pin)
}

// Unpin takes the pin away.
func (c *Catalogue) Unpin(_ context.Context, found Copy) (Copy, error) {
	found.Pinned = nil
	return found, c.enterPin(found, eventUnpinned, Pin{})
}

func (c *Catalogue) enterPin(found Copy, kind string, pin Pin) error {
	var failed []error
	entered := false
	for _, p := range found.Places {
		d, ok := c.Destination(p.Destination)
		if !ok || p.State != Present {
			continue
		}
		entered = true
		line := c.event(kind, found, p)
		line.Why, line.LastDay = pin.Reason, pin.LastDay
		failed = append(failed, enter(d.Path, line))
	}
	if !entered {
		return message.New("copy.not_found", "copies.pin_nowhere", message.Args{"name": found.Name})
	}
	return errors.Join(failed...)
}
