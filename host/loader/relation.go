package loader

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/firebird"
)

// relation is a table as the database describes it.
type relation struct {
	name     string
	columns  []*column
	unique   []uniqueKey // primary key, unique constraints and indexes, active ones
	foreign  []reference
	triggers bool // active ones
}

type uniqueKey struct {
	name    string
	columns []string
}

type reference struct {
	name, to     string
	columns, has []string // of the table, and of the one that it refers to
}

// column is a column of a table.
type column struct {
	name     string
	kind     kind
	bytes    int // of a text
	letters  int // of a text
	places   int // of a number
	bits     int // of a number
	charset  string
	notNull  bool
	fallback bool // it has a default
	computed bool // by an expression, or always by the engine
}

// kind is what a column holds.
type kind uint8

const (
	kindStrange kind = iota // nothing that a file brings
	kindNumber              // SMALLINT to BIGINT, NUMERIC and DECIMAL
	kindFloat
	kindChar
	kindVarchar
	kindDate
	kindClock
	kindMoment
	kindTruth
	kindMemo // BLOB SUB_TYPE TEXT
	kindBlob
)

// kinds are the types by their numbers in Firebird's own tables.
var kinds = map[int64]kind{
	7: kindNumber, 8: kindNumber, 16: kindNumber, 10: kindFloat, 27: kindFloat, 14: kindChar, 37: kindVarchar, 12: kindDate, 13: kindClock, 35: kindMoment, 23: kindTruth, 261: kindBlob,
}

var bitsOf = map[int64]int{7: 16, 8: 32, 16: 64, 10: 24, 27: 53}

func (r *relation) column(name string) *column {
	at := named(name, len(r.columns), func(i int) string { return r.columns[i].name })
	if at < 0 {
		return nil
	}
	return r.columns[at]
}

func (r *relation) names() []string {
	var all []string
	for _, c := range r.columns {
		if !c.computed && c.kind != kindStrange {
			all = append(all, c.name)
		}
	}
	return all
}

// known tells whether the database itself sees to it that no two rows have the same values there.
func (r *relation) known(columns []string) bool {
	return slices.ContainsFunc(r.unique, func(k uniqueKey) bool { return k.over(columns) })
}

// over tells whether these are its columns, in any order.
func (k uniqueKey) over(columns []string) bool {
	return len(k.columns) == len(columns) && !slices.ContainsFunc(k.columns, func(c string) bool { return !slices.Contains(columns, c) })
}

// named is the place of a name as somebody writes it who does not mind capitals; -1 where there is none.
func named(name string, n int, at func(int) string) int {
	alike := -1
	for i := range n {
		if at(i) == name {
			return i
		}
		if strings.EqualFold(at(i), name) {
			alike = i
		}
	}
	return alike
}

// catalogue is what the database says of the tables that are written to or looked up in.
type catalogue struct {
	relations  map[string]*relation
	names      []string // of all tables
	generators []string
	charset    string
}

// table is the table of a name; nil where there is none.
func (c *catalogue) table(name string) *relation {
	at := named(name, len(c.names), func(i int) string { return c.names[i] })
	if at < 0 {
		return nil
	}
	return c.relations[c.names[at]]
}

// readCatalogue asks the database for those of its tables that are named.
func readCatalogue(ctx context.Context, tx *firebird.Transaction, tables []string) (*catalogue, error) {
	c := &catalogue{relations: map[string]*relation{}, charset: "NONE"}
	err := ask(ctx, tx, `select trim(rdb$relation_name) from rdb$relations
		where coalesce(rdb$system_flag, 0) = 0 and rdb$view_blr is null and coalesce(rdb$relation_type, 0) = 0
		order by 1`, func(v answer) { c.names = append(c.names, v.text(0)) })
	if err != nil {
		return nil, err
	}
	var wanted []string
	for _, name := range tables {
		if at := named(name, len(c.names), func(i int) string { return c.names[i] }); at >= 0 {
			c.relations[c.names[at]] = &relation{name: c.names[at]}
			wanted = append(wanted, sqlText(c.names[at]))
		}
	}
	steps := []func(context.Context, *firebird.Transaction, string) error{c.readGenerators}
	if len(wanted) > 0 {
		steps = append(steps, c.readColumns, c.readKeys, c.readReferences, c.readTriggers)
	}
	for _, step := range steps {
		if err := step(ctx, tx, strings.Join(wanted, ", ")); err != nil {
			return nil, fmt.Errorf("read structure: %w", err)
		}
	}
	return c, nil
}

