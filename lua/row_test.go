package lua

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// cells are the fields of a row in a test.
type cells []Cell

func (c cells) Cell(i int) Cell { return c[i] }

// productType is a record of products as wide as real ones.
func productType() *RowType {
	names := []string{"codigo", "descricao", "grupo", "custo", "preco", "ativo"}
	for i := len(names); i < 40; i++ {
		names = append(names, "campo"+strconv.Itoa(i))
	}
	return NewRowType("PRODUTO", names)
}

func product(n int64) cells {
	c := make(cells, 40)
	c[0], c[1], c[2] = Cell{Kind: Whole, N: n}, Cell{Kind: Text, Text: "REFRIGERANTE 2L"}, Cell{Kind: Text, Text: "BEB"}
	c[3], c[4], c[5] = Cell{Kind: Exact, N: 459 + n%1000, Places: 2}, Cell{Kind: Exact, N: 799, Places: 2}, Cell{Kind: Truth, N: 1}
	return c
}

// withRow runs a script in a state whose dj.row() gives a new row of a, b, text, none and big, and dj.same() the first one again.
func withRow(t *testing.T, source string) (string, error) {
	t.Helper()
	typ := NewRowType("the record", []string{"a", "b", "text", "none", "big", "yes"})
	fields := cells{
		{Kind: Whole, N: 7}, {Kind: Exact, N: 1250, Places: 2}, {Kind: Text, Text: "ação"}, {}, {Kind: Whole, N: 1 << 60}, {Kind: Truth, N: 1},
	}
	row := Bind("row", func(c *Call, _ *struct{}) (Value, error) { return c.State.Row(typ, fields), nil })
	take := Bind("take", func(_ *Call, a *struct {
		What any `lua:"what,arg"`
	}) (string, error) {
		return fmt.Sprint(a.What), nil
	})
	options := Bind("options", func(_ *Call, a *struct {
		A int    `lua:"a"`
		B string `lua:"b"`
	}) (string, error) {
		return fmt.Sprint(a.A, a.B), nil
	})
	json := Bind("json", func(_ *Call, a *struct {
		Value Value `lua:"value,arg"`
	}) (string, error) {
		return a.Value.JSON()
	})
	var lines []string
	o := Options{Modules: map[string][]Func{"dj": {row, take, options, json}}, Print: func(line string) { lines = append(lines, line) }}
	chunk, err := Parse("row.lua", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	_, err = New(t.Context(), o).Run(chunk)
	return strings.Join(lines, "\n"), err
}

func TestARowIsATable(t *testing.T) {
	for source, want := range map[string]string{
		`print(type(r), r.a, r["b"], r.text, r.none, r.big, r.yes)`:                           "table\t7\t12.50\tação\tnil\t1152921504606846976\ttrue",
		`r.a = r.a + 1 r.new = "n" r.text = nil print(r.a, r.new, r.text)`:                    "8\tn\tnil",
		`r.none = 1 for k, v in pairs(r) do print(k, v) end`:                                  "a\t7\nb\t12.50\ntext\tação\nnone\t1\nbig\t1152921504606846976\nyes\ttrue",
		`r.z = 1 r.a = nil r.y = 2 local s = "" for k in pairs(r) do s = s .. k end print(s)`: "btextbigyeszy",
		`print(#r, next(r), r == r, r == dj.row(), r[1], r[true])`:                            "0\ta\ttrue\tfalse\tnil\tnil",
		`for k, v in pairs(r) do r[k] = tostring(v) .. "!" end print(r.a, r.b)`:               "7!\t12.50!",
		`local kept = {} for i = 1, 3 do kept[dj.row()] = i end kept[r] = 9 print(kept[r])`:   "9",
		`print(rawget(r, "a"), rawget(r, "typo"), rawequal(r, r))`:                            "7\tnil\ttrue",
		`rawset(r, "a", 1) rawset(r, "q", 2) print(r.a, r.q)`:                                 "1\t2",
		`r[1] = "x" table.insert(r, "y") print(#r, r[2], r.a)`:                                "2\ty\t7",
		`r[1.5] = 1 r[true] = 2 print(r[1.5], r[true], r.b)`:                                  "1\t2\t12.50",
		`print(dj.json(r))`:              `{"a":7,"b":"12.50","text":"ação","big":"1152921504606846976","yes":true}`,
		`r.c = { 1 } print(dj.json(r))`:  `{"a":7,"b":"12.50","text":"ação","big":"1152921504606846976","yes":true,"c":[1]}`,
		`print(dj.take(r))`:              "map[a:7 b:12.50 big:1152921504606846976 text:ação yes:true]",
		`print(dj.take({ within = r }))`: "map[within:map[a:7 b:12.50 big:1152921504606846976 text:ação yes:true]]",
		`for _, k in ipairs { "text", "none", "big", "yes" } do r[k] = nil end r.b = "B" print(dj.options(r))`: "7B",
		`print((("a b"):gsub("%a", r)))`:                                                              "7 12.50",
		`print(getmetatable(r), select("#", unpack(r)))`:                                              "false\t0",
		`print(setmetatable({}, { __index = r }).a)`:                                                  "7",
		`local t = setmetatable({}, { __newindex = r }) t.a = 5 print(r.a, rawget(t, "a"))`:           "5\tnil",
		`print(tostring(r))`:                                                                          `{a = 7, b = 12.50, text = "ação", big = 1152921504606846976, yes = true}`,
		`for i = 1, 40 do r["n" .. i] = i end for i = 1, 40, 13 do print(r["n" .. i]) end print(r.a)`: "1\n14\n27\n40\n7",
		`r.own = 1 r.own = nil print(r.own) for _ in pairs(r) do end print(r.own)`:                    "nil\nnil",
		`for _ in pairs(r) do end r.own = 1 r.own = nil r.a = nil r.a = 3 print(r.own, r.none, r.a)`:  "nil\tnil\t3",
		`print(pcall(error, r))`:                                                                      "false\t" + `{a = 7, b = 12.50, text = "ação", big = 1152921504606846976, yes = true}`,
	} {
		got, err := withRow(t, "local r = dj.row() "+source)
		if err != nil || got != want {
			t.Errorf("%s\n got %q, %v\nwant %q", source, got, err, want)
		}
	}
}

func TestAFieldThatARowHasNotIsAMistakeThatNamesTheOneThatWasMeant(t *testing.T) {
	for source, code := range map[string]string{
		`print(r.texto)`: "script.undefined",
		`for _ in pairs(r) do end print(r.texto)`: "script.undefined",
		`r.own = 1 print(r.owm)`:                  "script.undefined",
		`print(r["x" .. ("y"):rep(1e6)])`:         "script.undefined",
		`setmetatable(r, {})`:                     "arg.type",
		`r[nil] = 1`:                              "script.failed",
		`r[0/0] = 1`:                              "script.failed",
		`getmetatable(r).__index = nil`:           "script.failed",
		`local t = {} for i = 1, 2e5 do t[i] = dj.row() end dj.take(t)`: "option.value",
	} {
		_, err := withRow(t, "local r = dj.row() "+source)
		var run *RunError
		if !errors.As(err, &run) || run.Code() != code {
			t.Errorf("%s: %v, want %s", source, err, code)
		}
	}
	_, err := withRow(t, "return dj.row().texto")
	var run *RunError
	if !errors.As(err, &run) || run.Error() != `row.lua:1: the record has nothing called "texto" (script.undefined)` || run.Hint() != `did you mean "text"?` {
		t.Errorf("%v: %s", err, run.Hint())
	}
}

// What a script does to a row gives what it gives done to a table.
func TestWhateverIsDoneToARowGivesWhatATableGives(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		names := []string{"a", "b", "text", "none", "big", "yes", "x", "y", "z"}
		var b strings.Builder
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			name := rapid.SampledFrom(names).Draw(rt, "name")
			value := rapid.SampledFrom([]string{"nil", "1", `"t"`, "true", "false", "{}", "t.a"}).Draw(rt, "value")
			b.WriteString(strings.NewReplacer("NAME", name, "VALUE", value).Replace(rapid.SampledFrom([]string{
				"t.NAME = VALUE\n", "t['NAME'] = VALUE\n", "rawset(t, 'NAME', VALUE)\n", "note(rawget(t, 'NAME'))\n", "note(next(t) ~= nil)\n",
				"note(sorted(t))\n", "t.NAME = 1 note(t.NAME)\n", "if rawget(t, 'NAME') ~= nil then note(t.NAME) end\n", "note(#t)\n", "note(dj.take(t))\n",
			}).Draw(rt, "step")))
		}
		source := `
local function same(t)
  local said = {}
  local function note(v) said[#said + 1] = type(v) == "table" and "table" or tostring(v) end
  local function sorted(t)
    local all = {}
    for k, v in pairs(t) do all[#all + 1] = k .. "=" .. (type(v) == "table" and "table" or tostring(v)) end
    table.sort(all)
    return table.concat(all, ";")
  end
  ` + b.String() + `
  note(sorted(t))
  return table.concat(said, "\n")
end
local plain = {}
for k, v in pairs(dj.row()) do plain[k] = v end
local a, b = same(dj.row()), same(plain)
print(a == b and "same" or a .. "\n--\n" .. b)`
		if got, err := withRow(t, source); err != nil || got != "same" {
			rt.Fatalf("%s\n%v\n%s", got, err, b.String())
		}
	})
}

