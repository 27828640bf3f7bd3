package lua

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestAGoErrorStaysItselfAcrossScripts(t *testing.T) {
	for _, source := range []string{
		`dj.copy.create { to = "full" }`,
		`local ok, e = pcall(dj.copy.create, { to = "full" }) error(e)`,
		`local ok, e = pcall(dj.copy.create, { to = "full" }) error(e, 2)`,
		`local ok, e = pcall(dj.copy.create, { to = "full" }) assert(ok, e)`,
		`local ok, e = pcall(function() local ok, e = pcall(dj.copy.create, { to = "full" }) error(e) end) error(e)`,
		`dj.step("x", function() dj.copy.create { to = "full" } end)`,
		`dj.step("x", function() dj.step("y", function() local ok, e = pcall(dj.copy.create, { to = "full" }) error(e) end) end)`,
		`local _, e = xpcall(function() dj.copy.create { to = "full" } end, function(e) return e end) error(e)`,
		`table.sort({ 1, 2 }, function() dj.copy.create { to = "full" } end)`,
		`setmetatable({}, { __index = function() dj.copy.create { to = "full" } end }).x()`,
	} {
		run := fails(t, host(), source)
		var full *diskFull
		if !errors.As(run, &full) || full.path != "E:" {
			t.Errorf("%s: the Go error is lost: %v", source, run)
		}
		if want := "store.lua:1: copy.create: drive E: is full (drive.full)"; run.Error() != want {
			t.Errorf("%s\n got %s\nwant %s", source, run, want)
		}
		if run.Hint() != "delete something" || !run.Err.Retryable || run.Code() != "drive.full" {
			t.Errorf("%s: hint %q, retryable %v, code %q", source, run.Hint(), run.Err.Retryable, run.Code())
		}
	}
}

func TestAnErrorValueHasItsFields(t *testing.T) {
	got := out(t, host(), `
local ok, e = pcall(function()
  dj.copy.create { to = "full" }
end)
print(ok, e.code, e.message, e.hint, e.op, e.where, e.retryable, e.cause, type(e))
print(e:is("drive"), e:is("drive.full"), e:is("driv"), e:is("gbak"))
print(e)
print("failed: " .. e)
print(select(2, pcall(function() return e.cod end)))
local _, w = pcall(dj.fail, "gbak.hang")
print(w.message, w.code, w.cause, w.cause.code)
print(select(2, pcall(error, w)) == w)
`)
	want := strings.Join([]string{
		"false\tdrive.full\tdrive E: is full\tdelete something\tcopy.create\tstore.lua:3\ttrue\tnil\terror",
		"true\ttrue\tfalse\tfalse",
		"store.lua:3: copy.create: drive E: is full (drive.full)", "delete something",
		"failed: store.lua:3: copy.create: drive E: is full (drive.full)", "delete something",
		`store.lua:9: error has nothing called "cod" (api.unknown)`, `did you mean "code"?`,
		"make copy: refused\tgbak.hang\trefused (gbak.hang)\tgbak.hang",
		"true",
	}, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatAScriptThrowsCanBeRead(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{`error("no drive")`, `store.lua:1: no drive (script.failed)`},
		{"local function check() error('no drive', 2) end\ncheck()", `store.lua:2: no drive (script.failed)`},
		{`error("no drive", 0)`, `no drive (script.failed)`},
		{`error({ message = "no drive", n = 1 })`, `store.lua:1: no drive (script.failed)`},
		{`error({ n = 1, list = { 1, 2 } })`, `store.lua:1: {n = 1, list = {1, 2}} (script.failed)`},
		{`error(setmetatable({}, { __tostring = function() return "mine" end }))`, `store.lua:1: mine (script.failed)`},
		{`error()`, `store.lua:1: error was called without a message (script.failed)`},
		{`error(12.5)`, `store.lua:1: 12.5 (script.failed)`},
		{`assert(false)`, `store.lua:1: assertion failed! (script.failed)`},
		{`assert(nil, "no drive")`, `store.lua:1: no drive (script.failed)`},
	} {
		if run := fails(t, Options{}, c.source); run.Error() != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, run, c.want)
		}
	}
	failing := `local t = setmetatable({}, { __tostring = function() error("inner", 0) end })`
	got := out(t, Options{}, failing+` local ok, e = pcall(error, t) print(ok, e == t, pcall(tostring, t))`)
	if got != "false\ttrue\tfalse\tinner" {
		t.Error(got)
	}
	got = out(t, Options{}, `local function fail() error("one", 0) end
		print(xpcall(fail, function() error("other", 0) end))
		print(xpcall(fail, function(e) return e, "more" end))
		print(xpcall(fail, function() end))`)
	if got != "false\tother\nfalse\tone\nfalse\tnil" {
		t.Error(got)
	}
	got = out(t, Options{}, `local t = { kind = "mine" } local ok, e = pcall(error, t) print(e == t, e.kind, e.code)`)
	if got != "true\tmine\tnil" {
		t.Error(got)
	}
	for source, want := range map[string]string{
		`error({ code = "shop.closed", message = "closed" })`:               "store.lua:1: closed (shop.closed)",
		`error({ code = "run.limit", message = "free" })`:                   "store.lua:1: free (script.failed)",
		`error({ code = 5 })`:                                               "store.lua:1: {code = 5} (script.failed)",
		"local t = {}\nlocal _, e = pcall(error, t)\nlocal _ = 1\nerror(e)": "store.lua:2: {} (script.failed)",
	} {
		if run := fails(t, Options{}, source); run.Error() != want {
			t.Errorf("%s: %s", source, run)
		}
	}
}

