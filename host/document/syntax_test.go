package document

import (
	"fmt"
	"slices"
	"testing"
)

const broken = `title = "a"
[[record]]
fields = [
  { name = "a", at = [1 2] }, # no comma
  { name = "b" },
  { name = c, at = "x" },
  { name = "d", },
]
size = 1O
[[record]]
fields = [ { name = "e" } ]
`

// A slip hides neither the others nor what else stands in its list.
func TestLinesThatAreNoTOMLArePutAsideAndTheRestIsRead(t *testing.T) {
	doc, mistakes, ok := Parse("a.toml", []byte(broken), nil)
	var got []string
	for _, m := range mistakes {
		got = append(got, fmt.Sprint(m.Line, " ", m.Key))
	}
	if want := []string{"4 record[0].fields[0]", "6 record[0].fields[2]", "9 record[0].size"}; !ok || !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	r := NewReader(doc, nil)
	var names []string
	for _, record := range r.Root().Array("record") {
		for _, field := range record.Array("fields") {
			field.Require("name", "at")
			name, _ := field.Text("name")
			names = append(names, name)
		}
	}
	if !slices.Equal(names, []string{"", "b", "", "d", "e"}) || len(r.Mistakes) != 3 {
		t.Errorf("%q %v", names, r.Mistakes)
	}
}
