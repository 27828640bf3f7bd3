package config

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

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

func TestNearestForgivesAsMuchAsAHandSlips(t *testing.T) {
	known := []string{"timezone", "day_starts", "language", "id"}
	for text, want := range map[string]string{
		"timezne": "timezone", "timezoen": "timezone", "TimeZone": "timezone", "day-starts": "day_starts", "lang": "",
		"di": "id", "x": "", "": "", "completely": "",
	} {
		if got := nearest(text, known); got != want {
			t.Errorf("nearest to %q is %q, want %q", text, got, want)
		}
	}
}

func TestDurationsAndAmountsHaveUnits(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "30m": 30 * time.Minute, "1h30m": 90 * time.Minute, "3d": 72 * time.Hour, "0s": 0,
	} {
		if got, ok := parseDuration(text); !ok || got != want {
			t.Errorf("%q is %v %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "10", "m", "-5m", "1.5h", "30m1h", "2 h", "5w", "999999999999m"} {
		if got, ok := parseDuration(text); ok {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
	for text, want := range map[string]int64{"7": 7, "500k": 500e3, "200M": 200e6, "999999999G": 999999999e9} {
		if got, ok := parseAmount(text); !ok || got != want {
			t.Errorf("%q is %v %v", text, got, ok)
		}
	}
}

func TestServersAreHostAndPort(t *testing.T) {
	for text, want := range map[string]string{
		"localhost": "localhost:3050", "pdv-1.loja.local:3051": "pdv-1.loja.local:3051", "pdv/3060": "pdv:3060",
		"192.168.0.1": "192.168.0.1:3050", "[::1]:3050": "[::1]:3050", "::1": "[::1]:3050",
	} {
		if got, ok := parseServer(text); !ok || got != want {
			t.Errorf("%q is %q %v", text, got, ok)
		}
	}
	for _, text := range []string{"a b", "a:b", "a:", ":3050", "a/", "a/b/c", "a:-1", "a:65536", "C:/DJ/A.FDB", "[::1", "-a"} {
		if got, ok := parseServer(text); ok {
			t.Errorf("%q is taken as %q", text, got)
		}
	}
}

func TestPlacesAreComparedAsTheirSystemWould(t *testing.T) {
	for _, tt := range []struct {
		a, b   string
		within bool
	}{
		{`C:\Copias\x`, "c:/copias", true}, {"C:/Copias/../DJ", "C:/DJ", true}, {"C:/Copias2", "C:/Copias", false},
		{"/a/b/", "/a/b", true}, {"/a/B", "/a/b", false}, {"/a", "/", true}, {`\\S\c\x`, "//s/C", true}, {"D:/x", "D:/", true},
		{"/c:/x", "c:/x", false},
	} {
		if got := placeOf(tt.a).within(placeOf(tt.b)); got != tt.within {
			t.Errorf("%s within %s is %v", tt.a, tt.b, got)
		}
	}
}

// What took for ever would end with the time of all tests.
func TestAFileThatIsNoConfigurationIsToldWhateverItsSize(t *testing.T) {
	for name, text := range map[string]string{
		"large": strings.Repeat("#", maxFile+1), "deep": "a = " + strings.Repeat("[", 100_000),
		"deep tables": "a = " + strings.Repeat("{a=", 50_000), "broken": strings.Repeat("a = b\n", 1000),
		"many entries": strings.Repeat("[[cron]]\n", 5_000), "many tables": manyTables(),
		"dots": strings.Repeat("a.", 50_000) + "a = 1",
	} {
		_, err := build("djscript.toml", t.TempDir(), []byte(text), under, nil, nil)
		var mistakes Mistakes
		if !errors.As(err, &mistakes) || name != "many entries" && name != "many tables" && len(mistakes) > maxBroken {
			t.Errorf("%s: %.200v", name, err)
		}
	}
}

func manyTables() string {
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, "[[cron]]\nname = \"e%d\"\n[destination.d%d]\npath = \"/%d\"\n", i, i, i)
	}
	return b.String()
}

func FuzzLoad(f *testing.F) {
	f.Add(full)
	f.Add(good)
	f.Add(string(under))
	for _, s := range slips {
		f.Add(strings.Replace(good, s.line+"\n", s.wrong+"\n", 1))
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		c, err := build("djscript.toml", folder, []byte(text), under, systems(), []Check{badSpecs})
		if err == nil {
			if c.Store.ID == "" || c.Store.Location == nil {
				t.Errorf("taken without a store: %+v", c)
			}
			return
		}
		var mistakes Mistakes
		if !errors.As(err, &mistakes) || len(mistakes) == 0 {
			t.Fatalf("refused without a mistake: %v", err)
		}
		said := map[string]bool{}
		for _, m := range mistakes {
			if m.Line < 0 || m.Line > strings.Count(text, "\n")+1 || m.Code == "" || m.Hint() == "" {
				t.Errorf("%+v of %q", m, text)
			}
			if line := fmt.Sprintf("%d %s", m.Line, m.Error()); said[line] {
				t.Errorf("told twice: %s", line)
			} else {
				said[line] = true
			}
		}
	})
}

// What the library reads, the scanner of lines finds: every key of it, and no other.
func FuzzLinesOf(f *testing.F) {
	f.Add(full)
	f.Add(good)
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
			collect(keys, join(path, name), one)
		}
	case []map[string]any:
		for i, one := range value {
			collect(keys, element(path, i), one)
		}
	case []any:
		for i, one := range value {
			collect(keys, element(path, i), one)
		}
	}
}
