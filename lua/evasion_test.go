package lua

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// What a script does without Inspect having seen it. Each is tried in a run: what is called there must have been named.
func TestNoPowerIsUsedThatInspectDoesNotSee(t *testing.T) {
	scripts := []string{
		`local d = dj local c = d.copy local f = c.open f("x")`,
		`local a, b = 1, dj.copy b.open("x")`,
		`local a, b = (function() return 1, dj.copy end)() b.open("x")`,
		`local t = { dj } t[1].copy.open("x")`, `local t = { c = dj.copy.open } t.c("x")`, `local t = {} t.x = dj.copy t.x.open("x")`,
		`local function f(d) d.copy.open("x") end f(dj)`, `local function f(...) local d = ... d.copy.open("x") end f(dj)`,
		`local function f(...) local d = select(1, ...) d.open("x") end f(dj.copy)`, `local function f() return dj.copy end f().open("x")`,
		`local t = setmetatable({}, { __index = dj }) t.copy.open("x")`, `local t = setmetatable({}, { __index = function(_, k) return dj[k] end }) t.copy.open("x")`,
		`local t = setmetatable({}, { __call = dj.copy.open }) pcall(t)`, `for _, f in pairs(dj.copy) do pcall(f, "x") end`, `local _, f = next(dj.copy) pcall(f, "x")`,
		`for k, v in next, dj.copy do pcall(v, "x") end`, `coroutine.wrap(dj.copy.open)("x")`, `coroutine.wrap(function(d) d.copy.open("x") end)(dj)`,
		`local co = coroutine.create(function() coroutine.yield(dj.copy) end) local _, c = coroutine.resume(co) c.open("x")`, `pcall(pcall, dj.copy.open, "x")`,
		`xpcall(dj.copy.open, print)`, `xpcall(function() dj.copy.open("x") end, print)`, `local p = pcall p(dj.copy.open, "x")`, `(dj).copy.open("x")`, `(dj and dj.copy).open("x")`,
		`(dj or nil).copy.open("x")`, `dj["copy"]["open"]("x")`, `dj["co" .. "py"].open("x")`, `local n = "copy" dj[n].open("x")`, `dj[("copy")].open("x")`, `dj[ [[copy]] ].open("x")`,
		`dj.copy:open("x")`, `dj["copy"]:open()`, `local k = "open" dj.copy[k]("x")`, `local c c = dj.copy c.open("x")`, `local c = {} c = dj.copy c.open("x")`,
		`local c = dj.copy repeat local f = c.open f("x") until true`, `for dj = 1, 1 do local x = dj end dj.copy.open("x")`, `do local dj = {} end dj.copy.open("x")`,
		`local dj = dj dj.copy.open("x")`, `local dj = function() return dj.copy.open("x") end dj()`, `local dj = function(x) return dj.copy.open(x) end return dj("x")`,
		`local function dj() end local f = dj f()`, `local f = rawget(dj, "copy").open f("x")`, `rawget(dj.copy, "open")("x")`, `unpack({ dj.copy })`, `table.sort({ 1, 2 }, dj.copy.open)`,
		`("x"):gsub("x", dj.copy.open)`, `local t = { 1 } t[1], t[2] = dj.copy, 1 t[1].open("x")`, `local a = dj.copy local b = a local c = b c.open("x")`,
		`local x = 1 goto on ::again:: dj.copy.open("x") do return end ::on:: goto again`, `local c = dj.copy ; (function() c.open("x") end)()`,
		`local o = setmetatable({}, { __tostring = function() dj.copy.open("x") return "" end }) print(o)`, `error(setmetatable({}, { __tostring = function() dj.copy.open("x") return "" end }))`,
		`local f = function(g) return g end f(dj.copy.open)("x")`, `local t = { open = 1 } t = dj.copy t.open("x")`, `local t = {} function t.f() return dj end t.f().copy.open("x")`,
		`if dj.copy then dj.copy.open("x") end`, `local s = tostring(dj.copy) dj.copy.open(s)`, `while true do local c = dj.copy c.open("x") break end`, `return dj.copy.open("x")`, `return (dj.copy.open)("x")`,
		`dj.retry({ times = 1, wait = "1s" }, function() dj.copy.open("x") end)`, `dj.copy.open(dj.copy.open("x"))`, `dj.copy.open("x", dj.copy.open("y"))`, `dj.copy.create { to = dj.copy.open("x"), [dj.copy.open("y")] = 1, { dj.copy.open("z") } }`,
		`local _ = dj.copy.open "x" == dj.copy.open "y"`, `local _ = { [dj.copy.open("x")] = { dj.copy.open("y") } }`, `local _ = #dj.copy.open("x") + -(#dj.copy.open("y"))`, `local t = {} t[dj.copy.open("x")] = dj.copy.open("y")`,
		`for i = #dj.copy.open("x"), #dj.copy.open("y") do break end`, `local function f(a) a = dj.copy a.open("x") end f()`, `local function f(dj) dj.copy.open("x") end f({ copy = dj.copy })`,
		`local require = function(x) return x end require(dj).copy.open("x")`, `local r = { f = function(self, d) d.copy.open("x") end } r:f(dj)`, `local x = dj x = dj.copy x.open("x")`,
		`local a <const> = 1`, `local open = dj.copy.open open = nil open = dj.copy.open open("x")`,
	}
	random := rand.New(rand.NewPCG(20260131, 11)) //nolint:gosec // the same numbers each time
	for range 1500 {
		scripts = append(scripts, devious(&maker{random}))
	}
	ran := 0
	for _, source := range scripts {
		chunk, err := Parse("store.lua", []byte(source))
		if err != nil {
			continue
		}
		found := chunk.Inspect(deskKnown(nil))
		seen, refused := map[string]bool{}, len(found.Errors()) > 0
		for _, use := range found.Uses {
			seen[use.Func.Name] = true
		}
		for called := range callsOf(t.Context(), chunk) {
			ran++
			if !seen[called] && !refused {
				t.Errorf("%s is called and not seen:\n%s", called, source)
			}
		}
	}
	if ran < 200 {
		t.Errorf("only %d functions were called", ran)
	}
}

