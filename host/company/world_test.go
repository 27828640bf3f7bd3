package company_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/firebird"
)

// world is a small database of random structure: what is in it now, and what is in a copy of it.
type world struct {
	schema company.Schema
	now    data
	copy   data
}

// data are the rows of each table by their ID.
type data map[string]map[int]record

// record is a row: its numbers by column, nil for NULL, and a text.
type record struct {
	numbers map[string]*int
	text    string
}

func (r record) clone() record {
	return record{numbers: maps.Clone(r.numbers), text: r.text}
}

func (d data) clone() data {
	c := data{}
	for table, rows := range d {
		c[table] = map[int]record{}
		for id, r := range rows {
			c[table][id] = r.clone()
		}
	}
	return c
}

// referred tells whether a row refers to that one, other than itself.
func (d data) referred(s company.Schema, table string, id int) bool {
	for _, ref := range s.References {
		if ref.To != table {
			continue
		}
		for other, r := range d[ref.From] {
			if n := r.numbers[ref.FromColumns[0]]; n != nil && *n == id && (ref.From != table || other != id) {
				return true
			}
		}
	}
	return false
}

const companies = 3

func drawWorld(t *rapid.T) world {
	w := world{schema: drawSchema(t)}
	for i := range w.schema.Tables {
		table := &w.schema.Tables[i]
		if len(table.Keys[0].Columns) > 1 {
			table.Keys = append(table.Keys, company.Key{Name: "UQ", Columns: []string{"ID"}})
		}
	}
	w.copy = drawData(t, w.schema)
	w.now = w.copy.clone()
	if rapid.Bool().Draw(t, "a company was deleted") {
		w.erase(t)
	}
	for range rapid.IntRange(0, 25).Draw(t, "changes") {
		w.change(t)
	}
	return w
}

// drawData draws rows; what they refer to is there, or they are not.
func drawData(t *rapid.T, s company.Schema) data {
	d := data{}
	for _, table := range s.Tables {
		d[table.Name] = map[int]record{}
		for id := 1; id <= rapid.IntRange(0, 8).Draw(t, "rows"); id++ {
			d[table.Name][id] = record{}
		}
	}
	for again := true; again; {
		again = false
		for _, r := range s.References {
			if len(d[r.To]) == 0 && len(d[r.From]) > 0 && s.Table(r.From).Column(r.FromColumns[0]).NotNull {
				d[r.From], again = map[int]record{}, true
			}
		}
	}
	for _, table := range s.Tables {
		for _, id := range ids(d[table.Name]) {
			d[table.Name][id] = drawRecord(t, s, d, table, id)
		}
	}
	return d
}

func drawRecord(t *rapid.T, s company.Schema, d data, table company.Table, id int) record {
	r := record{numbers: map[string]*int{"ID": &id}, text: rapid.StringMatching(`[a-zà-ü']{0,6}`).Draw(t, "text")}
	if table.Column("EMPRESA_ID") != nil {
		n := rapid.IntRange(1, companies).Draw(t, "company")
		r.numbers["EMPRESA_ID"] = &n
	}
	for _, ref := range s.References {
		if ref.From == table.Name {
			r.numbers[ref.FromColumns[0]] = drawParent(t, s, d, ref)
		}
	}
	return r
}

func drawParent(t *rapid.T, s company.Schema, d data, ref company.Reference) *int {
	parents := ids(d[ref.To])
	if len(parents) == 0 || !s.Table(ref.From).Column(ref.FromColumns[0]).NotNull && rapid.IntRange(0, 2).Draw(t, "nothing") == 0 {
		return nil
	}
	n := rapid.SampledFrom(parents).Draw(t, "parent")
	return &n
}

func ids(rows map[int]record) []int {
	var all []int
	for id := range rows {
		all = append(all, id)
	}
	slices.Sort(all)
	return all
}

// erase deletes what can be deleted of a company, as somebody at a desk does.
func (w *world) erase(t *rapid.T) {
	d, err := company.Divide(w.schema, company.Profile{Column: []string{"EMPRESA_ID"}})
	if err != nil {
		return
	}
	gone := rapid.IntRange(1, companies).Draw(t, "which")
	for range w.schema.Tables {
		for _, table := range w.schema.Tables {
			for _, id := range ids(w.now[table.Name]) {
				if owner(&d, w.now, table.Name, w.now[table.Name][id]) == gone && !w.now.referred(w.schema, table.Name, id) {
					delete(w.now[table.Name], id)
				}
			}
		}
	}
}

// change does what a shop does: sells, corrects, deletes.
func (w *world) change(t *rapid.T) {
	table := rapid.SampledFrom(w.schema.Tables).Draw(t, "table")
	rows := w.now[table.Name]
	known := ids(rows)
	switch kind := rapid.IntRange(0, 11).Draw(t, "kind"); {
	case kind < 4:
		id := 100 + len(w.copy[table.Name]) + rapid.IntRange(0, 1000).Draw(t, "new id")
		for _, ref := range w.schema.References {
			if ref.From == table.Name && len(w.now[ref.To]) == 0 && table.Column(ref.FromColumns[0]).NotNull {
				return
			}
		}
		rows[id] = drawRecord(t, w.schema, w.now, table, id)
	case len(known) == 0:
	case kind < 6:
		id := rapid.SampledFrom(known).Draw(t, "row")
		changed := rows[id].clone()
		changed.text = rapid.StringMatching(`[a-z]{0,6}`).Draw(t, "text")
		for _, ref := range w.schema.References {
			if ref.From == table.Name && !slices.Contains(table.Key().Columns, ref.FromColumns[0]) {
				changed.numbers[ref.FromColumns[0]] = drawParent(t, w.schema, w.now, ref)
			}
		}
		rows[id] = changed
	case kind == 6 && table.Column("EMPRESA_ID") != nil:
		id := rapid.SampledFrom(known).Draw(t, "row")
		changed := rows[id].clone()
		n := rapid.IntRange(1, companies).Draw(t, "company")
		changed.numbers["EMPRESA_ID"] = &n
		rows[id] = changed
	default:
		id := rapid.SampledFrom(known).Draw(t, "row")
		if !w.now.referred(w.schema, table.Name, id) {
			delete(rows, id)
		}
	}
}

