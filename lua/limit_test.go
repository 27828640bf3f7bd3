package lua

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestTheStepBudgetEndsEveryLoop(t *testing.T) {
	for _, source := range []string{
		"while true do end", "repeat until false", "local function f() return f() end f()", "for i = 1, math.huge do end",
		"while true do pcall(function() while true do end end) end",
		"while true do xpcall(function() while true do end end, function() return 1 end) end",
		"local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) while true do pcall(function() return t[1] end) end",
		"table.sort({3,2,1}, function() while true do end end)",
		"('x'):gsub('x', function() while true do end end)",
		"local s = ('a'):rep(3000) return s:find('.-.-.-.-b')", "local s = ('a'):rep(3000) return s:match('.*.*.*.*b')",
		"local s = ('a'):rep(3000) return s:gsub('.-.-.-.-b', '')", "local s = ('a'):rep(3000) for _ in s:gmatch('.-.-.-.-b') do end",
		"local s = ('a'):rep(3000) while true do pcall(string.find, s, '.-.-.-.-b') end",
		"local s = ('ab'):rep(1e5) return s:find('(.-)(.-)%1%2c')", "local s = ('('):rep(1e5) return s:find('%b()')",
	} {
		run := fails(t, Options{Steps: 100_000}, source)
		if run.Code() != "run.limit" || run.Err.Where == "" || !strings.Contains(run.Error(), "100000 steps") {
			t.Errorf("%s: %v", source, run)
		}
		if len(run.Stack) == 0 {
			t.Errorf("%s: no stack", source)
		}
	}
}

func TestWhatGoDoesCosts(t *testing.T) {
	for _, source := range []string{
		"local t = { ('x'):rep(1000):byte(1, -1) } table.sort(t, rawequal)", "local t = { ('x'):rep(3):byte(1, -1) } for i = 1, 3 do pcall(error) pcall(error) pcall(error) pcall(error) end",
	} {
		if run := fails(t, Options{Steps: 1200}, source); run.Code() != "run.limit" {
			t.Errorf("%s: %v", source, run)
		}
	}
}

