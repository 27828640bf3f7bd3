package sim

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/message"
)

func TestAFailingTestSaysWhatAPersonNeeds(t *testing.T) {
	for name, c := range map[string]struct {
		lines string
		code  string
		says  []string
	}{
		"equal":      {`dj.expect.equal({ a = { 1, 2 } }, { a = { 1, 3 } })`, "test.failed", []string{"some_test.lua:2", "{a = {1, 2}}", "{a = {1, 3}}", ".a[2]"}},
		"a scalar":   {`dj.expect.equal(3, 0)`, "test.failed", []string{"expected 0", "got 3"}},
		"nil":        {`dj.expect.equal(nil, "x")`, "test.failed", []string{`expected "x"`, "got nil"}},
		"a type":     {`dj.expect.equal("1", 1)`, "test.failed", []string{`got "1"`}},
		"longer":     {`dj.expect.equal({ 1, 2, 3 }, { 1, 2 })`, "test.failed", []string{"[3]"}},
		"contains":   {`dj.expect.contains("abc", "d")`, "test.failed", []string{`"d"`, `"abc"`}},
		"in a list":  {`dj.expect.contains({ "a" }, "d")`, "test.failed", []string{`{"a"}`}},
		"no error":   {`dj.expect.error("x", function() end)`, "test.failed", []string{"x"}},
		"another":    {`dj.expect.error("x", function() error("y") end)`, "test.failed", []string{"expected the error x", "y"}},
		"nothing":    {`sim:run("default:backup")`, "test.empty", nil},
		"its own":    {`local x = nil; dj.expect.equal(x.y, 1)`, "script.failed", []string{"some_test.lua:2"}},
		"endless":    {`while true do end`, "run.limit", []string{"some_test.lua:2"}},
		"misspelled": {`sim:rum("default:backup")`, "api.unknown", []string{"rum"}},
	} {
		r := tried(t, program(t), Options{}, body(c.lines), nil)
		if r.Failed() != 1 {
			t.Errorf("%s did not fail: %s", name, summary(r))
			continue
		}
		err := r.Tests[0].Err
		if message.Code(err) != c.code {
			t.Errorf("%s: %s, want %s: %v", name, message.Code(err), c.code, err)
		}
		for _, part := range c.says {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s does not say %q: %v", name, part, err)
			}
		}
	}
}

func TestAFailingTestShowsTheRunThatFailedBeforeIt(t *testing.T) {
	r := tried(t, program(t), Options{}, body(`dj.expect.equal(sim:run("mine:only").exit, 0)`), map[string]string{
		"mine.lua": script("mine", `dj.copy.create { to = "lokal" }`),
	})
	if len(r.Tests) != 1 || r.Tests[0].Run == nil {
		t.Fatal(summary(r))
	}
	failed := r.Tests[0].Run
	if failed.Target != "mine:only" || failed.Exit != 2 || len(failed.Errs) != 1 || !strings.Contains(failed.Errs[0].Error(), "mine.lua:2") {
		t.Errorf("the run: %s, %d, %v", failed.Target, failed.Exit, failed.Errs)
	}
}

func TestEachTestBeginsAnew(t *testing.T) {
	r := tried(t, program(t), Options{}, `
local seen = 0
for i = 1, 3 do
  dj.test("test " .. i, function(sim)
    seen = seen + 1
    sim:run("default:backup")
    dj.expect.equal({ seen, #sim:copies() }, { 1, 1 })
  end)
end`, nil)
	if !r.OK() || len(r.Tests) != 3 {
		t.Error(summary(r))
	}
	r = tried(t, program(t), Options{Only: "TEST 2"}, `
dj.test("test 1", function() dj.expect.equal(1, 2) end)
dj.test("test 2", function() dj.expect.equal(2, 2) end)`, nil)
	if !r.OK() || len(r.Tests) != 1 || r.Tests[0].Title != "test 2" {
		t.Error(summary(r))
	}
}

func TestAFileThatIsNoTestSaysSo(t *testing.T) {
	for text, code := range map[string]string{
		"local x = 1":                     "test.none",
		"local x = = 1":                   "script.syntax",
		"error('at once')":                "script.failed",
		"dj.copy.create { to = 'local' }": "api.unknown",
	} {
		if r := tried(t, program(t), Options{}, text, nil); message.Code(r.Err) != code {
			t.Errorf("%s: %v, want %s", text, r.Err, code)
		}
	}
}

func TestATestMayRequireTheLibrariesOfTheScripts(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"lib/total.lua":      "local plus = require \"lib.plus\"\nreturn { of = function(a, b) return plus(a, b) end }\n",
		"lib/plus.lua":       "return function(a, b) return a + b end\n",
		"some_test.lua":      "local total, days = require \"lib.total\", require \"lib.days\"\n" + body(`dj.expect.equal({ total.of(1, 2), days.add("2026-03-31", 1) }, { 3, "2026-04-01" })`),
		"lib/total_test.lua": body(`dj.expect.equal(require("lib.total").of(1, 2), 3)`),
		"lost_test.lua":      "local lost = require \"lib.lost\"\n" + body(`dj.expect.equal(lost, nil)`),
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	test := func(name string) *Report {
		return program(t).Test(t.Context(), filepath.Join(dir, filepath.FromSlash(name)), name, Options{Now: noTime, Torture: true})
	}
	for _, name := range []string{"some_test.lua", "lib/total_test.lua"} {
		if r := test(name); !r.OK() || len(r.Tests) != 1 {
			t.Errorf("%s: %s", name, summary(r))
		}
	}
	if r := test("lost_test.lua"); message.Code(r.Err) != "script.require" || !strings.Contains(r.Err.Error(), "lost_test.lua:1: ") {
		t.Error(summary(r))
	}
}
