package lua

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAScriptMayNameTheseAndNothingElse(t *testing.T) {
	want := strings.Fields(`_VERSION assert coroutine error getmetatable ipairs math next os pairs pcall print rawequal rawget
		rawset select setmetatable string table tonumber tostring type unpack xpcall`)
	if diff := cmp.Diff(want, keys(New(t.Context(), Options{}).names)); diff != "" {
		t.Error(diff)
	}
	for name := range strings.FieldsSeq(`io debug load loadstring dofile loadfile require package module getfenv setfenv
		newproxy collectgarbage _printregs channel _G _GOPHER_LUA_VERSION`) {
		if run := fails(t, Options{}, "return "+name); run.Code() != "script.undefined" {
			t.Errorf("%s: %v", name, run)
		}
	}
	for module, names := range map[string]string{
		"string":    "byte char find format gmatch gsub len lower match rep reverse sub upper",
		"table":     "concat insert maxn remove sort",
		"coroutine": "create resume running status wrap yield",
		"os":        "clock date difftime time",
	} {
		got := strings.Fields(out(t, Options{}, "for name in pairs("+module+") do print(name) end"))
		slices.Sort(got)
		if diff := cmp.Diff(strings.Fields(names), got); diff != "" {
			t.Errorf("%s: %s", module, diff)
		}
	}
}

func TestGlobalsAreStrict(t *testing.T) {
	for _, c := range []struct{ source, want, hint string }{
		{"local job = 1\nreturn jobb", `store.lua:2: undefined name "jobb" (script.undefined)`, `did you mean "job"?`},
		{"return prnt", `store.lua:1: undefined name "prnt" (script.undefined)`, `did you mean "print"?`},
		{"\n\nx = 1", `store.lua:3: "x" is assigned but was never declared (script.undeclared)`, "write local x = ..."},
		{"function f() end", `store.lua:1: "f" is assigned but was never declared (script.undeclared)`, "write local f = ..."},
		{"print = 1", `store.lua:1: "print" can not be changed (script.undeclared)`, "keep your own value in a local variable"},
		{"string.rep = nil", `store.lua:1: "string.rep" can not be changed (api.frozen)`, "keep your own value in a local variable"},
		{"dj.copy.create = 1", `store.lua:1: "dj.copy.create" can not be changed (api.frozen)`, "keep your own value in a local variable"},
		{"dj.copy.creat {}", `store.lua:1: dj.copy has nothing called "creat" (api.unknown)`, `did you mean "create"?`},
		{"return dj.cpy", `store.lua:1: dj has nothing called "cpy" (api.unknown)`, `did you mean "copy"?`},
		{"return ('x'):uper()", `store.lua:1: string has nothing called "uper" (api.unknown)`, `did you mean "upper"?`},
		{"return dj.zzzzzz", `store.lua:1: dj has nothing called "zzzzzz" (api.unknown)`, "it has: boom, copy, fail, guard, step"},
	} {
		run := fails(t, host(), c.source)
		if run.Error() != c.want || run.Hint() != c.hint {
			t.Errorf("%s\n got %s\n     %s\nwant %s\n     %s", c.source, run, run.Hint(), c.want, c.hint)
		}
	}
}

func TestNoScriptCanOpenWhatIsFrozen(t *testing.T) {
	for _, source := range []string{
		`rawset(string, "rep", 1)`, `rawset(dj, "x", 1)`, `table.insert(dj, 1)`, `setmetatable(dj, {})`,
		`setmetatable("", {})`, `setmetatable(string, {})`, `getmetatable("").__index = 1`, `table.sort(dj)`, `table.remove(dj)`,
		`getmetatable(dj).__index = nil`, `local ok, e = pcall(error, "x") e.code = 1`,
		`setmetatable(setmetatable({}, {__metatable = 1}), {})`,
	} {
		if _, err := try(t, host(), source); err == nil {
			t.Errorf("%s was let through", source)
		}
	}
}

func TestAModuleCanBeWalkedOver(t *testing.T) {
	got := out(t, host(), `local n = {} for k, v in pairs(dj.copy) do n[#n + 1] = k .. " " .. type(v) end
table.sort(n) print(table.concat(n, ", "), dj.copy, type(dj))`)
	if want := "create function, open function\tdj.copy\ttable"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStatesKnowNothingOfEachOther(t *testing.T) {
	chunk, err := Parse("s.lua", []byte("local n = 0 return function() n = n + 1 return n end"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		value, err := New(t.Context(), Options{}).Run(chunk)
		if err != nil {
			t.Fatal(err)
		}
		results, err := value.Function().Call()
		if err != nil || results[0] != int64(1) {
			t.Errorf("%v, %v", results, err)
		}
	}
}

func TestAnObjectHasFieldsAndMethods(t *testing.T) {
	type degradedArgs struct {
		Message string `lua:"message,arg"`
	}
	var said []string
	degraded := Bind("job:degraded", func(_ *Call, a *degradedArgs) (struct{}, error) {
		said = append(said, a.Message)
		return struct{}{}, nil
	})
	s := New(t.Context(), Options{})
	chunk, err := Parse("s.lua", []byte(`return function(job)
  job:degraded("colon") job.degraded("dot")
  assert(job.store.name == "Loja" and job.day == "2026-01-31")
  return job.idd
end`))
	if err != nil {
		t.Fatal(err)
	}
	value, err := s.Run(chunk)
	if err != nil {
		t.Fatal(err)
	}
	job := s.Object("job", map[string]any{
		"id": "1", "day": "2026-01-31", "store": map[string]any{"name": "Loja"},
	}, []Func{degraded})
	_, err = value.Function().Call(job)
	if want := `s.lua:4: job has nothing called "idd" (api.unknown)`; err == nil || err.Error() != want {
		t.Errorf("err = %v, want %s", err, want)
	}
	if diff := cmp.Diff([]string{"colon", "dot"}, said); diff != "" {
		t.Error(diff)
	}
}

func TestValuesStandBesideFunctions(t *testing.T) {
	o := host()
	o.Values = map[string]any{"dj.version": "1.0", "dj.copy.classes": []string{"routine"}, "answer": 42}
	if got := out(t, o, `print(dj.version, dj.copy.classes[1], answer, type(dj.copy.create))`); got != "1.0\troutine\t42\tfunction" {
		t.Error(got)
	}
}

func TestTwoFunctionsOfOneNameAreAFaultInTheHost(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("New did not panic")
		}
	}()
	New(t.Context(), Options{Modules: map[string][]Func{"dj": append(demo(), demo()...)}})
}
