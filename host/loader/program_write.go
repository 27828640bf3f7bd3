package loader

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// What a row is refused for by the block itself.
const (
	reasonExists  = 1
	reasonMissing = 2  // and that many more: the lookup
	reasonTooLong = -1 // it is not even called
)

// refuse gives a reason and fails the unit: a block has no other way to fail than to do something impossible.
func (w *program) refuse(reason int) { w.line("begin ROW_REASON = %d; Z = 1 / Z; end", reason) }

// write puts a row where it belongs.
func (w *program) write(t *target) {
	for i, l := range t.lookups {
		w.lookUp(t, i, l)
	}
	switch {
	case len(t.key) == 0:
		w.insert(t)
	case t.Exists == Reject:
		if !t.relation.known(names(t.key)) { // else the engine refuses it, and for free
			w.line("if (exists(select 1 from %s where %s)) then", quoted(t.relation.name), t.itself())
			w.refuse(reasonExists)
		}
		w.insert(t)
	case t.stays:
		w.find(t)
		w.line("if (N = 0) then begin")
		w.insert(t)
		w.line("end")
		w.replace(t)
	default:
		// Another may insert the row between the two: then the unit fails, and is run again.
		w.line("update %s set %s where %s%s;\nN = row_count;\nif (N = 0) then begin", quoted(t.relation.name), strings.Join(t.changes(), ", "), t.itself(), t.returning())
		w.insert(t)
		w.line("end else begin\nI%[1]d = I%[1]d + N * %[2]d;\nend", t.place, oneUpdated)
		w.replace(t)
	}
}

// changes are the assignments of an UPDATE.
func (t *target) changes() []string {
	var all []string
	for _, f := range t.fills {
		if f.fresh || slices.Contains(t.key, f.column) {
			continue
		}
		value := f.from
		if t.Empty == EmptyKeep {
			value = fmt.Sprintf("coalesce(%s, %s)", value, quoted(f.column.name))
		}
		all = append(all, quoted(f.column.name)+" = "+value)
	}
	return all
}

// itself is the condition that finds the row.
func (t *target) itself() string {
	var all []string
	for _, c := range t.key {
		at := slices.IndexFunc(t.fills, func(f fill) bool { return f.column == c })
		all = append(all, quoted(c.name)+" = "+t.fills[at].from)
	}
	return strings.Join(all, " and ")
}

// returning gives the targets below what they take of the row.
func (t *target) returning() string {
	if len(t.carried) == 0 {
		return ""
	}
	return " returning " + quotedNames(t.carried) + " into " + t.carriedNames()
}

func (t *target) carriedNames() string {
	var into []string
	for _, c := range t.carried {
		into = append(into, t.carry(c))
	}
	return strings.Join(into, ", ")
}

// straight says that rows are inserted as they come, and nothing is asked before.
func (t *target) straight() bool {
	return (len(t.key) == 0 || t.Exists == Reject && t.relation.known(names(t.key))) && len(t.lookups) == 0
}

// insertStraight inserts a row out of the text itself: to pass through variables costs the server a fifteenth of its time. The
// values of a row of which some are empty do.
func (w *program) insertStraight(t *target) {
	cut := map[string]string{}
	for i, s := range t.slots {
		cut[t.variable(i)] = t.cut(i, s)
	}
	if t.marks() > 0 {
		w.line("if (substring(:R from %d for 1) = '%c') then begin", headNulls, full)
	}
	w.insertFrom(t, cut)
	if t.marks() == 0 {
		return
	}
	w.line("end else begin")
	for i, s := range t.slots {
		w.unpackMarked(t, i, s)
	}
	w.insert(t)
	w.line("end")
}

func (w *program) insert(t *target) { w.insertFrom(t, nil) }

// insertFrom inserts a row, with expressions in place of some variables.
func (w *program) insertFrom(t *target, instead map[string]string) {
	var columns []*column
	var values []string
	for _, f := range t.fills {
		columns, values = append(columns, f.column), append(values, cmp.Or(instead[f.from], f.from))
	}
	w.line("insert into %s (%s) values (%s)%s;\nI%[5]d = I%[5]d + 1;", quoted(t.relation.name), quotedNames(columns), strings.Join(values, ", "), t.returning(), t.place)
}

