package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const closing = `return dj.script {
  name = "closing",
  params = {
    to = { type = "destination", list = true, help = "where" },
    times = { type = "integer", default = 1, help = "how often" },
  },
  jobs = {
    monthly = function(_, p)
      dj.log.info("again " .. p.times)
      return dj.copy.create { to = p.to }
    end,
  },
}
`

const nightly = `[[cron]]
name = "night"
schedule = ["0 22 * * *"]
run = "closing:monthly"
`

// short are the lines of --format short, without the folder before them.
func (d *desk) short(args ...string) []string {
	d.t.Helper()
	s := d.run("", append([]string{"check", "--format", "short"}, args...)...)
	text := strings.ReplaceAll(filepath.ToSlash(s.out), filepath.ToSlash(d.dir)+"/", "")
	if s.err != "" {
		d.t.Errorf("stderr: %s", s.err)
	}
	return strings.Split(strings.TrimSpace(text), "\n")
}

func TestCheckPutsACaretUnderThePlace(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound)
	d.write("scripts/closing.lua", strings.Replace(closing, "{ to = p.to }", `{ to = p.to, note = "é", verifi = "later" }`, 1))
	s := d.run("", "check")
	s.wants(t, 2, "closing.lua:10: copy.create: ", "did you mean \"verify\"?")
	lines := strings.Split(s.err, "\n")
	at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "verifi =") }) + 1
	if at < 1 || strings.TrimSpace(lines[at]) != "^" || utf8.RuneCountInString(before(lines[at-1], "verifi")) != strings.Index(lines[at], "^") {
		t.Errorf("no caret under it:\n%s", s.err)
	}
}

func before(text, part string) string { b, _, _ := strings.Cut(text, part); return b }

func TestALongLineIsShownAroundThePlace(t *testing.T) {
	for _, c := range []struct {
		m     mistake
		line  string
		caret int
	}{
		{mistake{Source: "\t\tfoo bar", Column: 7}, "foo bar", 4},
		{mistake{Source: "  foo", Column: 1}, "foo", 0},
		{mistake{Source: "foo", Column: 99}, "foo", 3},
		{mistake{Source: "  foo  ", Column: 0}, "foo", -1},
		{mistake{Source: "a\tb\xffc", Column: 3}, "a b c", 2},
		{mistake{Source: strings.Repeat("é", 300) + "x", Column: 601}, "…" + strings.Repeat("é", 60) + "x", 61},
		{mistake{Source: "x" + strings.Repeat("y", 300), Column: 1}, "x" + strings.Repeat("y", 99) + "…", 0},
	} {
		if line, caret := c.m.excerpt(); line != c.line || caret != c.caret {
			t.Errorf("%q at %d: %q, %d, want %q, %d", c.m.Source, c.m.Column, line, caret, c.line, c.caret)
		}
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("  return dj.copy.creat {}", 18)
	f.Add("\xc3", 2)
	f.Fuzz(func(t *testing.T, source string, column int) {
		m := mistake{Source: source, Column: column}
		line, caret := m.excerpt()
		if n := utf8.RuneCountInString(line); caret > n || n > excerptWidth+2 {
			t.Errorf("%q, %d", line, caret)
		}
	})
}

func TestCheckComparesEntriesWithTheirScripts(t *testing.T) {
	d := newDesk(t)
	d.write("scripts/closing.lua", closing)
	config := func(rest string) { d.write("djscript.toml", sound+nightly+rest) }
	config("")
	d.run("", "check").wants(t, 0, "2 files checked, no mistake")
	for rest, want := range map[string][]string{
		"params = { too = \"local\" }\n":                {"djscript.toml:12: cron.night.params.too", `no param "too"`, "times, to"},
		"params = { times = \"many\" }\n":               {"djscript.toml:12: cron.night.params.times", "can not be many"},
		"params = { to = [\"local\"], times = true }\n": {"cron.night.params.times", "for example 7"},
		"[script.closing]\nparams = { times = [] }\n":   {"djscript.toml:13: script.closing.params.times"},
		"[script.closing]\nparams = { tims = 2 }\n":     {"djscript.toml:13: script.closing.params.tims", `no param "tims"`},
	} {
		config(rest)
		s := d.run("", "check")
		s.wants(t, 2, want...)
		if strings.Count(s.err, "error:") != 1 {
			t.Errorf("%s is told more than once:\n%s", rest, s.err)
		}
	}
	d.write("djscript.toml", sound+strings.Replace(nightly, "monthly", "montly", 1))
	d.run("", "check").wants(t, 2, "djscript.toml:11: cron.night.run", `no job "montly"`, "it has: monthly")
	d.write("scripts/closing.lua", strings.Replace(closing, "default = 1", "required = true", 1))
	config("")
	d.run("", "check").wants(t, 2, "djscript.toml:11: cron.night.run", `needs the param "times"`)
}

// A policy that nobody has keeps nothing from being copied, and nothing is ever dropped by it.
func TestCheckAndDoctorFindThePolicyThatIsNotThere(t *testing.T) {
	d := newDesk(t)
	d.write("scripts/closing.lua", strings.Replace(closing, "jobs =", "policies = { year = { yearly = 5 } },\n  jobs =", 1))
	for keep, want := range map[string]string{"naoha:x": `there is no script "naoha"`, "closing:month": "no policy month; it has: year", "closing:year": ""} {
		d.write("djscript.toml", sound+"keep = \""+keep+"\"\n"+nightly)
		check, doctor := d.run("", "check"), d.run("", "doctor")
		if want == "" {
			check.wants(t, 0, "no mistake")
			if strings.Contains(doctor.out, "can not be followed") {
				t.Errorf("%s: %s", keep, doctor.out)
			}
			continue
		}
		check.wants(t, 2, "destination.local.keep: ", want)
		if line := "nothing is dropped at local: keep = \"" + keep + "\" of djscript.toml can not be followed: "; !strings.Contains(doctor.out, line) || !strings.Contains(doctor.out, want) {
			t.Errorf("%s: %s", keep, doctor.out)
		}
	}
}

func TestCheckWarnsOfJobsThatNobodyRuns(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound)
	path := d.write("scripts/closing.lua", closing)
	s := d.run("", "check")
	s.wants(t, 0, "warning: "+path+":8: no entry", "djscript run closing:monthly", "[[cron]]", "2 files checked, no mistake, 1 warning")
	d.run("", "check", "--strict").wants(t, 2, "closing:monthly", "2 files checked, 1 warning: with --strict a warning fails too")
	d.run("", "check", "--strict", "--format", "short", "--lang", "pt-BR").wants(t, 2, "com --strict um aviso também conta como erro")
	if got, want := d.short(), []string{"scripts/closing.lua:8:5: [script.unreachable] no entry of djscript.toml runs the job monthly of closing"}; !slices.Equal(got, want) {
		t.Errorf("short: %q", got)
	}
	d.write("scripts/more.lua", "return dj.script { name = \"more\", extends = \"closing\" }\n")
	d.run("", "check", "--strict").wants(t, 0, "3 files checked")
	d.write("djscript.toml", sound+nightly)
	d.run("", "check", "--strict").wants(t, 0)
	d.write("scripts/default.lua", `return dj.script { name = "default", jobs = { backup = function() end, more = function() end } }`+"\n")
	d.run("", "check").wants(t, 0, "the job more of default", "1 warning")
}

