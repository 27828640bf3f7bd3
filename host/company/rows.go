package company

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// rows are some rows of every table, as conditions in SQL. A condition is true or false, never unknown, so that its
// opposite is NOT of it.
type rows struct {
	division *Division
	// of is the condition on the column that holds a company.
	of func(c *Column, column string) string
	// whole are tables of which every row is meant, none those of which no row is.
	whole, none []string
	// opposite means all the other rows instead.
	opposite bool
}

// others are all the other rows.
func (r *rows) others() *rows {
	o := *r
	o.opposite = !r.opposite
	return &o
}

// of are the rows of these companies.
func (d *Division) of(ids []string) *rows {
	return &rows{division: d, of: func(c *Column, column string) string { return isOne(c, column, ids) }}
}

// beside are the rows of all other companies. Rows of nobody are in neither.
func (d *Division) beside(ids []string) *rows {
	return &rows{division: d, of: func(c *Column, column string) string {
		return "(" + column + " IS NOT NULL AND NOT " + isOne(c, column, ids) + ")"
	}}
}

const (
	never  = "(1 = 0)"
	always = "(1 = 1)"
)

// in is the condition on the rows of a table that goes by that alias.
func (r *rows) in(table, alias string) string {
	names := 0
	condition := never
	switch {
	case slices.Contains(r.none, table):
	case slices.Contains(r.whole, table):
		condition = always
	default:
		condition = r.within(table, alias, &names)
	}
	switch {
	case !r.opposite:
		return condition
	case condition == never:
		return always
	case condition == always:
		return never
	}
	return "(NOT " + condition + ")"
}

func (r *rows) within(table, alias string, names *int) string {
	o := r.division.Of(table)
	if o == nil {
		return never
	}
	if o.Column != "" {
		return r.of(r.division.Schema.Table(table).Column(o.Column), alias+"."+quote(o.Column))
	}
	condition := ""
	for _, ref := range slices.Backward(o.Through) {
		*names++
		parent := "P" + strconv.Itoa(*names)
		exists := fmt.Sprintf("EXISTS (SELECT 1 FROM %s %s WHERE %s AND %s)", quote(ref.To), parent,
			joined(parent, ref.ToColumns, alias, ref.FromColumns), r.within(ref.To, parent, names))
		if condition == "" {
			condition = exists
			continue
		}
		condition = "(" + exists + " OR (" + isNull(alias, ref.FromColumns) + ") AND " + condition + ")"
	}
	return condition
}

// any tells whether a row of the table can be among them at all.
func (r *rows) any(table string) bool { return r.in(table, "T") != never }

// joined is the condition that two rows belong together.
func joined(a string, columnsA []string, b string, columnsB []string) string {
	parts := make([]string, len(columnsA))
	for i := range columnsA {
		parts[i] = a + "." + quote(columnsA[i]) + " = " + b + "." + quote(columnsB[i])
	}
	return strings.Join(parts, " AND ")
}

// isNull is true where one of the columns is.
func isNull(alias string, columns []string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = alias + "." + quote(c) + " IS NULL"
	}
	return strings.Join(parts, " OR ")
}

// isOne is true where the column holds one of the ids.
func isOne(c *Column, column string, ids []string) string {
	var literals []string
	for _, id := range ids {
		if literal, ok := c.literal(id); ok && !slices.Contains(literals, literal) {
			literals = append(literals, literal)
		}
	}
	if len(literals) == 0 {
		return never
	}
	return "(" + column + " IS NOT NULL AND " + column + " IN (" + strings.Join(literals, ", ") + "))"
}

// literal writes a company's id as a value of the column; false where the column can not hold it.
func (c *Column) literal(id string) (string, bool) {
	if c.Kind != Text {
		n, err := strconv.ParseInt(strings.TrimSpace(id), 10, 64)
		return strconv.FormatInt(n, 10), err == nil
	}
	switch {
	case plain(id):
		return "'" + strings.ReplaceAll(id, "'", "''") + "'", true
	case c.Charset == "NONE" || c.Charset == "OCTETS" || c.Charset == "": // what old programs in Brazil wrote there
		text, err := charmap.Windows1252.NewEncoder().String(id)
		return "_NONE X'" + hex.EncodeToString([]byte(text)) + "'", err == nil
	default:
		return "_UTF8 X'" + hex.EncodeToString([]byte(id)) + "'", true
	}
}

// plain tells whether a text is the same in every character set.
func plain(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// owner is the company of a row, as an expression; NULL where it belongs to nobody.
func (d *Division) owner(table, alias string) string {
	names := 0
	return d.ownerOf(table, alias, &names)
}

func (d *Division) ownerOf(table, alias string, names *int) string {
	o := d.Of(table)
	if o.Column != "" {
		return alias + "." + quote(o.Column)
	}
	expression := ""
	for _, ref := range slices.Backward(o.Through) {
		*names++
		parent := "P" + strconv.Itoa(*names)
		found := fmt.Sprintf("(SELECT %s FROM %s %s WHERE %s)", d.ownerOf(ref.To, parent, names), quote(ref.To), parent,
			joined(parent, ref.ToColumns, alias, ref.FromColumns))
		if expression == "" {
			expression = found
			continue
		}
		expression = "CASE WHEN " + isNull(alias, ref.FromColumns) + " THEN " + expression + " ELSE " + found + " END"
	}
	return expression
}
