package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/document"
)

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
		"large": strings.Repeat("#", document.MaxFile+1), "deep": "a = " + strings.Repeat("[", 100_000),
		"deep tables": "a = " + strings.Repeat("{a=", 50_000), "broken": strings.Repeat("a = b\n", 1000),
		"many entries": strings.Repeat("[[cron]]\n", 5_000), "many tables": manyTables(),
		"dots": strings.Repeat("a.", 50_000) + "a = 1",
	} {
		_, err := build("djscript.toml", t.TempDir(), []byte(text), under, nil, nil)
		var mistakes Mistakes
		if !errors.As(err, &mistakes) || name != "many entries" && name != "many tables" && len(mistakes) > 20 {
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
