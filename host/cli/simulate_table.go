package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/sim"
)

// mostRows is how long a table may be that a person reads.
const mostRows = 40

// periods are what a row may stand for, and how that row is called; the first with few enough rows is taken.
var periods = []struct {
	head string // of the column
	name func(n int, d *sim.Day) string
}{
	{"cli.simulate_day", func(_ int, d *sim.Day) string { return d.Day }},
	{"cli.simulate_week", func(n int, _ *sim.Day) string { return strconv.Itoa(n / 7) }},
	{"cli.simulate_month", func(_ int, d *sim.Day) string { return d.Day[:len("2006-01")] }},
	{"cli.simulate_quarter", func(_ int, d *sim.Day) string {
		month, _ := strconv.Atoi(d.Day[len("2006-"):len("2006-01")])
		return fmt.Sprintf("%s-%02d", d.Day[:len("2006")], (month-1)/3*3+1)
	}},
	{"cli.simulate_year", func(_ int, d *sim.Day) string { return d.Day[:len("2006")] }},
}

// row is one line of the table: some days in turn.
type row struct {
	name                            string
	first, last                     *sim.Day
	made, verified, dropped, failed int
	faults, guards                  []string
}

// rows puts the days together, as few as fit.
func (t *simulated) rows() (head string, all []*row) {
	for _, period := range periods {
		head, all = period.head, nil
		for n, d := range t.Days {
			name := period.name(n, d)
			if len(all) == 0 || all[len(all)-1].name != name {
				all = append(all, &row{name: name, first: d})
			}
			all[len(all)-1].add(d)
		}
		if len(all) <= mostRows {
			break
		}
	}
	if head == "cli.simulate_week" {
		for _, r := range all {
			r.name = r.first.Day
		}
	}
	return message.Text(head, nil), all
}

func (r *row) add(d *sim.Day) {
	r.last = d
	r.made, r.verified, r.dropped, r.failed = r.made+d.Made, r.verified+d.Verified, r.dropped+len(d.Drop), r.failed+d.Failed
	r.faults = append(r.faults, d.Faults...)
	for _, g := range d.Guards {
		if !slices.Contains(r.guards, g.Key) {
			r.guards = append(r.guards, g.Key)
		}
	}
}

// tellTable writes what was made, proven and dropped, what lay where at the end of each row, and which guards spoke. What
// each of them said first stands below.
func (t *simulated) tellTable() error {
	head, all := t.rows()
	marks := t.marks()
	titles := append([]string{head}, columns("cli.simulate_columns")...)
	for _, s := range t.last().Shelves {
		titles = append(titles, t.shelf(s))
	}
	titles = append(titles, columns("cli.simulate_end_columns")...)
	var rows [][]string
	for _, r := range all {
		rows = append(rows, t.cells(r, marks))
	}
	if err := table(t.out, titles, rows); err != nil {
		return err
	}
	for i, g := range t.guards() {
		if i == 0 {
			fmt.Fprintln(t.out)
		}
		fmt.Fprintf(t.out, "[%s] %s\n", marks[g.Key], g.Text)
	}
	return nil
}

func (t *simulated) cells(r *row, marks map[string]string) []string {
	cells := []string{civil(r.name), strconv.Itoa(r.made), strconv.Itoa(r.verified), strconv.Itoa(r.dropped)}
	oldest, newest := "-", "-"
	for _, s := range r.last.Shelves {
		text := strconv.Itoa(s.Verified)
		if s.Others > 0 {
			text += fmt.Sprintf(" +%d", s.Others)
		}
		cells = append(cells, text)
		if s.Verified > 0 {
			newest = max(newest, s.Newest)
			if oldest == "-" || s.Oldest < oldest {
				oldest = s.Oldest
			}
		}
	}
	return append(cells, civil(oldest), civil(newest), r.happened(marks))
}

// happened is what went wrong, and who spoke.
func (r *row) happened(marks map[string]string) string {
	said := slices.Clone(r.faults)
	if r.failed > 0 {
		said = append(said, message.Plural("cli.simulate_failed", r.failed, nil))
	}
	if len(r.guards) > 0 {
		var letters []string
		for _, key := range r.guards {
			letters = append(letters, marks[key])
		}
		slices.Sort(letters)
		said = append(said, "["+strings.Join(letters, " ")+"]")
	}
	return strings.Join(said, ", ")
}

// guards are those that spoke, with what they said first, in that order.
func (t *simulated) guards() []primitive.Guard {
	var all []primitive.Guard
	for _, d := range t.Days {
		for _, g := range d.Guards {
			if !slices.ContainsFunc(all, func(known primitive.Guard) bool { return known.Key == g.Key }) {
				all = append(all, g)
			}
		}
	}
	return all
}

// marks are the letters that stand for the guards in the table.
func (t *simulated) marks() map[string]string {
	marks := map[string]string{}
	for i, g := range t.guards() {
		marks[g.Key] = string(rune('a' + i))
	}
	return marks
}
