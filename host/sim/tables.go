package sim

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// A simulated database knows the rows that the test gives it and those that imports write. What a table is, it does not know:
// every column is there, and takes every value. In a table of which the test says nothing, whatever is looked up is found.

// line is a row of a table, by its columns in small letters. It is never changed, but put in the place of another.
type line map[string]any

// tables are those of a database, by their names in capitals. Neither is a list changed that somebody may hold.
type tables map[string][]line

// linesOf are the rows that a test gives; false where one is none.
func linesOf(list any) ([]line, bool) {
	if empty, ok := list.(map[string]any); ok && len(empty) == 0 {
		return []line{}, true
	}
	given, ok := list.([]any)
	if !ok {
		return nil, false
	}
	all := make([]line, len(given))
	for i, one := range given {
		row, ok := one.(map[string]any)
		if !ok {
			return nil, false
		}
		all[i] = line{}
		for name, value := range row {
			switch v := value.(type) {
			case *lua.Decimal:
				value = firebird.Decimal(v.String())
			case float64: // money is a NUMERIC
				value = firebird.Decimal(strconv.FormatFloat(v, 'f', -1, 64))
			}
			all[i][strings.ToLower(name)] = value
		}
	}
	return all, true
}

// give says what tables hold from now on.
func (d *database) give(all map[string]any) error {
	d.tables, d.given = cloned(d.tables), cloned(d.given)
	for name, list := range all {
		lines, ok := linesOf(list)
		if !ok {
			return message.New("option.value", "sim.table", message.Args{"table": name})
		}
		name = strings.ToUpper(name)
		d.tables[name], d.given[name] = lines, true
	}
	return nil
}

// cloned is a map of one's own, also of none.
func cloned[M ~map[string]V, V any](m M) M {
	own := M{}
	maps.Copy(own, m)
	return own
}

// load writes the rows of one import into the tables, as host/loader does; nobody sees them until they are kept.
type load struct {
	targets []loader.Target
	options loader.Options
	given   map[string]bool
	tables  tables
	counts  []loader.Count
}

func (d *database) load(targets []loader.Target, o loader.Options) *load {
	l := &load{targets: targets, options: o, given: d.given, tables: cloned(d.tables), counts: make([]loader.Count, len(targets))}
	for n, t := range targets {
		l.counts[n].Table = t.Table
	}
	return l
}

// unit is what is written whole or not at all.
type unit struct {
	*load
	first   int64
	rows    []line // of each target, the last one
	deleted []bool
}

// Add writes a unit. One that can not be is refused, and leaves nothing behind.
func (l *load) Add(_ context.Context, rows []loader.Row) error {
	before, counts := maps.Clone(l.tables), slices.Clone(l.counts)
	u := &unit{load: l, first: rows[0].Line, rows: make([]line, len(l.targets)), deleted: make([]bool, len(l.targets))}
	good := true
	for _, r := range rows {
		good = u.put(r) && good
	}
	if !good {
		l.tables, l.counts = before, counts
	}
	return nil
}

// Flush has nothing to wait for.
func (l *load) Flush(context.Context) error { return nil }

// Counts are the rows of each target.
func (l *load) Counts() []loader.Count { return slices.Clone(l.counts) }

// Current are the rows that keys name.
func (l *load) Current(_ context.Context, target int, keys [][]layout.Value) ([]*loader.Current, error) {
	t := &l.targets[target]
	found := make([]*loader.Current, len(keys))
	for i, key := range keys {
		wanted := line{}
		for k, column := range t.Key {
			wanted[strings.ToLower(column)] = valueOf(key[k])
		}
		at := l.find(t.Table, wanted)
		if at < 0 {
			continue
		}
		row := l.tables[strings.ToUpper(t.Table)][at]
		found[i] = &loader.Current{}
		for _, name := range slices.Sorted(maps.Keys(row)) {
			found[i].Columns, found[i].Values = append(found[i].Columns, firebird.Column{Name: name}), append(found[i].Values, row[name])
		}
	}
	return found, nil
}

// find is where the row lies that has these values; -1 where none does.
func (l *load) find(table string, values line) int {
	return slices.IndexFunc(l.tables[strings.ToUpper(table)], func(row line) bool {
		for name, value := range values {
			if value == nil || !sameValue(row[name], value) {
				return false
			}
		}
		return true
	})
}

// put writes one row.
func (u *unit) put(r loader.Row) bool {
	t := &u.targets[r.Target]
	under := len(t.Parent) > 0
	if under && u.deleted[t.Under] {
		u.deleted[r.Target] = true
		return true
	}
	row, good := u.row(t, r)
	if !good {
		return false
	}
	if under {
		for column, above := range t.Parent {
			if value := u.rows[t.Under][strings.ToLower(above)]; value != nil {
				row[strings.ToLower(column)] = value
			}
		}
	}
	at := -1
	if len(t.Key) > 0 {
		key := line{}
		for _, column := range t.Key {
			name := strings.ToLower(column)
			if key[name] = row[name]; row[name] == nil {
				return u.refuse(r, t, loader.Refusal{Column: column}, message.New("txt.record", "load.required", message.Args{"column": column, "table": t.Table}))
			}
		}
		at = u.find(t.Table, key)
		if at >= 0 && t.Exists == loader.Reject && !r.Delete {
			return u.refuse(r, t, loader.Refusal{}, message.New("db.constraint", "load.exists", message.Args{"table": t.Table, "key": fmt.Sprint(key)}))
		}
	}
	u.deleted[r.Target] = r.Delete
	u.write(t, r, row, at)
	return true
}

