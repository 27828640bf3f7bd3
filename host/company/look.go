package company

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// Rows are some rows of a table: how many, and the keys of the first of them.
type Rows struct {
	Table string   `json:"table"`
	Count int64    `json:"count"`
	Keys  []string `json:"keys,omitempty"`
}

// String is the table, how many, and which.
func (r Rows) String() string {
	text := fmt.Sprintf("%s (%d: %s", r.Table, r.Count, strings.Join(r.Keys, "; "))
	if int64(len(r.Keys)) < r.Count {
		text += "; …"
	}
	return text + ")"
}

// namedKeys is how many rows are told by their keys.
const namedKeys = 20

// Findings are what an exchange will meet.
type Findings struct {
	Changes []Change
	// Collisions are rows of the copy whose key now belongs to a row that stays: one that is not of these companies, or one of
	// theirs that others refer to.
	Collisions []Rows
	// Along are rows of other companies, or of all, that the companies' rows refer to and that are not there any more:
	// they come along.
	Along []Rows
	// Held are the companies' own rows that are not in the copy and stay, since rows that stay refer to them.
	Held []Rows

	held, along map[string]int64 // marks
}

// Stops is why nothing can be put back; nil where it can. Every reason is in it.
func (f Findings) Stops() error {
	var why []error
	for _, c := range f.Changes {
		if c.Stops {
			why = append(why, message.New("company.structure", "company.structure", message.Args{"change": c.String()}))
		}
	}
	for _, r := range f.Collisions {
		why = append(why, message.New("company.collision", "company.collision", message.Args{"rows": r.String()}))
	}
	return errors.Join(why...)
}

// Look finds out what an exchange would meet. It changes no row of either database; it leaves marks, and is called once.
func (x *Exchange) Look(ctx context.Context) (Findings, error) {
	x.From.Division = x.refer()
	found := Findings{Changes: x.Changes()}
	if err := x.markFrom(ctx, &found); err != nil {
		return found, fmt.Errorf("look at the copy: %w", err)
	}
	if err := x.markInto(ctx, &found); err != nil {
		return found, fmt.Errorf("look at the database: %w", err)
	}
	if err := x.compare(ctx, &found); err != nil {
		return found, fmt.Errorf("compare copy and database: %w", err)
	}
	return found, nil
}

// refer is the copy's division with the references besides that only the database has: they have to hold for the copy's
// rows too.
func (x *Exchange) refer() Division {
	d := x.From.Division
	d.Schema.References = slices.Clone(d.Schema.References)
	for _, r := range x.Into.Division.Schema.References {
		from, to := d.Schema.Table(r.From), d.Schema.Table(r.To)
		known := slices.ContainsFunc(d.Schema.References, func(o Reference) bool {
			return o.From == r.From && o.To == r.To && slices.Equal(o.FromColumns, r.FromColumns) && slices.Equal(o.ToColumns, r.ToColumns)
		})
		if !known && from.has(r.FromColumns) && to.has(r.ToColumns) {
			d.Schema.References = append(d.Schema.References, r)
		}
	}
	return d
}

func (t *Table) has(columns []string) bool {
	return t != nil && !slices.ContainsFunc(columns, func(name string) bool { return t.Column(name) == nil })
}

// markFrom marks in the copy what the companies' rows refer to, and finds values that can not be carried over.
func (x *Exchange) markFrom(ctx context.Context, found *Findings) error {
	d := &x.From.Division
	mine := x.mine(&x.From)
	script := slices.Concat(d.Schema.hush(), openMarks(alongTable), d.reach(mine.others(), alongTable))
	counted := len(script)
	script = append(script, d.counted(alongTable))
	doubts := x.values(mine)
	for _, doubt := range doubts {
		script = append(script, doubt.question)
	}
	answers, err := x.run(ctx, Looking, &x.From, script)
	if err != nil {
		return err
	}
	if found.along, err = d.tally(answers[counted : counted+1]); err != nil {
		return err
	}
	for i, doubt := range doubts {
		if len(answers[counted+1+i]) > 0 {
			found.Changes = append(found.Changes, doubt.change)
		}
	}
	return nil
}

