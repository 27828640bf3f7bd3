package retention

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/message"
)

// DefaultMin is how many verified copies of a unit stay where a policy does not say.
const DefaultMin = 3

// Policy is one set of rules. A copy stays when any of them keeps it; a rule of zero keeps none.
type Policy struct {
	Class    []string // that it counts and may drop; none: DefaultClasses
	Last     int      // newest verified ones
	Hourly   int      // the newest verified one of each of that many hours, days, ... that have one
	Daily    int
	Weekly   int
	Monthly  int
	Yearly   int
	Within   int            // days back from the newest verified copy, and the one before them
	Weekdays []time.Weekday // the newest verified one of each
	Min      int            // never fewer verified ones of a class than this; 0: DefaultMin
}

// Proposal is what a policy wants: the copies to keep, and where it may drop at all.
type Proposal struct {
	Keep    map[string][]Reason // by id
	Classes []string            // that may be dropped from
	Min     int                 // verified copies of each class that stay; below 1 is DefaultMin
}

// Check refuses a policy that says nothing or nothing that can be counted: a slip of the pen must not empty a drive.
func (p Policy) Check() error {
	counts := []int{p.Last, p.Hourly, p.Daily, p.Weekly, p.Monthly, p.Yearly, p.Within}
	switch {
	case slices.Min(counts) < 0 || p.Min < 0:
		return message.New("option.value", "retention.negative", nil)
	case slices.Max(counts) == 0 && len(p.Weekdays) == 0:
		return message.New("option.value", "retention.no_rule", nil)
	}
	for _, class := range p.Class {
		if !slices.Contains(Classes, class) {
			return message.New("option.value", "retention.no_class", message.Args{"class": class, "known": strings.Join(Classes, ", ")})
		}
	}
	return nil
}

// Propose is the union of the policies: what any of them keeps, stays; what none of them names, is not dropped. No
// policy at all is refused, as is one that Check refuses.
func Propose(policies []Policy, copies []Copy) (Proposal, error) {
	proposal := Proposal{Keep: map[string][]Reason{}}
	if len(policies) == 0 {
		return proposal, message.New("option.value", "retention.no_rule", nil)
	}
	groups := Groups(copies)
	for _, p := range policies {
		if err := p.Check(); err != nil {
			return Proposal{}, err
		}
		if len(p.Class) == 0 {
			p.Class = DefaultClasses()
		}
		if p.Min == 0 {
			p.Min = DefaultMin
		}
		proposal.Min = max(proposal.Min, p.Min)
		for _, class := range p.Class {
			if !slices.Contains(proposal.Classes, class) {
				proposal.Classes = append(proposal.Classes, class)
			}
		}
		for _, g := range groups {
			p.keep(g, proposal.Keep)
		}
	}
	return proposal, nil
}

// keep adds what the rules keep of one unit.
func (p Policy) keep(g Group, keep map[string][]Reason) {
	var countable []Copy // newest first
	for _, c := range g.Copies {
		if c.State == Verified && !c.Doubted && slices.Contains(p.Class, c.Class) {
			countable = append(countable, c)
		}
	}
	add := func(c Copy, key string, args message.Args) { keep[c.ID] = append(keep[c.ID], Reason{key, args}) }
	for i, c := range countable[:min(p.Last, len(countable))] {
		add(c, "retention.last", message.Args{"n": i + 1, "of": p.Last})
	}
	for _, tier := range p.tiers() {
		for n, c := range newestOfEach(countable, tier.period, tier.slots) {
			add(c, tier.key, message.Args{"n": n + 1, "of": tier.slots, "period": tier.period(c)})
		}
	}
	for _, c := range newestOfEach(countable, weekdayOf, 7) {
		if slices.ContainsFunc(p.Weekdays, func(d time.Weekday) bool { return fmt.Sprint(int(d)) == weekdayOf(c) }) {
			add(c, "retention.weekday", message.Args{"day": c.Day})
		}
	}
	if p.Within > 0 {
		p.window(countable, func(c Copy) { add(c, "retention.within", message.Args{"days": p.Within, "newest": countable[0].Day}) })
	}
}

// window keeps the days up to the newest, and the copy before them: it is what the first of these days began with.
func (p Policy) window(countable []Copy, add func(Copy)) {
	if len(countable) == 0 {
		return
	}
	newest, _ := dayNumber(countable[0].Day)
	for _, c := range countable {
		add(c)
		if day, _ := dayNumber(c.Day); newest-day > p.Within {
			return
		}
	}
}

// tier is a rule that keeps the newest copy of each period.
type tier struct {
	key    string
	slots  int
	period func(Copy) string
}

func (p Policy) tiers() []tier {
	return []tier{
		{"retention.hourly", p.Hourly, hourOf},
		{"retention.daily", p.Daily, func(c Copy) string { return c.Day }},
		{"retention.weekly", p.Weekly, weekOf},
		{"retention.monthly", p.Monthly, func(c Copy) string { return c.Day[:len("2006-01")] }},
		{"retention.yearly", p.Yearly, func(c Copy) string { return c.Day[:len("2006")] }},
	}
}

// newestOfEach gives the newest copy of each of the newest periods that have one.
func newestOfEach(newestFirst []Copy, period func(Copy) string, slots int) []Copy {
	var found []Copy
	seen := map[string]bool{}
	for _, c := range newestFirst {
		if p := period(c); len(found) < slots && !seen[p] {
			seen[p] = true
			found = append(found, c)
		}
	}
	return found
}

// An hour that a clock change repeats is two: the offset tells them apart.
func hourOf(c Copy) string {
	t, err := time.Parse(time.RFC3339, c.Created)
	if err != nil {
		return c.Day
	}
	return t.Format("2006-01-02 15h Z07:00")
}

func weekOf(c Copy) string {
	day, _ := time.Parse(time.DateOnly, c.Day)
	year, week := day.ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, week)
}

func weekdayOf(c Copy) string {
	day, _ := time.Parse(time.DateOnly, c.Day)
	return fmt.Sprint(int(day.Weekday()))
}
