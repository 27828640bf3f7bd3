package company

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/djscript/djscript/host/firebird"
)

// make makes the tables that are gone, as the copy has them: their columns and keys now, what else hangs on them when they
// are full. Triggers of theirs stay away.
func (r *returning) make(ctx context.Context) error {
	if len(r.made) == 0 {
		return nil
	}
	m := &making{from: &r.From.Division.Schema, into: &r.Into.Division.Schema, tables: r.made}
	if err := m.read(ctx, r.From.Runner, r.Into.Runner); err != nil {
		return err
	}
	var script []firebird.Statement
	for _, name := range r.made {
		script = append(script, do("CREATE TABLE %s (%s)", quote(name), strings.Join(m.columns[name], ", ")))
		for _, key := range m.from.Table(name).Keys {
			if slices.ContainsFunc(m.indexes, func(i index) bool { return i.name == key.Name }) {
				continue // no constraint: it is made with the other indexes
			}
			kind := "UNIQUE"
			if key.Primary {
				kind = "PRIMARY KEY"
			}
			script = append(script, do("ALTER TABLE %s ADD %s%s (%s)", quote(name), constraint(key.Name), kind, quoteAll("", key.Columns)))
		}
	}
	if _, err := r.run(ctx, Clearing, &r.Into, script); err != nil {
		return fmt.Errorf("make tables again: %w", err)
	}
	r.hang = m.hanging()
	schema, err := Read(ctx, r.Into.Runner)
	r.Into.Division.Schema = schema
	return err
}

// constraint is the beginning of a constraint that somebody gave a name.
func constraint(name string) string {
	if name == "" || strings.HasPrefix(name, "INTEG_") || strings.HasPrefix(name, "RDB$") {
		return ""
	}
	return "CONSTRAINT " + quote(name) + " "
}

// making is how tables of the copy are made in the database.
type making struct {
	from, into *Schema
	tables     []string
	domains    []string            // that the database has
	roles      []string            // that it has
	columns    map[string][]string // definitions, by table
	references map[string]reference
	indexes    []index
	checks     []check
	grants     []string
}

// check is what every row of a table has to be like.
type check struct{ table, name, source string }

// reference is what happens to a row when the one that it refers to changes or goes.
type reference struct{ update, delete string }

func (r reference) rules() (text string) {
	for i, rule := range []string{r.update, r.delete} {
		if rule != "" && rule != "RESTRICT" {
			text += []string{" ON UPDATE ", " ON DELETE "}[i] + rule
		}
	}
	return text
}

type index struct {
	table, name, kind string
	columns           []string
}

// line is a text of Firebird's own tables as one line.
func line(blob string) string {
	return "replace(replace(cast(" + blob + " as varchar(2000) character set utf8), ascii_char(13), ' '), ascii_char(10), ' ')"
}

