package restore

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

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
	site.Owner = s.look.owner()
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

// owner is whom the live database belongs to, since nobody but SYSDBA and its owner may open it again. Where that can not be
// asked it is who is to open it.
func (l *Look) owner() string { return cmp.Or(l.info.Owner, l.Database.At.User) }

// server is who builds where no engine of our own fits: it has to see the same files as we do.
func (s *session) server() firebird.Database { return s.look.Database.At }

// swap gives the new database the name of the old one, and opens it.
func (s *session) swap(ctx context.Context) error {
	s.tell("swapping", s.look.Database.Name)
	if s.look.Live != None {
		if err := unused(ctx, s.look.File); err != nil {
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
	return s.done()
}

// done enters that the restore is over. Where that can not be written the new database stays all the same, since people work
// in it already: whoever comes next says that it is over.
func (s *session) done() (err error) {
	s.record.Step = stepDone
	if s.record.Kept == "" {
		err = s.forgetWhole(s.record)
	} else {
		err = s.enter(s.record)
	}
	if err != nil && !s.record.Arrival {
		s.result.Told = append(s.result.Told, message.Wrap(err, "copy.degraded", "restore.not_noted", message.Args{
			"database": s.record.Database, "path": s.State,
		}))
		return nil
	}
	return err
}

// undo leaves the old database as it was, in its place and open, and nothing of the new one.
func (s *session) undo() error {
	ctx, cancel := context.WithTimeout(context.Background(), openTime)
	defer cancel()
	done, err := s.sort(s.record, s.record.Fresh, s.record.Kept)
	s.record.Step = stepBuilt
	switch {
	case err != nil:
		return errors.Join(err, s.reopened(ctx))
	case done && s.record.Kept == "":
		if err := s.name(s.record.File, s.record.Fresh); err != nil {
			return err
		}
	case done:
		s.record.Step = stepReverting
	}
	_ = s.enter(s.record) // what can not be written is undone all the same, and concluding it writes too
	_, err = s.conclude(ctx, s.record, s.reopened)
	return err
}

// reopened opens the old database again, where it was closed here: what another has closed is not ours to open.
func (s *session) reopened(ctx context.Context) error {
	if !s.shut {
		return nil
	}
	return s.gate.Open(ctx)
}
