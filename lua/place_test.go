package lua

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlaceOfFindsTheCallTheOptionAndTheWord(t *testing.T) {
	for line, want := range map[string]Place{
		"":                                    {},
		"dj.copy.cr":                          {Word: "dj.copy.cr"},
		"local x = dj.co":                     {Word: "dj.co"},
		"dj.copy.create { ve":                 {Call: "dj.copy.create", Options: true, Word: "ve"},
		"dj.copy.create({ ve":                 {Call: "dj.copy.create", Options: true, Word: "ve"},
		"return dj.copy.create {":             {Call: "dj.copy.create", Options: true},
		`dj.copy.adopt("x.zip", { no`:         {Call: "dj.copy.adopt", Argument: 1, Options: true, Word: "no"},
		`dj.copy.plan("lo`:                    {Call: "dj.copy.plan", InText: true, Word: "lo"},
		`f(a, "b`:                             {Call: "f", Argument: 1, InText: true, Word: "b"},
		`f { to = "lo`:                        {Call: "f", Key: "to", Given: []string{"to"}, InText: true, Word: "lo"},
		`f { to = { "a", "lo`:                 {Call: "f", Key: "to", InText: true, Word: "lo"},
		`f { to = { "a" }, `:                  {Call: "f", Options: true, Given: []string{"to"}},
		"f {\n  to = 'x', -- a { comment\n v": {Call: "f", Options: true, Given: []string{"to"}, Word: "v"},
		`f { note = "it\"s", `:                {Call: "f", Options: true, Given: []string{"note"}},
		"f { note = [[ { ]], ":                {Call: "f", Options: true, Given: []string{"note"}},
		"f { note = n":                        {Call: "f", Key: "note", Given: []string{"note"}, Word: "n"},
		"f { a = 1 } ":                        {},
		"f(g { x = 1 }, y":                    {Call: "f", Argument: 1, Word: "y"},
		"x = { a":                             {Word: "a"},
		"x = { { a":                           {Word: "a"},
		")}":                                  {},
		"-- f { a":                            {},
		"f { [[ open":                         {Call: "f", Options: true},
	} {
		if diff := cmp.Diff(want, PlaceOf(line)); diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
	}
}

func FuzzPlaceOf(f *testing.F) {
	for _, line := range []string{`dj.copy.create { to = { "a", 'b`, "f(--[[ x ]] 1, {", `"\`} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		place := PlaceOf(line)
		if len(place.Word) > len(line) || place.Options && place.Call == "" {
			t.Errorf("%q: %+v", line, place)
		}
	})
}
