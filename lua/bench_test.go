package lua

import (
	"testing"

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

func benchScript(b *testing.B, source string) {
	b.Helper()
	chunk, err := Parse("bench.lua", []byte(source))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := New(b.Context(), Options{Steps: 1 << 60}).Run(chunk); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFib25(b *testing.B) {
	benchScript(b, "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end return fib(25)")
}

func BenchmarkJoinFormat(b *testing.B) {
	benchScript(b, "local t = {} for i = 1, 20000 do t[#t + 1] = 'row ' .. i .. string.format(';%.2f', i / 3) end return table.concat(t, '\\n')")
}
