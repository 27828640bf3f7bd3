package document

import (
	"slices"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/message"
)

const nested = `title = "a"
[[record]]
name = "KIT"
fields = [
  { name = "codigo", at = 1 },
  { name = "quantidade", at = "x", plces = 2 },
]
[[record]]
name = "FIM"
fields = [ { name = "codigo", at = "y" } ]
`

func TestElementsOfListsWithinListsAreKnownByTheirNames(t *testing.T) {
	doc, mistakes, ok := Parse("a.toml", []byte(nested), nil)
	if !ok || len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	r := NewReader(doc, nil)
	root := r.Root()
	root.Text("title")
	for _, record := range root.Array("record") {
		name := record.Words("name")
		record.Rename(name)
		for _, field := range record.Array("fields") {
			name := field.Words("name")
			field.Rename(name)
			field.Integer("at")
			field.Close()
		}
		record.Close()
	}
	root.Close()
	var got []string
	for _, m := range r.Mistakes.Sorted() {
		text, _, _ := strings.Cut(m.Error(), " ")
		got = append(got, text+" "+m.Key)
	}
	want := []string{
		"a.toml:6: record.KIT.fields.quantidade.at", "a.toml:6: record.KIT.fields.quantidade.plces", "a.toml:10: record.FIM.fields.codigo.at",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestALineThatMayHoldASecretIsNotRepeated(t *testing.T) {
	secret := func(key string) *message.Error {
		if key == "a.password" {
			return message.New("option.syntax", "document.empty", nil)
		}
		return nil
	}
	_, mistakes, ok := Parse("a.toml", []byte("[a]\npassword = hunter2\nuser = hunter2\n"), secret)
	if !ok || len(mistakes) != 2 || strings.Contains(mistakes[0].Error(), "hunter2") || mistakes[1].Key != "a.user" {
		t.Errorf("%v", mistakes)
	}
}