// A search that ends soon is work too: a thousand of them are a thousand times as much.
func TestShortSearchesCost(t *testing.T) {
	for _, source := range []string{
		"local s = ('a'):rep(10) for i = 1, 1000 do s:find('.-.-b') end", "local s = ('a'):rep(10) for i = 1, 1000 do s:match('.*.*b') end",
		"local s = ('a'):rep(10) for i = 1, 1000 do s:gsub('.-.-b', '') end", "local s = ('a'):rep(10) for i = 1, 1000 do for _ in s:gmatch('.-.-b') do end end",
		"for i = 1, 9000 do ('a'):find('a()') end",
	} {
		if run := fails(t, Options{Steps: 100_000}, source); run.Code() != "run.limit" {
			t.Errorf("%s: %v", source, run)
		}
		if _, err := try(t, Options{Steps: 1_000_000}, source); err != nil {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestATextIsNotMadeBeforeItIsTooLong(t *testing.T) {
	for _, source := range []string{
		"local s = ('x'):rep(6e7) print(s, s)", "return os.date(('%c'):rep(1e7), 0)", "return ('x'):rep(1e5):gsub('.*', ('%0'):rep(1e4))",
	} {
		before := allocated()
		if run := fails(t, Options{}, source); run.Code() != "run.limit" {
			t.Errorf("%s: %v", source, run)
		}
		if grown := allocated() - before; grown > 8*MaxText {
			t.Errorf("%s: %d bytes were allocated", source, grown)
		}
	}
}

func TestStepsAreCountedAlikeEveryTime(t *testing.T) {
	source := "local n = 0 for i = 1, 1000 do n = n + i end return n"
	least := func() int64 {
		low, high := int64(1), int64(100_000)
		for low < high {
			middle := (low + high) / 2
			if _, err := try(t, Options{Steps: middle}, source); err == nil {
				high = middle
			} else {
				low = middle + 1
			}
		}
		return low
	}
	if a, b := least(), least(); a != b || a < 2000 || a > 10_000 {
		t.Errorf("%d steps, then %d", a, b)
	}
}

func TestARunThatIsOverSaysWhy(t *testing.T) {
	shutdown := errors.New("the computer is being switched off")
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(shutdown)
	late, stop := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer stop()
	chunk, err := Parse("s.lua", []byte("while true do pcall(function() while true do end end) end"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = New(cancelled, Options{}).Run(chunk)
	if code(err) != "run.cancelled" || !errors.Is(err, shutdown) {
		t.Errorf("cancelled: %v", err)
	}
	_, err = New(late, Options{}).Run(chunk)
	if code(err) != "run.timeout" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("late: %v", err)
	}
}

func TestAPatternEndsWhenTheRunDoes(t *testing.T) {
	for _, source := range []string{
		"return ('a'):rep(3000):find('.-.-.-.-b')", "return ('a'):rep(3000):gsub('.-.-.-.-b', 'x')", "return ('a'):rep(3000):gmatch('.-.-.-.-b')()",
		"return coroutine.wrap(function() return ('a'):rep(3000):match('.-.-.-.-b') end)()",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		chunk, err := Parse("s.lua", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		_, err = New(ctx, Options{Steps: 1 << 60}).Run(chunk)
		cancel()
		if code(err) != "run.timeout" {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestAGoFunctionThatWasCancelledEndsTheRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	wait := Bind("wait", func(c *Call, _ *struct{}) (struct{}, error) {
		cancel()
		<-c.Context.Done()
		return struct{}{}, c.Context.Err()
	})
	chunk, err := Parse("s.lua", []byte("pcall(dj.wait) pcall(dj.wait) return 1"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = New(ctx, Options{Modules: map[string][]Func{"dj": {wait}}}).Run(chunk)
	if code(err) != "run.cancelled" || !strings.HasPrefix(err.Error(), "s.lua:1: wait: ") {
		t.Errorf("err = %v", err)
	}
}

func TestAfterTheEndARunIsCleanedUpUnderAFreshContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var deferred []*Function
	funcs := []Func{
		Bind("defer", func(_ *Call, a *struct {
			Fn *Function `lua:"fn,arg"`
		}) (struct{}, error) {
			deferred = append(deferred, a.Fn)
			return struct{}{}, nil
		}),
		Bind("cancel", func(*Call, *struct{}) (struct{}, error) { cancel(); return struct{}{}, nil }),
	}
	s := New(ctx, Options{Modules: map[string][]Func{"dj": funcs}})
	chunk, err := Parse("s.lua", []byte("local x = 1 dj.defer(function() x = x + 1 return x end) dj.cancel() while true do end"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.Run(chunk); code(err) != "run.cancelled" {
		t.Fatalf("err = %v", err)
	}
	if _, err = deferred[0].Call(); code(err) != "run.cancelled" {
		t.Errorf("without a fresh context: %v", err)
	}
	s.WithContext(t.Context(), func() {
		results, err := deferred[0].Call()
		if err != nil || results[0] != int64(2) {
			t.Errorf("with one: %v, %v", results, err)
		}
	})
	if _, err = deferred[0].Call(); code(err) != "run.cancelled" {
		t.Errorf("afterwards: %v", err)
	}
}

func TestAFunctionWithATimeOfItsOwnDoesNotEndTheRun(t *testing.T) {
	within := Bind("within", func(c *Call, a *struct {
		Fn *Function `lua:"fn,arg"`
	}) (string, error) {
		ctx, cancel := context.WithTimeout(c.Context, 5*time.Millisecond)
		defer cancel()
		_, err := a.Fn.CallContext(ctx)
		return code(err), nil
	})
	o := Options{Modules: map[string][]Func{"dj": {within}}}
	if got := out(t, o, "print(dj.within(function() while true do end end)) print('goes on')"); got != "run.timeout\ngoes on" {
		t.Error(got)
	}
}

func TestOneTextIsBounded(t *testing.T) {
	for _, source := range []string{
		"local s = 'xxxxxxxx' while true do s = s .. s end",
		"local s = 'xxxxxxxx' while true do pcall(function() s = s .. s end) if #s > 1e9 then break end end",
		"return ('x'):rep(1e9)", "return ('x'):rep(1e300)",
		"local t = {} for i = 1, 100 do t[i] = ('x'):rep(1e6) end return table.concat(t)",
		"return ('x'):rep(1e4):gsub('x', ('y'):rep(1e4))",
		"return string.format(('%99d'):rep(7e5), unpack({}, 1, 1e5))",
	} {
		_, err := try(t, Options{}, source)
		if c := code(err); c != "run.limit" && c != "arg.type" {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestADateAsAKeyTakesNoMemory(t *testing.T) {
	before := allocated()
	if got := out(t, Options{}, "local t = {} t[20260131] = 'sab' t[67000000] = 1 print(t[20260131], #t)"); got != "sab\t0" {
		t.Error(got)
	}
	if grown := allocated() - before; grown > 20<<20 {
		t.Errorf("%d bytes were allocated", grown)
	}
}

func code(err error) string {
	var c interface{ Code() string }
	if errors.As(err, &c) {
		return c.Code()
	}
	return ""
}
