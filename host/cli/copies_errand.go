package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
)

// What changes the copies is a run of its own: journaled, under the store's lock, with the scripts that are in force.
// What only looks leaves no trace.

// errand has something done to the copies, and gives how it went.
func (a *app) errand(ctx context.Context, e run.Errand) (*run.Outcome, error) {
	store, err := a.inForce(ctx, run.Request{Trigger: "manual", Dry: e.Look})
	if err != nil {
		return nil, err
	}
	if e.Look {
		return store.Errand(ctx, e), nil
	}
	watcher := a.watcher()
	warned := []run.Event{}
	store.Watch = func(event run.Event) {
		switch {
		case event.Kind != "log" || a.events:
			watcher.watch(event)
		case event.Level != "info": // the rest the person is told in a better order
			warned = append(warned, event)
		}
	}
	o := store.Errand(ctx, e)
	watcher.end()
	told := ""
	if all := errors.Join(append(slices.Clone(o.Degraded), o.Err)...); all != nil {
		told = all.Error()
	}
	for _, event := range warned { // what fails or degrades the errand is told with its cure, and not twice
		if !strings.Contains(told, event.Text) {
			watcher.watch(event)
		}
	}
	return o, nil
}

// changes is an errand that changes the copies, told as any run is; say tells its value where that is no JSON.
func (a *app) changes(ctx context.Context, e run.Errand, say func(value any)) error {
	o, err := a.errand(ctx, e)
	if err != nil {
		return err
	}
	if !a.json && o.Value != nil {
		say(o.Value)
		o.Value = nil
	}
	return a.tellOutcome(o)
}

// looks is an errand that changes nothing. What it could not look at is told after the rest.
func (a *app) looks(ctx context.Context, name string, do func(context.Context, *primitive.Desk) error) (*run.Outcome, error) {
	return a.errand(ctx, run.Errand{Name: name, Look: true, Do: func(ctx context.Context, desk *primitive.Desk) (any, error) {
		return nil, do(ctx, desk)
	}})
}

// waits is the flag of every errand that needs the store's lock.
func waits(c *cobra.Command) *time.Duration {
	return c.Flags().Duration("wait", 0, message.Text("cli.flag_wait", nil))
}

// each does something to every copy named, one after the other. One that fails keeps none of the others from it.
func each(ctx context.Context, refs []string, do func(ref string) (copies.Copy, error)) ([]copies.Copy, error) {
	var done []copies.Copy
	var failed []error
	for _, ref := range refs {
		if ctx.Err() != nil {
			failed = append(failed, context.Cause(ctx))
			break
		}
		c, err := do(ref)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		done = append(done, c)
	}
	return done, errors.Join(failed...)
}