func TestCheckComparesWhatAScriptDoesWithWhatIsGranted(t *testing.T) {
	d := newDesk(t)
	two := sound + "[destination.pen]\npath = \"/mnt/b\"\n"
	path := d.write("scripts/closing.lua", strings.Replace(closing, "return dj.copy", "dj.notify(\"info\", \"x\")\n      return dj.copy", 1))
	d.write("djscript.toml", two+nightly)
	s := d.run("", "check")
	s.wants(t, 2, path+":10: notify: ", "not granted", "under [script.closing]: grants = [", `"notify"]`, "    dj.notify(", "       ^")
	d.write("djscript.toml", two+nightly+"params = { to = [\"local\"] }\n[script.closing]\ngrants = [\"copy.write:local\", \"notify\"]\n")
	d.run("", "check").wants(t, 0)
	d.write("djscript.toml", two+nightly+"[script.closing]\ngrants = [\"copy.write:local\", \"notify\"]\n")
	d.run("", "check", path).wants(t, 2, path+":11: copy.create: ", "copy.write:pen is not granted")
	d.write("djscript.toml", sound+nightly+"[script.closing]\ngrants = [\"copy.wirte\", \"notify\"]\n")
	d.run("", "check").wants(t, 2, "djscript.toml:13: script.closing.grants", "did you mean copy.write?")
	d.write("djscript.toml", sound+"[script.default]\ngrants = [\"db.read\"]\n")
	d.run("", "check").wants(t, 2, "builtin/default.lua:", "copy.write")
}

