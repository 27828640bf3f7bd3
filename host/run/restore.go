package run

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/restore"
)

// finishing is how long it may take to end what restores that died had begun: a rename, and a server that opens a database.
const finishing = 2 * time.Minute

// restorer restores the copies of a real store.
type restorer struct {
	*restore.Restorer
	prover *copies.Prover
}

func (h *Host) restorer(m *copies.Maker, p *copies.Prover) *restorer {
	r := &restorer{prover: p, Restorer: &restore.Restorer{
		Store: h.Config.Store.ID, State: h.dir(), Databases: p.Databases, Safety: h.safety(m.Destinations), Make: m.Create, Prover: p,
		Open: func(ctx context.Context, d copies.Database) error { return firebird.OpenDatabase(ctx, d.At) },
		Now:  h.now, Entropy: h.Entropy,
	}}
	if h.Load != nil {
		r.Setup = setupOf{h}
	}
	return r
}

// safety are the destinations of the copy that is made before a restore: those of [backup], or else all of the store.
func (h *Host) safety(all []copies.Destination) []copies.Destination {
	if h.Config.Backup == nil || len(h.Config.Backup.To) == 0 {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(d copies.Destination) bool { return !slices.Contains(h.Config.Backup.To, d.Name) })
}

// Restore restores copies in the place of live databases.
func (r *restorer) Restore(ctx context.Context, all []copies.Copy, o restore.Options) ([]*restore.Result, error) {
	return r.RestoreAll(ctx, all, o)
}

// To restores a copy into a folder.
func (r *restorer) To(ctx context.Context, c copies.Copy, folder string, o restore.Options) (*restore.Result, error) {
	p := *r.prover
	p.Keys = o.Keys
	return restore.To(ctx, &p, c, folder, o)
}

// Finish ends what restores that died had begun, and tells of each. While somebody holds the store's lock it is his to end.
func (h *Host) Finish(ctx context.Context) error {
	if begun := (&restore.Restorer{State: h.dir()}); !begun.Pending() {
		return nil
	}
	engines, err := h.world().Engines(ctx)
	if err != nil || engines.restorer == nil {
		return err
	}
	release, err := h.world().Lock(ctx, copies.Lock, "restore", 0)
	if message.Code(err) == "lock.timeout" {
		return nil
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, finishing)
	defer cancel()
	return errors.Join(engines.restorer.Finish(ctx), release())
}

// finishes does so before anything else is done to the store: what is to have the database's name has it before anybody is
// let in again.
func (r *running) finishes(ctx context.Context) {
	if r.request.Dry {
		return
	}
	if told := r.host.Finish(ctx); told != nil {
		r.Degrade(told)
	}
}
