package layout

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

// all is every line of a file as "record: value, value", and every problem in words.
func all(t testing.TB, l *Layout, file string) (lines, problems []string) {
	t.Helper()
	r := codecOf(t, l).NewReader(strings.NewReader(file))
	for r.Next() {
		line := r.Line()
		for _, p := range line.Problems {
			problems = append(problems, told(p))
		}
		if line.Record < 0 {
			continue
		}
		values := make([]string, len(line.Values))
		for i, v := range line.Values {
			values[i] = v.String()
		}
		lines = append(lines, l.Records[line.Record].Name+": "+strings.Join(values, ", "))
	}
	if r.Err() != nil {
		return lines, append(problems, r.Err().Error())
	}
	for _, p := range r.End() {
		problems = append(problems, told(p))
	}
	return lines, problems
}

func told(p Problem) string { return fmt.Sprintf("%s (%s)", p.Error(), p.Value) }

// prices is fixed width: code, name, price, day.
func prices() *Layout {
	return &Layout{Encoding: Windows1252, Records: []Record{{Name: "P", Fields: []Field{
		{Name: "codigo", Type: Integer, First: 1, Last: 4, Required: true},
		{Name: "nome", Type: Text, First: 5, Last: 14},
		{Name: "preco", Type: Decimal, Places: 2, First: 15, Last: 20, Min: &Value{Kind: Number}},
		{Name: "dia", Type: Date, Form: "ddmmyyyy", First: 21, Last: 28},
	}}}}
}

func TestAFixedLineIsRead(t *testing.T) {
	lines, problems := all(t, prices(), "0012A\xc7\xdaCAR    00123431122026\r\n0013          00000000000000\n\n  14X              0        \n")
	want := []string{"P: 12, AÇÚCAR, 12.34, 2026-12-31", "P: 13, , 0.00, ", "P: 14, X, 0.00, "}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") || problems != nil {
		t.Errorf("%q, %q", lines, problems)
	}
}

// Whatever is wrong with a line is told with its place, its value and why, and all of it at once.
func TestWhatIsWrongIsTold(t *testing.T) {
	good := "0012ACUCAR    00123431122026"
	for _, one := range []struct{ file, want string }{
		{"00x2ACUCAR    00123431022026", "line 1, column 1, field codigo: this is not a whole number (00x2)\nline 1, column 21, field dia: there is no such day: 31022026 (31022026)"},
		{"    ACUCAR    0012,431122026", "line 1, column 1, field codigo: the field is empty and has to be filled in (    )\n" +
			"line 1, column 15, field preco: a , stands in it; digits alone are due, of which the last 2 are the decimals (0012,4)"},
		{"0012ACUCAR    -0123431122026", "line 1, column 15, field preco: 0 is the least that may stand here (-01234)"},
		{"0012ACUCAR    0012", "line 1, column 19, field preco: the line ends after 18 bytes, and 28 are due ()"},
		{good + "\n" + good + "X\n" + good, "line 2, column 29: the line has 29 bytes, and 28 are due (X)"},
		{"0012A\x00UCAR    00123431122026", "line 1, column 6: there is a zero byte in the line (·)"},
		{"0012A\x81UCAR    00123431122026", "line 1, column 6: the byte 129 is no letter in cp1252 (·)\nthe file is in cp850 rather than in cp1252, as its layout says ()"},
		{"", "the file is empty ()"},
		{"\r\n\r\n", "the file is empty ()"},
		{"\xef\xbb\xbf" + good, "the file is in UTF-8, and its layout says cp1252"},
		{"\xff\xfe0\x000\x00", `the file is in UTF-16 ("Unicode"), where every letter has two bytes`},
		{"0\x000\x001\x002\x00A\x00", `the file is in UTF-16 ("Unicode"), where every letter has two bytes`},
		{"0012A\u00c7\u00daCAR  00123431122026", "the file is in UTF-8, and its layout says cp1252 ()"},
		{"0012A\x80\xe9CAR    00123431122026\n0012A\x87\xc6O      00123431122026", "the file is in cp850 rather than in cp1252, as its layout says ()"},
		{"0012A'; DROP TA00123431122026", "line 1, column 29: the line has 29 bytes, and 28 are due (6)"},
		{good + "\n" + strings.Repeat("x", 3<<20) + "\n" + good, "line 2: the line has 3145728 bytes, and lines of up to 1048576 are read ()"},
		{good + "\x1a", "line 1, column 29: there is a control character in the line (byte 26) (·)"},
		{good + "\r\n\x1a", ""},
		{good, ""},
	} {
		_, problems := all(t, prices(), one.file)
		if got := strings.Join(problems, "\n"); got != one.want {
			t.Errorf("%.60q:\n%s\nwant\n%s", one.file, got, one.want)
		}
	}
}

