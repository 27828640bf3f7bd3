package layout

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/cnpj"
)

// What is written is read back as it was, and written again the same, in every kind of layout.
func TestReadingAndWritingAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := anyLayout(t)
		c := codecOf(t, l)
		w := c.NewWriter()
		var file []byte
		var want [][]Value
		for range rapid.IntRange(1, 12).Draw(t, "lines") {
			record := rapid.IntRange(0, len(l.Records)-1).Draw(t, "record")
			values := make([]Value, len(l.Records[record].Fields))
			for i := range values {
				values[i] = anyValue(t, l, &c.records[record].cells[i])
			}
			line, problems := w.Append(nil, record, values)
			if len(problems) > 0 {
				t.Fatalf("%v: %v", values, problems)
			}
			file = append(file, line...)
			want = append(want, values)
		}
		again := c.NewWriter()
		var copied []byte
		n := 0
		r := c.NewReader(bytes.NewReader(file))
		for r.Next() {
			line := r.Line()
			if len(line.Problems) > 0 {
				t.Fatalf("%q: %v", line.Raw, line.Problems)
			}
			for i, v := range line.Values {
				f := &l.Records[line.Record].Fields[i]
				if f.Tag == "" && f.Const == "" && !v.Equal(want[n][i]) {
					t.Fatalf("%s %+v of %q is %q, want %q", f.Name, f, line.Raw, v, want[n][i])
				}
			}
			back, problems := again.Append(nil, line.Record, line.Values)
			if len(problems) > 0 {
				t.Fatalf("written again: %v", problems)
			}
			copied = append(copied, back...)
			n++
		}
		if problems := r.End(); r.Err() != nil || len(problems) > 0 || n != len(want) {
			t.Fatalf("%d of %d lines, %v, %v\n%q", n, len(want), r.Err(), problems, file)
		}
		if !bytes.Equal(file, copied) {
			t.Fatalf("%q\n%q", file, copied)
		}
	})
}

func codecOf(t interface{ Fatalf(string, ...any) }, l *Layout) *Codec {
	c, err := NewCodec(l)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return c
}

var allTypes = []Type{Text, Integer, Decimal, Date, Time, Moment, Boolean, CNPJ, CPF, CNPJCPF, EAN, Blank}

// anyLayout is of fixed width, divided by separators, or both.
func anyLayout(t *rapid.T) *Layout {
	l := &Layout{
		Encoding: rapid.SampledFrom([]Encoding{UTF8, UTF8BOM, Windows1252, CP850, Latin1}).Draw(t, "encoding"),
		Newline:  rapid.SampledFrom([]string{"\r\n", "\n"}).Draw(t, "newline"),
	}
	fixed, hybrid := rapid.Bool().Draw(t, "fixed"), false
	if !fixed {
		l.Separator = rapid.SampledFrom([]string{"|", ";", "\t", "##", ","}).Draw(t, "separator")
		l.Trailing = rapid.SampledFrom([]Trailing{Never, Always}).Draw(t, "trailing")
		l.Leading = rapid.Bool().Draw(t, "leading")
		if hybrid = rapid.Bool().Draw(t, "hybrid"); hybrid {
			l.Leading = false
		} else if l.Separator == "," || rapid.Bool().Draw(t, "quotes") {
			l.Quote = '"'
		}
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "records") {
		r := Record{Name: fmt.Sprintf("R%d", i)}
		tag := Field{Name: "tag", Type: Text, Tag: fmt.Sprintf("T%d", i)}
		if fixed || hybrid {
			tag.First, tag.Last = 1, 2
		}
		r.Fields = append(r.Fields, tag)
		at, part := 2, 1
		for k := range rapid.IntRange(1, 8).Draw(t, "fields") {
			f := anyField(t, fmt.Sprintf("f%d", k), l.Separator)
			if !fixed && (!hybrid || rapid.IntRange(0, 2).Draw(t, "next part") == 0) {
				part, at = part+1, 0
			}
			f.Part = part
			if fixed || hybrid {
				gap := rapid.IntRange(0, 3).Draw(t, "gap")
				f.First, f.Last = at+gap+1, at+gap+widthOf(&f)
				at = f.Last
			} else {
				f.Align, f.Fill = "", 0
			}
			r.Fields = append(r.Fields, f)
		}
		if part > 1 {
			r.Parts = rapid.IntRange(1, part).Draw(t, "parts")
		}
		l.Records = append(l.Records, r)
	}
	return l
}