func TestARowThatIsKeptStaysAsItWas(t *testing.T) {
	s := New(t.Context(), Options{})
	chunk, err := Parse("keep.lua", []byte(`local kept = {} return function(r) kept[#kept + 1] = r r.seen = #kept local s = "" for _, k in ipairs(kept) do s = s .. k.n .. k.seen end return s end`))
	if err != nil {
		t.Fatal(err)
	}
	fn, err := s.Run(chunk)
	if err != nil {
		t.Fatal(err)
	}
	typ, last := NewRowType("r", []string{"n"}), ""
	for i := range int64(5) {
		given, err := fn.Function().CallValues(s.Row(typ, cells{{Kind: Whole, N: i}}))
		if err != nil {
			t.Fatal(err)
		}
		last = given[0].String()
	}
	if last != "0112233445" {
		t.Error(last)
	}
}

func TestWhatAFunctionGivesBackIsPickedByName(t *testing.T) {
	s := New(t.Context(), Options{})
	typ := NewRowType("r", []string{"a", "b", "c"})
	fields := cells{{Kind: Whole, N: 7}, {Kind: Text, Text: "x"}, {Kind: Exact, N: 5, Places: 1}}
	for source, want := range map[string]any{
		"return r":                               []Cell{{Kind: Same, N: 1}, {Kind: Same, N: 0}, {}},
		"r.b = 'y' r.new = true return r":        []Cell{{Kind: Text, Text: "y"}, {Kind: Same, N: 0}, {Kind: Truth, N: 1}},
		"r.a = r.c + 1.25 return r":              []Cell{{Kind: Same, N: 1}, {Kind: Exact, N: 175, Places: 2}, {}},
		"r.a = nil return r":                     []Cell{{Kind: Same, N: 1}, {}, {}},
		"for _ in pairs(r) do end return r":      []Cell{{Kind: Text, Text: "x"}, {Kind: Whole, N: 7}, {}},
		"return { a = 2.5, c = 1 }":              []Cell{{}, {Kind: Exact, N: 25, Places: 1}, {}},
		"return { new = false }":                 []Cell{{}, {}, {Kind: Truth}},
		"return { nwe = 1 }":                     "option.unknown",
		"r.nwe = 1 return r":                     "option.unknown",
		"r.nwe = 1 r.nwe = nil return r":         []Cell{{Kind: Same, N: 1}, {Kind: Same, N: 0}, {}},
		"return { 'list' }":                      "option.unknown",
		"return 1":                               "option.type",
		"return":                                 "option.type",
		"r.a = {} return r":                      "option.type",
		"return { a = 1 / 3 }":                   "num.bad",
		"r.a = r.c / 3 r.a = r.a * r.a return r": "option.value",
	} {
		chunk, err := Parse("pick.lua", []byte("return function(r) "+source+" end"))
		if err != nil {
			t.Fatal(err)
		}
		fn, err := s.Run(chunk)
		if err != nil {
			t.Fatal(err)
		}
		given, err := fn.Function().CallValues(s.Row(typ, fields))
		if err != nil {
			t.Fatal(err)
		}
		into := make([]Cell, 3)
		_, err = s.NewPick([]string{"b", "a", "new"}, typ.Names()).Read(append(given, Value{})[0], into)
		if code, failed := want.(string); failed {
			if codeOf(err) != code {
				t.Errorf("%s: %v, %v; want %s", source, into, err, code)
			}
		} else if diff := cmp.Diff(want, any(into)); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", source, err, diff)
		}
	}
}

