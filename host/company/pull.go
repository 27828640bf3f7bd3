package company

import (
	"fmt"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/firebird"
)

// pull is the taking over of a table's rows.
type pull struct {
	x     *Exchange
	into  *Table
	group group
	// straight says that the tables of the group stand so that each comes after what it firmly refers to.
	straight bool
	// own are the companies' rows, all those of a table that has nothing to do with companies; else what comes along with
	// them.
	own, all bool
	// over says that rows may be there already, gaps that some came without what they refer to.
	over, gaps bool
}

// with tells whether two tables can be taken over together: none of their rows has to wait, or they are of one group.
func (p *pull) with(other *pull) bool {
	return p.straight && other.straight || slices.Equal(p.group.tables, other.group.tables)
}

// block takes the rows over. It answers with how many there were, how many came without something that they refer to,
// which is not there yet, and how many have to wait for it.
func (p *pull) block() firebird.Statement {
	b := &block{x: p.x, answer: "A VARCHAR(80)"}
	columns := carried(p.into, p.x.From.Division.Schema.Table(p.into.Name))
	v := b.variables(p.into, columns)
	for _, name := range []string{"N", "L", "W"} {
		b.declare(name + " BIGINT = 0")
	}
	write := p.patience(columns, v) + p.write(columns, v) + "\nN = N + 1;"
	if waits := p.waits(columns, v); waits != "" {
		write = "IF (" + waits + ") THEN W = W + 1; ELSE BEGIN\n" + write + "\nEND"
	}
	if !p.own {
		key := p.into.Key().Columns
		write = fmt.Sprintf("IF (NOT EXISTS (SELECT 1 FROM %s T WHERE %s)) THEN BEGIN\n%s\nEND",
			quote(p.into.Name), equal("T", key, variablesOf(columns, v, key)), write)
	}
	b.body = b.each(theirs(columns, p.into.Name, p.which()), v, write) + "\nA = N || ' ' || L || ' ' || W; SUSPEND;"
	return b.statement()
}

// which is true for the rows of the copy that are meant.
func (p *pull) which() string {
	if p.all {
		return "1 = 1"
	}
	if p.own {
		return p.x.mine(&p.x.From).in(p.into.Name, "T")
	}
	return p.x.From.Division.marked(alongTable, p.into.Name, "T")
}

// patience leaves out for now what the row refers to within its group, where that is not there yet.
func (p *pull) patience(columns, v []string) string {
	var b strings.Builder
	for _, r := range p.group.within(&p.x.Into.Division, p.into.Name) {
		var clear []string
		for _, c := range p.x.Into.Division.yields(r) {
			if slices.Contains(columns, c) {
				clear = append(clear, variableOf(columns, v, c)+" = NULL;")
			}
		}
		if absent := p.absent(r, columns, v); len(clear) > 0 && absent != "" {
			fmt.Fprintf(&b, "IF (%s) THEN BEGIN %s L = L + 1; END\n", absent, strings.Join(clear, " "))
		}
	}
	return b.String()
}

// waits is true for a row that firmly refers to one that is not there yet; "" where that can not be.
func (p *pull) waits(columns, v []string) string {
	if p.straight {
		return ""
	}
	var conditions []string
	for _, r := range p.group.within(&p.x.Into.Division, p.into.Name) {
		if len(p.x.Into.Division.yields(r)) > 0 {
			continue
		}
		if absent := p.absent(r, columns, v); absent != "" {
			conditions = append(conditions, "("+absent+")")
		}
	}
	return strings.Join(conditions, " OR ")
}

// absent is true for a row whose reference leads nowhere yet. A row may refer to itself.
func (p *pull) absent(r Reference, columns, v []string) string {
	if slices.ContainsFunc(r.FromColumns, func(c string) bool { return !slices.Contains(columns, c) }) {
		return ""
	}
	refers := variablesOf(columns, v, r.FromColumns)
	var parts []string
	for _, name := range refers {
		parts = append(parts, ":"+name+" IS NOT NULL")
	}
	parts = append(parts, fmt.Sprintf("NOT EXISTS (SELECT 1 FROM %s X WHERE %s)", quote(r.To), equal("X", r.ToColumns, refers)))
	if r.To == r.From && !slices.ContainsFunc(r.ToColumns, func(c string) bool { return !slices.Contains(columns, c) }) {
		var same []string
		for i, name := range variablesOf(columns, v, r.ToColumns) {
			same = append(same, fmt.Sprintf(":%s = :%s", name, refers[i]))
		}
		parts = append(parts, "NOT ("+strings.Join(same, " AND ")+")")
	}
	return strings.Join(parts, " AND ")
}

// write writes the row.
func (p *pull) write(columns, v []string) string {
	verb, tail := "INSERT", ""
	if p.over {
		verb, tail = "UPDATE OR INSERT", " MATCHING ("+quoteAll("", p.into.Key().Columns)+")"
	}
	always := ""
	if slices.ContainsFunc(p.into.Columns, func(c Column) bool { return c.Always }) {
		always = " OVERRIDING SYSTEM VALUE"
	}
	statement := fmt.Sprintf("%s INTO %s (%s)%s VALUES (:%s)%s;", verb, quote(p.into.Name), quoteAll("", columns), always, strings.Join(v, ", :"), tail)
	if !p.own {
		key := p.into.Key().Columns
		statement += fmt.Sprintf("\nINSERT INTO %s (T, K) SELECT %d, T.RDB$DB_KEY FROM %s T WHERE %s;", quote(newTable),
			p.x.Into.Division.number(p.into.Name), quote(p.into.Name), equal("T", key, variablesOf(columns, v, key)))
	}
	return statement
}

// mend puts in what the table's rows were written without. Only rows that were written now are mended.
func (p *pull) mend(r Reference) firebird.Statement {
	b := &block{x: p.x}
	key := p.into.Key().Columns
	gaps := p.x.Into.Division.yields(r)
	columns := slices.Concat(key, gaps)
	v := b.variables(p.into, columns)
	var set, filled, missing []string
	for i, c := range gaps {
		set = append(set, quote(c)+" = :"+v[len(key)+i])
		filled = append(filled, "T."+quote(c)+" IS NOT NULL")
		missing = append(missing, "T."+quote(c)+" IS NULL")
	}
	update := fmt.Sprintf("UPDATE %s T SET %s WHERE %s AND (%s)", quote(p.into.Name), strings.Join(set, ", "),
		equal("T", key, v[:len(key)]), strings.Join(missing, " OR "))
	if !p.own {
		update += " AND " + p.x.Into.Division.marked(newTable, p.into.Name, "T")
	}
	b.body = b.each(theirs(columns, p.into.Name, p.which()+" AND ("+strings.Join(filled, " OR ")+")"), v, update+";")
	return b.statement()
}

func variablesOf(columns, variables, some []string) []string {
	names := make([]string, len(some))
	for i, c := range some {
		names[i] = variableOf(columns, variables, c)
	}
	return names
}