// owner is the company of a row; 0 for nobody's.
func owner(d *company.Division, in data, table string, r record) int {
	o := d.Of(table)
	if o == nil {
		return 0
	}
	if o.Column != "" {
		return *r.numbers[o.Column]
	}
	for _, ref := range o.Through {
		if n := r.numbers[ref.FromColumns[0]]; n != nil {
			return owner(d, in, ref.To, in[ref.To][*n])
		}
	}
	return 0
}

// build writes the data to a new database file. The foreign keys come last: rows may refer to each other in circles.
//
// The file is a twin of an empty one: under load the engine fails, once in some hundred times, to create a database (page
// in use during flush).
func (w *world) build(t testing.TB, e *firebird.Engine, empty string, d data) firebird.File {
	t.Helper()
	f := twin(t, e, empty)
	var b strings.Builder
	for _, table := range w.schema.Tables {
		var columns []string
		for _, c := range table.Columns {
			columns = append(columns, c.Name+" INTEGER"+[]string{"", " NOT NULL"}[btoi(c.NotNull)])
		}
		fmt.Fprintf(&b, "create table %s (%s, TEXTO VARCHAR(20), MEMO BLOB SUB_TYPE TEXT, DOBRO COMPUTED BY (ID * 2));\n", table.Name, strings.Join(columns, ", "))
	}
	b.WriteString("commit;\n")
	for _, table := range w.schema.Tables {
		for _, id := range ids(d[table.Name]) {
			r := d[table.Name][id]
			var names, values []string
			for _, c := range table.Columns {
				if n := r.numbers[c.Name]; n != nil {
					names, values = append(names, c.Name), append(values, fmt.Sprint(*n))
				}
			}
			text := strings.ReplaceAll(r.text, "'", "''")
			fmt.Fprintf(&b, "insert into %s (%s, TEXTO, MEMO) values (%s, '%s', '%s');\n", table.Name, strings.Join(names, ", "), strings.Join(values, ", "), text, text)
		}
	}
	b.WriteString("commit;\n")
	for _, table := range w.schema.Tables {
		for i, k := range table.Keys {
			fmt.Fprintf(&b, "alter table %s add constraint %s_%s %s (%s);\n", table.Name, k.Name, table.Name,
				[]string{"primary key", "unique"}[min(i, 1)], strings.Join(k.Columns, ", "))
		}
		fmt.Fprintf(&b, "create trigger %[1]s_BI for %[1]s before insert or update as begin new.TEXTO = 'fired'; end;\n", table.Name)
	}
	b.WriteString("commit;\n")
	for _, r := range w.schema.References {
		fmt.Fprintf(&b, "alter table %s add constraint %s_%s foreign key (%s) references %s (%s);\ncommit;\n", r.From, r.Name, r.From, r.FromColumns[0], r.To, r.ToColumns[0])
	}
	text := strings.ReplaceAll(b.String(), "begin new.TEXTO = 'fired'; end;", "begin new.TEXTO = 'fired'; end^")
	text = triggersApart(text)
	if out, err := e.ScriptIn(t.Context(), f.Path, "UTF8", text); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, text)
	}
	return f
}

// triggersApart puts another terminator around the definitions of triggers.
func triggersApart(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "create trigger") {
			line = "set term ^;\n" + line + "set term ;^\n"
		}
		b.WriteString(line)
	}
	return b.String()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// dump are the rows of a database, as lines.
func (w *world) dump(t testing.TB, f firebird.File) []string {
	t.Helper()
	var queries []string
	for _, table := range w.schema.Tables {
		var parts []string
		for _, c := range table.Columns {
			parts = append(parts, "coalesce("+c.Name+", '-')")
		}
		queries = append(queries, fmt.Sprintf("select '%s ' || %s || ' [' || TEXTO || '] [' || cast(MEMO as varchar(20)) || ']' from %s", table.Name, strings.Join(parts, " || ' ' || "), table.Name))
	}
	answers, err := f.Ask(t.Context(), queries...)
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.Concat(answers...)
	slices.Sort(lines)
	return lines
}

// lines are the rows as dump gives them.
func (w *world) lines(d data) []string {
	var all []string
	for _, table := range w.schema.Tables {
		for _, r := range d[table.Name] {
			line := table.Name
			for _, c := range table.Columns {
				if n := r.numbers[c.Name]; n != nil {
					line += fmt.Sprint(" ", *n)
				} else {
					line += " -"
				}
			}
			all = append(all, fmt.Sprintf("%s [%s] [%s]", line, r.text, r.text))
		}
	}
	slices.SortFunc(all, cmp.Compare)
	return all
}
