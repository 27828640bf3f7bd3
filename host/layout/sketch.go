package layout

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Sketch is the beginning of a layout for files like this one of that name, in TOML, for a person to go on with: where its fields may begin
// and what they may hold, as far as its lines show it. "" where nothing can be told.
func Sketch(name string, sample []byte) string {
	p, ok := GuessPage(sample)
	if !ok {
		return ""
	}
	lines := sketchLines(sample)
	if len(lines) == 0 {
		return ""
	}
	s := sketch{page: p.Encoding, lines: len(lines)}
	fmt.Fprintf(&s, "title    = %q\norigin   = \"ours\"\nencoding = %q\n", path.Base(strings.ReplaceAll(name, `\`, "/")), p.Encoding)
	if d := dividedBy(lines); d.separator != 0 {
		s.divided(d, lines)
	} else {
		s.fixed(lines)
	}
	return s.String()
}

func sketchLines(sample []byte) [][]byte {
	var lines [][]byte
	for line := range bytes.SplitSeq(bytes.TrimPrefix(sample, markUTF8), []byte("\n")) {
		if line = bytes.TrimSuffix(line, []byte("\r")); len(line) > 0 && string(line) != "\x1a" {
			lines = append(lines, line)
		}
	}
	return lines
}

// sketch is a layout that is being written.
type sketch struct {
	strings.Builder
	page  Encoding
	lines int
}

// group are the lines of one type of record.
type group struct {
	name  string
	tag   string // "" where all lines are alike
	first int    // its first line, from 0
	rows  [][][]byte
	role  Role
}

// grouped puts lines of the same tag together, in the order in which they come. One at an end that is alone is a header or trailer.
func grouped(rows [][][]byte, tagOf func(i int) string) []*group {
	var all []*group
	byTag := map[string]*group{}
	for i, row := range rows {
		tag := tagOf(i)
		g := byTag[tag]
		if g == nil {
			g = &group{tag: tag, first: i}
			byTag[tag], all = g, append(all, g)
		}
		g.rows = append(g.rows, row)
	}
	if len(all) > 1 && len(rows) > 2 {
		if len(all[0].rows) == 1 {
			all[0].role = Header
		}
		if last := all[len(all)-1]; len(last.rows) == 1 && last.first == len(rows)-1 {
			last.role = Trailer
		}
	}
	for i, g := range all {
		switch {
		case g.tag == "":
			g.name = "RECORD"
		case recordShape.MatchString(g.tag):
			g.name = g.tag
		default:
			g.name = fmt.Sprintf("RECORD_%d", i+1)
		}
	}
	return all
}

// begin writes how a record begins. One that is neither the first of its kind nor at an end may stand under another.
func (s *sketch) begin(g *group, above *group) {
	fmt.Fprintf(s, "\n[[record]]\nname   = %q\n", g.name)
	switch {
	case g.role != Body:
		fmt.Fprintf(s, "role   = %q\n", g.role)
	case above != nil:
		fmt.Fprintf(s, "# parent = %q # %s\n", above.name, message.Text("layout.sketch_parent", message.Args{"record": above.name}))
	}
}

// each writes the records one after the other.
func (s *sketch) each(groups []*group, fields func(g *group)) {
	var above *group
	for _, g := range groups {
		s.begin(g, above)
		fields(g)
		if g.role == Body {
			above = g
		}
	}
}

// counts says of a number at an end of the file that it is how many records there are.
func (s *sketch) counts(g *group, groups []*group, value []byte) string {
	number := strings.TrimLeft(string(trim(value)), "0")
	if g.role == Body || number == "" {
		return ""
	}
	var body []string
	records := 0
	for _, other := range groups {
		if other.role != Body {
			continue
		}
		if number == fmt.Sprint(len(other.rows)) {
			return fmt.Sprintf(", type = \"integer\", count = %q", other.name)
		}
		body, records = append(body, fmt.Sprintf("%q", other.name)), records+len(other.rows)
	}
	switch number {
	case fmt.Sprint(s.lines):
		return `, type = "integer", count = "*"`
	case fmt.Sprint(records):
		return fmt.Sprintf(", type = \"integer\", count = [%s]", strings.Join(body, ", "))
	}
	return ""
}

// typed is what a field may hold: the narrowest that all its values are.
func (s *sketch) typed(values [][]byte, divided bool) string {
	candidates := []struct {
		field Field
		say   string
	}{
		{Field{Type: CNPJCPF}, `, type = "cnpj_cpf"`}, {Field{Type: EAN, Align: Right, Fill: '0'}, `, type = "ean"`},
		{Field{Type: Date, Form: "ddmmyyyy"}, `, type = "date", form = "ddmmyyyy"`}, {Field{Type: Date, Form: "yyyymmdd"}, `, type = "date", form = "yyyymmdd"`},
		{Field{Type: Date, Form: "dd/mm/yyyy"}, `, type = "date", form = "dd/mm/yyyy"`}, {Field{Type: Date, Form: "yyyy-mm-dd"}, `, type = "date", form = "yyyy-mm-dd"`},
		{Field{Type: Moment, Form: "dd/mm/yyyy HH:MM"}, `, type = "datetime", form = "dd/mm/yyyy HH:MM"`},
		{Field{Type: Moment, Form: "dd/mm/yyyy HH:MM:SS"}, `, type = "datetime", form = "dd/mm/yyyy HH:MM:SS"`},
	}
	if divided {
		dots, commas := decimals(values, '.'), decimals(values, ',')
		comma := fmt.Sprintf(`, type = "decimal", places = %d, point = "comma"`, commas)
		candidates = append(candidates, []struct {
			field Field
			say   string
		}{
			{Field{Type: Integer}, `, type = "integer"`},
			{Field{Type: Decimal, Places: dots, Point: Dot}, fmt.Sprintf(`, type = "decimal", places = %d`, dots)},
			{Field{Type: Decimal, Places: commas, Point: Comma}, comma}, {Field{Type: Decimal, Places: commas, Point: Comma, Thousands: true}, comma + ", thousands = true"},
		}...)
	}
	for _, one := range candidates {
		if s.fitsAll(values, one.field) {
			return one.say
		}
	}
	return ""
}

// decimals is how many digits stand after the point at most, and two where there are fewer.
func decimals(values [][]byte, point byte) int {
	most := 2
	for _, value := range values {
		if at := bytes.LastIndexByte(value, point); at >= 0 {
			most = max(most, len(trim(value[at+1:])))
		}
	}
	return min(most, 6)
}

func (s *sketch) fitsAll(values [][]byte, f Field) bool {
	c, err := (&Codec{Layout: &Layout{}}).cell(&f)
	if err != nil {
		return false
	}
	found := false
	for _, value := range values {
		var v Value
		if c.read(value, s.page, &v, new([]byte)) != nil {
			return false
		}
		found = found || v.Kind != Null
	}
	return found
}

// example is a value of the field, as a comment.
func (s *sketch) example(values [][]byte) string {
	for _, value := range values {
		if text := trim(value); len(text) > 0 {
			return " # " + s.page.shown(text)
		}
	}
	return ""
}

// alike says that the lines of each group have one length.
func alike(groups []*group, length func(row [][]byte) int) bool {
	return !slices.ContainsFunc(groups, func(g *group) bool {
		return slices.ContainsFunc(g.rows, func(row [][]byte) bool { return length(row) != length(g.rows[0]) })
	})
}
