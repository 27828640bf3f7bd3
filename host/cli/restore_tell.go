package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/restore"
	"github.com/djscript/djscript/host/run"
)

// shownCopies is how many copies a person is offered; the others are named by their number.
const shownCopies = 15

// pickCopy shows the copies that can be restored and lets the person choose.
func (a *app) pickCopy(ctx context.Context, asked restoreAsked, talk *bufio.Reader) (copies.Copy, error) {
	if _, sits := a.terminal(); !sits || a.json || a.events {
		return copies.Copy{}, message.New("arg.missing", "cli.restore_which", nil)
	}
	all, err := a.listed(ctx)
	if err != nil {
		return copies.Copy{}, err
	}
	found := restorable(all, asked.database)
	if len(found) == 0 {
		return copies.Copy{}, noneToRestore(all, asked.database)
	}
	var rows [][]string
	for _, c := range found[:min(len(found), shownCopies)] {
		rows = append(rows, []string{
			c.Seq, c.Database, dayOf(c) + " " + hourOf(c), ageOf(c, a.now()), stateWord(c.State), size(bytesOf(c)), whereOf(c),
		})
	}
	if err := table(a.err, columns("cli.restore_columns"), rows); err != nil {
		return copies.Copy{}, err
	}
	if more := len(found) - len(rows); more > 0 {
		fmt.Fprintln(a.err, message.Plural("cli.restore_more", more, nil))
	}
	return a.pickOf(ctx, found, talk)
}

// pickOf lets a person choose by the number that a copy has everywhere.
func (a *app) pickOf(ctx context.Context, found []copies.Copy, talk *bufio.Reader) (chosen copies.Copy, err error) {
	chosen = found[0]
	err = a.choose(ctx, talk, func() string {
		return message.Text("cli.restore_pick", message.Args{"seq": chosen.Seq})
	}, func(answer string) (bool, string) {
		i := slices.IndexFunc(found, func(c copies.Copy) bool { return c.Seq == answer })
		switch {
		case answer == "":
		case i < 0:
			return false, message.Text("cli.restore_no_such", message.Args{"answer": answer})
		default:
			chosen = found[i]
		}
		return true, ""
	})
	return chosen, err
}

// ageOf is how old a copy is, for a person.
func ageOf(c copies.Copy, now time.Time) string {
	at, err := time.Parse(time.RFC3339, c.Created)
	if err != nil {
		return "-"
	}
	return ago(now.Sub(at))
}

func ago(d time.Duration) string {
	switch hours := int(d.Hours()); {
	case d < time.Minute:
		return message.Text("cli.just_now", nil)
	case hours < 1:
		return message.Plural("cli.minutes", max(0, int(d.Minutes())), nil)
	case hours < 48:
		return message.Plural("cli.hours", hours, nil)
	default:
		return message.Plural("cli.days", hours/24, nil)
	}
}

// tellPreviews shows what restores would do.
func tellPreviews(out io.Writer, all []*restore.Preview) error {
	for _, p := range all {
		fmt.Fprintln(out, message.Text("cli.preview_title", message.Args{
			"database": p.Database, "seq": p.Seq, "day": dayWord(p.Day), "state": stateWord(p.State),
		}))
		if err := tellSides(out, p); err != nil {
			return err
		}
		if p.Newest.Now != "" || p.Newest.Copy != "" {
			fmt.Fprintln(out, message.Text("cli.preview_newest", message.Args{"now": instant(p.Newest.Now), "copy": instant(p.Newest.Copy)}))
		}
		for _, change := range p.Changes {
			fmt.Fprintln(out, "  "+change)
		}
		tellFiles(out, p.Files)
	}
	return nil
}

// tellPreviewsJSON is what restores would do, and what would refuse them, which the exit code tells too.
func (a *app) tellPreviewsJSON(all []*restore.Preview, refused error) error {
	code, errs := run.ExitDone, []failure{}
	for _, err := range flatten(refused) {
		code, errs = worse(code, run.ExitOf(err)), append(errs, describe(err))
	}
	if err := a.printJSON(map[string]any{"previews": all, "errors": errs}); err != nil || code == run.ExitDone {
		return err
	}
	return ended(code)
}

