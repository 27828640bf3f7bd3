package company

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/firebird"
)

// Tables of our own in a scratch database, for as long as the work lasts. A row is known by its table's number and by
// where it lies (RDB$DB_KEY), which does not change while nobody else is there.
const (
	heldTable  = "DJSCRIPT$HELD"  // rows that stay, since rows that stay refer to them
	alongTable = "DJSCRIPT$ALONG" // rows of the copy that the chosen companies' rows refer to
	newTable   = "DJSCRIPT$NEW"   // rows that came along
	extraTable = "DJSCRIPT$EXTRA" // held rows that the copy does not have
)

func do(format string, args ...any) firebird.Statement {
	return firebird.Statement{SQL: fmt.Sprintf(format, args...)}
}

func ask(format string, args ...any) firebird.Statement {
	return firebird.Statement{SQL: fmt.Sprintf(format, args...), Answers: true}
}

func openMarks(names ...string) (all []firebird.Statement) {
	for _, name := range names {
		all = append(all,
			do("CREATE TABLE %s (T INTEGER NOT NULL, K CHAR(8) CHARACTER SET OCTETS NOT NULL)", quote(name)),
			do("CREATE UNIQUE INDEX %s ON %s (T, K)", quote(name+"$I"), quote(name)))
	}
	return all
}

func closeMarks(names ...string) (all []firebird.Statement) {
	for _, name := range names {
		all = append(all, do("DROP TABLE %s", quote(name)))
	}
	return all
}

// number is a table's number in the marks.
func (d *Division) number(table string) int {
	return slices.IndexFunc(d.Schema.Tables, func(t Table) bool { return t.Name == table })
}

// marked is true for a row that is marked.
func (d *Division) marked(marks, table, alias string) string {
	return fmt.Sprintf("EXISTS (SELECT 1 FROM %s M WHERE M.T = %d AND M.K = %s.RDB$DB_KEY)", quote(marks), d.number(table), alias)
}

// reach marks, of all candidates, those rows that a row which is none refers to, and what these refer to in their turn.
// Each table comes after those that refer to it, so that one look is enough; only a circle is gone round until nothing
// new is found.
func (d *Division) reach(candidates *rows, marks string) (all []firebird.Statement) {
	for _, g := range slices.Backward(d.Schema.order()) {
		var again []string
		for _, r := range d.Schema.References {
			if !slices.Contains(g.tables, r.To) || !candidates.any(r.To) {
				continue
			}
			if !d.together(r, candidates) {
				all = append(all, firebird.Statement{SQL: d.markReferred(r, marks, quote(r.From)+" C", "NOT "+candidates.in(r.From, "C"), candidates)})
			}
			if !candidates.any(r.From) {
				continue
			}
			from := quote(marks) + " H JOIN " + quote(r.From) + " C ON C.RDB$DB_KEY = H.K"
			one := d.markReferred(r, marks, from, "H.T = "+strconv.Itoa(d.number(r.From)), candidates)
			if g.circle && slices.Contains(g.tables, r.From) {
				again = append(again, one)
			} else {
				all = append(all, firebird.Statement{SQL: one})
			}
		}
		if len(again) > 0 {
			all = append(all, untilNothing(again))
		}
	}
	return all
}

// together tells whether a row is a candidate exactly where the row that it refers to is, so that none refers across.
func (d *Division) together(r Reference, candidates *rows) bool {
	o := d.Of(r.From)
	if o == nil || o.Column != "" || len(o.Through) != 1 || o.Through[0].Name != r.Name {
		return false
	}
	special := slices.Concat(candidates.whole, candidates.none)
	return !slices.Contains(special, r.From) && !slices.Contains(special, r.To)
}

// markReferred marks what rows of a table refer to.
func (d *Division) markReferred(r Reference, marks, from, which string, candidates *rows) string {
	return fmt.Sprintf("INSERT INTO %s (T, K) SELECT DISTINCT %d, P.RDB$DB_KEY FROM %s JOIN %s P ON %s WHERE %s AND %s AND NOT %s",
		quote(marks), d.number(r.To), from, quote(r.To), joined("P", r.ToColumns, "C", r.FromColumns), which,
		candidates.in(r.To, "P"), d.marked(marks, r.To, "P"))
}

// untilNothing runs statements in a circle until none of them touches a row.
func untilNothing(statements []string) firebird.Statement {
	return do("EXECUTE BLOCK AS DECLARE N BIGINT = 1; BEGIN WHILE (N > 0) DO BEGIN N = 0;\n%s; N = N + ROW_COUNT;\nEND END",
		strings.Join(statements, "; N = N + ROW_COUNT;\n"))
}
