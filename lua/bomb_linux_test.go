package lua

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	glua "github.com/yuin/gopher-lua"
)

var (
	bomb = flag.String("bomb", "", "the script that TestBombInAChild runs")
	ends = flag.String("ends", "", "how the loop that TestEndlessLoopInAChild runs must end")
	bare = flag.Bool("bare", false, "whether it runs on gopher-lua alone")
)

// bombs are scripts that would take the whole machine without this package.
var bombs = map[string]struct{ source, code string }{
	"doubling":       {"local s = 'x' while true do s = s .. s end", "run.limit"},
	"tripling":       {"local s = 'x' while true do s = table.concat({ s, s, s }) end", "run.limit"},
	"chain":          {"local s = ('x'):rep(64 * 1024 * 1024) local t = setmetatable({}, { __concat = function() return '' end }) return #(" + strings.Repeat("s..", 15) + "t)", "run.limit"},
	"repetition":     {"return ('x'):rep(2 ^ 40)", "run.limit"},
	"sparse list":    {"local t = {} t[20260131] = 1 t[2 ^ 26 - 1] = 1 return #t", ""},
	"replacement":    {"local s = ('x'):rep(1e5) while true do s = s:gsub('x', ('x'):rep(100)) end", "run.limit"},
	"captured":       {"return ('x'):rep(1e6):gsub('.*', ('%0'):rep(1e6))", "run.limit"},
	"dates":          {"return os.date(('%c'):rep(3e7), 0)", "run.limit"},
	"prints":         {"local s = ('x'):rep(6e7) local t = {} for i = 1, 1000 do t[i] = s end print(unpack(t))", "run.limit"},
	"matches":        {"local s = ('x'):rep(2e7) return #s:gsub('x', 'y')", "run.limit"},
	"padding":        {"local f = ('%99d'):rep(1000) while true do f = f .. f string.format(f, unpack({}, 1, 1000)) end", "arg.type"},
	"unpack":         {"return unpack({}, 1, 1e9)", "arg.type"},
	"open brackets":  {"return " + strings.Repeat("{", MaxSource-10), "script.syntax"},
	"additions":      {"return 1" + strings.Repeat("+1", MaxSource/2-10), "script.syntax"},
	"concatenations": {"local x = 'x' return x" + strings.Repeat("..x", MaxSource/3-20), ""},
	"negations":      {"return " + strings.Repeat("not ", MaxSource/4-10) + "1", "script.syntax"},
	"functions":      {strings.Repeat("return function() ", MaxSource/18), "script.syntax"},
	"parentheses":    {"return " + strings.Repeat("(", MaxSource-10), "script.syntax"},
	"branches":       {"if x then " + strings.Repeat("elseif x then ", MaxSource/14-10) + "end", "script.syntax"},
	"numbers":        {"return {" + numbered("%d,", 40_000) + "}", "script.syntax"},
	"names":          {numbered("a%d() ", 25_000), "script.syntax"},
	"locals":         {numbered("local a%d\n", 17_000), "script.syntax"},
	"jumps":          {numbered("goto a%d ", 11_000) + numbered("::a%d:: ", 11_000), "script.syntax"},
	"arguments":      {"print(" + strings.Repeat("1,", MaxSource/2-10) + "1)", "script.syntax"},
	"fields":         {"local a return a" + strings.Repeat(".b", MaxSource/2-20), "script.failed"},
	"calls":          {"local a return a" + strings.Repeat("()", MaxSource/2-20), "script.failed"},
	"pattern":        {"return ('a'):rep(3000):find('.-.-.-.-b')", "run.limit"},
	"patterns":       {"while true do pcall(string.find, ('a'):rep(3000), '.-.-.-.-b') end", "run.limit"},
	"captures":       {"return ('ab'):rep(1e6):gsub('(.-)(.-)%1%2c', '%1')", "run.limit"},
	"big pattern":    {"return ('a'):rep(1e6):find(('a?'):rep(1e6))", "script.failed"},
	"coroutines":     {"local function f() return coroutine.wrap(f)() end while true do pcall(f) end", "run.limit"},
	"wild coroutine": {wild["coroutines in others"], "run.limit"},
	"tall coroutine": {"local function f() return 1 + coroutine.wrap(f)() end return f()", "script.failed"},
	"generators":     {"local kept = {} while true do local ok, co = pcall(coroutine.create, function() local t = {} for i = 1, 1e6 do t[i] = i end coroutine.yield() end) if ok then kept[#kept + 1] = co coroutine.resume(co) end end", "run.limit"},
	"recursion":      {"local function f() return pcall(f) end return f()", ""},
	"deep recursion": {"local function f() local ok, e = pcall(f) return 1 end return f()", ""},
	"sort":           {"local t = {} for i = 1, 1000 do t[i] = i end table.sort(t, function(a, b) return true end)", ""},
}

