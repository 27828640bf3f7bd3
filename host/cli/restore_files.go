package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/restore"
)

// offersModels tells whether a person is asked for the document models: one who picks a copy from the list, and has not said.
func (a *app) offersModels(asked restoreAsked) bool {
	_, sits := a.terminal()
	return sits && len(asked.refs) == 0 && !asked.files && !asked.yes && !asked.dry && !a.json && !a.events
}

// wantsModels asks whether the document models come back too, where any would change, and takes them out of the previews
// where they do not.
func (a *app) wantsModels(ctx context.Context, all []*restore.Preview, talk *bufio.Reader) (bool, error) {
	fates := map[string]int{}
	for _, p := range all {
		for _, f := range p.Files {
			if f.Kind == copies.PartFiles {
				fates[f.Fate]++
			}
		}
	}
	wanted := false
	if replaced, fresh := fates[restore.FateReplaced], fates[restore.FateNew]; replaced+fresh > 0 {
		q := primitive.Question{Text: message.Text("cli.restore_ask_models", message.Args{"replaced": replaced, "new": fresh})}
		yes, err := a.confirm(ctx, talk, q)
		if err != nil {
			return false, err
		}
		wanted = yes
	}
	for _, p := range all {
		if !wanted {
			p.Files = without(p.Files, copies.PartFiles)
		}
	}
	return wanted, nil
}

// sendsAway asks whether those who are connected may be disconnected, where a person is there who has not said: whoever has
// typed the word is not told only then.
func (a *app) sendsAway(ctx context.Context, asked restoreAsked, r *primitive.Restoring, all []*restore.Preview, talk *bufio.Reader) error {
	if _, sits := a.terminal(); !sits || asked.yes || slices.Contains(asked.given, "on-busy") {
		return nil
	}
	for _, p := range all {
		if who := p.Connected(); who != "" && !r.Force {
			yes, err := a.confirm(ctx, talk, primitive.Question{Text: message.Text("cli.restore_send_away", message.Args{
				"database": p.Database, "who": who, "seconds": lasted(asked.grace.Seconds()),
			})})
			if err != nil {
				return err
			}
			r.Force = yes
		}
	}
	return nil
}

func without(all []restore.File, kind string) []restore.File {
	left := []restore.File{}
	for _, f := range all {
		if f.Kind != kind {
			left = append(left, f)
		}
	}
	return left
}

// tellFiles shows which files would be replaced, and which are new; of those that stay it tells how many.
func tellFiles(out io.Writer, all []restore.File) {
	kept := 0
	for _, f := range all {
		if f.Fate == restore.FateKept {
			kept++
			continue
		}
		fmt.Fprintf(out, "  %s  %s\n", fateOfFile(f.Fate), f.Path)
	}
	if kept > 0 {
		fmt.Fprintln(out, message.Plural("cli.preview_files_kept", kept, nil))
	}
}

func fateOfFile(fate string) string {
	if fate == restore.FateReplaced {
		return message.Text("cli.file_replaced", nil)
	}
	return message.Text("cli.file_new", nil)
}
