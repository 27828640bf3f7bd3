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
		for i := range groups {
			p.keep(&groups[i], proposal.Keep)
		}
	}
	return proposal, nil
}

// keep adds what the rules keep of one unit.
func (p Policy) keep(g *Group, keep map[string][]Reason) {
	countable := g.countable(p.Class)
	add := func(c *Copy, r Reason) { keep[c.ID] = append(keep[c.ID], r) }
	for i, c := range countable[:min(p.Last, len(countable))] {
		add(c, Reason{"retention.last", message.Args{"n": i + 1, "of": p.Last}})
	}
	for _, tier := range p.tiers() {
		for n, c := range newestOfEach(countable, tier.period, tier.slots) {
			add(c, Reason{tier.key, message.Args{"n": n + 1, "of": tier.slots, "period": tier.period(c)}})
		}
	}
	for _, c := range newestOfEach(countable, perDay(weekdayOf), 7) {
		if slices.ContainsFunc(p.Weekdays, func(d time.Weekday) bool { return d.String() == weekdayOf(c) }) {
			add(c, Reason{"retention.weekday", message.Args{"day": c.Day}})
		}
	}
	if window := p.window(countable); len(window) > 0 {
		why := Reason{"retention.within", message.Args{"days": p.Within, "newest": window[0].Day}}
		for _, c := range window {
			add(c, why)
		}
	}
}

// window is the days up to the newest, and the copy before them: it is what the first of these days began with.
func (p Policy) window(newestFirst []*Copy) []*Copy {
	end, known := reached(newestFirst)
	if p.Within == 0 || !known {
		return nil
	}
	for i, c := range newestFirst {
		if day, _ := dayNumber(c.Day); end-day > p.Within {
			return newestFirst[:i+1]
		}
	}
	return newestFirst
}

// tier is a rule that keeps the newest copy of each period.
type tier struct {
	key    string
	slots  int
	period func(*Copy) string
}

func (p Policy) tiers() []tier {
	return []tier{
		{"retention.hourly", p.Hourly, hourOf},
		{"retention.daily", p.Daily, func(c *Copy) string { return c.Day }},
		{"retention.weekly", p.Weekly, perDay(weekOf)},
		{"retention.monthly", p.Monthly, func(c *Copy) string { return c.Day[:len("2006-01")] }},
		{"retention.yearly", p.Yearly, func(c *Copy) string { return c.Day[:len("2006")] }},
	}
}

// newestOfEach gives the newest copy of each of the newest periods that have one.
func newestOfEach(newestFirst []*Copy, period func(*Copy) string, slots int) []*Copy {
	var found []*Copy
	seen := map[string]bool{}
	for _, c := range newestFirst {
		if len(found) == slots {
			break
		}
		if p := period(c); !seen[p] {
			seen[p] = true
			found = append(found, c)
		}
	}
	return found
}

// perDay asks once for copies of one day that come in turn.
func perDay(period func(*Copy) string) func(*Copy) string {
	day, is := "", ""
	return func(c *Copy) string {
		if c.Day != day || is == "" {
			day, is = c.Day, period(c)
		}
		return is
	}
}

// An hour that a clock change repeats is two: the offset tells them apart.
func hourOf(c *Copy) string {
	t, err := time.Parse(time.RFC3339, c.Created)
	if err != nil {
		return c.Day
	}
	return t.Format("2006-01-02 15h Z07:00")
}

func weekOf(c *Copy) string {
	day, _ := time.Parse(time.DateOnly, c.Day)
	year, week := day.ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, week)
}

func weekdayOf(c *Copy) string {
	day, _ := time.Parse(time.DateOnly, c.Day)
	return day.Weekday().String()
}
