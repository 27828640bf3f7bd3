package company

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// tab stands between the values of a row of the catalogue: no name has one.
const tab = "\t"

// row is SQL that gives several expressions as one text. NULL is "".
func row(expressions ...string) string {
	for i, e := range expressions {
		expressions[i] = "coalesce(trim(trailing from " + e + "), '')"
	}
	return strings.Join(expressions, " || ascii_char(9) || ")
}

// Tables that hold a store's data. Type 2 lies in a file of its own, 4 and 5 are empty at every beginning.
const ours = `coalesce(r.rdb$system_flag, 0) = 0 and r.rdb$view_blr is null and coalesce(r.rdb$relation_type, 0) = 0`

// Read reads what a database says of its structure. The error is company.profile for one of SQL dialect 1, which knows neither
// names in quotes nor large numbers: nothing here is written for it.
func Read(ctx context.Context, from Asker) (Schema, error) {
	r := &reading{}
	if err := r.knows(ctx, from); err != nil {
		return Schema{}, err
	}
	for _, ask := range []func(){r.charset, r.tables, r.columns, r.identities, r.keys, r.references, r.triggers, r.generators} {
		ask()
	}
	err := r.ask(ctx, from)
	return r.schema, err
}

// reading asks everything at once and takes the answers in turn.
type reading struct {
	schema   Schema
	identity bool // the engine knows identity columns: 3.0 and later
	queries  []string
	takers   []func(line string)
}

func (r *reading) ask(ctx context.Context, from Asker) error {
	answers, err := from.Ask(ctx, r.queries...)
	if err != nil {
		return fmt.Errorf("read structure: %w", err)
	}
	for i, take := range r.takers {
		for _, line := range answers[i] {
			take(line)
		}
	}
	return nil
}

// each asks a query of rows; take gets the values of each.
func (r *reading) each(width int, query string, take func(v []string)) {
	r.queries = append(r.queries, query)
	r.takers = append(r.takers, func(line string) {
		values := strings.Split(line, tab)
		for len(values) < width { // a value at the end that is blank may have been cut
			values = append(values, "")
		}
		take(values)
	})
}

// knows asks what the engine's own tables can be asked.
func (r *reading) knows(ctx context.Context, from Asker) error {
	answers, err := from.Ask(ctx, "select "+row("f.rdb$field_name")+` from rdb$relation_fields f
		where f.rdb$relation_name = 'RDB$RELATION_FIELDS' and f.rdb$field_name = 'RDB$GENERATOR_NAME'`,
		"select mon$sql_dialect from mon$database")
	if err != nil {
		return fmt.Errorf("read structure: %w", err)
	}
	if slices.Equal(answers[1], []string{"1"}) {
		return message.New("company.profile", "company.dialect", nil)
	}
	r.identity = len(answers[0]) > 0
	return nil
}

func (r *reading) charset() {
	r.schema.Charset = "NONE"
	r.each(1, "select "+row("rdb$character_set_name")+" from rdb$database", func(v []string) {
		if v[0] != "" {
			r.schema.Charset = v[0]
		}
	})
}

func (r *reading) tables() {
	r.each(1, "select "+row("r.rdb$relation_name")+" from rdb$relations r where "+ours+" order by r.rdb$relation_name", func(v []string) {
		r.schema.Tables = append(r.schema.Tables, Table{Name: v[0]})
	})
}

func (r *reading) columns() {
	query := "select " + row("f.rdb$relation_name", "f.rdb$field_name", "t.rdb$field_type", "coalesce(t.rdb$field_sub_type, 0)", "coalesce(t.rdb$field_scale, 0)",
		"t.rdb$field_length", "s.rdb$character_set_name", "coalesce(f.rdb$null_flag, t.rdb$null_flag, 0)",
		"iif(coalesce(f.rdb$default_source, t.rdb$default_source) is null, 0, 1)", "iif(t.rdb$computed_blr is null, 0, 1)",
		"iif(t.rdb$dimensions is null, 0, 1)", "t.rdb$character_length") + `
		from rdb$relation_fields f
		join rdb$relations r on r.rdb$relation_name = f.rdb$relation_name
		join rdb$fields t on t.rdb$field_name = f.rdb$field_source
		left join rdb$character_sets s on s.rdb$character_set_id = t.rdb$character_set_id
		where ` + ours + ` order by f.rdb$relation_name, f.rdb$field_position`
	r.each(12, query, func(v []string) {
		table := r.schema.Table(v[0])
		if table == nil {
			return
		}
		c := Column{
			Name: v[1], Kind: kind(v[2], v[4]), Type: strings.Join([]string{v[2], v[3], v[4], v[5], v[11], v[6]}, "/"),
			NotNull: v[7] == "1", Default: v[8] == "1", Computed: v[9] == "1", Array: v[10] == "1",
		}
		if c.Kind == Text || c.Kind == Blob && v[3] == "1" {
			c.Charset = v[6]
		}
		table.Columns = append(table.Columns, c)
	})
}

