package restore

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// To restores a copy into a folder: its database as NAME.fdb, proven, and its document models below files. The folder is
// made where there is none; nothing that lies there is written over, and nothing else is touched. It needs no store: the
// prover builds with the tools of this machine. Errors are those of the copy, fs.exists, fs.denied, drive.full, db.version.
func To(ctx context.Context, p *copies.Prover, c copies.Copy, dir string) (*Result, error) {
	w, err := copies.OpenWhole(ctx, c, p.Keys)
	if err != nil {
		return nil, err
	}
	f := &folder{prover: p, whole: w, dir: dir, result: &Result{
		Database: w.Manifest.Database.Name, Copy: c.ID, Seq: c.Seq, Companies: w.Manifest.Companies, Files: []string{}, Told: w.Told,
	}}
	return f.result, errors.Join(f.restore(ctx), w.Close())
}

// folder is a restore to a folder while it goes on.
type folder struct {
	prover *copies.Prover
	whole  *copies.Whole
	dir    string
	models []model
	result *Result
}

func (f *folder) restore(ctx context.Context) error {
	m := f.whole.Manifest
	if err := older(f.prover.Bench.Tools.Version, m.Database.Engine, f.result.Seq); err != nil {
		return err
	}
	dir, err := filepath.Abs(f.dir)
	if err != nil {
		return drive.Explain(err, f.dir)
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
	r := &Restorer{Entropy: f.prover.Entropy}
	fresh, err := r.fresh(f.result.Path)
	if err != nil {
		return err
	}
	built, err := f.prover.Build(ctx, f.whole, firebird.Database{}, fresh)
	if err != nil {
		return err
	}
	f.result.Rows = built.Proof.Rows
	f.result.Seconds.Build, f.result.Seconds.Proof = built.Restored.Seconds(), built.Proof.Seconds-built.Restored.Seconds()
	if err := errors.Join(flush(fresh), drive.Explain(r.name(fresh, f.result.Path), f.result.Path)); err != nil {
		return errors.Join(err, os.Remove(fresh))
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
		if err := m.write(f.whole); err != nil {
			return err
		}
		f.result.Files = append(f.result.Files, m.path)
	}
	return nil
}
