package builtin

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/cnpj"
	"github.com/djscript/djscript/host/layout"
)

// Whatever fits into a layout that ships is written and read back as it was. A record of each type, in the order in which they
// are declared, is a file of every one of them.
func TestEveryLayoutThatShipsReadsBackWhatItWrote(t *testing.T) {
	for _, l := range layouts(t) {
		t.Run(l.Name+"@"+l.Version, func(t *testing.T) {
			c, err := layout.NewCodec(l)
			if err != nil {
				t.Fatal(err)
			}
			rapid.Check(t, func(t *rapid.T) { writeAndRead(t, l, c) })
		})
	}
}

func writeAndRead(t *rapid.T, l *layout.Layout, c *layout.Codec) {
	w := c.NewWriter()
	var file []byte
	var written [][]layout.Value
	for i, r := range l.Records {
		values := make([]layout.Value, len(r.Fields))
		for k := range r.Fields {
			values[k] = anyValue(t, &r.Fields[k])
		}
		line, problems := w.Append(nil, i, values)
		if len(problems) > 0 {
			t.Fatalf("%s %v: %v", r.Name, values, problems)
		}
		file, written = append(file, line...), append(written, values)
	}
	r := c.NewReader(bytes.NewReader(file))
	n := 0
	for ; r.Next(); n++ {
		line := r.Line()
		if len(line.Problems) > 0 || line.Record != n {
			t.Fatalf("%q: record %d, %v", line.Raw, line.Record, line.Problems)
		}
		for k, f := range l.Records[n].Fields {
			if f.Tag == "" && f.Const == "" && !line.Values[k].Equal(written[n][k]) {
				t.Fatalf("%s of %q is %q, want %q", f.Name, line.Raw, line.Values[k], written[n][k])
			}
		}
	}
	if problems := r.End(); r.Err() != nil || len(problems) > 0 || n != len(l.Records) {
		t.Fatalf("%d records, %v, %v of %q", n, r.Err(), problems, file)
	}
}

func anyValue(t *rapid.T, f *layout.Field) layout.Value {
	blank := !f.Required && f.Default == "" && f.Type != layout.Boolean && rapid.IntRange(0, 4).Draw(t, "blank") == 0
	if blank || f.Type == layout.Blank || f.Tag != "" || f.Const != "" {
		return layout.Value{}
	}
	width := cmp.Or(f.Size, 30)
	if f.First > 0 {
		width = f.Last - f.First + 1
	}
	switch f.Type {
	case layout.Integer:
		return layout.NewNumber(anyNumber(t, f, width), 0)
	case layout.Decimal:
		if f.Point != layout.Implied {
			width--
		}
		return layout.NewNumber(anyNumber(t, f, width), uint8(f.Places))
	case layout.Date:
		return layout.Value{Kind: layout.Day, N: anyDay(t)}
	case layout.Time:
		return layout.Value{Kind: layout.Clock, N: anyClock(t)}
	case layout.Moment:
		return layout.Value{Kind: layout.Instant, N: anyDay(t)*1e10 + anyClock(t)}
	case layout.Boolean:
		return layout.Value{Kind: layout.Flag, N: rapid.Int64Range(0, 1).Draw(t, "flag")}
	case layout.CNPJ, layout.CNPJCPF:
		return layout.NewString(anyCompany(t))
	case layout.EAN:
		return layout.NewString(anyEAN(t, f))
	}
	return layout.NewString(anyText(t, f, width))
}

// A number of more than eighteen digits is refused.
func anyNumber(t *rapid.T, f *layout.Field, width int) int64 {
	most := int64(1)
	for range min(width, 18) {
		most *= 10
	}
	return rapid.Int64Range(1, most-1).Draw(t, f.Name)
}

func anyDay(t *rapid.T) int64 {
	return rapid.Int64Range(1990, 2040).Draw(t, "year")*10000 + rapid.Int64Range(1, 12).Draw(t, "month")*100 + rapid.Int64Range(1, 28).Draw(t, "day")
}

func anyClock(t *rapid.T) int64 {
	return (rapid.Int64Range(0, 23).Draw(t, "hour")*10000 + rapid.Int64Range(0, 59).Draw(t, "minute")*100 + rapid.Int64Range(0, 59).Draw(t, "second")) * 10000
}

func anyCompany(t *rapid.T) string {
	stem := rapid.StringMatching(`[1-9A-Z][0-9A-Z]{11}`).Draw(t, "company")
	for digits := range 100 {
		if whole := fmt.Sprintf("%s%02d", stem, digits); cnpj.Check([]byte(whole)) == nil {
			return whole
		}
	}
	return "11222333000181"
}

// Without its check digit a code has one less.
func anyEAN(t *rapid.T, f *layout.Field) string {
	code := rapid.StringMatching(`[1-9][0-9]{11}`).Draw(t, "ean")
	if f.Unchecked {
		return code
	}
	sum := 0
	for i, c := range code {
		sum += int(c-'0') * (1 + 2*(i%2))
	}
	return fmt.Sprint(code, (10-sum%10)%10)
}

func anyText(t *rapid.T, f *layout.Field, width int) string {
	if f.Values != nil {
		return rapid.SampledFrom(f.Values).Draw(t, f.Name).Code
	}
	letters := []rune("abcXYZ019 .,-/'\"áçãõÉÇ")
	text := strings.Trim(rapid.StringOfN(rapid.SampledFrom(letters), 1, width, -1).Draw(t, f.Name), " ")
	if f.Case == layout.Upper {
		text = strings.ToUpper(text)
	}
	return cmp.Or(text, "X")
}
