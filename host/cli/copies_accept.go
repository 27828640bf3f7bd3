package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
)

func (a *app) copiesAcceptCommand() *cobra.Command {
	var why string
	c := &cobra.Command{
		Use: "accept COPY... --reason TEXT", Short: message.Text("cli.copies_accept_short", nil), Long: message.Text("cli.copies_accept_long", nil),
		Args: between(1, -1), Example: "  djscript copies show newest\n  djscript copies accept newest --reason \"old sales were archived\"",
	}
	c.Flags().StringVar(&why, "reason", "", message.Text("cli.flag_reason", nil))
	wait := waits(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if why == "" {
			return message.New("arg.missing", "cli.accept_why", nil)
		}
		errand := run.Errand{Name: "accept", Params: map[string]any{"copies": args, "reason": why}, Wait: *wait}
		do := func(ctx context.Context, desk *primitive.Desk, ref string) (copies.Copy, error) {
			return desk.Accept(ctx, ref, why)
		}
		return a.changeEach(c.Context(), errand, args, do, func(c copies.Copy) {
			a.print("cli.accepted", message.Args{"seq": c.Seq, "database": c.Database, "why": why})
		})
	}
	return c
}
