package retention

import "slices"

// How many newer verified copies make one that was never proven worthless.
const provenAfter = 3

// demands are the keeps that no policy may overrule, by place: what each copy is by itself, and what it is among the
// others, which are looked at from the newest on.
func (j *judgement) demands(g *Group) [][]Reason {
	demanded := make([][]Reason, len(g.Copies))
	floor, waiting := j.newFloor(g), arrivals{}
	verified := 0
	for i := range g.Copies {
		c := &g.Copies[i]
		add := func(key, name string, value any) { demanded[i] = append(demanded[i], j.say.of(key, name, value)) }
		if i == 0 {
			add("retention.newest", "", nil)
		}
		j.ownMerits(g, c, add)
		if c.State == Sealed && verified < provenAfter {
			add("retention.unproven", "", nil)
		}
		if c.State != Verified {
			continue
		}
		if verified++; verified == 1 {
			add("retention.newest_verified", "", nil)
		}
		floor.count(c, add)
		waiting.pass(c, add)
	}
	return demanded
}

// ownMerits are what keeps a copy whatever lies beside it.
func (j *judgement) ownMerits(g *Group, c *Copy, add func(key, name string, value any)) {
	if !slices.Contains(j.classes, c.Class) {
		add("retention.other_class", "class", c.Class)
	}
	if c.Pin.holds(g.NewestDay) {
		add("retention.pinned", "why", c.Pin.Reason)
	}
	if c.Doubted {
		add("retention.doubted", "day", c.Day)
	}
	switch c.State {
	case Verified, Sealed:
	case Bad:
		add("retention.bad", "", nil)
	case Suspect:
		add("retention.unlike", "", nil)
	default:
		add("retention.unsure", "", nil)
	}
}
