package layout

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
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
	var b strings.Builder
	fmt.Fprintf(&b, "title    = %q\norigin   = \"ours\"\nencoding = %q\n", path.Base(strings.ReplaceAll(name, `\`, "/")), p.Encoding)
	if separator, trailing := separatorOf(lines); separator != "" {
		fmt.Fprintf(&b, "separator = %q\n", separator)
		if trailing {
			fmt.Fprintf(&b, "trailing = \"always\"\n")
		}
		sketchDivided(&b, lines, separator, trailing)
		return b.String()
	}
	sketchFixed(&b, lines)
	return b.String()
}

func sketchLines(sample []byte) [][]byte {
	var lines [][]byte
	for line := range bytes.SplitSeq(bytes.TrimPrefix(sample, markUTF8), []byte("\n")) {
		if line = bytes.TrimSuffix(line, []byte("\r")); len(line) > 0 {
			lines = append(lines, line)
		}
	}
	return lines
}

// separatorOf is what divides nearly all lines; "" for nothing.
func separatorOf(lines [][]byte) (separator string, trailing bool) {
	for _, one := range []string{"|", ";", "\t"} {
		with, ends := 0, 0
		for _, line := range lines {
			if bytes.Contains(line, []byte(one)) {
				with++
			}
			if bytes.HasSuffix(line, []byte(one)) {
				ends++
			}
		}
		if with*10 >= len(lines)*9 {
			return one, ends*10 >= len(lines)*9
		}
	}
	return "", false
}

// mostTags are as many types of records as a file may have.
const mostTags = 12

func sketchDivided(b *strings.Builder, lines [][]byte, separator string, trailing bool) {
	byTag := map[string][][][]byte{}
	for _, line := range lines {
		parts := bytes.Split(line, []byte(separator))
		if trailing && len(parts[len(parts)-1]) == 0 {
			parts = parts[:len(parts)-1]
		}
		byTag[string(parts[0])] = append(byTag[string(parts[0])], parts)
	}
	tagged := len(byTag) <= mostTags && len(byTag)*3 <= len(lines)
	if !tagged {
		var all [][][]byte
		for _, tag := range slices.Sorted(maps.Keys(byTag)) {
			all = append(all, byTag[tag]...)
		}
		byTag = map[string][][][]byte{"": all}
	}
	for _, tag := range slices.Sorted(maps.Keys(byTag)) {
		name := cmp.Or(tag, "RECORD")
		fmt.Fprintf(b, "\n[[record]]\nname   = %q\n", name)
		parts, least := columnsOf(byTag[tag])
		if least < len(parts) {
			fmt.Fprintf(b, "parts  = %d\n", least)
		}
		b.WriteString("fields = [\n")
		for i, values := range parts {
			if i == 0 && tagged {
				fmt.Fprintf(b, "  { name = \"tag\", tag = %q },\n", tag)
				continue
			}
			fmt.Fprintf(b, "  { name = \"field_%d\"%s },%s\n", i+1, sketchType(values, true), example(values))
		}
		b.WriteString("]\n")
	}
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

func sketchFixed(b *strings.Builder, lines [][]byte) {
	width := len(lines[0])
	for _, line := range lines {
		width = min(width, len(line))
	}
	b.WriteString("\n[[record]]\nname   = \"RECORD\"\nfields = [\n")
	from := 0
	for n := 1; from < width; n++ {
		to := fieldEnd(lines, from, width)
		values := make([][]byte, len(lines))
		for i, line := range lines {
			values[i] = line[from:to]
		}
		fmt.Fprintf(b, "  { name = \"field_%d\", at = [%d, %d]%s },%s\n", n, from+1, to, sketchType(values, false), example(values))
		from = to
	}
	b.WriteString("]\n")
}

// fieldEnd is where a field that begins at from may end: where digits give way to something else, or blanks to something.
func fieldEnd(lines [][]byte, from, width int) int {
	digits := allDigits(lines, from)
	blank := false
	for at := from + 1; at < width; at++ {
		if allDigits(lines, at) != digits {
			return at
		}
		now := allBlank(lines, at)
		if blank && !now {
			return at
		}
		blank = now
	}
	return width
}

func allDigits(lines [][]byte, at int) bool {
	return !slices.ContainsFunc(lines, func(line []byte) bool { return line[at] < '0' || line[at] > '9' })
}

func allBlank(lines [][]byte, at int) bool {
	return !slices.ContainsFunc(lines, func(line []byte) bool { return line[at] != ' ' })
}

// sketchType is what a field may hold: the narrowest that all its values are.
func sketchType(values [][]byte, divided bool) string {
	candidates := []struct {
		field Field
		say   string
	}{
		{Field{Type: CNPJCPF}, `, type = "cnpj_cpf"`}, {Field{Type: EAN, Align: Right, Fill: '0'}, `, type = "ean"`},
		{Field{Type: Date, Form: "ddmmyyyy"}, `, type = "date", form = "ddmmyyyy"`}, {Field{Type: Date, Form: "yyyymmdd"}, `, type = "date", form = "yyyymmdd"`},
		{Field{Type: Date, Form: "dd/mm/yyyy"}, `, type = "date", form = "dd/mm/yyyy"`},
	}
	if divided {
		candidates = append(candidates, []struct {
			field Field
			say   string
		}{
			{Field{Type: Integer}, `, type = "integer"`},
			{Field{Type: Decimal, Places: 2, Point: Dot}, `, type = "decimal", places = 2`}, {Field{Type: Decimal, Places: 4, Point: Dot}, `, type = "decimal", places = 4`},
			{Field{Type: Decimal, Places: 2, Point: Comma}, `, type = "decimal", places = 2, point = "comma"`},
			{Field{Type: Decimal, Places: 4, Point: Comma}, `, type = "decimal", places = 4, point = "comma"`},
		}...)
	}
	for _, one := range candidates {
		if fitsAll(values, one.field) {
			return one.say
		}
	}
	return ""
}

func fitsAll(values [][]byte, f Field) bool {
	c, err := (&Codec{Layout: &Layout{}}).cell(&f)
	if err != nil {
		return false
	}
	found := false
	for _, value := range values {
		var v Value
		if c.read(value, Windows1252, &v, new([]byte)) != nil {
			return false
		}
		found = found || v.Kind != Null
	}
	return found
}

// example is a value of the field, as a comment.
func example(values [][]byte) string {
	for _, value := range values {
		if text := trim(value); len(text) > 0 {
			return " # " + Windows1252.shown(text)
		}
	}
	return ""
}
