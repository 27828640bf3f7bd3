package layout

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// division is how separators divide the lines of a file.
type division struct {
	separator         byte // 0: nothing divides them
	quote             byte
	leading, trailing bool
}

// dividedBy is what divides nearly all lines. A comma does only where it divides all into as many parts: it stands in texts, too.
func dividedBy(lines [][]byte) division {
	nearly := func(is func(line []byte) bool) bool {
		n := 0
		for _, line := range lines {
			if is(line) {
				n++
			}
		}
		return n*10 >= len(lines)*9
	}
	for _, one := range []byte{'|', ';', '\t', ','} {
		if !nearly(func(line []byte) bool { return bytes.IndexByte(line, one) >= 0 }) {
			continue
		}
		d := division{separator: one}
		d.leading = nearly(func(line []byte) bool { return line[0] == one })
		d.trailing = nearly(func(line []byte) bool { return line[len(line)-1] == one })
		for _, line := range lines {
			if line[0] == '"' || bytes.Contains(line, []byte{one, '"'}) {
				d.quote = '"'
			}
		}
		most := len(d.split(lines[0]))
		if one != ',' || most > 2 && nearly(func(line []byte) bool { return len(d.split(line)) == most }) {
			return d
		}
	}
	return division{}
}

// split are the parts of a line, without their quotes.
func (d division) split(line []byte) (parts [][]byte) {
	from, within := 0, false
	for i := 0; i <= len(line); i++ {
		if i < len(line) && line[i] == d.quote && d.quote != 0 {
			within = !within
		}
		if i == len(line) || line[i] == d.separator && !within {
			part := line[from:i]
			if n := len(part); d.quote != 0 && n > 1 && part[0] == d.quote && part[n-1] == d.quote {
				part = bytes.ReplaceAll(part[1:n-1], []byte{d.quote, d.quote}, []byte{d.quote})
			}
			parts, from = append(parts, part), i+1
		}
	}
	if n := len(parts); d.trailing && n > 1 && len(parts[n-1]) == 0 {
		parts = parts[:n-1]
	}
	if d.leading && len(parts) > 1 && len(parts[0]) == 0 {
		parts = parts[1:]
	}
	return parts
}

func (s *sketch) divided(d division, lines [][]byte) {
	fmt.Fprintf(s, "separator = %q\n", string(d.separator))
	if d.leading {
		s.WriteString("leading  = true\n")
	}
	if d.trailing {
		s.WriteString("trailing = \"always\"\n")
	}
	if d.quote != 0 {
		s.WriteString("quote    = '\"'\n")
	}
	rows := make([][][]byte, len(lines))
	for i, line := range lines {
		rows[i] = d.split(line)
	}
	titles := titlesOf(rows)
	var names []string
	if titles != nil {
		names = namesOf(titles, s.page)
		s.titles(names, titles)
		rows = rows[1:]
	}
	groups := grouped(rows, func(int) string { return "" })
	if tagged := grouped(rows, func(i int) string { return string(rows[i][0]) }); tags(tagged, len(rows)) {
		groups = tagged
	}
	if titles != nil {
		for _, g := range groups {
			if g.role == Header {
				g.role = Body
			}
		}
	}
	s.each(groups, func(g *group) { s.parts(g, groups, names) })
}

// mostTags are as many types of records as a file may have.
const mostTags = 12

// tags says whether what the lines begin with tells their types: there are few, and they come again, often, or with as many parts
// each time, which others do not have.
func tags(groups []*group, lines int) bool {
	if len(groups) > mostTags || len(groups) < 2 || len(groups) == lines {
		return false
	}
	if slices.ContainsFunc(groups, func(g *group) bool { return g.tag == "" || strings.TrimSpace(g.tag) != g.tag }) {
		return false
	}
	size := func(row [][]byte) int { return len(row) }
	differ := slices.ContainsFunc(groups, func(g *group) bool { return size(g.rows[0]) != size(groups[0].rows[0]) })
	often := 3
	if !slices.ContainsFunc(groups, func(g *group) bool { return !aTag.MatchString(g.tag) }) {
		often = 2
	}
	return len(groups)*often <= lines || differ && alike(groups, size)
}

