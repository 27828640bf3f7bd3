package restore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// Arrival is a store that a copy brings to a PC where it never was.
type Arrival struct {
	Copy     copies.Copy
	Whole    *copies.Whole
	Database copies.Database // with the path that it is to have
	Files    []Laid          // what the store is set up with; the last makes a store of its folder
}

// Laid is a file of an arrival.
type Laid struct {
	Path string
	Kind string // of a part
	Data []byte
}

// LookArrival looks at everything that could keep an arrival from being done, tells all of it at once, and touches nothing.
// Nothing may lie where the database and the store's own files go: fs.exists.
func (r *Restorer) LookArrival(a Arrival) (*Look, error) {
	l := &Look{
		Copy: a.Copy, Database: a.Database, File: a.Database.At.Path, Live: None, whole: a.Whole, restorer: r, options: Options{Files: true},
	}
	l.choice.way = Whole
	l.Database.At = firebird.Database{Path: l.File} // it is built by the tools of this machine
	for _, f := range a.Files {
		l.extra = append(l.extra, file{path: f.Path, kind: f.Kind, data: f.Data})
	}
	var wrong []error
	if a.Copy.State == copies.Bad {
		wrong = append(wrong, bad(a.Copy))
	}
	if have := r.Prover.Bench.Tools.Version; have.Major > 0 { // else there are no tools, and that is told already
		wrong = append(wrong, older(have, a.Whole.Manifest.Database.Engine, a.Copy.Seq))
	}
	wrong = append(wrong, l.alone()...)
	wrong = append(wrong, l.placed())
	l.id = ulid.MustNew(ulid.Timestamp(r.Now()), r.Entropy).String()
	l.group = l.id
	return l, errors.Join(wrong...)
}

// alone refuses files that lie where those of the store go. Where a store lies, that is all that need be said of them.
func (l *Look) alone() (wrong []error) {
	for _, f := range slices.Backward(l.extra) {
		if exists(f.path) {
			wrong = append(wrong, message.New("fs.exists", "restore.store_lies", message.Args{"path": f.path}))
		}
		if len(wrong) > 0 && f.path == l.extra[len(l.extra)-1].path {
			break
		}
	}
	return wrong
}

// placed refuses a place for the database that is no path of this machine, where one lies already, or that it does not fit in.
func (l *Look) placed() error {
	args := message.Args{"path": l.File, "database": l.Database.Name}
	dir := filepath.Dir(l.File)
	switch {
	case !filepath.IsAbs(l.File):
		return message.New("arg.file", "restore.no_place", args)
	case exists(l.File):
		return message.New("fs.exists", "restore.database_lies", args)
	}
	for !isFolder(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	need := l.whole.Manifest.Database.Bytes
	return fits(dir, need+need/20)
}

// Arrive brings the store: its database is built in its place under another name and proven, then it gets its name and the
// files are laid, in their order. All of it is there in the end, or nothing of it: whoever comes after a crash says Finish.
func (r *Restorer) Arrive(ctx context.Context, l *Look) (*Result, error) {
	s := &session{Restorer: r, look: l, gate: nobody{}}
	s.result = &Result{
		Database: l.Database.Name, Copy: l.Copy.ID, Seq: l.Copy.Seq, Path: l.File, Way: l.choice.way, Companies: l.whole.Manifest.Companies, Files: []string{}, Told: l.whole.Told,
	}
	dir := filepath.Dir(l.File)
	name, err := r.fresh(l.File)
	if err != nil {
		return nil, err
	}
	s.record = &record{
		ID: l.id, Group: l.group, At: r.Now().Format(time.RFC3339), Copy: l.Copy.ID, Seq: l.Copy.Seq, Database: l.Database.Name,
		File: l.File, Fresh: name, Made: missing(dir, nil), Arrival: true, Step: stepBuilding,
	}
	if err := os.MkdirAll(r.State, 0o755); err != nil {
		return nil, message.Wrap(err, "fs.denied", "restore.no_folder", message.Args{"path": r.State})
	}
	if err := s.enter(s.record); err != nil {
		return nil, err
	}
	if err = os.MkdirAll(dir, 0o755); err != nil {
		err = message.Wrap(err, "fs.denied", "restore.no_folder", message.Args{"path": dir})
	} else {
		err = s.closed(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.undo())
	}
	return s.result, nil
}

// nobody is the gate of a database that nobody knows of yet.
type nobody struct{}

// Close lets nobody in: nobody comes.
func (nobody) Close(context.Context) (firebird.Database, error) { return firebird.Database{}, nil }

// Open opens nothing.
func (nobody) Open(context.Context) error { return nil }
