package lua

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// program makes a whole program: variables, loops, closures, arguments of any number, metatables, assignments to several
// places at once. It always ends, and prints what became of everything.
func program(m *maker) string {
	p := &programmer{maker: m}
	p.line("local a, b, c, t, u = 1, 2, 3, { 1, 2, 3 }, { x = 4, y = 5 }")
	p.line(programPrelude)
	p.block(3)
	p.line("note('end', a, b, c, #t, t[1], t[2], u.x, u.y)")
	p.line("print(table.concat(notes, '\\n'))")
	return p.b.String()
}

// Notes are taken of everything: an order of evaluation shows in them.
const programPrelude = `
local notes = {}
local function note(...)
  local parts = {}
  for i = 1, select('#', ...) do
    local v = select(i, ...)
    if type(v) == 'number' then v = ('%.10g'):format(v) end
    if type(v) == 'table' or type(v) == 'function' then v = type(v) end
    parts[i] = tostring(v)
  end
  if #notes < 400 then notes[#notes + 1] = table.concat(parts, ' ') end
  return ...
end
local function sum(...)
  local n = select('#', ...)
  for _, v in ipairs({ ... }) do n = n + (tonumber(v) or 0) end
  return n % 1000
end
local function several(n) if n <= 0 then return end return n, several(n - 1) end
local Amount = {}
Amount.__index = Amount
local function amount(n) return setmetatable({ n = n }, Amount) end
local function value(v) if type(v) == 'table' then return v.n or 0 end return tonumber(v) or 0 end
Amount.__add = function(x, y) note('add') return amount((value(x) + value(y)) % 1000) end
Amount.__sub = function(x, y) note('sub') return amount((value(x) - value(y)) % 1000) end
Amount.__mul = function(x, y) note('mul') return amount((value(x) * value(y)) % 1000) end
Amount.__unm = function(x) note('unm') return amount(0 - value(x)) end
Amount.__concat = function(x, y)
  local function text(v) if type(v) == 'table' then return '<' .. v.n .. '>' end return tostring(v) end
  note('concat', text(x), text(y))
  return '(' .. text(x) .. '.' .. text(y) .. ')'
end
Amount.__eq = function(x, y) note('eq') return x.n == y.n end
Amount.__lt = function(x, y) note('lt') return x.n < y.n end
Amount.__le = function(x, y) note('le') return x.n <= y.n end
Amount.__call = function(self, ...) return self.n, ... end
function Amount:plus(n) return self.n + (tonumber(n) or 0) end
local proxy = setmetatable({}, {
  __index = function(_, k) note('get', k) return type(k) == 'number' and k or #tostring(k) end,
  __newindex = function(self, k, v) note('set', k, v) rawset(self, k, v) end,
})
`

// programmer writes a program line by line.
type programmer struct {
	*maker

	b     strings.Builder
	depth int
	local int // names of variables that were used
}

func (p *programmer) line(format string, args ...any) {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	p.b.WriteString(strings.Repeat("  ", p.depth) + format + "\n")
}

func (p *programmer) name() string { return pick(p.maker, []string{"a", "b", "c"}) }

// place is what can be assigned to.
func (p *programmer) place() string {
	switch p.random.IntN(8) {
	case 0:
		return "t[" + p.value(1) + " % 3 + 1]"
	case 1:
		return "u." + pick(p.maker, []string{"x", "y"})
	case 2:
		return "t[a % 3 + 1]"
	case 3:
		return "proxy['k' .. " + p.value(1) + "]"
	case 4:
		return "u[note('key', 'x')]"
	}
	return p.name()
}

// value is an expression that gives a number.
func (p *programmer) value(depth int) string {
	if depth <= 0 {
		return pick(p.maker, []string{"a", "b", "c", "1", "2", "7", "t[1]", "u.x", "#t", "(tonumber('12'))"})
	}
	v := func() string { return p.value(depth - 1) }
	switch p.random.IntN(15) {
	case 0:
		return "(" + v() + pick(p.maker, []string{" + ", " - ", " * "}) + v() + ") % 1000"
	case 1:
		return "sum(" + v() + ", " + v() + ")"
	case 2:
		return "sum(several(" + v() + " % 5))"
	case 3:
		return "(" + p.truth(depth-1) + " and " + v() + " or " + v() + ")"
	case 4:
		return "select('#', several(" + v() + " % 4), " + v() + ")"
	case 5:
		return "value(amount(" + v() + ")" + pick(p.maker, []string{" + ", " - ", " * "}) + pick(p.maker, []string{"amount(" + v() + ")", v()}) + ")"
	case 6:
		return "#(" + v() + " .. " + v() + " .. amount(" + v() + ") .. 'x' .. " + v() + ")"
	case 7:
		return "(function(...) local x, y = ... return (x or 0) + (y or 0) + select('#', ...) end)(" + v() + ", several(" + v() + " % 3))"
	case 8:
		return "amount(" + v() + "):plus(" + v() + ")"
	case 9:
		return "(note('value', " + v() + "))"
	case 10:
		return "#{ " + v() + ", several(" + v() + " % 3) }"
	case 11:
		return "value(-amount(" + v() + "))"
	case 12:
		return "proxy[" + v() + "]"
	case 13:
		return "(amount(" + v() + ")(" + v() + "))"
	}
	return v()
}

