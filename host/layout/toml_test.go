package layout

import (
	"slices"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/message"
)

const good = `title = { pt-BR = "Pedidos", en = "Orders" }
origin = "read"
source = "https://example.com/pedidos"
files = ["{number:8}.txt", "PEDIDOS.TXT"]
encoding = "cp1252"
newline = "lf"
version = "2"
also = ["3"]
default = true
ordered = true
fold = true
max_line = "64kB"
[[record]]
name = "H"
role = "header"
fields = [
  { name = "tipo", at = [1, 1], tag = "H" },
  { name = "linhas", at = [2, 9], type = "integer", count = "*" },
]
[[record]]
name = "PED"
title = "Pedido"
times = "1..n"
width = 120
short = 60
tolerate = { longer = 1, takes = "cliente" }
fields = [
  { name = "tipo", at = [1, 1], tag = "P" },
  { name = "cliente", at = [2, 40], required = true, upper = true, about = "nome", align = "left", fill = " " },
  { name = "cnpj", at = [41, 58], type = "cnpj", mask = true },
  { name = "data", at = [59, 66], type = "date", form = "ddmmaaaa", key = true },
  { name = "hora", at = [67, 72], type = "time", form = "HHMMSS" },
  { name = "feito", at = [73, 87], type = "datetime", form = "yyyymmdd HHMMSS" },
  { name = "urgente", at = [88, 88], type = "boolean", values = ["S", "N"], default = "N" },
  { name = "entrega", at = [89, 89], values = { B = "balcão", D = { pt-BR = "domicílio", en = "home" } } },
  { name = "barras", at = [90, 101], type = "ean", check = false },
  { name = "fixo", at = [102, 103], const = "00" },
  { name = "brancos", at = [104, 120], type = "blank" },
]
[[record]]
name = "ITE"
parent = "PED"
fields = [
  { name = "tipo", size = 1, tag = "I" },
  { name = "produto", size = 20, foreign_key = "PRODUTO" },
  { name = "quantidade", size = 10, type = "decimal", places = 3, point = "dot", also = ["comma"], thousands = true, min = 0.001, max = "9999.999" },
  { name = "valor", size = 7, type = "decimal", places = 2, default = "100" },
  { name = "itens", size = 3, type = "integer", min = 0, max = 999, count = ["ITE"] },
]
[[record]]
name = "ITEX"
parent = "PED"
fields = [ { name = "tipo", at = [1, 2], tag = "IX" } ]
`

const divided = `title = "Vendas"
origin = "ours"
encoding = "utf-8"
separator = "|"
leading = true
trailing = "always"
quote = '"'
[[record]]
name = "VEN"
parts = 2
fields = [
  { name = "cabeca", at = [1, 3] },
  { name = "resto", at = [4, 6], size = 3 },
  { name = "nome", size = 40 },
  { name = "valor", type = "decimal", places = 2, part = 5 },
]
`

func TestAWellWrittenLayoutIsTaken(t *testing.T) {
	l, mistakes := FromTOML("scripts/layouts/pedidos@2.toml", []byte(good))
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	if l.Name != "pedidos" || l.Version != "2" || !l.Default || l.MaxLine != 64<<10 || l.Newline != "\n" || l.Encoding != Windows1252 {
		t.Errorf("%+v", l)
	}
	item := l.Records[2]
	if f := item.Fields[2]; f.First != 22 || f.Last != 31 || f.Min.String() != "0.001" || f.Max.String() != "9999.999" || f.Point != Dot {
		t.Errorf("%+v", f)
	}
	if f := item.Fields[3]; f.Point != Implied || f.Default != "100" {
		t.Errorf("%+v", f)
	}
	order := l.Records[1]
	if order.Title["en"] != "Pedido" || order.Least != 1 || order.Most != 0 || order.Longer != 1 || order.Fields[7].Values[1].Means["en"] != "home" {
		t.Errorf("%+v", order)
	}
	if _, err := NewCodec(l); err != nil {
		t.Error(err)
	}
	d, mistakes := FromTOML(`C:\loja\scripts\layouts\vendas.toml`, []byte(divided))
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	if f := d.Records[0].Fields; d.Name != "vendas" || f[1].Part != 1 || f[2].Part != 2 || f[2].Size != 40 || f[3].Part != 5 || f[3].Point != Dot {
		t.Errorf("%+v", d)
	}
}

