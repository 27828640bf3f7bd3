package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
)

// planAsked is what `copies plan` was asked.
type planAsked struct {
	where  []string
	policy string
	days   int
	ahead  bool // the days were asked for
}

func (a *app) copiesPlanCommand() *cobra.Command {
	asked := planAsked{}
	c := &cobra.Command{
		Use: "plan [WHERE...]", Short: message.Text("cli.copies_plan_short", nil), Long: message.Text("cli.copies_plan_long", nil), Args: between(0, -1),
		Example: "  djscript copies plan\n  djscript copies plan local --policy 'daily=7 weekly=4 monthly=12'\n" +
			"  djscript copies plan --policy fiscal:year --days 90",
		RunE: func(c *cobra.Command, args []string) error {
			asked.where, asked.ahead = args, c.Flags().Changed("days")
			return a.planCopies(c.Context(), asked)
		},
	}
	c.Flags().StringVar(&asked.policy, "policy", "", message.Text("cli.flag_policy", nil))
	c.Flags().IntVar(&asked.days, "days", 0, message.Text("cli.flag_nights", nil))
	return c
}

func (a *app) planCopies(ctx context.Context, asked planAsked) error {
	by, err := pruningBy(asked.policy)
	if asked.ahead && (asked.days < 1 || asked.days > primitive.MostNights) {
		err = errors.Join(err, message.New("arg.value", "cli.bad_days", message.Args{"n": asked.days, "most": primitive.MostNights}))
	}
	if err != nil {
		return err
	}
	store, err := a.host()
	if err != nil {
		return err
	}
	catalogue, seen := store.Catalogue(), []*outlook{}
	o, err := a.looks(ctx, "plan", func(ctx context.Context, desk *primitive.Desk) error {
		return eachRotation(desk, asked.where, by.Keep != nil, func(where string) error {
			one, err := look(ctx, desk, where, &by, asked.days)
			if err == nil {
				seen = append(seen, one)
				standstill(desk, catalogue, where)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	if o.Err != nil && len(seen) == 0 {
		return o.Err
	}
	report := reportOf(o)
	if a.json {
		if err := a.printJSON(map[string]any{"destinations": seen, "errors": report.problems()}); err != nil {
			return err
		}
		return ended(report.Exit)
	}
	for i, one := range seen {
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		if err := a.tellOutlook(one, asked); err != nil {
			return err
		}
	}
	if len(seen) == 0 && len(report.Errors)+len(report.Warnings) == 0 {
		a.print("cli.plan_no_rotation", nil)
	}
	return a.tellReport(report)
}

// problems are what went wrong, whether it failed the whole or not.
func (r *report) problems() []failure {
	all := []failure{}
	for _, one := range r.Errors {
		all = append(all, one.failure)
	}
	for _, one := range r.Warnings {
		all = append(all, one.failure)
	}
	return all
}

func pruningBy(policy string) (primitive.Pruning, error) {
	if policy == "" {
		return primitive.Pruning{}, nil
	}
	keep, err := primitive.ParseKeep(policy)
	return primitive.Pruning{Keep: keep}, err
}

// eachRotation does something with each destination that is named, or else with each that rotates; under rules that a
// person tries, with each that is there. One that was not named and is absent fails nothing.
func eachRotation(desk *primitive.Desk, named []string, tried bool, do func(where string) error) error {
	var failed []error
	for _, where := range named {
		failed = append(failed, do(where))
	}
	for _, d := range desk.Destinations() {
		if len(named) > 0 || !tried && !desk.Rotates(d.Name) {
			continue
		}
		err := do(d.Name)
		if err != nil && d.There() != nil {
			desk.Degrade(err)
			continue
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// standstill warns where a ledger does not let rotation go on, whatever the plan says.
func standstill(desk *primitive.Desk, catalogue *copies.Catalogue, where string) {
	if err := catalogue.Standstill(where); err != nil {
		desk.Degrade(err)
	}
}

func (a *app) tellOutlook(o *outlook, asked planAsked) error {
	args := message.Args{"where": o.Destination, "policy": asked.policy}
	if asked.days > 0 {
		fmt.Fprintln(a.out, message.Plural("cli.plan_head_days", asked.days, args))
	} else {
		a.print("cli.plan_head", args)
	}
	if len(o.Copies) == 0 {
		a.print("cli.plan_empty", args)
		return nil
	}
	if err := table(a.out, columns("cli.plan_columns"), outlookRows(o)); err != nil {
		return err
	}
	if len(o.Gone) > 0 {
		fmt.Fprintln(a.out, message.Plural("cli.plan_gone", len(o.Gone), nil))
	}
	for _, g := range o.Guards {
		a.print("cli.plan_guard", message.Args{"why": g})
	}
	if o.Hash != "" && asked.policy == "" && asked.days == 0 {
		tellHeld(a.out, o.Destination, o.Hash, o.Held)
	}
	return nil
}

// tellHeld says how a person lets go at once what is held back.
func tellHeld(out io.Writer, where, hash string, n int) {
	fmt.Fprintln(out, message.Plural("cli.plan_held", n, message.Args{"where": where, "hash": hash[:8]}))
}

func outlookRows(o *outlook) [][]string {
	var rows [][]string
	for _, f := range o.Copies {
		seq := f.Seq
		if f.Future {
			seq = "+" + seq
		}
		rows = append(rows, []string{seq, dayWord(f.Day), f.Database, classWord(f.Class), stateWord(f.State), fateWord(f.Fate), f.goes(), f.because()})
	}
	return rows
}

func (f fate) goes() string {
	if f.Fate == fateDrop {
		return message.Text("cli.goes_now", nil)
	}
	return dayWord(f.Goes)
}

func fateWord(what string) string {
	switch what {
	case fateDrop:
		return message.Text("cli.fate_drop", nil)
	case fateLater:
		return message.Text("cli.fate_later", nil)
	case fateTrash:
		return message.Text("cli.fate_trash", nil)
	}
	return message.Text("cli.fate_keep", nil)
}
