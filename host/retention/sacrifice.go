package retention

import (
	"cmp"
	"slices"
)

// Sacrifice is what may go when a destination is full, in the order in which it goes, and no more of it than is needed:
// first what failed or was never proven and has three newer verified copies, then all but the newest verified copy of
// each day; the oldest first. No policy is asked and nothing has to be paid for, since without room no new copy comes.
// What the guards demand stays. Short is how many bytes are missing even then: the caller stops and says so.
func Sacrifice(copies []Copy, classes []string, guards Guards, need int64) (give []Copy, short int64) {
	var worthless, doubles []*Copy
	groups := Groups(once(copies, timesOf(copies)))
	for i := range groups {
		failed, twice := Proposal{Classes: classes}.judgement(guards).redundant(&groups[i])
		worthless, doubles = append(worthless, failed...), append(doubles, twice...)
	}
	oldestFirst(worthless)
	oldestFirst(doubles)
	for _, c := range slices.Concat(worthless, doubles) {
		if need > 0 {
			need -= c.Bytes
			give = append(give, *c)
		}
	}
	return give, max(need, 0)
}

func oldestFirst(copies []*Copy) {
	slices.SortFunc(copies, func(a, b *Copy) int { return cmp.Or(cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.ID, b.ID)) })
}

// redundant copies are kept by no guard and could go now: those that prove nothing, and those with a newer verified copy
// of the same class and day.
func (j *judgement) redundant(g *Group) (worthless, doubles []*Copy) {
	demanded, newer := j.demands(g), g.verifiedBefore()
	frozen := j.frozen(g)
	type ofDay struct{ class, day string }
	has := map[ofDay]bool{}
	for i := range g.Copies {
		c := &g.Copies[i]
		held := j.held(c, frozen) != nil
		failed := c.State == Bad && len(demanded[i]) == 1 && newer[i] >= provenAfter
		switch {
		case held || len(demanded[i]) > 0 && !failed:
		case failed || c.State == Sealed:
			worthless = append(worthless, c)
		case has[ofDay{c.Class, c.Day}]:
			doubles = append(doubles, c)
		}
		if c.countable() {
			has[ofDay{c.Class, c.Day}] = true
		}
	}
	return worthless, doubles
}
