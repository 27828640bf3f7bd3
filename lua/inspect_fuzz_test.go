package lua

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzInspect: whatever a script holds, Inspect reads it to the end, and each mistake has a place, words and a cure.
func FuzzInspect(f *testing.F) {
	for _, c := range firstMistakes {
		f.Add([]byte(c.source))
	}
	f.Add([]byte(goodScript))
	for _, seed := range []string{
		"local dj = dj local x <const> = 1", "dj.copy.create{[nil]=1,[0/0]=2,...}", "return dj.script{params={a={type='enum',values={},list=true,default={[1]=2}}}}",
		"for dj = 1, 2 do dj() end", "dj.a.b.c:d(){}''.x = y", "function dj.copy.create() end function dj:x() self() end function a.b.c:d() end",
		"local a a[nil] = a a[0]()", "return -{} + #'a' .. not nil == 0 < ''", "pcall(dj.copy.open) pcall() require() require(1) require('dj').copy()",
		"x = 1,5 y = {1,5} dj.copy.open(1,5,1,5)", "\r\n\r\nbad", "local a <close>", "a\n(b)", "x = = 1", "if x {", "return 1 2", "x!", "é", "\xff\xfe", "{a:1}", " (\n)",
	} {
		f.Add([]byte(seed))
	}
	known := deskKnown(nil)
	f.Fuzz(func(t *testing.T, source []byte) {
		count := len(splitLines(string(source)))
		found := inspect(t, known, string(source))
		before := 0
		for _, m := range found.Mistakes {
			whole := m.Key == "lua.binary" || m.Key == "lua.wide" || m.Key == "lua.too_long" || m.Key == "lua.compile"
			if (m.Line < 1 || m.Line > count) && !whole || m.Line < before || m.Column < 0 || m.Code == "" || m.Message == "" || m.Hint == "" {
				t.Fatalf("%#v", m)
			}
			if m.Level != LevelError && m.Level != LevelWarning {
				t.Fatalf("%#v", m)
			}
			before = m.Line
		}
		for _, u := range found.Uses {
			if u.Line < 1 || u.Line > count {
				t.Fatalf("%#v", u)
			}
		}
	})
}

// What stands in testdata/inspect is read as the file beside it says.
func TestInspectSaysWhatIsWrittenBesideTheScript(t *testing.T) {
	scripts, err := filepath.Glob("testdata/inspect/*.lua")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, script := range scripts {
		source, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(strings.TrimSuffix(script, ".lua") + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, m := range inspect(t, deskKnown(nil), string(source)).Mistakes {
			fmt.Fprintf(&got, "%d:%d: %s: %s\n  %s\n", m.Line, m.Column, m.Level, strings.SplitN(m.String(), ": ", 2)[1], m.Hint)
		}
		if got.String() != string(want) {
			t.Errorf("%s:\n got\n%s\nwant\n%s", script, got.String(), want)
		}
	}
}

// manyScripts are scripts of some hundred lines, as a shop would have them.
func manyScripts(count int) [][]byte {
	var scripts [][]byte
	for n := range count {
		var b strings.Builder
		fmt.Fprintf(&b, "-- Script %d\nlocal copy = dj.copy\n", n)
		for f := range 8 {
			fmt.Fprintf(&b, `
local function step%[1]d(job, names)
  local total = 0
  for position, name in ipairs(names) do
    if name ~= "" and position > %[2]d then
      total = total + #name
      dj.log.info("seen " .. name, { day = job.day, position = position })
    end
  end
  return total > 0 and copy.list { state = "verified" } or {}
end
`, f, n%5)
		}
		fmt.Fprintf(&b, "\nreturn dj.script {\n  name = \"script%d\",\n  params = { to = { type = \"destination\", list = true }, tries = { type = \"integer\", default = 3 } },\n  jobs = {\n", n)
		fmt.Fprint(&b, "    go = function(job, p)\n      local made = dj.retry({ times = p.tries, wait = \"10m\" }, function()\n        return copy.create { to = p.to, verify = \"restore\" }\n      end)\n")
		for f := range 8 {
			fmt.Fprintf(&b, "      step%d(job, p.to)\n", f)
		}
		fmt.Fprint(&b, "      for _, one in ipairs(made) do\n        copy.prove(one)\n      end\n      return made\n    end,\n  },\n}\n")
		scripts = append(scripts, []byte(b.String()))
	}
	return scripts
}

func TestTheScriptsOfTheBenchmarkAreGood(t *testing.T) {
	for _, source := range manyScripts(3) {
		if told := lines(inspect(t, deskKnown(nil), string(source))); len(told) > 0 || strings.Count(string(source), "\n") < 90 {
			t.Errorf("%q\n%s", told, source)
		}
	}
}

// Two hundred scripts, read and inspected, as a check of a reseller's folder does.
func BenchmarkInspectTwoHundredScripts(b *testing.B) {
	scripts, known, round := manyScripts(200), deskKnown(nil), 0
	for b.Loop() {
		round++
		for n, source := range scripts {
			chunk, err := Parse(fmt.Sprintf("s%d-%d.lua", n, round), source)
			if err != nil {
				b.Fatal(err)
			}
			if found := chunk.Inspect(known); len(found.Mistakes) > 0 {
				b.Fatal(found.Mistakes[0])
			}
		}
	}
}
