package copies

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/djscript/djscript/host/message"
)

// A ledger that was lost, cut off, or put there from another store knows less than the copies beside it tell. What they
// tell is entered anew; until it is, and until something new is proven after that, nothing is dropped there: nobody knows
// what else was lost.

// gaps are the copies of the store that lie at a destination or in the trash there, and that its ledger does not know, or
// not proven or damaged as they are.
func (c *Catalogue) gaps(d Destination, events []event) []Copy {
	known := remembered(events)
	return append(c.unbinned(d, known), c.untold(d, known)...)
}

// untold are those that lie in their place.
func (c *Catalogue) untold(d Destination, known map[string]*memory) []Copy {
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
		case m != nil && (m.moves(one.ID) || m.knows(c.Store) && !m.lacks(a, one)):
		default:
			found = append(found, one)
		}
	}
	return found
}

// unbinned are those that lie in the trash though no tombstone speaks of them, oldest first. What has no hash, or the name
// of one that the ledger speaks of in other ways, is not certain to be ours.
func (c *Catalogue) unbinned(d Destination, known map[string]*memory) []Copy {
	folder, ok := d.bin()
	if !ok {
		return nil
	}
	var found []Copy
	all, _ := artifacts(folder) // what can not be read stays as it is
	for _, a := range all {
		if m := known[a.name()]; m != nil && (m.dropping != nil || m.trash != nil) {
			continue
		}
		one, err := a.read(nil)
		if err == nil && !a.unfinished() && one.Store == c.Store && one.Places[0].SHA256 != "" && plainID.MatchString(one.ID) {
			found = append(found, one)
		}
	}
	slices.SortFunc(found, func(a, b Copy) int { return cmp.Compare(a.Number(), b.Number()) })
	return found
}

// bin is the trash folder of a destination; false where none lies there, or a link to elsewhere.
func (d Destination) bin() (string, bool) {
	for _, folder := range []string{path.Dir(trashPath), trashPath} {
		info, err := os.Lstat(d.file(filepath.FromSlash(folder)))
		if err != nil || !info.IsDir() {
			return "", false
		}
	}
	return d.file(filepath.FromSlash(trashPath)), true
}

// knows tells whether a ledger says that a copy of the store lies there.
func (m *memory) knows(store string) bool {
	return m != nil && m.sealed.ID != "" && m.sealed.Store == store
}

// lacks tells that more lies beside a copy than its ledger knows.
func (m *memory) lacks(a artifact, one Copy) bool {
	return one.Proof != nil && len(m.proven.Proof) == 0 || one.Pinned != nil && m.pinned == nil || a.damage(one.ID) != nil && !m.damaged()
}

// tells says whether a ledger knows as much of a copy as lies beside it.
func (m *memory) tells(a artifact, store string) bool {
	if !m.knows(store) || m.pinned == nil && !a.unpinned || !m.damaged() && !a.sound {
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

// Standstill is why rotation stands still at a destination now: its ledger knows less than the copies tell, or more than
// this version understands (guard.ledger). It is nil where it does not.
func (c *Catalogue) Standstill(where string) error {
	d, err := c.reach(where)
	if err != nil {
		return err
	}
	events, err := readLedger(d.Path)
	if err != nil {
		return message.Wrap(err, "copy.degraded", "copies.ledger_unreadable", message.Args{"destination": where})
	}
	return c.incomplete(d, events)
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
// been there. What lies in the trash comes first: it is a copy of its own, whatever lies under its name elsewhere.
func (c *Catalogue) rebuild(t *trash) error {
	d := t.d
	failed := []error{c.exhume(t)}
	events, err := readLedger(d.Path)
	if err != nil {
		return errors.Join(append(failed, err)...)
	}
	if newer(events, c.Store) { // else rotation would stand still, and nobody would know
		failed = append(failed, message.New("guard.ledger", "copies.ledger_newer", message.Args{"destination": d.Name}))
	}
	known := remembered(events)
	lost := 0
	for _, one := range c.untold(d, known) {
		if m := known[one.Name]; m == nil || m.writing == nil { // else whoever wrote it died on the last step
			lost++
		}
		failed = append(failed, c.enterFound(d, one))
	}
	if lost > 0 {
		failed = append(failed, message.New("copy.degraded", "copies.rebuilt", message.Args{"destination": d.Name, "n": lost}))
	}
	return errors.Join(failed...)
}

// enterFound enters all that a copy tells where it lies.
func (c *Catalogue) enterFound(d Destination, one Copy) error {
	p := one.Places[0]
	lies := artifactOf(p)
	line := c.event(eventFound, one, p)
	line.Proof = one.Proof.told()
	if text, err := os.ReadFile(lies.beside(cardSuffix)); err == nil {
		line.Card = sumOf(text)
	}
	failed := []error{d.enter(line)}
	if pin := one.Pinned; pin != nil {
		line := c.event(eventPinned, one, p)
		line.Why, line.LastDay = pin.Reason, pin.LastDay
		failed = append(failed, d.enter(line))
	}
	if found := lies.damage(one.ID); found != nil {
		line := c.event(eventCheck, one, p)
		line.At, line.OK, line.Why = found.When, false, found.Why
		failed = append(failed, d.enter(line))
	}
	return errors.Join(failed...)
}

// exhume gives the copies in the trash that no tombstone speaks of one again, as if they had been given up now: then they
// are listed, can be brought back, and go when their time has come.
func (c *Catalogue) exhume(t *trash) error {
	events, err := readLedger(t.d.Path)
	if err != nil || newer(events, c.Store) { // a newer version may know of what lies there in other ways
		return err
	}
	lost := c.unbinned(t.d, remembered(events))
	if len(lost) == 0 {
		return nil
	}
	shelf, err := openShelf(context.Background(), t.d, c.Store)
	if err != nil {
		return err
	}
	day := ""
	if days := Believed(shelf.here(t.d)); len(days) > 0 {
		day = days[0]
	}
	var failed []error
	for _, one := range lost {
		tombstone := c.event(eventDropping, one, one.Places[0])
		tombstone.Why, tombstone.Day = message.Text("copies.exhumed_why", nil), day
		failed = append(failed, c.enterFound(t.d, one), t.exhume(one, tombstone))
	}
	return errors.Join(append(failed, message.New("copy.degraded", "copies.exhumed", message.Args{"destination": t.d.Name, "n": len(lost)}))...)
}

// exhume enters a tombstone for what lies in the trash.
func (t *trash) exhume(one Copy, tombstone event) error {
	own, beside := one.Places[0].files()
	for i, name := range slices.Concat(own, beside) {
		bytes, err := t.size(inTrash(name))
		if err != nil {
			return err
		}
		if bytes >= 0 {
			tombstone.Files = append(tombstone.Files, lain{Name: name, Bytes: bytes, Beside: i >= len(own)})
		}
	}
	if err := t.step(func() error { return t.enter(eventDropping, tombstone) }); err != nil {
		return err
	}
	return t.step(func() error { return t.enter(eventTrashed, tombstone) })
}