func TestTheInterpretersOwnErrorsAreSaidPlainly(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"local size = nil\nlocal half = size / 2", `store.lua:2: can not calculate with nil and a number (script.failed)`},
		{"local t = {}\nprint(t.a.b)", `store.lua:2: can not look up "b" in nil (script.failed)`},
		{"local t\nt.x = 1", `store.lua:2: can not look up "x" in nil (script.failed)`},
		{"local t = {}\nt.run()", `store.lua:2: "run" is no function (script.failed)`},
		{"local t = {}\nt:run()", `store.lua:2: "run" is no function (script.failed)`},
		{`return 1 < "2"`, `store.lua:1: can not compare a number with a text (script.failed)`},
		{`return {} < {}`, `store.lua:1: can not compare a table with a table (script.failed)`},
		{`return "a" .. nil`, `store.lua:1: can not join nil to a text (script.failed)`},
		{`return "a" .. {}`, `store.lua:1: can not join a table to a text (script.failed)`},
		{`return "abc" + 1`, `store.lua:1: "abc" is no number, so nothing can be calculated with it (script.failed)`},
		{`return -{}`, `store.lua:1: only a number can have a minus sign before it (script.failed)`},
		{`local t = {} t[0/0] = 1`, `store.lua:1: a table takes no value under a number that is none (0/0) (script.failed)`},
		{"local t = {}\nsetmetatable(t, t).__index = t\nreturn t.x", `store.lua:3: too many calls within calls (script.failed)`},
		{"local function f()\nlocal ok, e = pcall(f)\nif not ok then error(e) end\nend\nf()", `store.lua:2: too many calls within calls (script.failed)`},
		{`return #nil`, `store.lua:1: argument 1 of # must be a table, but it is nil (arg.type)`},
		{"local function f() return 1 + f() end\nf()", `store.lua:1: too many calls within calls (script.failed)`},
		{`return ("x"):rep()`, `store.lua:1: argument 2 of rep must be a number, but it is nothing (arg.type)`},
		{`return ("x"):find("(")`, ``},
		{`return string.format("%d", 3.7)`, `store.lua:1: %d in string.format: it takes a whole number; use %.0f, or math.floor first (arg.type)`},
		{`return string.format("%s;%s", 1)`, `store.lua:1: %s in string.format: its value is missing (arg.type)`},
		{`return string.format("%d", "abc")`, `store.lua:1: argument 2 of format must be a number, but it is "abc" (arg.type)`},
		{`for i = 1, {} do end`, `store.lua:1: the limit of "for" must be a number (script.failed)`},
		{`for i = "a", 2 do end`, `store.lua:1: the start of "for" must be a number (script.failed)`},
		{"local t = {}\nlocal k\nt[k] = 1", `store.lua:3: a table takes no value under nil (script.failed)`},
		{"local t = { 1 }\nfor v in t do print(v) end", `store.lua:2: "for" takes the elements of a list from ipairs, but here it is given a table (script.failed)`},
		{"local function f() return nil end\nfor v in f() do print(v) end", `store.lua:2: "for" takes the elements of a list from ipairs, but here it is given nil (script.failed)`},
		{"for _ in pairs({ 1 }) do local t = nil; t() end", `store.lua:1: "t" is no function (script.failed)`},
		{`for i = 1, 2 do local t = nil; t() end`, `store.lua:1: "t" is no function (script.failed)`},
	} {
		run := fails(t, Options{}, c.source)
		if c.want != "" && run.Error() != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, run, c.want)
		}
		if run.Hint() == "" || run.Code() == "host.panic" {
			t.Errorf("%s: %s, hint %q", c.source, run, run.Hint())
		}
	}
}

