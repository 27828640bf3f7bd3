package restore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// Pending tells whether a restore was begun that is not over: somebody is at it, or died.
func (r *Restorer) Pending() bool {
	all, err := r.records()
	if err != nil {
		return true
	}
	for _, rec := range all {
		if !rec.over() {
			return true
		}
	}
	return false
}

// Finish ends what restores that died had begun. A new database that has the name already keeps it; every other goes, and
// the old one is what it was. It tells of each which it was. Only the holder of the store's lock may call it.
func (r *Restorer) Finish(ctx context.Context) error {
	all, err := r.records()
	if err != nil {
		return err
	}
	r.sweep(r.State)
	var told []error
	for _, rec := range all {
		if rec.over() {
			continue
		}
		back := rec.Step == stepUndoing || rec.Step == stepReverting
		done, err := r.conclude(ctx, rec, func(ctx context.Context) error { return r.reopen(ctx, rec) })
		if told = append(told, err); err != nil && !rec.over() {
			continue
		}
		args := message.Args{"database": rec.Database, "seq": rec.Seq, "path": rec.File, "kept": rec.beside()}
		switch {
		case rec.Arrival && done:
			told = append(told, message.New("restore.finished", "restore.arrival_finished", args))
		case rec.Arrival:
			told = append(told, message.New("restore.undone", "restore.arrival_undone", args))
		case done == back:
			told = append(told, message.New("restore.undone", "restore.was_undone", args))
		default:
			told = append(told, message.New("restore.finished", "restore.was_finished", args))
		}
	}
	return errors.Join(told...)
}

// conclude brings a restore that is not over to its end, or its undoing. Done tells whether the swap that it was about has
// happened.
func (r *Restorer) conclude(ctx context.Context, rec *record, open func(context.Context) error) (done bool, err error) {
	from, aside := rec.swap()
	if done, err = r.sort(rec, from, aside); err != nil {
		return done, errors.Join(err, open(ctx)) // whichever of the two it is, it is whole, and nobody waits for it
	}
	if rec.Step == stepReverting && !done {
		if err := unused(ctx, rec.File); err != nil {
			return false, err
		}
		if err := r.exchange(rec.File, from, aside); err != nil {
			return false, err
		}
		done = true
	}
	if rec.Step == stepReverting || rec.Step != stepUndoing && !done {
		if err := errors.Join(r.discard(rec, rec.Fresh), r.discard(rec, rec.Scrap)); err != nil {
			return done, err
		}
	}
	if exists(rec.File) && !rec.Arrival {
		if err := open(ctx); err != nil {
			return done, err
		}
	}
	unlaid := r.settleFiles(rec, done)
	if unlaid != nil && (rec.Arrival || !done) {
		return done, unlaid
	}
	switch {
	case rec.Step == stepUndoing && done:
		rec.Step = stepUndone
	case rec.Step == stepUndoing:
		rec.Step, rec.Aside = stepDone, ""
	case rec.Step != stepReverting && done && rec.Kept != "":
		rec.Step = stepDone
	default:
		return done, errors.Join(unlaid, r.forgetWhole(rec))
	}
	return done, errors.Join(unlaid, r.enter(rec))
}

// swap is what is to have the name of the live database, and where what had it goes.
func (rec *record) swap() (from, aside string) {
	switch rec.Step {
	case stepUndoing:
		return rec.Kept, rec.Aside
	case stepReverting:
		return rec.Kept, rec.Fresh
	}
	return rec.Fresh, rec.Kept
}

// sort looks how far a swap came, and takes away the second name that it may have left. What was to get the name has it
// when it is nowhere else any more; but for a new database that was given up before the old one had another name.
func (r *Restorer) sort(rec *record, from, aside string) (done bool, err error) {
	live := exists(rec.File)
	switch {
	case rec.Step == stepBuilding, rec.Step == stepBuilt:
		return false, nil
	case sameFile(from, rec.File): // it has both names; nothing had it before
		return true, remove(from)
	case sameFile(aside, rec.File): // the old one has both
		return false, remove(aside)
	case rec.Step == stepSwapping && live && aside != "" && !exists(from) && !exists(aside):
		return false, nil
	case !exists(from) && live:
		return true, nil
	case !live && aside != "" && exists(aside): // the old one had lost its name, and the new one not got it yet
		return false, r.name(aside, rec.File)
	case exists(from) && (!live || !exists(aside)):
		return false, nil
	}
	return false, message.New("guard.live_db", "restore.stuck", message.Args{"path": rec.File, "one": from, "other": aside})
}

// discard removes a database that a restore has built, or that a person gives up: never the live one, and nothing that
// does not lie beside it under a name of ours.
func (r *Restorer) discard(rec *record, path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return drive.Explain(err, path)
	}
	if filepath.Dir(path) != filepath.Dir(rec.File) || path == rec.File || sameFile(path, rec.File) || !info.Mode().IsRegular() {
		return message.New("guard.live_db", "restore.not_ours", message.Args{"path": path})
	}
	return drive.Explain(remove(path), path)
}

// reopen lets everybody into the database again, unless djscript.toml has it no longer.
func (r *Restorer) reopen(ctx context.Context, rec *record) error {
	d, err := r.database(rec.Database)
	if err != nil {
		return nil //nolint:nilerr // nobody can say who may open it
	}
	return bearable(ctx, d, r.Open(ctx, d))
}

// bearable is why a database could not be opened, unless it is one that its server can not open at all.
func bearable(ctx context.Context, d copies.Database, failed error) error {
	if failed == nil {
		return nil
	}
	conn, err := firebird.Connect(ctx, d.At)
	switch code := message.Code(err); {
	case err == nil:
		return conn.Close()
	case code == "db.corrupt", code == "db.not_found":
		return nil // nobody could open it before either
	}
	return failed
}
