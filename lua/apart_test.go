package lua

import (
	"strings"
	"testing"
	"time"
)

// apart runs a script that returns a function, and gives that function in a fresh state, and the state of the script.
func apart(t *testing.T, o Options, source string, change func(*Options)) (*Function, *State, error) {
	t.Helper()
	chunk, err := Parse("store.lua", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	s := New(t.Context(), o)
	value, err := s.Run(chunk)
	if err != nil {
		t.Fatal(err)
	}
	fn, err := value.Function().Apart(change)
	return fn, s, err
}

func same(*Options) {}

// answer is what the function gives in its fresh state, as print shows it.
func answer(t *testing.T, fn *Function, args ...any) string {
	t.Helper()
	values, err := fn.CallValues(args...)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, v := range values {
		all = append(all, v.String())
	}
	return strings.Join(all, " ")
}

func TestAFunctionTakesAlongWhatItClosesOver(t *testing.T) {
	for source, want := range map[string]string{
		`return function() return 1 end`: "1",
		`local n, text, yes, none = 7, "x", true return function() return n, text, yes, none end`:                                   "7 x true nil",
		`local t = { 1, 2, { a = 3 } } return function() return #t, t[3].a end`:                                                     "3 3",
		`local f = function() end local t = { f, [f] = f } return function() return t[1] == t[t[1]] end`:                            "true",
		`local t = { n = 1 } t.self = t return function() return t.self.self.n, t.self == t end`:                                    "1 true",
		`local a = {} local b = { a, a } return function() return b[1] == a, b[1] == b[2] end`:                                      "true true",
		`local k = {} local t = { [k] = "v" } return function() return t[k] end`:                                                    "v",
		`local function up(n) return n + 1 end return function() return up(up(1)) end`:                                              "3",
		`local function f(n) if n == "x" then return f(1) end return "end" end return f`:                                            "end",
		`local f f = function(n) if n == 0 then return "end" end return f(n - 1) end local n = 9 return function() return f(n) end`: "end",
		`local n = 0 local function more() n = n + 1 end return function() more() more() return n end`:                              "2",
		`local keep, fmt = dj.copy.open, string.format return function() return keep("a"), fmt("%02d", 7) end`:                      "a 07",
		`local lib, upper = string, ("").upper return function() return lib.rep("x", 3), upper("a") end`:                            "xxx A",
		`local d = dj return function() return d.copy.open("x") end`:                                                                "x",
		`return dj.copy.open`: "x",
		`local t = setmetatable({}, { __index = function(t, k) return k .. "!" end }) return function() return t.x end`:                                                        "x!",
		`local t = setmetatable({}, { __index = string }) return function() return t.rep("y", 2) end`:                                                                          "yy",
		`local t = {} for i = 1, 70000 do t[i] = i end t[20260131] = "day" t.x = 1 return function() return #t, t[70000], t[20260131], t.x end`:                                "70000 70000 day 1",
		`local t = { 1, nil, 3, [2.5] = "half", [-1] = "minus" } return function() return t[1], t[3], t[2.5], t[-1] end`:                                                       "1 3 half minus",
		`local list = nil for i = 1, 200000 do list = { below = list } end return function() local n = 0 local at = list while at do n, at = n + 1, at.below end return n end`: "200000",
	} {
		fn, _, err := apart(t, host(), source, same)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got := answer(t, fn, "x"); got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

func TestAFunctionTakesAlongDecimalsAndWhatIsUnknown(t *testing.T) {
	state, _ := rehearsal(t, true)
	chunk, err := Parse("store.lua", []byte(`local u, none = dj.make().sha256, {} return function(kind)
		if kind == "pass" then return u end
		if u then return 1 end
	end`))
	if err != nil {
		t.Fatal(err)
	}
	value, err := state.Run(chunk)
	if err != nil {
		t.Fatal(err)
	}
	fn, err := value.Function().Apart(same)
	if err != nil {
		t.Fatal(err)
	}
	passed, err := fn.CallValues("pass")
	if err != nil || len(passed) != 1 || passed[0].lua != fn.state.unknown {
		t.Errorf("passed on: %v, %v", passed, err)
	}
	if _, err := fn.Call("look"); code(err) != "run.unknown" {
		t.Errorf("looked at: %v", err)
	}
	number, err := ParseDecimal("1.50")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Values: map[string]any{"dj.price": number}}
	decimal, _, err := apart(t, o, `local price = dj.price return function() return price + price end`, same)
	if err != nil {
		t.Fatal(err)
	}
	if got := answer(t, decimal); got != "3.00" {
		t.Errorf("a decimal: %s", got)
	}
}

func TestTheStatesShareNothing(t *testing.T) {
	source := `
		local list, n = { 1, 2 }, 0
		local function change() n = n + 1 list[#list + 1] = n end
		return function(what)
			if what == "change" then change() end
			return n, #list
		end`
	fn, _, err := apart(t, host(), source, same)
	if err != nil {
		t.Fatal(err)
	}
	again, err := fn.Apart(same)
	if err != nil {
		t.Fatal(err)
	}
	if got := answer(t, fn, "change"); got != "1 3" {
		t.Errorf("in its own state it changes: %s", got)
	}
	if got := answer(t, again, "look"); got != "0 2" {
		t.Errorf("it changed its copy too: %s", got)
	}
	changed, err := fn.Apart(same)
	if err != nil {
		t.Fatal(err)
	}
	if got := answer(t, changed, "change"); got != "2 4" {
		t.Errorf("a copy of the changed one begins where that is: %s", got)
	}
}

func TestWhatTheScriptHasStaysAsItWas(t *testing.T) {
	fn, s, err := apart(t, Options{Interactive: true}, `t, n = { a = 1 }, 5 return function() t.a = 2 n = 7 return t.a, n end`, same)
	if err != nil {
		t.Fatal(err)
	}
	if got := answer(t, fn); got != "2 7" {
		t.Errorf("what a prompt named is not there, or can not be changed: %s", got)
	}
	chunk, err := ParseLine("repl", `t.a, n`)
	if err != nil {
		t.Fatal(err)
	}
	values, err := s.Eval(chunk)
	if err != nil || len(values) != 2 || values[0].String() != "1" || values[1].String() != "5" {
		t.Errorf("the script's own: %v, %v", values, err)
	}
}

func TestWhatCanNotBeCopiedIsNamed(t *testing.T) {
	o := host()
	o.Modules["dj"] = append(o.Modules["dj"], Bind("object", func(c *Call, _ *struct{}) (Value, error) {
		return c.State.Object("job", map[string]any{"day": "2026-10-08"}, nil), nil
	}))
	for source, want := range map[string]string{
		`local co = coroutine.create(function() end) return function() return co end`:                                             `"co"`,
		`local co = coroutine.wrap(function() end) return function() return co() end`:                                             `"co"`,
		`local each = ipairs({}) return function() return each end`:                                                               `"each"`,
		`local job = dj.object() return function() return job.day end`:                                                            `"job"`,
		`local jobs = { now = dj.object() } return function() return jobs end`:                                                    `"jobs.now"`,
		`local jobs = { [dj.object()] = 1 } return function() return jobs end`:                                                    `"jobs"`,
		`local ok, e = pcall(error, "x") return function() return e end`:                                                          `"e"`,
		`local ok, e = pcall(dj.copy.create, { to = "full" }) return function() return e end`:                                     `"e"`,
		`local job = dj.object() local function day() return job.day end return function() day() end`:                             `"job"`,
		`local t = setmetatable({}, { __index = dj.object() }) return function() return t.day end`:                                `"t.__index"`,
		`local t = {} for i = 1, 300 do local u = {} for j = 1, 4000 do u[j] = j end t[i] = u end return function() return t end`: `"t"`,
		`local inner = { deep = { co = coroutine.create(function() end) } } return function() return inner end`:                   `"inner.deep.co"`,
	} {
		fn, _, err := apart(t, o, source, same)
		if err == nil || fn != nil || code(err) != "script.failed" || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s named", source, err, want)
		}
	}
}

func TestTheFreshStateHasTheOptionsThatItIsGiven(t *testing.T) {
	at := time.Date(2093, 11, 28, 0, 0, 0, 0, time.UTC)
	change := func(o *Options) {
		o.Steps, o.Seed, o.Now = 1000, 9, func() time.Time { return at }
		o.Wrap = func(c *Call, next func() (any, error)) (any, error) { return nil, &coder{"guard.policy"} }
	}
	source := `return function(what)
		if what == "clock" then return os.date("%F") end
		if what == "chance" then return math.random(1000000) end
		if what == "call" then return pcall(dj.copy.open, "x") end
		while true do end
	end`
	fn, s, err := apart(t, host(), source, change)
	if err != nil {
		t.Fatal(err)
	}
	plain, _, err := apart(t, host(), source, same)
	if err != nil {
		t.Fatal(err)
	}
	if answer(t, fn, "clock") != "2093-11-28" || answer(t, plain, "clock") != "1970-01-01" || answer(t, fn, "chance") == answer(t, plain, "chance") {
		t.Error("clock or chance is another's")
	}
	if _, err := fn.Call("call"); code(err) != "guard.policy" {
		t.Errorf("called: %v", err)
	}
	before := s.Steps()
	if _, err := fn.CallAlone(1000, "loop"); code(err) != "run.limit" || !strings.Contains(err.Error(), "1000") || s.Steps() != before {
		t.Errorf("looped: %v, and its state took %d steps", err, s.Steps()-before)
	}
}

type shelfItem struct {
	Name  string           `json:"name"`
	Bytes int64            `json:"bytes"`
	Rows  map[string]int64 `json:"rows"`
}

func TestReversedTablesAreWalkedTheOtherWay(t *testing.T) {
	source := `local own = { 1, 2, a = 1, b = 2, c = 3 } return function(item)
		local order = {}
		for k in pairs(item) do order[#order + 1] = k end
		for k in pairs(item.rows) do order[#order + 1] = k end
		for k in pairs(own) do order[#order + 1] = k end
		return table.concat(order, " ")
	end`
	item := shelfItem{"x", 1, map[string]int64{"A": 1, "B": 2}}
	for reversed, want := range map[bool]string{false: "name bytes rows A B 1 2 a b c", true: "rows bytes name B A 1 2 c b a"} {
		fn, _, err := apart(t, Options{}, source, func(o *Options) { o.Reversed = reversed })
		if err != nil {
			t.Fatal(err)
		}
		if got := answer(t, fn, item); got != want {
			t.Errorf("reversed %v: %s, want %s", reversed, got, want)
		}
	}
}

func TestLinesCountInAFreshStateToo(t *testing.T) {
	cover := &Coverage{}
	fn, _, err := apart(t, Options{Cover: cover}, "return function()\n  return 1\nend", same)
	if err != nil {
		t.Fatal(err)
	}
	if answer(t, fn); len(cover.Files()) != 1 || cover.Files()[0].Hits[2] == 0 {
		t.Errorf("the line was not counted: %v", cover.Files())
	}
}
