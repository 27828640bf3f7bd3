package retention

import (
	"cmp"
	"slices"
)

// Unit is what is decided on by itself: copies of one unit never stand in for those of another.
type Unit struct {
	Database  string
	Companies string
	Partial   bool
}

// Group is one unit's copies at one destination.
type Group struct {
	Unit      Unit
	Copies    []Copy // newest first
	NewestDay string // of the newest verified copy whose day can be believed; "" where there is none
}

// Groups puts copies into their units, by database, each newest first, and doubts the days that contradict the order
// of the copies. The order in which the copies come changes nothing.
func Groups(copies []Copy) []Group {
	var groups []Group
	var places [][]int // in copies, of each group's own
	which := map[Unit]int{}
	for i := range copies {
		unit := Unit{copies[i].Database, copies[i].Companies, copies[i].Partial}
		at, known := which[unit]
		if !known {
			at = len(groups)
			which[unit] = at
			groups, places = append(groups, Group{Unit: unit}), append(places, nil)
		}
		places[at] = append(places[at], i)
	}
	for i := range groups {
		own := newestFirst(copies, places[i])
		doubt(own)
		groups[i].Copies, groups[i].NewestDay = own, newestDay(own)
	}
	slices.SortFunc(groups, func(a, b Group) int { return a.Unit.compare(b.Unit) })
	return groups
}

// newestFirst sorts places, which are small, in the stead of copies.
func newestFirst(copies []Copy, places []int) []Copy {
	slices.SortFunc(places, func(i, j int) int {
		a, b := &copies[i], &copies[j]
		if bySeq := cmp.Compare(b.Seq, a.Seq); bySeq != 0 {
			return bySeq
		}
		return cmp.Or(cmp.Compare(b.ID, a.ID), cmp.Compare(b.Created, a.Created), cmp.Compare(b.Device, a.Device))
	})
	sorted := make([]Copy, len(places))
	for i, place := range places {
		sorted[i] = copies[place]
	}
	return sorted
}

func (u Unit) compare(other Unit) int {
	return cmp.Or(cmp.Compare(u.Database, other.Database), cmp.Compare(u.Companies, other.Companies),
		cmp.Compare(truth(u.Partial), truth(other.Partial)))
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// countable copies of these classes, newest first.
func (g *Group) countable(classes []string) []*Copy {
	var all []*Copy
	for i := range g.Copies {
		if c := &g.Copies[i]; c.countable() && slices.Contains(classes, c.Class) {
			all = append(all, c)
		}
	}
	return all
}

// reached is the day that the unit has come to.
func (g *Group) reached() (day int, known bool) {
	var last []*Copy
	for i := range g.Copies {
		if c := &g.Copies[i]; c.countable() && len(last) < 2 {
			last = append(last, c)
		}
	}
	return reached(last)
}

func newestDay(newestFirst []Copy) string {
	for i := range newestFirst {
		if c := &newestFirst[i]; c.countable() {
			return c.Day
		}
	}
	return ""
}