// kind is what a column of that type holds, by the numbers of Firebird's own tables.
func kind(code, scale string) Kind {
	switch code {
	case "14", "37", "40":
		return Text
	case "7", "8", "16", "26":
		if scale == "0" || scale == "" {
			return Whole
		}
		return Number
	case "12", "13", "35", "28", "29":
		return Moment
	case "261":
		return Blob
	case "23":
		return Truth
	}
	return Number
}

// identities adds what Firebird knows since 3.0, and what it knows since 4.0.
func (r *reading) identities() {
	if !r.identity {
		return
	}
	query := "select " + row("f.rdb$relation_name", "f.rdb$field_name", "f.rdb$generator_name", "f.rdb$identity_type") +
		" from rdb$relation_fields f where f.rdb$generator_name is not null"
	r.each(4, query, func(v []string) {
		table := r.schema.Table(v[0])
		if table == nil {
			return
		}
		if c := table.Column(v[1]); c != nil {
			c.Generator, c.Always = v[2], v[3] == "0"
			r.schema.Generators = append(r.schema.Generators, Generator{Name: v[2], Table: v[0], Column: v[1]})
		}
	})
}

// keys are the primary keys, what was declared unique, and unique indexes over columns, not over an expression.
func (r *reading) keys() {
	query := "select " + row("i.rdb$relation_name", "i.rdb$index_name", "c.rdb$constraint_type", "s.rdb$field_name") + `
		from rdb$indices i
		join rdb$relations r on r.rdb$relation_name = i.rdb$relation_name
		join rdb$index_segments s on s.rdb$index_name = i.rdb$index_name
		left join rdb$relation_constraints c on c.rdb$index_name = i.rdb$index_name
		where ` + ours + ` and i.rdb$unique_flag = 1 and coalesce(i.rdb$index_inactive, 0) = 0
		order by i.rdb$relation_name, iif(c.rdb$constraint_type = 'PRIMARY KEY', 0, 1), i.rdb$index_id, i.rdb$index_name, s.rdb$field_position`
	r.each(4, query, func(v []string) {
		table := r.schema.Table(v[0])
		if table == nil {
			return
		}
		if n := len(table.Keys); n > 0 && table.Keys[n-1].Name == v[1] {
			table.Keys[n-1].Columns = append(table.Keys[n-1].Columns, v[3])
			return
		}
		table.Keys = append(table.Keys, Key{Name: v[1], Columns: []string{v[3]}, Primary: v[2] == "PRIMARY KEY"})
	})
}

func (r *reading) references() {
	query := "select " + row("c.rdb$relation_name", "c.rdb$constraint_name", "s.rdb$field_name", "p.rdb$relation_name", "ps.rdb$field_name") + `
		from rdb$relation_constraints c
		join rdb$ref_constraints rc on rc.rdb$constraint_name = c.rdb$constraint_name
		join rdb$relation_constraints p on p.rdb$constraint_name = rc.rdb$const_name_uq
		join rdb$index_segments s on s.rdb$index_name = c.rdb$index_name
		join rdb$index_segments ps on ps.rdb$index_name = p.rdb$index_name and ps.rdb$field_position = s.rdb$field_position
		where c.rdb$constraint_type = 'FOREIGN KEY' order by c.rdb$relation_name, c.rdb$constraint_name, s.rdb$field_position`
	r.each(5, query, func(v []string) {
		if r.schema.Table(v[0]) == nil || r.schema.Table(v[3]) == nil {
			return
		}
		all := r.schema.References
		if n := len(all); n == 0 || all[n-1].From != v[0] || all[n-1].Name != v[1] {
			r.schema.References = append(r.schema.References, Reference{Name: v[1], From: v[0], To: v[3]})
		}
		last := &r.schema.References[len(r.schema.References)-1]
		last.FromColumns, last.ToColumns = append(last.FromColumns, v[2]), append(last.ToColumns, v[4])
	})
}

func (r *reading) triggers() {
	r.each(4, "select "+row("t.rdb$trigger_name", "t.rdb$relation_name", "t.rdb$trigger_type", "coalesce(t.rdb$trigger_inactive, 0)")+
		" from rdb$triggers t where coalesce(t.rdb$system_flag, 0) = 0 order by t.rdb$trigger_name", func(v []string) {
		number, _ := strconv.Atoi(v[2]) // of a number
		r.schema.Triggers = append(r.schema.Triggers, Trigger{Name: v[0], Table: v[1], Type: number, Active: v[3] == "0"})
	})
}

func (r *reading) generators() {
	r.each(1, "select "+row("g.rdb$generator_name")+" from rdb$generators g where coalesce(g.rdb$system_flag, 0) = 0 order by g.rdb$generator_name", func(v []string) {
		r.schema.Generators = append(r.schema.Generators, Generator{Name: v[0]})
	})
}
