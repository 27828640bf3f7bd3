package company

import (
	"fmt"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/firebird"
)

// silence switches the triggers of the tables off, each in a transaction of its own: one that is not committed still
// fires. awaken switches on exactly those that were on.
func (s *Schema) silence(tables []string) (silence, awaken []firebird.Statement) {
	for _, t := range s.Triggers {
		if t.Active && slices.Contains(tables, t.Table) {
			silence = append(silence, do("ALTER TRIGGER %s INACTIVE", quote(t.Name)))
			awaken = append(awaken, do("ALTER TRIGGER %s ACTIVE", quote(t.Name)))
		}
	}
	return silence, awaken
}

// hush switches the triggers of the database itself off, so that nobody is told that another database reads this one.
func (s *Schema) hush() (script []firebird.Statement) {
	for _, t := range s.Triggers {
		if t.Active && t.Table == "" {
			script = append(script, do("ALTER TRIGGER %s INACTIVE", quote(t.Name)))
		}
	}
	return script
}

// telling are the columns that tell a row's company; while rows are being chosen by them they have to stay.
func (d *Division) telling(table string) (columns []string) {
	o := d.Of(table)
	if o == nil {
		return nil
	}
	if o.Column != "" {
		return []string{o.Column}
	}
	for _, r := range o.Through {
		columns = append(columns, r.FromColumns...)
	}
	return columns
}

// remove deletes rows, those that refer to others before these. Where they refer to each other in a circle, what may be
// NULL is set to NULL first, and where nothing may, those go first that nobody refers to any more.
func (d *Division) remove(which *rows) (all []firebird.Statement) {
	condition := func(table string) string {
		return which.in(table, "T") + " AND NOT " + d.marked(heldTable, table, "T")
	}
	for _, g := range slices.Backward(d.Schema.order()) {
		for _, table := range g.tables {
			if which.any(table) {
				all = append(all, d.unlink(g, table, condition(table))...)
			}
		}
		tables, straight := g.sorted(d)
		var peel []string
		for _, table := range slices.Backward(tables) {
			if !which.any(table) {
				continue
			}
			one := fmt.Sprintf("DELETE FROM %s T WHERE %s", quote(table), condition(table))
			if straight {
				all = append(all, firebird.Statement{SQL: one})
			} else {
				peel = append(peel, one+d.unreferred(g, table))
			}
		}
		if len(peel) > 0 {
			all = append(all, untilNothing(peel))
		}
	}
	return all
}

// unlink sets to NULL what ties rows into a circle.
func (d *Division) unlink(g group, table, condition string) (all []firebird.Statement) {
	for _, r := range g.within(d, table) {
		var set, filled []string
		for _, c := range d.yields(r) {
			set = append(set, quote(c)+" = NULL")
			filled = append(filled, "T."+quote(c)+" IS NOT NULL")
		}
		if len(set) > 0 {
			all = append(all, do("UPDATE %s T SET %s WHERE (%s) AND %s", quote(table), strings.Join(set, ", "), strings.Join(filled, " OR "), condition))
		}
	}
	return all
}

// unreferred is true for a row that no other of its group refers to.
func (d *Division) unreferred(g group, table string) string {
	var condition strings.Builder
	for _, name := range g.tables {
		for _, r := range g.within(d, name) {
			if r.To != table {
				continue
			}
			other := ""
			if name == table {
				other = " AND X.RDB$DB_KEY <> T.RDB$DB_KEY"
			}
			fmt.Fprintf(&condition, " AND NOT EXISTS (SELECT 1 FROM %s X WHERE %s%s)", quote(name), joined("X", r.FromColumns, "T", r.ToColumns), other)
		}
	}
	return condition.String()
}

// left counts the rows that should be gone and are not, as "table TAB rows", for each table that has some. Only where rows
// had to wait for each other can any be left.
func (d *Division) left(which *rows) (all []firebird.Statement) {
	for _, g := range d.Schema.order() {
		if _, straight := g.sorted(d); straight {
			continue
		}
		for _, name := range g.tables {
			if which.any(name) {
				all = append(all, ask("SELECT %d || ascii_char(9) || N FROM (SELECT COUNT(*) AS N FROM %s T WHERE %s AND NOT %s) WHERE N > 0",
					d.number(name), quote(name), which.in(name, "T"), d.marked(heldTable, name, "T")))
			}
		}
	}
	return all
}

// tally reads answers of "table TAB number".
func (d *Division) tally(answers [][]string) (map[string]int64, error) {
	counts := map[string]int64{}
	for _, lines := range answers {
		for _, line := range lines {
			var table int
			var n int64
			if _, err := fmt.Sscanf(line, "%d\t%d", &table, &n); err != nil || table < 0 || table >= len(d.Schema.Tables) {
				return nil, fmt.Errorf("read count %q", line)
			}
			counts[d.Schema.Tables[table].Name] = n
		}
	}
	return counts, nil
}
