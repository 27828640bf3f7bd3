package lua

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type (
	specParam struct {
		Type    string   `lua:"type,required" enum:"text,integer,boolean,duration,date,enum,path,destination,database"`
		List    bool     `lua:"list"`
		Default any      `lua:"default"`
		Values  []string `lua:"values"`
		Help    string   `lua:"help"`
	}
	spec struct {
		Name    string               `lua:"name,required"`
		Version string               `lua:"version"`
		Extends string               `lua:"extends"`
		Params  map[string]specParam `lua:"params"`
		Jobs    map[string]*Function `lua:"jobs"`
		Health  *Function            `lua:"health"`
	}
	reference struct{}
)

func (*reference) DecodeLua(value any) error {
	if thing, ok := value.(map[string]any); ok && thing["id"] != nil {
		return nil
	}
	if _, ok := value.(string); ok {
		return nil
	}
	return errors.New("no copy")
}

// desk are primitives as a host lends them.
func desk() []Func {
	with := func(power, object string, f Func) Func {
		f.Power, f.Object = power, object
		return f
	}
	return []Func{
		Bind("script", func(_ *Call, a *struct {
			Spec spec `lua:"spec,arg"`
		}) (bool, error) {
			return true, nil
		}),
		with("copy.write", "to", Bind("copy.create", func(_ *Call, a *createArgs) (any, error) { return nil, nil })),
		with("copy.write", "copy", Bind("copy.prove", func(_ *Call, a *struct {
			Copy reference `lua:"copy,arg"`
		}) (any, error) {
			return nil, nil
		})),
		with("copy.read", "", Bind("copy.open", func(_ *Call, a *struct {
			Path string `lua:"path,arg"`
		}) (string, error) {
			return a.Path, nil
		})),
		with("copy.read", "", Bind("copy.list", func(_ *Call, a *struct {
			State string `lua:"state" enum:"sealed,verified"`
		}) (any, error) {
			return nil, nil
		})),
		with("db.read", "database", Bind("db.info", func(_ *Call, a *struct {
			Database string `lua:"database,arg,optional"`
		}) (any, error) {
			return nil, nil
		})),
		Bind("retry", func(_ *Call, a *struct {
			Times  int           `lua:"times,required"`
			Wait   time.Duration `lua:"wait,required"`
			Factor float64       `lua:"factor"`
			Fn     *Function     `lua:"fn,arg"`
		}) (any, error) {
			return nil, nil
		}),
		Bind("lock", func(_ *Call, a *struct {
			Name string        `lua:"name,arg"`
			Wait time.Duration `lua:"wait"`
			Fn   *Function     `lua:"fn,arg"`
		}) (any, error) {
			return nil, nil
		}),
		Bind("log.info", func(_ *Call, a *struct {
			Message string         `lua:"message,arg"`
			Fields  map[string]any `lua:"fields,arg,optional"`
		}) (any, error) {
			return nil, nil
		}),
	}
}

func deskKnown(say Say) Known {
	degraded := Bind("Job:degraded", func(_ *Call, a *struct {
		Message string `lua:"message,arg"`
		Err     *Value `lua:"err,arg,optional"`
	}) (any, error) {
		return nil, nil
	})
	return Known{
		Modules: map[string][]Func{"dj": desk()}, Values: map[string]any{"dj.version": "1.0.0"}, Say: say, Declare: "dj.script",
		Objects: map[string]Object{
			"jobs": {"job", []string{"name", "day", "language", "store"}, []Func{degraded}},
			"health": {"h", []string{"language"}, []Func{Bind("h:check", func(_ *Call, a *struct {
				Title string `lua:"title,arg"`
				OK    *Value `lua:"ok,arg"`
			}) (any, error) {
				return nil, nil
			})}},
		},
	}
}

// catalogue are the sentences of a language as the host has them.
func catalogue(tb testing.TB, language string) Say {
	tb.Helper()
	text, err := os.ReadFile("../host/message/catalogue/lua." + language + ".toml")
	if err != nil {
		tb.Fatal(err)
	}
	sentences := map[string]string{}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
		name, _ := strconv.Unquote(key)
		sentences[name], _ = strconv.Unquote(value)
	}
	return func(key string, args map[string]any) string {
		if sentence, ok := sentences[key]; ok {
			return fill(sentence, args)
		}
		return key
	}
}