// endless are loops whose single steps take long, each by its own means: over long texts, over long lists, by what is said
// of a mistake. They end when their time is over, and where that is the library's own work, by the budget too.
var endless = map[string]struct {
	source string
	budget bool
}{
	"joined lists":      {"local t = {} for i = 1, 1e5 do t[i] = 'x' end while true do table.concat(t) end", true},
	"sorted lists":      {"local t = {} for i = 1, 1e5 do t[i] = i * 7919 % 100003 end while true do table.sort(t) end", true},
	"sorted by Go":      {"local t = {} for i = 1, 1e5 do t[i] = i end while true do table.sort(t, rawequal) end", true},
	"sorted texts":      {"local s = ('x'):rep(6e7) local t = {} for i = 1, 2000 do t[i] = s end table.sort(t)", true},
	"insertions":        {"local t = {} for i = 1, 1e5 do t[i] = i end while true do table.insert(t, 1, 0) end", true},
	"removals":          {"local t = {} for i = 1, 1e5 do t[i] = i end while true do table.remove(t, 1) t[#t + 1] = 0 end", true},
	"largest keys":      {"local t = {} for i = 1, 1e5 do t[i] = i end while true do table.maxn(t) end", true},
	"unpacked lists":    {"local t = {} for i = 1, 1e5 do t[i] = i end while true do select('#', unpack(t)) end", true},
	"bytes":             {"local s = ('x'):rep(1e5) while true do string.char(s:byte(1, -1)) end", true},
	"empty matches":     {"while true do ('x'):rep(6e7):gsub('', '') end", true},
	"a large set":       {"return ('x'):rep(1e6):find('[' .. ('a'):rep(1e6) .. ']')", true},
	"blanks":            {"local s = (' '):rep(1e6) while true do s:match('(.-)%s*x') end", true},
	"numbers of a base": {"local s = ('1'):rep(6e7) while true do tonumber(s, 2) end", true},
	"long numbers":      {"local s = ('1'):rep(6e7) while true do tonumber(s) end", false},
	"long sums":         {"local s = ('1'):rep(6e7) while true do pcall(function() return s + 1 end) end", false},
	"long names":        {"local s = ('x'):rep(6e7) while true do pcall(function() return string[s] end) end", false},
	"long keys":         {"local s = ('x'):rep(6e7) while true do pcall(function() local none = nil return none[s] end) end", false},
	"long comparisons":  {"local s = ('x'):rep(6e7) local a, b = s .. 'a', s .. 'b' while true do local c = a < b end", false},
	"long equals":       {"local s = ('x'):rep(6e7) local a, b = s .. 'a', s .. 'b' while true do local c = a == b end", false},
	"long messages":     {"local s = ('x'):rep(6e7) while true do pcall(error, s) pcall(error, { message = s }) end", false},
	"long formats":      {"local s = ('x'):rep(6e7) while true do local f = string.format('%.2s', s) end", false},
	"shown tables":      {"local k = ('k'):rep(6e7) local t = { [k] = { [k] = { [k] = k } } } while true do tostring(t) end", false},
	"arguments":         {"local function f(...) return ... end local t = {} for i = 1, 1e5 do t[i] = i end local function g(...) while true do f(...) end end g(unpack(t))", false},
	"lists of all":      {"local t = {} for i = 1, 1e5 do t[i] = i end local function g(...) while true do local x = { ... } end end g(unpack(t))", false},
	"errors of errors":  {"local m = setmetatable({}, { __tostring = function(t) error(t) end }) while true do pcall(error, m) end", true},
	"itself as text":    {"local m = setmetatable({}, { __tostring = tostring }) while true do pcall(tostring, m) end", true},
	"itself as fields":  {"local t = setmetatable({}, {}) getmetatable(t).__index = t while true do pcall(function() return t.x end) end", true},
	"itself called":     {"local t = setmetatable({}, {}) getmetatable(t).__call = t while true do pcall(t) end", true},
	"gsub in gsub":      {"local function f() return (('x'):gsub('.', f)) end while true do pcall(f) end", true},
	"sort in sort":      {"local function f() table.sort({ 2, 1 }, f) end while true do pcall(f) end", true},
	"handlers":          {"local function f() error(xpcall(f, function() return f() end)) end while true do pcall(f) end", true},
	"threads in fields": {"local function f() return coroutine.wrap(function() return setmetatable({}, { __index = f }).x end)() end while true do pcall(f) end", true},
}