// aTag is what people call types of records, and seldom anything else.
var aTag = regexp.MustCompile(`^[A-Z][A-Z0-9]{0,3}$`)

var aTitle = regexp.MustCompile(`^[\pL_][\pL\pN _./%$-]*$`)

// titlesOf is the first line where it has the names of the columns: words, each another, as many as the longest line has parts,
// above lines with numbers.
func titlesOf(rows [][][]byte) [][]byte {
	if len(rows) < 2 || len(rows[0]) < 2 {
		return nil
	}
	seen := map[string]bool{}
	for _, title := range rows[0] {
		word := strings.ToValidUTF8(string(title), "A")
		if !aTitle.MatchString(word) || seen[word] {
			return nil
		}
		seen[word] = true
	}
	numbers := false
	for _, row := range rows[1:] {
		if len(row) > len(rows[0]) || string(row[0]) == string(rows[0][0]) {
			return nil
		}
		numbers = numbers || slices.ContainsFunc(row, func(part []byte) bool { return len(part) > 0 && part[0] >= '0' && part[0] <= '9' })
	}
	if !numbers {
		return nil
	}
	return rows[0]
}

// namesOf are names of fields made of the titles of columns.
func namesOf(titles [][]byte, page Encoding) []string {
	var names []string
	for i, title := range titles {
		var b strings.Builder
		for _, r := range norm.NFD.String(strings.ToLower(page.shown(title))) {
			switch {
			case r >= 'a' && r <= 'z', r >= '0' && r <= '9' && b.Len() > 0:
				b.WriteRune(r)
			case !unicode.Is(unicode.Mn, r) && b.Len() > 0:
				b.WriteByte('_')
			}
		}
		name := strings.TrimRight(b.String(), "_")
		if !fieldShape.MatchString(name) || slices.Contains(names, name) {
			name = fmt.Sprintf("field_%d", i+1)
		}
		names = append(names, name)
	}
	return names
}

// titles writes the line with the names of the columns as a record of its own: another order of columns is noticed by it.
func (s *sketch) titles(names []string, titles [][]byte) {
	s.WriteString("\n[[record]]\nname   = \"COLUMNS\"\nrole   = \"header\"\nfields = [\n")
	for i, name := range names {
		key := "const"
		if i == 0 {
			key = "tag"
		}
		fmt.Fprintf(s, "  { name = %q, %s = %q },\n", name, key, s.page.shown(titles[i]))
	}
	s.WriteString("]\n")
}

// parts writes the fields of a record.
func (s *sketch) parts(g *group, groups []*group, names []string) {
	columns, least := columnsOf(g.rows)
	if least < len(columns) {
		fmt.Fprintf(s, "parts  = %d\n", least)
	}
	s.WriteString("fields = [\n")
	for i, values := range columns {
		name := fmt.Sprintf("field_%d", i+1)
		if i < len(names) {
			name = names[i]
		} else if i == 0 && g.tag != "" {
			name = "tag"
		}
		if i == 0 && g.tag != "" {
			fmt.Fprintf(s, "  { name = %q, tag = %q },\n", name, s.page.shown([]byte(g.tag)))
			continue
		}
		kind := s.counts(g, groups, values[0])
		if kind == "" {
			kind = s.typed(values, true)
		}
		fmt.Fprintf(s, "  { name = %q%s },%s\n", name, kind, s.example(values))
	}
	s.WriteString("]\n")
}

// columnsOf are the values of each part, and how many parts every line has.
func columnsOf(lines [][][]byte) (parts [][][]byte, least int) {
	least = len(lines[0])
	for _, line := range lines {
		least = min(least, len(line))
		for i, value := range line {
			if i == len(parts) {
				parts = append(parts, nil)
			}
			parts[i] = append(parts[i], value)
		}
	}
	return parts, least
}
