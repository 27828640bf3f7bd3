package document

import (
	"strings"
	"testing"

	"github.com/djscript/djscript/host/message"
)

func TestSlipsInTOMLAreToldInTheReadersLanguage(t *testing.T) {
	before := message.Language()
	t.Cleanup(func() { _ = message.SetLanguage(before) })
	for _, c := range []struct{ text, pt, en string }{
		{`days = ["mon" "tue"]`, "falta uma vírgula, ou o ] que fecha", "a comma or the closing ]"},
		{`params = { a = 1 b = 2 }`, "falta uma vírgula, ou o } que fecha", "a comma or the closing }"},
		{`name = Loja`, "sem aspas", "without its quotes"},
		{`name =`, "falta um valor", "a value is missing"},
		{`name = "a" "b"`, "sobra depois do valor", "after the end of the value"},
		{`name "a"`, "falta o =", "the = after"},
		{`name = "a`, "falta a aspa", "closing quote"},
		{`[store`, "falta o ]", "the ] after"},
		{`[]`, "uma tabela sem nome", "a table without a name"},
		{`= 1`, "uma chave sem nome", "a key without a name"},
		{`days = [, 1]`, "uma vírgula sobrando", "a comma too many"},
		{`n = 1__2`, "não é um número", "is no number"},
		{"[backup]\nat = 22:00:00", "veio 22:00:00", "not 22:00:00"},
		{"[backup]\nat = 2026-01-31", "veio 2026-01-31", "not 2026-01-31"},
		{`n = 2026-13-45`, "não é uma data", "is no date"},
	} {
		for language, want := range map[string]string{message.Portuguese: c.pt, message.English: c.en} {
			if err := message.SetLanguage(language); err != nil {
				t.Fatal(err)
			}
			doc, mistakes, _ := Parse("a.toml", []byte(c.text+"\n"), nil)
			r := NewReader(doc, mistakes)
			in, _ := r.Root().Sub("backup")
			in.Texts("at")
			if !strings.Contains(r.Mistakes.Error(), want) {
				t.Errorf("%s (%s): %v", c.text, language, r.Mistakes)
			}
		}
	}
}
