package copies

import (
	"context"
	"errors"
	"slices"

	"github.com/djscript/djscript/host/message"
)

// What a person decides about copies lies in the ledgers, beside what it is about: it goes where the copies go.

// Waive says that a copy need not reach a destination that it was made for: rotation waits for it no longer.
func (c *Catalogue) Waive(_ context.Context, found Copy, where string) error {
	_, known := c.Destination(where)
	if !known && !slices.Contains(found.To, where) {
		return c.noDestination(where)
	}
	if slices.Contains(found.Waived, where) {
		return nil
	}
	return c.announce(found, event{Event: eventWaived, Destination: where})
}

// Accept takes a suspect copy for good: a person has looked at what makes it unlike the copies before it. It is verified
// from then on.
func (c *Catalogue) Accept(_ context.Context, found Copy, why string) (Copy, error) {
	switch {
	case why == "":
		return found, message.New("option.missing", "copies.accept_reason", nil)
	case found.State != Suspect:
		return found, message.New("arg.value", "copies.not_suspect", message.Args{"name": found.Name})
	}
	if err := c.announce(found, event{Event: eventAccepted, Why: why}); err != nil {
		return found, err
	}
	found.Accepted = why
	found.State = found.state()
	return found, nil
}

// Approve keeps that a person let a plan go that would drop more than one run may; the hash is the plan's own.
func (c *Catalogue) Approve(_ context.Context, where, hash string) error {
	d, err := c.reach(where)
	if err != nil {
		return err
	}
	if hash == "" {
		return message.New("option.missing", "copies.approve_nothing", nil)
	}
	return d.enter(event{At: c.stamp(), Event: eventApproved, Store: c.Store, Hash: hash, OK: true})
}

// Approved is the hash that was approved last at a destination, or "" where none was or a drop has used it.
func (c *Catalogue) Approved(_ context.Context, where string) (string, error) {
	d, err := c.reach(where)
	if err != nil {
		return "", err
	}
	events, err := readLedger(d.Path)
	if err != nil {
		return "", message.Wrap(err, "copy.degraded", "copies.ledger_unreadable", message.Args{"destination": where})
	}
	hash := ""
	for _, e := range events {
		switch {
		case e.Store != c.Store:
		case e.Event == eventApproved:
			hash = e.Hash
		case e.Event == eventDropping:
			hash = ""
		}
	}
	return hash, nil
}

// announce enters one line in the ledger of every destination where the copy lies now.
func (c *Catalogue) announce(found Copy, said event) error {
	var failed []error
	entered := false
	for _, p := range found.Places {
		d, ok := c.Destination(p.Destination)
		if !ok || p.State != Present {
			continue
		}
		entered = true
		line := c.event(said.Event, found, p)
		line.Why, line.LastDay, line.Destination = said.Why, said.LastDay, said.Destination
		failed = append(failed, d.enter(line))
	}
	if !entered {
		return message.New("copy.not_found", "copies.pin_nowhere", message.Args{"name": found.Name})
	}
	return errors.Join(failed...)
}