// inspect reads a script; a syntax error is its one mistake.
func inspect(tb testing.TB, known Known, source string) *Inspection {
	tb.Helper()
	chunk, err := Parse("store.lua", []byte(source))
	if err != nil {
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			tb.Fatalf("%#v", err)
		}
		return &Inspection{Mistakes: []*Mistake{syntax.Mistake(known.Say)}}
	}
	return chunk.Inspect(known)
}

func lines(i *Inspection) []string {
	told := []string{}
	for _, m := range i.Mistakes {
		told = append(told, strings.TrimPrefix(m.String(), "store.lua:"))
	}
	return told
}

const goodScript = `#!djscript api=1
-- A copy each night, and what to do when the pen drive is away.
local copy = dj.copy
local open = dj.copy.open
local says = { ["pt-BR"] = "cópia feita", en = "copy made" }

local function tell(job, made)
  dj.log.info(says[job.language], { day = job.day, copies = #made })
end

return dj.script {
  name = "night",
  version = "1.0.0",
  params = {
    to = { type = "destination", list = true, default = { "local" }, help = "where copies go" },
    tries = { type = "integer", default = 3 },
    wait = { type = "duration", default = "10m" },
    mode = { type = "enum", values = { "restore", "later" }, default = "restore" },
  },
  jobs = {
    backup = function(job, p)
      local made = dj.retry({ times = p.tries, wait = p.wait }, function()
        return copy.create { to = p.to, verify = p.mode, wait = "1h30m" }
      end)
      tell(job, made)
      for _, one in ipairs(made) do
        local ok, err = pcall(dj.copy.prove, one)
        if not ok then
          job:degraded("not proven", err)
        end
      end
      return made
    end,
    look = function(job)
      dj.lock("look", function()
        dj.log.info(open("E:/" .. job.name) .. dj.version)
      end)
      return copy.list { state = "verified" }, copy.list()
    end,
  },
  health = function(h)
    h:check("database", dj.db.info("loja") ~= nil)
  end,
}
`

func TestAGoodScriptHasNoMistakesAndSaysWhatItIs(t *testing.T) {
	found := inspect(t, deskKnown(nil), goodScript)
	if told := lines(found); len(told) > 0 {
		t.Error(strings.Join(told, "\n"))
	}
	want := &Declared{
		Line: 11, Name: "night", Health: true,
		Params: []DeclaredParam{
			{"to", 15, "destination", true, []any{"local"}}, {"tries", 16, "integer", false, int64(3)},
			{"wait", 17, "duration", false, "10m"}, {"mode", 18, "enum", false, "restore"},
		},
		Jobs: []DeclaredFunction{{"backup", 21}, {"look", 34}},
	}
	if diff := cmp.Diff(want, found.Script); diff != "" {
		t.Error(diff)
	}
}