// tellSides shows companies and those tables that differ.
func tellSides(out io.Writer, p *restore.Preview) error {
	var rows [][]string
	for _, c := range p.Companies {
		live := "?"
		if p.Seen() {
			live = yesNo(c.Live)
		}
		rows = append(rows, []string{c.ID, c.Name, cnpj(c.CNPJ), live, yesNo(c.InCopy), companyFate(c.Fate)})
	}
	if len(rows) > 0 {
		if err := table(out, columns("cli.preview_companies"), rows); err != nil {
			return err
		}
	}
	differs, err := tellByCompany(out, p)
	if p.Deep || err != nil {
		return err
	}
	if rows := untouched(p.Tables); rows > 0 {
		fmt.Fprintln(out, message.Text("cli.preview_all_new", message.Args{"tables": len(p.Tables), "rows": rows}))
		return nil
	}
	rows = nil
	same := 0
	for _, t := range p.Tables {
		if differs, byCompany := differs[t.Name]; byCompany {
			if !differs {
				same++
			}
			continue
		}
		chosen := p.Way == restore.Returned && t.Fate == restore.FateReplaced
		if !chosen && t.Now != nil && t.Copy != nil && *t.Now == *t.Copy {
			same++
			continue
		}
		rows = append(rows, []string{t.Name, number(t.Now), number(t.Copy), tableFate(p.Way, t.Fate)})
	}
	if len(rows) > 0 {
		if err := table(out, columns("cli.preview_tables"), rows); err != nil {
			return err
		}
	}
	if same > 0 {
		fmt.Fprintln(out, message.Plural("cli.preview_same", same, nil))
	}
	return nil
}

// untouched are the rows that come where nothing is known of what is there; 0 where something is.
func untouched(all []restore.Table) (rows int64) {
	for _, t := range all {
		if t.Now != nil || t.Copy == nil {
			return 0
		}
		rows += *t.Copy
	}
	return rows
}

// tableFate tells of a table: its rows are not all of the chosen companies.
func tableFate(way restore.Way, fate string) string {
	if way == restore.Exchanged && fate == restore.FateReplaced {
		return message.Text("cli.fate_chosen", nil)
	}
	return companyFate(fate)
}

// tellByCompany shows the tables of each company that differ, or that would go, and gives whether each that was compared
// so did.
func tellByCompany(out io.Writer, p *restore.Preview) (differs map[string]bool, err error) {
	var rows [][]string
	differs = map[string]bool{}
	for _, c := range p.Companies {
		for _, t := range c.Tables {
			differing := t.Now != t.Copy || t.Lost > 0
			differs[t.Name] = differs[t.Name] || differing
			if differing {
				rows = append(rows, []string{c.ID, t.Name, strconv.FormatInt(t.Now, 10), strconv.FormatInt(t.Copy, 10), strconv.FormatInt(t.Lost, 10)})
			}
		}
	}
	if len(rows) > 0 {
		return differs, table(out, columns("cli.preview_by_company"), rows)
	}
	if p.Deep {
		fmt.Fprintln(out, message.Text("cli.preview_no_difference", nil))
	}
	return differs, nil
}

// instant is a date or a time of a database, to the minute, for a person; what is neither is shown as it is.
func instant(text string) string {
	day, hour, _ := strings.Cut(text, " ")
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return orDash(text)
	}
	if parts := strings.SplitN(hour, ":", 3); len(parts) == 3 {
		hour = parts[0] + ":" + parts[1]
	}
	return strings.TrimSpace(dayWord(day) + " " + hour)
}

func number(n *int64) string {
	if n == nil {
		return "-"
	}
	return strconv.FormatInt(*n, 10)
}

