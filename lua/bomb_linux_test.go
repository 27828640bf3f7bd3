package lua

import (
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

var bomb = flag.String("bomb", "", "the script that TestBombInAChild runs")

// bombs are scripts that would take the whole machine without this package.
var bombs = map[string]struct{ source, code string }{
	"doubling":       {"local s = 'x' while true do s = s .. s end", "run.limit"},
	"tripling":       {"local s = 'x' while true do s = table.concat({ s, s, s }) end", "run.limit"},
	"repetition":     {"return ('x'):rep(2 ^ 40)", "run.limit"},
	"sparse list":    {"local t = {} t[20260131] = 1 t[2 ^ 26 - 1] = 1 return #t", ""},
	"replacement":    {"local s = ('x'):rep(1e5) while true do s = s:gsub('x', ('x'):rep(100)) end", "run.limit"},
	"matches":        {"local s = ('x'):rep(2e7) return #s:gsub('x', 'y')", "run.limit"},
	"padding":        {"local f = ('%99d'):rep(1000) while true do f = f .. f string.format(f, unpack({}, 1, 1000)) end", "arg.type"},
	"unpack":         {"return unpack({}, 1, 1e9)", "arg.type"},
	"open brackets":  {"return " + strings.Repeat("{", MaxSource-10), "script.syntax"},
	"additions":      {"return 1" + strings.Repeat("+1", MaxSource/2-10), "script.syntax"},
	"recursion":      {"local function f() return pcall(f) end return f()", ""},
	"deep recursion": {"local function f() local ok, e = pcall(f) return 1 end return f()", ""},
	"sort":           {"local t = {} for i = 1, 1000 do t[i] = i end table.sort(t, function(a, b) return true end)", ""},
}

func TestBombsEndWithinLittleMemory(t *testing.T) {
	for name := range bombs {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			child := exec.CommandContext(t.Context(), "sh", "-c", "ulimit -d "+bombLimit+`; exec "$0" -test.run=TestBombInAChild -bomb="$1"`, os.Args[0], name)
			output, err := child.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%.2000s", err, output)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestBombInAChild(t *testing.T) {
	if *bomb == "" {
		return
	}
	b := bombs[*bomb]
	chunk, err := Parse("bomb.lua", []byte(b.source))
	if err == nil {
		_, err = New(t.Context(), Options{Steps: 1_000_000}).Run(chunk)
	}
	if code(err) != b.code {
		t.Errorf("ended with %v, want %q", err, b.code)
	}
}
