package schedule

import (
	"context"
	"time"
)

// How long the loop sleeps at most. A laptop that slept, or a clock that was set, is noticed within this time.
const nap = 30 * time.Second

// How late an occurrence may be met and still be started. What is later than that was missed while the PC was off or
// asleep; it is told, and not run here.
const late = 90 * time.Second

// Loop waits for what is due and tells of it, until the context ends. It reads the wall clock anew each time, so that
// suspend, summer time and a clock that is set neither delay an entry nor start it twice. Now must give wall time;
// start is called for what is due now, missed for what nobody met in time. Both must return at once.
type Loop struct {
	Now    func() time.Time
	Sleep  func(ctx context.Context, d time.Duration) error
	Start  func(entry *Entry, at time.Time)
	Missed func(entry *Entry, at time.Time)
}

// Run runs the loop over the entries.
func (l Loop) Run(ctx context.Context, entries []*Entry) error {
	seen := l.Now().Round(0) // without the monotonic clock, which sleeps when the PC does
	for {
		now := l.Now().Round(0)
		if now.Before(seen) {
			seen = now // the clock was set back: the days to come count, not those it lived twice
		}
		for _, e := range entries {
			l.meet(e, seen, now)
		}
		seen = now
		if err := l.Sleep(ctx, l.until(entries, now)); err != nil {
			return err
		}
	}
}

// meet tells of what an entry was due for in (from, to]; of several that came at once only the last is started.
func (l Loop) meet(e *Entry, from, to time.Time) {
	due := e.Between(from, to)
	for i, at := range due {
		if i == len(due)-1 && to.Sub(at) <= late {
			l.Start(e, at)
		} else {
			l.Missed(e, at)
		}
	}
}

// until is how long to sleep: to the next occurrence, and never longer than a nap.
func (l Loop) until(entries []*Entry, now time.Time) time.Duration {
	wait := nap
	for _, e := range entries {
		if next, ok := e.Next(now); ok {
			wait = min(wait, next.Sub(now))
		}
	}
	return max(wait, 0)
}
