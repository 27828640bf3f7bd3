package loader

import "github.com/djscript/djscript/host/layout"

// Target says where the records of one type go: into one table. A record that goes to several tables has several targets.
// Names are those of the database, in any case.
type Target struct {
	Record string // the type of record, for people
	Table  string
	// Key are the columns that a row is known by. Without them every record is a new row.
	Key     []string
	Columns []Assign
	// Under is the target, by its place in the list, whose row the columns of Parent are taken from; it stands before
	// this one.
	Under    int
	Parent   map[string]string // column <- column of the parent's row
	Lookup   map[string]Lookup // column <- what another table has
	Generate map[string]string // column <- the next number of a generator, for a new row
	Exists   Exists
	// ReplaceChildren deletes, when a row is there already, those that targets under this one put under it.
	ReplaceChildren bool
	Empty           Empty
}

// Assign fills a column from one value of a row.
type Assign struct {
	Column string
	Value  int         // which of Row.Values
	Field  string      // its name, for people
	Type   layout.Type // "" where a script gives the value
}

// Lookup finds the value of a column in another table, by columns that values of the row fill. Where one of these is empty
// so is the column.
type Lookup struct {
	Table   string
	By      []Assign // columns of Table
	Take    string   // column of Table
	Missing Missing
}

// Exists is what happens to a record whose row is there already.
type Exists string

// What may happen.
const (
	Update Exists = "update"
	Keep   Exists = "keep" // the row stays as it is
	Reject Exists = "reject"
)

// Missing is what happens where a lookup finds nothing.
type Missing string

// What may happen.
const (
	MissingReject Missing = "reject"
	MissingNull   Missing = "null"
	MissingCreate Missing = "create" // a row with the columns of By
)

// Empty is what an empty field does to a row that is there.
type Empty string

// What it may do.
const (
	EmptyNull Empty = "null"
	EmptyKeep Empty = "keep"
)

// Row is one record for one target.
type Row struct {
	Target int
	Line   int64
	Values []layout.Value
	Delete bool // the row of that key goes; what stands under it in the unit is passed over
}

// Count is what became of the rows of one target's table.
type Count struct {
	Table                            string
	Inserted, Updated, Kept, Deleted int64
	// Created are rows that lookups made in their tables.
	Created int64
}