func (m *making) read(ctx context.Context, from, into Asker) error {
	m.columns, m.references = map[string][]string{}, map[string]reference{}
	here := &reading{}
	here.each(1, "select "+row("rdb$field_name")+" from rdb$fields where coalesce(rdb$system_flag, 0) = 0 and rdb$field_name not starting with 'RDB$'",
		func(v []string) { m.domains = append(m.domains, v[0]) })
	there := &reading{}
	there.each(14, "select "+row("f.rdb$relation_name", "f.rdb$field_name", "f.rdb$field_source", "t.rdb$field_type", "t.rdb$field_sub_type",
		"t.rdb$field_precision", "t.rdb$field_scale", "coalesce(t.rdb$character_length, t.rdb$field_length)", "s.rdb$character_set_name",
		"coalesce(f.rdb$null_flag, 0)", "coalesce(t.rdb$null_flag, 0)", line("f.rdb$default_source"), line("t.rdb$default_source"), line("t.rdb$computed_source"))+`
		from rdb$relation_fields f join rdb$fields t on t.rdb$field_name = f.rdb$field_source
		left join rdb$character_sets s on s.rdb$character_set_id = t.rdb$character_set_id and t.rdb$field_type in (14, 37, 261)
		where coalesce(f.rdb$system_flag, 0) = 0 order by f.rdb$relation_name, f.rdb$field_position`, func(v []string) {
		if slices.Contains(m.tables, v[0]) {
			m.columns[v[0]] = append(m.columns[v[0]], m.column(v))
		}
	})
	there.each(3, "select "+row("c.rdb$constraint_name", "c.rdb$update_rule", "c.rdb$delete_rule")+" from rdb$ref_constraints c",
		func(v []string) { m.references[v[0]] = reference{v[1], v[2]} })
	there.each(5, "select "+row("i.rdb$relation_name", "i.rdb$index_name", "coalesce(i.rdb$unique_flag, 0)", "coalesce(i.rdb$index_type, 0)", "g.rdb$field_name")+`
		from rdb$indices i join rdb$index_segments g on g.rdb$index_name = i.rdb$index_name
		left join rdb$relation_constraints c on c.rdb$index_name = i.rdb$index_name
		where c.rdb$index_name is null and coalesce(i.rdb$system_flag, 0) = 0 order by i.rdb$index_name, g.rdb$field_position`, m.index)
	// Firebird keeps a check as two triggers with the same text, one for new rows (type 1) and one for those that change.
	there.each(3, "select "+row("t.rdb$relation_name", "c.rdb$constraint_name", line("t.rdb$trigger_source"))+`
		from rdb$relation_constraints c join rdb$check_constraints k on k.rdb$constraint_name = c.rdb$constraint_name
		join rdb$triggers t on t.rdb$trigger_name = k.rdb$trigger_name
		where c.rdb$constraint_type = 'CHECK' and t.rdb$trigger_type = 1 order by c.rdb$constraint_name`, func(v []string) {
		if slices.Contains(m.tables, v[0]) {
			m.checks = append(m.checks, check{v[0], v[1], v[2]})
		}
	})
	here.each(1, "select "+row("rdb$role_name")+" from rdb$roles", func(v []string) { m.roles = append(m.roles, v[0]) })
	there.each(5, "select distinct "+row("p.rdb$relation_name", "p.rdb$privilege", "p.rdb$user", "p.rdb$user_type", "p.rdb$field_name")+`
		from rdb$user_privileges p where p.rdb$user_type in (8, 13) and p.rdb$object_type = 0 and p.rdb$user <> 'SYSDBA'`, m.grant)
	// What the database has comes first: what is taken of the other depends on it.
	if err := here.ask(ctx, into); err != nil {
		return err
	}
	return there.ask(ctx, from)
}

// column is a column's definition. A domain that is gone is made what it stood for.
func (m *making) column(v []string) string {
	name, source, ownNull, domainNull, ownDefault, domainDefault, computed := quote(v[1]), v[2], v[9] == "1", v[10] == "1", v[11], v[12], v[13]
	if computed != "" {
		return name + " COMPUTED BY " + computed
	}
	kind, initial, never := quote(source), ownDefault, ownNull
	if !slices.Contains(m.domains, source) {
		kind, never = sqlType(v[3:9]), ownNull || domainNull
		if initial == "" {
			initial = domainDefault
		}
	}
	definition := name + " " + kind
	if c := m.from.Table(v[0]).Column(v[1]); c != nil && c.Generator != "" {
		how := "BY DEFAULT"
		if c.Always {
			how = "ALWAYS"
		}
		return definition + " GENERATED " + how + " AS IDENTITY"
	}
	if initial != "" {
		definition += " " + spelled(initial) // it says DEFAULT itself
	}
	if never {
		definition += " NOT NULL"
	}
	return definition
}

// literal is a text in SQL, with what may stand before it to say how it is written.
var literal = regexp.MustCompile(`(_\w+\s*)?'(?:[^']|'')*'`)

// spelled says of texts with letters that are not of ASCII how they are written, which the connection does not.
func spelled(source string) string {
	return literal.ReplaceAllStringFunc(source, func(one string) string {
		if one[0] == '_' || !strings.ContainsFunc(one, func(c rune) bool { return c >= utf8.RuneSelf }) {
			return one
		}
		return "_UTF8 " + one
	})
}