type slip struct{ line, wrong, want string }

var slips = []slip{
	{`origin = "read"`, ``, "origin document.missing"},
	{`origin = "read"`, `origin = "reed"`, "origin document.one_of"},
	{`origin = "read"`, `orign = "read"`, "origin document.missing+orign document.unknown_key"},
	{`source = "https://example.com/pedidos"`, ``, "source layout.toml_source"},
	{`title = { pt-BR = "Pedidos", en = "Orders" }`, `title = 3`, "title layout.toml_words"},
	{`title = { pt-BR = "Pedidos", en = "Orders" }`, `title = { pt-BR = "Pedidos", es = "x" }`, "title.en document.missing+title.es document.unknown_key"},
	{`files = ["{number:8}.txt", "PEDIDOS.TXT"]`, `files = ["a/b.txt"]`, "files layout.toml_file"},
	{`files = ["{number:8}.txt", "PEDIDOS.TXT"]`, `files = ["{numero}.txt"]`, "files layout.toml_file"},
	{`files = ["{number:8}.txt", "PEDIDOS.TXT"]`, `files = []`, "files document.empty_list"},
	{`encoding = "cp1252"`, `encoding = "windows-1252"`, "encoding document.one_of"},
	{`newline = "lf"`, `newline = "cr"`, "newline document.one_of"},
	{`version = "2"`, `version = "4"`, "version layout.toml_version"},
	{`also = ["3"]`, `also = ["2"]`, "also document.repeated"},
	{`also = ["3"]`, `also = ["A b"]`, "also layout.toml_version_name"},
	{`max_line = "64kB"`, `max_line = "64k"`, "max_line layout.toml_size"},
	{`fold = true`, `fold = "yes"`, "fold document.want_flag"},
	{`fold = true`, "leading = true", "leading layout.toml_alone"},
	{`role = "header"`, `role = "head"`, "record.H.role document.one_of"},
	{`role = "header"`, "role = \"header\"\ntimes = \"1\"", "record.H.times layout.toml_role_times"},
	{`role = "header"`, "role = \"header\"\nparent = \"PED\"", "record.H.parent layout.toml_role_parent"},
	{`count = "*"`, `count = "PEDD"`, "record.H.fields.linhas.count document.one_of"},
	{`count = "*"`, `count = ["PED", "PED"]`, "record.H.fields.linhas.count document.repeated"},
	{`name = "PED"`, `name = "P.D"`, "record[1].name layout.toml_record_name+record.ITE.parent document.one_of+record.ITEX.parent document.one_of"},
	{`name = "PED"`, `name = "H"`, "record[1].name document.repeated+record.ITE.parent document.one_of+record.ITEX.parent document.one_of"},
	{`times = "1..n"`, `times = "n"`, "record.PED.times layout.toml_times"},
	{`times = "1..n"`, `times = "2..1"`, "record.PED.times layout.toml_times"},
	{`times = "1..n"`, `role = "header"`, "record.PED.role layout.toml_two_roles+record.ITE.parent layout.toml_parent_role+record.ITEX.parent layout.toml_parent_role"},
	{`times = "1..n"`, `parent = "ITE"`, "record.PED.parent layout.toml_circle+record.ITE.parent layout.toml_circle"},
	{`width = 120`, `width = 119`, "record.PED.width layout.toml_width"},
	{`width = 120`, `width = 0`, "record.PED.width layout.toml_range"},
	{`short = 60`, `short = 120`, "record.PED.short layout.toml_range"},
	{`short = 60`, `parts = 2`, "record.PED.parts layout.toml_alone"},
	{`takes = "cliente"`, `takes = "data"`, "record.PED.tolerate.takes layout.toml_takes"},
	{`takes = "cliente"`, `taks = "cliente"`, "record.PED.tolerate.taks document.unknown_key+record.PED.tolerate.takes document.missing"},
	{`at = [2, 40]`, `at = [1, 40]`, "record.PED.fields.cliente.at layout.toml_overlap"},
	{`at = [2, 40]`, `at = [40, 2]`, "record.PED.fields.cliente.at layout.toml_at+record.PED.tolerate.takes layout.toml_takes"},
	{`at = [2, 40]`, `at = [2]`, "record.PED.fields.cliente.at layout.toml_at+record.PED.tolerate.takes layout.toml_takes"},
	{`at = [2, 40]`, `at = "2-40"`, "record.PED.fields.cliente.at document.want_integers+record.PED.tolerate.takes layout.toml_takes"},
	{`at = [2, 40]`, `at = [2, "40"]`, "record.PED.fields.cliente.at document.want_integer+record.PED.tolerate.takes layout.toml_takes"},
	{`at = [2, 40]`, `at = [2, 40], size = 38`, "record.PED.fields.cliente.size layout.toml_at_size"},
	{`at = [2, 40]`, `part = 1`, "record.PED.fields.cliente.part layout.toml_alone+record.PED.fields.cliente.at layout.toml_no_place+record.PED.tolerate.takes layout.toml_takes"},
	{`name = "cliente"`, `name = "Cliente"`, "record.PED.fields[1].name layout.toml_field_name+record.PED.tolerate.takes layout.toml_takes"},
	{`name = "cnpj"`, `name = "cliente"`, "record.PED.fields[2].name document.repeated"},
	{`fill = " "`, `fill = "00"`, "record.PED.fields.cliente.fill layout.toml_fill"},
	{`align = "left"`, `aling = "left"`, "record.PED.fields.cliente.aling document.unknown_key"},
	{`upper = true`, `places = 2`, "record.PED.fields.cliente.places layout.toml_only"},
	{`type = "cnpj"`, `type = "cpnj"`, "record.PED.fields.cnpj.type document.one_of"},
	{`at = [41, 58]`, `at = [41, 57]`, "record.PED.fields.cnpj.at layout.toml_narrow"},
	{`form = "ddmmaaaa", key = true`, `key = true`, "record.PED.fields.data.form document.missing"},
	{`form = "ddmmaaaa"`, `form = "dd/mm/aaaa"`, "record.PED.fields.data.at layout.toml_narrow"},
	{`form = "ddmmaaaa"`, `form = "HHMMSS"`, "record.PED.fields.data.form layout.toml_form_date"},
	{`form = "HHMMSS"`, `form = "hhmmss"`, "record.PED.fields.hora.form layout.toml_form_time"},
	{`form = "yyyymmdd HHMMSS"`, `form = "yyyymmdd"`, "record.PED.fields.feito.form layout.toml_form_datetime"},
	{`values = ["S", "N"]`, `values = ["S"]`, "record.PED.fields.urgente.values layout.toml_boolean"},
	{`values = ["S", "N"]`, `values = { S = "sim", N = "não" }`, "record.PED.fields.urgente.values layout.toml_boolean"},
	{`values = ["S", "N"]`, `values = ["S", "NAO"]`, "record.PED.fields.urgente.values layout.toml_too_long+record.PED.fields.urgente.default layout.toml_default"},
	{`values = ["S", "N"], default = "N"`, ``, "record.PED.fields.urgente.values document.missing"},
	{`default = "N"`, `default = "X"`, "record.PED.fields.urgente.default layout.toml_default"},
	{`values = { B = "balcão", D = { pt-BR = "domicílio", en = "home" } }`, `values = ["B", "B"]`, "record.PED.fields.entrega.values document.repeated"},
	{`values = { B = "balcão", D = { pt-BR = "domicílio", en = "home" } }`, `values = ["B", ""]`, "record.PED.fields.entrega.values document.empty"},
	{`values = { B = "balcão", D = { pt-BR = "domicílio", en = "home" } }`, `values = "B"`, "record.PED.fields.entrega.values layout.toml_values"},
	{`check = false`, `check = "no"`, "record.PED.fields.barras.check document.want_flag"},
	{`const = "00"`, `const = "000"`, "record.PED.fields.fixo.const layout.toml_too_long"},
	{`const = "00"`, `const = "漢"`, "record.PED.fields.fixo.const layout.toml_letter"},
	{`const = "00"`, `const = "00", default = "1"`, "record.PED.fields.fixo.default layout.toml_both"},
	{`type = "blank"`, `type = "blank", required = true`, "record.PED.fields.brancos.required layout.toml_blank"},
	{`size = 1, tag = "I"`, `size = 2, tag = "I"`, "record.ITE.fields.tipo.tag layout.toml_tag_short"},
	{`role = "header"`, `times = "1"`, "record.H.fields.linhas.count layout.toml_count"},
	{`size = 1, tag = "I"`, `size = 1, tag = "P"`, "record.ITE layout.toml_same_tag"},
	{`parent = "PED"` + "\nfields = [\n", `parent = "PD"` + "\nfields = [\n", "record.ITE.parent document.one_of"},
	{`min = 0.001`, `min = 0.0001`, "record.ITE.fields.quantidade.min layout.toml_places"},
	{`min = 0.001`, `min = 10000`, "record.ITE.fields.quantidade.max layout.toml_bounds"},
	{`min = 0.001`, `min = 10000000`, "record.ITE.fields.quantidade.min layout.toml_too_long"},
	{`min = 0.001`, `min = "a"`, "record.ITE.fields.quantidade.min layout.toml_number"},
	{`also = ["comma"]`, `also = ["dot"]`, "record.ITE.fields.quantidade.also document.repeated"},
	{`also = ["comma"]`, `also = ["virgula"]`, "record.ITE.fields.quantidade.also document.one_of"},
	{`places = 3, `, ``, "record.ITE.fields.quantidade.places document.missing+record.ITE.fields.quantidade.min layout.toml_places+record.ITE.fields.quantidade.max layout.toml_places"},
	{`places = 3`, `places = 19`, "record.ITE.fields.quantidade.places layout.toml_range+record.ITE.fields.quantidade.min layout.toml_places+record.ITE.fields.quantidade.max layout.toml_places"},
	{`default = "100"`, `default = "abc"`, "record.ITE.fields.valor.default layout.toml_default"},
	{`default = "100"`, `default = "12345678"`, "record.ITE.fields.valor.default layout.toml_too_long"},
	{`default = "100"`, `default = 100`, "record.ITE.fields.valor.default document.want_text"},
	{`{ name = "tipo", size = 1, tag = "I" },`, `{ name = "tipo", size = 1 tag = "I" },`, "record.ITE.fields[0] document.syntax"},
	{`{ name = "cliente", at = [2, 40], required = true,`, `{ name = "cliente", at = [2, 40], required = True,`, "record.PED.fields[1] document.syntax"},
	{`max = 999,`, `max = 1000,`, "record.ITE.fields.itens.max layout.toml_too_long"},
}