func anyField(t *rapid.T, name, separator string) Field {
	f := Field{Name: name, Type: rapid.SampledFrom(allTypes).Draw(t, "type"), Align: rapid.SampledFrom([]Align{"", Left, Right}).Draw(t, "align")}
	switch f.Type {
	case Decimal:
		f.Places = rapid.IntRange(1, 4).Draw(t, "places")
		f.Point = rapid.SampledFrom([]Point{Implied, Dot, Comma}).Draw(t, "point")
		if separator == "," && f.Point == Comma {
			f.Point = Dot
		}
		if f.Align == Left {
			f.Fill = ' '
		}
	case Date:
		f.Form = rapid.SampledFrom([]string{"ddmmyyyy", "aaaammdd", "dd/mm/yyyy", "ddmmyy"}).Draw(t, "form")
	case Time:
		f.Form = rapid.SampledFrom([]string{"HHMMSS", "HH:MM:SS", "HHMMSScc"}).Draw(t, "form")
	case Moment:
		f.Form = rapid.SampledFrom([]string{"yyyymmddHHMMSS", "dd/mm/yyyy HH:MM:SS"}).Draw(t, "form")
	case Boolean:
		f.Values = []Choice{{Code: "S"}, {Code: "N"}}
	case Text:
		if rapid.Bool().Draw(t, "choice") {
			f.Values = []Choice{{Code: "D"}, {Code: "AÇ"}, {Code: "N"}}
		}
	case CNPJ, CPF, CNPJCPF:
		f.Mask = rapid.Bool().Draw(t, "mask")
	}
	return f
}

func widthOf(f *Field) int {
	switch f.Type {
	case Date, Time, Moment:
		form, _ := ReadForm(f.Form)
		return form.Length()
	case Boolean:
		return 1
	case CNPJ, CPF, CNPJCPF, EAN, Decimal:
		return 18
	}
	return 12
}

// anyValue is one that the field can hold.
func anyValue(t *rapid.T, l *Layout, c *cell) Value {
	if c.Type == Blank || c.tag != nil || rapid.IntRange(0, 5).Draw(t, "empty") == 0 {
		return Value{}
	}
	parts := Parts{
		Year: rapid.IntRange(1970, 2068).Draw(t, "year"), Month: rapid.IntRange(1, 12).Draw(t, "month"), Day: rapid.IntRange(1, 28).Draw(t, "day"),
		Hour: rapid.IntRange(0, 23).Draw(t, "hour"), Minute: rapid.IntRange(0, 59).Draw(t, "minute"), Second: rapid.IntRange(0, 59).Draw(t, "second"),
	}
	switch c.Type {
	case Integer:
		return NewNumber(int64(rapid.IntRange(-9999999, 99999999).Draw(t, "n")), 0)
	case Decimal:
		return NewNumber(int64(rapid.IntRange(-9999999999, 99999999999).Draw(t, "n")), uint8(c.Places))
	case Date:
		return Value{Kind: Day, N: parts.number(Day)}
	case Time:
		if c.form.words[hundredth] {
			parts.Hundredth = rapid.IntRange(0, 99).Draw(t, "hundredth")
		}
		return Value{Kind: Clock, N: parts.number(Clock)}
	case Moment:
		return Value{Kind: Instant, N: parts.number(Instant)}
	case Boolean:
		return Value{Kind: Flag, N: int64(rapid.IntRange(0, 1).Draw(t, "flag"))}
	case CNPJ:
		return NewString(anyCNPJ(t))
	case CPF:
		return NewString(anyCPF(t))
	case CNPJCPF:
		if rapid.Bool().Draw(t, "person") {
			return NewString(anyCPF(t))
		}
		return NewString(anyCNPJ(t))
	case EAN:
		return NewString(rapid.SampledFrom([]string{"7891000315507", "2000002001027", "9788578492946", "96385074"}).Draw(t, "ean"))
	}
	if c.Values != nil {
		return NewString(rapid.SampledFrom(c.Values).Draw(t, "choice").Code)
	}
	return anyText(t, l)
}

func anyText(t *rapid.T, l *Layout) Value {
	letters := []rune("abcXYZ 0189ãçÃÉõ'\"-;|#\t,")
	if l.Encoding == UTF8 || l.Encoding == UTF8BOM {
		letters = append(letters, '€', '日')
	}
	text := rapid.StringOfN(rapid.SampledFrom(letters), 0, 8, 12).Draw(t, "text")
	if l.Separator != "" && l.Quote == 0 {
		text = strings.ReplaceAll(text, l.Separator[:1], "")
	}
	if l.Quote != 0 && strings.HasPrefix(text, `"`) {
		text = "x" + text[1:]
	}
	text = strings.Trim(text, " ")
	if text == "" {
		return Value{}
	}
	if limit := 12; len(text) > limit && pages[l.Encoding] == nil {
		text = "abc"
	}
	return NewString(text)
}

func anyCNPJ(t *rapid.T) string {
	for n := rapid.IntRange(10_000_000, 1<<30).Draw(t, "cnpj"); ; n++ {
		text := fmt.Sprintf("%012d", n)
		if rapid.Bool().Draw(t, "letters") {
			text = "12ABC" + text[5:]
		}
		for d := range 100 {
			if full := fmt.Sprintf("%s%02d", text, d); cnpj.Check([]byte(full)) == nil {
				return full
			}
		}
	}
}

// anyCPF is none that, with zeros before it, is rather a CNPJ.
func anyCPF(t *rapid.T) string {
	for n := rapid.IntRange(10000, 999999999).Draw(t, "cpf"); ; n++ {
		for d := range 100 {
			full := fmt.Sprintf("%09d%02d", n%1000000000, d)
			if cnpj.CheckCPF([]byte(full)) == nil && (full[:2] == "00" || cnpj.Check([]byte("000"+full)) != nil) {
				return full
			}
		}
	}
}
