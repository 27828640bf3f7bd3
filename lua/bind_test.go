package lua

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAMistakeInACallNamesFunctionOptionAndCure(t *testing.T) {
	for _, c := range []struct{ source, want, hint string }{
		{`dj.copy.create { verfy = "restore", to = "x" }`, `copy.create: unknown option "verfy" (option.unknown)`, `did you mean "verify"?`},
		{`dj.copy.create { zzz = 1 }`, `copy.create: unknown option "zzz" (option.unknown)`, "the options are: to, verify, wait, max_bytes, level, keep"},
		{`dj.copy.create { "local" }`, `copy.create: value 1 among the options has no name (option.unknown)`, ""},
		{`dj.copy.create {}`, `copy.create: "to" is missing (option.missing)`, "give it as a text, or a list of texts"},
		{`dj.copy.create()`, `copy.create: "to" is missing (option.missing)`, ""},
		{`dj.copy.create("local")`, `copy.create: the options must be one table, but they are "local" (option.type)`, "it is called as dj.copy.create({ ... }); write the options as { name = value }"},
		{`dj.copy.create { to = 5 }`, `copy.create: "to" must be a text, or a list of texts, but it is the number 5 (option.type)`, ""},
		{`dj.copy.create { to = { 5 } }`, `copy.create: "to[1]" must be a text, but it is the number 5 (option.type)`, ""},
		{`dj.copy.create { to = { a = "x" } }`, `copy.create: "to" must be a text, or a list of texts, but it is a table (option.type)`, ""},
		{`dj.copy.create { to = "x", verify = "restor" }`, `copy.create: "verify" can not be "restor" (option.value)`, `did you mean "restore"?`},
		{`dj.copy.create { to = "x", verify = "never" }`, `copy.create: "verify" can not be "never" (option.value)`, `it may be one of "restore", "later", false`},
		{`dj.copy.create { to = "x", verify = true }`, `copy.create: "verify" must be one of "restore", "later", false, but it is true (option.type)`, ""},
		{`dj.copy.create { to = "x", verify = "false" }`, `copy.create: "verify" can not be "false" (option.value)`, ""},
		{`dj.copy.create { to = "x", wait = 7200 }`, `copy.create: "wait" is the bare number 7200, which has no unit (option.type)`, `write a duration such as "10m", "2h" or "1d"`},
		{`dj.copy.create { to = "x", wait = "2 hours" }`, `copy.create: "wait" can not be "2 hours" (option.value)`, ""},
		{`dj.copy.create { to = "x", max_bytes = 1e9 }`, `copy.create: "max_bytes" is the bare number 1000000000, which has no unit (option.type)`, `write a size such as "500MB" or "1GB"`},
		{`dj.copy.create { to = "x", level = 1/0 }`, `copy.create: "level" must be a whole number, but it is an infinite number (1/0) (option.type)`, ""},
		{`dj.copy.create { to = "x", level = -1/0 }`, `copy.create: "level" must be a whole number, but it is an infinite number (1/0) (option.type)`, ""},
		{`dj.copy.create { to = "x", level = 0/0 }`, `copy.create: "level" must be a whole number, but it is a number that is none (0/0) (option.type)`, ""},
		{`dj.copy.create { to = "x", level = 1.5 }`, `copy.create: "level" must be a whole number, but it is the number 1.5 (option.type)`, ""},
		{`dj.copy.create { to = "x", level = "3" }`, `copy.create: "level" must be a whole number, but it is "3" (option.type)`, ""},
		{`dj.copy.create { to = "x", keep = { dayly = 7 } }`, `copy.create: unknown option "keep.dayly" (option.unknown)`, `did you mean "daily"?`},
		{`dj.copy.create { to = "x", keep = { daily = 7 } }`, `copy.create: "keep.min" is missing (option.missing)`, "give it as a whole number"},
		{`dj.copy.create { to = "x", keep = 7 }`, `copy.create: "keep" must be a table of options, but it is the number 7 (option.type)`, ""},
		{`dj.copy.create({ to = "x" }, 1)`, `copy.create: too many arguments: 2 were given, 1 are taken (arg.count)`, "it is called as copy.create({ ... })"},
		{`dj.copy.open()`, `copy.open: "path" is missing: it is called as copy.open(path) (arg.missing)`, "give it as a text"},
		{`dj.copy.open({})`, `copy.open: "path" must be a text, but it is a table (option.type)`, ""},
		{`dj.copy.open("a", "b")`, `copy.open: too many arguments: 2 were given, 1 are taken (arg.count)`, "it is called as copy.open(path)"},
		{`dj.step("a", "b")`, `step: "fn" must be a function, but it is "b" (option.type)`, "give it as a function"},
	} {
		run := fails(t, host(), "\n"+c.source)
		if want := "store.lua:2: " + c.want; run.Error() != want {
			t.Errorf("%s\n got %s\nwant %s", c.source, run, want)
		}
		if c.hint != "" && run.Hint() != c.hint {
			t.Errorf("%s\n got hint %s\nwant hint %s", c.source, run.Hint(), c.hint)
		}
	}
}

