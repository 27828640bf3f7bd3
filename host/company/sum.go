package company

import (
	"context"
	"fmt"
	"strings"

	"github.com/djscript/djscript/host/firebird"
)

// Sum tells rows from other rows: how many, and a number made of every value of every one of them, in whatever order.
// Two values that change places, or one letter that is another, make another number.
type Sum struct {
	Rows int64
	Sum  int64
}

// Chosen are the rows of a database that are summed up.
type Chosen struct {
	Of     []string // the rows of these companies only
	Beside []string // all rows but those of these companies
}

// Sums are the sums of every table's chosen rows; without a choice, of all. Columns that the engine computes do not
// count, and of an array only whether there is one. Both databases of a comparison have to be looked at the same way.
func (d *Division) Sums(ctx context.Context, in Runner, chosen Chosen) (map[string]Sum, error) {
	which := d.of(nil).others()
	switch {
	case chosen.Of != nil:
		which = d.of(chosen.Of)
	case chosen.Beside != nil:
		which = d.of(chosen.Beside).others()
	}
	return d.sums(ctx, in, summing{which: which})
}

// summing is what is summed up.
type summing struct {
	which  *rows
	except string                                // marks: rows that do not count
	only   func(table string) (columns []string) // in this order; nil: all
	tell   func(done, total int)
}

func (d *Division) sums(ctx context.Context, in Runner, s summing) (map[string]Sum, error) {
	var script []firebird.Statement
	var tables []string
	for i := range d.Schema.Tables {
		t := &d.Schema.Tables[i]
		if s.which.any(t.Name) {
			script, tables = append(script, d.summed(t, s)), append(tables, t.Name)
		}
	}
	answers, err := in.Run(ctx, script, steps(s.tell, len(script)))
	if err != nil {
		return nil, fmt.Errorf("sum up rows: %w", err)
	}
	sums := make(map[string]Sum, len(tables))
	for i, lines := range answers {
		var sum Sum
		if _, err := fmt.Sscan(strings.Join(lines, ""), &sum.Rows, &sum.Sum); err != nil {
			return nil, fmt.Errorf("sum up rows of %s: %w", tables[i], err)
		}
		sums[tables[i]] = sum
	}
	return sums, nil
}

// Two primes below 2^31 and one below 2^53: no product or sum of theirs is too large for the engine.
const (
	primeA = 2147483647
	primeB = 2147483629
	primeC = 9007199254740881
)

// summed is the block that sums up one table. The engine's own hash is weak: a letter more here and sixteen less behind
// it make the same number, and numbers of several rows simply add up. So each value is hashed forwards and backwards,
// and the two numbers of a row are multiplied before they are added.
func (d *Division) summed(t *Table, s summing) firebird.Statement {
	var values, into, mix, declared []string
	columns := t.Columns
	if s.only != nil {
		wanted := s.only(t.Name)
		columns = make([]Column, len(wanted))
		for i, name := range wanted {
			columns[i] = *t.Column(name)
		}
	}
	for i, c := range columns {
		if c.Computed {
			continue
		}
		a, b := c.hashes("T." + quote(c.Name))
		values = append(values, fmt.Sprintf("COALESCE(MOD(%s, %d), 7)", a, primeA), fmt.Sprintf("COALESCE(MOD(%s, %d), 11)", b, primeB))
		into = append(into, fmt.Sprintf(":A%d, :B%d", i, i))
		declared = append(declared, fmt.Sprintf("DECLARE A%d BIGINT; DECLARE B%d BIGINT;", i, i))
		mix = append(mix, fmt.Sprintf("A = MOD(A * 131 + A%d, %d); B = MOD(B * 137 + B%d, %d);", i, primeA, i, primeB))
	}
	if len(values) == 0 { // a table of computed columns, or none that both have
		values, into, declared = []string{"1"}, []string{":A0"}, []string{"DECLARE A0 BIGINT;"}
	}
	condition := s.which.in(t.Name, "T")
	if s.except != "" {
		condition += " AND NOT " + d.marked(s.except, t.Name, "T")
	}
	return ask(`EXECUTE BLOCK RETURNS (R VARCHAR(80)) AS
DECLARE N BIGINT = 0; DECLARE S BIGINT = 0; DECLARE A BIGINT; DECLARE B BIGINT;
%s
BEGIN
FOR SELECT %s FROM %s T WHERE %s INTO %s DO BEGIN
N = N + 1; A = 1; B = 1;
%s
S = MOD(S + MOD(A * B, %d), %[7]d);
END
R = N || ' ' || S; SUSPEND;
END`, strings.Join(declared, "\n"), strings.Join(values, ", "), quote(t.Name), condition, strings.Join(into, ", "), strings.Join(mix, "\n"), primeC)
}

// hashes are two numbers made of a value.
func (c *Column) hashes(value string) (a, b string) {
	switch {
	case c.Array:
		return "IIF(" + value + " IS NULL, 1, 2)", "IIF(" + value + " IS NULL, 1, 2)"
	case c.Kind == Truth:
		return "IIF(" + value + ", 1, 2)", "IIF(" + value + ", 3, 5)"
	case c.Kind == Blob:
		return "HASH(" + value + ")", "OCTET_LENGTH(" + value + ")"
	}
	return "HASH(" + value + ")", "HASH(REVERSE(" + value + "))"
}
