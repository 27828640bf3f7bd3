package lua

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type rules struct {
	Daily  int      `lua:"daily"`
	Weekly int      `lua:"weekly"`
	Class  []string `lua:"class" enum:"routine,closing"`
}

func (r *rules) Check() error {
	if r.Daily+r.Weekly == 0 {
		return errors.New("nothing stays")
	}
	return nil
}

type ruled struct {
	Where  string           `lua:"where,arg"`
	Policy *Value           `lua:"policy,arg,optional"`
	Named  map[string]Value `lua:"named"`
}

func (ruled) LuaForms() map[string]any { return map[string]any{"policy": rules{}, "named": rules{}} }

func ruling() map[string][]Func {
	return map[string][]Func{"dj": {Bind("prune", func(_ *Call, a *ruled) (any, error) { return nil, nil })}}
}

// A form is told in the same words before a run and in it; what is no table is as free as any value.
func TestAFormIsToldBeforeARunAndInIt(t *testing.T) {
	for source, want := range map[string]string{
		`dj.prune("local")`:                                         "",
		`dj.prune("local", nil)`:                                    "",
		`dj.prune("local", function() end)`:                         "",
		`dj.prune("local", "monthly")`:                              "",
		`dj.prune("local", { daily = 7, class = { "closing" } })`:   "",
		`dj.prune("local", { { daily = 7 }, { weekly = 4 } })`:      "",
		`dj.prune("local", nil, { named = { a = { daily = 7 } } })`: "",
		`dj.prune("local", { daily = 7, weekli = 4 })`:              `1: prune: unknown option "policy.weekli" (option.unknown) weekly`,
		`dj.prune("local", { daily = "7" })`:                        `1: prune: "policy.daily" must be a whole number, but it is "7" (option.type)`,
		`dj.prune("local", { { daily = 7 }, { daily = true } })`:    `1: prune: "policy[2].daily" must be a whole number, but it is true (option.type)`,
		`dj.prune("local", { { daily = 7 }, 4 })`:                   `1: prune: "policy[2]" must be a table of options, but it is the number 4 (option.type)`,
		`dj.prune("local", { daily = 7, class = { "closng" } })`:    `1: prune: "policy.class[1]" can not be "closng" (option.value) closing`,
		`dj.prune("local", { weekly = 4, { daily = 7 } })`:          `1: prune: unknown option "policy.1" (option.unknown)`,
		`dj.prune("local", {})`:                                     `1: prune: "policy": nothing stays (option.value)`,
		`dj.prune("local", { { daily = 7 }, {} })`:                  `1: prune: "policy[2]": nothing stays (option.value)`,
		`dj.prune("local", nil, { named = { a = { dayly = 7 } } })`: `1: prune: unknown option "named.a.dayly" (option.unknown) daily`,
	} {
		chunk := parsed(t, source)
		seen, ran := "", ""
		for _, m := range chunk.Inspect(Known{Modules: ruling()}).Mistakes {
			seen += told(m.String(), m.Hint)
		}
		if _, err := New(t.Context(), Options{Modules: ruling()}).Run(chunk); err != nil {
			failed, _ := errors.AsType[*RunError](err)
			ran = told(failed.Error(), failed.Hint())
		}
		if seen != want || ran != want {
			t.Errorf("%s\n  seen %s\n   ran %s\n  want %s", source, seen, ran, want)
		}
	}
}

// What only a run knows is left to it.
func TestAFormIsNotToldOfWhatIsNotWrittenOut(t *testing.T) {
	for _, source := range []string{
		"local function f(p) dj.prune(\"local\", p) end f({})", "local n = tonumber(\"7\")\ndj.prune(\"local\", { daily = n })",
		"local k = (\"daily\"):lower()\ndj.prune(\"local\", { [k] = 7 })", "local function all() return {} end\ndj.prune(\"local\", { all() })",
		"local own = { dayly = 7 }\ndj.prune(\"local\", own)",
	} {
		if found := parsed(t, source).Inspect(Known{Modules: ruling()}).Mistakes; len(found) > 0 {
			t.Errorf("%s: %v", source, found)
		}
	}
}

func TestAMissingArgumentIsToldWithTheCall(t *testing.T) {
	calls := map[string][]Func{"dj": {
		Bind("fail", func(_ *Call, a *struct {
			Code    string `lua:"code,arg"`
			Message string `lua:"message,arg"`
			Hint    string `lua:"hint"`
		}) (any, error) {
			return nil, nil
		}),
		Bind("lock", func(_ *Call, a *struct {
			Name string    `lua:"name,arg"`
			Wait string    `lua:"wait"`
			Fn   *Function `lua:"fn,arg"`
		}) (any, error) {
			return nil, nil
		}),
		Bind("retry", func(_ *Call, a *struct {
			Times int       `lua:"times,required"`
			Fn    *Function `lua:"fn,arg"`
		}) (any, error) {
			return nil, nil
		}),
	}}
	for source, want := range map[string]string{
		`dj.fail("x.y")`:          `1: fail: "message" is missing: it is called as fail(code, message) (arg.missing)`,
		`dj.lock("x")`:            `1: lock: "fn" is missing: it is called as lock(name, fn) (arg.missing)`,
		`dj.retry({ times = 3 })`: `1: retry: "fn" is missing: it is called as retry({ ... }, fn) (arg.missing)`,
		`dj.retry({}, print)`:     `1: retry: "times" is missing (option.missing)`,
		`pcall(dj.fail, "x.y")`:   `1: fail: "message" is missing: it is called as fail(code, message) (arg.missing)`,
	} {
		chunk := parsed(t, source)
		seen := ""
		for _, m := range chunk.Inspect(Known{Modules: calls}).Mistakes {
			seen += told(m.String(), "")
		}
		if seen != want {
			t.Errorf("%s\n  seen %s\n  want %s", source, seen, want)
		}
	}
}