var dividedSlips = []slip{
	{`separator = "|"`, `separator = ""`, "separator layout.toml_separator"},
	{`separator = "|"`, `separator = "a"`, "separator layout.toml_separator"},
	{`parts = 2`, `parts = 6`, "record.VEN.parts layout.toml_range"},
	{`parts = 2`, `tolerate = { longer = 1, takes = "nome" }`, "record.VEN.tolerate.takes layout.toml_takes"},
	{`part = 5`, `part = 1`, "record.VEN.fields.valor.part layout.toml_taken"},
	{`part = 5`, `part = 2`, "record.VEN.fields.valor.part layout.toml_taken"},
	{`part = 5`, `part = 1001`, "record.VEN.fields.valor.part layout.toml_range"},
	{`part = 5`, `part = 5, at = [1, 1]`, "record.VEN.fields.valor.at layout.toml_narrow"},
	{`{ name = "nome", size = 40 }`, `{ name = "nome", size = 40, part = 7 }`, "record.VEN.fields.valor.part layout.toml_part_back"},
	{`quote = '"'`, `quote = "x"`, "quote document.one_of"},
	{`trailing = "always"`, `trailing = "sometimes"`, "trailing document.one_of"},
}

func mistakesIn(file, text string) []string {
	_, mistakes := FromTOML(file, []byte(text))
	var all []string
	for _, m := range mistakes {
		all = append(all, m.Key+" "+keyOf(m.Err))
	}
	slices.Sort(all)
	return all
}

