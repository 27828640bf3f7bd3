package cli

import (
	"bufio"
	"context"
	"errors"
	"os"
	"slices"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/restore"
	"github.com/djscript/djscript/host/run"
)

// restoreOld is about the databases that restores have kept: shows them, swaps the last one back, or removes them.
func (a *app) restoreOld(ctx context.Context, asked restoreAsked) error {
	var all []restore.Kept
	looked, err := a.looks(ctx, "restore", func(_ context.Context, desk *primitive.Desk) (err error) {
		all, err = desk.KeptOld(asked.database)
		return err
	})
	if err == nil {
		err = looked.Err
	}
	if err != nil {
		return err
	}
	if asked.kept || asked.discard && len(all) == 0 && !a.json {
		return a.tellKept(all)
	}
	question, do := message.Text("cli.discard_ask", message.Args{"names": keptNames(all)}), a.discards(asked)
	if asked.undo {
		all = slices.DeleteFunc(all, func(k restore.Kept) bool { return k.Undone })
		all = slices.DeleteFunc(slices.Clone(all), func(k restore.Kept) bool { return k.Group != all[0].Group })
		question, do = message.Text("cli.undo_ask", message.Args{"names": keptNames(all)}), a.undoes(asked)
	}
	for _, k := range all {
		if asked.undo && k.SHA256 != "" {
			a.tellWarning(message.Text("cli.undo_unread", message.Args{"path": k.Path}))
		}
	}
	if len(all) > 0 && !asked.yes {
		if err := a.agreedTo(ctx, question); err != nil {
			return err
		}
	}
	return a.changes(ctx, run.Errand{Name: "restore", Params: map[string]any{"undo": asked.undo, "discard": asked.discard, "database": asked.database}, Wait: *asked.wait, Do: do}, func(value any) {
		for _, k := range value.([]restore.Kept) {
			args := message.Args{"database": k.Database, "path": k.Path, "size": k.Size(), "files": k.Files}
			if asked.undo {
				a.print("cli.undone", args)
			} else {
				a.print("cli.discarded", args)
			}
		}
	})
}

func (a *app) undoes(asked restoreAsked) func(context.Context, *primitive.Desk) (any, error) {
	return func(ctx context.Context, desk *primitive.Desk) (any, error) {
		return nonNil(desk.UndoRestore(ctx, asked.database, asked.onBusy == "shutdown", asked.grace))
	}
}

func (a *app) discards(asked restoreAsked) func(context.Context, *primitive.Desk) (any, error) {
	return func(ctx context.Context, desk *primitive.Desk) (any, error) {
		return nonNil(desk.DiscardOld(ctx, asked.database))
	}
}

// agreedTo asks the person for a whole yes.
func (a *app) agreedTo(ctx context.Context, question string) error {
	if _, sits := a.terminal(); sits {
		yes, err := a.confirm(ctx, bufio.NewReader(a.in), primitive.Question{Text: question, Danger: true})
		if err != nil || yes {
			return err
		}
	}
	return message.New("confirm.refused", "cli.restore_unconfirmed", nil)
}

// restoreTo restores copies to a folder. It needs no store: on a machine that has none, the tools of the machine do.
func (a *app) restoreTo(ctx context.Context, asked restoreAsked, r primitive.Restoring) error {
	if _, err := os.Stat(a.configPath()); err == nil {
		return a.changes(ctx, run.Errand{Name: "restore", Params: restoreParams(asked), Tools: true, Wait: *asked.wait, Do: func(ctx context.Context, desk *primitive.Desk) (any, error) {
			return nonNil(desk.Restore(ctx, r))
		}}, a.tellExtracted)
	}
	t := &trials{watcher: a.watcher()}
	t.prover = &copies.Prover{Now: a.now, Entropy: a.entropy, Keys: r.Keys, Progress: func(p copies.Progress) {
		t.watcher.watch(run.Event{Kind: "progress", Progress: &p})
	}}
	if err := t.anywhere(ctx); err != nil {
		return err
	}
	var done []*restore.Result
	var failed error
	for _, c := range r.Copies {
		if failed == nil {
			var result *restore.Result
			if result, failed = restore.To(ctx, t.prover, c, r.To, restore.Options{Database: r.Database, Companies: r.Companies, Tables: r.Tables, ArchiveFrom: r.From, Keys: r.Keys}); failed == nil {
				done = append(done, result)
				for _, told := range result.Told {
					a.tellOne("cli.warning", told)
				}
			}
		}
	}
	t.watcher.end()
	if err := errors.Join(failed, t.end()); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"value": done})
	}
	a.tellExtracted(done)
	return nil
}

// tellExtracted tells where a copy was restored to, and how its database gets into the place of the live one.
func (a *app) tellExtracted(value any) {
	for _, r := range value.([]*restore.Result) {
		a.print("cli.restored_to", message.Args{
			"database": r.Database, "seq": r.Seq, "rows": total(r.Rows), "tables": len(r.Rows), "path": r.Path, "seconds": lasted(r.Seconds.Build + r.Seconds.Proof),
		})
		for _, path := range r.Files {
			a.print("cli.restored_file", message.Args{"path": path})
		}
	}
	a.tell("cli.restored_steps", nil)
}
