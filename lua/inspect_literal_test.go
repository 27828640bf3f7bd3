package lua

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// literals writes calls with arguments of every kind, right and wrong.
type literals struct{ *rand.Rand }

func (r literals) pick(of ...string) string { return of[r.IntN(len(of))] }

func (r literals) scalar() string {
	return r.pick(`"a"`, `"restore"`, `"local"`, `"10m"`, `"2h30m"`, `"10 minutes"`, `"1GB"`, `"5 ovos"`, `"2026-01-31"`, `"2026-13-01"`, `""`,
		"0", "1", "-3", "1.5", "-0.25", "0010", "0x10", "9007199254740993", "1e300", "true", "false", "nil", "function() end", "print", "dj.all", `"false"`)
}

func (r literals) table(depth int) string {
	fields := []string{}
	for range r.IntN(4) {
		value := r.value(depth + 1)
		switch r.IntN(8) {
		case 0, 1:
			fields = append(fields, value)
		case 2:
			fields = append(fields, fmt.Sprintf("[%s] = %s", r.pick(`"list"`, "1", "2", "true", "1.5"), value))
		default:
			fields = append(fields, r.name()+" = "+value)
		}
	}
	return "{ " + strings.Join(fields, ", ") + " }"
}

func (r literals) name() string {
	return r.pick("to", "verify", "wait", "max_bytes", "level", "keep", "daily", "min", "text", "truth", "maybe", "n", "big", "f", "list", "map", "lists", "d",
		"size", "when", "any", "inner", "inners", "fns", "union", "raw", "txt", "dayly", "name", "jobs", "params", "type", "values", "default", "times", "factor")
}

func (r literals) value(depth int) string {
	if depth < 4 && r.IntN(3) == 0 {
		return r.table(depth)
	}
	return r.scalar()
}

func (r literals) call() string {
	args := []string{}
	for range r.IntN(4) {
		args = append(args, r.value(0))
	}
	if r.IntN(2) == 0 {
		args = append(args, r.table(0))
	}
	return r.pick("dj.all", "dj.all", "dj.copy.create", "dj.copy.open", "dj.copy.prove", "dj.copy.list", "dj.retry", "dj.lock", "dj.script", "dj.log.info", "dj.db.info") +
		"(" + strings.Join(args, ", ") + ")"
}

// What a run would say of a call whose arguments are written out, Inspect says without the run, in the same words; and
// what it calls wrong, a run refuses.
func TestInspectSaysOfLiteralsWhatARunSays(t *testing.T) {
	all := Bind("all", func(_ *Call, a *everything) (any, error) { return nil, nil })
	modules := map[string][]Func{"dj": append(desk(), all)}
	r := literals{rand.New(rand.NewPCG(7, 7))}
	failed, went := 0, 0
	for range 3000 {
		source := "return " + r.call()
		chunk, err := Parse("store.lua", []byte(source))
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		told := map[string]bool{}
		for _, m := range chunk.Inspect(Known{Modules: modules}).Mistakes {
			if m.Op != "" {
				told[m.String()] = true
			}
		}
		_, err = New(t.Context(), Options{Modules: modules}).Run(chunk)
		var run *RunError
		switch {
		case err == nil && len(told) > 0:
			t.Fatalf("%s: a run takes what Inspect refuses: %v", source, told)
		case errors.As(err, &run) && !told[run.Error()]:
			t.Fatalf("%s:\n  run says %s\n  Inspect says %v", source, run, told)
		case err == nil:
			went++
		default:
			failed++
		}
	}
	if went < 100 || failed < 1000 {
		t.Errorf("%d calls went well, %d failed: too few of one kind to prove anything", went, failed)
	}
}