func TestNoPcallCatchesTheEndOfARunOrAGuard(t *testing.T) {
	for _, source := range []string{
		`pcall(dj.guard)`, `pcall(pcall, dj.guard)`, `xpcall(dj.guard, function() return 1 end)`,
		`pcall(dj.step, "x", function() pcall(dj.guard) end)`,
		`pcall(dj.fail, "run.cancelled")`, `pcall(dj.fail, "run.skipped")`,
	} {
		if run := fails(t, host(), source); !run.Err.IsCode("guard") && !run.Err.IsCode("run") {
			t.Errorf("%s: %v", source, run)
		}
	}
	if _, err := try(t, host(), `pcall(dj.fail, "runner.x") pcall(dj.fail, "guards")`); err != nil {
		t.Error(err)
	}
}

func TestWhereIsTheScriptsLineAlsoThroughGo(t *testing.T) {
	run := fails(t, host(), "dj.step('a',\n  function()\n    dj.copy.open()\n  end)")
	if run.Err.Where != "store.lua:3" || run.Excerpt != "dj.copy.open()" {
		t.Errorf("where %q, excerpt %q", run.Err.Where, run.Excerpt)
	}
	if run = fails(t, host(), "local ok, e\n\ndj.step('a', dj.copy.open, 1)"); run.Err.Where != "store.lua:3" {
		t.Errorf("where = %q", run.Err.Where)
	}
}

