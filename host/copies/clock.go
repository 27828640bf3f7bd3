package copies

import (
	"fmt"
	"time"

	"github.com/djscript/djscript/host/message"
)

// How far a clock may be from the copy before and still be believed: daylight saving, a zone change and a day's
// mistake backwards; a shop closed for a year forwards.
const (
	backwards = 26 * time.Hour
	forwards  = 400 * 24 * time.Hour
)

// moment is when a copy was made, by its number.
type moment struct {
	seq uint64
	at  time.Time
}

// clock is the clock block of a copy made now by a program of that date, after that previous one and others at these times, in their order; newest
// is the newest record's date, as far as the system's profile tells it. A clock that can not be believed comes with the
// reason: a flat battery is found here long before anybody looks at the date.
func clock(now, built time.Time, previous moment, made []time.Time, newest string) (c Clock, suspect error) {
	c = Clock{UTC: now.UTC().Format(time.RFC3339)}
	if previous.seq > 0 {
		c.PreviousSeq, c.PreviousUTC = previous.seq, previous.at.UTC().Format(time.RFC3339)
	}
	suspect = ClockDoubt(now, built, made)
	if day, dated := dateOf(newest); suspect == nil && dated && now.AddDate(0, 0, 1).Before(day) {
		suspect = message.New("guard.clock", "copies.clock_before_data", message.Args{"newest": newest})
	}
	if suspect != nil {
		c.Suspect = suspect.Error()
	}
	return c, suspect
}

// ClockDoubt is why a clock can not be believed after copies that were made at these times, in their order: guard.clock,
// or nil. It may not be before the program was built; zero: that is not known. And it has to follow the copy before, or the last one whose clock followed all that were believed before it: so the
// first night after a wrong clock was set right is believed.
func ClockDoubt(now, built time.Time, made []time.Time) error {
	if now.Before(built) {
		return message.New("guard.clock", "copies.clock_before_build", message.Args{"built": message.Day(built.Format(time.DateOnly))})
	}
	if len(made) == 0 {
		return nil
	}
	previous, believed := made[len(made)-1], made[0]
	for _, at := range made[1:] {
		if follows(at, believed) {
			believed = at
		}
	}
	args := message.Args{"previous": previous.UTC().Format(time.RFC3339)}
	switch {
	case follows(now, previous) || follows(now, believed):
		return nil
	case now.Before(previous):
		return message.New("guard.clock", "copies.clock_back", args)
	}
	return message.New("guard.clock", "copies.clock_ahead", args)
}

func follows(at, before time.Time) bool {
	return !at.Before(before.Add(-backwards)) && !at.After(before.Add(forwards))
}

// dateOf reads the date at the start of a Firebird date or timestamp.
func dateOf(text string) (time.Time, bool) {
	if len(text) < len(time.DateOnly) {
		return time.Time{}, false
	}
	t, err := time.Parse(time.DateOnly, text[:len(time.DateOnly)])
	return t, err == nil
}

// clockText is an hour of the day as djscript.toml writes it.
func clockText(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
}