// callsOf are the bound functions that a run of the script calls.
func callsOf(ctx context.Context, chunk *Chunk) map[string]bool {
	called := map[string]bool{}
	s := New(ctx, Options{Steps: 20_000, Modules: map[string][]Func{"dj": desk()}, Wrap: func(c *Call, next func() (any, error)) (any, error) {
		called[c.Func.Name] = true
		if args := c.Given(); len(args) > 0 {
			if fn, ok := args[len(args)-1].(*Function); ok {
				_, _ = fn.Call()
			}
		}
		return "x", nil
	}})
	_, _ = s.Run(chunk)
	return called
}

// devious makes a script that passes nouns and functions through whatever can hold them.
func devious(m *maker) string {
	var b strings.Builder
	b.WriteString("local a, b, c, t, f local function id(...) return ... end\n")
	var thing func(depth int) string
	thing = func(depth int) string {
		if depth == 0 {
			return pick(m, []string{"dj", "dj.copy", "dj.copy.open", "dj.log", "dj.db.info", "dj.copy.list", "a", "b", "c", "t.x", "t[1]", "f"})
		}
		inner := func() string { return thing(depth - 1) }
		switch m.random.IntN(12) {
		case 0:
			return "id(" + inner() + ")"
		case 1:
			return "({ " + inner() + " })[1]"
		case 2:
			return "(" + inner() + " or " + inner() + ")"
		case 3:
			return "(function(x) return x end)(" + inner() + ")"
		case 4:
			return "select(2, pcall(id, " + inner() + "))"
		case 5:
			return "setmetatable({}, { __index = " + inner() + " })"
		case 6:
			return "(" + inner() + ").copy"
		case 7:
			return "(" + inner() + ").open"
		case 8:
			return "coroutine.wrap(function() return " + inner() + " end)()"
		case 9:
			return "(" + inner() + ")[" + pick(m, []string{"'copy'", "'open'", "'log'", "'co' .. 'py'"}) + "]"
		}
		return inner()
	}
	for range 2 + m.random.IntN(5) {
		value := thing(m.random.IntN(3))
		switch m.random.IntN(10) {
		case 0, 1:
			fmt.Fprintf(&b, "%s = %s\n", pick(m, []string{"a", "b", "c", "f"}), value)
		case 2, 3:
			fmt.Fprintf(&b, "local %s = %s\n", pick(m, []string{"a", "b", "c", "f", "dj"}), value)
		case 4:
			fmt.Fprintf(&b, "local %s, %s = %s, %s\n", pick(m, []string{"a", "b"}), pick(m, []string{"c", "f"}), value, thing(1))
		case 5:
			fmt.Fprintf(&b, "t = { x = %s, %s }\n", value, thing(1))
		case 6:
			fmt.Fprintf(&b, "local function f(a, dj) pcall(a, 'x') end f(%s, %s)\n", value, thing(0))
		case 7:
			fmt.Fprintf(&b, "for _, v in pairs(%s) do pcall(v, 'x') end\n", value)
		default:
			fmt.Fprintf(&b, "pcall(%s, 'x')\n", value)
		}
	}
	return b.String()
}

func TestNoNumberOfWarningsHidesAnError(t *testing.T) {
	source := numbered("do local unused%d = 1 end\n", 2*maxMistakes) + "local n = 'copy' dj[n].open('x')"
	if found := inspect(t, deskKnown(nil), source); len(found.Errors()) != 1 || len(found.Mistakes) != maxMistakes+1 {
		t.Errorf("%d errors of %d mistakes", len(found.Errors()), len(found.Mistakes))
	}
}