func TestAParamThatNobodyDeclares(t *testing.T) {
	reads := "jobs = { go = function(_, p) print(p.to, p.tudo) end } }"
	for source, want := range map[string][]string{
		`return dj.script { name = "n", ` + reads: {
			`1: there is no param "to": the script declares none (api.unknown)`, `1: there is no param "tudo": the script declares none (api.unknown)`,
		},
		`return dj.script { name = "n", params = {}, ` + reads: {
			`1: there is no param "to": the script declares none (api.unknown)`, `1: there is no param "tudo": the script declares none (api.unknown)`,
		},
		`return dj.script { name = "n", params = { to = { type = "text" } }, ` + reads:  {`1: there is no param "tudo" (api.unknown)`},
		`return dj.script { name = "n", extends = "other", ` + reads:                    {},
		`return dj.script { name = "n", params = require "lib.params", ` + reads:        {},
		`local own = { name = "n", ` + reads + ` own.params = {} return dj.script(own)`: nil,
	} {
		found := lines(inspect(t, deskKnown(nil), source))
		if want != nil && !slices.Equal(found, want) {
			t.Errorf("%s\n  got %q\n want %q", source, found, want)
		}
	}
}

// What a script inherits is known where its layers are.
func TestAParamThatNoneOfTheExtendedScriptsDeclares(t *testing.T) {
	child := inspect(t, deskKnown(nil), `return dj.script { name = "n", extends = "below", params = { own = { type = "text" } },
	jobs = { go = function(_, p) print(p.own, p.to, p.tudo, p.kep) end } }`)
	below := inspect(t, deskKnown(nil), `return dj.script { name = "below", extends = "last", params = { to = { type = "text" } },
	jobs = { go = function(_, p) print(p.to) end } }`)
	last := inspect(t, deskKnown(nil), `return dj.script { name = "last", params = { keep = { type = "text" } }, jobs = { go = function(_, p) print(p.keep) end } }`)
	if len(child.Mistakes) > 0 {
		t.Errorf("told without its parents: %q", lines(child))
	}
	got := lines(&Inspection{Mistakes: child.Inherits([]*Inspection{below, last})})
	want := []string{`2: there is no param "tudo" (api.unknown)`, `2: there is no param "kep" (api.unknown)`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if m := child.Inherits([]*Inspection{below, last})[1]; m.Hint != `did you mean "keep"?` || m.Column == 0 {
		t.Errorf("%#v", m)
	}
	// It may be given to super, or set by what it stands on: nobody is refused for it.
	for _, m := range child.Inherits([]*Inspection{below, last}) {
		if m.Level != LevelWarning {
			t.Errorf("%#v", m)
		}
	}
	sets := inspect(t, deskKnown(nil), `return dj.script { name = "last", jobs = { go = function(_, p) p.tudo, p.kep = 1, 2 end } }`)
	if got := child.Inherits([]*Inspection{below, sets}); len(got) > 0 {
		t.Errorf("told of params that are set: %v", got)
	}
	for source, level := range map[string]string{
		`return dj.script { name = "n", jobs = { go = function(_, p) print(p.to) end } }`:                                           LevelWarning,
		`return dj.script { name = "n", params = { to = { type = "text" } }, jobs = { go = function(_, p) print(p.to, p.t) end } }`: LevelError,
	} {
		if found := inspect(t, deskKnown(nil), source).Mistakes; len(found) != 1 || found[0].Level != level {
			t.Errorf("%s: %q", source, lines(&Inspection{Mistakes: found}))
		}
	}
	open := inspect(t, deskKnown(nil), `return dj.script { name = "last", params = require "lib.params", jobs = {} }`)
	if got := child.Inherits([]*Inspection{below, open}); got != nil {
		t.Errorf("told of params that are not written out: %v", got)
	}
}

func parsed(t *testing.T, source string) *Chunk {
	t.Helper()
	chunk, err := Parse("store.lua", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return chunk
}

// told is a mistake without its file, and with the name that was probably meant.
func told(text, hint string) string {
	for _, near := range []string{"weekly", "daily", "closing"} {
		if hint == `did you mean "`+near+`"?` {
			text += " " + near
		}
	}
	return text[len("store.lua:"):]
}
