package restore

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// To restores a copy into a folder: its database as NAME.fdb, proven, and its document models below files. The folder is
// made where there is none; nothing that lies there is written over, and nothing else is touched. It needs no store: the
// prover builds with the tools of this machine. To take only some companies or years out of the copy it has to know the
// copy's database, by whose profile they are told. Errors are those of the copy, fs.exists, fs.denied, drive.full, db.version.
func To(ctx context.Context, p *copies.Prover, c copies.Copy, dir string, o Options) (*Result, error) {
	if o.Tables != nil {
		return nil, message.New("option.value", "restore.tables_to", nil)
	}
	w, err := copies.OpenWhole(ctx, c, p.Keys)
	if err != nil {
		return nil, err
	}
	l := &Look{Copy: c, Database: copies.Database{Name: w.Manifest.Database.Name}, Live: None, options: o, whole: w}
	r := &Restorer{Prover: p, Databases: p.Databases, Now: p.Now, Entropy: p.Entropy, Progress: p.Progress}
	if d, err := r.database(cmp.Or(o.Database, l.Database.Name)); err == nil {
		l.Database.System = d.System
	}
	f := &folder{session: &session{Restorer: r, look: l}, dir: dir}
	if l.choice, err = l.decide(ctx, w.Manifest); err == nil {
		err = l.divisible()
	}
	if err == nil {
		f.result = &Result{
			Database: l.Database.Name, Copy: c.ID, Seq: c.Seq, Way: l.choice.way, Companies: l.choice.chosen, Files: []string{}, Told: w.Told,
		}
		err = f.restore(ctx)
	}
	return f.result, errors.Join(err, w.Close())
}

// divisible tells whether the rows of the chosen companies could be told from the others'.
func (l *Look) divisible() error {
	if l.choice.way != Part || len(l.choice.chosen) == len(l.whole.Manifest.Companies) || len(l.Database.System.Column) > 0 {
		return nil
	}
	return message.New("company.profile", "restore.whose", message.Args{"database": l.Database.Name})
}

// folder is a restore to a folder while it goes on.
type folder struct {
	*session
	dir    string
	models []model
}

func (f *folder) restore(ctx context.Context) (err error) {
	m := f.look.whole.Manifest
	if err := older(f.Prover.Bench.Tools.Version, m.Database.Engine, f.result.Seq); err != nil {
		return err
	}
	dir, err := filepath.Abs(f.dir)
	if err != nil {
		return drive.Explain(err, f.dir)
	}
	if !exists(dir) {
		defer func() {
			if err != nil {
				_ = os.Remove(dir) // where nothing came into it
			}
		}()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return message.Wrap(err, "fs.denied", "restore.no_folder", message.Args{"path": dir})
	}
	f.result.Path = filepath.Join(dir, m.Database.Name+".fdb")
	for _, part := range m.Parts {
		if part.Kind == copies.PartFiles {
			f.models = append(f.models, model{part, filepath.Join(dir, "files", filepath.FromSlash(tail(part)))})
		}
	}
	if err := f.untouched(); err != nil {
		return err
	}
	if err := fits(dir, m.Database.Bytes+m.Database.Bytes/20); err != nil {
		return err
	}
	fresh, err := f.fresh(f.result.Path)
	if err != nil {
		return err
	}
	f.record = &record{Fresh: fresh}
	if err := f.construct(ctx); err != nil {
		return err
	}
	if err := errors.Join(flush(fresh), drive.Explain(f.name(fresh, f.result.Path), f.result.Path)); err != nil {
		return errors.Join(err, remove(fresh))
	}
	if err := drive.SyncFolder(dir); err != nil {
		return err
	}
	return f.lay(ctx)
}

// untouched refuses to write over anything that lies there.
func (f *folder) untouched() error {
	paths := []string{f.result.Path}
	for _, m := range f.models {
		paths = append(paths, m.path)
	}
	for _, path := range paths {
		if exists(path) {
			return message.New("fs.exists", "restore.exists", message.Args{"path": path})
		}
	}
	return nil
}

// lay lays the document models down.
func (f *folder) lay(ctx context.Context) error {
	for _, m := range f.models {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := m.write(f.look.whole); err != nil {
			return err
		}
		f.result.Files = append(f.result.Files, m.path)
	}
	return nil
}