// keyOf is the key of an error's sentence: errors of one code and key are alike.
func keyOf(err *message.Error) string {
	for _, key := range sentenceKeys {
		if err.Is(message.New(err.Code(), key, nil)) {
			return key
		}
	}
	return "unknown sentence: " + err.Error()
}

var sentenceKeys = func() []string {
	var keys []string
	for _, s := range slices.Concat(slips, dividedSlips) {
		for want := range strings.SplitSeq(s.want, "+") {
			_, key, _ := strings.Cut(want, " ")
			keys = append(keys, key)
		}
	}
	return append(keys, "layout.toml_no_tag", "document.escape")
}()

func TestEachSlipInALayoutIsToldAtItsKeyAndNothingElse(t *testing.T) {
	for file, all := range map[string][]slip{"pedidos@2.toml": slips, "vendas.toml": dividedSlips} {
		text := good
		if file == "vendas.toml" {
			text = divided
		}
		for _, s := range all {
			if strings.Count(text, s.line) < 1 {
				t.Fatalf("%q does not stand in the layout", s.line)
			}
			want := strings.Split(s.want, "+")
			slices.Sort(want)
			if got := mistakesIn(file, strings.Replace(text, s.line, s.wrong, 1)); !slices.Equal(got, want) {
				t.Errorf("%s for %s:\n got %q\nwant %q", s.wrong, s.line, got, want)
			}
		}
	}
}

