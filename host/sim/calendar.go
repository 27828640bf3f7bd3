package sim

import (
	"context"
	"slices"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/schedule"
)

// calendar lets time pass in a store: what is due runs, and what is to go wrong goes wrong. Two clocks go in it: the
// world's, by which faults come and people count days, and the PC's, by which the PC knows what is due.
type calendar struct {
	store *Store
	due   agenda
	dues  func(*config.Config) (agenda, error) // what is due by another configuration; nil: the same
	turns []turn                               // still to come, in order
	tell  func(*run.Outcome) error             // told of each run, and may end it all; may be nil

	met   time.Time     // by the PC's clock: what was due up to then is over
	off   int           // faults that hold the PC switched off
	stamp time.Duration // how wrong the clock is in the next run, and in no other
}

// agenda tells what is due next after an instant of the PC's clock, and when; nothing where nothing is.
type agenda func(after time.Time) (at time.Time, targets []string)

// turn is a moment of the world at which something about the store changes.
type turn struct {
	at time.Time
	do func(ctx context.Context, c *calendar) error
}

// dues are the entries of a store that come due, of these names; without names, all of them.
func dues(c *config.Config, names ...string) (agenda, error) {
	all, err := run.Dues(c)
	if err != nil {
		return nil, err
	}
	var entries []*schedule.Entry
	for _, due := range all {
		if len(names) == 0 || slices.Contains(names, due.Name) {
			entries = append(entries, due.Schedule)
		}
	}
	return func(after time.Time) (at time.Time, targets []string) {
		for _, next := range schedule.Merge(entries, after, 1) {
			if len(targets) > 0 && !next.Time.Equal(at) {
				break
			}
			at, targets = next.Time, append(targets, next.Name)
		}
		return at, targets
	}, nil
}

// every is due at an instant, and ever so often after it.
func every(first time.Time, span time.Duration, target string) agenda {
	return func(after time.Time) (time.Time, []string) {
		n := after.Sub(first)/span + 1 // of the spans that are over, and the one that goes on
		if after.Before(first) && after.Sub(first)%span != 0 {
			n--
		}
		return first.Add(n * span), []string{target}
	}
}

// pass lets time pass up to an instant of the world.
func (c *calendar) pass(ctx context.Context, end time.Time) error {
	for ctx.Err() == nil {
		at, targets := c.next()
		on := end
		if len(targets) > 0 && at.Before(end) {
			on = at
		}
		if len(c.turns) > 0 && !c.turns[0].at.After(on) {
			next := c.turns[0]
			c.turns = c.turns[1:]
			c.reach(next.at)
			if err := next.do(ctx, c); err != nil {
				return err
			}
			continue
		}
		c.reach(on)
		if len(targets) == 0 || at.After(end) {
			return nil
		}
		if err := c.meet(ctx, targets); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// next is what comes due next, and when in the world: nothing while the PC is off.
func (c *calendar) next() (time.Time, []string) {
	if c.off > 0 {
		return time.Time{}, nil
	}
	at, targets := c.due(c.met)
	return at.Add(-c.store.skew), targets
}

// reach lets the clocks go on to an instant of the world, unless a run that lasted has passed it.
func (c *calendar) reach(at time.Time) {
	if behind := at.Sub(c.store.world()); behind > 0 {
		c.store.now = c.store.now.Add(behind)
	}
}

// meet runs what is due now, in the order of the table. A run that takes long makes the next one late, and what came due
// in the meantime is missed, as with the real loop.
func (c *calendar) meet(ctx context.Context, targets []string) error {
	due := c.store.now
	for _, target := range targets {
		if err := c.run(ctx, run.Request{Target: target, Trigger: "cron", Due: due}); err != nil {
			return err
		}
	}
	c.met = c.store.now
	return nil
}

// run is one run; a stamp befalls it, and no other.
func (c *calendar) run(ctx context.Context, request run.Request) error {
	c.store.diary.turn()
	stamp := c.stamp
	c.stamp = 0
	c.store.shift(stamp)
	outcome := c.store.Run(ctx, request)
	defer c.store.shift(-stamp)
	if ctx.Err() != nil || c.tell == nil {
		return context.Cause(ctx)
	}
	return c.tell(outcome)
}

// awake makes what is due now, and after now, what comes next: the PC was switched on, or its clock was set. What came due
// meanwhile was missed.
func (c *calendar) awake() { c.met = c.store.now.Add(-1) }

// at plans a turn.
func (c *calendar) at(when time.Time, do func(ctx context.Context, c *calendar) error) {
	c.turns = append(c.turns, turn{when, do})
	slices.SortStableFunc(c.turns, func(a, b turn) int { return a.at.Compare(b.at) })
}

// world is what the clock would show if it were right.
func (s *Store) world() time.Time { return s.now.Add(-s.skew) }

// shift sets the PC's clock that much ahead of where it is.
func (s *Store) shift(by time.Duration) {
	s.now, s.skew = s.now.Add(by), s.skew+by
}

// advance lets time pass while the PC is on: the entries of the cron table run as they come due.
func (s *Store) advance(ctx context.Context, d time.Duration) error {
	due, err := dues(s.config)
	if err != nil {
		return err
	}
	c := &calendar{store: s, due: due, met: s.now}
	return c.pass(ctx, s.world().Add(d))
}
