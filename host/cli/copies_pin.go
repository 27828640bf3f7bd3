package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
)

func (a *app) copiesPinCommand() *cobra.Command {
	var pin copies.Pin
	c := &cobra.Command{
		Use: "pin COPY... --reason TEXT", Short: message.Text("cli.copies_pin_short", nil), Long: message.Text("cli.copies_pin_long", nil), Args: between(1, -1),
		Example: "  djscript copies pin 12 --reason \"auditoria\"\n  djscript copies pin newest --reason \"before the update\" --last-day 2027-03-31",
	}
	c.Flags().StringVar(&pin.Reason, "reason", "", message.Text("cli.flag_reason", nil))
	c.Flags().Var((*dayFlag)(&pin.LastDay), "last-day", message.Text("cli.flag_last_day", nil))
	wait := waits(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if pin.Reason == "" {
			return message.New("arg.missing", "cli.pin_why", nil)
		}
		params := map[string]any{"copies": args, "reason": pin.Reason, "last_day": pin.LastDay}
		do := func(ctx context.Context, desk *primitive.Desk, ref string) (copies.Copy, error) {
			pinned, err := desk.Pin(ctx, ref, pin)
			if err == nil {
				warnOfTrash(ctx, desk, pinned)
			}
			return pinned, err
		}
		return a.changeEach(c.Context(), run.Errand{Name: "pin", Params: params, Wait: *wait}, args, do, func(c copies.Copy) {
			a.print("cli.pinned", message.Args{"seq": c.Seq, "database": c.Database, "why": pin.Reason, "day": dayWord(pin.LastDay), "ends": pin.LastDay != ""})
		})
	}
	return c
}

// warnOfTrash tells of the destinations where a copy that is pinned now lies in the trash: there nothing holds it.
func warnOfTrash(ctx context.Context, desk *primitive.Desk, pinned copies.Copy) {
	for _, d := range desk.Destinations() {
		trash, err := desk.Trash(ctx, d.Name)
		if err == nil && slices.ContainsFunc(trash, func(c copies.Copy) bool { return c.ID == pinned.ID }) {
			desk.Degrade(message.New("copy.degraded", "cli.pinned_in_trash", message.Args{"seq": pinned.Seq, "where": d.Name}))
		}
	}
}

func (a *app) copiesUnpinCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "unpin COPY...", Short: message.Text("cli.copies_unpin_short", nil), Long: message.Text("cli.copies_unpin_long", nil), Args: between(1, -1),
		Example: "  djscript copies unpin 12",
	}
	wait := waits(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		errand := run.Errand{Name: "unpin", Params: map[string]any{"copies": args}, Wait: *wait}
		do := func(ctx context.Context, desk *primitive.Desk, ref string) (copies.Copy, error) {
			return desk.Unpin(ctx, ref)
		}
		return a.changeEach(c.Context(), errand, args, do, func(c copies.Copy) {
			a.print("cli.unpinned", message.Args{"seq": c.Seq, "database": c.Database})
		})
	}
	return c
}

// changeEach is an errand that does something to every copy named, one after the other. One that fails keeps none of the
// others from it.
func (a *app) changeEach(ctx context.Context, e run.Errand, refs []string,
	do func(ctx context.Context, desk *primitive.Desk, ref string) (copies.Copy, error), say func(copies.Copy),
) error {
	e.Do = func(ctx context.Context, desk *primitive.Desk) (any, error) {
		return each(ctx, refs, func(ref string) (copies.Copy, error) { return do(ctx, desk, ref) })
	}
	return a.changes(ctx, e, func(value any) {
		for _, c := range value.([]copies.Copy) {
			say(c)
		}
	})
}
