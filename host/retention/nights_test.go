package retention

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// store is a destination from night to night: what lies there, and what came and went.
type store struct {
	copies         []Copy
	changes        map[string][]happened
	trash          []Copy         // what a plan took, and can come back
	added, dropped map[string]int // verified copies that came, and copies that a plan took, by database
	policy         Policy
	whim           *whim
	guards         Guards
	seq            uint64
	day            string
	clocksAreRight bool
}

// happened is a line of the ledger.
type happened struct {
	what Change
	id   string
}

// credit is what the ledger has for the drops of a database.
func (s *store) credit(database string) int {
	var changes []Change
	for _, h := range s.changes[database] {
		changes = append(changes, h.what)
	}
	return Credit(changes)
}

func newStore(t *rapid.T) *store {
	s := &store{
		changes: map[string][]happened{}, added: map[string]int{}, dropped: map[string]int{}, day: "2026-01-05", clocksAreRight: true,
		policy: policy().Draw(t, "policy"), guards: guards().Draw(t, "guards"),
	}
	for range rapid.SampledFrom([]int{0, 0, 0, 50}).Draw(t, "copies from before the ledger") {
		s.make(t, Verified)
	}
	clear(s.changes)
	clear(s.added)
	return s
}

// make adds tonight's copy of one of the databases.
func (s *store) make(t *rapid.T, state string) {
	s.seq++
	s.day = after(s.day, rapid.SampledFrom([]int{0, 1, 1, 1, 2, 45}).Draw(t, "pause"))
	c := night(s.seq, s.day)
	c.State, c.Device, c.Checked, c.Bytes = state, rapid.SampledFrom([]string{"A", "A", "B", "B", "C", ""}).Draw(t, "drive"), s.day, 1
	c.Database = rapid.SampledFrom([]string{"loja", "loja", "loja", "pdv"}).Draw(t, "database")
	c.Class = rapid.SampledFrom([]string{"routine", "routine", "intraday", "closing"}).Draw(t, "class")
	if rapid.IntRange(0, 5).Draw(t, "unit") == 5 {
		c.Companies, c.Partial = "2", rapid.Bool().Draw(t, "partial")
	}
	c.To, c.At = []string{"local"}, []string{"local"}
	s.copies = append(s.copies, c)
	s.proven(c)
}

func (s *store) proven(c Copy) {
	if c.State == Verified {
		s.changes[c.Database] = append(s.changes[c.Database], happened{Added, c.ID})
		s.added[c.Database]++
	}
}

// draw is the plan of this moment.
func (s *store) draw(t *rapid.T) drawn {
	d := drawn{copies: s.copies, policy: s.policy, whim: s.whim, guards: s.guards}
	d.guards.Credit = map[string]int{"loja": s.credit("loja"), "pdv": s.credit("pdv")}
	d.plan = d.again(t, d.copies)
	return d
}

// carryOut drops what the plan drops, but for what can not be deleted.
func (s *store) carryOut(p Plan, stuck map[string]bool) {
	s.copies = slices.DeleteFunc(slices.Clone(s.copies), func(c Copy) bool {
		goes := p.Drop[c.ID] != nil && !stuck[c.ID]
		if goes {
			s.trash = append(s.trash, c)
			s.guards.Approved = "" // for one drop
			s.changes[c.Database] = append(s.changes[c.Database], happened{Dropped, c.ID})
			s.dropped[c.Database]++
		}
		return goes
	})
}

// I-12: all that ever went was paid for by what ever came.
func (s *store) dropsArePaidFor(t *rapid.T) {
	for database, n := range s.dropped {
		if n > s.added[database]+allowance {
			t.Fatalf("%d copies of %s went, and %d came", n, database, s.added[database])
		}
	}
}

// comesBack takes a copy out of the trash: its drop did not happen.
func (s *store) comesBack(t *rapid.T) {
	if len(s.trash) == 0 {
		return
	}
	i := rapid.IntRange(0, len(s.trash)-1).Draw(t, "out of the trash")
	c := s.trash[i]
	s.trash = slices.Delete(slices.Clone(s.trash), i, i+1)
	s.copies = append(slices.Clone(s.copies), c)
	s.changes[c.Database] = slices.DeleteFunc(slices.Clone(s.changes[c.Database]), func(h happened) bool { return h == happened{Dropped, c.ID} })
	s.dropped[c.Database]--
}

// one is some copy of the store; nil where there is none.
func (s *store) one(t *rapid.T) *Copy {
	if len(s.copies) == 0 {
		return nil
	}
	s.copies = slices.Clone(s.copies)
	return &s.copies[rapid.IntRange(0, len(s.copies)-1).Draw(t, "copy")]
}

// Nights go by: copies are made, proven or not; plans are carried out, wholly or in part; disks fill up, clocks go wrong,
// drives come and go, people pin, accept and change their minds.
func TestNightsGoByAndEveryPromiseHolds(t *testing.T) {
	always(t, func(t *rapid.T) {
		s := newStore(t)
		for range rapid.IntRange(1, 20).Draw(t, "nights") {
			s.happens(t)
			d := s.draw(t)
			s.promises(t, d)
			if rapid.IntRange(0, 3).Draw(t, "rotation") > 0 {
				s.carryOut(d.plan, scattered(t, d.plan.Drop, "can not be deleted"))
				s.dropsArePaidFor(t)
				if after := s.draw(t); len(d.plan.Drop) > 0 {
					s.nothingMoreGoes(t, d, after)
				}
			}
		}
	})
}

