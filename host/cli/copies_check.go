package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

func (a *app) copiesCheckCommand() *cobra.Command {
	var all bool
	var key string
	c := &cobra.Command{
		Use: "check [COPY...]", Short: message.Text("cli.copies_check_short", nil), Long: message.Text("cli.copies_check_long", nil),
		Args: between(0, -1), Example: "  djscript copies check\n  djscript copies check --all\n  djscript copies check E:/Copias/loja.zip",
		RunE: func(c *cobra.Command, args []string) error { return a.checkCopies(c.Context(), args, all, key) },
	}
	c.Flags().BoolVar(&all, "all", false, message.Text("cli.flag_all", nil))
	keyFlag(c, &key)
	return c
}

func (a *app) checkCopies(ctx context.Context, refs []string, all bool, key string) error {
	o := &outcomes{}
	keys, err := keysIn(key)
	if err != nil {
		return err
	}
	wanted, err := a.wantedCopies(ctx, refs, all, keys)
	if err != nil {
		return err
	}
	for _, want := range wanted {
		if ctx.Err() != nil {
			o.add(copies.Copy{}, context.Cause(ctx))
			break
		}
		o.add(want.check(ctx))
	}
	return o.tell(a, a.tellChecked)
}

// wanted is a copy that a person asked for, with the catalogue that it came from.
type wanted struct {
	copies.Copy
	err       error
	catalogue *copies.Catalogue
}

// wantedCopies finds the copies of a command line; nothing named is the newest one, or all of them. One that can not
// be found does not keep the others from being looked at.
func (a *app) wantedCopies(ctx context.Context, refs []string, all bool, keys copies.Keys) ([]wanted, error) {
	catalogue := &copies.Catalogue{Now: a.now}
	if a.needsStore(refs) {
		store, err := a.host()
		if err != nil {
			return nil, err
		}
		catalogue = store.Catalogue()
	}
	catalogue.Keys = keys
	var found []wanted
	if len(refs) > 0 {
		for _, ref := range refs {
			c, err := a.findCopy(ctx, ref, keys)
			found = append(found, wanted{c, err, catalogue})
		}
		return found, nil
	}
	listed, problems, err := catalogue.List(ctx, copies.Filter{})
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		a.tellOne("cli.warning", p)
	}
	if len(listed) == 0 {
		return nil, message.New("copy.not_found", "cli.copies_none", nil)
	}
	if !all {
		listed = listed[:1]
	}
	for _, c := range listed {
		found = append(found, wanted{c, nil, catalogue})
	}
	return found, nil
}

// needsStore tells whether a copy is named by anything but its path.
func (a *app) needsStore(refs []string) bool {
	for _, ref := range refs {
		if !a.isPath(ref) {
			return true
		}
	}
	return len(refs) == 0
}

func (w wanted) check(ctx context.Context) (copies.Copy, error) {
	if w.err != nil {
		return copies.Copy{}, w.err
	}
	return w.catalogue.Check(ctx, w.Copy)
}

// tellChecked says of one copy whether its bytes are what they were.
func (a *app) tellChecked(c copies.Copy) {
	at := func(state string) string {
		found := c
		found.Places = nil
		for _, p := range c.Places {
			if p.State == state {
				p.State = copies.Present // its name alone
				found.Places = append(found.Places, p)
			}
		}
		return whereOf(found)
	}
	args := message.Args{"seq": c.Seq, "database": c.Database, "whole": at(copies.Present), "bad": at(copies.Bad), "state": stateWord(c.State)}
	switch {
	case args["bad"] == "" && args["whole"] == "":
		a.print("cli.checked_nowhere", args)
	case args["bad"] == "":
		a.print("cli.checked_whole", args)
	case args["whole"] == "":
		a.print("cli.checked_bad", args)
	default:
		a.print("cli.checked_partly", args)
	}
}
