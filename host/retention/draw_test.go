package retention

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"
)

// oddity is what may be special about a copy.
type oddity struct {
	name string
	of   func(*Copy)
}

func (o oddity) String() string { return o.name }

var oddities = []oddity{
	{"plain", func(*Copy) {}},
	{"plain", func(*Copy) {}},
	{"plain", func(*Copy) {}},
	{"sealed", func(c *Copy) { c.State = Sealed }},
	{"sealed", func(c *Copy) { c.State = Sealed }},
	{"bad", func(c *Copy) { c.State = Bad }},
	{"suspect", func(c *Copy) { c.State = Suspect }},
	{"unsure", func(c *Copy) { c.State = Unsure }},
	{"of a state to come", func(c *Copy) { c.State = "carved in stone" }},
	{"intraday", func(c *Copy) { c.Class = "intraday" }},
	{"closing", func(c *Copy) { c.Class = "closing" }},
	{"other database", func(c *Copy) { c.Database = "pdv" }},
	{"some companies", func(c *Copy) { c.Companies = "2" }},
	{"partial", func(c *Copy) { c.Partial = true }},
	{"pinned", func(c *Copy) { c.Pin = &Pin{Reason: "auditoria"} }},
	{"pinned for a while", func(c *Copy) { c.Pin = &Pin{Reason: "fechamento", LastDay: after(c.Day, 20)} }},
	{"doubted", func(c *Copy) { c.Doubted = true }},
	{"busy", func(c *Copy) { c.Busy = true }},
	{"away", func(c *Copy) { c.Away = true }},
	{"on a second drive", func(c *Copy) { c.Device = "B" }},
	{"on no known drive", func(c *Copy) { c.Device = "" }},
	{"never hashed", func(c *Copy) { c.Checked = "" }},
	{"hashed again", func(c *Copy) { c.Checked = after(c.Day, 50) }},
	{"hashed by a wrong clock", func(c *Copy) { c.Checked = "2035-01-01" }},
}

// someOddities are those of one store: all of them, now and then, or a few, which are then common.
func someOddities(t *rapid.T) []oddity {
	if rapid.Bool().Draw(t, "of every kind") {
		return oddities
	}
	some := oddities[:1:1]
	for range 3 {
		some = append(some, rapid.SampledFrom(oddities).Draw(t, "kind"))
	}
	return some
}

// Where a copy was to go, where it is, and where it need not go any more.
var journeys = [][3][]string{
	{{"local"}, {"local"}},
	{{"local", "pen"}, {"local"}},
	{{"local", "pen"}, {"local", "pen"}},
	{{"local", "pen"}, {"local"}, {"pen"}},
	{{"local", "pen", "rede"}, {"local", "pen"}},
	{{"local", "pen", "rede"}, {"local"}},
	{{"local", "pen", "rede"}, {"local", "rede"}, {"pen"}},
	{},
}

// Stamps of clocks that are wrong, and of manifests that are.
var wrongDays = []string{"1970-01-01", "1980-01-01", "2015-02-03", "2025-09-30", "2035-06-01", "2106-02-07", "", "?", "2025-02-30"}

