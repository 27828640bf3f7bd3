package company

import (
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Owned is a table whose rows belong to companies.
type Owned struct {
	Table  string
	Column string // that holds the company's id; "" where the references tell
	// Through are the references that tell, in turn: the first whose columns are not NULL counts. Each leads to a table
	// that is owned too and stands before this one. A row without any belongs to nobody.
	Through []Reference
	Keeper  bool // the table of the companies itself
}

// Division is which tables belong to companies, and how.
type Division struct {
	Schema     Schema
	Own        []Owned  // each after the tables that it follows
	Shared     []string // of all companies
	Unfiltered []string // those of the shared that the profile does not call so: no company can be told of their rows
	Doubts     []Doubt
}

// Doubt is what the schema and the profile do not tell for certain, and what was taken.
type Doubt struct {
	Table string
	What  string // one of the constants
	Took  string // column or table that was taken, where one was
	Other string // what could have been taken as well
}

// What can be doubtful.
const (
	NoKeeper = "no_keeper" // no table of the companies itself: the company's own row is left alone
	Loose    = "loose"     // the company is told only by references that may be NULL
	TwoWays  = "two_ways"  // two references are equally good
	NoTable  = "no_table"  // the profile calls a table shared that is not there
	NoSuch   = "no_column" // no table has this column of the profile's
)

// String is the doubt in words.
func (d Doubt) String() string {
	args := message.Args{"table": d.Table, "took": d.Took, "other": d.Other}
	switch d.What {
	case NoKeeper:
		return message.Text("company.doubt_keeper", args)
	case Loose:
		return message.Text("company.doubt_loose", args)
	case TwoWays:
		return message.Text("company.doubt_two_ways", args)
	case NoTable:
		return message.Text("company.doubt_no_table", args)
	}
	return message.Text("company.doubt_no_column", args)
}

// Divide tells which tables belong to companies: those with a column of the profile's, the table of the companies, and
// those that lead there by foreign keys. The error is company.profile where the profile does not say, or no table has
// such a column.
func Divide(s Schema, p Profile) (Division, error) {
	if len(p.Column) == 0 {
		return Division{}, message.New("company.profile", "company.no_column", nil)
	}
	d := &dividing{profile: p, owned: map[string]*Owned{}}
	d.Schema = s
	d.byColumn()
	if len(d.Own) == 0 {
		return Division{}, message.New("company.profile", "company.no_table", message.Args{"columns": strings.Join(p.Column, ", ")})
	}
	d.keeper()
	d.byReference()
	d.shared()
	return d.Division, nil
}

type dividing struct {
	Division
	profile Profile
	owned   map[string]*Owned
}

func (d *dividing) own(o Owned) {
	d.Own = append(d.Own, o)
	d.owned[o.Table] = &o
}

func (d *dividing) doubt(doubt Doubt) { d.Doubts = append(d.Doubts, doubt) }

// declared tells whether the profile calls a table shared. Old systems write names in any case.
func (d *dividing) declared(table string) bool {
	return slices.ContainsFunc(d.profile.Shared, func(name string) bool { return strings.EqualFold(name, table) })
}

func (d *dividing) byColumn() {
	for _, t := range d.Schema.Tables {
		if c := t.company(d.profile.Column); c != nil && !d.declared(t.Name) {
			d.own(Owned{Table: t.Name, Column: c.Name})
		}
	}
	for _, name := range d.profile.Column {
		if !slices.ContainsFunc(d.Schema.Tables, func(t Table) bool { return t.company([]string{name}) != nil }) {
			d.doubt(Doubt{What: NoSuch, Took: name})
		}
	}
}

// company is the first of these columns that the table has.
func (t *Table) company(columns []string) *Column {
	for _, name := range columns {
		for i := range t.Columns {
			if c := &t.Columns[i]; strings.EqualFold(c.Name, name) && !c.Computed && !c.Array {
				return c
			}
		}
	}
	return nil
}

// keeper finds the table of the companies: the one that the companies' columns refer to, or else the one that the
// profile's query reads.
func (d *dividing) keeper() {
	table, column := d.referred()
	if table == "" {
		table, column = d.asked()
	}
	if table == "" {
		d.doubt(Doubt{What: NoKeeper})
		return
	}
	keeper := Owned{Table: table, Column: column, Keeper: true}
	if i := slices.IndexFunc(d.Own, func(o Owned) bool { return o.Table == table }); i >= 0 {
		d.Own[i], d.owned[table] = keeper, &keeper // by its id, not by the company that it may be a branch of
	} else if !d.declared(table) {
		d.own(keeper)
	}
}

// referred is what most of the companies' columns refer to.
func (d *dividing) referred() (table, column string) {
	votes := map[string]int{}
	asked, _ := d.asked()
	for _, r := range d.Schema.References {
		o := d.owned[r.From]
		if o == nil || len(r.FromColumns) != 1 || r.FromColumns[0] != o.Column {
			continue
		}
		votes[r.To]++
		if r.To == asked { // both say so
			votes[r.To] += len(d.Schema.References)
		}
		if table == "" || votes[r.To] > votes[table] || votes[r.To] == votes[table] && r.To < table {
			table, column = r.To, r.ToColumns[0]
		}
	}
	return table, column
}

// asked is the table and the column of id that the profile's query reads, where it is as simple as most are.
func (d *dividing) asked() (table, column string) {
	name, id := keeperOf(d.profile.Companies)
	for _, t := range d.Schema.Tables {
		if !strings.EqualFold(t.Name, name) {
			continue
		}
		for _, c := range t.Columns {
			if strings.EqualFold(c.Name, id) {
				return t.Name, c.Name
			}
		}
	}
	return "", ""
}

// byReference takes the other tables in, one after the other, the surest first: each new one may be what another
// follows more surely.
func (d *dividing) byReference() {
	for {
		next, ok := d.surest()
		if !ok {
			return
		}
		ways := d.ways(next)
		o := Owned{Table: next.Name}
		for _, w := range ways {
			o.Through = append(o.Through, w.reference)
			if w.strength > loose {
				break // never NULL: no other is asked
			}
		}
		if ways[0].strength == loose {
			d.doubt(Doubt{Table: next.Name, What: Loose, Took: o.Through[0].To})
		} else if len(ways) > 1 && ways[1].strength == ways[0].strength && ways[1].reference.To != ways[0].reference.To {
			d.doubt(Doubt{Table: next.Name, What: TwoWays, Took: ways[0].reference.To, Other: ways[1].reference.To})
		}
		d.own(o)
	}
}

// How surely a reference tells the company of a row.
const (
	loose       = iota + 1 // it may be NULL
	firm                   // it never is
	identifying            // it is part of the primary key: the row is a part of what it refers to
)

type way struct {
	reference Reference
	strength  int
}

// ways are the references of a table to owned ones, the surest first.
func (d *dividing) ways(t *Table) []way {
	var found []way
	for _, r := range d.Schema.from(t.Name) {
		if d.owned[r.To] != nil {
			found = append(found, way{r, strength(t, r)})
		}
	}
	rank := func(table string) int {
		return slices.IndexFunc(d.Own, func(o Owned) bool { return o.Table == table })
	}
	slices.SortStableFunc(found, func(a, b way) int {
		if a.strength != b.strength {
			return b.strength - a.strength
		}
		if a.reference.To != b.reference.To {
			return rank(a.reference.To) - rank(b.reference.To)
		}
		return strings.Compare(a.reference.Name, b.reference.Name)
	})
	return found
}

func strength(t *Table, r Reference) int {
	if t.nullable(r.FromColumns) {
		return loose
	}
	key := t.Key()
	if key != nil && key.Primary && !slices.ContainsFunc(r.FromColumns, func(c string) bool { return !slices.Contains(key.Columns, c) }) {
		return identifying
	}
	return firm
}

// surest is the table, of those that are not owned yet, that follows an owned one most surely. Where only a loose
// reference is left, a table that might yet be told by a better one waits for it.
func (d *dividing) surest() (best *Table, found bool) {
	most := 0
	for i := range d.Schema.Tables {
		t := &d.Schema.Tables[i]
		if d.owned[t.Name] != nil || d.declared(t.Name) {
			continue
		}
		ways := d.ways(t)
		if len(ways) == 0 {
			continue
		}
		sure := 2 * ways[0].strength
		if d.waits(t, ways[0].strength) {
			sure--
		}
		if sure > most {
			best, most = t, sure
		}
	}
	return best, best != nil
}

// waits tells whether the table refers more surely to one that may be owned later.
func (d *dividing) waits(t *Table, than int) bool {
	return slices.ContainsFunc(d.Schema.from(t.Name), func(r Reference) bool {
		return r.To != t.Name && d.owned[r.To] == nil && !d.declared(r.To) && strength(t, r) > than
	})
}

func (d *dividing) shared() {
	for _, t := range d.Schema.Tables {
		if d.owned[t.Name] != nil {
			continue
		}
		d.Shared = append(d.Shared, t.Name)
		if !d.declared(t.Name) {
			d.Unfiltered = append(d.Unfiltered, t.Name)
		}
	}
	for _, name := range d.profile.Shared {
		if !slices.ContainsFunc(d.Schema.Tables, func(t Table) bool { return strings.EqualFold(t.Name, name) }) {
			d.doubt(Doubt{Table: name, What: NoTable})
		}
	}
}

// Of is how a table belongs to companies; nil where it is shared.
func (d *Division) Of(table string) *Owned {
	for i := range d.Own {
		if d.Own[i].Table == table {
			return &d.Own[i]
		}
	}
	return nil
}
