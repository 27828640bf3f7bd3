// Package restore brings a copy back: into a folder, or in the place of a store's live database.
//
// There is one way to change a live database. It is looked at and closed to everybody; a safety copy of it is made; the new
// one is built beside it and proven; then one rename gives it the name, and the old one stays until a person lets it go.
// A journal says each step before it is done, so that whoever comes after a crash finishes it or undoes it. The package
// never writes into a live database, never deletes one that it was not told to, and never calls a restore done before the
// server has opened what was built.
package restore

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
)

// Restorer restores copies of a store.
type Restorer struct {
	Store     string // id
	State     string // the folder that the journal is kept in
	Databases []copies.Database
	Safety    []copies.Destination // where the copy of what was before goes
	Make      func(ctx context.Context, o copies.Options) (copies.Set, error)
	Prover    *copies.Prover                                     // which builds and proves
	Open      func(ctx context.Context, d copies.Database) error // lets everybody in again
	Setup     Setup                                              // nil: the store has none that could be put back
	Now       func() time.Time
	Entropy   io.Reader
	Progress  func(copies.Progress)

	died func() // called after each step; only tests die there
}

// Gate keeps everybody out of one database.
type Gate interface {
	// Close lets nobody in any more, and gives the database as whoever closed it gets in. Whoever is connected is db.busy,
	// with names, or is sent away.
	Close(ctx context.Context) (firebird.Database, error)
	// Open lets everybody in again, and fails where the server does not open the database. It may be called of one that was
	// not closed.
	Open(ctx context.Context) error
}

// Options are what a restore is asked for.
type Options struct {
	Database string // the store's database that it is for; "" the one that the copy names
	// Companies are ids of those whose rows come from the copy, and ArchiveFrom the first year of yearly and monthly tables
	// that do; nil and 0: all. All else stays as it is.
	Companies   []string
	ArchiveFrom int
	Eliminate   bool // all else is ELIMINATED instead
	// Tables are those whose rows come back beside what is there; nil: it is not about single tables.
	Tables []string
	Files  bool // document models are put back too, in place of those of the same name
	Config bool // djscript.toml, scripts, and what these keep from run to run are put back too
	Other  bool // the copy may be of another store: a person has said so
	Deep   bool // a preview restores the copy to a scratch, and looks there
	Keys   copies.Keys
	Gate   func(copies.Database) Gate
}

// Result is what came of a restore.
type Result struct {
	Database   string             `json:"database"`
	Copy       string             `json:"copy"` // id
	Seq        string             `json:"seq"`
	Path       string             `json:"path"` // of the restored database
	Way        Way                `json:"way"`
	Companies  []firebird.Company `json:"companies"`          // that came from the copy
	Rows       map[string]int64   `json:"rows"`               // that came from it
	Along      map[string]int64   `json:"along,omitempty"`    // rows of others that came along, since the companies' rows refer to them
	Tables     []company.Returned `json:"tables,omitempty"`   // that came back, where it was single tables
	Held       map[string]int64   `json:"held,omitempty"`     // the companies' rows that are not in it and stay, since rows that stay refer to them
	Changes    []string           `json:"changes,omitempty"`  // of structure since the copy, and what they did, in words
	KeptOld    string             `json:"kept_old,omitempty"` // the database that was there before
	SHA256     string             `json:"sha256,omitempty"`   // of it, where gbak could not read it
	PreRestore *copies.Copy       `json:"pre_restore,omitempty"`
	Files      []string           `json:"files"`                // document models and the like that were put back
	KeptFiles  string             `json:"kept_files,omitempty"` // the folder of those that lay there before
	Seconds    Seconds            `json:"seconds"`
	Told       []error            `json:"-"` // what did not go as it should, and fails nothing
}

// Seconds are what the steps took.
type Seconds struct {
	PreRestore float64 `json:"pre_restore"`
	Build      float64 `json:"build"`
	Proof      float64 `json:"proof"`
	Closed     float64 `json:"closed"` // the database was, to everybody
}

// openTime is how long a server may take to open a database to everybody again, also when the run is over.
const openTime = time.Minute

// Restore does what was looked at: the live database is the old one whole, or the new one whole, whatever happens. An
// error leaves the old one in its place, and open.
func (r *Restorer) Restore(ctx context.Context, l *Look) (*Result, error) {
	s := &session{Restorer: r, look: l}
	s.result = &Result{
		Database: l.Database.Name, Copy: l.Copy.ID, Seq: l.Copy.Seq, Path: l.File, Way: l.choice.way, Companies: l.choice.chosen,
		Files: []string{}, Told: l.whole.Told,
	}
	s.gate = l.options.Gate(l.Database)
	if err := s.begin(); err != nil {
		return nil, err
	}
	if err := s.closed(ctx); err != nil {
		return nil, errors.Join(err, s.undo())
	}
	return s.result, nil
}

// RestoreAll looks at several restores, each for a database of its own, before it begins with the first, and does one after
// the other. What was done before one failed stays done.
func (r *Restorer) RestoreAll(ctx context.Context, all []copies.Copy, o Options) (done []*Result, err error) {
	looks, err := r.LookAll(ctx, all, o)
	if err != nil {
		return nil, err
	}
	for _, l := range looks {
		if err == nil {
			var result *Result
			if result, err = r.Restore(ctx, l); result != nil {
				done = append(done, result)
			}
		}
		if closed := l.Close(); err == nil {
			err = closed
		}
	}
	return done, err
}