func TestALoopGoesThroughAnIterator(t *testing.T) {
	failing := errors.New("the disk is gone")
	count := Bind("count", func(_ *Call, a *struct {
		To   int  `lua:"to,arg"`
		Fail bool `lua:"fail"`
	}) (Iterator, error) {
		n := 0
		return Iterator{Op: "count", Next: func(ctx context.Context) (Results, error) {
			if n++; n > a.To {
				if a.Fail {
					return nil, failing
				}
				return nil, ctx.Err()
			}
			return Results{n, strconv.Itoa(n)}, nil
		}}, nil
	})
	o := Options{Steps: 100_000, Modules: map[string][]Func{"dj": {count}}}
	got := out(t, o, `
local s = "" for n, text in dj.count(5) do if n == 4 then break end s = s .. text end
local next = dj.count(1) print(s, next(), next(), next())
local wrapped = coroutine.wrap(function() for n in dj.count(3) do coroutine.yield(n * 2) end end)
print(wrapped(), wrapped(), wrapped())
print(select(2, pcall(function() for _ in dj.count(1, { fail = true }) do end end)).message)`)
	if want := "123\t1\tnil\n2\t4\t6\nthe disk is gone"; got != want {
		t.Errorf("%q", got)
	}
	for source, code := range map[string]string{
		"for _ in dj.count(1e9) do end":                "run.limit",
		"for n in dj.count(3) do error('x' .. n) end":  "script.failed",
		"for _ in dj.count(1, { fail = true }) do end": "host.failed",
		"for _ in dj.count() do end":                   "arg.missing",
	} {
		if _, err := try(t, o, source); codeOf(err) != code {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestTheCheckKnowsWhatALoopCanGoThrough(t *testing.T) {
	records := Bind("records", func(*Call, *struct{}) (Iterator, error) { return Iterator{}, nil })
	list := Bind("list", func(*Call, *struct{}) ([]string, error) { return nil, nil })
	for source, mistakes := range map[string]int{
		"for r, info in dj.records() do print(r, info) end": 0,
		"for _, one in dj.list() do print(one) end":         1,
	} {
		chunk, err := Parse("loop.lua", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		if found := chunk.Inspect(Known{Modules: map[string][]Func{"dj": {records, list}}}); len(found.Mistakes) != mistakes {
			t.Errorf("%s: %v", source, found.Mistakes)
		}
	}
}

func TestAnIteratorEndsWithItsRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	rounds := 0
	forever := Bind("forever", func(*Call, *struct{}) (Iterator, error) {
		return Iterator{Op: "forever", Next: func(context.Context) (Results, error) {
			if rounds++; rounds == 3 {
				cancel()
			}
			return Results{rounds}, nil
		}}, nil
	})
	chunk, err := Parse("forever.lua", []byte("for _ in dj.forever() do end"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = New(ctx, Options{Modules: map[string][]Func{"dj": {forever}}}).Run(chunk); codeOf(err) != "run.cancelled" || rounds > 4 {
		t.Errorf("%v after %d rounds", err, rounds)
	}
}

func TestARowCanBeCarriedToAnotherState(t *testing.T) {
	s := New(t.Context(), Options{})
	chunk, err := Parse("apart.lua", []byte("return function(r) r.c = 'y' return function() return r.a .. r.b .. r.c end end"))
	if err != nil {
		t.Fatal(err)
	}
	made, err := s.Run(chunk)
	if err != nil {
		t.Fatal(err)
	}
	inner, err := made.Function().CallValues(s.Row(NewRowType("r", []string{"a", "b"}), cells{{Kind: Text, Text: "x"}, {Kind: Whole, N: 2}}))
	if err != nil {
		t.Fatal(err)
	}
	apart, err := inner[0].Function().Apart(func(*Options) {})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := apart.Call(); err != nil || got[0] != "x2y" {
		t.Error(got, err)
	}
}

const benchMap = `
local margins = { BEB = dj.num("1.35"), ALI = dj.num("1.28") }
return function(r)
  if r.ativo then
    r.preco = (r.custo * margins[r.grupo]):round(2)
  end
  return r
end`

func BenchmarkOneFunctionForEachRecord(b *testing.B) {
	num := Bind("num", func(_ *Call, a *struct {
		Value *Decimal `lua:"value,arg"`
	}) (*Decimal, error) {
		return a.Value, nil
	})
	s := New(b.Context(), Options{Steps: 1 << 60, Modules: map[string][]Func{"dj": {num}}})
	chunk, err := Parse("bench.lua", []byte(benchMap))
	if err != nil {
		b.Fatal(err)
	}
	fn, err := s.Run(chunk)
	if err != nil {
		b.Fatal(err)
	}
	products, each := productType(), fn.Function()
	pick, into, n := s.NewPick([]string{"codigo", "descricao", "custo", "preco"}, products.Names()), make([]Cell, 4), int64(0)
	source := product(7)
	b.ReportAllocs()
	for b.Loop() {
		n++
		given, err := each.CallOnce(1_000_000, s.Row(products, source))
		if err == nil {
			_, err = pick.Read(given, into)
		}
		if err != nil || into[3].Kind != Exact {
			b.Fatal(err, into[3])
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}
