package lua

import (
	"context"
	"testing"
	"time"

	glua "github.com/yuin/gopher-lua"
)

// The price of a primitive's call: a bare Go function of gopher-lua's, and ours with a table of options decoded, checked
// and its result encoded. Both run in the same guarded state; one operation is a thousand calls.

const benchLoop = "local f = ... for i = 1, 1000 do f { to = 'local', verify = 'restore', level = 3 } end"

func benchFunction(b *testing.B, call func(s *State) glua.LValue) {
	b.Helper()
	s := New(b.Context(), Options{Steps: 1 << 60})
	chunk, err := Parse("bench.lua", []byte(benchLoop))
	if err != nil {
		b.Fatal(err)
	}
	fn, f := s.l.NewFunctionFromProto(chunk.proto), call(s)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.call(fn, f); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkThousandCallsOfABareGoFunction(b *testing.B) {
	benchFunction(b, func(s *State) glua.LValue {
		return s.l.NewFunction(func(l *glua.LState) int {
			options := l.CheckTable(1)
			to, _ := options.RawGetString("to").(glua.LString)
			l.Push(to)
			return 1
		})
	})
}

func BenchmarkThousandCallsOfAPrimitive(b *testing.B) {
	benchFunction(b, func(s *State) glua.LValue {
		return s.bound(Bind("create", func(_ *Call, a *createArgs) (string, error) { return a.To[0], nil }), nil)
	})
}

func BenchmarkThousandCallsOfAWrappedPrimitive(b *testing.B) {
	benchFunction(b, func(s *State) glua.LValue {
		s.options.Wrap = func(_ *Call, next func() (any, error)) (any, error) { return next() }
		return s.bound(Bind("create", func(_ *Call, a *createArgs) (string, error) { return a.To[0], nil }), nil)
	})
}

func BenchmarkFreshState(b *testing.B) {
	o := host()
	b.ReportAllocs()
	for b.Loop() {
		New(b.Context(), o)
	}
}

func BenchmarkFreshStateOfGopherLua(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		glua.NewState().Close()
	}
}

// What the guarded language costs beside bare gopher-lua with SetContext: the same program runs in both, one after the
// other, and the ratio of their times is told as x-bare. A fresh state is made for each, and is part of the time.
var benchPrograms = []struct{ name, source string }{
	{"calls", "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end return fib(22)"},
	{"numbers", "local sum = 0 for i = 1, 300000 do if i % 7 == 0 then sum = sum + i % 13 * 2 end end return sum"},
	{"join", "local n = 0 for i = 1, 40000 do local s = 'row ' .. i n = n + #s end return n"},
	{"format", "local t = {} for i = 1, 20000 do t[#t + 1] = string.format('%05d;%s;%.2f', i, 'x', i / 3) end return table.concat(t, ';')"},
	{"rows", "local t = {} for i = 1, 20000 do t[#t + 1] = 'row ' .. i .. ';' .. i * 2 end return table.concat(t, ';')"},
	{"replace", "local s = ('name=value; '):rep(200) for i = 1, 20 do s:gsub('(%w+)=(%w+)', '%2=%1') end return s"},
	{"fields", "local n = 0 local line = 'a;bb;ccc;dddd;eeeee' for i = 1, 5000 do for f in line:gmatch('[^;]+') do n = n + #f end end return n"},
	{"tables", "local t = {} for i = 1, 20000 do t[i] = { id = i, name = 'n' } end local s = 0 for i, r in ipairs(t) do s = s + r.id end return s"},
}

func runBare(b *testing.B, source string) {
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	l := glua.NewState(glua.Options{RegistryMaxSize: 1 << 20, RegistryGrowStep: 1 << 15})
	defer l.Close()
	l.SetContext(ctx)
	if err := l.DoString(source); err != nil {
		b.Fatal(err)
	}
}

func runGuarded(b *testing.B, source string) {
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	chunk, err := Parse("bench.lua", []byte(source))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := New(ctx, Options{Steps: 1 << 60}).Run(chunk); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkGuardedAgainstBare(b *testing.B) {
	for _, program := range benchPrograms {
		b.Run(program.name, func(b *testing.B) {
			var guarded, bare time.Duration
			for b.Loop() {
				began := time.Now()
				runGuarded(b, program.source)
				middle := time.Now()
				runBare(b, program.source)
				guarded, bare = guarded+middle.Sub(began), bare+time.Since(middle)
			}
			b.ReportMetric(float64(guarded)/float64(bare), "x-bare")
			b.ReportMetric(float64(guarded.Microseconds())/float64(b.N), "guarded-µs/op")
		})
	}
}

func BenchmarkGenerator(b *testing.B) {
	for b.Loop() {
		runGuarded(b, "local n = 0 for i in coroutine.wrap(function() for i = 1, 1000 do coroutine.yield(i) end end) do n = n + i end return n")
	}
}
