package layout

import (
	"bytes"
	"fmt"
	"testing"
)

// products is a layout of a store's products as scales and registers have them: 122 bytes, twelve fields.
func products() *Layout {
	return &Layout{
		Encoding: Windows1252,
		Records: []Record{{Name: "PRODUTO", Fields: []Field{
			{Name: "codigo", Type: Text, First: 1, Last: 20, Required: true, Key: true},
			{Name: "barras", Type: EAN, First: 21, Last: 34, Align: Right, Fill: '0'},
			{Name: "descricao", Type: Text, First: 35, Last: 74, Required: true},
			{Name: "unidade", Type: Text, First: 75, Last: 77},
			{Name: "grupo", Type: Integer, First: 78, Last: 83},
			{Name: "preco", Type: Decimal, Places: 2, First: 84, Last: 92},
			{Name: "custo", Type: Decimal, Places: 4, First: 93, Last: 103},
			{Name: "estoque", Type: Decimal, Places: 3, First: 104, Last: 113},
			{Name: "alterado", Type: Date, Form: "ddmmyyyy", First: 114, Last: 121},
			{Name: "excluir", Type: Boolean, Values: []Choice{{Code: "S"}, {Code: "N"}}, First: 122, Last: 122},
		}}},
	}
}

func piped(l *Layout) *Layout {
	l.Separator, l.Trailing = "|", Always
	for i := range l.Records[0].Fields {
		f := &l.Records[0].Fields[i]
		f.Part, f.First, f.Last, f.Fill, f.Align = i+1, 0, 0, 0, ""
		if f.Type == Decimal {
			f.Point = Dot
		}
	}
	return l
}

func someProducts(l *Layout, n int) []byte {
	c, err := NewCodec(l)
	if err != nil {
		panic(err)
	}
	w := c.NewWriter()
	var file []byte
	for i := range n {
		var problems []Problem
		file, problems = w.Append(file, 0, []Value{
			NewString(fmt.Sprintf("P%07d", i)), NewString("7891000315507"), NewString(fmt.Sprintf("FEIJÃO PRETO TIPO %d 1KG", i%9)), NewString("UN"),
			NewNumber(int64(i%40), 0), NewNumber(int64(i%10000), 2), NewNumber(int64(i%10000), 4), NewNumber(int64(i%1000), 3),
			{Kind: Day, N: 20261122}, {Kind: Flag},
		})
		if len(problems) > 0 {
			panic(problems[0])
		}
	}
	return file
}

func BenchmarkReading(b *testing.B) {
	for _, one := range []struct {
		name   string
		layout *Layout
	}{{"fixed", products()}, {"pipes", piped(products())}} {
		b.Run(one.name, func(b *testing.B) {
			file := someProducts(one.layout, 100_000)
			c, err := NewCodec(one.layout)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				r := c.NewReader(bytes.NewReader(file))
				n := 0
				for r.Next() {
					if len(r.Line().Problems) > 0 {
						b.Fatal(r.Line().Problems)
					}
					n++
				}
				if r.Err() != nil || n != 100_000 {
					b.Fatal(n, r.Err())
				}
			}
		})
	}
}
