package copies

import (
	"errors"
	"time"

	"github.com/djscript/djscript/host/retention"
)

// Believed are the business days of the verified copies among these, newest first, as far as they can be believed: one
// wrong stamp is not. All that a store has at a destination is asked together, since its numbers give the order of all.
func Believed(all []Copy) (days []string) {
	var known []retention.Copy
	for _, c := range all {
		known = append(known, retention.Copy{ID: c.ID, Seq: c.Number(), Day: c.Day, State: c.State, Doubted: c.Suspect != ""})
	}
	for _, g := range retention.Groups(known) {
		for _, c := range g.Copies {
			if c.State == retention.Verified && !c.Doubted {
				days = append(days, c.Day)
			}
		}
	}
	return days
}

// daysAfter is how many days a business day lies after another; false where one of them is none.
func daysAfter(day, other string) (int, bool) {
	later, wrong := time.Parse(time.DateOnly, day)
	earlier, err := time.Parse(time.DateOnly, other)
	return int(later.Sub(earlier) / (24 * time.Hour)), errors.Join(wrong, err) == nil
}
