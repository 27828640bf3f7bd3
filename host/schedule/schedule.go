// Package schedule tells when an entry of the cron table is due.
//
// It counts civil days in the store's zone and only then turns a wall time into an instant: a wall time that a change
// of clocks skips is due at the first instant after the gap, one that comes twice is due once, and a schedule of
// Monday to Saturday never runs for a Sunday. It touches no clock and starts nothing. It refuses seconds, @every,
// time zones within a spec, and dates that never come.
package schedule

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Spec is an entry as it is configured. Cron, At and Window add up; an entry with none of them is never due.
type Spec struct {
	Name   string
	Cron   []string        // five fields: minute, hour, day of month, month, day of week
	At     []time.Duration // after midnight
	Window *Window
	Days   []time.Weekday // business days it is due on; empty: all
	Except []Calendar     // business days it is not due on

	Location  *time.Location
	DayStarts time.Duration // what is due between midnight and then belongs to the day before
}

// Window is due at From, and every Every after it, up to Until inclusive; Until before From is on the next day.
type Window struct {
	From, Until time.Duration // after midnight
	Every       time.Duration
}

// Entry is a Spec that was understood.
type Entry struct {
	spec  Spec
	rules []rule
}

// Parse understands a spec. What it can not understand it tells whole, as Refused. A nil Location is UTC.
func Parse(s Spec) (*Entry, error) {
	if s.Location == nil {
		s.Location = time.UTC
	}
	e := &Entry{spec: s}
	var refused Refused
	for i, text := range s.Cron {
		r, err := parseCron(text)
		if err != nil {
			refused = append(refused, Refusal{Index: i, Err: err})
			continue
		}
		e.rules = append(e.rules, r)
	}
	if len(refused) > 0 {
		return nil, refused
	}
	if len(s.At) > 0 {
		e.rules = append(e.rules, daily(s.At))
	}
	if s.Window != nil {
		e.rules = append(e.rules, daily(s.Window.times()))
	}
	return e, nil
}

// Refusal is a cron spec that can not serve.
type Refusal struct {
	Index int // in Spec.Cron
	Err   *message.Error
}

// Error is the sentence.
func (r Refusal) Error() string { return r.Err.Error() }

// Unwrap is the sentence as an error.
func (r Refusal) Unwrap() error { return r.Err }

// Refused are all the cron specs of an entry that can not serve.
type Refused []Refusal

// Error is a line for each of them.
func (all Refused) Error() string {
	lines := make([]string, len(all))
	for i, r := range all {
		lines[i] = r.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap are the refusals, one by one.
func (all Refused) Unwrap() []error {
	errs := make([]error, len(all))
	for i, r := range all {
		errs[i] = r
	}
	return errs
}

// times are those of a window, counted from the midnight before it.
func (w Window) times() []time.Duration {
	until := w.Until
	if until < w.From {
		until += 24 * time.Hour
	}
	times := []time.Duration{w.From}
	for at := w.From + w.Every; w.Every > 0 && at <= until; at += w.Every {
		times = append(times, at)
	}
	return times
}

// Name is the entry's name.
func (e *Entry) Name() string { return e.spec.Name }

// Next is the first time it is due after that instant; false where it is not due again within forty years.
func (e *Entry) Next(after time.Time) (time.Time, bool) {
	for t := range e.All(after) {
		return t, true
	}
	return time.Time{}, false
}

// Between are the times it is due after a, up to and including b.
func (e *Entry) Between(a, b time.Time) []time.Time {
	var due []time.Time
	for t := range e.All(a) {
		if t.After(b) {
			break
		}
		due = append(due, t)
	}
	return due
}

// horizon is how many days ahead an entry is looked for: a 29 February that must be a Monday comes every 28 years,
// or 40 where a century without a leap day lies between.
const horizon = 41 * 366

// All are the times it is due after that instant, in order, for forty years.
func (e *Entry) All(after time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		first := dateOf(after.In(e.spec.Location))
		last := after
		for d := first; d < first+horizon; d++ {
			for _, minute := range e.minutes(d) {
				t := instant(d, minute, e.spec.Location)
				if !t.After(last) {
					continue
				}
				last = t
				if !yield(t) {
					return
				}
			}
		}
	}
}

// minutes are when it is due on a civil day, as minutes from that day's midnight, sorted.
func (e *Entry) minutes(d date) []int {
	var all []int
	for _, r := range e.rules {
		if !r.on(d) {
			continue
		}
		for _, minute := range r.minutes {
			if e.allowed(d, minute) {
				all = append(all, minute)
			}
		}
	}
	if len(e.rules) > 1 {
		slices.Sort(all)
	}
	return all
}

// allowed asks days and calendars about the business day that the wall time belongs to.
func (e *Entry) allowed(d date, minute int) bool {
	if len(e.spec.Days) == 0 && len(e.spec.Except) == 0 {
		return true
	}
	if minute < int(e.spec.DayStarts/time.Minute) {
		d--
	}
	if len(e.spec.Days) > 0 && !slices.Contains(e.spec.Days, d.weekday()) {
		return false
	}
	return !slices.ContainsFunc(e.spec.Except, func(c Calendar) bool { return c.on(d) })
}

// Due is one occurrence of an entry.
type Due struct {
	Name string
	Time time.Time
}

// Merge are the next n occurrences of all entries after that instant, earliest first; those of one instant stand in
// the order of the entries.
func Merge(entries []*Entry, after time.Time, n int) []Due {
	var all []Due
	for _, e := range entries {
		left := n
		for t := range e.All(after) {
			if left--; left < 0 {
				break
			}
			all = append(all, Due{Name: e.Name(), Time: t})
		}
	}
	slices.SortStableFunc(all, func(a, b Due) int { return a.Time.Compare(b.Time) })
	return all[:min(max(n, 0), len(all))]
}
