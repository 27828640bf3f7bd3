package cli

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
)

func (a *app) copiesWhyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "why COPY", Short: message.Text("cli.copies_why_short", nil), Long: message.Text("cli.copies_why_long", nil), Args: exactly(1),
		Example: "  djscript copies why 12\n  djscript copies why newest --json",
		RunE:    func(c *cobra.Command, args []string) error { return a.whyCopy(c.Context(), args[0]) },
	}
}

// reason is why a copy is where it is at one destination, or why it is not.
type reason struct {
	Destination string `json:"destination"`
	Sentence    string `json:"sentence"`
	*fate              // nil where the destination does not rotate, or the copy does not lie there

	Gone *copies.Gone `json:"gone,omitempty"` // it was dropped there and is not in the trash any more
}

func (a *app) whyCopy(ctx context.Context, ref string) error {
	var found copies.Copy
	told, nowhere := []reason{}, false
	store, err := a.host()
	if err != nil {
		return err
	}
	catalogue := store.Catalogue()
	o, err := a.looks(ctx, "why", func(ctx context.Context, desk *primitive.Desk) (err error) {
		if found, err = desk.Find(ctx, ref); err != nil {
			if found, told = whyGone(catalogue, ref); len(told) > 0 {
				nowhere = true
				return nil
			}
			return err
		}
		if known, err := desk.Find(ctx, found.ID); err == nil {
			found = known // it was named by its path
		}
		for _, d := range desk.Destinations() {
			one, err := whyAt(ctx, desk, catalogue, found, d)
			if err != nil {
				desk.Degrade(err)
			} else if one != nil {
				told = append(told, *one)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if o.Err != nil {
		return o.Err
	}
	report := reportOf(o)
	if a.json {
		if err := a.printJSON(map[string]any{"copy": found, "why": told, "errors": report.problems()}); err != nil {
			return err
		}
		return ended(report.Exit)
	}
	head := "cli.why_head"
	if nowhere {
		head = "cli.why_gone_head"
	}
	a.print(head, message.Args{"seq": found.Seq, "database": found.Database, "day": dayOf(found), "state": stateWord(found.State)})
	for _, one := range told {
		a.print("cli.why_line", message.Args{"sentence": one.Sentence})
	}
	if len(told) == 0 {
		a.print("cli.why_nowhere", nil)
	}
	return a.tellReport(report)
}

// whyAt is why a copy is at a destination; nil where it neither is there nor was ever to be.
func whyAt(ctx context.Context, desk *primitive.Desk, catalogue *copies.Catalogue, c copies.Copy, d copies.Destination) (*reason, error) {
	args := message.Args{"where": d.Name, "seq": c.Seq}
	lies := c.At(d.Name).State != copies.Missing
	if lies && !desk.Rotates(d.Name) {
		return &reason{Destination: d.Name, Sentence: message.Text("cli.why_no_rotation", args)}, nil
	}
	if err := d.There(); err != nil && slices.Contains(c.To, d.Name) {
		return nil, err
	}
	if desk.Rotates(d.Name) {
		o, err := look(ctx, desk, d.Name, nil, 0)
		if err != nil {
			return nil, err
		}
		for _, f := range o.Copies {
			if f.ID == c.ID {
				f.copy.Pinned = c.Pinned // which the trash does not know
				return &reason{Destination: d.Name, Sentence: f.sentence(d.Name), fate: &f}, nil
			}
		}
	}
	trash, err := desk.Trash(ctx, d.Name)
	if err != nil {
		return nil, err
	}
	for _, one := range trash {
		if f := binned(one.At(d.Name)); f.ID == c.ID {
			f.copy.Pinned = c.Pinned
			return &reason{Destination: d.Name, Sentence: f.sentence(d.Name), fate: &f}, nil
		}
	}
	if gone, err := catalogue.Gone(d.Name, c.ID); err == nil && gone != nil {
		return goneFrom(d.Name, gone), nil
	}
	if !slices.Contains(c.To, d.Name) {
		return nil, nil
	}
	missing, err := desk.Missing(ctx, d.Name)
	if err != nil {
		return nil, err
	}
	said := message.Text("cli.why_absent", args)
	switch {
	case slices.Contains(c.Waived, d.Name):
		said = message.Text("cli.why_waived", args)
	case slices.ContainsFunc(missing, func(one copies.Copy) bool { return one.ID == c.ID }):
		said = message.Text("cli.why_missing", args)
	case c.State == copies.Verified:
		said = message.Text("cli.why_not_kept", args)
	}
	return &reason{Destination: d.Name, Sentence: said}, nil
}

// whyGone is a copy that lies nowhere any more, as far as the ledgers tell of it, and why it went from each destination.
func whyGone(catalogue *copies.Catalogue, ref string) (c copies.Copy, told []reason) {
	for _, d := range catalogue.Destinations {
		gone, err := catalogue.Gone(d.Name, ref)
		if err != nil || gone == nil || c.ID != "" && c.ID != gone.ID {
			continue // what can not be asked now is told where a copy is looked for
		}
		c = copies.Copy{ID: gone.ID, Seq: gone.Seq, Name: gone.Name, Store: catalogue.Store, Database: gone.Database, State: copies.Missing}
		told = append(told, *goneFrom(d.Name, gone))
	}
	return c, told
}

func goneFrom(where string, gone *copies.Gone) *reason {
	day := func(at string) message.Day { return message.Day(at[:min(len(at), len(time.DateOnly))]) }
	args := message.Args{"where": where, "day": day(gone.Dropped), "why": gone.Why, "until": day(gone.Deleted)}
	return &reason{Destination: where, Sentence: message.Text("cli.why_gone", args), Gone: gone}
}

// sentence says what becomes of a copy, why, and when.
func (f fate) sentence(where string) string {
	args := message.Args{"where": where, "seq": f.Seq, "why": f.because(), "day": dayWord(f.Goes), "pinned": f.copy.Pinned != nil}
	switch {
	case f.Fate == fateDrop:
		return message.Text("cli.why_drop", args)
	case f.Fate == fateLater:
		return message.Text("cli.why_later", args)
	case f.Fate == fateTrash:
		return message.Text("cli.why_trash", args)
	case f.Goes == "":
		return message.Text("cli.why_stays", args)
	}
	return message.Text("cli.why_until", args)
}