// find sets N to whether the row is there.
func (w *program) find(t *target) {
	if len(t.carried) > 0 {
		w.line("select %s from %s where %s into %s;\nN = row_count;", quotedNames(t.carried), quoted(t.relation.name), t.itself(), t.carriedNames())
		return
	}
	w.line("N = iif(exists(select 1 from %s where %s), 1, 0);", quoted(t.relation.name), t.itself())
}

// replace deletes what stands under a row that was there.
func (w *program) replace(t *target) {
	if t.ReplaceChildren && len(t.under) > 0 {
		w.line("if (N > 0) then begin")
		w.clear(t)
		w.line("end")
	}
}

// clear deletes what stands under the row, the deepest first.
func (w *program) clear(t *target) {
	for _, child := range slices.Backward(t.under) {
		w.clearUnder(child, func(alias string) string {
			return joined(child, func(column, from *column) string {
				return fmt.Sprintf("%s.%s = %s", alias, quoted(column.name), t.carry(from))
			}, t)
		})
	}
}

// clearUnder deletes the rows of a target of which the condition holds, and before them those under them.
func (w *program) clearUnder(t *target, condition func(alias string) string) {
	for _, child := range slices.Backward(t.under) {
		w.clearUnder(child, func(alias string) string {
			above := fmt.Sprintf("A%d", t.place)
			return fmt.Sprintf("exists(select 1 from %s %s where %s and %s)", quoted(t.relation.name), above, condition(above),
				joined(child, func(column, from *column) string {
					return fmt.Sprintf("%s.%s = %s.%s", alias, quoted(column.name), above, quoted(from.name))
				}, t))
		})
	}
	alias := fmt.Sprintf("A%d", t.place)
	w.line("delete from %s %s where %s;\nD%[4]d = D%[4]d + row_count;", quoted(t.relation.name), alias, condition(alias), t.place)
}

// joined are the conditions under which a row of child stands under one of t.
func joined(child *target, one func(column, from *column) string, t *target) string {
	var all []string
	for column, from := range child.Parent {
		all = append(all, one(child.relation.column(column), t.relation.column(from)))
	}
	slices.Sort(all)
	return strings.Join(all, " and ")
}

// remove deletes the row. One that is not there is as it should be.
func (w *program) remove(t *target) {
	for i, l := range t.lookups {
		if slices.ContainsFunc(t.key, func(c *column) bool { return c == l.into }) {
			w.lookUp(t, i, l)
		}
	}
	if t.ReplaceChildren && len(t.carried) > 0 {
		w.find(t)
		w.replace(t)
	}
	w.line("delete from %s where %s;\nD%[3]d = D%[3]d + row_count;", quoted(t.relation.name), t.itself(), t.place)
}

// lookUp finds the value of a column in another table.
func (w *program) lookUp(t *target, i int, l lookup) {
	var own, given, empty []string
	var by []*column
	for _, s := range l.slots {
		v := t.variable(s)
		by = append(by, t.slots[s].column)
		own = append(own, quoted(t.slots[s].column.name)+" = "+v)
		given = append(given, v)
		empty = append(empty, v[1:]+" is null")
	}
	into := t.found(i)
	w.line("if (%s) then %s = null;\nelse begin\nselect %s from %s where %s into %s;", strings.Join(empty, " or "), into[1:],
		quoted(l.take.name), quoted(l.relation.name), strings.Join(own, " and "), into)
	w.line("if (row_count = 0) then begin")
	switch l.Missing {
	case MissingNull:
		w.line("%s = null;", into[1:])
	case MissingCreate:
		w.line("insert into %s (%s) values (%s) returning %s into %s;\nI%[6]d = I%[6]d + %[7]d;", quoted(l.relation.name), quotedNames(by),
			strings.Join(given, ", "), quoted(l.take.name), into, t.place, oneCreated)
	default:
		w.refuse(reasonMissing + i)
	}
	w.line("end\nend")
}

func names(columns []*column) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.name
	}
	return all
}

func quotedNames(columns []*column) string {
	all := names(columns)
	for i := range all {
		all[i] = quoted(all[i])
	}
	return strings.Join(all, ", ")
}
