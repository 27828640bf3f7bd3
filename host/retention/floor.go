package retention

import "slices"

// floor keeps the newest verified copies of each class that may be dropped from, as many as must stay. A copy whose
// bytes were not hashed for long is no longer known to be whole: it stays beside those that are counted.
type floor struct {
	of        int
	classes   []string
	scrubDays int            // 0: no hash grows old
	newest    int            // day that can be believed
	counted   map[string]int // by class
}

func (j *judgement) newFloor(g *Group) *floor {
	f := &floor{of: j.floor, classes: j.classes, counted: map[string]int{}}
	if day, ok := dayNumber(g.NewestDay); ok {
		f.newest, f.scrubDays = day, j.guards.ScrubDays
	}
	return f
}

// count takes the verified copies, newest first.
func (f *floor) count(c *Copy, add func(key, name string, value any)) {
	switch {
	case c.Doubted || f.counted[c.Class] >= f.of || !slices.Contains(f.classes, c.Class):
	case f.stale(c):
		add("retention.stale", "days", f.scrubDays)
	default:
		f.counted[c.Class]++
		add("retention.floor", "of", f.of)
	}
}

// stale tells whether the bytes of a copy have to be hashed again. A hash from a day as far ahead comes from a wrong
// clock, and would be fresh for ever.
func (f *floor) stale(c *Copy) bool {
	checked, ok := dayNumber(c.Checked)
	return f.scrubDays > 0 && (!ok || checked < f.newest-f.scrubDays || checked > f.newest+f.scrubDays)
}
