package layout

import (
	"fmt"
	"slices"
)

// mostTagBytes are as many bytes as a line is tried to be known by.
const mostTagBytes = 3

func (s *sketch) fixed(lines [][]byte) {
	rows := make([][][]byte, len(lines))
	for i, line := range lines {
		rows[i] = [][]byte{line}
	}
	groups := grouped(rows, func(int) string { return "" })
	for n := 1; n <= mostTagBytes; n++ {
		tagged := grouped(rows, func(i int) string { return string(lines[i][:min(n, len(lines[i]))]) })
		if begins(tagged, n, len(lines)) {
			groups = tagged
			break
		}
	}
	s.each(groups, func(g *group) { s.places(g, groups) })
}

// begins says whether the first bytes of lines tell their types: there are few, each has one length, and either the lengths differ
// or there are a header and a trailer around the others.
func begins(groups []*group, n, lines int) bool {
	if len(groups) < 2 || len(groups) > mostTags || len(groups) > lines-1 {
		return false
	}
	for _, g := range groups {
		if len(g.tag) != n || !recordShape.MatchString(g.tag) {
			return false
		}
	}
	size := func(row [][]byte) int { return len(row[0]) }
	differ := slices.ContainsFunc(groups, func(g *group) bool { return size(g.rows[0]) != size(groups[0].rows[0]) })
	around := groups[0].role == Header && groups[len(groups)-1].role == Trailer
	return alike(groups, size) && (differ || around)
}

// places writes the fields of a record.
func (s *sketch) places(g *group, groups []*group) {
	var lines [][]byte
	for _, row := range g.rows {
		lines = append(lines, row[0])
	}
	width := len(lines[0])
	for _, line := range lines {
		width = min(width, len(line))
	}
	s.WriteString("fields = [\n")
	from, n := 0, 1
	if from = len(g.tag); from > 0 {
		fmt.Fprintf(s, "  { name = \"tag\", at = [1, %d], tag = %q },\n", from, g.tag)
		n++
	}
	for ; from < width; n++ {
		to := fieldEnd(lines, from, width)
		values := make([][]byte, len(lines))
		for i, line := range lines {
			values[i] = line[from:to]
		}
		kind := s.counts(g, groups, values[0])
		if kind == "" {
			kind = s.typed(values, false)
		}
		fmt.Fprintf(s, "  { name = \"field_%d\", at = [%d, %d]%s },%s\n", n, from+1, to, kind, s.example(values))
		from = to
	}
	s.WriteString("]\n")
}

// fewLines are so few that all may have a blank between two words of one text.
const fewLines = 8

// fieldEnd is where a field that begins at from may end: where digits give way to something else, or blanks to something.
func fieldEnd(lines [][]byte, from, width int) int {
	digits := allDigits(lines, from)
	due, blanks := 1, 0
	if len(lines) < fewLines {
		due = 2
	}
	for at := from + 1; at < width; at++ {
		if allDigits(lines, at) != digits {
			return at
		}
		if allBlank(lines, at) {
			blanks++
			continue
		}
		if blanks >= due {
			return at
		}
		blanks = 0
	}
	return width
}

func allDigits(lines [][]byte, at int) bool {
	return !slices.ContainsFunc(lines, func(line []byte) bool { return line[at] < '0' || line[at] > '9' })
}

func allBlank(lines [][]byte, at int) bool {
	return !slices.ContainsFunc(lines, func(line []byte) bool { return line[at] != ' ' })
}
