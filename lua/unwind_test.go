package lua

import (
	"testing"
)

// A variable is one variable, however many closures share it and whatever error was caught in between.
func TestVariablesOutliveErrors(t *testing.T) {
	const counter = "local n = 0 local function count() n = n + 1 return n end\n"
	for _, source := range []string{
		counter + "pcall(error, 'x') count() print(n)",
		counter + "pcall(function() pcall(error) error('x') end) count() print(n)",
		counter + "pcall(function() pcall(error) pcall(error) count() error('x') end) count() print(n)",
		counter + "xpcall(function() error('x') end, function() count() end) count() print(n)",
		counter + "xpcall(error, function() pcall(error) count() end) pcall(error) count() print(n)",
		counter + "for i = 1, 3 do local j = i local f = function() j = j + n return j end pcall(function() j = j + 10 error() end) count() print(f(), j, n) end",
		counter + "local co = coroutine.wrap(function() pcall(error) count() coroutine.yield() pcall(error) count() error('x') end) co() pcall(co) count() print(n)",
		counter + "local co = coroutine.create(function() local m = 0 local function add() m = m + 1 return m end pcall(error) add() coroutine.yield(m) pcall(error) add() coroutine.yield(m) end) print(coroutine.resume(co)) pcall(error) count() print(coroutine.resume(co)) print(n)",
		counter + "pcall(table.sort, { 3, 2, 1 }, function() error('x') end) count() pcall(string.gsub, 'x', 'x', function() pcall(error) count() error('x') end) count() print(n)",
		counter + "pcall(function() local t = setmetatable({}, { __index = function() pcall(error) count() error('x') end }) return t.x end) count() print(n)",
		"local f pcall(function() local v = 'kept' f = function() return v end error('x') end) local a, b, c, d = 1, 2, 3, 4 print(f(), a, b, c, d)",
		"local f, g pcall(function() local v = 1 f = function() v = v + 1 return v end g = function() return v end pcall(error) f() error('x') end) local a, b, c = 1, 2, 3 f() print(f(), g(), a, b, c)",
		"local fs = {} for i = 1, 3 do pcall(function() local v = i fs[i] = function() v = v + 1 return v end error() end) end print(fs[1](), fs[1](), fs[2](), fs[3]())",
		"local f local co = coroutine.create(function() local v = 5 f = function() v = v + 1 return v end error('x') end) coroutine.resume(co) print(f(), f())",
		"local function retry(times, fn) for i = 1, times do local ok, r = pcall(fn, i) if ok then return r end end end local tries = 0 print(retry(5, function(i) tries = tries + 1 if i < 4 then error('again') end return i end), tries)",
	} {
		if want, got := runLua51(t, source), out(t, Options{}, source)+"\n"; got != want {
			t.Errorf("%s\nLua 5.1: %s\n   ours: %s", source, want, got)
		}
	}
}

// A function of the host's calls back and keeps the error to itself, as dj.retry does.
func TestVariablesOutliveErrorsThatTheHostCatches(t *testing.T) {
	quietly := Bind("quietly", func(_ *Call, a *struct {
		Fn *Function `lua:"fn,arg"`
	}) (bool, error) {
		_, err := a.Fn.Call()
		return err == nil, nil
	})
	o := Options{Modules: map[string][]Func{"dj": {quietly}}}
	const source = "local n = 0 local function count() n = n + 1 end dj.quietly(function() pcall(error) count() error('x') end) dj.quietly(function() error('x') end) count() print(n)"
	if got := out(t, o, source); got != "2" {
		t.Error(got)
	}
}
