package run

import (
	"context"
	"time"

	"github.com/djscript/djscript/host/journal"
)

// Rehearsal is the host's world, of which nothing is changed: a run in it keeps no journal, holds no lock, remembers
// nothing, and never waits.
func (h *Host) Rehearsal() World { return rehearsal{h.world()} }

type rehearsal struct{ World }

// Begin opens a journal that keeps nothing.
func (rehearsal) Begin(journal.Start) (Record, error) { return forgetful{}, nil }

// Lock is always free.
func (rehearsal) Lock(context.Context, string, string, time.Duration) (func() error, error) {
	return func() error { return nil }, nil
}

// Remember keeps nothing.
func (rehearsal) Remember(string, []byte) error { return nil }

// Sleep is over at once.
func (rehearsal) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

type forgetful struct{}

func (forgetful) Write(journal.Event) error { return nil }
func (forgetful) Finish(journal.End) error  { return nil }
