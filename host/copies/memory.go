package copies

import (
	"os"
	"strconv"

	"github.com/djscript/djscript/host/message"
)

// memory is what a ledger knows of one zip.
type memory struct {
	sealed  event
	check   event  // the last one
	writing *event // being published, as far as is known
	proven  event  // the last one with a proof

	pinned    *Pin
	waived    []string
	accepted  string
	dropping  *event  // the tombstone
	trash     *memory // the copy of this name that lies in the trash, with its tombstone
	returning bool    // it is on its way back from there
}

func remembered(events []event) map[string]*memory {
	all := map[string]*memory{}
	for _, e := range events {
		if e.Name == "" {
			continue // about the destination
		}
		m := all[e.Name]
		if m == nil {
			m = &memory{}
			all[e.Name] = m
		}
		m.learn(e)
		if e.Event == eventUntrashed && m.trash != nil {
			all[e.Name] = m.trash
			m.trash.dropping, m.trash.returning = nil, false
		}
		if e.Event == eventDropped && !m.forget() {
			delete(all, e.Name)
		}
	}
	return all
}

// learn takes in one event.
func (m *memory) learn(e event) {
	if (e.Event == eventSealed || e.Event == eventFound) && m.dropping != nil || e.Event == eventTrashed {
		m.bury(e)
	}
	switch e.Event {
	case eventWriting:
		m.writing = &e
	case eventSealed:
		m.sealed, m.writing, m.check = e, nil, event{} // what was found damaged before is not what was written now
	case eventFound:
		m.sealed, m.writing, m.proven = e, nil, e
	case eventCheck:
		m.check = e
	case eventProof:
		m.proven = e
	case eventPinned:
		m.pinned = &Pin{Reason: e.Why, LastDay: e.LastDay}
	case eventUnpinned:
		m.pinned = nil
	case eventWaived:
		m.waived = append(m.waived, e.Destination)
	case eventAccepted:
		m.accepted = e.Why
	case eventDropping:
		m.dropping = &e
	case eventUntrashing:
		if m.trash != nil {
			m.trash.returning = true
		}
	}
}

// bury keeps apart what is known of a copy that is in the trash now: whatever comes under its name is another.
func (m *memory) bury(e event) {
	old := *m
	old.trash = nil
	if old.dropping == nil {
		old.dropping = &e // the tombstone was lost
	}
	*m = memory{trash: &old}
}

// forget drops what is known of the copy that was deleted, and tells whether anything is left to know.
func (m *memory) forget() bool {
	wasTrash := m.trash != nil
	m.trash = nil
	return wasTrash && m.sealed.ID != ""
}

// add tells the copy what only the ledger knows.
func (m *memory) add(c *Copy) {
	p := &c.Places[0]
	p.ReadBack, p.Checked = m.sealed.ReadBack, m.sealed.At
	if m.check.ID != "" {
		p.Checked = m.check.At
	}
	if p.SHA256 == "" {
		p.SHA256 = m.sealed.SHA256
	}
	contradicted := m.sealed.SHA256 != "" && p.SHA256 != m.sealed.SHA256 || m.sealed.Bytes > 0 && p.Bytes != m.sealed.Bytes ||
		m.sealed.ID != "" && p.Zip != m.sealed.Zip
	if contradicted || m.damaged() {
		p.State = Bad
	}
	if c.Proof == nil {
		c.Proof = m.proven.proof()
	}
	c.Pinned, c.Waived, c.Accepted = longer(c.Pinned, m.pinned), m.waived, m.accepted
}

// damaged tells whether the copy was found damaged when it was last hashed.
func (m *memory) damaged() bool { return m.check.ID != "" && !m.check.OK }

// moves tells that a copy is given up and not in the trash yet, or not back from it.
func (m *memory) moves(id string) bool {
	return m.dropping != nil && m.dropping.ID == id || m.trash != nil && m.trash.returning && m.trash.dropping.ID == id
}

// copy is all that can be said of a zip that is gone or can not be read.
func (m *memory) copy(d Destination, state string) Copy {
	e := m.sealed
	return Copy{
		ID: e.ID, Seq: strconv.FormatUint(e.Seq, 10), Name: e.Name, Store: e.Store, Database: e.Database, Created: e.At,
		Proof: m.proven.proof(), Pinned: m.pinned, Waived: m.waived, Accepted: m.accepted,
		Places: []Place{e.place(d, state)},
	}
}

// same tells whether the card of a ciphertext is the one that was written with it.
func (m *memory) same(one reading) error {
	if !one.encrypted() || m.sealed.Card == "" {
		return nil
	}
	text, err := os.ReadFile(one.beside(cardSuffix))
	if err == nil && sumOf(text) == m.sealed.Card {
		return nil
	}
	return message.New("copy.bad", "copies.card_differs", message.Args{"path": one.path()})
}
