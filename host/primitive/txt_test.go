package primitive

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

const priceLayout = `
title = "prices"
origin = "ours"
encoding = "cp1252"

[[record]]
name = "PRODUTO"
fields = [
  { name = "codigo", at = [1, 6], required = true, key = true },
  { name = "reservado", at = [7, 8], type = "blank" },
  { name = "descricao", at = [9, 36], required = true },
  { name = "grupo", at = [37, 39] },
  { name = "custo", at = [40, 48], type = "decimal", places = 2 },
  { name = "preco", at = [49, 57], type = "decimal", places = 2 },
  { name = "caixa", at = [58, 61], type = "integer" },
  { name = "desde", at = [62, 69], type = "date", form = "ddmmyyyy" },
  { name = "ativo", at = [70, 70], type = "boolean", values = ["S", "N"] },
]

[[record]]
name = "BARRA"
parent = "PRODUTO"
fields = [
  { name = "tag", at = [1, 1], tag = "#" },
  { name = "barra", at = [2, 14] },
]
`

const priceLine = "000001  Refrigerante de ma\xe7\xe3 2 L    BEB000000459000000799001202032026S\r\n"

// mapping is what an import does with each record of a file, without its database.
type mapping struct {
	into   []exchange.Into
	record *exchange.Record
}

func mapped(t testing.TB, script string) *mapping {
	t.Helper()
	l, wrong := layout.FromTOML("prices.toml", []byte(priceLayout))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	codec, err := layout.NewCodec(l)
	if err != nil {
		t.Fatal(err)
	}
	chunk, err := lua.Parse("map.lua", []byte(script))
	if err != nil {
		t.Fatal(err)
	}
	state := lua.New(t.Context(), lua.Options{Modules: map[string][]lua.Func{"dj": {bind("num", Flow, num)}}})
	value, err := state.Run(chunk)
	if err != nil {
		t.Fatal(err)
	}
	all := newTargets(codec)
	if err := all.read(map[string]lua.Value{"PRODUTO": value}); err != nil {
		t.Fatal(err)
	}
	m := &mapping{}
	if m.into, err = all.into(map[string][]string{"PRODUTO": {"CODIGO", "DESCRICAO", "PRECO", "CUSTO", "CAIXA", "DESDE", "ATIVO"}}); err != nil {
		t.Fatal(err)
	}
	r := codec.NewReader(strings.NewReader(priceLine))
	if !r.Next() || len(r.Line().Problems) > 0 {
		t.Fatal(r.Err(), r.Line().Problems)
	}
	m.record = &exchange.Record{Type: &l.Records[0], Line: 1, Values: (&rowType{}).keep(r.Line().Values).values}
	return m
}

// said is what map makes of the record, by the columns.
func (m *mapping) said() (string, error) {
	values, err := m.into[0].Map(m.record, nil)
	if err != nil {
		return "", err
	}
	var all []string
	for _, a := range m.into[0].Columns {
		all = append(all, a.Column+"="+values[a.Value].String())
	}
	return strings.Join(all, " "), nil
}