// A call of which only a run knows a part is not called wrong for that part.
func TestNothingIsSaidOfWhatOnlyARunKnows(t *testing.T) {
	for _, source := range []string{
		`local f = ... dj.copy.create { to = f }`, `local f = ... dj.copy.create(f)`, `dj.copy.create { [tostring(1)] = 1 }`, `dj.copy.create(...)`,
		`dj.copy.open(tostring(1))`, `dj.copy.open(...)`, `local function g() return "a", {} end dj.copy.open(g())`, `dj.copy.create { to = { tostring(1), "a" } }`,
		`local o = {} o.to = "a" dj.copy.create(o)`, `local n = 1 n = "a" dj.copy.open(n)`, `local f = ... dj.lock("a", f)`, `local f, g = ... dj.lock("a", f, g)`,
		`dj.lock("a", print)`, `local function w() end dj.lock("a", w)`, `dj.copy.prove({ id = tostring(1) })`, `local c = dj.copy.list()[1] dj.copy.prove(c)`,
		`dj.copy.create { to = "a", keep = { min = tonumber("1") } }`, `dj.copy.create { to = "a", verify = nil }`, `dj.log.info("a", nil)`, `dj.log.info("a", { k = {} })`,
		`local f = dj.copy.open f = print f(1, 2, 3)`, `local p = { n = 1 } print(p.m)`, `local job = {} job.x = 1 print(job.y)`, `local t = { [0] = 1 } print(t[0])`,
		`local t = {} t[0] = 1 print(t[0])`, `local n = ... if n == "7" or #n == 0 then return end`, `print("10" + 1, "0x10" * 2, "a" .. 1)`, `while true do break end`,
		`local _, b = pcall(print) print(b)`, `local a, b = pcall(print) print(a)`, `local function f() return f() end f()`, `goto done ::done::`,
		`local m = setmetatable({}, {}) function m.f() end function m:g() return self end m.h = 1`, `for n = 1, 3 do end for _, v in ipairs({}) do end`,
		`local x repeat local y = ... x = y until y return x`, `local d = dj local c = d.copy c.open("a")`, `local dj = dj dj.copy.open("a")`,
		`local a = 1 local a = a return a`, `return dj.version`, `local x = 1 return { x = x }, function() return x end`, `print(("x"):rep(2), ("x"):upper())`,
		`local f = function(...) return select("#", ...), ... end f()`, `return not not nil == false`, `local t = {} return t.x == nil, nil == 1`,
		`return string.format("1,5"), { 1,5 }`, `print(1,5)`, `local a, b = 1,5 print(a, b)`,
	} {
		if told := lines(inspect(t, deskKnown(nil), source)); len(told) > 0 {
			t.Errorf("%s: %q", source, told)
		}
	}
}

func TestParamsAreHeldAgainstTheirTypes(t *testing.T) {
	script := func(param, body string) string {
		return "return dj.script { name = \"n\", params = {\n  x = { " + param + " } }, jobs = { go = function(job, p)\n " + body + " end } }"
	}
	for _, c := range []struct{ param, body, want string }{
		{`type = "integer", default = 7`, `return p.x`, ``},
		{`type = "integer", default = "7"`, `return p.x`, `2: "params.x.default" must be a whole number, but it is "7" (option.type)`},
		{`type = "integer", default = 1.5`, `return p.x`, `2: "params.x.default" must be a whole number, but it is the number 1.5 (option.type)`},
		{`type = "boolean", default = "yes"`, `return p.x`, `2: "params.x.default" must be true or false, but it is "yes" (option.type)`},
		{`type = "duration", default = "10 minutes"`, `return p.x`, `2: "params.x.default" can not be "10 minutes" (option.value)`},
		{`type = "duration", default = 10`, `return p.x`, `2: "params.x.default" is the bare number 10, which has no unit (option.type)`},
		{`type = "date", default = "31/12/2026"`, `return p.x`, `2: "params.x.default" can not be "31/12/2026" (option.value)`},
		{`type = "enum", values = { "a", "b" }, default = "c"`, `return p.x`, `2: "params.x.default" can not be "c" (option.value)`},
		{`type = "enum", values = { "a", "b" }, default = "b"`, `return p.x`, ``},
		{`type = "enum", default = "b"`, `return p.x`, ``},
		{`type = "destination", list = true, default = "local"`, `return p.x`, `2: "params.x.default" must be a list of texts, but it is "local" (option.type)`},
		{`type = "destination", list = true, default = { "local", 3 }`, `return p.x`, `2: "params.x.default[2]" must be a text, but it is the number 3 (option.type)`},
		{`type = "integer", list = true, default = { 1, 2 }`, `return p.x`, ``},
		{`type = "text"`, `return p`, ``},
		{`type = "text"`, `return p["x"]`, ``},
		{`type = "text"`, `return p[job.name]`, ``},
		{`type = "text"`, `return dj.log.info("a", p)`, ``},
		{`type = "text"`, `return p:tostring()`, ``},
		{`type = "text"`, `p.y = 1 return p.x, p.y`, ``},
		{`type = "text"`, `local q = p return q.x, q.y`, `3: there is no param "y" (api.unknown)`},
		{`type = "integer"`, `return p.x == "7"`, `3: a number is never equal to "7" (script.suspect)`},
		{`type = "boolean"`, `return p.x ~= "true"`, `3: true or false always differs from "true" (script.suspect)`},
		{`type = "text"`, `return p.x < 7`, `3: can not compare a text with the number 7 (script.failed)`},
		{`type = "text"`, `return function() return p.x end`, ``},
		{`type = "text"`, `p = {} return p.z`, `2: nothing reads the param "x" (script.unused_param)`},
		{`type = "text"`, `return job.nmae, p.x`, `3: job has nothing called "nmae" (api.unknown)`},
		{`type = "text"`, `job.degraded("x") job.degraded(job, "x") job:degraded("x") return p.x`, ``},
		{`type = "text"`, `job:degraded() return p.x`, `3: Job:degraded: "message" is missing: it is called as Job:degraded(message) (arg.missing)`},
		{`type = "text"`, `job.degraded(job) return p.x`, `3: Job:degraded: "message" is missing: it is called as Job:degraded(message) (arg.missing)`},
		{`type = "text"`, `job.name = "x" return p.x`, `3: "job.name" can not be changed (api.frozen)`},
	} {
		if got := strings.Join(lines(inspect(t, deskKnown(nil), script(c.param, c.body))), "; "); got != c.want {
			t.Errorf("%s, %s:\n got %s\nwant %s", c.param, c.body, got, c.want)
		}
	}
}