func companyFate(fate string) string {
	switch fate {
	case restore.FateReplaced:
		return message.Text("cli.fate_replaced", nil)
	case restore.FateKept:
		return message.Text("cli.fate_kept", nil)
	case restore.FateNew:
		return message.Text("cli.fate_new", nil)
	case restore.FateLeftOut:
		return message.Text("cli.fate_left_out", nil)
	}
	return message.Text("cli.fate_eliminated", nil)
}

// tellWarning prints a warning that is a sentence already.
func (a *app) tellWarning(text string) {
	fmt.Fprintf(a.err, "%s %s\n", message.Text("cli.warning", nil), text)
}

// tellRestored tells what was restored, and how to go back.
func (a *app) tellRestored(value any) {
	kept := false
	for _, r := range value.([]*restore.Result) {
		a.print("cli.restored", message.Args{
			"database": r.Database, "seq": r.Seq, "rows": total(r.Rows), "tables": len(r.Rows), "path": r.Path, "seconds": lasted(r.Seconds.Build + r.Seconds.Proof),
		})
		a.tellExchanged(r)
		if r.PreRestore != nil {
			a.print("cli.restored_before", message.Args{"seq": r.PreRestore.Seq, "seconds": lasted(r.Seconds.PreRestore)})
		}
		if r.KeptOld != "" {
			kept = true
			a.print("cli.restored_kept", message.Args{"path": r.KeptOld})
		}
		if n := len(r.Files); n > 0 {
			fmt.Fprintln(a.out, message.Plural("cli.restored_files", n, nil))
		}
		if r.KeptFiles != "" {
			a.print("cli.restored_kept_files", message.Args{"path": r.KeptFiles})
		}
	}
	if kept {
		a.tell("cli.restored_next", nil)
	}
}

// tellExchanged tells of single companies that were put back, and what came or stayed because of them.
func (a *app) tellExchanged(r *restore.Result) {
	for _, t := range r.Tables {
		a.print("cli.restored_table", message.Args{"table": t.Table, "rows": t.Rows, "back": t.Back, "stay": t.Stay})
	}
	if r.Way != restore.Whole && r.Way != restore.Returned {
		var names []string
		for _, c := range r.Companies {
			names = append(names, strings.TrimSpace(c.ID+" "+c.Name))
		}
		a.print("cli.restored_companies", message.Args{"companies": strings.Join(names, ", "), "exchanged": r.Way == restore.Exchanged})
	}
	for _, change := range r.Changes {
		a.print("cli.restored_file", message.Args{"path": change})
	}
	for _, table := range slices.Sorted(maps.Keys(r.Along)) {
		a.print("cli.restored_along", message.Args{"table": table, "rows": r.Along[table]})
	}
	for _, table := range slices.Sorted(maps.Keys(r.Held)) {
		a.print("cli.restored_held", message.Args{"table": table, "rows": r.Held[table]})
	}
}

// tellKept shows the databases that restores have kept.
func (a *app) tellKept(all []restore.Kept) error {
	if a.json {
		return a.printJSON(map[string]any{"kept": all})
	}
	if len(all) == 0 {
		a.print("cli.kept_none", nil)
		return nil
	}
	var rows [][]string
	for _, k := range all {
		state := message.Text("cli.kept_old", nil)
		switch {
		case k.Missing:
			state = message.Text("cli.kept_missing", nil)
		case k.Undone:
			state = message.Text("cli.kept_undone", nil)
		}
		rows = append(rows, []string{k.Database, k.Seq, ago(k.Age(a.now())), drive.Size(k.Bytes).String(), state, k.Path})
	}
	return table(a.out, columns("cli.kept_columns"), rows)
}

// names are the paths of kept databases, a line each.
func keptNames(all []restore.Kept) string {
	var lines []string
	for _, k := range all {
		lines = append(lines, "  "+k.Path+" ("+k.Size().String()+")")
	}
	return strings.Join(lines, "\n")
}