type doubtfulValue struct {
	change   Change
	question firebird.Statement
}

// values asks the copy for values that the database could not take.
func (x *Exchange) values(mine *rows) (all []doubtfulValue) {
	for _, t := range x.Into.Division.Schema.Tables {
		other := x.From.Division.Schema.Table(t.Name)
		if !x.moves(t.Name) {
			continue
		}
		for _, c := range t.Columns {
			from := other.Column(c.Name)
			what, condition := "", ""
			switch {
			case from == nil || c.Computed:
			case c.Array:
				what, condition = NoArray, " IS NOT NULL"
			case c.NotNull && !from.NotNull:
				what, condition = NullInCopy, " IS NULL"
			}
			if what != "" {
				all = append(all, doubtfulValue{
					Change{Table: t.Name, Column: c.Name, What: what, Stops: true},
					ask("SELECT FIRST 1 1 FROM %s T WHERE T.%s%s AND %s", quote(t.Name), quote(c.Name), condition, mine.in(t.Name, "T")),
				})
			}
		}
	}
	return all
}

// markInto marks in the database which of the companies' rows are referred to by others.
func (x *Exchange) markInto(ctx context.Context, found *Findings) error {
	d := &x.Into.Division
	script := slices.Concat(openMarks(heldTable, newTable, extraTable), d.reach(x.mine(&x.Into), heldTable))
	script = append(script, d.counted(heldTable))
	answers, err := x.run(ctx, Looking, &x.Into, script)
	if err != nil {
		return err
	}
	found.held, err = d.tally(answers[len(script)-1:])
	return err
}

// compare looks for rows that get in each other's way.
func (x *Exchange) compare(ctx context.Context, found *Findings) error {
	var script []firebird.Statement
	var tables []string
	var lists []*[]Rows
	add := func(list *[]Rows, table string, question firebird.Statement) {
		script, tables, lists = append(script, question), append(tables, table), append(lists, list)
	}
	for i := range x.Into.Division.Schema.Tables {
		t := &x.Into.Division.Schema.Tables[i]
		if x.moves(t.Name) {
			for _, key := range x.exposed(t) {
				add(&found.Collisions, t.Name, x.collisions(t, key))
			}
		}
		if found.along[t.Name] > 0 && t.Key() != nil {
			add(&found.Along, t.Name, x.missing(t))
		}
		if found.held[t.Name] > 0 {
			add(&found.Held, t.Name, x.extra(t))
			for _, key := range x.besides(t) {
				add(&found.Collisions, t.Name, x.crowded(t, key))
			}
		}
	}
	answers, err := x.run(ctx, Looking, &x.Into, script)
	if err != nil {
		return err
	}
	for i, lines := range answers {
		if len(lines) == 0 {
			continue
		}
		r := Rows{Table: tables[i], Keys: lines[:len(lines)-1]}
		if r.Count, err = strconv.ParseInt(strings.TrimPrefix(lines[len(lines)-1], "#"), 10, 64); err != nil {
			return fmt.Errorf("read rows of %s: %w", r.Table, err)
		}
		*lists[i] = append(*lists[i], r)
	}
	return nil
}

// besides are the keys of a table besides the one that tells its rows apart.
func (x *Exchange) besides(t *Table) []Key {
	from := x.From.Division.Schema.Table(t.Name)
	return keep(t.Keys, func(k Key) bool { return k.Name != t.Key().Name && from.has(k.Columns) })
}

// exposed are the keys that a row of another company could have as well: not one that holds the company itself, nor one
// that holds the key of what the row is a part of, which is looked at there.
func (x *Exchange) exposed(t *Table) []Key {
	o := x.Into.Division.Of(t.Name)
	all := func(columns, of []string) bool {
		return !slices.ContainsFunc(columns, func(c string) bool { return !slices.Contains(of, c) })
	}
	return keep(t.Keys, func(k Key) bool {
		switch {
		case !x.From.Division.Schema.Table(t.Name).has(k.Columns):
			return false
		case o.Column != "":
			return o.Keeper || !slices.Contains(k.Columns, o.Column)
		case len(o.Through) == 1:
			return !all(o.Through[0].FromColumns, k.Columns)
		}
		return true
	})
}