func (c *catalogue) readGenerators(ctx context.Context, tx *firebird.Transaction, _ string) error {
	err := ask(ctx, tx, `select trim(rdb$generator_name) from rdb$generators where coalesce(rdb$system_flag, 0) = 0 order by 1`,
		func(v answer) { c.generators = append(c.generators, v.text(0)) })
	if err != nil {
		return err
	}
	return ask(ctx, tx, `select trim(rdb$character_set_name) from rdb$database where rdb$character_set_name is not null`,
		func(v answer) { c.charset = v.text(0) })
}

func (c *catalogue) readColumns(ctx context.Context, tx *firebird.Transaction, wanted string) error {
	return ask(ctx, tx, `select trim(f.rdb$relation_name), trim(f.rdb$field_name), cast(t.rdb$field_type as integer), cast(coalesce(t.rdb$field_sub_type, 0) as integer),
		cast(coalesce(t.rdb$field_scale, 0) as integer), cast(t.rdb$field_length as integer), cast(coalesce(t.rdb$character_length, 0) as integer),
		trim(s.rdb$character_set_name), cast(coalesce(f.rdb$null_flag, t.rdb$null_flag, 0) as integer),
		iif(coalesce(f.rdb$default_source, t.rdb$default_source) is null, 0, 1), iif(t.rdb$computed_blr is null, 0, 1), iif(t.rdb$dimensions is null, 0, 1)
		from rdb$relation_fields f join rdb$fields t on t.rdb$field_name = f.rdb$field_source
		left join rdb$character_sets s on s.rdb$character_set_id = t.rdb$character_set_id
		where f.rdb$relation_name in (`+wanted+`) order by f.rdb$relation_name, f.rdb$field_position`, func(v answer) {
		code := v.number(2)
		one := &column{
			name: v.text(1), kind: kinds[code], places: int(-v.number(4)), bits: bitsOf[code], bytes: int(v.number(5)), letters: int(v.number(6)),
			charset: v.text(7), notNull: v.number(8) == 1, fallback: v.number(9) == 1, computed: v.number(10) == 1,
		}
		switch {
		case v.number(11) == 1:
			one.kind = kindStrange
		case one.kind == kindBlob && v.number(3) == 1:
			one.kind = kindMemo
		case one.letters == 0: // a column of the engine's own making says no more than its bytes
			one.letters = one.bytes
		}
		table := c.relations[v.text(0)]
		table.columns = append(table.columns, one)
	})
}

func (c *catalogue) readKeys(ctx context.Context, tx *firebird.Transaction, wanted string) error {
	return ask(ctx, tx, `select trim(i.rdb$relation_name), coalesce(trim(k.rdb$constraint_name), trim(i.rdb$index_name)), trim(s.rdb$field_name)
		from rdb$indices i join rdb$index_segments s on s.rdb$index_name = i.rdb$index_name
		left join rdb$relation_constraints k on k.rdb$index_name = i.rdb$index_name
		where i.rdb$unique_flag = 1 and coalesce(i.rdb$index_inactive, 0) = 0 and i.rdb$relation_name in (`+wanted+`)
		order by i.rdb$relation_name, i.rdb$index_name, s.rdb$field_position`, func(v answer) {
		table := c.relations[v.text(0)]
		if n := len(table.unique); n == 0 || table.unique[n-1].name != v.text(1) {
			table.unique = append(table.unique, uniqueKey{name: v.text(1)})
		}
		last := &table.unique[len(table.unique)-1]
		last.columns = append(last.columns, v.text(2))
	})
}