func TestAMistakeInALayoutHasItsLineAndACure(t *testing.T) {
	for _, s := range slips {
		_, mistakes := FromTOML("pedidos@2.toml", []byte(strings.Replace(good, s.line, s.wrong, 1)))
		for _, m := range mistakes {
			if m.Line == 0 && strings.Contains(m.Key, ".") || m.Hint() == "" || m.File == "" {
				t.Errorf("%s: %+v %v", s.wrong, m, m)
			}
		}
	}
}

func TestRecordsWithoutATagAreToldApartOnlyFromThoseWithOne(t *testing.T) {
	head := "title = \"x\"\norigin = \"ours\"\nencoding = \"utf-8\"\n"
	one := "[[record]]\nname = \"A\"\nfields = [ { name = \"a\", at = [1, 3] } ]\n"
	for text, want := range map[string][]string{
		one: nil,
		one + "[[record]]\nname = \"B\"\nfields = [ { name = \"b\", at = [1, 3] } ]\n":                                                                                            {"record.B layout.toml_no_tag"},
		one + "[[record]]\nname = \"B\"\nfields = [ { name = \"b\", at = [1, 3], tag = \"OBS\" } ]\n":                                                                             nil,
		"[[record]]\nname = \"A\"\nfields = [ { name = \"a\", at = [1, 1], tag = \"A\" } ]\n[[record]]\nname = \"B\"\nfields = [ { name = \"b\", at = [2, 3], tag = \"BB\" } ]\n": {"record.B layout.toml_same_tag"},
	} {
		if got := mistakesIn("x.toml", head+text); !slices.Equal(got, want) {
			t.Errorf("%s: %q", text, got)
		}
	}
}

func FuzzFromTOML(f *testing.F) {
	f.Add(good)
	f.Add(divided)
	for _, s := range slips {
		f.Add(strings.Replace(good, s.line, s.wrong, 1))
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, mistakes := FromTOML("pedidos@2.toml", []byte(text))
		if len(mistakes) == 0 {
			c, err := NewCodec(l)
			if err != nil {
				t.Fatalf("taken, and can not be used: %v", err)
			}
			for r := c.NewReader(strings.NewReader(text)); r.Next(); {
			}
			return
		}
		for _, m := range mistakes {
			if m.Line < 0 || m.Line > strings.Count(text, "\n")+1 || m.Code == "" || m.Hint() == "" {
				t.Errorf("%+v of %q", m, text)
			}
		}
	})
}
