package lua

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCoroutinesGenerate(t *testing.T) {
	got := out(t, Options{}, `
local co = coroutine.create(function(a, b)
  print("begins", a, b)
  local c, d, e = coroutine.yield(a + b)
  print("goes on", c, d, e)
  print("none", select("#", coroutine.yield()))
  return "x", nil, "z"
end)
print(coroutine.status(co), coroutine.resume(co, 1, 2))
print(coroutine.status(co), coroutine.resume(co, 7))
print(coroutine.resume(co))
print(coroutine.status(co), co, type(co))
local function walk(n)
  if n == 0 then return end
  walk(n - 1)
  coroutine.yield(n)
  return walk(n - 1)
end
local seen = {}
for n in coroutine.wrap(function() walk(4) end) do seen[#seen + 1] = n end
print(table.concat(seen, " "))
print(coroutine.running())
local inner
local outer = coroutine.wrap(function()
  local me = coroutine.running()
  inner = coroutine.wrap(function() print(coroutine.status(me)) coroutine.yield("in") return "ends" end)
  print(inner(), coroutine.status(me))
  coroutine.yield("out")
  print(inner())
end)
print(outer()) outer()`)
	want := strings.Join([]string{
		"begins\t1\t2", "suspended\ttrue\t3", "goes on\t7\tnil\tnil", "suspended\ttrue", "none\t0", "true\tx\tnil\tz",
		"dead\tthread\tthread", "1 2 1 3 1 2 1 4 1 2 1 3 1 2 1", "nil", "normal", "in\trunning", "out", "ends",
	}, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// gopher-lua loses the results of a yield that is the whole of a return, and never comes back from a coroutine whose
// function is a Go function.
func TestAYieldGivesWhatItIsResumedWith(t *testing.T) {
	for source, want := range map[string]string{
		`local co = coroutine.wrap(function(a) return coroutine.yield(a) end) print(co(1)) print(co(2, 3))`:                                                                        "1\n2\t3",
		`local co = coroutine.wrap(function() local function f() return coroutine.yield() end local a, b, c = f() print(a, b, c) end) co() co(1, 2)`:                               "1\t2\tnil",
		`local co = coroutine.wrap(function() local t = { coroutine.yield() } print(#t) end) co() co(1, 2, 3)`:                                                                     "3",
		`local co = coroutine.wrap(function() print((coroutine.yield())) end) co() co(1, 2, 3)`:                                                                                    "1",
		`local co = coroutine.wrap(function() print(coroutine.yield() .. "x", coroutine.yield()) end) co() co("a") co("b", "c")`:                                                   "ax\tb\tc",
		`local co = coroutine.wrap(tostring) print(co(12))`:                                                                                                                        "12",
		`local co = coroutine.wrap(coroutine.yield) print(co(4, 5)) print(co(6))`:                                                                                                  "4\t5\n6",
		`local t = setmetatable({}, { __call = function(_, x) return coroutine.yield(x) end }) local co = coroutine.wrap(function() return t(5) + 1 end) print(co()) print(co(6))`: "5\n7",
	} {
		if got := out(t, Options{}, source); got != want {
			t.Errorf("%s\n got %q\nwant %q", source, got, want)
		}
	}
}

func TestAYieldThatCanNotComeBackIsAnError(t *testing.T) {
	for _, body := range []string{
		"pcall(coroutine.yield)", "pcall(function() coroutine.yield() end)", "xpcall(coroutine.yield, print)", "table.sort({ 2, 1 }, coroutine.yield)",
		"('x'):gsub('x', coroutine.yield)", "return setmetatable({}, { __index = coroutine.yield }).x", "return setmetatable({}, { __add = coroutine.yield }) + 1",
		"return setmetatable({}, { __index = function() coroutine.yield() end }).x", "for _ in coroutine.yield do end",
		"for _ in function() coroutine.yield() end do end", "return tostring(setmetatable({}, { __tostring = function() coroutine.yield() end }))",
		"return setmetatable({}, { __concat = function() coroutine.yield() end }) .. 'x'", "dj.step('x', function() coroutine.yield() end)",
		"local t = setmetatable({}, { __newindex = function() coroutine.yield() end }) t.x = 1",
		"local m = { __lt = function() coroutine.yield() end } return setmetatable({}, m) < setmetatable({}, m)",
	} {
		text, err := try(t, host(), "local co = coroutine.create(function() "+body+" end) print(coroutine.resume(co)) print(coroutine.status(co))")
		if err != nil || strings.Contains(text, "internal fault") {
			t.Errorf("%s: %v\n%s", body, err, text)
		}
		if !strings.Contains(text, "can not leave") && !strings.HasSuffix(text, "true\ndead") {
			t.Errorf("%s: %s", body, text)
		}
	}
	run := fails(t, host(), "local co = coroutine.wrap(function() dj.step('x', function()\ncoroutine.yield() end) end)\nco()")
	if run.Err.Where != "store.lua:2" || run.Err.Key != "lua.yield_across" || run.Hint() == "" {
		t.Errorf("%v", run)
	}
	if run = fails(t, host(), "\ncoroutine.yield(1)"); run.Err.Where != "store.lua:2" || run.Err.Key != "lua.yield_outside" {
		t.Errorf("%v", run)
	}
}

func TestErrorsPassThroughCoroutinesAsThemselves(t *testing.T) {
	got := out(t, host(), `
local thrown = { kind = "mine" }
local co = coroutine.create(function() coroutine.yield() error(thrown) end)
coroutine.resume(co)
local ok, e = coroutine.resume(co)
print(ok, e.kind, coroutine.status(co), e == thrown)
local again = coroutine.wrap(function() error(e) end)
local _, f = pcall(again)
print(f == e, select(2, pcall(again)).message)
local _, g = coroutine.resume(coroutine.create(function() dj.copy.create { to = "full" } end))
print(g.code, g.op, g.where, g.retryable)`)
	want := "false\tmine\tdead\ttrue\ntrue\ta coroutine that is dead can not be resumed\ndrive.full\tcopy.create\tstore.lua:10\ttrue"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	run := fails(t, host(), `local co = coroutine.wrap(function() dj.copy.create { to = "full" } end) co()`)
	if _, ok := errors.AsType[*diskFull](run); !ok {
		t.Errorf("the Go error is lost: %v", run)
	}
	for _, source := range []string{
		"coroutine.resume(coroutine.create(function() dj.guard() end)) print('goes on')",
		"coroutine.resume(coroutine.create(function() coroutine.wrap(function() pcall(dj.guard) end)() end)) print('goes on')",
	} {
		if run := fails(t, host(), source); !run.Err.IsCode("guard") {
			t.Errorf("%s: %v", source, run)
		}
	}
	if run = fails(t, host(), "coroutine.wrap(function() dj.boom() end)()"); run.Code() != "host.panic" || run.Err.Where != "store.lua:1" {
		t.Errorf("%v", run)
	}
}

func TestCoroutinesShareTheBudgetOfTheRun(t *testing.T) {
	for _, source := range []string{
		"coroutine.wrap(function() while true do end end)()",
		"while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
		"local function f() return pcall(coroutine.wrap(f)) end while true do f() end",
		"local function f() coroutine.wrap(f)() end while true do pcall(f) end",
		"local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
		"while true do local co = coroutine.wrap(function() return 1 end) co() end",
		"local make = function() return coroutine.create(function() coroutine.yield() end) end while true do pcall(make) end",
		"coroutine.wrap(function() local s = ('a'):rep(3000) while true do pcall(s.find, s, '.-.-.-.-b') end end)()",
	} {
		run := fails(t, Options{Steps: 100_000}, source)
		if run.Code() != "run.limit" {
			t.Errorf("%s: %v", source, run)
		}
	}
}

func TestTooManyCoroutinesAreRefused(t *testing.T) {
	run := fails(t, Options{}, "local kept = {}\nfor i = 1, 65 do kept[i] = coroutine.create(print) end")
	if run.Err.Key != "lua.coroutines" || run.Err.Where != "store.lua:2" {
		t.Errorf("%v", run)
	}
	if got := out(t, Options{}, "for i = 1, 500 do local co = coroutine.wrap(function() coroutine.yield() end) co() co() end print('ends')"); got != "ends" {
		t.Error(got)
	}
}

func TestACancelledRunEndsInItsCoroutineToo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stop := Bind("stop", func(*Call, *struct{}) (struct{}, error) { cancel(); return struct{}{}, nil })
	chunk, err := Parse("s.lua", []byte("local co = coroutine.create(function()\nwhile true do dj.stop() end end)\ncoroutine.resume(co) return 1"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = New(ctx, Options{Modules: map[string][]Func{"dj": {stop}}}).Run(chunk)
	if code(err) != "run.cancelled" || !strings.HasPrefix(err.Error(), "s.lua:2: ") {
		t.Errorf("err = %v", err)
	}
}

func TestACoroutineOfARunThatIsOverCanStillCleanUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := New(ctx, Options{})
	chunk, err := Parse("s.lua", []byte(`
local count = coroutine.wrap(function() local n = 0 while true do n = n + 1 coroutine.yield(n) end end)
count()
return { count = count, loop = function() while true do end end }`))
	if err != nil {
		t.Fatal(err)
	}
	value, err := s.Run(chunk)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := value.Field("loop").Function().Call(); code(err) != "run.cancelled" {
		t.Errorf("after the end: %v", err)
	}
	s.WithContext(t.Context(), func() {
		results, err := value.Field("count").Function().Call()
		if err != nil || results[0] != int64(2) {
			t.Errorf("%v, %v", results, err)
		}
	})
}

func TestPrimitivesWorkWithinACoroutine(t *testing.T) {
	o := host()
	var places []string
	o.Wrap = func(c *Call, next func() (any, error)) (any, error) {
		places = append(places, c.Where())
		return next()
	}
	got := out(t, o, `
local co = coroutine.wrap(function()
  coroutine.yield(dj.copy.open("a"))
  local word = dj.step("s", function(title)
    local made = coroutine.wrap(function() coroutine.yield(title) return dj.copy.open("b") end)
    return made() .. made()
  end)
  coroutine.yield(word)
end)
print(co(), co())`)
	if got != "a\tinside sb" {
		t.Error(got)
	}
	if diff := cmp.Diff([]string{"store.lua:3", "store.lua:4", "store.lua:5"}, places); diff != "" {
		t.Error(diff)
	}
}

func TestAFailureInACoroutineShowsBothStacks(t *testing.T) {
	run := fails(t, Options{}, `
local function half(size)
  local none = nil
  return size / none
end
local function body(name)
  half(10)
end
local co = coroutine.wrap(body)
co("E:")`)
	var got []string
	for _, frame := range run.Stack {
		got = append(got, place(frame.File, frame.Line)+" "+frame.Function)
	}
	want := []string{"store.lua:4 half", "store.lua:7 function at line 6", "store.lua:10 main chunk"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(run.Stack) > 1 && (len(run.Stack[1].Locals) != 1 || run.Stack[1].Locals[0] != (Local{"name", `"E:"`})) {
		t.Errorf("%v", run.Stack[1].Locals)
	}
}
