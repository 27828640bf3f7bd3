package copies

import (
	"errors"
	"os"
	"slices"

	"github.com/djscript/djscript/host/message"
)

// A ledger that was lost, cut off, or put there from another store knows less than the copies beside it tell. What they
// tell is entered anew; until it is, and until something new is proven after that, nothing is dropped there: nobody knows
// what else was lost.

// gaps are the copies of the store that lie at a destination, and that its ledger does not know, or not proven as they are.
func (c *Catalogue) gaps(d Destination, events []event) []Copy {
	known := remembered(events)
	var found []Copy
	all, _ := artifacts(d.Path) // what can not be read is told by the list
	for _, a := range all {
		m := known[a.name()]
		if m.tells(a, c.Store) {
			continue
		}
		one, err := a.read(nil)
		switch {
		case err != nil, a.unfinished(), one.Store != c.Store: // what can not be read is told by the list
		case m != nil && (m.moves(one.ID) || m.knows(c.Store) && !m.lacks(one)):
		default:
			found = append(found, one)
		}
	}
	return found
}

// knows tells whether a ledger says that a copy of the store lies there.
func (m *memory) knows(store string) bool {
	return m != nil && m.sealed.ID != "" && m.sealed.Store == store
}

// lacks tells that more lies beside a copy than its ledger knows.
func (m *memory) lacks(one Copy) bool {
	return one.Proof != nil && len(m.proven.Proof) == 0 || one.Pinned != nil && m.pinned == nil
}

// tells says whether a ledger knows as much of a copy as lies beside it.
func (m *memory) tells(a artifact, store string) bool {
	if !m.knows(store) || m.pinned == nil && !a.unpinned {
		return false
	}
	if len(m.proven.Proof) > 0 {
		return true
	}
	_, err := os.Lstat(a.beside(proofSuffix))
	return err != nil
}

// newer is an event of the store of a kind that this version does not know: what it means for the copies is not known
// either.
func newer(events []event, store string) bool {
	return slices.ContainsFunc(events, func(e event) bool { return e.Store == store && !slices.Contains(kinds, e.Event) })
}

// incomplete is why nothing may be dropped at a destination now: its ledger knows too little, or more than we do.
func (c *Catalogue) incomplete(d Destination, events []event) error {
	if newer(events, c.Store) {
		return message.New("guard.ledger", "copies.ledger_newer", message.Args{"destination": d.Name})
	}
	if gaps := c.gaps(d, events); len(gaps) > 0 {
		return message.New("guard.ledger", "copies.ledger_short", message.Args{"destination": d.Name, "n": len(gaps)})
	}
	return nil
}

// rebuild enters what the ledger of a destination does not know, and tells how much that was, or that a newer version has
// been there.
func (c *Catalogue) rebuild(d Destination) error {
	events, err := readLedger(d.Path)
	if err != nil {
		return err
	}
	known := remembered(events)
	lost := 0
	var failed []error
	if newer(events, c.Store) { // else rotation would stand still, and nobody would know
		failed = append(failed, message.New("guard.ledger", "copies.ledger_newer", message.Args{"destination": d.Name}))
	}
	for _, one := range c.gaps(d, events) {
		if m := known[one.Name]; m == nil || m.writing == nil { // else whoever wrote it died on the last step
			lost++
		}
		line := c.event(eventFound, one, one.Places[0])
		line.Proof = one.Proof.told()
		if text, err := os.ReadFile(artifactOf(one.Places[0]).beside(cardSuffix)); err == nil {
			line.Card = sumOf(text)
		}
		failed = append(failed, d.enter(line))
		if pin := one.Pinned; pin != nil {
			line := c.event(eventPinned, one, one.Places[0])
			line.Why, line.LastDay = pin.Reason, pin.LastDay
			failed = append(failed, d.enter(line))
		}
	}
	if lost > 0 {
		failed = append(failed, message.New("copy.degraded", "copies.rebuilt", message.Args{"destination": d.Name, "n": lost}))
	}
	return errors.Join(failed...)
}
