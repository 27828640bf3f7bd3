// Package company knows which rows of a database belong to which company: it divides the tables by what a system's
// profile says and by the foreign keys, takes the rows of companies out of a database, and puts those of a copy in
// their place.
//
// What it says of a database is a value made of values; what it does is SQL for a scratch database that nobody else
// has open. It refuses to guess: a table of which no company can be told is shared and named, a row that cannot be
// carried over stops everything before the first row is touched, and no row of another company is ever changed.
package company

import (
	"context"
	"slices"
	"strings"
)

// Profile is what the profile of a system says of its companies.
type Profile struct {
	Companies string   // the SELECT that gives id, name and cnpj of each
	Column    []string // a table that has one of these columns belongs to a company, by the first of them
	Shared    []string // tables of all companies
	Archive   string   // patterns of the names of yearly and monthly tables: "VENDA_{yyyy} MOV_{yyyy}_{mm?}"
}

// Schema is what a database's own tables say of its structure.
type Schema struct {
	Tables     []Table
	References []Reference
	Triggers   []Trigger
	Generators []Generator
	Charset    string // of the database; "NONE" where there is none
}

// Table is a table that holds a store's data: no view, no external and no temporary table.
type Table struct {
	Name    string
	Columns []Column // in the order of the table
	Keys    []Key    // the primary key first, then whatever else is unique
}

// Kind is what a column holds, as far as it matters here.
type Kind string

// The kinds of columns.
const (
	Text   Kind = "text"
	Whole  Kind = "whole"  // a number without decimals
	Number Kind = "number" // any other number
	Moment Kind = "moment" // date, time, or both
	Blob   Kind = "blob"
	Truth  Kind = "truth"
)

// Column is one column of a table.
type Column struct {
	Name      string
	Kind      Kind
	Type      string // type and length as the database's own tables tell it, only to be compared: "37/60/0/WIN1252"
	Charset   string // of a text, and of a blob of text: "WIN1252", "NONE", "OCTETS"
	NotNull   bool
	Default   bool   // where no value is given the table puts one
	Computed  bool   // nobody writes it
	Array     bool   // SQL can not write it
	Generator string // of an identity column
	Always    bool   // an identity column that takes no other value by itself (Firebird 4)
}

// Key is what no two rows have in common.
type Key struct {
	Name    string
	Columns []string
	Primary bool
}

// Reference is a foreign key.
type Reference struct {
	Name        string
	From        string
	FromColumns []string
	To          string
	ToColumns   []string
}

// Trigger is a trigger that somebody wrote. Table is "" for one of the database itself.
type Trigger struct {
	Name   string
	Table  string
	Type   int // as Firebird counts: 1 before insert, 2 after insert, 3 before update ...
	Active bool
}

// Generator is a sequence. Table and Column are set for the one behind an identity column, whose name is the engine's
// own and not the same in two databases.
type Generator struct {
	Name          string
	Table, Column string
}

// Asker answers queries of one column each, every value as text, "" for NULL. firebird.File, firebird.Conn and
// firebird.Snapshot are some.
type Asker interface {
	Ask(ctx context.Context, queries ...string) ([][]string, error)
}

// Table is the table of that name; nil where there is none.
func (s *Schema) Table(name string) *Table {
	for i := range s.Tables {
		if s.Tables[i].Name == name {
			return &s.Tables[i]
		}
	}
	return nil
}

// Column is the column of that name; nil where there is none.
func (t *Table) Column(name string) *Column {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

// Key is what tells the table's rows apart: the primary key, or else the first unique one whose columns are never
// NULL, or else any; nil where nothing does.
func (t *Table) Key() *Key {
	var found *Key
	for i := range t.Keys {
		k := &t.Keys[i]
		if k.Primary {
			return k
		}
		if found == nil || t.nullable(found.Columns) && !t.nullable(k.Columns) {
			found = k
		}
	}
	return found
}

// nullable tells whether one of the columns may be NULL.
func (t *Table) nullable(columns []string) bool {
	return slices.ContainsFunc(columns, func(name string) bool {
		c := t.Column(name)
		return c == nil || !c.NotNull
	})
}

// from are the references of a table.
func (s *Schema) from(table string) []Reference {
	return keep(s.References, func(r Reference) bool { return r.From == table })
}

func keep[T any](all []T, wanted func(T) bool) (kept []T) {
	for _, one := range all {
		if wanted(one) {
			kept = append(kept, one)
		}
	}
	return kept
}

// quote writes a name so that any name stands in SQL.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// quoteAll writes names as a list, each behind a prefix: `t."A", t."B"`.
func quoteAll(prefix string, names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = prefix + quote(name)
	}
	return strings.Join(quoted, ", ")
}
