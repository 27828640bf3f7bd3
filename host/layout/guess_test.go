package layout

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestALayoutIsGuessedByLinesNameAndLetters(t *testing.T) {
	wide, piped := prices(), orders()
	wide.Name, wide.Files = "prices", []string{"PRECO.TXT"}
	piped.Name, piped.Files = "orders", []string{"{number:8}.djp"}
	known := []*Layout{wide, piped}
	file := "INI|20261122|\nPRE|1|\nPIT|A|1.50|\nPIT|B|2|ol\xa0|\nFIM|1|5|\n"
	got := Guesses("C:\\in\\00000501.DJP", []byte(file), known)
	if len(got) != 1 || got[0].Layout != piped || !got[0].Named || got[0].Fit != 5 || got[0].Lines != 5 {
		t.Errorf("%+v", got)
	}
	file = "0012A\x80\xe9CAR    00123431122026\n0012A\x87\xc6O      00123431122026\n0013X         00123431132026\n"
	got = Guesses("x.txt", []byte(file), known)
	if len(got) != 1 || got[0].Layout != wide || got[0].Named || got[0].Fit != 2 || got[0].Encoding != CP850 || !strings.Contains(got[0].First.Error(), "31132026") {
		t.Errorf("%+v", got)
	}
	if got := Guesses("x.txt", []byte("lorem ipsum\n"), known); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestACodePageIsGuessedByItsLetters(t *testing.T) {
	for text, want := range map[string]Encoding{
		"a\xe7\xe3o \xc7\xc3\xc9\xf5": Windows1252, "a\x87\xc6o \x80\xc7\x90\xe4": CP850, "a\u00e7\u00e3o": UTF8, "\xef\xbb\xbfabc": UTF8BOM, "abc": Windows1252,
	} {
		if got, ok := GuessPage([]byte(text)); !ok || got.Encoding != want || got.Reason == "" {
			t.Errorf("%q is %v %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"\xff\xfea\x00", "abc\x00def"} {
		if got, ok := GuessPage([]byte(text)); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestALayoutIsSketched(t *testing.T) {
	got := Sketch("x.txt", []byte("CAB|11222333000181|31122026|\r\nITE|FEIJ\xc3O|12.34|7891000315507|7|\r\nITE|ARROZ|1.5||8|\r\nITE|SAL|2||9|\r\nCAB|11222333000181|30122026|\r\nITE|SAL|2||9|\r\n"))
	for _, want := range []string{
		`encoding = "cp1252"`, `separator = "|"`, `trailing = "always"`, `name   = "CAB"`, `{ name = "tag", tag = "ITE" },`, `{ name = "field_2", type = "cnpj_cpf" }, # 11222333000181`,
		`{ name = "field_3", type = "date", form = "ddmmyyyy" }`, `{ name = "field_2" }, # FEIJÃO`, `{ name = "field_3", type = "decimal", places = 2 }`, `{ name = "field_4", type = "ean" }`,
		`{ name = "field_5", type = "integer" }`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	got = Sketch("x.txt", []byte("000012FEIJAO PRETO  UN31122026\n000013ARROZ         KG01122026\n000014OLEO DE SOJA  UN01122026\n"))
	for _, want := range []string{`{ name = "field_1", at = [1, 6] }, # 000012`, `at = [7, 20] }, # FEIJAO PRETO`, `at = [21, 22] }`, `at = [23, 30], type = "date", form = "ddmmyyyy" }`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestASketchReadsTheFileItWasMadeOf(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"a header and a trailer around fields with places": {
			"0S\xc7O JOS\x90     221120260042\r\n1000001A\x80\xe9CAR CRISTAL    000000459UN\r\n1000002P\xc7O DE QUEIJO     000003290KG\r\n9000002\r\n",
			[]string{
				`encoding = "cp850"`, "name   = \"0\"\nrole   = \"header\"", `{ name = "tag", at = [1, 1], tag = "1" },`, "# AÇÚCAR CRISTAL\n", "at = [26, 34] }, # 000000459",
				"name   = \"9\"\nrole   = \"trailer\"", `at = [2, 7], type = "integer", count = "1" }`,
			},
		},
		"quotes, names of columns, and one type under another": {
			"\xef\xbb\xbftipo;Código;preço\n\"P\";\"10\";\"1.009,49\"\n\"E\";\"a \"\"b\"\"; c\";\"\"\n\"E\";\"d\";\"\"\n\"P\";\"11\";\"9,4\"\n\"E\";\"d\";\"\"\n",
			[]string{
				`encoding = "utf-8-bom"`, `quote    = '"'`, "role   = \"header\"\nfields = [\n  { name = \"tipo\", tag = \"tipo\" },\n  { name = \"codigo\", const = \"Código\" },",
				`{ name = "preco", type = "decimal", places = 2, point = "comma", thousands = true }, # 1.009,49`, `# parent = "P"`, `# a "b"; c`,
			},
		},
		"groups between pipes": {
			"|H|22/11/2026 08:30|\n|P|5001|MARIA|\n|I|1|2,125|4.50|\n|L|LOTE9|\n|P|5002|ANA|\n|I|1|1,5|3.00|\n|T|7|2|\n",
			[]string{
				"leading  = true", `form = "dd/mm/yyyy HH:MM"`, `places = 3, point = "comma" }, # 2,125`, `{ name = "field_2", type = "integer", count = "*" }`,
				`{ name = "field_3", type = "integer", count = "P" }`, `# parent = "I"`,
			},
		},
	} {
		sample := []byte(c.file)
		text := Sketch("C:\\in\\x.txt", sample)
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
		l, mistakes := FromTOML("x.toml", []byte(text))
		if len(mistakes) > 0 {
			t.Fatalf("%s: %v in\n%s", name, mistakes, text)
		}
		codec, err := NewCodec(l)
		if err != nil {
			t.Fatal(err)
		}
		r := codec.NewReader(bytes.NewReader(sample))
		for r.Next() {
			if problems := r.Line().Problems; len(problems) > 0 {
				t.Errorf("%s: %v by\n%s", name, problems, text)
			}
		}
		if problems := r.End(); r.Err() != nil || len(problems) > 0 {
			t.Errorf("%s: %v %v", name, r.Err(), problems)
		}
	}
}

func TestASketchOfAnyTextIsALayout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := rapid.StringOfN(rapid.RuneFrom([]rune("aA019 |;,\"\\.*#é\r\n\n\n\t\x1a\x7f")), 1, 80, -1).Draw(t, "file")
		text := Sketch("x.txt", []byte(file))
		if _, mistakes := FromTOML("x.toml", []byte(text)); text != "" && len(mistakes) > 0 {
			t.Fatalf("%v in\n%s", mistakes, text)
		}
	})
}
