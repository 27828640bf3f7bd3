package run

import (
	"context"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/lua"
)

// errandName is what errands are called in the journal, before their own name.
const errandName = "copies"

// Errand is what a person at the command line has done to the store's copies, by the calls that scripts have and under
// the same locks and guards. It needs no script, no grants and, unless it says so, no Firebird.
type Errand struct {
	Name   string // "prune"
	Params map[string]any
	Look   bool          // it changes nothing: nothing is journaled, and no lock is held
	Tools  bool          // it wants Firebird's tools, and the passwords of the databases
	Wait   time.Duration // for locks that others hold
	Files  bool          // it wants Firebird's tools for files alone, whatever else is lacking
	Do     func(ctx context.Context, desk *primitive.Desk) (any, error)
}

// Errand does it, and tells how it went as of any run.
func (h *Host) Errand(ctx context.Context, e Errand) *Outcome {
	own := *h
	if own.World == nil && !e.Tools {
		own.World = counter{disk{h}, e.Files}
	}
	if e.Look {
		own.World = own.Rehearsal()
	}
	r, err := own.unscripted(errandName, Request{Target: errandName, Params: e.Params, Trigger: "manual", Dry: e.Look, Wait: e.Wait})
	r.target.job, r.outcome.Job = e.Name, e.Name
	if err == nil {
		err = r.errand(ctx, e)
	}
	r.finish(err)
	return r.outcome
}

func (r *running) errand(ctx context.Context, e Errand) error {
	ctx, end, err := r.begin(ctx)
	defer end()
	if err != nil {
		return err
	}
	if activate := r.host.Activate; activate != nil {
		if err := activate(ctx); err != nil {
			r.Degrade(err)
		}
	}
	lent := r.engines.primitives(r)
	r.state = lua.New(ctx, r.options(lent))
	value, err := e.Do(ctx, primitive.NewDesk(lent, r.state, r.day()))
	r.outcome.Value = value
	return r.settle(ctx, err) // a drive stays plugged in: the person may have more to do
}

// counter is the real store for whoever makes no copy: what only making or proving one needs may be lacking.
type counter struct {
	disk
	tools bool
}

// Engines are as ready as they can be, with Firebird's tools only where they are needed.
func (c counter) Engines(ctx context.Context) (*Engines, error) {
	bench := copies.Bench{Dir: c.host.benchDir()}
	if c.tools {
		var err error
		if bench, err = c.host.Bench(ctx); err != nil {
			return nil, err
		}
	}
	e, _ := c.host.engines(ctx, bench)
	return e, nil
}
