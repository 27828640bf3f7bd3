package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
)

func (a *app) copiesUntrashCommand() *cobra.Command {
	var from string
	c := &cobra.Command{
		Use: "untrash COPY... --from NAME", Short: message.Text("cli.copies_untrash_short", nil), Long: message.Text("cli.copies_untrash_long", nil),
		Args: between(1, -1), Example: "  djscript copies list --trash\n  djscript copies untrash 12 --from local",
	}
	c.Flags().StringVar(&from, "from", "", message.Text("cli.flag_trash_of", nil))
	wait := waits(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if from == "" {
			return message.New("arg.missing", "cli.untrash_from", nil)
		}
		errand := run.Errand{Name: "untrash", Params: map[string]any{"copies": args, "from": from}, Wait: *wait}
		do := func(ctx context.Context, desk *primitive.Desk, ref string) (copies.Copy, error) {
			return desk.Untrash(ctx, ref, from)
		}
		return a.changeEach(c.Context(), errand, args, do, func(c copies.Copy) {
			a.print("cli.untrashed", message.Args{"seq": c.Seq, "database": c.Database, "places": whereOf(c)})
		})
	}
	return c
}

func showTrash(out io.Writer, all []copies.Copy, where string) error {
	var rows [][]string
	for _, c := range all {
		for _, p := range c.Places {
			if where == "" || p.Destination == where {
				rows = append(rows, []string{c.Seq, c.Database, dayOf(c), p.Destination, size(p.Bytes), dayWord(p.LastDay), p.Why})
			}
		}
	}
	return table(out, columns("cli.trash_columns"), rows)
}
