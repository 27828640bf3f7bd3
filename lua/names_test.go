package lua

import (
	"slices"
	"strings"
	"testing"
)

// What a script may name, and what it may not, is all that Lua 5.1 has, each once.
func TestNamesAndAbsencesAreAllOfLua51(t *testing.T) {
	names := Names()
	for name := range strings.FieldsSeq(runLua51(t, `
		local own = { string = 1, table = 1, math = 1, os = 1, coroutine = 1 }
		for name in pairs(_G) do print(name) end
		for library in pairs(own) do for name in pairs(_G[library]) do print(library .. "." .. name) end end`)) {
		there, absent := slices.Contains(names, name), whyAbsent(name) != ""
		if there == absent && name != "require" && name != "arg" { // require is the host's, arg the stand-alone program's
			t.Errorf("%s: there %v, absent %v", name, there, absent)
		}
	}
	for _, name := range names {
		chunk, err := Parse("name", []byte("local it = "+name+"\nreturn it ~= nil\n"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New(t.Context(), Options{}).Run(chunk); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