// sqlType is a type by the numbers of Firebird's own tables: type, subtype, precision, scale, length, character set.
func sqlType(v []string) string {
	code, subtype, precision, length, charset := v[0], v[1], v[2], v[4], v[5]
	exact := map[string]string{"1": "NUMERIC", "2": "DECIMAL"}[subtype]
	scale, _ := strconv.Atoi(v[3])
	switch {
	case code == "14" || code == "37":
		kind := map[string]string{"14": "CHAR", "37": "VARCHAR"}[code] + "(" + length + ")"
		if charset != "" {
			kind += " CHARACTER SET " + charset
		}
		return kind
	case code == "261" && subtype == "1" && charset != "":
		return "BLOB SUB_TYPE 1 CHARACTER SET " + charset
	case code == "261":
		return "BLOB SUB_TYPE " + subtype
	case exact != "" || scale < 0:
		most := map[string]string{"7": "4", "8": "9", "16": "18", "26": "38", "27": "15"}[code]
		if precision == "" || precision == "0" {
			precision = most
		}
		if exact == "" {
			exact = "NUMERIC"
		}
		return fmt.Sprintf("%s(%s, %d)", exact, precision, -scale)
	}
	return map[string]string{
		"7": "SMALLINT", "8": "INTEGER", "16": "BIGINT", "26": "INT128", "10": "FLOAT", "27": "DOUBLE PRECISION", "12": "DATE", "13": "TIME", "35": "TIMESTAMP",
		"23": "BOOLEAN", "24": "DECFLOAT(16)", "25": "DECFLOAT(34)", "28": "TIME WITH TIME ZONE", "29": "TIMESTAMP WITH TIME ZONE",
	}[code]
}

func (m *making) index(v []string) {
	if !slices.Contains(m.tables, v[0]) {
		return
	}
	if n := len(m.indexes); n > 0 && m.indexes[n-1].name == v[1] {
		m.indexes[n-1].columns = append(m.indexes[n-1].columns, v[4])
		return
	}
	kind := ""
	if v[2] == "1" {
		kind = "UNIQUE "
	}
	if v[3] == "1" {
		kind += "DESCENDING "
	}
	m.indexes = append(m.indexes, index{table: v[0], name: v[1], kind: kind, columns: []string{v[4]}})
}

// grant lets a user, or a role that the database still has, do what he could do with the table, or with one column of it.
func (m *making) grant(v []string) {
	table, name, role := v[0], v[2], v[3] == "13"
	what := map[string]string{"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE", "R": "REFERENCES"}[v[1]]
	if what == "" || !slices.Contains(m.tables, table) || role && !slices.Contains(m.roles, name) {
		return
	}
	if v[4] != "" {
		what += " (" + quote(v[4]) + ")"
	}
	whom := "USER"
	if role {
		whom = "ROLE"
	}
	m.grants = append(m.grants, fmt.Sprintf("GRANT %s ON %s TO %s %s", what, quote(table), whom, quote(name)))
}

// hanging is what hangs on the tables: indexes, references to tables that are there, checks, who may use them.
func (m *making) hanging() (script []firebird.Statement) {
	for _, i := range m.indexes {
		script = append(script, do("CREATE %sINDEX %s ON %s (%s)", i.kind, quote(i.name), quote(i.table), quoteAll("", i.columns)))
	}
	for _, f := range m.from.References {
		if !slices.Contains(m.tables, f.From) || !slices.Contains(m.tables, f.To) && !m.into.Table(f.To).has(f.ToColumns) {
			continue
		}
		rules := m.references[f.Name].rules()
		script = append(script, do("ALTER TABLE %s ADD %sFOREIGN KEY (%s) REFERENCES %s (%s)%s", quote(f.From), constraint(f.Name), quoteAll("", f.FromColumns), quote(f.To), quoteAll("", f.ToColumns), rules))
	}
	for _, c := range m.checks {
		script = append(script, do("ALTER TABLE %s ADD %s%s", quote(c.table), constraint(c.name), spelled(c.source)))
	}
	for _, g := range m.grants {
		script = append(script, do("%s", g))
	}
	return script
}