// history draws the copies of a store, oldest first: nights with pauses, several a day, a few of them odd.
func history(clocksMayBeWrong bool) *rapid.Generator[[]Copy] {
	return rapid.Custom(func(t *rapid.T) []Copy {
		day := rapid.SampledFrom([]string{"2024-12-20", "2025-02-10", "2026-11-01"}).Draw(t, "first day")
		others := rapid.SampledFrom([]int{1, 1, 2, 5}).Draw(t, "databases") // the last of which has one copy in so many
		pauses := rapid.SampledFrom([][]int{{1}, {1, 1, 1, 1, 2, 3}, {0, 0, 0, 1}, {1, 7, 30, 90}}).Draw(t, "pauses")
		travels, pulledOut := journeys[:1], 45
		if rapid.Bool().Draw(t, "several destinations") {
			travels, pulledOut = journeys, rapid.IntRange(0, 45).Draw(t, "copies until the pen drive is pulled out")
		}
		kinds := someOddities(t)
		var all []Copy
		for i := range min(rapid.IntRange(0, 90).Draw(t, "copies"), 45) { // small numbers are drawn more often
			c := Copy{
				ID: fmt.Sprintf("%04d", i+1), Seq: uint64(i + 1), Day: day, Created: fmt.Sprintf("%sT%02d:00:00-03:00", day, i%24), Class: "routine",
				State: Verified, Database: "loja", Bytes: int64(1 + i%4), Device: "A", Checked: day,
			}
			if others > 1 && i%others == 0 {
				c.Database = "pdv"
			}
			rapid.SampledFrom(kinds).Draw(t, "copy").of(&c)
			journey := journeys[1]
			if i < pulledOut {
				journey = rapid.SampledFrom(travels).Draw(t, "journey")
			}
			c.To, c.At, c.Waived = journey[0], journey[1], journey[2]
			if clocksMayBeWrong && rapid.IntRange(0, 15).Draw(t, "clock") == 15 {
				c.Day = rapid.SampledFrom(wrongDays).Draw(t, "wrong day")
			}
			all = append(all, c)
			day = after(day, rapid.SampledFrom(pauses).Draw(t, "pause"))
		}
		return all
	})
}

// policy draws rules that Check lets pass.
func policy() *rapid.Generator[Policy] {
	return rapid.Custom(func(t *rapid.T) Policy {
		var p Policy
		for _, rule := range p.counts() {
			*rule = rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 1, 3, 12, 30}).Draw(t, "count")
		}
		p.Min = rapid.SampledFrom([]int{0, 1, 1, 2, 4}).Draw(t, "min")
		if rapid.Bool().Draw(t, "weekdays") {
			p.Weekdays = []time.Weekday{time.Monday, time.Saturday}
		}
		p.Class = rapid.SampledFrom([][]string{nil, nil, {"routine"}, {"routine", "closing"}, {"intraday"}, {"closing"}, Classes}).Draw(t, "classes")
		if p.Check() != nil {
			p.Last = 1
		}
		return p
	})
}

// counts are the rules that keep a number of copies.
func (p *Policy) counts() []*int {
	return []*int{&p.Last, &p.Hourly, &p.Daily, &p.Weekly, &p.Monthly, &p.Yearly, &p.Within}
}

func guards() *rapid.Generator[Guards] {
	return rapid.Custom(func(t *rapid.T) Guards {
		g := Guards{
			Min:       rapid.SampledFrom([]int{0, 0, 1, 2, 5}).Draw(t, "floor"),
			ScrubDays: rapid.SampledFrom([]int{0, 0, 35}).Draw(t, "scrub days"),
			Devices:   rapid.SampledFrom([]int{0, 1, 2, 3, 6}).Draw(t, "devices"),
		}
		if rapid.Bool().Draw(t, "elsewhere") {
			g.Elsewhere = map[Unit]int{{Database: "loja"}: 1}
		}
		if rapid.Bool().Draw(t, "credited") {
			g.Credit = map[string]int{"loja": rapid.IntRange(0, 20).Draw(t, "credit")}
		}
		return g
	})
}

// A whim is a policy function that looks at each copy by itself, and may drop from any class.
type whim struct {
	name  string
	keeps func(Copy) bool
}

func (w whim) String() string { return w.name }

var whims = []whim{
	{"keeps nothing", func(Copy) bool { return false }},
	{"keeps what proves nothing", func(c Copy) bool { return c.State != Verified }},
	{"keeps every other", func(c Copy) bool { return c.Seq%2 == 0 }},
	{"keeps the first that ever were", func(c Copy) bool { return c.Seq <= 5 }},
	{"keeps all", func(Copy) bool { return true }},
}