func TestALineMayBeShorterOrLongerWhereTheLayoutSaysSo(t *testing.T) {
	l := prices()
	l.Records[0].Short, l.Records[0].Longer, l.Records[0].Takes = 14, 1, "nome"
	lines, problems := all(t, l, "0012ACUCAR    \n0012ACUCAR     00123431122026\n0012ACUCAR    001234\n0012ACUCAR    0012\n")
	want := []string{"P: 12, ACUCAR, , ", "P: 12, ACUCAR, 12.34, 2026-12-31", "P: 12, ACUCAR, 12.34, ", "P: 12, ACUCAR, , "}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", lines)
	}
	if got := strings.Join(problems, "\n"); got != "line 4, column 15, field preco: the line ends within this field: 4 of its 6 bytes are there (0012)" {
		t.Errorf("%q", problems)
	}
}

// orders is divided by pipes, with a pipe after the last field: a header with items under it, and a trailer that counts.
func orders() *Layout {
	return &Layout{Encoding: Windows1252, Separator: "|", Trailing: Always, Ordered: true, Records: []Record{
		{Name: "INI", Role: Header, Fields: []Field{{Name: "tag", Type: Text, Tag: "INI", Part: 1}, {Name: "dia", Type: Date, Form: "yyyymmdd", Part: 2}}},
		{Name: "PRE", Least: 1, Fields: []Field{{Name: "tag", Type: Text, Tag: "PRE", Part: 1}, {Name: "numero", Type: Integer, Part: 2, Required: true}}},
		{Name: "PIT", Parent: "PRE", Least: 1, Most: 3, Parts: 3, Fields: []Field{
			{Name: "tag", Type: Text, Tag: "PIT", Part: 1}, {Name: "produto", Type: Text, Part: 2, Size: 6}, {Name: "valor", Type: Decimal, Point: Dot, Places: 2, Part: 3},
			{Name: "nota", Type: Text, Part: 4},
		}},
		{Name: "PAG", Parent: "PRE", Fields: []Field{{Name: "tag", Type: Text, Tag: "PAG", Part: 1}, {Name: "valor", Type: Decimal, Point: Dot, Places: 2, Part: 2}}},
		{Name: "FIM", Role: Trailer, Fields: []Field{
			{Name: "tag", Type: Text, Tag: "FIM", Part: 1}, {Name: "pedidos", Type: Integer, Part: 2, Count: []string{"PRE"}}, {Name: "linhas", Type: Integer, Part: 3, Count: []string{"*"}},
		}},
	}}
}

func TestADividedFileIsRead(t *testing.T) {
	lines, problems := all(t, orders(), "INI|20261122|\nPRE|1|\nPIT|A|1.50|\nPIT|B|2|ol\xe1|\nPAG|3.50|\nPRE|2|\nPIT|C||\nFIM|2|8|\n")
	want := []string{"INI: INI, 2026-11-22", "PRE: PRE, 1", "PIT: PIT, A, 1.50, ", "PIT: PIT, B, 2.00, olá", "PAG: PAG, 3.50", "PRE: PRE, 2", "PIT: PIT, C, , ", "FIM: FIM, 2, 8"}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") || problems != nil {
		t.Errorf("%q, %q", lines, problems)
	}
}