func TestEveryUseOfAPrimitiveIsSeen(t *testing.T) {
	type use struct {
		Name, In     string
		Line, Column int
		Called       bool
		Objects      []string
		Param        string
		Open         bool
	}
	uses := func(source string) []use {
		var seen []use
		for _, u := range inspect(t, deskKnown(nil), source).Uses {
			if u.Func.Power != "" {
				seen = append(seen, use{u.Func.Name, u.In, u.Line, u.Column, u.Called, u.Objects, u.Param, u.Open})
			}
		}
		return seen
	}
	want := []use{
		{"copy.open", "", 4, 22, false, nil, "", false},
		{"copy.create", "jobs.backup", 23, 21, true, nil, "to", false},
		{"copy.prove", "jobs.backup", 27, 39, true, nil, "", true},
		{"copy.open", "jobs.look", 36, 21, true, nil, "", false},
		{"copy.list", "jobs.look", 38, 19, true, nil, "", false},
		{"copy.list", "jobs.look", 38, 53, true, nil, "", false},
		{"db.info", "health", 42, 31, true, []string{"loja"}, "", false},
	}
	if diff := cmp.Diff(want, uses(goodScript)); diff != "" {
		t.Error(diff)
	}
	for source, want := range map[string]use{
		`dj.copy.create { to = "a" }`:                              {Called: true, Objects: []string{"a"}},
		`dj.copy.create { to = { "a", "b" } }`:                     {Called: true, Objects: []string{"a", "b"}},
		`local a = "a" dj.copy.create { to = { a } }`:              {Called: true, Objects: []string{"a"}},
		`local a = "a" a = "b" dj.copy.create { to = { a } }`:      {Called: true, Open: true},
		`dj.copy.create { to = { "a", tostring(1) } }`:             {Called: true, Objects: []string{"a"}, Open: true},
		`dj.copy.create { to = tostring(1) }`:                      {Called: true, Open: true},
		`local o = { to = "a" } dj.copy.create(o)`:                 {Called: true, Open: true},
		`dj.copy.create {}`:                                        {Called: true},
		`dj.copy.create { [tostring(1)] = "a" }`:                   {Called: true, Open: true},
		`local f = dj.copy.create f { to = "a" }`:                  {Open: true},
		`local t = { dj.copy.create } return t`:                    {Open: true},
		`pcall(dj.copy.create, { to = "a" })`:                      {Called: true, Objects: []string{"a"}},
		`dj.lock("a", dj.copy.create)`:                             {Open: true},
		`local d = dj local c = d.copy c.create { to = "a" }`:      {Called: true, Objects: []string{"a"}},
		`local d = require "dj" d.copy.create { to = "a" }`:        {Called: true, Objects: []string{"a"}},
		`(dj.copy).create { to = "a" }`:                            {Called: true, Objects: []string{"a"}},
		`dj["copy"]["create"] { to = "a" }`:                        {Called: true, Objects: []string{"a"}},
		`local function f(...) dj.copy.create(...) end f()`:        {Called: true, Open: true},
		`dj.copy:create { to = "a" }`:                              {Called: true},
		`for _ = 1, 2 do repeat dj.copy.create() until true end`:   {Called: true},
		`if dj.copy.create then return end`:                        {Open: true},
		`return function() return -#{ not dj.copy.create } end`:    {Open: true},
		`local x = 1 and (2 or dj.copy.create) return x < 3 .. ""`: {Open: true},
	} {
		seen := uses(source)
		if len(seen) == 0 {
			t.Errorf("%s: not seen", source)
			continue
		}
		got := seen[0]
		got.Line, got.Column, got.Name = 0, 0, ""
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", source, diff)
		}
	}
}

func TestEverythingIsToldAtOnceByLine(t *testing.T) {
	got := lines(inspect(t, deskKnown(nil), `local unused = 1
dj.copy.create { too = "local", verify = "restor", wait = 10, keep = { dayly = 1 }, level = "3" }
jobb()
x = dj.copi
dj.copy.open({}, 2)
`))
	want := []string{
		`1: "unused" is declared, but never used (script.unused)`,
		`2: copy.create: "keep.min" is missing (option.missing)`,
		`2: copy.create: "to" is missing (option.missing)`,
		`2: copy.create: unknown option "too" (option.unknown)`,
		`2: copy.create: "verify" can not be "restor" (option.value)`,
		`2: copy.create: "wait" is the bare number 10, which has no unit (option.type)`,
		`2: copy.create: unknown option "keep.dayly" (option.unknown)`,
		`2: copy.create: "level" must be a whole number, but it is "3" (option.type)`,
		`3: undefined name "jobb" (script.undefined)`,
		`4: "x" is assigned but was never declared (script.undeclared)`,
		`4: dj has nothing called "copi" (api.unknown)`,
		`5: copy.open: "path" must be a text, but it is a table (option.type)`,
		`5: copy.open: too many arguments: 2 were given, 1 are taken (arg.count)`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What can not be read is refused: powers are read from the text.
func TestTheModuleIsNeverHandedOn(t *testing.T) {
	for _, source := range []string{
		`local n = "copy" return dj[n]`, `print(dj)`, `local t = { dj } return t`, `local t = { c = dj.copy } return t`, `return dj.copy`,
		`local c = dj.copy c = nil`, `local c = {} c.x = dj.copy`, `for k in pairs(dj) do print(k) end`, `local c = dj.copy or {} return c`,
		`local a, b = 1, dj return a, b`, `return rawget(dj, "copy")`, `return getmetatable(dj.copy)`, `local d = dj return d["co" .. "py"]`,
		`pcall(dj)`, `return function() return dj end`, `local r = require return r("dj")`, `return select(2, 1, dj)`, `if dj == nil then return end`,
		`return dj.copy .. ""`, `dj:copy()`, `local n = "dj" return require(n)`, `return pcall(require, "dj")`, `local r = require r = r return r`, `local t = {} t[dj.copy] = 1`, `return #dj`, `for k, v in next, dj do print(k, v) end`,
	} {
		found := inspect(t, deskKnown(nil), source)
		ok := false
		for _, m := range found.Mistakes {
			ok = ok || m.Code == "script.opaque"
		}
		if !ok {
			t.Errorf("%s: %q", source, lines(found))
		}
	}
}
