package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
)

// pruneAsked is what `copies prune` was asked.
type pruneAsked struct {
	where   []string
	approve string
	dry     bool
	yes     bool
	wait    *time.Duration
}

func (a *app) copiesPruneCommand() *cobra.Command {
	asked := pruneAsked{}
	c := &cobra.Command{
		Use: "prune [WHERE...]", Short: message.Text("cli.copies_prune_short", nil), Long: message.Text("cli.copies_prune_long", nil), Args: between(0, -1),
		Example: "  djscript copies prune --dry-run\n  djscript copies prune local --yes\n  djscript copies prune local --approve 5f1c09ab",
		RunE: func(c *cobra.Command, args []string) error {
			asked.where = args
			return a.pruneCopies(c.Context(), asked)
		},
	}
	c.Flags().BoolVar(&asked.dry, "dry-run", false, message.Text("cli.flag_prune_dry", nil))
	c.Flags().BoolVar(&asked.yes, "yes", false, message.Text("cli.flag_prune_yes", nil))
	c.Flags().StringVar(&asked.approve, "approve", "", message.Text("cli.flag_approve", nil))
	asked.wait = waits(c)
	return c
}

// dropped is what went at a destination.
type dropped struct {
	Destination string        `json:"destination"`
	Dropped     []copies.Copy `json:"dropped"`
}

// doomed is what would go at a destination.
type doomed struct {
	where string
	fates []fate
	hash  string // of the plan that is held back; "": none
	held  int
	later int // copies that go another time, though nobody holds them back
}

func (d doomed) ids() []string {
	ids := []string{}
	for _, f := range d.fates {
		ids = append(ids, f.ID)
	}
	return ids
}

// pruneCopies shows what would go, asks, and has it dropped: that and nothing else.
func (a *app) pruneCopies(ctx context.Context, asked pruneAsked) error {
	if asked.approve != "" && len(asked.where) != 1 {
		return message.New("arg.value", "cli.approve_where", message.Args{"hash": asked.approve})
	}
	all, looked, err := a.doomed(ctx, asked)
	if err != nil {
		return err
	}
	if looked.Err != nil && len(all) == 0 {
		return looked.Err
	}
	n := 0
	for _, d := range all {
		n += len(d.fates)
	}
	undone := n == 0 || asked.dry || looked.Err != nil
	if out := a.shows(undone || asked.yes); out != nil && (n > 0 || looked.Err == nil) {
		if err := tellDoomed(out, all, n); err != nil {
			return err
		}
	}
	if undone {
		return a.tellUndone(all, reportOf(looked))
	}
	if err := a.agreed(ctx, asked, n); err != nil {
		return err
	}
	return a.changes(ctx, run.Errand{Name: "prune", Wait: *asked.wait, Do: func(ctx context.Context, desk *primitive.Desk) (any, error) {
		for _, missed := range looked.Degraded {
			desk.Degrade(missed)
		}
		var gone []dropped
		var failed []error
		for _, d := range all {
			if len(d.fates) == 0 {
				continue
			}
			found, err := desk.Prune(ctx, d.where, primitive.Pruning{Shown: d.ids(), Approve: asked.approve})
			gone = append(gone, dropped{d.where, append([]copies.Copy{}, found...)})
			failed = append(failed, err)
		}
		return gone, errors.Join(failed...)
	}}, a.tellDropped)
}

// doomed looks at what would go.
func (a *app) doomed(ctx context.Context, asked pruneAsked) (all []doomed, looked *run.Outcome, err error) {
	store, err := a.host()
	if err != nil {
		return nil, nil, err
	}
	catalogue := store.Catalogue()
	looked, err = a.looks(ctx, "prune", func(ctx context.Context, desk *primitive.Desk) error {
		return eachRotation(desk, asked.where, false, func(where string) error {
			r, err := desk.Plan(ctx, where, &primitive.Pruning{Approve: asked.approve})
			if err != nil {
				return err
			}
			d := doomed{where: where}
			for id, why := range r.Drop {
				d.fates = append(d.fates, fateOf(r.Copies[id], fateDrop, why, ""))
			}
			sortFates(d.fates)
			if d.hash = r.Hash(); d.hash != "" {
				d.held = r.Waiting()
			}
			d.later = len(r.Deferred) - r.Waiting()
			all = append(all, d)
			standstill(desk, catalogue, where)
			return nil
		})
	})
	return all, looked, err
}

// shows is where a person is shown what would go, before a question or in its place. Of JSON nothing is shown where nobody is
// asked, and else not beside it.
func (a *app) shows(unasked bool) io.Writer {
	_, sits := a.terminal()
	switch {
	case !a.json:
		return a.out
	case sits && !unasked:
		return a.err
	}
	return nil
}

// tellDoomed shows a person what would go.
func tellDoomed(out io.Writer, all []doomed, n int) error {
	if n == 0 {
		tellNothing(out, all)
		return nil
	}
	var rows [][]string
	for _, d := range all {
		for _, f := range d.fates {
			rows = append(rows, []string{d.where, f.Seq, dayWord(f.Day), f.Database, size(f.Bytes), f.because()})
		}
	}
	err := table(out, columns("cli.prune_columns"), rows)
	for _, d := range all {
		if d.hash != "" {
			tellHeld(out, d.where, d.hash, d.held)
		}
	}
	return err
}

// tellNothing says that nothing goes now, and of what goes another time where a person reads why.
func tellNothing(out io.Writer, all []doomed) {
	waits := false
	for _, d := range all {
		waits = waits || d.later > 0
	}
	fmt.Fprintln(out, message.Text("cli.prune_nothing", message.Args{"waits": waits}))
	for _, d := range all {
		if d.later > 0 {
			fmt.Fprintln(out, message.Plural("cli.prune_later", d.later, message.Args{"where": d.where}))
		}
	}
}

// tellUndone ends without having dropped anything.
func (a *app) tellUndone(all []doomed, r *report) error {
	if !a.json {
		return a.tellReport(r)
	}
	would := []map[string]any{}
	for _, d := range all {
		would = append(would, map[string]any{"destination": d.where, "drop": append([]fate{}, d.fates...), "hash": d.hash})
	}
	if err := a.printJSON(map[string]any{"destinations": would, "errors": r.problems()}); err != nil {
		return err
	}
	return ended(r.Exit)
}

// agreed asks the person, unless the answer was given beforehand.
func (a *app) agreed(ctx context.Context, asked pruneAsked, n int) error {
	if asked.yes {
		return nil
	}
	if _, sits := a.terminal(); sits {
		yes, err := a.confirm(ctx, bufio.NewReader(a.in), primitive.Question{Text: message.Plural("cli.prune_ask", n, nil), Danger: true})
		if err != nil || yes {
			return err
		}
	}
	return message.New("confirm.refused", "cli.prune_unconfirmed", nil)
}

func (a *app) tellDropped(value any) {
	for _, d := range value.([]dropped) {
		fmt.Fprintln(a.out, message.Plural("cli.pruned", len(d.Dropped), message.Args{"where": d.Destination}))
	}
}
