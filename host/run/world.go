package run

import (
	"context"
	"path/filepath"
	"time"

	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/lock"
)

// World is what a run touches: its store. A simulated one takes its place in tests of scripts.
type World interface {
	// Engines are ready to work for the store, and have touched no server yet.
	Engines(ctx context.Context) (*Engines, error)
	// Begin opens the journal of a run.
	Begin(start journal.Start) (Record, error)
	// Lock holds a lock of the store; who holds it is told to those who wait.
	Lock(ctx context.Context, name, who string, wait time.Duration) (release func() error, err error)
	// Recall is a file that runs keep for those after them, "state/closing.json"; nil where there is none.
	Recall(name string) ([]byte, error)
	// Remember replaces such a file: whatever happens, the old one or the new one is there whole.
	Remember(name string, text []byte) error
	// Runs hands over the runs that began since then, the newest first.
	Runs(ctx context.Context, since time.Time, each func(*journal.Entry)) error
	// Sleep waits that long, or until the context ends, and then gives why it did.
	Sleep(ctx context.Context, d time.Duration) error
}

// Record is the open journal of one run. One that has a method Terse() bool, and is, gets no arguments and no results.
type Record interface {
	Write(event journal.Event) error
	Finish(end journal.End) error
}

// world is the host's, or the real store.
func (h *Host) world() World {
	if h.World != nil {
		return h.World
	}
	return disk{h}
}

// disk is the real store.
type disk struct{ host *Host }

func (d disk) Engines(ctx context.Context) (*Engines, error) { return d.host.Engines(ctx) }

func (d disk) Begin(start journal.Start) (Record, error) { return d.host.Journal().Begin(start) }

func (d disk) Lock(ctx context.Context, name, who string, wait time.Duration) (func() error, error) {
	held, err := d.host.Take(ctx, name, who, wait)
	if err != nil {
		return nil, err
	}
	return held.Release, nil
}

func (d disk) Sleep(ctx context.Context, wait time.Duration) error { return Sleep(ctx, wait) }

// Take holds a lock of the store for a command that is no run, such as proving a copy.
func (h *Host) Take(ctx context.Context, name, who string, wait time.Duration) (*lock.Lock, error) {
	return lock.Take(ctx, filepath.Join(h.dir(), "locks"), name, who, wait)
}