func TestEndlessLoopsEndWithTheirTimeAndTheirBudget(t *testing.T) {
	for name, loop := range endless {
		for _, by := range []string{"run.timeout", "run.limit"} {
			if by == "run.limit" && !loop.budget {
				continue
			}
			t.Run(name+" by "+by, func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
				defer cancel()
				child := exec.CommandContext(ctx, "sh", "-c", "ulimit -d "+bombLimit+`; exec "$0" -test.run=TestEndlessLoopInAChild -bomb="$1" -ends="$2"`, os.Args[0], name, by)
				if output, err := child.CombinedOutput(); err != nil {
					t.Fatalf("%v\n%.2000s", err, output)
				}
			})
		}
	}
}

func TestEndlessLoopInAChild(t *testing.T) {
	if *ends == "" {
		return
	}
	steps, ctx := int64(500_000), t.Context()
	if *ends == "run.timeout" {
		late, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		steps, ctx = 1<<60, late
	}
	chunk, err := Parse("loop.lua", []byte(endless[*bomb].source))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = New(ctx, Options{Steps: steps}).Run(chunk); code(err) != *ends {
		t.Errorf("ended with %v, want %s", err, *ends)
	}
}

// wild are scripts that gopher-lua alone does not end when the second that it is given is over.
var wild = map[string]string{
	"a pattern":            "return ('a'):rep(3000):find('.-.-.-.-b')",
	"a chain of texts":     "local x = 'x' return x" + strings.Repeat(" .. x", 80_000),
	"brackets in others":   "return " + strings.Repeat("{", 480_000) + strings.Repeat("}", 480_000),
	"coroutines in others": "local function f() coroutine.wrap(f)() coroutine.wrap(f)() end while true do pcall(f) end",
}

func TestGopherLuaAloneDoesNotEndABomb(t *testing.T) {
	for name := range wild {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			child := exec.CommandContext(ctx, "sh", "-c", "ulimit -d "+bombLimit+`; exec "$0" -test.run=TestBombInAChild -bare -bomb="$1"`, os.Args[0], name)
			if output, err := child.CombinedOutput(); err == nil {
				t.Errorf("it ended in time: its guard is needed no more\n%s", output)
			}
		})
	}
}

// bareBomb ends well if gopher-lua ends the script itself when its second is over.
func bareBomb(t *testing.T, source string) {
	l := glua.NewState(glua.Options{RegistryMaxSize: 1 << 20})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	l.SetContext(ctx)
	began := time.Now()
	err := l.DoString(source)
	if took := time.Since(began); took > 2*time.Second {
		t.Fatalf("took %v: %v", took, err)
	}
}

func TestBombsEndWithinLittleMemory(t *testing.T) {
	for name := range bombs {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			child := exec.CommandContext(t.Context(), "sh", "-c", "ulimit -d "+bombLimit+`; exec "$0" -test.run=TestBombInAChild -bomb="$1"`, os.Args[0], name)
			output, err := child.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%.2000s", err, output)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestBombInAChild(t *testing.T) {
	if *bomb == "" {
		return
	}
	if *bare {
		bareBomb(t, wild[*bomb])
		return
	}
	b := bombs[*bomb]
	chunk, err := Parse("bomb.lua", []byte(b.source))
	if err == nil {
		_, err = New(t.Context(), Options{Steps: 1_000_000}).Run(chunk)
	}
	if code(err) != b.code {
		t.Errorf("ended with %v, want %q", err, b.code)
	}
}
