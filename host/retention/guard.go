package retention

import (
	"slices"

	"github.com/djscript/djscript/host/message"
)

// How many newer verified copies make one that was never proven worthless.
const provenAfter = 3

// demands are the keeps that no policy may overrule, by place: what each copy is by itself, and what it is among the
// others, which are looked at from the newest on.
func (j *judgement) demands(g *Group) [][]Reason {
	demanded := make([][]Reason, len(g.Copies))
	day, known := g.reached()
	stay, wait, spread := j.newFloor(g), arrivals{}, j.newSpread(g)
	verified := 0
	for i := range g.Copies {
		c := &g.Copies[i]
		add := func(key, name string, value any) { demanded[i] = append(demanded[i], j.say.of(key, name, value)) }
		if i == 0 {
			add("retention.newest", "", nil)
		}
		if !slices.Contains(j.classes, c.Class) {
			add("retention.other_class", "class", c.Class)
		}
		if c.Pin.holds(day, known) {
			add("retention.pinned", "why", c.Pin.Reason)
		}
		if c.Doubted {
			add("retention.doubted", "day", message.Day(c.Day))
		}
		if c.State != Verified {
			unproven(c, verified, add)
			continue
		}
		if verified++; verified == 1 {
			add("retention.newest_verified", "", nil)
		}
		stay.count(c, add)
		wait.pass(c, add)
		spread.pass(c, add)
	}
	return demanded
}

// unproven copies count for nothing. Only one that was never proven may go, once enough newer ones were.
func unproven(c *Copy, newer int, add func(key, name string, value any)) {
	switch {
	case c.State == Bad:
		add("retention.bad", "", nil)
	case c.State == Suspect:
		add("retention.unlike", "", nil)
	case c.State != Sealed:
		add("retention.unsure", "", nil)
	case newer < provenAfter:
		add("retention.unproven", "", nil)
	}
}