type union struct{ list []string }

func (u *union) LuaType() string { return "boolean|string[]" }

func (u *union) DecodeLua(value any) error {
	switch v := value.(type) {
	case bool:
		u.list = []string{fmt.Sprint(v)}
	case []any:
		for _, item := range v {
			u.list = append(u.list, fmt.Sprint(item))
		}
	default:
		return errors.New("neither true nor a list")
	}
	return nil
}

type everything struct {
	A      string               `lua:"a,arg"`
	B      *string              `lua:"b,arg"`
	Text   string               `lua:"text"`
	Truth  bool                 `lua:"truth"`
	Maybe  *bool                `lua:"maybe"`
	N      int                  `lua:"n"`
	Big    int64                `lua:"big"`
	F      float64              `lua:"f"`
	List   []string             `lua:"list"`
	Map    map[string]string    `lua:"map"`
	Lists  map[string][]string  `lua:"lists"`
	D      time.Duration        `lua:"d"`
	Size   Size                 `lua:"size"`
	When   time.Time            `lua:"when"`
	Any    any                  `lua:"any"`
	Inner  *keep                `lua:"inner"`
	Inners []keep               `lua:"inners"`
	Fns    map[string]*Function `lua:"fns"`
	Union  union                `lua:"union"`
	Raw    Value                `lua:"raw"`
	Fn     *Function            `lua:"fn,arg,optional"`
	hidden string               //nolint:unused // a field without a tag is none of the arguments
}

