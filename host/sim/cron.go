package sim

import (
	"context"
	"time"

	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/schedule"
)

// advance lets time pass while the PC is on: the entries of the cron table run as they come due.
func (s *Store) advance(ctx context.Context, d time.Duration) error {
	dues, err := run.Dues(s.config)
	if err != nil {
		return err
	}
	var entries []*schedule.Entry
	for _, due := range dues {
		entries = append(entries, due.Schedule)
	}
	for end := s.now.Add(d); ; {
		next := schedule.Merge(entries, s.now, 1)
		if len(next) == 0 || next[0].Time.After(end) {
			s.now = later(s.now, end)
			return nil
		}
		if err := s.meet(ctx, entries, next[0].Time); err != nil {
			return err
		}
	}
}

// meet runs what is due at an instant, in the order of the table. A run that takes long makes the next one late, and
// what came due in the meantime is missed, as with the real loop.
func (s *Store) meet(ctx context.Context, entries []*schedule.Entry, at time.Time) error {
	var due []string
	for _, e := range entries {
		if t, ok := e.Next(s.now); ok && t.Equal(at) {
			due = append(due, e.Name())
		}
	}
	s.now = later(s.now, at)
	for _, name := range due {
		s.Run(ctx, run.Request{Target: name, Trigger: "cron", Due: at})
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
