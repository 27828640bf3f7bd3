package lua

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// plain draws what crosses the border and comes back unchanged.
func plain(t *rapid.T, depth int) any {
	kinds := 4
	if depth > 0 {
		kinds = 6
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return rapid.Bool().Draw(t, "bool")
	case 1:
		return rapid.Int64Range(-exact, exact).Draw(t, "int")
	case 2:
		return rapid.Float64Range(0.1, 0.9).Draw(t, "float")
	case 3:
		return string(rapid.SliceOf(rapid.Byte()).Draw(t, "text"))
	case 4:
		list := make([]any, rapid.IntRange(1, 4).Draw(t, "length"))
		for i := range list {
			list[i] = plain(t, depth-1)
		}
		return list
	default:
		made := map[string]any{}
		for _, key := range rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,5}`), 0, 4).Draw(t, "keys") {
			made[key] = plain(t, depth-1)
		}
		return made
	}
}

func TestValuesCrossAndComeBack(t *testing.T) {
	s := New(t.Context(), Options{})
	rapid.Check(t, func(t *rapid.T) {
		want := plain(t, 3)
		value, err := s.Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := value.Go()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestWhatAScriptReturnsIsJSON(t *testing.T) {
	chunk, err := Parse("s.lua", []byte(`return { 1, 2.5, "x", { a = true, n = {} }, { [10] = "ten", x = "y" }, 1 / 3 }`))
	if err != nil {
		t.Fatal(err)
	}
	value, err := New(t.Context(), Options{}).Run(chunk)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := value.Go()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(plain)
	if want := `[1,2.5,"x",{"a":true,"n":{}},{"10":"ten","x":"y"},0.3333333333333333]`; err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
}

func TestATableWithinItselfOrTooDeepIsRefused(t *testing.T) {
	for _, source := range []string{
		"local t = {} t.t = t return t",
		"local t = {} for i = 1, 100 do t = { t } end return t",
		"local a, b = {}, {} a.b = b b.a = a return { a }",
		`return { [1] = "a", ["1"] = "b", x = 1 }`,
	} {
		chunk, err := Parse("s.lua", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		value, err := New(t.Context(), Options{}).Run(chunk)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := value.Go(); err == nil || code(err) != "option.value" {
			t.Errorf("%s: %v, %v", source, got, err)
		}
		_ = value.String()
	}
	shared := "local x = { 1 } return { x, x }"
	chunk, _ := Parse("s.lua", []byte(shared))
	value, err := New(t.Context(), Options{}).Run(chunk)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := value.Go(); err != nil {
		t.Errorf("a table that is there twice is no cycle: %v", err)
	}
}

func TestFunctionsOfTheReturnedTableCanBeCalled(t *testing.T) {
	chunk, err := Parse("s.lua", []byte(`
local calls = 0
return { jobs = { backup = function(job, p) calls = calls + 1 return calls, job.id .. p.to[1], nil end } }`))
	if err != nil {
		t.Fatal(err)
	}
	value, err := New(t.Context(), Options{}).Run(chunk)
	if err != nil {
		t.Fatal(err)
	}
	backup := value.Field("jobs").Field("backup").Function()
	if backup == nil || backup.Name() != "s.lua:3" {
		t.Fatalf("%v", value)
	}
	for i := range 2 {
		results, err := backup.Call(map[string]any{"id": "j"}, map[string]any{"to": []string{"local"}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]any{int64(i + 1), "jlocal", nil}, results); diff != "" {
			t.Error(diff)
		}
	}
	var into struct {
		Jobs map[string]*Function `lua:"jobs,required"`
	}
	if err := value.Decode(&into); err != nil || into.Jobs["backup"] == nil {
		t.Errorf("%v, %v", into, err)
	}
}

func TestListsOfAnyLengthKeepAllTheirElements(t *testing.T) {
	got := out(t, Options{}, `
local n = 80000
local a, b, c = {}, {}, {}
for i = 1, n do a[#a + 1] = i end
for i = 1, n do table.insert(b, i) end
for i = 1, n do c[i] = n - i end
local sum = 0
for _, v in ipairs(a) do sum = sum + v end
print(#a, #b, #c, sum, a[70000], b[n])
table.sort(c)
print(c[1], c[n], c[70000])
table.insert(b, 1, "first") print(b[1], b[2], b[n + 1], #b)
print(table.remove(b, 1), b[1], b[n], #b, table.remove(b), #b)
print(#table.concat(a, ","), select("#", unpack(a, 1, 75000)))
local count = 0 for _ in pairs(a) do count = count + 1 end print(count)
a[n] = nil print(#a)
`)
	want := strings.Join([]string{
		"80000\t80000\t80000\t3200040000\t70000\t80000", "0\t79999\t69999", "first\t1\t80000\t80001",
		"first\t1\t80000\t80000\t80000\t79999", "468893\t75000", "80000", "79999",
	}, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLargeListsReachGo(t *testing.T) {
	take := Bind("take", func(_ *Call, a *struct {
		List []int `lua:"list,arg"`
	}) ([]int, error) {
		return append(a.List, -1), nil
	})
	got := out(t, Options{Modules: map[string][]Func{"dj": {take}}}, `
local a = {} for i = 1, 100000 do a[i] = i end
local b = dj.take(a) print(#b, b[100000], b[100001])`)
	if got != "100001\t100000\t-1" {
		t.Error(got)
	}
}

func TestNumbersAreWrittenAsLua51WritesThem(t *testing.T) {
	for n, want := range map[float64]string{
		1234567.89: "1234567.89", 99999999.99: "99999999.99", 0.1 + 0.2: "0.3", 1e100: "1e+100", 1e-7: "1e-07", 123456789012345: "123456789012345",
		1 << 53: "9007199254740992", 1e16: "1e+16", -0.5: "-0.5", 1.0 / 3: "0.33333333333333",
	} {
		if got := formatNumber(n); got != want {
			t.Errorf("%v is %q, want %q", n, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(-1e13, 1e13).Draw(t, "cents")
		n := float64(cents) / 100
		if back, ok := parseNumber(formatNumber(n)); !ok || int64(back*100+0.5*sign(back)) != cents {
			t.Fatalf("%d cents are written %s and read %v", cents, formatNumber(n), back)
		}
	})
}

func TestGuardedOperatorsTakeOneValueEach(t *testing.T) {
	got := out(t, Options{}, `
local function two() return "a", "b" end
local function rest(...) return "x" .. ... end
print("x" .. two(), rest("p", "q"), #two(), (("x" .. two()):rep(2)))
print(0010, 08, 000.5, 0x0010, "0010" + 0, 1e2)
local log = {}
local function note(s) log[#log + 1] = s return s end
local s = note("1") .. note("2") .. note("3") .. (note("4") .. note("5"))
print(s, table.concat(log))`)
	if want := "xa\txp\t1\txaxa\n10\t8\t0.5\t16\t10\t100\n12345\t12345"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func sign(n float64) float64 {
	if n < 0 {
		return -1
	}
	return 1
}

func TestRandomNumbersComeFromTheSeed(t *testing.T) {
	source := "local t = {} for i = 1, 5 do t[i] = math.random(100) end print(table.concat(t, ' '), math.random() < 1)"
	a, b, c := out(t, Options{Seed: 1}, source), out(t, Options{Seed: 1}, source), out(t, Options{Seed: 2}, source)
	if a != b || a == c {
		t.Errorf("%s; %s; %s", a, b, c)
	}
}

// What crosses the border is bounded, however often the same text or table stands in it.
func TestAValueThatIsTooLargeDoesNotCross(t *testing.T) {
	take := Bind("take", func(_ *Call, a *struct {
		What any `lua:"what,arg"`
	}) (any, error) {
		return nil, nil
	})
	o := Options{Modules: map[string][]Func{"dj": {take}}}
	for source, ok := range map[string]bool{
		`dj.take(("x"):rep(6e7))`: true,
		`local s, t = ("x"):rep(6e7), {} for i = 1, 1000 do t[i] = s end dj.take(t)`:     false,
		`local s, t = ("x"):rep(6e7), {} for i = 1, 1000 do t[i] = { s } end dj.take(t)`: false,
		`local t = { 1, 2, 3 } for _ = 1, 20 do t = { t, t } end dj.take(t)`:             false,
		`local t = { 1, 2, 3 } for _ = 1, 10 do t = { t, t } end dj.take(t)`:             true,
		`local t = {} for i = 1, 63 do t = { t } end dj.take(t)`:                         true,
		`local t = {} for i = 1, 64 do t = { t } end dj.take(t)`:                         false,
		`local t = {} t.t = t dj.take(t)`:                                                false,
	} {
		if _, err := try(t, o, source); (err == nil) != ok {
			t.Errorf("%s: %v", source, err)
		}
	}
}
