package company

import (
	"context"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// Exchange is what puts the rows that a copy has of some companies in the place of those that a database has now. Both
// are restored as scratch databases under one engine, and nobody else has them open. Into is what will become the
// store's database; From is thrown away afterwards, and is marked in.
type Exchange struct {
	Into, From Side
	Companies  []string // ids
	// Untouched are tables that stay as they are, archive tables above all.
	Untouched []string
	// Done is told how far a part of the work is.
	Done func(part Part, done, total int)
}

// Part is a part of the work of an exchange.
type Part string

// The parts, in their order. Summing and proving are what shows that all went well; the work itself is the rest.
const (
	Looking  Part = "looking"
	Summing  Part = "summing"
	Clearing Part = "clearing"
	Filling  Part = "filling"
	Proving  Part = "proving"
)

// run runs statements on one side as a part of the work.
func (x *Exchange) run(ctx context.Context, part Part, on *Side, statements []firebird.Statement) ([][]string, error) {
	return on.Runner.Run(ctx, statements, x.steps(part, len(statements)))
}

func (x *Exchange) steps(part Part, total int) func(int) {
	if x.Done == nil {
		return nil
	}
	return func(n int) { x.Done(part, n, total) }
}

// Side is one of the two databases.
type Side struct {
	Runner   Runner
	Division Division
}

// Open reads a database's structure and divides it.
func Open(ctx context.Context, in Runner, p Profile) (Side, error) {
	schema, err := Read(ctx, in)
	if err != nil {
		return Side{}, err
	}
	division, err := Divide(schema, p)
	return Side{Runner: in, Division: division}, err
}

// Change is a difference of structure between the copy and the database, and what happens because of it.
type Change struct {
	Table  string `json:"table"`
	Column string `json:"column,omitempty"` // "" for the table itself
	What   string `json:"what"`             // one of the constants
	Stops  bool   `json:"stops,omitempty"`  // nothing can be put back as long as it is so
}

// What a change can be.
const (
	NewTable   = "new_table"    // not in the copy: its rows stay as they are
	GoneTable  = "gone_table"   // only in the copy: its rows are left out
	NewColumn  = "new_column"   // not in the copy: rows come with its default, or without a value
	NeedsValue = "needs_value"  // not in the copy, never NULL, and without a default
	GoneColumn = "gone_column"  // only in the copy: its values are left out
	OtherType  = "other_type"   // another type: values are converted, and one that does not fit stops everything
	OtherOwner = "other_owner"  // the company of its rows is told in one of the two only: they stay as they are
	NoArray    = "array"        // rows have values in a column of the type array, which SQL can not write
	NullInCopy = "null_in_copy" // may not be NULL any more, and is in the copy
)

// String is the change in words.
func (c Change) String() string {
	args := message.Args{"table": c.Table, "column": c.Column}
	switch c.What {
	case NewTable:
		return message.Text("company.new_table", args)
	case GoneTable:
		return message.Text("company.gone_table", args)
	case NewColumn:
		return message.Text("company.new_column", args)
	case NeedsValue:
		return message.Text("company.needs_value", args)
	case GoneColumn:
		return message.Text("company.gone_column", args)
	case OtherType:
		return message.Text("company.other_type", args)
	case OtherOwner:
		return message.Text("company.other_owner", args)
	case NoArray:
		return message.Text("company.array", args)
	}
	return message.Text("company.null_in_copy", args)
}

// Changes are the differences of structure that matter to the companies' rows. Pure.
func (x *Exchange) Changes() []Change {
	var found []Change
	into, from := &x.Into.Division, &x.From.Division
	for _, t := range into.Schema.Tables {
		other := from.Schema.Table(t.Name)
		mine, theirs := into.Of(t.Name), from.Of(t.Name)
		switch {
		case slices.Contains(x.Untouched, t.Name):
		case other == nil && mine != nil:
			found = append(found, Change{Table: t.Name, What: NewTable})
		case other != nil && (mine == nil) != (theirs == nil):
			found = append(found, Change{Table: t.Name, What: OtherOwner})
		case other != nil && mine != nil:
			found = append(found, columnChanges(&t, other)...)
		}
	}
	for _, o := range from.Own {
		if into.Schema.Table(o.Table) == nil && !slices.Contains(x.Untouched, o.Table) {
			found = append(found, Change{Table: o.Table, What: GoneTable})
		}
	}
	return found
}

func columnChanges(into, from *Table) (found []Change) {
	for i := range into.Columns {
		c := &into.Columns[i]
		change := Change{Table: into.Name, Column: c.Name}
		other := from.Column(c.Name)
		switch {
		case c.Computed || c.Array:
			continue
		case other == nil || other.Array:
			change.What = NewColumn
			if c.NotNull && !c.Default && c.Generator == "" {
				change.What, change.Stops = NeedsValue, true
			}
		case other.Type != c.Type:
			change.What = OtherType
		default:
			continue
		}
		found = append(found, change)
	}
	for i := range from.Columns {
		if c := &from.Columns[i]; !c.Computed && into.Column(c.Name) == nil {
			found = append(found, Change{Table: into.Name, Column: c.Name, What: GoneColumn})
		}
	}
	return found
}

// carried are the columns whose values come from the copy.
func carried(into, from *Table) (names []string) {
	for i := range into.Columns {
		c := &into.Columns[i]
		other := from.Column(c.Name)
		if !c.Computed && !c.Array && other != nil && !other.Array {
			names = append(names, c.Name)
		}
	}
	return names
}

// moves are the tables whose rows come from the copy.
func (x *Exchange) moves(table string) bool {
	return !slices.Contains(x.Untouched, table) && x.Into.Division.Of(table) != nil && x.From.Division.Of(table) != nil
}

// mine are the rows of the companies on one side, in the tables whose rows come from the copy.
func (x *Exchange) mine(s *Side) *rows {
	r := s.Division.of(x.Companies)
	for _, t := range s.Division.Schema.Tables {
		if !x.moves(t.Name) {
			r.none = append(r.none, t.Name)
		}
	}
	return r
}

// text writes a statement as a text within another.
func text(statement string) string { return "'" + strings.ReplaceAll(statement, "'", "''") + "'" }
