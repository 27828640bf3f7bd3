package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

func (a *app) copiesProveCommand() *cobra.Command {
	var wait time.Duration
	var key string
	c := &cobra.Command{
		Use: "prove [COPY...]", Short: message.Text("cli.copies_prove_short", nil), Long: message.Text("cli.copies_prove_long", nil),
		Args: between(0, -1), Example: "  djscript copies prove\n  djscript copies prove newest\n  djscript copies prove E:/Copias/loja.zip",
		RunE: func(c *cobra.Command, args []string) error { return a.prove(c.Context(), args, wait, key) },
	}
	c.Flags().DurationVar(&wait, "wait", 0, message.Text("cli.flag_wait", nil))
	keyFlag(c, &key)
	return c
}

func (a *app) prove(ctx context.Context, refs []string, wait time.Duration, key string) error {
	keys, err := keysIn(key)
	if err != nil {
		return err
	}
	t, err := a.trials(ctx, refs, wait)
	if err != nil {
		return err
	}
	t.prover.Keys = keys
	wanted, err := a.toProve(ctx, refs, keys)
	if err != nil {
		return errors.Join(err, t.end())
	}
	if len(wanted) == 0 && !a.json {
		a.print("cli.prove_nothing", nil)
	}
	o := &outcomes{}
	for _, want := range wanted {
		if ctx.Err() != nil {
			o.add(copies.Copy{}, context.Cause(ctx))
			break
		}
		o.add(t.prove(ctx, want))
	}
	t.watcher.end()
	if err := t.end(); err != nil {
		o.add(copies.Copy{}, err)
	}
	return o.tell(a, func(c copies.Copy) { fmt.Fprintln(a.out, sentenceOf(c)) })
}

// toProve are the copies named, or else every sealed one that was not made to stay so, newest first.
func (a *app) toProve(ctx context.Context, refs []string, keys copies.Keys) ([]wanted, error) {
	if len(refs) > 0 {
		return a.wantedCopies(ctx, refs, false, keys)
	}
	store, err := a.host()
	if err != nil {
		return nil, err
	}
	sealed, problems, err := store.Catalogue().List(ctx, copies.Filter{State: copies.Sealed})
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		a.tellOne("cli.warning", p)
	}
	var found []wanted
	for _, c := range sealed {
		if c.Verify != copies.VerifyNever {
			found = append(found, wanted{Copy: c})
		}
	}
	return found, nil
}

// trials prove copies one after the other: on the store's bench under the store's lock, or without a store in a folder
// that lives as long as they do.
type trials struct {
	prover  *copies.Prover
	store   *run.Host // nil: this machine never saw the store
	wait    time.Duration
	watcher *watcher
	remove  string
}

func (a *app) trials(ctx context.Context, refs []string, wait time.Duration) (*trials, error) {
	t := &trials{wait: wait, watcher: a.watcher()}
	t.prover = &copies.Prover{
		Now: a.now, Entropy: a.entropy,
		Progress: func(p copies.Progress) { t.watcher.watch(run.Event{Kind: "progress", Progress: &p}) },
	}
	if _, err := os.Stat(a.configPath()); err != nil && !a.needsStore(refs) {
		return t, t.anywhere(ctx)
	}
	store, err := a.host()
	if err != nil {
		return nil, err
	}
	t.store = store
	if t.prover.Bench, err = store.Bench(ctx); err != nil {
		return nil, err
	}
	// Only where no engine of our own fits are they needed; a password that is missing is told there.
	t.prover.Databases, _, _ = store.Databases()
	t.prover.Destinations = store.Catalogue().Destinations
	return t, nil
}

// anywhere makes a bench of the tools of this machine and of a folder for temporary files.
func (t *trials) anywhere(ctx context.Context) (err error) {
	if t.prover.Bench.Tools, err = firebird.FindTools(ctx, ""); err != nil {
		return err
	}
	if t.remove, err = os.MkdirTemp("", "djscript-prove-"); err != nil {
		return fmt.Errorf("make scratch folder: %w", err)
	}
	t.prover.Bench.Dir = t.remove
	return nil
}

func (t *trials) end() error {
	if t.remove == "" {
		return nil
	}
	return os.RemoveAll(t.remove)
}

func (t *trials) prove(ctx context.Context, w wanted) (copies.Copy, error) {
	if w.err != nil {
		return copies.Copy{}, w.err
	}
	if t.store == nil || len(w.Places) == 0 {
		return t.proven(ctx, w.Copy)
	}
	c := t.known(ctx, w.Copy)
	held, err := t.store.Take(ctx, copies.Lock, "copies prove "+w.Seq, t.wait)
	if err != nil {
		return copies.Copy{}, err
	}
	proven, err := t.proven(ctx, c)
	return proven, errors.Join(err, held.Release())
}

// proven proves a copy, and tells all that was wrong on the way. One that could not be proven now is not told as proven, because
// it once was.
func (t *trials) proven(ctx context.Context, c copies.Copy) (copies.Copy, error) {
	proven, told, err := t.prover.Prove(ctx, c)
	if err != nil && proven.State == copies.Verified && proven.Proof == c.Proof {
		proven = copies.Copy{}
	}
	return proven, errors.Join(append(told, err)...)
}

// known is a copy that was named by its path as the catalogue has it, where it lies on a destination of the store: then
// its proof goes to its other places and to the ledgers too.
func (t *trials) known(ctx context.Context, c copies.Copy) copies.Copy {
	if c.Places[0].Destination != "" {
		return c
	}
	found, err := t.store.Catalogue().Find(ctx, c.ID)
	here := slices.IndexFunc(found.Places, func(p copies.Place) bool {
		return p.State == copies.Present && drive.SameFile(p.Path, c.Places[0].Path)
	})
	if err != nil || here < 0 {
		return c
	}
	found.Places[0], found.Places[here] = found.Places[here], found.Places[0]
	return found
}
