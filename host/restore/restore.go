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
	"github.com/djscript/djscript/host/message"
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
	err := s.closed(ctx)
	if err == nil {
		return s.result, nil
	}
	return nil, errors.Join(err, s.undo())
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

// session is one restore while it goes on.
type session struct {
	*Restorer
	look   *Look
	gate   Gate
	shut   bool              // the live database is closed
	inside firebird.Database // as we get into it meanwhile
	record *record
	began  time.Time
	result *Result
}

// begin enters the restore in the journal, before anything is done.
func (s *session) begin() error {
	name, err := s.fresh(s.look.File)
	if err != nil {
		return err
	}
	s.record = &record{
		ID: s.look.id, Group: s.look.group, At: s.Now().Format(time.RFC3339), Copy: s.look.Copy.ID, Seq: s.look.Copy.Seq,
		Database: s.look.Database.Name, File: s.look.File, Fresh: name, Step: stepBuilding,
	}
	return s.enter(s.record)
}

// closed does all that is done while the database is closed to everybody else.
func (s *session) closed(ctx context.Context) error {
	if err := s.close(ctx); err != nil {
		return err
	}
	if err := s.safety(ctx); err != nil {
		return err
	}
	if err := s.stage(ctx); err != nil {
		return err
	}
	if err := s.build(ctx); err != nil {
		return err
	}
	if err := s.swap(ctx); err != nil {
		return err
	}
	return s.opened()
}

// step is where a test may die.
func (r *Restorer) step() {
	if r.died != nil {
		r.died()
	}
}

func (r *Restorer) tell(step, database string) {
	if r.Progress != nil {
		r.Progress(copies.Progress{Step: step, Database: database})
	}
}

// unreadable are the codes of a gbak that can not read a database.
var unreadable = map[string]bool{"db.corrupt": true, "gbak.failed": true, "gbak.hang": true}

// safety copies the live database before anything takes its place. Where gbak can not read it, its own file is all that is
// kept of it, under another name and with its hash.
func (s *session) safety(ctx context.Context) error {
	if s.look.Live != Readable {
		if s.look.Live == Broken {
			s.keepFile(s.look.Why)
		}
		return nil
	}
	began := s.Now()
	database := s.look.Database
	database.At = s.inside
	database.System.Evidence = nil // nobody writes meanwhile, and one connection is let in at a time
	set, err := s.Make(ctx, copies.Options{
		Databases: []copies.Database{database}, To: s.Safety, Class: copies.PreRestore, Verify: copies.VerifyLater, Files: true, WithSetup: true,
		Note: message.Text("restore.note", message.Args{"seq": s.look.Copy.Seq}),
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil && len(set.Copies) == 0 && unreadable[message.Code(err)] {
		s.look.Live = Broken
		s.keepFile(err)
		return nil
	}
	if err != nil {
		return message.Wrap(err, message.Code(err), "restore.no_safety", message.Args{"database": database.Name})
	}
	s.result.Told = append(s.result.Told, set.Degraded...)
	s.result.PreRestore = &set.Copies[0]
	s.result.Seconds.PreRestore = s.Now().Sub(began).Seconds()
	s.step()
	return nil
}

// keepFile says that the old database is kept as the file that it is, and nothing else of it.
func (s *session) keepFile(why error) {
	s.record.Hash = true
	s.result.Told = append(s.result.Told, message.Wrap(why, "copy.degraded", "restore.kept_as_file", message.Args{
		"database": s.look.Database.Name, "path": s.look.File,
	}))
}

// build builds the new database beside the live one, and proves it.
func (s *session) build(ctx context.Context) error {
	if err := s.construct(ctx); err != nil {
		return err
	}
	if err := settle(s.record.Fresh, s.look.File); err != nil {
		return err
	}
	s.record.Step = stepBuilt
	return s.enter(s.record)
}

// construct builds the new database.
func (s *session) construct(ctx context.Context) error {
	began := s.Now()
	site, err := s.Prover.Site(ctx, s.server())
	if err != nil {
		return err
	}
	built, err := s.at(site).build(ctx)
	if left := site.Leave(err != nil); err != nil {
		return errors.Join(err, left)
	} else if left != nil {
		s.result.Told = append(s.result.Told, message.Wrap(left, "copy.degraded", "restore.scratch_left", nil))
	}
	s.step()
	s.result.Seconds.Build = built.Seconds()
	s.result.Seconds.Proof = s.Now().Sub(began).Seconds() - built.Seconds()
	return nil
}

// server is who builds where no engine of our own fits: it has to see the same files as we do.
func (s *session) server() firebird.Database { return s.look.Database.At }

// swap gives the new database the name of the old one, and opens it.
func (s *session) swap(ctx context.Context) error {
	s.tell("swapping", s.look.Database.Name)
	if s.look.Live != None {
		if err := unused(s.look.File); err != nil {
			return err
		}
	}
	if s.record.Hash {
		sum, err := sumOf(ctx, s.look.File)
		if err != nil {
			return err
		}
		s.record.SHA256, s.result.SHA256 = sum, sum
	}
	if s.look.Live != None {
		s.record.Kept = keptName(s.look.File, "before", s.look.Copy.Seq)
	}
	s.record.Step = stepSwapping
	if err := s.enter(s.record); err != nil {
		return err
	}
	if err := s.exchange(s.record.File, s.record.Fresh, s.record.Kept); err != nil {
		return err
	}
	s.record.Step = stepSwapped
	return s.enter(s.record)
}

// close lets nobody into the live database any more. Of one that its server does not open nobody can be kept out, and nobody
// can be in; of that the lock on its file tells.
func (s *session) close(ctx context.Context) (err error) {
	s.began = s.Now()
	if s.look.Live == Readable {
		s.inside, err = s.gate.Close(ctx)
		s.shut = err == nil
	}
	if message.Code(err) == "db.busy" {
		err = message.Wrap(err, "db.busy", "restore.busy", message.Args{"database": s.look.Database.Name})
	}
	s.step()
	return err
}

// opened opens the new database to everybody. Where its server does not, the old one is put back.
func (s *session) opened() error {
	ctx, cancel := context.WithTimeout(context.Background(), openTime)
	defer cancel()
	if err := s.gate.Open(ctx); err != nil {
		return message.Wrap(err, message.Code(err), "restore.not_opened", message.Args{"path": s.look.File})
	}
	s.step()
	s.result.Seconds.Closed = s.Now().Sub(s.began).Seconds()
	s.result.KeptOld = s.record.Kept
	if err := s.layFiles(); err != nil {
		return err
	}
	s.record.Step = stepDone
	if s.record.Kept == "" {
		return s.forgetWhole(s.record)
	}
	return s.enter(s.record)
}

// undo leaves the old database as it was, in its place and open, and nothing of the new one.
func (s *session) undo() error {
	ctx, cancel := context.WithTimeout(context.Background(), openTime)
	defer cancel()
	done, err := s.sort(s.record, s.record.Fresh, s.record.Kept)
	s.record.Step = stepBuilt
	switch {
	case err != nil:
		return err
	case done && s.record.Kept == "":
		err = s.name(s.record.File, s.record.Fresh)
	case done:
		s.record.Step = stepReverting
	}
	if err == nil {
		err = s.enter(s.record)
	}
	if err == nil {
		_, err = s.conclude(ctx, s.record, s.reopened)
	}
	return err
}

// reopened opens the old database again, where it was closed here: what another has closed is not ours to open.
func (s *session) reopened(ctx context.Context) error {
	if !s.shut {
		return nil
	}
	return s.gate.Open(ctx)
}