func TestCheckExplainsWhatEachScriptDoes(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound+nightly)
	path := d.write("scripts/closing.lua", closing)
	d.run("", "check", "--explain").wants(t, 0,
		"closing: makes copies on local; never drops copies", "copy.write:local", "dj.copy.create  "+path+":10", "dj.copy.create  builtin/default.lua:", "grants nothing in particular", "default: ")
	d.run("", "check", "--explain", "--lang", "pt-BR").wants(t, 0, "closing: faz cópias em local; nunca apaga cópias")
	d.write("djscript.toml", sound+nightly+"[script.closing]\ngrants = []\n")
	d.run("", "check", "--explain").wants(t, 2, "! copy.write:local", "grants it nothing", `→ the lines with ! are refused`, `grants = ["copy.write:local"]`)
	var told struct {
		OK      bool
		Scripts []explained
	}
	d.run("", "check", "--explain", "--json").json(t, &told)
	i := slices.IndexFunc(told.Scripts, func(e explained) bool { return e.Script == "closing" })
	if told.OK || i < 0 || told.Scripts[i].Line != `grants = ["copy.write:local"]` || !told.Scripts[i].Written || told.Scripts[i].Needs[0].Granted {
		t.Errorf("told %+v", told)
	}
}

func TestCheckReadsLibrariesAndTests(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound+nightly)
	d.write("scripts/closing.lua", "local days = require \"lib.days\"\n"+strings.Replace(closing, "p.times", "days.of(p.times)", 1))
	d.write("scripts/lib/days.lua", "return { of = function(n) return \"day \" .. n end }\n")
	d.write("scripts/closing_test.lua", "dj.test(\"closes\", function(sim)\n  dj.expect.equal(sim:run(\"closing\").exit, 0)\nend)\n")
	d.run("", "check", "--strict").wants(t, 0, "4 files checked")
	d.write("scripts/lib/days.lua", "return { of = function(n) return \"day \" .. m end }\n")
	d.write("scripts/closing_test.lua", "dj.tset(\"closes\", function(sim)\nend)\n")
	d.write("scripts/other.lua", "local x = require \"lib.dayz\"\nreturn dj.script { name = \"other\", jobs = { a = function() return x end } }\n")
	s := d.run("", "check")
	s.wants(t, 2, filepath.FromSlash("lib/days.lua:1: "), `"m"`, "closing_test.lua:1: ", "did you mean \"test\"?", "other.lua:1: ", "lib.dayz")
	if got := strings.Count(s.err, "error:"); got != 3 {
		t.Errorf("%d mistakes:\n%s", got, s.err)
	}
}

func TestCheckKnowsWhatTestsCanUse(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound+nightly)
	d.write("scripts/closing.lua", closing)
	d.write("scripts/lib/days.lua", "return { next = function(n) return n + 1 end }\n")
	test := func(lines string) string {
		return d.write("scripts/closing_test.lua", lines+"\ndj.test(\"closes\", function(sim)\n  dj.expect.equal(sim:run(\"closing\").exit, 0)\nend)\n")
	}
	for lines, want := range map[string]string{
		"local n = #dj.copy.list()":            `"copy"`,
		"local script = dj.script {}":          `"script"`,
		"local lost = require \"lib.nowhere\"": "lib.nowhere",
	} {
		path := test(lines)
		for _, command := range [][]string{{"check"}, {"check", path}, {"check", "scripts"}} {
			d.run("", command...).wants(t, 2, path+":1: ", want)
		}
		d.run("", "test").wants(t, 1, "scripts/closing_test.lua:1: ", want)
	}
	path := test("local days = require \"lib.days\"\ndj.test(\"one more\", function() dj.expect.equal(days.next(1), 2) end)")
	d.run("", "check", "--strict").wants(t, 0)
	d.run("", "check", "--strict", path).wants(t, 0)
	d.run("", "test").wants(t, 0, "2 tests, all passed")
	lib := d.write("scripts/lib/days.lua", "local far = require \"lib.far\"\nreturn { next = far }\n")
	d.run("", "check", path).wants(t, 2, lib+":1: ", "lib.far")
}

// What a script stands on is told by the name of its file, whatever the order in which the files are read.
func TestCheckCallsAFileByOneName(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound)
	below := d.write("scripts/default.lua", "return dj.script {\n  name = \"default\",\n  jobs = { backup = function() dj.notify(\"info\", \"x\") end },\n}\n")
	script := func(name string) string {
		return d.write("scripts/"+name+".lua", "return dj.script { name = \""+name+"\", extends = \"default\" }\n")
	}
	first, last := script("b"), script("z")
	want := func(s said, names ...string) {
		t.Helper()
		if n := strings.Count(s.out, below+":3:"); n != len(names) || strings.Contains(s.out, "\ndefault.lua") {
			t.Errorf("%d lines, want %d:\n%s", n, len(names), s.out)
		}
		for _, name := range names {
			s.wants(t, 2, "the script "+name+" may not")
		}
	}
	want(d.run("", "check", "--format", "short"), "b", "default", "z")
	want(d.run("", "check", "--format", "short", first), "b")
	want(d.run("", "check", "--format", "short", last, first), "b", "z")
	d.run("", "check", "--explain", last).wants(t, 2, "! notify                   dj.notify  "+below+":3")
}

