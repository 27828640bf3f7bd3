package cli

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/recovery"
)

// tellRecovered is the report of a recovery for a person under pressure: first whether all was saved, then what was lost,
// then what was done, and at the end what to do now.
func (a *app) tellRecovered(r recovery.Report) {
	args := message.Args{"path": r.Path, "tables": len(r.Saved), "rows": total(r.Saved), "size": size(r.Bytes), "seconds": lasted(r.Seconds)}
	if r.OK {
		a.print("cli.recovered", args)
	} else {
		a.print("cli.recovered_in_part", args)
	}
	a.tellLost(r)
	a.tellList("cli.recover_problems", r.Problems)
	a.tellFound(r)
	a.tellSteps(r)
	a.print("cli.recover_now", message.Args{"path": r.Path, "source": r.Source})
}

// tellUnsaved is what was found and tried where nothing could be saved.
func (a *app) tellUnsaved(r recovery.Report) {
	a.tellFound(r)
	a.tellSteps(r)
}

// tellLost is one line a table that has lost something.
func (a *app) tellLost(r recovery.Report) {
	if len(r.Lost) == 0 {
		return
	}
	var rows [][]string
	for _, table := range slices.Sorted(maps.Keys(r.Lost)) {
		saved := "-"
		if n, ok := r.Saved[table]; ok {
			saved = strconv.FormatInt(n, 10)
		}
		rows = append(rows, []string{table, saved, r.Lost[table]})
	}
	fmt.Fprintln(a.out)
	_ = table(a.out, columns("cli.recover_lost_columns"), rows)
}

// tellFound is what is wrong with the damaged file, in numbers.
func (a *app) tellFound(r recovery.Report) {
	var found []string
	kinds, tables := map[string]int{}, map[string]bool{}
	for _, d := range r.Damaged {
		kinds[d.Kind]++
		if d.Table != "" {
			tables[d.Table] = true
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		found = append(found, message.Plural(damageWords[kind], kinds[kind], nil))
	}
	if len(tables) > 0 {
		found = append(found, message.Text("cli.recover_of", message.Args{"tables": strings.Join(slices.Sorted(maps.Keys(tables)), ", ")}))
	}
	a.tellList("cli.recover_found", append(found, r.Against...))
}

// damageWords name what a damaged page is.
var damageWords = map[string]string{
	recovery.Unread: "cli.recover_unread", recovery.Cut: "cli.recover_cut", recovery.Zeroed: "cli.recover_zeroed", recovery.Garbage: "cli.recover_garbage",
}

// tellSteps numbers what was done.
func (a *app) tellSteps(r recovery.Report) {
	var steps []string
	for i, step := range r.Steps {
		steps = append(steps, fmt.Sprintf("%d. %s", i+1, step))
	}
	a.tellList("cli.recover_steps", steps)
}

// tellList is a heading and its lines; nothing where there are none.
func (a *app) tellList(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintln(a.out)
	a.print(heading, nil)
	for _, line := range lines {
		fmt.Fprintln(a.out, "  "+line)
	}
}
