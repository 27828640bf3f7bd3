// Package retention decides which copies stay and which may go, and says why.
//
// A policy proposes what to keep; the guards add what no policy may lose, and put off what would be too much at once.
// Copies are ordered by their sequence number and dated by the business day that was frozen when they were made: the
// PC's clock, names and file times are never asked. Only verified copies fill slots. The package takes values and
// gives values: no clock, no disk, no network, and no copy that it does not know is ever in a plan.
package retention

import (
	"cmp"
	"slices"
	"time"

	"github.com/djscript/djscript/host/message"
)

// States of a copy. Any other state is as good as Unsure: it is kept and counts for nothing.
const (
	Sealed   = "sealed"   // whole, not restored yet
	Verified = "verified" // restored and compared
	Bad      = "bad"      // contradicted: kept, so that somebody can look at it
	Unsure   = "unsure"   // not certain to be what was written: kept
)

// Classes are all that a policy may name, the two that it means without naming any first.
var Classes = []string{"routine", "intraday", "extra", "pre_update", "pre_restore", "closing"}

// DefaultClasses are those that a policy drops from when it names none.
func DefaultClasses() []string { return slices.Clone(Classes[:2]) }

// Copy is one copy at one destination, as rotation sees it.
type Copy struct {
	ID        string
	Seq       uint64 // the store's own number: the order of copies
	Day       string // business day, yyyy-mm-dd, frozen when the copy was made
	Created   string // RFC 3339 with the store's offset
	Class     string
	State     string
	Database  string
	Companies string // the company set: equal texts, equal sets
	Partial   bool   // something was left out
	Doubted   bool   // the clock was not believed when the copy was made
	Pin       *Pin   // nil: none
}

// Pin keeps a copy whatever the policy says.
type Pin struct {
	Reason  string
	LastDay string // the last business day that it holds; "": until it is taken away
}

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

// Reason is why a copy is kept or dropped.
type Reason struct {
	Key  string // of the sentence; "" where a script said it in its own words
	Args message.Args
}

// Said is a reason in a script's own words.
func Said(text string) Reason { return Reason{Args: message.Args{"text": text}} }

// String is the sentence in the current language.
func (r Reason) String() string {
	if r.Key == "" {
		text, _ := r.Args["text"].(string)
		return text
	}
	return message.Text(r.Key, r.Args)
}

// Groups puts copies into their units, by database, each newest first, and doubts the days that contradict the order
// of the copies. The order in which the copies come changes nothing.
func Groups(copies []Copy) []Group {
	byUnit := map[Unit][]Copy{}
	for _, c := range copies {
		unit := Unit{c.Database, c.Companies, c.Partial}
		byUnit[unit] = append(byUnit[unit], c)
	}
	var groups []Group
	for unit, own := range byUnit {
		slices.SortFunc(own, func(a, b Copy) int { return cmp.Or(cmp.Compare(b.Seq, a.Seq), cmp.Compare(b.ID, a.ID)) })
		doubt(own)
		groups = append(groups, Group{Unit: unit, Copies: own, NewestDay: newestDay(own)})
	}
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Unit.Database, b.Unit.Database), cmp.Compare(a.Unit.Companies, b.Unit.Companies),
			cmp.Compare(truth(a.Unit.Partial), truth(b.Unit.Partial)))
	})
	return groups
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func newestDay(newestFirst []Copy) string {
	for _, c := range newestFirst {
		if c.State == Verified && !c.Doubted {
			return c.Day
		}
	}
	return ""
}

// dayNumber counts civil days; ok is false for what is no day.
func dayNumber(day string) (n int, ok bool) {
	t, err := time.Parse(time.DateOnly, day)
	return int(t.Unix() / int64(24*time.Hour/time.Second)), err == nil
}