// Functions and tables may be locals of the file, declared before; a script that extends another has its params too.
func TestAScriptIsReadAsItIsWritten(t *testing.T) {
	for _, c := range []struct {
		source string
		want   []string
	}{
		{`local function go(job, p) job:degradd() return p.too end return dj.script { name = "n", params = { to = { type = "text" } }, jobs = { go = go } }`, []string{
			`1: job has nothing called "degradd" (api.unknown)`, `1: there is no param "too" (api.unknown)`, `1: nothing reads the param "to" (script.unused_param)`,
		}},
		{`local params = { to = { type = "text" } } local jobs = { go = function(_, p) return p.too end } return dj.script { name = "n", params = params, jobs = jobs }`, []string{
			`1: nothing reads the param "to" (script.unused_param)`, `1: there is no param "too" (api.unknown)`,
		}},
		{`return dj.script { name = "n", extends = "default", params = { to = { type = "text" } }, jobs = { go = function(_, p) return p.too end } }`, nil},
		{`local jobs = {} function jobs.go(_, p) return p.too end return dj.script { name = "n", params = { to = { type = "text" } }, jobs = jobs }`, nil},
		{`local lib = require "lib.jobs" return dj.script { name = "n", params = { to = { type = "text" } }, jobs = { go = lib.go } }`, nil},
		{`local s = { name = "n", jobs = {} } return dj.script(s)`, nil},
		{`return dj.script { name = "n", jobs = { go = function(...) return ... end }, params = { to = { type = "text" } } }`, nil},
	} {
		found := inspect(t, deskKnown(nil), c.source)
		if got := lines(found); !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s:\n got %q\nwant %q", c.source, got, c.want)
		}
		if found.Script == nil || found.Script.Name != "n" {
			t.Errorf("%s: %#v", c.source, found.Script)
		}
	}
	found := inspect(t, deskKnown(nil), `local days = require "lib.days" return days, require("lib.x")`)
	if len(found.Requires) != 2 || found.Requires[0] != (Require{"lib.days", 1}) || found.Requires[1].Name != "lib.x" {
		t.Errorf("%v", found.Requires)
	}
	if found := inspect(t, deskKnown(nil), `local s = dj.script return s`); found.Script != nil {
		t.Errorf("%#v", found.Script)
	}
}
