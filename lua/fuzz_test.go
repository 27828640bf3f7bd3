package lua

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

// FuzzParse: whatever a file holds, it is read or refused with a place in it; what is read runs and ends.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"return 1", "#!x\nlocal a = 'b' .. 1", "if x then", "for i = 1, 2 do end", "goto a ::a::", "local t = { a = 1, [2] = 3; 4 }",
		"return function(...) local a, b = ... return #a .. b end", "x = [==[ ]] ]==] -- [[ ]]", "0x10 1e5 .5 1..2", "repeat until true",
		"local s = '' for i = 1, 9 do s = s .. s .. i end return s", "return ('x'):rep(3):gsub('x', '%0')", "a.b.c:d(1){2}'3'", "\"\\\n\"",
		"local a = 0 while true do a = a + 1 if a > 3 then break end end", "return setmetatable({}, { __index = function(t, k) return k end }).x",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		chunk, err := Parse("fuzz.lua", source)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Line < 0 || syntax.Tell(nil) == "" {
				t.Fatalf("%#v", err)
			}
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		value, err := New(ctx, Options{Steps: 5000, Modules: map[string][]Func{"dj": demo()}}).Run(chunk)
		if err != nil {
			if code(err) == "" {
				t.Fatalf("an error without a code: %v", err)
			}
			return
		}
		_ = value.String()
		_, _ = value.Go()
	})
}

// FuzzParseStub: a stub is read or refused with its line; what was read can be shown, compared and written.
func FuzzParseStub(f *testing.F) {
	f.Add([]byte(demoStub))
	f.Add([]byte("---@alias a a\n---@param x a\nfunction dj.f(x) end"))
	f.Add([]byte("---@class a: b\n---@class b: a\n---@field x a|b|nil\n---@param x a\nfunction dj.copy.create(x) end"))
	f.Add([]byte("---@alias a b|c\n---@alias b a\n---@param opts {verify: a}\nfunction dj.copy.create(opts) end"))
	f.Add([]byte("function dj.dj.A()end"))
	f.Add([]byte("function ..0()end"))
	f.Add([]byte("---@param x fun(a: string, ...): {[string]: integer?}, nil\nfunction dj.f(x) end --> y"))
	f.Fuzz(func(t *testing.T, source []byte) {
		s, err := ParseStub("fuzz.lua", source)
		if err != nil {
			var broken *StubError
			if !errors.As(err, &broken) || broken.Line < 1 {
				t.Fatalf("%#v", err)
			}
			return
		}
		s.Compare(demo())
		for _, fn := range s.Functions {
			_ = fn.Text()
			if s.Function(fn.Name) == nil {
				t.Fatalf("%s can not be found again", fn.Name)
			}
		}
	})
}

// FuzzDecode: whatever a script gives as arguments, the call is made or refused with a code of ours; it never panics.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`"a", nil, { text = "x" }`, `{}`, `1, 2, 3, 4, 5`, `"x", { list = {} }`, `"x", "y", { d = "1h", size = "1GB", when = "2026-01-31" }`,
		`"x", "y", { any = { [1.5] = {} }, lists = { a = { 1 } }, inners = { {} } }`, `"x", "y", { list = { [3] = "a" }, maybe = 1 }, 5`,
		`"x", "y", setmetatable({}, { __index = { text = 1 } })`, `dj, dj.copy, string`, `"x", "y", { fns = { f = print }, fn = 1 }, print`,
	} {
		f.Add(seed)
	}
	all := Bind("all", func(_ *Call, a *everything) (*everything, error) { return a, nil })
	f.Fuzz(func(t *testing.T, args string) {
		chunk, err := Parse("fuzz.lua", []byte("return dj.all("+args+")"))
		if err != nil {
			return
		}
		_, err = New(t.Context(), Options{Steps: 5000, Modules: map[string][]Func{"dj": {all}}}).Run(chunk)
		if c := code(err); err != nil && (c == "" || c == "host.panic" || c == "host.failed") {
			t.Fatal(err)
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, seed := range []string{"1", "0x10", "1e5", ".5", "-1", "010", "1_0", "inf", "0x1p4"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, ok := parseNumber(text); ok && n == n && text == "" {
			t.Fatalf("%q is %v", text, n)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	source, err := os.ReadFile("testdata/standard.lua")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(source)))
	chunk := &Chunk{Name: "s.lua"}
	for b.Loop() {
		if _, err := compile(chunk, string(source)); err != nil {
			b.Fatal(err)
		}
	}
}
