package primitive

import (
	"context"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/restore"
)

// Restoring is what a person wants to be restored.
type Restoring struct {
	Copies    []copies.Copy // each for a database of its own
	To        string        // a folder; "" in the place of the live databases
	Database  string        // the store's database that a single copy is for; "" the one that it names
	Companies []string      // nil: all of the copy
	Tables    []string      // nil: it is not about single tables
	From      int           // the first year of yearly and monthly tables; 0: all
	Eliminate bool
	Files     bool
	Config    bool
	Other     bool // a copy of another store: the person has said so
	Deep      bool // a preview restores the copy to a scratch, and looks there
	Force     bool // whoever is connected is sent away
	Grace     time.Duration
	Keys      copies.Keys
}

func (r *Restoring) options(h *Host) restore.Options {
	return restore.Options{
		Database: r.Database, Companies: r.Companies, Tables: r.Tables, ArchiveFrom: r.From, Eliminate: r.Eliminate, Files: r.Files, Config: r.Config, Other: r.Other, Deep: r.Deep,
		Keys: r.Keys,
		Gate: h.gates(firebird.Closing{Force: r.Force, Wait: r.Grace}),
	}
}

type (
	restoreSetArgs struct {
		Copies      []string `lua:"copies"`
		To          string   `lua:"to"`
		Database    string   `lua:"database"`
		Companies   []string `lua:"companies"`
		Tables      []string `lua:"tables"`
		ArchiveFrom int      `lua:"archive_from"`
		Eliminate   bool     `lua:"eliminate_others"`
		Files       bool     `lua:"files"`
		Config      bool     `lua:"config"`
		Other       bool     `lua:"other_store"`
		Force       bool     `lua:"shutdown"`

		desk *Restoring
	}
	oldArgs struct {
		Database string `lua:"database,arg,optional"`
		Force    bool   `lua:"shutdown"`

		grace time.Duration
	}
)

// restoreSet restores what a person wants: all of it is looked at before any of it is begun.
func (h *Host) restoreSet(ctx context.Context, a *restoreSetArgs) (done []*restore.Result, err error) {
	if err := h.Env.Spend(FilesWritten, int64(len(a.desk.Copies))); err != nil {
		return nil, err
	}
	err = h.one(ctx, func() (err error) {
		if a.To == "" {
			done, err = h.Restores.Restore(ctx, a.desk.Copies, a.desk.options(h))
			return err
		}
		for _, c := range a.desk.Copies {
			result, err := h.Restores.To(ctx, c, a.To, a.desk.options(h))
			if err != nil {
				return err
			}
			done = append(done, result)
		}
		return nil
	})
	h.restored(done)
	return done, err
}

func (h *Host) undoRestore(ctx context.Context, a *oldArgs) (undone []restore.Kept, err error) {
	err = h.one(ctx, func() (err error) {
		undone, err = h.Restores.Undo(ctx, a.Database, h.gates(firebird.Closing{Force: a.Force, Wait: a.grace}))
		return err
	})
	return undone, err
}

func (h *Host) discardOld(ctx context.Context, a *oldArgs) (gone []restore.Kept, err error) {
	err = h.one(ctx, func() (err error) {
		gone, err = h.Restores.Discard(a.Database)
		return err
	})
	return gone, err
}

// Preview tells what a restore of one copy would do.
func (d *Desk) Preview(ctx context.Context, c copies.Copy, r Restoring) (*restore.Preview, error) {
	return d.host.Restores.Preview(ctx, c, r.options(d.host))
}

// Restore restores what a person wants.
func (d *Desk) Restore(ctx context.Context, r Restoring) ([]*restore.Result, error) {
	args := &restoreSetArgs{
		To: r.To, Database: r.Database, Companies: r.Companies, Tables: r.Tables, ArchiveFrom: r.From, Eliminate: r.Eliminate, Files: r.Files, Config: r.Config,
		Other: r.Other, Force: r.Force, desk: &r,
	}
	for _, c := range r.Copies {
		args.Copies = append(args.Copies, c.ID)
	}
	return do[[]*restore.Result](ctx, d, "copy.restore_set", args)
}

// KeptOld are the databases that restores have kept; an empty name is every database.
func (d *Desk) KeptOld(database string) ([]restore.Kept, error) {
	return d.host.Restores.Kept(database)
}

// UndoRestore swaps back what the last restore swapped.
func (d *Desk) UndoRestore(ctx context.Context, database string, force bool, grace time.Duration) ([]restore.Kept, error) {
	return do[[]restore.Kept](ctx, d, "copy.undo_restore", &oldArgs{Database: database, Force: force, grace: grace})
}

// DiscardOld removes the databases that are kept.
func (d *Desk) DiscardOld(ctx context.Context, database string) ([]restore.Kept, error) {
	return do[[]restore.Kept](ctx, d, "copy.discard_old", &oldArgs{Database: database})
}