func TestAFailureKeepsTheStackWithLocals(t *testing.T) {
	o := host()
	o.Mask = func(text string) string { return strings.ReplaceAll(text, "masterkey", "***") }
	run := fails(t, o, `
local password = "masterkey"
local long = ("x"):rep(196) .. "masterkey"
local function half(drive)
  local free = drive.free
  return free / 2
end
local function check(title, ...)
  local t = { title = title, password = password }
  for i, name in ipairs({ "E:" }) do
    local size = half({ name = name })
  end
end
dj.step("outer", function(word) check(word) end)
`)
	var got []string
	for _, frame := range run.Stack {
		line := place(frame.File, frame.Line) + " " + frame.Function
		for _, local := range frame.Locals {
			line += " " + local.Name + "=" + local.Value
		}
		got = append(got, line)
	}
	want := []string{
		`store.lua:6 half drive={name = "E:"} free=nil`,
		`store.lua:11 check title="inside outer" t={title = "inside outer", password = "***"} i=1 name="E:"`,
		`store.lua:14 function at line 14 word="inside outer"`,
		`store.lua:14 main chunk password="***" long="` + strings.Repeat("x", 196) + `***... half=function: store.lua:4 check=function: store.lua:8`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, frame := range run.Stack {
		for _, local := range frame.Locals {
			if strings.Contains(local.Value, "master") {
				t.Errorf("%s shows a secret: %s", local.Name, local.Value)
			}
		}
	}
}

func TestAPanicInGoIsAnErrorWithoutItsStackInTheMessage(t *testing.T) {
	run := fails(t, host(), "\ndj.boom()")
	if want := "store.lua:2: boom: internal fault: nil map (host.panic)"; run.Error() != want {
		t.Errorf("got %s, want %s", run, want)
	}
	if !strings.Contains(run.Err.GoStack, "lua_test.go") {
		t.Error("the Go stack is lost")
	}
	if got := out(t, host(), "print(pcall(dj.boom))"); !strings.HasPrefix(got, "false\tstore.lua:1: boom: ") {
		t.Error(got)
	}
}

func TestClosuresSurviveAnError(t *testing.T) {
	got := out(t, Options{}, `
local f
pcall(function() local x = "kept" f = function() return x end error("a") end)
local a, b, c, d = 10, 20, 30, 40
print(f())`)
	if got != "kept" {
		t.Errorf("the closure sees %q", got)
	}
	got = out(t, host(), `
local f
pcall(function() local x = "kept" f = function() return x end dj.fail("db.busy") end)
local a, b, c, d = 10, 20, 30, 40
print(f())`)
	if got != "kept" {
		t.Errorf("after an error from Go the closure sees %q", got)
	}
}

func TestTheStackIsThatOfTheFailureNotOfThePcallAroundIt(t *testing.T) {
	run := fails(t, host(), `
pcall(error, "first")
pcall(function()
  local deep = 1
  dj.guard()
end)`)
	if len(run.Stack) != 2 || run.Stack[0].Line != 5 || len(run.Stack[0].Locals) != 1 {
		t.Errorf("%+v", run.Stack)
	}
	if run = fails(t, host(), "pcall(error, 1)\nlocal x = 1\nerror('second')"); len(run.Stack) != 1 || run.Stack[0].Line != 3 {
		t.Errorf("after a pcall: %+v", run.Stack)
	}
}

func TestAWrapperStandsAroundEveryCall(t *testing.T) {
	var calls []string
	o := host()
	o.Wrap = func(c *Call, next func() (any, error)) (any, error) {
		calls = append(calls, c.Op+" at "+c.Where())
		if c.Func.Name == "copy.open" {
			return "planned " + c.Given()[0].(string), nil
		}
		if c.Func.Name == "boom" {
			return nil, &coder{"zip.bad"}
		}
		return next()
	}
	got := out(t, o, `print(dj.copy.open("x"), dj.copy.create({ to = "a" })[1].path) print(select(2, pcall(dj.boom)).code)`)
	if got != "planned x\ta//0s\nzip.bad" {
		t.Error(got)
	}
	want := []string{"copy.open at store.lua:1", "copy.create at store.lua:1", "boom at store.lua:1"}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Error(diff)
	}
}

func TestVariablesKeepTheirNamesAfterABlock(t *testing.T) {
	run := fails(t, Options{}, `
do
  local a, b, c = 1, 2, 3
end
for i = 1, 2 do
  local inner = i
end
local after, last = 10, 20
if after then
  local deep = 30
  error("here")
else
  local other = 40
end
`)
	got := map[string]string{}
	for _, local := range run.Stack[0].Locals {
		got[local.Name] = local.Value
	}
	if diff := cmp.Diff(map[string]string{"after": "10", "last": "20", "deep": "30"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestTypesAreNamedInTheReadersLanguage(t *testing.T) {
	for source, want := range map[string]string{
		"return {} + 1":                   "com uma tabela e um número",
		"return nil + 1":                  "com nil (nada) e um número",
		"return 1 < 'a'":                  "não dá para comparar um número com um texto",
		"return {} < true":                "não dá para comparar uma tabela com true ou false",
		"local t return t.x":              `não dá para procurar "x" em nil (nada)`,
		"for i = 1, {} do end":            `no "for", o fim deve ser um número`,
		"local t, k = {} t[k] = 1":        "uma tabela não guarda nada com a chave nil (nada)",
		"for v in { 1 } do print(v) end":  `o "for" percorre uma lista com ipairs, mas aqui veio uma tabela`,
		"local f = print return f .. 'a'": "não dá para juntar uma função a um texto",
	} {
		run := fails(t, Options{Say: catalogue(t, "pt-BR")}, source)
		if !strings.Contains(run.Error(), want) {
			t.Errorf("%s: %s, want %s", source, run, want)
		}
	}
	if got := out(t, Options{}, "print(print)"); got != "function: djscript" {
		t.Error(got)
	}
}