func (w whim) proposes(copies []Copy, least int) Proposal {
	p := Proposal{Keep: map[string][]Reason{}, Classes: Classes, Min: least}
	for _, c := range copies {
		if w.keeps(c) {
			p.Keep[c.ID] = []Reason{Said(w.name)}
		}
	}
	return p
}

// drawn is a history, a policy and guards, and the plan that they make.
type drawn struct {
	copies   []Copy
	policy   Policy
	whim     *whim // in the stead of the policy, of which only the floor holds then
	guards   Guards
	proposal Proposal
	plan     Plan
}

func draw(t *rapid.T, clocksMayBeWrong bool) drawn {
	d := drawn{
		copies: history(clocksMayBeWrong).Draw(t, "history"), policy: policy().Draw(t, "policy"), guards: guards().Draw(t, "guards"),
	}
	d.proposal, d.plan = planned(t, d.copies, []Policy{d.policy}, d.guards)
	return d
}

// again is the plan with other copies, and all else as it was.
func (d drawn) again(t *rapid.T, copies []Copy) Plan {
	if d.whim != nil {
		plan, err := Decide(copies, d.whim.proposes(copies, d.policy.Min), d.guards)
		if err != nil {
			t.Fatal(err)
		}
		return plan
	}
	_, plan := planned(t, copies, []Policy{d.policy}, d.guards)
	return plan
}

// planned is the plan of policies; a refusal fails the test.
func planned(t *rapid.T, copies []Copy, policies []Policy, g Guards) (Proposal, Plan) {
	proposal, err := Propose(policies, copies)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Decide(copies, proposal, g)
	if err != nil {
		t.Fatal(err)
	}
	return proposal, plan
}

// gives tells whether a copy is dropped now or is to be.
func (p Plan) gives(id string) bool { return p.Drop[id] != nil || p.Deferred[id] != nil }

// doubted tells whether the day of a copy is not believed beside the others.
func doubted(copies []Copy, id string) bool {
	return slices.ContainsFunc(Groups(copies), func(g Group) bool {
		return slices.ContainsFunc(g.Copies, func(c Copy) bool { return c.ID == id && c.Doubted })
	})
}

// doubts tells that a copy stays because those went that spoke for letting it go: the newer verified ones beside one that
// was never proven, or those which showed that the last day of its pin is over.
func (p Plan) doubts(id string) bool {
	return p.keepsFor(id, "retention.unproven") || p.keepsFor(id, "retention.pinned")
}

// keepsFor tells whether a copy stays for that reason.
func (p Plan) keepsFor(id, key string) bool {
	return slices.ContainsFunc(p.Keep[id], func(r Reason) bool { return r.Key == key })
}

// lost are the copies that one plan kept and another gives up.
func lost(before, after Plan) []string {
	var all []string
	for _, id := range slices.Sorted(maps.Keys(before.Keep)) {
		if after.gives(id) {
			all = append(all, id)
		}
	}
	return all
}

// without are the copies that are not gone.
func without(copies []Copy, gone func(id string) bool) []Copy {
	return slices.DeleteFunc(slices.Clone(copies), func(c Copy) bool { return gone(c.ID) })
}

func count(copies []Copy, of func(Copy) bool) int {
	return len(copies) - len(slices.DeleteFunc(slices.Clone(copies), of))
}

// after is the day so many days later.
func after(day string, days int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return t.AddDate(0, 0, days).Format(time.DateOnly)
}

// text is a plan to the last byte.
func text(t *rapid.T, p Plan) string {
	written, err := json.Marshal(struct {
		Plan
		Hash string
	}{p, p.Hash()})
	if err != nil {
		t.Fatal(err)
	}
	return string(written)
}

// ids are the copies of a plan by what becomes of them, without the reasons.
func ids(p Plan) [][]string {
	sorted := func(m map[string][]Reason) []string { return slices.Sorted(maps.Keys(m)) }
	return [][]string{sorted(p.Keep), sorted(p.Drop), sorted(p.Deferred)}
}