// promises are those that hold on every night.
func (s *store) promises(t *rapid.T, d drawn) {
	eachInOnePlaceWithAReason(t, d)
	theFloorStays(t, d)
	theNewestStay(t, d)
	whatIsInUseIsNotDropped(t, d)
	onlyAnApprovedPlanGoesBeyondTheBreaker(t, d)
	whatOthersWaitForStays(t, d)
	theDoubtfulStay(t, d)
	nothingGoesAfterAnUnusualCopy(t, d)
	twoDevicesHaveAVerifiedCopy(t, d)
	theUnprovenPushNothingOut(t, d)
	fourCenturiesLaterAllIsAsItWas(t, d)
	if s.clocksAreRight {
		oneWrongStampCostsNoOtherCopy(t, d)
	}
}

// I-11: once something of a database has gone, nothing more of it goes before a new copy was verified.
func (s *store) nothingMoreGoes(t *rapid.T, before, after drawn) {
	for _, c := range after.copies {
		taken := func(gone Copy) bool {
			return gone.Database == c.Database && !slices.ContainsFunc(s.copies, func(left Copy) bool { return left.ID == gone.ID })
		}
		if after.plan.Drop[c.ID] != nil && slices.ContainsFunc(before.copies, taken) {
			t.Fatalf("%s goes at once after others of %s", c.ID, c.Database)
		}
	}
}

// happens is one of the things that happen to a store.
func (s *store) happens(t *rapid.T) {
	make := func(state string) func() { return func() { s.make(t, state) } }
	to := func(change func(c *Copy)) func() {
		return func() {
			if c := s.one(t); c != nil {
				change(c)
			}
		}
	}
	events := []struct {
		name string
		of   func()
	}{
		{"a good night", make(Verified)},
		{"a good week", func() {
			for range 7 {
				s.make(t, Verified)
			}
		}},
		{"a night without the proof", make(Sealed)},
		{"a failing night", make(Bad)},
		{"a night unlike the others", make(Suspect)},
		{"a night with a wrong clock", func() {
			s.make(t, Verified)
			s.copies[len(s.copies)-1].Day = rapid.SampledFrom(wrongDays).Draw(t, "wrong day")
			s.clocksAreRight = false
		}},
		{"a night that misses the pen drive", func() { s.make(t, Verified); s.copies[len(s.copies)-1].To = []string{"local", "pen"} }},
		{"the pen drive catches up", to(func(c *Copy) { c.At = []string{"local", "pen"} })},
		{"a person waives the pen drive", to(func(c *Copy) { c.Waived = []string{"pen"} })},
		{"a copy is proven later, or accepted", to(func(c *Copy) {
			if c.State == Sealed || c.State == Suspect {
				c.State = Verified
				s.proven(*c)
			}
		})},
		{"a copy rots", to(func(c *Copy) { c.State = Bad })},
		{"a copy is hashed again", to(func(c *Copy) { c.Checked = s.day })},
		{"a pin", to(func(c *Copy) { c.Pin = &Pin{Reason: "auditoria"} })},
		{"a pin for a while", to(func(c *Copy) { c.Pin = &Pin{Reason: "fechamento", LastDay: after(s.day, 10)} })},
		{"no pin", to(func(c *Copy) { c.Pin = nil })},
		{"somebody reads a copy", to(func(c *Copy) { c.Busy = !c.Busy })},
		{"a drive is pulled out or comes back", to(func(c *Copy) {
			device, away := c.Device, !c.Away
			for i := range s.copies {
				if s.copies[i].Device == device {
					s.copies[i].Away = away
				}
			}
		})},
		{"a night under a clock that was doubted", func() { s.make(t, Verified); s.copies[len(s.copies)-1].Doubted = true }},
		{"the hash of a copy is lost", to(func(c *Copy) { c.Checked = "" })},
		{"a copy comes back out of the trash", func() { s.comesBack(t) }},
		{"another policy", func() { s.policy, s.whim = policy().Draw(t, "policy"), nil }},
		{"a policy function", func() {
			w := rapid.SampledFrom(whims).Draw(t, "function")
			s.policy, s.whim = Policy{Min: rapid.IntRange(0, 4).Draw(t, "min")}, &w
		}},
		{"a person approves what the breaker holds back", func() { s.guards.Approved = s.draw(t).plan.Hash() }},
		{"an old approval", func() { s.guards.Approved = "of another plan" }},
		{"other guards", func() { s.guards = guards().Draw(t, "guards") }},
		{"a full disk", func() {
			classes := rapid.SampledFrom([][]string{DefaultClasses(), Classes}).Draw(t, "classes")
			give, _ := Sacrifice(s.copies, classes, s.guards, rapid.Int64Range(1, 4).Draw(t, "bytes"))
			gone := map[string]bool{}
			for _, c := range give {
				gone[c.ID] = true
			}
			spared(t, s.draw(t), classes, gone)
			for _, c := range give {
				s.copies = without(s.copies, func(id string) bool { return id == c.ID })
				s.changes[c.Database] = append(s.changes[c.Database], happened{Dropped, c.ID})
			}
		}},
	}
	i := rapid.IntRange(-8, len(events)-1).Draw(t, "event")
	event := events[max(i, 0)]
	t.Logf("%s: %s", s.day, event.name)
	event.of()
}
