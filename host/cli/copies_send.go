package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
)

// sendAsked is what `copies send` was asked.
type sendAsked struct {
	names   []string // copies, or with --missing destinations
	to      []string
	missing bool
	waive   string
}

// check refuses flags that do not go together.
func (s sendAsked) check() error {
	ways := 0
	for _, asked := range []bool{len(s.to) > 0, s.missing, s.waive != ""} {
		if asked {
			ways++
		}
	}
	if ways != 1 || !s.missing && len(s.names) == 0 {
		return message.New("arg.count", "cli.send_what", nil)
	}
	return nil
}

func (a *app) copiesSendCommand() *cobra.Command {
	asked := sendAsked{}
	c := &cobra.Command{
		Use: "send COPY... --to NAME", Short: message.Text("cli.copies_send_short", nil), Long: message.Text("cli.copies_send_long", nil), Args: between(0, -1),
		Example: "  djscript copies send newest --to pendrive\n  djscript copies send --missing\n  djscript copies send --missing pendrive\n" +
			"  djscript copies send 12 --waive pendrive",
	}
	c.Flags().StringSliceVar(&asked.to, "to", nil, message.Text("cli.flag_send_to", nil))
	c.Flags().BoolVar(&asked.missing, "missing", false, message.Text("cli.flag_missing", nil))
	c.Flags().StringVar(&asked.waive, "waive", "", message.Text("cli.flag_waive", nil))
	wait := waits(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		asked.names = args
		if err := asked.check(); err != nil {
			return err
		}
		params := map[string]any{"names": args, "to": asked.to, "missing": asked.missing, "waive": asked.waive}
		return a.sendCopies(c.Context(), run.Errand{Name: "send", Params: params, Wait: *wait}, asked)
	}
	return c
}

func (a *app) sendCopies(ctx context.Context, e run.Errand, asked sendAsked) error {
	switch {
	case asked.missing:
		unknown := false
		e.Do = func(ctx context.Context, desk *primitive.Desk) (sent any, err error) {
			sent, unknown, err = sendMissing(ctx, desk, asked.names)
			return sent, err
		}
		return a.changes(ctx, e, func(value any) {
			a.tellSent(value.([]copies.Copy))
			if len(value.([]copies.Copy)) == 0 && !unknown {
				a.print("cli.send_nothing", nil)
			}
		})
	case asked.waive != "":
		do := func(ctx context.Context, desk *primitive.Desk, ref string) (copies.Copy, error) {
			return desk.Waive(ctx, ref, asked.waive)
		}
		return a.changeEach(ctx, e, asked.names, do, func(c copies.Copy) {
			a.print("cli.waived", message.Args{"seq": c.Seq, "database": c.Database, "where": asked.waive})
		})
	}
	do := func(ctx context.Context, desk *primitive.Desk, ref string) (copies.Copy, error) {
		return desk.Send(ctx, ref, asked.to)
	}
	return a.changeEach(ctx, e, asked.names, do, func(c copies.Copy) { a.tellSent([]copies.Copy{c}) })
}

// sendMissing brings destinations up to date: those that are named, or else each. One that was not named and is absent
// fails nothing; what is missing there is unknown.
func sendMissing(ctx context.Context, desk *primitive.Desk, named []string) (sent []copies.Copy, unknown bool, err error) {
	sent = []copies.Copy{}
	err = eachRotation(desk, named, true, func(where string) error {
		missing, err := desk.Missing(ctx, where)
		unknown = unknown || err != nil
		failed := []error{err}
		for _, c := range missing {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			done, err := desk.Send(ctx, c.ID, []string{where})
			if failed = append(failed, err); err == nil && done.At(where).State != copies.Missing {
				sent = append(sent, done)
			}
			unknown = unknown || err != nil
		}
		return errors.Join(failed...)
	})
	return sent, unknown, err
}

func (a *app) tellSent(all []copies.Copy) {
	for _, c := range all {
		a.print("cli.sent", message.Args{"seq": c.Seq, "database": c.Database, "places": whereOf(c)})
	}
}