// row is what a record brings.
func (u *unit) row(t *loader.Target, r loader.Row) (row line, good bool) {
	row, good = line{}, true
	for _, a := range t.Columns {
		row[strings.ToLower(a.Column)] = valueOf(r.Values[a.Value])
	}
	for column, l := range t.Lookup {
		by, said, field := line{}, []string{}, ""
		for _, a := range l.By {
			value := valueOf(r.Values[a.Value])
			by[strings.ToLower(a.Column)] = value
			said, field = append(said, fmt.Sprintf("%s = %v", a.Column, value)), a.Field
		}
		at := u.find(l.Table, by)
		switch {
		case at >= 0:
			row[strings.ToLower(column)] = u.tables[strings.ToUpper(l.Table)][at][strings.ToLower(l.Take)]
		case !u.given[strings.ToUpper(l.Table)] || l.Missing == loader.MissingNull || r.Delete:
		case l.Missing == loader.MissingCreate:
			u.insert(l.Table, by)
			u.counts[r.Target].Created++
			row[strings.ToLower(column)] = by[strings.ToLower(l.Take)]
		default:
			args := message.Args{"column": column, "table": l.Table, "key": strings.Join(said, ", ")}
			good = u.refuse(r, t, loader.Refusal{Column: column, Field: field}, message.New("db.constraint", "load.not_found", args))
		}
	}
	return row, good
}

func (u *unit) refuse(r loader.Row, t *loader.Target, said loader.Refusal, err *message.Error) bool {
	said.Unit, said.Line, said.Target, said.Record, said.Table, said.Err = u.first, r.Line, r.Target, t.Record, t.Table, err
	u.options.Refused(said)
	return false
}

// write inserts a row, or changes or deletes the one that lies there.
func (u *unit) write(t *loader.Target, r loader.Row, row line, at int) {
	table, count := strings.ToUpper(t.Table), &u.counts[r.Target]
	switch {
	case r.Delete:
		if at >= 0 {
			u.clear(r.Target, u.tables[table][at])
			u.tables[table] = slices.Delete(slices.Clone(u.tables[table]), at, at+1)
			count.Deleted++
		}
	case at < 0:
		for column := range t.Generate {
			row[strings.ToLower(column)] = u.next(table, strings.ToLower(column))
		}
		u.insert(table, row)
		count.Inserted++
	case t.Exists == loader.Keep:
		row = u.tables[table][at]
		count.Kept++
	default:
		changed := maps.Clone(u.tables[table][at])
		for name, value := range row {
			if value != nil || t.Empty != loader.EmptyKeep {
				changed[name] = value
			}
		}
		if t.ReplaceChildren {
			u.clear(r.Target, changed)
		}
		u.tables[table] = slices.Clone(u.tables[table])
		u.tables[table][at], row = changed, changed
		count.Updated++
	}
	u.rows[r.Target] = row
}

func (l *load) insert(table string, row line) {
	table = strings.ToUpper(table)
	l.tables[table] = append(slices.Clone(l.tables[table]), row)
}

// next is a number that no row has.
func (l *load) next(table, column string) int64 {
	highest := int64(0)
	for _, row := range l.tables[table] {
		if n, ok := row[column].(int64); ok {
			highest = max(highest, n)
		}
	}
	return highest + 1
}

// clear deletes what stands under a row.
func (l *load) clear(target int, row line) {
	for n := range l.targets {
		child := &l.targets[n]
		if len(child.Parent) == 0 || child.Under != target {
			continue
		}
		table := strings.ToUpper(child.Table)
		l.tables[table] = slices.DeleteFunc(slices.Clone(l.tables[table]), func(one line) bool {
			for column, above := range child.Parent {
				if !sameValue(one[strings.ToLower(column)], row[strings.ToLower(above)]) {
					return false
				}
			}
			l.clear(n, one)
			return true
		})
	}
}

// valueOf is a value as a query gives it.
func valueOf(v layout.Value) any {
	switch {
	case v.Kind == layout.Null:
		return nil
	case v.Kind == layout.Flag:
		return v.N != 0
	case v.Kind == layout.Number && v.Places == 0:
		return v.N
	case v.Kind == layout.Number:
		return firebird.Decimal(v.String())
	}
	return strings.TrimRight(v.String(), " ")
}

// sameValue compares as a database does: 7 is 7.00, and "007" where the other is a number.
func sameValue(one, other any) bool {
	_, text := one.(string)
	_, also := other.(string)
	if text && also || one == nil || other == nil {
		return one == other
	}
	a, good := new(big.Rat).SetString(fmt.Sprint(one))
	b, fine := new(big.Rat).SetString(fmt.Sprint(other))
	return good && fine && a.Cmp(b) == 0 || fmt.Sprint(one) == fmt.Sprint(other)
}

// rowsIn are the rows of a table as scripts see those of a query.
func (s *Store) rowsIn(a *rowsArgs) ([]map[string]any, error) {
	if _, err := s.config.Database(a.Database); err != nil {
		return nil, err
	}
	all := []map[string]any{}
	for _, row := range s.databases[a.Database].tables[strings.ToUpper(a.Table)] {
		one := map[string]any{}
		for name, value := range row {
			if number, ok := value.(firebird.Decimal); ok {
				d, err := lua.ParseDecimal(string(number))
				if err != nil {
					return nil, err
				}
				value = d
			}
			if value != nil {
				one[name] = value
			}
		}
		all = append(all, one)
	}
	return all, nil
}

var _ exchange.Writer = (*load)(nil)