func TestTheColumnOfAFieldBehindQuotesIsTold(t *testing.T) {
	l := orders()
	l.Quote = '"'
	_, problems := all(t, l, "INI|20261122|\nPRE|1|\nPIT|\"A\"\"|\"|\"1,5\"|\nPIT|A|x|\nFIM|1|5|\n")
	want := []string{"line 3, column 13, field valor: the decimals are set off by \",\", and \".\" is due (1,5)", "line 4, column 7, field valor: this is not a number (x)"}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsWrongWithTheOrderIsTold(t *testing.T) {
	for _, one := range []struct{ file, want string }{
		{"PIT|A|1|\nFIM|0|2|", "line 1: it belongs to a PRE, and none is open here ()\nthe file has 0 INI, and at least 1 are due: it may be cut off ()\nthe file has 0 PRE, and at least 1 are due: it may be cut off ()"},
		{"INI|20261122|\nPRE|1|\nPIT|A|1|\nPAG|1|\nPIT|B|1|\nFIM|1|6|", "line 5: it stands after a PAG, and has to come before it ()"},
		{"PRE|1|\nPIT|A|1|\nINI|20261122|\nFIM|1|4|", "line 3: it has to be the file's first line ()"},
		{"INI||\nPRE|1|\nPIT|A|1|\nFIM|1|4|\nPRE|2|\nPIT|A|1|", "line 5: it stands after the file's last record, in line 4 ()\nline 6: it stands after the file's last record, in line 4 ()"},
		{"INI||\nPRE|1|\nPIT|A|1|\nFIM|2|4|", "line 4, column 5, field pedidos: it says 2, and there are 1 (PRE) (2)"},
		{"INI||\nPRE|1|\nPIT|A|1|\nFIM|1|5|", "line 4, column 7, field linhas: it says 5, and there are 4 lines (5)"},
		{"INI||\nPRE|1|\nPRE|2|\nPIT|A|1|\nFIM|2|5|", "line 2: under it at least 1 PIT are due, and 0 are there ()"},
		{"INI||\nPRE|1|\nPIT|A|1|\nPIT|A|1|\nPIT|A|1|\nPIT|A|1|\nFIM|1|7|", "line 6: there may be 3 at most ()"},
		{"INI||\nPRE|1|\nPIT|A|1|\n", "the file has 0 FIM, and at least 1 are due: it may be cut off ()"},
		{"INI||\nPRE|1|\nPIT|A|1|\nXYZ|1|\nFIM|1|5|", "line 4: no record of the layout begins like this: XYZ; known are FIM, INI, PAG, PIT, PRE (XYZ)"},
		{"INI||\nPRE|1|\nPIT|A|1\nFIM|1|4|", "line 3: the line has to end in |: it may be cut off ()"},
		{"INI||\nPRE|1|\nPIT|A|\nFIM|1|4|", "line 3: the line has 2 fields, and 3 to 4 are due ()"},
		{"INI||\nPRE|1|\nPIT|ABCDEFG|1,5|\nFIM|1|4|", "line 3, column 5, field produto: it has 7 bytes, and the field has room for 6 (ABCDEFG)\n" +
			"line 3, column 13, field valor: the decimals are set off by \",\", and \".\" is due (1,5)"},
	} {
		_, problems := all(t, orders(), one.file)
		if got := strings.Join(problems, "\n"); got != one.want {
			t.Errorf("%q:\n%s\nwant\n%s", one.file, got, one.want)
		}
	}
}

// A problem belongs to the document that it spoils: what is told late, with the line after it, too.
func TestAProblemKnowsItsDocument(t *testing.T) {
	r := codecOf(t, orders()).NewReader(strings.NewReader("INI||\nPRE|1|\nPRE|x|\nPIT|A|1|\nPIT|B|,|\nPRE|3|\nFIM|3|7|\n"))
	var got []string
	for r.Next() {
		for _, p := range r.Line().Problems {
			got = append(got, fmt.Sprint(p.Line, ":", p.Document))
		}
	}
	for _, p := range r.End() {
		got = append(got, fmt.Sprint(p.Line, ":", p.Document))
	}
	if fmt.Sprint(got) != "[3:2 2:1 5:2 6:3]" {
		t.Error(got)
	}
}

func TestNumbersAreReadAsTheirFieldWritesThem(t *testing.T) {
	implied := Field{Type: Decimal, Places: 2, Point: Implied}
	dot := Field{Type: Decimal, Places: 2, Point: Dot}
	comma := Field{Type: Decimal, Places: 2, Point: Comma, Thousands: true}
	both := Field{Type: Decimal, Places: 2, Point: Implied, Also: []Point{Dot, Comma}, Thousands: true}
	for _, one := range []struct {
		field      Field
		text, want string
	}{
		{implied, "001234", "12.34"}, {implied, "-1", "-0.01"}, {implied, "12.34", "no_point"}, {implied, "1 2", "no_number"}, {implied, "", ""}, {implied, "-", "no_number"},
		{implied, "999999999999999999", "9999999999999999.99"}, {implied, "1999999999999999999", "too_big"}, {implied, "0000000000000000000000012", "0.12"},
		{dot, "12.34", "12.34"}, {dot, "12.3", "12.30"}, {dot, "12", "12.00"}, {dot, "12.340", "12.34"}, {dot, "12.345", "places"}, {dot, "12,34", "other_point"},
		{dot, ".5", "0.50"}, {dot, "5.", "5.00"}, {dot, ".", "no_number"}, {dot, "1.2.3", "no_number"}, {dot, "1e5", "no_number"}, {dot, "+3", "3.00"}, {dot, "- 3", "-3.00"},
		{dot, "99999999999999999", "too_big"}, {dot, "9999999999999999.99", "9999999999999999.99"}, {dot, "1,234.56", "thousands"},
		{comma, "1.234,56", "1234.56"}, {comma, "1234,56", "1234.56"}, {comma, "1.234", "1234.00"}, {comma, "12.34,5", "no_number"}, {comma, "1.234.567,8", "1234567.80"}, {comma, "1,5.0", "other_point"},
		{both, "1.234,56", "1234.56"}, {both, "012,34", "12.34"}, {both, "1234", "12.34"}, {both, "1,234.56", "1234.56"},
		{Field{Type: Integer}, "007", "7"}, {Field{Type: Integer}, "7.0", "no_point"}, {Field{Type: Integer}, "sete", "no_integer"},
	} {
		c, err := (&Codec{Layout: &Layout{}}).cell(&one.field)
		if err != nil {
			t.Fatal(err)
		}
		var v Value
		got, want := "", one.want
		if wrong := c.read([]byte(one.text), UTF8, &v, new([]byte)); wrong == nil {
			got = v.String()
		} else if got = "otherwise"; wrong.Is(message.New(codeRecord, "layout."+want, nil)) {
			got = want
		}
		if got != want {
			t.Errorf("%q as %s is %q, want %q", one.text, one.field.Point, got, want)
		}
	}
}

func TestAPersonsOrCompanysNumberIsHeldAgainstItsDigits(t *testing.T) {
	for _, one := range []struct {
		kind       Type
		text, want string
	}{
		{CNPJ, "12ABC34501DE35", "12ABC34501DE35"}, {CNPJ, "12.abc.345/01de-35", "12ABC34501DE35"}, {CNPJ, "12ABC34501DE36", "the check digits of this CNPJ are wrong"},
		{CNPJ, "00000000000000", ""}, {CNPJ, "1234", "a CNPJ has 12 letters or digits and 2 check digits"},
		{CPF, "52998224725", "52998224725"}, {CPF, "529.982.247-25", "52998224725"}, {CPF, "52998224726", "the check digits of this CPF are wrong"}, {CPF, "00052998224725", "52998224725"},
		{CNPJCPF, "00052998224725", "52998224725"}, {CNPJCPF, "11222333000181", "11222333000181"}, {CNPJCPF, "00000000000191", "00000000000191"},
		{CNPJCPF, "00000987654349", "00987654349"}, {CNPJCPF, "123", "a CNPJ (14 positions) or a CPF (11 digits) is due"},
		{EAN, "7891000315507", "7891000315507"}, {EAN, "7891000315508", "the check digit of this bar code is wrong"}, {EAN, "78910003155O7", "a bar code has 8 to 14 digits"}, {EAN, "96385074", "96385074"},
	} {
		c, err := (&Codec{Layout: &Layout{}}).cell(&Field{Type: one.kind})
		if err != nil {
			t.Fatal(err)
		}
		var v Value
		got := ""
		if wrong := c.read([]byte(one.text), UTF8, &v, new([]byte)); wrong != nil {
			got = wrong.Sentence()
		} else {
			got = v.String()
		}
		if got != one.want {
			t.Errorf("%s %q is %q, want %q", one.kind, one.text, got, one.want)
		}
	}
}

func TestACommaSeparatedLineMayHaveQuotes(t *testing.T) {
	l := &Layout{Encoding: UTF8, Separator: ",", Quote: '"', Records: []Record{{Name: "R", Fields: []Field{{Name: "a", Type: Text, Part: 1}, {Name: "b", Type: Text, Part: 2}}}}}
	lines, problems := all(t, l, "\xef\xbb\xbf\"say \"\"x\"\", y\",2\na,\"\"\n\"a,1\n\"a\"b,1\n")
	if strings.Join(lines, "\n") != "R: say \"x\", y, 2\nR: a, " {
		t.Errorf("%q", lines)
	}
	if got := strings.Join(problems, "\n"); got != "line 3: a \" is opened and not closed ()\nline 4: something stands after the closing \" ()" {
		t.Errorf("%q", got)
	}
}

// A line as the Toledo MGV7 has them: fixed bytes, then parts that may be absent.
func TestAHybridLineIsRead(t *testing.T) {
	l := &Layout{Encoding: Windows1252, Separator: "|", Trailing: Optional, Records: []Record{{Name: "I", Parts: 1, Fields: []Field{
		{Name: "codigo", Type: Integer, Part: 1, First: 1, Last: 3}, {Name: "nome", Type: Text, Part: 1, First: 4, Last: 9},
		{Name: "deptos", Type: Text, Part: 2}, {Name: "linha3", Type: Text, Part: 3, First: 1, Last: 4}, {Name: "midia", Type: Integer, Part: 3, First: 5, Last: 6},
	}}}}
	lines, problems := all(t, l, "001A|B   \n002ABC   |0205|\n003ABC   |0205|XY  07\n004ABC   |0205||\n005ABC   0205|\n006AB\n")
	want := "I: 1, A|B, , , \nI: 2, ABC, 0205, , \nI: 3, ABC, 0205, XY, 7\nI: 4, ABC, 0205, , \nI: , , , , "
	if strings.Join(lines, "\n") != want {
		t.Errorf("%q", lines)
	}
	if got := strings.Join(problems, "\n"); got != "line 5: after the first 9 bytes | is due ()\nline 6, column 6, field nome: the line ends after 5 bytes, and 9 are due ()" {
		t.Errorf("%q", got)
	}
}

type broken struct{ io.Reader }

var errDisk = errors.New("disk")

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = errDisk
	}
	return n, err
}

func TestAnErrorOfTheDiskIsNotTheEndOfTheFile(t *testing.T) {
	r := codecOf(t, prices()).NewReader(broken{strings.NewReader("0012ACUCAR    00123431122026\n0013")})
	n := 0
	for r.Next() {
		n++
	}
	if n != 1 || !errors.Is(r.Err(), errDisk) {
		t.Error(n, r.Err())
	}
}

// Whatever a file holds, reading it ends, tells where it can, and does not fall over.
func FuzzReading(f *testing.F) {
	f.Add([]byte("PRE|1|\nPIT|A|1.50|\n"), true)
	f.Add([]byte("0012ACUCAR    00123431122026\r\n"), false)
	f.Fuzz(func(t *testing.T, file []byte, divided bool) {
		l := prices()
		if divided {
			l = orders()
		}
		r := codecOf(t, l).NewReader(bytes.NewReader(file))
		lines := int64(0)
		for r.Next() {
			if line := r.Line(); line.Number <= lines || line.Offset+int64(len(line.Raw)) > int64(len(file)) {
				t.Fatalf("line %d after %d", line.Number, lines)
			}
			lines = r.Line().Number
		}
		for _, p := range r.End() {
			_ = p.Error()
		}
	})
}
