package sim

import (
	"context"
	"slices"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

// Engines are those of the simulated store.
func (s *Store) Engines(context.Context) (*run.Engines, error) {
	e := &run.Engines{
		Copies: shelf{s}, Firebird: server{s}, Drives: ports{s}, Restores: restores{s}, Texts: texts{s}, Mask: func(text string) string { return text },
		Outbox: outbox{s}, Around: s.around, Decided: s.diary.decided, Cover: s.program.Cover,
	}
	e.Destinations = s.destinations()
	for _, d := range s.config.Destinations {
		e.Places = append(e.Places, s.placeOf(d))
	}
	for _, d := range s.config.Databases {
		e.Databases = append(e.Databases, copies.Database{
			Name: d.Name, At: firebird.Database{Server: d.Server, Path: d.Path, User: d.User}, System: s.system(d.System), Files: d.Files,
		})
	}
	return e, nil
}

// system is the profile of that name; a database without one has companies all the same, so that scripts can be tried.
func (s *Store) system(name string) copies.System {
	profile, err := s.config.System(name)
	if err != nil || profile.Companies == "" {
		return copies.System{Name: name, Companies: "select"}
	}
	return copies.System{
		Name: profile.Name, Companies: profile.Companies, Newest: profile.Newest, Evidence: profile.Evidence,
		Column: profile.CompanyColumn, Shared: profile.SharedTables, Archive: profile.ArchiveTables,
	}
}

// Begin opens the journal of a run.
func (s *Store) Begin(start journal.Start) (run.Record, error) {
	entry := &journal.Entry{Start: start, End: journal.End{Result: journal.CutOff}}
	s.journal = append(s.journal, entry)
	return record{s, entry}, nil
}

// record is the journal of one run, in memory.
type record struct {
	store *Store
	entry *journal.Entry
}

// Write keeps nothing: of what happened within a run nobody in the store can read.
func (r record) Write(journal.Event) error { return nil }

// Terse spares the run the work of putting it into words.
func (r record) Terse() bool { return true }

// Finish adds the end, while there is power.
func (r record) Finish(end journal.End) error {
	if !r.store.dead {
		r.entry.End = end
	}
	return nil
}

// Recall is what was kept under that name.
func (s *Store) Recall(name string) ([]byte, error) { return s.kept[name], nil }

// Remember keeps it, while there is power.
func (s *Store) Remember(name string, text []byte) error {
	if s.dead {
		return errPowerCut
	}
	s.kept[name] = text
	return nil
}

// Runs hands over the runs that began since then, the newest first.
func (s *Store) Runs(_ context.Context, since time.Time, each func(*journal.Entry)) error {
	for _, entry := range slices.Backward(s.journal) {
		if entry.At.Before(since) {
			break
		}
		each(entry)
	}
	return nil
}

// Lock holds a lock. Nobody else runs in the store: what is held is held for good, and waiting only moves the clock.
func (s *Store) Lock(ctx context.Context, name, who string, wait time.Duration) (func() error, error) {
	if holder, held := s.locks[name]; held {
		if err := s.Sleep(ctx, wait); err != nil {
			return nil, err
		}
		return nil, message.New("lock.timeout", "lock.busy", message.Args{"name": name, "holder": holder})
	}
	s.locks[name] = who
	return func() error {
		delete(s.locks, name)
		return nil
	}, nil
}

// Sleep moves the clock, never further than the run may last.
func (s *Store) Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	wake := s.now.Add(d)
	if !s.deadline.IsZero() && wake.After(s.deadline) {
		s.now = s.deadline
		return message.New("run.timeout", "sim.timeout", message.Args{"at": s.now.Format("15:04")})
	}
	s.now = wake
	return nil
}