func TestWhatMapGivesGoesIntoTheColumns(t *testing.T) {
	const same = "caixa=12 codigo=000001 custo=4.59 desde=2026-03-02 descricao=Refrigerante de maçã 2 L"
	for source, want := range map[string]string{
		"return r": same + " preco=7.99 ativo=true",
		"r.preco = (r.custo * dj.num('1.35')):round(2) return r":      same + " preco=6.20 ativo=true",
		"for k, v in pairs(r) do r[k] = v end return r":               same + " preco=7.99 ativo=true",
		"local t = {} for k, v in pairs(r) do t[k] = v end return t":  same + " preco=7.99 ativo=true",
		"r.preco = 1 r.ativo = false r.caixa = nil return r":          "caixa= codigo=000001 custo=4.59 desde=2026-03-02 descricao=Refrigerante de maçã 2 L preco=1 ativo=false",
		"return { codigo = '7', preco = 2.5, ativo = r.ativo }":       "caixa= codigo=7 custo= desde= descricao= preco=2.5 ativo=true",
		"assert(parents == nil and r.desde == '2026-03-02') return r": same + " preco=7.99 ativo=true",
		"error('abaixo do custo', 0)":                                 "refused: abaixo do custo",
		"error({ code = 'loja.preco', message = 'sem preço' })":       "refused: sem preço",
		"return r.preco + r.descricao":                                "refused",
		"return r.precu":                                              "script.undefined",
		"r.precu = 1 return r":                                        "option.unknown",
		"return nil":                                                  "option.type",
		"r.preco = 1 / 3 return r":                                    "refused",
		"while true do end":                                           "run.limit",
	} {
		got, err := mapped(t, "return { table = 'PRODUTO', map = function(r, parents) "+source+" end }").said()
		got = sorted(got)
		var refusal exchange.Refusal
		switch {
		case errors.As(err, &refusal):
			got = "refused: " + refusal.Error()
		case err != nil:
			got = message.Code(err)
		}
		if want = sorted(want); got != want && (want != "refused" || !strings.HasPrefix(got, "refused")) {
			t.Errorf("%s\n got %s\nwant %s", source, got, want)
		}
	}
}

// sorted brings "b=1 a=2" into the order of the names; the text has blanks of its own, so that letters are sorted at "=".
func sorted(text string) string {
	if !strings.Contains(text, "caixa=") {
		return text
	}
	for _, name := range []string{"ativo", "caixa", "codigo", "custo", "descricao", "desde", "preco"} {
		text = strings.Replace(text, name+"=", "\n"+name+"=", 1)
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	for i := range lines {
		for j := i + 1; j < len(lines); j++ {
			if lines[j] < lines[i] {
				lines[i], lines[j] = lines[j], lines[i]
			}
		}
	}
	return strings.Join(lines, "\n")
}

func TestFieldsWithoutAColumnAreTold(t *testing.T) {
	m := mapped(t, "return { table = 'PRODUTO', key = { 'CODIGO' } }")
	if got := fmt.Sprint(m.into[0].Key, len(m.into[0].Columns)); got != "[codigo] 7" {
		t.Error(got)
	}
}

const marginMap = `
local margins = { BEB = dj.num("1.35"), ALI = dj.num("1.28") }
return { table = "PRODUTO", key = { "CODIGO" }, map = function(r)
  if r.ativo then
    r.preco = (r.custo * margins[r.grupo]):round(2)
  end
  return r
end }`

func BenchmarkMapOfARecord(b *testing.B) {
	m, n := mapped(b, marginMap), 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		if _, err := m.into[0].Map(m.record, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}

// shrinking is a file that is another one after it was read from for the first time.
type shrinking struct {
	Texts
	reads int
}

func (s *shrinking) ReadAt(_ string, p []byte, at int64) (int, string, error) {
	if s.reads++; s.reads > 1 {
		return 0, "0 bytes", io.EOF
	}
	return copy(p, priceLine[at:]), fmt.Sprint(len(priceLine), " bytes"), nil
}

func TestRecordsEndWhereTheFileIsAnotherOne(t *testing.T) {
	in := &sections{texts: &shrinking{}, path: "PRECOS.TXT"}
	if text, err := io.ReadAll(in); message.Code(err) != "txt.file" || string(text) != priceLine {
		t.Errorf("%q, %v", text, err)
	}
}

func TestNoTwoTargetsAreKnownByOneName(t *testing.T) {
	l := &layout.Layout{Name: "precos"}
	long := strings.Repeat("Ç", 31)
	names := map[string]bool{}
	for _, tables := range [][]string{{"PRODUTO"}, {long, long, "A"}, {long, long, "B"}, {"A" + long, long}} {
		name := targetName(l, tables)
		if names[name] || len(name) > longestTarget || !utf8.ValidString(name) {
			t.Errorf("%q", name)
		}
		names[name] = true
	}
	if a, b := targetName(l, []string{"Produto"}), targetName(l, []string{"PRODUTO"}); a != b {
		t.Errorf("%q, %q", a, b)
	}
}
