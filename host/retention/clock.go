package retention

import (
	"cmp"
	"slices"
	"time"
)

// No shop is closed for longer and goes on with the same copies.
const longestPause = 400

// doubt marks the copies whose day contradicts the others: of the days of all verified copies, in their order, the
// longest sequence that never goes back and never leaps further than a shop may be closed is believed. A flat clock
// battery or one wrong year so casts doubt on a few copies, and on none that were made before or after it. The copies
// that are not verified are held against that sequence, and can not shake it. A doubted copy takes no slot and is kept.
func doubt(newestFirst []Copy) {
	stamps := make([]stamp, 0, len(newestFirst)) // of the verified copies that can be believed at all, oldest first
	index := make([]int, 0, len(newestFirst))
	for i := range slices.Backward(newestFirst) {
		c := &newestFirst[i]
		s, ok := stampOf(c)
		c.Doubted = c.Doubted || !ok
		if c.State == Verified && !c.Doubted {
			stamps, index = append(stamps, s), append(index, i)
			c.Doubted = true
		}
	}
	for _, place := range believed(stamps) {
		newestFirst[index[place]].Doubted = false
	}
	holdAgainst(newestFirst)
}

// holdAgainst doubts the unverified copies that do not fit between the believed ones on both sides.
func holdAgainst(newestFirst []Copy) {
	var newer, older *Copy
	for i := range newestFirst {
		c := &newestFirst[i]
		if c.countable() {
			newer = c
		} else if newer != nil && !fits(c, newer) {
			c.Doubted = true
		}
	}
	for i := range slices.Backward(newestFirst) {
		c := &newestFirst[i]
		if c.countable() {
			older = c
		} else if older != nil && !fits(older, c) {
			c.Doubted = true
		}
	}
}

func fits(older, newer *Copy) bool {
	a, _ := stampOf(older)
	b, _ := stampOf(newer)
	return b.follows(a)
}

// A single copy moves the day that is reached on by a week at most: where the clock leapt a month ahead for one night,
// nothing grows a month older until a second copy says the same.
const unconfirmedLeap = 7

// reached is the day that countable copies have come to, in their order from the newest on; known is false for none.
func reached(newestFirst []*Copy) (day int, known bool) {
	if len(newestFirst) == 0 {
		return 0, false
	}
	day, _ = dayNumber(newestFirst[0].Day)
	if len(newestFirst) > 1 {
		second, _ := dayNumber(newestFirst[1].Day)
		day = min(day, second+unconfirmedLeap)
	}
	return day, true
}

// stamp is a day, and how far a shop might have come by then: it may have been closed before each number that it gave
// to a copy, and those in between may be dropped since.
type stamp struct {
	day  int
	room int // days that may have passed up to this number, less those that have
}

func stampOf(c *Copy) (s stamp, ok bool) {
	const most = 1 << 50 // a number that nobody reaches by counting must not overflow
	day, ok := dayNumber(c.Day)
	return stamp{day, longestPause*int(min(c.Seq, most)) - day}, ok
}

// follows tells whether both days can be right, the older first.
func (s stamp) follows(older stamp) bool { return older.day <= s.day && older.room <= s.room }

// link is the longest sequence that ends at a place.
type link struct{ length, day, place int }

func (l link) compare(other link) int {
	switch {
	case l.length != other.length:
		return l.length - other.length
	case l.day != other.day:
		return l.day - other.day
	}
	return l.place - other.place
}

// believed are the places of the longest sequence, newest first. Of several that are as long, the one with the newest
// end counts, and before each day the one nearest to it.
func believed(stamps []stamp) []int {
	order, rooms := make([]int, len(stamps)), make([]int, len(stamps))
	for i, s := range stamps {
		order[i], rooms[i] = i, s.room
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := stamps[i], stamps[j]
		switch {
		case a.day != b.day:
			return a.day - b.day
		case a.room != b.room:
			return cmp.Compare(a.room, b.room)
		}
		return i - j
	})
	slices.Sort(rooms)
	rooms = slices.Compact(rooms)
	// What came before in this order has no later day; of those, the tree answers for all that have no more room.
	longest, before := make(tree, len(rooms)+1), make([]int, len(stamps))
	var last link
	for _, i := range order {
		room, _ := slices.BinarySearch(rooms, stamps[i].room)
		best := longest.upTo(room)
		before[i] = best.place - 1
		ends := link{best.length + 1, stamps[i].day, i + 1}
		longest.put(room, ends)
		if cmp.Or(cmp.Compare(ends.length, last.length), cmp.Compare(ends.place, last.place)) > 0 {
			last = ends
		}
	}
	found := make([]int, 0, last.length)
	for i := last.place - 1; i >= 0; i = before[i] {
		found = append(found, i)
	}
	return found
}

// tree is a Fenwick tree: each element is the best of a run of slots that ends there. Places in it count from 1, so
// that 0 is none.
type tree []link

func (t tree) put(slot int, l link) {
	for i := slot + 1; i < len(t); i += i & -i {
		if l.compare(t[i]) > 0 {
			t[i] = l
		}
	}
}

// upTo is the best of the slots up to this one.
func (t tree) upTo(slot int) (best link) {
	for i := slot + 1; i > 0; i -= i & -i {
		if t[i].compare(best) > 0 {
			best = t[i]
		}
	}
	return best
}

// dayNumber counts civil days; ok is false for what is no day.
func dayNumber(day string) (n int, ok bool) {
	t, err := time.Parse(time.RFC3339, day+"T00:00:00Z") // which is read many times as fast as a day alone
	return int(t.Unix() / int64(24*time.Hour/time.Second)), err == nil
}
