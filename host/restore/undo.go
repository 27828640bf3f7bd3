package restore

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// Kept is a database that is kept beside the live one: what was there before a restore, or once that was undone, what had
// been restored.
type Kept struct {
	ID       string `json:"id"`    // of the restore
	Group    string `json:"group"` // of restores that were asked for together: they are undone together
	Database string `json:"database"`
	Copy     string `json:"copy"`
	Seq      string `json:"seq"`
	At       string `json:"at"` // RFC 3339: when it was restored
	Path     string `json:"path"`
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256,omitempty"` // where gbak could not read it
	Files    int    `json:"files"`            // that are kept with it
	Undone   bool   `json:"undone"`
	Missing  bool   `json:"missing"` // somebody has removed it
}

// Kept are the databases that are kept, the newest restore first. An empty name is every database.
func (r *Restorer) Kept(database string) ([]Kept, error) {
	all, err := r.records()
	if err != nil {
		return nil, err
	}
	found := []Kept{}
	for _, rec := range slices.Backward(all) {
		if rec.over() && (database == "" || rec.Database == database) {
			found = append(found, rec.kept())
		}
	}
	return found, nil
}

func (rec *record) kept() Kept {
	k := Kept{
		ID: rec.ID, Group: rec.Group, Files: len(rec.Files), Database: rec.Database, Copy: rec.Copy, Seq: rec.Seq, At: rec.At, Path: rec.beside(), Undone: rec.Step == stepUndone,
	}
	if !k.Undone {
		k.SHA256 = rec.SHA256
	}
	info, err := os.Lstat(k.Path)
	if k.Missing = err != nil; !k.Missing {
		k.Bytes = info.Size()
	}
	return k
}

// Undo swaps back what the last restore swapped: of that database, or with an empty name of every database that it was
// asked for. What had been restored is kept beside, with all that was done in it since.
func (r *Restorer) Undo(ctx context.Context, database string, gate func(copies.Database) Gate) ([]Kept, error) {
	last, err := r.undoable(database)
	if err != nil {
		return nil, err
	}
	var undone []Kept
	var failed []error
	for _, rec := range last {
		err := r.undo(ctx, rec, gate)
		if failed = append(failed, err); err == nil {
			undone = append(undone, rec.kept())
		}
	}
	return undone, errors.Join(failed...)
}

// undoable are the restores that can be undone: those of the newest group. An older one can not, before it.
func (r *Restorer) undoable(database string) (found []*record, err error) {
	all, err := r.records()
	if err != nil {
		return nil, err
	}
	for _, rec := range slices.Backward(all) {
		fits := rec.Step == stepDone && (database == "" || rec.Database == database)
		if fits && (len(found) == 0 || rec.Group == found[0].Group) {
			found = append(found, rec)
		}
	}
	if len(found) == 0 {
		return nil, message.New("copy.not_found", "restore.nothing_to_undo", message.Args{"database": database})
	}
	for _, rec := range found {
		if !exists(rec.Kept) {
			return nil, message.New("copy.not_found", "restore.old_gone", message.Args{"path": rec.Kept})
		}
	}
	return found, nil
}

// undo swaps one database back.
func (r *Restorer) undo(ctx context.Context, rec *record, gateOf func(copies.Database) Gate) error {
	d, err := r.database(rec.Database)
	if err != nil {
		return err
	}
	gate := gateOf(d)
	rec.Aside, rec.Step = keptName(rec.File, "undone", rec.Seq), stepUndoing
	if err := r.enter(rec); err != nil {
		return err
	}
	shut, err := r.back(ctx, rec, gate)
	open := gate.Open
	switch {
	case !shut:
		open = func(context.Context) error { return nil }
	case rec.SHA256 != "": // nobody could read what comes back
		open = func(ctx context.Context) error { return bearable(ctx, d, gate.Open(ctx)) }
	}
	after, cancel := context.WithTimeout(context.Background(), openTime)
	defer cancel()
	_, wrong := r.conclude(after, rec, open)
	return errors.Join(err, wrong)
}

// back keeps everybody out and exchanges the two; shut tells whether the database has to be opened again. A restored
// database that its server does not open is swapped back too.
func (r *Restorer) back(ctx context.Context, rec *record, gate Gate) (shut bool, err error) {
	if !exists(rec.File) {
		return true, r.exchange(rec.File, rec.Kept, "")
	}
	switch _, err := gate.Close(ctx); message.Code(err) {
	case "db.busy":
		return false, message.Wrap(err, "db.busy", "restore.busy", message.Args{"database": rec.Database})
	case "db.corrupt":
	default:
		if err != nil {
			return false, err
		}
	}
	r.step()
	if err := unused(ctx, rec.File); err != nil {
		return true, err
	}
	return true, r.exchange(rec.File, rec.Kept, rec.Aside)
}

// Discard removes the databases that are kept of that database, once a person has let them go; an empty name is every
// database. A restore whose old database is gone can not be undone.
func (r *Restorer) Discard(database string) ([]Kept, error) {
	all, err := r.records()
	if err != nil {
		return nil, err
	}
	gone := []Kept{}
	var failed []error
	for _, rec := range all {
		if !rec.over() || database != "" && rec.Database != database {
			continue
		}
		kept := rec.kept()
		err := r.discard(rec, kept.Path)
		if err == nil {
			err = r.dropFiles(rec)
		}
		if err == nil {
			err = r.forget(rec.ID)
		}
		if failed = append(failed, err); err == nil {
			gone = append(gone, kept)
		}
	}
	return gone, errors.Join(failed...)
}

// database is the store's database of that name.
func (r *Restorer) database(name string) (copies.Database, error) {
	for _, d := range r.Databases {
		if d.Name == name {
			return d, nil
		}
	}
	return copies.Database{}, message.New("option.value", "restore.no_database", message.Args{"database": name})
}

// Age is how long a database has been kept; 0 where that is not known.
func (k Kept) Age(now time.Time) time.Duration {
	at, err := time.Parse(time.RFC3339, k.At)
	if err != nil {
		return 0
	}
	return now.Sub(at)
}

// Size is how large it is, for a person.
func (k Kept) Size() drive.Size { return drive.Size(k.Bytes) }