func (c *catalogue) readReferences(ctx context.Context, tx *firebird.Transaction, wanted string) error {
	return ask(ctx, tx, `select trim(c.rdb$relation_name), trim(c.rdb$constraint_name), trim(s.rdb$field_name), trim(p.rdb$relation_name), trim(ps.rdb$field_name)
		from rdb$relation_constraints c
		join rdb$ref_constraints rc on rc.rdb$constraint_name = c.rdb$constraint_name
		join rdb$relation_constraints p on p.rdb$constraint_name = rc.rdb$const_name_uq
		join rdb$index_segments s on s.rdb$index_name = c.rdb$index_name
		join rdb$index_segments ps on ps.rdb$index_name = p.rdb$index_name and ps.rdb$field_position = s.rdb$field_position
		where c.rdb$constraint_type = 'FOREIGN KEY' and c.rdb$relation_name in (`+wanted+`)
		order by c.rdb$relation_name, c.rdb$constraint_name, s.rdb$field_position`, func(v answer) {
		table := c.relations[v.text(0)]
		if n := len(table.foreign); n == 0 || table.foreign[n-1].name != v.text(1) {
			table.foreign = append(table.foreign, reference{name: v.text(1), to: v.text(3)})
		}
		last := &table.foreign[len(table.foreign)-1]
		last.columns, last.has = append(last.columns, v.text(2)), append(last.has, v.text(4))
	})
}

// readTriggers learns what fills columns by itself.
func (c *catalogue) readTriggers(ctx context.Context, tx *firebird.Transaction, wanted string) error {
	err := ask(ctx, tx, `select distinct trim(rdb$relation_name) from rdb$triggers
		where coalesce(rdb$system_flag, 0) = 0 and coalesce(rdb$trigger_inactive, 0) = 0 and rdb$relation_name in (`+wanted+`)`,
		func(v answer) { c.relations[v.text(0)].triggers = true })
	if err != nil {
		return err
	}
	identities := false // since Firebird 3
	err = ask(ctx, tx, `select 1 from rdb$relation_fields where rdb$relation_name = 'RDB$RELATION_FIELDS' and rdb$field_name = 'RDB$GENERATOR_NAME'`,
		func(answer) { identities = true })
	if err != nil || !identities {
		return err
	}
	return ask(ctx, tx, `select trim(rdb$relation_name), trim(rdb$field_name) from rdb$relation_fields
		where rdb$generator_name is not null and rdb$relation_name in (`+wanted+`)`,
		func(v answer) { c.relations[v.text(0)].column(v.text(1)).fallback = true })
}

// answer is a row of an answer.
type answer []any

func (r answer) text(i int) string {
	text, _ := r[i].(string) // "" for NULL
	return strings.TrimRight(text, " ")
}

func (r answer) number(i int) int64 {
	n, _ := r[i].(int64) // 0 for NULL
	return n
}

func ask(ctx context.Context, tx *firebird.Transaction, query string, row func(answer)) error {
	rows, err := tx.Query(ctx, query, nil, 0)
	if err != nil {
		return err
	}
	for _, v := range rows.Values {
		row(v)
	}
	return nil
}

// quoted is a name as SQL writes it, sqlText a text.
func quoted(name string) string   { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
func sqlText(value string) string { return "'" + strings.ReplaceAll(value, "'", "''") + "'" }

// describe is the column's type as people know it.
func (c *column) describe() string {
	switch c.kind {
	case kindNumber:
		if c.places > 0 {
			return fmt.Sprintf("NUMERIC(%d,%d)", map[int]int{16: 4, 32: 9, 64: 18}[c.bits], c.places)
		}
		return map[int]string{16: "SMALLINT", 32: "INTEGER", 64: "BIGINT"}[c.bits]
	case kindChar:
		return fmt.Sprintf("CHAR(%d)", c.letters)
	case kindVarchar:
		return fmt.Sprintf("VARCHAR(%d)", c.letters)
	}
	return map[kind]string{
		kindFloat: "DOUBLE PRECISION", kindDate: "DATE", kindClock: "TIME", kindMoment: "TIMESTAMP", kindTruth: "BOOLEAN",
		kindMemo: "BLOB SUB_TYPE TEXT", kindBlob: "BLOB",
	}[c.kind]
}
