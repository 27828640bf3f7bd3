package company

import (
	"fmt"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/firebird"
)

// block is a block of SQL that runs in the database and reads the copy.
type block struct {
	x        *Exchange
	answer   string // what it returns; "" for nothing
	declared []string
	body     string
}

// variables declares one variable for each of these columns, of its own type: V0, V1 ...
func (b *block) variables(t *Table, columns []string) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = fmt.Sprintf("V%d", i)
		b.declared = append(b.declared, fmt.Sprintf("DECLARE %s TYPE OF COLUMN %s.%s;", names[i], quote(t.Name), quote(c)))
	}
	return names
}

func (b *block) declare(what string) { b.declared = append(b.declared, "DECLARE "+what+";") }

// statement is the whole block.
func (b *block) statement() firebird.Statement {
	reach := b.x.From.Runner.Reach()
	head := "EXECUTE BLOCK " + reach.Params
	if b.answer != "" {
		head += " RETURNS (" + b.answer + ")"
	}
	return firebird.Statement{
		SQL:  head + " AS\n" + strings.Join(b.declared, "\n") + "\nBEGIN\n" + b.body + "\nEND",
		Args: reach.Args, Answers: b.answer != "",
	}
}

// each goes through rows of the copy.
func (b *block) each(query string, into []string, body string) string {
	return fmt.Sprintf("FOR EXECUTE STATEMENT %s %s INTO %s DO BEGIN\n%s\nEND",
		text(query), b.x.From.Runner.Reach().Clause, ":"+strings.Join(into, ", :"), body)
}

// named counts in N, and answers with the first keys and, at the end, the number.
func (b *block) named(variables []string) (count, end string) {
	b.answer = "A VARCHAR(1000)"
	b.declare("N BIGINT = 0")
	parts := make([]string, len(variables))
	for i, v := range variables {
		parts[i] = "COALESCE(LEFT(TRIM(TRAILING FROM :" + v + "), 60), '')"
	}
	count = fmt.Sprintf("N = N + 1; IF (N <= %d) THEN BEGIN A = %s; SUSPEND; END", namedKeys, strings.Join(parts, " || ', ' || "))
	return count, "\nIF (N > 0) THEN BEGIN A = '#' || N; SUSPEND; END"
}

// equal is true for a row that has these values.
func equal(alias string, columns, variables []string) string {
	parts := make([]string, len(columns))
	for i := range columns {
		parts[i] = alias + "." + quote(columns[i]) + " = :" + variables[i]
	}
	return strings.Join(parts, " AND ")
}

// theirs is a query of the copy.
func theirs(columns []string, table, condition string) string {
	return fmt.Sprintf("SELECT %s FROM %s T WHERE %s", quoteAll("T.", columns), quote(table), condition)
}

// collisions names rows of the copy whose key another company's row has now.
func (x *Exchange) collisions(t *Table, key Key) firebird.Statement {
	return x.taken(t, key, "NOT "+x.mine(&x.Into).in(t.Name, "T"))
}

// crowded names rows of the copy one of whose keys a row has now that stays although the copy does not have it.
func (x *Exchange) crowded(t *Table, key Key) firebird.Statement {
	return x.taken(t, key, x.Into.Division.marked(extraTable, t.Name, "T"))
}

// taken names rows of the copy whose key one of those rows has now.
func (x *Exchange) taken(t *Table, key Key, by string) firebird.Statement {
	b := &block{x: x}
	v := b.variables(t, key.Columns)
	count, end := b.named(v)
	b.body = b.each(theirs(key.Columns, t.Name, x.mine(&x.From).in(t.Name, "T")), v,
		fmt.Sprintf("IF (EXISTS (SELECT 1 FROM %s T WHERE %s AND %s)) THEN BEGIN %s END", quote(t.Name), equal("T", key.Columns, v), by, count)) + end
	return b.statement()
}

// missing names rows that the copy's rows refer to and that are not there, or will not be.
func (x *Exchange) missing(t *Table) firebird.Statement {
	b := &block{x: x}
	key := t.Key()
	v := b.variables(t, key.Columns)
	count, end := b.named(v)
	b.body = b.each(theirs(key.Columns, t.Name, x.From.Division.marked(alongTable, t.Name, "T")), v,
		fmt.Sprintf("IF (NOT EXISTS (SELECT 1 FROM %s T WHERE %s AND NOT %s)) THEN BEGIN %s END",
			quote(t.Name), equal("T", key.Columns, v), x.goes(t.Name), count)) + end
	return b.statement()
}

// goes is true for a row of the database that will be deleted.
func (x *Exchange) goes(table string) string {
	return "(" + x.mine(&x.Into).in(table, "T") + " AND NOT " + x.Into.Division.marked(heldTable, table, "T") + ")"
}

// extra names rows that stay although the copy does not have them.
func (x *Exchange) extra(t *Table) firebird.Statement {
	b := &block{x: x}
	key := t.Key()
	v := b.variables(t, key.Columns)
	b.declare("X INTEGER")
	b.declare("K CHAR(8) CHARACTER SET OCTETS")
	count, end := b.named(v)
	places := make([]string, len(key.Columns))
	for i, c := range key.Columns {
		places[i] = "T." + quote(c) + " = ?"
	}
	query := fmt.Sprintf("SELECT 1 FROM %s T WHERE %s AND %s", quote(t.Name), strings.Join(places, " AND "), x.mine(&x.From).in(t.Name, "T"))
	mark := fmt.Sprintf("INSERT INTO %s (T, K) VALUES (%d, :K);", quote(extraTable), x.Into.Division.number(t.Name))
	b.body = fmt.Sprintf("FOR SELECT H.K, %s FROM %s H JOIN %s T ON T.RDB$DB_KEY = H.K WHERE H.T = %d INTO :K, :%s DO BEGIN\nX = NULL;\n"+
		"EXECUTE STATEMENT (%s) (:%s) %s INTO :X;\nIF (X IS NULL) THEN BEGIN %s %s END\nEND%s",
		quoteAll("T.", key.Columns), quote(heldTable), quote(t.Name), x.Into.Division.number(t.Name), strings.Join(v, ", :"),
		text(query), strings.Join(v, ", :"), x.From.Runner.Reach().Clause, mark, count, end)
	return b.statement()
}

// variableOf is the variable of a column.
func variableOf(columns, variables []string, column string) string {
	return variables[slices.Index(columns, column)]
}
