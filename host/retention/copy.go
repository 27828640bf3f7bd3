// Package retention decides which copies stay and which may go, and says why.
//
// A policy proposes what to keep; the guards add what no policy may lose, and put off what would be too much at once.
// Copies are ordered by their sequence number and dated by the business day that was frozen when they were made: the
// PC's clock, names and file times are never asked. Only verified copies fill slots. The package takes values and
// gives values: no clock, no disk, no network, and no copy that it does not know is ever in a plan.
package retention

import "slices"

// States of a copy. Any other state is as good as Unsure: it is kept and counts for nothing.
const (
	Sealed   = "sealed"   // whole, not restored yet
	Verified = "verified" // restored and compared
	Suspect  = "suspect"  // restored, but unlike its elders: it counts for nothing and is kept until a person accepts it
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
	Companies string   // the company set: equal texts, equal sets
	Partial   bool     // something was left out
	Doubted   bool     // the clock was not believed when the copy was made
	Pin       *Pin     // nil: none
	Bytes     int64    // what it takes here
	To        []string // destinations that it was made for
	At        []string // destinations where it lies whole now, this one included
	Waived    []string // destinations that it need not reach: a person said so
	Device    string   // the enrolled drive or volume that it lies on; "": unknown
	Away      bool     // it lies on a drive of the set that is not plugged in: it counts, and can not be dropped now
	Checked   string   // business day on which its bytes were last hashed here; "": never
	Busy      bool     // somebody reads or writes it now
}

// countable copies fill slots: they are verified, on a day that can be believed.
func (c *Copy) countable() bool { return c.State == Verified && !c.Doubted }

// Pin keeps a copy whatever the policy says.
type Pin struct {
	Reason  string
	LastDay string // the last business day that it holds; "": until it is taken away
}

// holds compares with the day that the copies have reached, since the PC's clock can not be asked. A last day that is no
// day never comes.
func (p *Pin) holds(reached int, known bool) bool {
	if p == nil {
		return false
	}
	last, ok := dayNumber(p.LastDay)
	return !ok || !known || last >= reached
}
