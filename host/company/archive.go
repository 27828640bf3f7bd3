package company

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Archived is a table of a past year or month.
type Archived struct {
	Table string
	Year  int
	Month int // 0 for a table of a whole year
}

// Archive are the tables whose names fit one of the patterns, oldest first. A pattern is a name with {yyyy} in it, and
// {mm} or {mm?} where there is one for each month, or for some: "MOV_{yyyy}{mm?}" fits MOV_2024 and MOV_202407. Patterns
// stand apart by spaces, and capitals make no difference.
func Archive(tables []string, patterns string) []Archived {
	var shapes []*regexp.Regexp
	for pattern := range strings.FieldsSeq(patterns) {
		if shape := archiveShape(pattern); shape != nil {
			shapes = append(shapes, shape)
		}
	}
	var found []Archived
	for _, table := range tables {
		for _, shape := range shapes {
			if a, ok := archived(shape, table); ok {
				found = append(found, a)
				break
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Archived) int {
		return cmp.Or(a.Year-b.Year, a.Month-b.Month, strings.Compare(a.Table, b.Table))
	})
	return found
}

// Before are the names of those tables that hold nothing of that year or a later one.
func Before(tables []string, patterns string, year int) []string {
	var names []string
	for _, a := range Archive(tables, patterns) {
		if a.Year < year {
			names = append(names, a.Table)
		}
	}
	return names
}

const aMonth = `(?P<month>0[1-9]|1[0-2])`

var archiveHole = regexp.MustCompile(`\{[^}]*\}`)

// archiveShape is the pattern as an expression; nil for one that has not one year.
func archiveShape(pattern string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?i)^`)
	rest, years, months := pattern, 0, 0
	for {
		at := archiveHole.FindStringIndex(rest)
		if at == nil {
			break
		}
		b.WriteString(regexp.QuoteMeta(rest[:at[0]]))
		switch rest[at[0]:at[1]] {
		case "{yyyy}":
			years++
			b.WriteString(`(?P<year>(?:19|20)\d\d)`)
		case "{mm}":
			months++
			b.WriteString(aMonth)
		case "{mm?}":
			months++
			b.WriteString(aMonth + "?")
		default:
			return nil
		}
		rest = rest[at[1]:]
	}
	if years != 1 || months > 1 {
		return nil
	}
	b.WriteString(regexp.QuoteMeta(rest) + `$`)
	return regexp.MustCompile(b.String())
}

func archived(shape *regexp.Regexp, table string) (Archived, bool) {
	m := shape.FindStringSubmatch(table)
	if m == nil {
		return Archived{}, false
	}
	a := Archived{Table: table}
	for i, name := range shape.SubexpNames() {
		number, _ := strconv.Atoi(m[i]) // "" where the month is not there
		switch name {
		case "year":
			a.Year = number
		case "month":
			a.Month = number
		}
	}
	return a, true
}
