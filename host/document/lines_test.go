package document

import (
	"maps"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
)

func TestLinesOfKnowsEveryWayToWriteAKey(t *testing.T) {
	got := linesOf(strings.Join([]string{
		/* 1 */ `a = 1 # [no]`,
		/* 2 */ `"b c".d = """`,
		/* 3 */ `[x]`,
		/* 4 */ `\"""`,
		/* 5 */ `""""" `,
		/* 6 */ `[t.u]`,
		/* 7 */ `l = [ "]", # ]`,
		/* 8 */ `  { i = 1, j.k = '#' },`,
		/* 9 */ `  [ 1,`,
		/* 10 */ `2 ] ]`,
		/* 11 */ `[[r]]`,
		/* 12 */ `v = 1979-05-27 07:32:00`,
		/* 13 */ `[r.s]`,
		/* 14 */ `w = '''it's`,
		/* 15 */ `'''`,
		/* 16 */ ` [[ r ]]`,
		/* 17 */ `[[r.q]]`,
		/* 18 */ `z = "\\"`,
	}, "\n"))
	want := map[string]int{
		"a": 1, `"b c"`: 2, `"b c".d`: 2, "t": 6, "t.u": 6, "t.u.l": 7, "t.u.l[0]": 7, "t.u.l[1]": 8, "t.u.l[1].i": 8,
		"t.u.l[1].j": 8, "t.u.l[1].j.k": 8, "t.u.l[2]": 9, "t.u.l[2][0]": 9, "t.u.l[2][1]": 10, "r": 11, "r[0]": 11,
		"r[0].v": 12, "r[0].s": 13, "r[0].s.w": 14, "r[1]": 16, "r[1].q": 17, "r[1].q[0]": 17, "r[1].q[0].z": 18,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What the library reads, the scanner of lines finds: every key of it, and no other.
func FuzzLinesOf(f *testing.F) {
	f.Add("[store]\nid = \"loja\"\n[backup]\nat = [\"22:00\"] # every day\nkeep = { daily = 7 }\n")
	f.Add("a = [[1, 2], [{b = 1}]]\n[[c]]\n[c.d]\ne.f = 1\n")
	f.Fuzz(func(t *testing.T, text string) {
		// As decode leaves it.
		text = strings.ToValidUTF8(strings.NewReplacer("\r", "", "\x00", "", "\ufeff", "").Replace(text), "?")
		values := map[string]any{}
		if _, err := toml.Decode(text, &values); err != nil || strings.ContainsAny(text, "\\\"'") {
			// Quoted keys are spelled in too many ways to compare.
			linesOf(text)
			return
		}
		want := map[string]bool{}
		collect(want, "", values)
		got := linesOf(text)
		for key := range maps.Keys(got) {
			if !want[key] {
				t.Errorf("found %q in %q", key, text)
			}
		}
		for key := range maps.Keys(want) {
			if got[key] == 0 {
				t.Errorf("missed %q in %q", key, text)
			}
		}
	})
}

func collect(keys map[string]bool, path string, value any) {
	if path != "" {
		keys[path] = true
	}
	switch value := value.(type) {
	case map[string]any:
		for name, one := range value {
			collect(keys, Join(path, name), one)
		}
	case []map[string]any:
		for i, one := range value {
			collect(keys, Element(path, i), one)
		}
	case []any:
		for i, one := range value {
			collect(keys, Element(path, i), one)
		}
	}
}