func (p *programmer) truth(depth int) string {
	v := func() string { return p.value(depth - 1) }
	switch p.random.IntN(6) {
	case 0:
		return "amount(" + v() + ")" + pick(p.maker, []string{" == ", " < ", " <= ", " > ", " >= ", " ~= "}) + "amount(" + v() + ")"
	case 1:
		return "not (" + v() + " == " + v() + ")"
	case 2:
		return "(" + v() + " < " + v() + " or " + v() + " >= " + v() + ")"
	}
	return v() + pick(p.maker, []string{" < ", " == ", " <= ", " ~= "}) + v()
}

func (p *programmer) block(depth int) {
	p.depth++
	for range 2 + p.random.IntN(4) {
		p.statement(depth)
	}
	p.depth--
}

func (p *programmer) within(depth int, before, after string) {
	p.line("%s", before)
	p.block(depth - 1)
	p.line("%s", after)
}

func (p *programmer) statement(depth int) {
	choices := 18
	if depth <= 0 {
		choices = 8
	}
	switch p.random.IntN(choices) {
	case 0, 1:
		p.line("%s = %s", p.place(), p.value(2))
	case 2:
		p.line("%s, %s = %s, %s", p.place(), p.place(), p.value(2), p.value(2))
	case 3:
		p.line("%s, %s, %s = %s", p.name(), p.place(), p.name(), pick(p.maker, []string{"several(3)", "c, a, b", "b, several(2)", p.value(1) + ", 2, 3, note('extra')", "t[3], t[1], t[2]"}))
		p.line("a, b, c = a or 0, b or 0, c or 0")
	case 4:
		p.line("note(%s, %s)", p.value(2), p.value(2))
	case 5:
		p.line("local %s = %s", p.name(), p.value(2))
	case 6:
		p.line("note((pcall(function() %s error({ code = %s }) end)))", p.name()+" = "+p.value(1), p.value(1))
	case 7:
		p.line("table.insert(t, (%s) %% #t + 1, %s) if #t > 12 then note(table.remove(t, 1)) end", p.value(1), p.value(1))
	case 8:
		p.within(depth, fmt.Sprintf("if %s then", p.truth(2)), "end")
	case 9:
		p.line("if %s then", p.truth(2))
		p.block(depth - 1)
		p.within(depth, "else", "end")
	case 10:
		p.within(depth, fmt.Sprintf("for i = %s, %s%s do if i > 20 then break end note(i)", p.whole(), p.whole(), pick(p.maker, []string{"", ", 2", ", -1", ", 0.5"})), "end")
	case 11:
		p.within(depth, "for k, v in ipairs({ several("+p.value(1)+" % 4) }) do a = (a + v * k) % 1000", "end")
	case 12:
		p.local++
		p.within(depth, fmt.Sprintf("do local n%[1]d = 0 while n%[1]d < 3 do n%[1]d = n%[1]d + 1", p.local), "end end")
	case 13:
		p.local++
		p.within(depth, fmt.Sprintf("do local n%[1]d = 0 repeat n%[1]d = n%[1]d + 1 local done = n%[1]d > 2", p.local), "until done end")
	case 14:
		p.local++
		p.within(depth, fmt.Sprintf("local f%d = {} for i = 1, 3 do local held = i f%[1]d[i] = function(d) held = held + (d or 1) a = (a + held) %% 1000 return held end", p.local),
			fmt.Sprintf("end note(f%[1]d[1](), f%[1]d[1](2), f%[1]d[2](), f%[1]d[3]())", p.local))
	case 15:
		p.within(depth, "do", "end")
	case 16:
		p.line("do local co = coroutine.wrap(function(x) for i = 1, 3 do x = (x or 0) + (coroutine.yield(x, i) or 1) end return x end) note(co(%s)) note(co(%s)) note(co()) note(co(%s)) end", p.value(1), p.value(1), p.value(1))
	case 17:
		p.local++
		p.within(depth, fmt.Sprintf("local %[1]s%[2]d = function(x, ...) if not x then return 0, ... end", pick(p.maker, []string{"g", "h"}), p.local), fmt.Sprintf("return x end note((%s))", p.value(1)))
		if p.random.IntN(3) == 0 {
			p.line("local sum = function(...) return (sum(...) + 1) % 1000 end")
		}
	}
}

// Whole programs print here what they print in Lua 5.1.
func TestProgramsDoWhatTheyDoInLua51(t *testing.T) {
	const programs, batch = 300, 50
	random := rand.New(rand.NewPCG(20260131, 3)) //nolint:gosec // the same numbers each time
	for range programs / batch {
		var all strings.Builder
		each := make([]string, batch)
		for i := range each {
			each[i] = program(&maker{random})
			each[i] = "print((pcall(function()\n" + each[i] + "\nend)))\n"
			fmt.Fprintf(&all, "%sprint('-- next')\n", each[i])
		}
		stock := strings.Split(runLua51(t, all.String()), "-- next\n")
		for i, source := range each {
			ours := out(t, Options{}, source) + "\n"
			if ours != stock[i] && !t.Failed() {
				t.Errorf("%s\nLua 5.1:\n%s\nours:\n%s", source, stock[i], ours)
			}
		}
	}
}