func TestEveryKindOfArgumentArrives(t *testing.T) {
	var got *everything
	all := Bind("all", func(_ *Call, a *everything) (any, error) { got = a; return nil, nil })
	o := Options{Modules: map[string][]Func{"dj": {all}}}
	out(t, o, `dj.all("subject", nil, {
  text = "ção", truth = false, maybe = false, n = -3, big = 9007199254740992, f = 0.5, list = { "a", "b" }, map = { k = "v" },
  lists = { l = { "x" } }, d = "1d2h30m", size = "1.5GB", when = "2026-01-31", any = { 1, { a = true }, 2.5, "x" },
  inner = { daily = 1, min = 2 }, inners = { { min = 3 } }, fns = { f = function() end }, union = { "p", "q" }, raw = { 7 },
}, function() return 1 end)`)
	if got.Raw.Get(1).String() != "7" || got.Fn == nil || got.Fns["f"] == nil || got.B != nil {
		t.Errorf("%#v", got)
	}
	falsehood := false
	want := &everything{
		A: "subject", Text: "ção", Maybe: &falsehood, N: -3, Big: 1 << 53, F: 0.5, List: []string{"a", "b"},
		Map: map[string]string{"k": "v"}, Lists: map[string][]string{"l": {"x"}}, D: 26*time.Hour + 30*time.Minute,
		Size: 3 << 29, When: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC),
		Any: []any{int64(1), map[string]any{"a": true}, 2.5, "x"}, Inner: &keep{1, 2}, Inners: []keep{{0, 3}},
		Union: union{[]string{"p", "q"}}, Raw: got.Raw, Fn: got.Fn, Fns: got.Fns,
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(union{}, everything{}), cmp.Comparer(func(a, b Value) bool { return a == b }),
		cmp.Comparer(func(a, b *Function) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	run := fails(t, o, `dj.all("x", nil, { union = 5 })`)
	if want := `store.lua:1: all: "union" can not be the number 5: neither true nor a list (option.value)`; run.Error() != want {
		t.Errorf("got %s", run)
	}
	if _, err := try(t, o, `dj.all("x", function() end)`); err == nil {
		t.Error("a function was taken for a text")
	}
	if _, err := try(t, o, `dj.all("x", "y", function() end)`); err != nil {
		t.Errorf("options that may all be left out could not be: %v", err)
	}
}

func TestDurationsAndSizes(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"10m": 10 * time.Minute, "1h30m": 90 * time.Minute, "2d": 48 * time.Hour, "1w": 168 * time.Hour, "250ms": 250 * time.Millisecond,
		"1.5h": 90 * time.Minute, "0s": 0,
	} {
		if got, ok := parseDuration(text); !ok || time.Duration(got) != want {
			t.Errorf("%q is %v, %v", text, time.Duration(got), ok)
		}
		if back, ok := parseDuration(FormatDuration(want)); !ok || time.Duration(back) != want {
			t.Errorf("%v is written %q", want, FormatDuration(want))
		}
	}
	for _, text := range []string{"", "10", "m", "10 m", "10x", "-5m", "1e3s", "1..5h", "9999999999999w"} {
		if got, ok := parseDuration(text); ok {
			t.Errorf("%q is %v", text, time.Duration(got))
		}
	}
	for text, want := range map[string]int64{"1GB": 1 << 30, "500MB": 500 << 20, "64 kb": 64 << 10, "10B": 10, "0.5TB": 1 << 39} {
		if got, ok := parseSize(text); !ok || got != want {
			t.Errorf("%q is %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "1", "GB", "1XB", "-1GB", "99999999999TB"} {
		if got, ok := parseSize(text); ok {
			t.Errorf("%q is %d", text, got)
		}
	}
}

func TestResultsArePlainTablesInAFixedOrder(t *testing.T) {
	type inner struct {
		Bytes int64  `json:"bytes"`
		Note  string `json:"note,omitempty"`
		skip  string
	}
	type result struct {
		Path  string            `lua:"path"`
		List  []inner           `lua:"list"`
		Rows  map[string]int64  `lua:"rows"`
		When  time.Time         `lua:"when"`
		Took  time.Duration     `lua:"took"`
		None  *inner            `lua:"none"`
		Big   int64             `lua:"big"`
		Err   error             `lua:"err"`
		Empty map[string]string `lua:"empty"`
		Not   string
	}
	get := Bind("get", func(*Call, *struct{}) (*result, error) {
		return &result{
			Path: "C:/x", List: []inner{{Bytes: 1}, {Bytes: 2, Note: "n", skip: "s"}}, Rows: map[string]int64{"B": 2, "A": 1, "F": 6, "D": 4, "E": 5, "C": 3},
			When: time.Date(2026, 1, 31, 22, 0, 0, 0, time.FixedZone("", -3*3600)), Took: 90 * time.Second, Big: 1<<53 + 1,
			Err: &coder{"gbak.hang"}, Empty: map[string]string{},
		}, nil
	})
	o := Options{Modules: map[string][]Func{"dj": {get}}}
	got := out(t, o, `local r = dj.get() print(r) print(r.err.code, r.none, #r.list, r.list[2].note)
r.path = "mine" print(r.path, dj.get().path)
for table, n in pairs(r.rows) do print(table, n) end`)
	want := strings.Join([]string{
		`{path = "C:/x", list = {{bytes = 1}, {bytes = 2, note = "n"}}, rows = {A = 1, B = 2, C = 3, D = 4, E = 5, F = 6}, when = "2026-01-31T22:00:00-03:00", took = "1m30s", big = "9007199254740993", err = store.lua:1: refused (gbak.hang), empty = {}}`,
		"gbak.hang\tnil\t2\tn", "mine\tC:/x", "A\t1", "B\t2", "C\t3", "D\t4", "E\t5", "F\t6",
	}, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSeveralResultsAndIterators(t *testing.T) {
	records := Bind("records", func(c *Call, _ *struct{}) (Func, error) {
		n := 0
		return Bind("records.next", func(*Call, *struct {
			State   any `lua:"state,arg,optional"`
			Control any `lua:"control,arg,optional"`
		}) (Results, error) {
			if n++; n > 3 {
				return Results{nil}, nil
			}
			return Results{map[string]any{"n": n}, "line"}, nil
		}), nil
	})
	nothing := Bind("nothing", func(*Call, *struct{}) (struct{}, error) { return struct{}{}, nil })
	o := Options{Modules: map[string][]Func{"dj": {records, nothing}}}
	if got := out(t, o, `for r, line in dj.records() do print(r.n, line) end print(select("#", dj.nothing()))`); got != "1\tline\n2\tline\n3\tline\n0" {
		t.Error(got)
	}
}

func TestAResultWithoutAFormIsAFaultOfTheHost(t *testing.T) {
	type loop struct {
		Next *loop `lua:"next"`
	}
	ring := &loop{}
	ring.Next = ring
	o := Options{Modules: map[string][]Func{"dj": {
		Bind("channel", func(*Call, *struct{}) (chan int, error) { return make(chan int), nil }),
		Bind("ring", func(*Call, *struct{}) (*loop, error) { return ring, nil }),
	}}}
	for _, source := range []string{"dj.channel()", "dj.ring()"} {
		if run := fails(t, o, source); run.Code() != "host.failed" || run.Err.Where != "store.lua:1" {
			t.Errorf("%s: %v", source, run)
		}
	}
}

func TestBindRefusesWhatNoScriptCanGive(t *testing.T) {
	for name, bind := range map[string]func(){
		"a channel": func() {
			Bind("x", func(*Call, *struct {
				C struct {
					D chan int `lua:"d"`
				} `lua:"c"`
			}) (any, error) {
				return nil, nil
			})
		},
		"three subjects": func() {
			Bind("x", func(*Call, *struct {
				A string `lua:"a,arg"`
				B string `lua:"b,arg"`
				C string `lua:"c,arg"`
			}) (any, error) {
				return nil, nil
			})
		},
		"no struct": func() { Bind("x", func(*Call, *string) (any, error) { return nil, nil }) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: Bind did not panic", name)
				}
			}()
			bind()
			f := Bind("fine", func(*Call, *struct{}) (any, error) { return nil, nil })
			_ = f
		}()
	}
}

func TestParamsDescribeAFunction(t *testing.T) {
	f := demo()[0]
	want := []Param{
		{"to", "string|string[]", true, true, "where copies go"},
		{"verify", `"restore"|"later"|false`, false, true, ""},
		{"wait", "string", false, true, ""},
		{"max_bytes", "string", false, true, ""},
		{"level", "integer", false, true, ""},
		{"keep", "table", false, true, ""},
	}
	if diff := cmp.Diff(want, f.Params()); diff != "" {
		t.Error(diff)
	}
	if got := demo()[2].Usage(); got != "step(title, fn)" {
		t.Error(got)
	}
}