func TestCheckExplainsWhatAScriptInheritsFromOurs(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound)
	d.write("scripts/default.lua", "return dj.script { name = \"default\", extends = \"default\" }\n")
	d.run("", "check", "--explain").wants(t, 0, "dj.copy.prune  builtin/default.lua:", "grants nothing in particular", "that come with djscript may also do: copy.destroy\n")
	var told struct{ Scripts []explained }
	d.run("", "check", "--explain", "--json").json(t, &told)
	told.Scripts = slices.DeleteFunc(told.Scripts, func(s explained) bool { return s.Script != "default" })
	if len(told.Scripts) != 1 || !slices.Equal(told.Scripts[0].Inherits, []string{"copy.destroy"}) || told.Scripts[0].Builtin {
		t.Errorf("told %+v", told)
	}
	d.write("djscript.toml", sound+"[script.default]\ngrants = [\"copy.write\", \"copy.destroy\", \"db.read\"]\n")
	if s := d.run("", "check", "--explain"); s.exit != 0 || strings.Contains(s.out, "may also do") {
		t.Errorf("what is granted is not inherited:\n%s%s", s.out, s.err)
	}
}

func TestCheckWarnsOfANameThatIsNotTheFiles(t *testing.T) {
	d := newDesk(t)
	path := d.write("right.lua", "return dj.script {\n  params = { name = { type = \"text\", help = \"x\" } },\n  name = \"wrong\",\n  jobs = { go = function(_, p) return p.name end },\n}\n")
	d.run("", "check", path).wants(t, 0, "warning: "+path+":3: ", "called \"right\"", "  name = \"wrong\",\n    ^", "wrong.lua")
	d.run("", "check", path, "--lang", "pt-BR").wants(t, 0, `name = "wrong" não vale nada`)
	path = d.write("right.lua", "return dj.script { name = \"right\", jobs = { go = function() end } }\n")
	d.run("", "check", path, "--strict").wants(t, 0)
}

func TestCheckAsksAScriptWhatItIs(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound+nightly)
	d.write("scripts/closing.lua", "return { name = \"closing\" }\n")
	d.run("", "check").wants(t, 2, "closing.lua", "dj.script")
	d.write("scripts/closing.lua", "local n = tonumber(\"x\")\nlocal names = { n + 1 }\n"+closing)
	d.run("", "check").wants(t, 2, "closing.lua:2: ", "n + 1")
}

func TestCheckRefusesAFormatThatThereIsNot(t *testing.T) {
	newDesk(t).run("", "check", "--format", "xml").wants(t, 2, `no format "xml"`, "--format short")
}

func TestDocsShowsThePowers(t *testing.T) {
	d := newDesk(t)
	d.run("", "docs", "capabilities").wants(t, 0, "copy.write:destination", "dj.copy.create", "db.read:database", "makes copies")
	var told struct{ Capabilities []capability }
	d.run("", "docs", "capabilities", "--json").json(t, &told)
	i := slices.IndexFunc(told.Capabilities, func(c capability) bool { return c.Power == "copy.write" })
	if i < 0 || !told.Capabilities[i].Usual || !slices.Contains(told.Capabilities[i].Funcs, "dj.copy.adopt") {
		t.Errorf("told %+v", told)
	}
}

// Two hundred scripts, each with a mistake of its own, told in the order of their files.
func TestCheckTellsOfEachOfManyScripts(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound)
	for n := range 200 {
		d.write(fmt.Sprintf("scripts/s%03d.lua", n), strings.Replace(closing, "p.times", fmt.Sprintf("p.tims%d", n), 1))
	}
	var told struct{ Mistakes []mistake }
	d.run("", "check", "--json").json(t, &told)
	seen := 0
	for _, m := range told.Mistakes {
		if m.Code != "api.unknown" {
			continue
		}
		if want := fmt.Sprintf("s%03d.lua", seen); !strings.HasSuffix(m.File, want) || m.Line != 9 || m.Column == 0 {
			t.Fatalf("mistake %d is %+v", seen, m)
		}
		seen++
	}
	if seen != 200 {
		t.Errorf("%d mistakes of 200", seen)
	}
}
