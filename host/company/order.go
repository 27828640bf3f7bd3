package company

import "slices"

// group are tables that refer to each other in a circle, or one table alone.
type group struct {
	tables []string
	circle bool // also of one table that refers to itself
}

// order gives the tables in groups, each after what it refers to.
func (s *Schema) order() []group {
	o := &ordering{schema: s, index: map[string]int{}, low: map[string]int{}}
	for _, t := range s.Tables {
		if o.index[t.Name] == 0 {
			o.visit(t.Name)
		}
	}
	return o.groups
}

// ordering is Tarjan's search for strongly connected components: a group is complete when all that it refers to is.
type ordering struct {
	schema     *Schema
	index, low map[string]int
	stack      []string
	groups     []group
}

func (o *ordering) visit(table string) {
	o.index[table] = len(o.index) + 1
	o.low[table] = o.index[table]
	o.stack = append(o.stack, table)
	itself := false
	for _, r := range o.schema.from(table) {
		switch {
		case r.To == table:
			itself = true
		case o.index[r.To] == 0:
			o.visit(r.To)
			o.low[table] = min(o.low[table], o.low[r.To])
		case slices.Contains(o.stack, r.To):
			o.low[table] = min(o.low[table], o.index[r.To])
		}
	}
	if o.low[table] != o.index[table] {
		return
	}
	at := slices.Index(o.stack, table)
	members := slices.Clone(o.stack[at:])
	o.stack = o.stack[:at]
	slices.Sort(members)
	o.groups = append(o.groups, group{tables: members, circle: itself || len(members) > 1})
}

// within are the references of a table to tables of its own group.
func (g group) within(d *Division, table string) []Reference {
	if !g.circle {
		return nil
	}
	return keep(d.Schema.from(table), func(r Reference) bool { return slices.Contains(g.tables, r.To) })
}

// yields are the columns of a reference that may be NULL for a while, so that it refers to nothing meanwhile. What tells
// rows apart, or tells their company, has to stay.
func (d *Division) yields(r Reference) []string {
	t := d.Schema.Table(r.From)
	fixed := d.telling(r.From)
	if key := t.Key(); key != nil {
		fixed = slices.Concat(fixed, key.Columns)
	}
	return keep(r.FromColumns, func(name string) bool {
		return !t.Column(name).NotNull && !slices.Contains(fixed, name)
	})
}

// sorted are the tables of a group, each after what it firmly refers to within the group; false where even the firm
// references go in a circle.
func (g group) sorted(d *Division) ([]string, bool) {
	firm := Schema{}
	for _, name := range g.tables {
		firm.Tables = append(firm.Tables, Table{Name: name})
		for _, r := range g.within(d, name) {
			if len(d.yields(r)) == 0 {
				firm.References = append(firm.References, r)
			}
		}
	}
	var tables []string
	straight := true
	for _, one := range firm.order() {
		tables = append(tables, one.tables...)
		straight = straight && !one.circle
	}
	return tables, straight
}
