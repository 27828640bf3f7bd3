package lua

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	glua "github.com/yuin/gopher-lua"
)

// What bare gopher-lua does to a script, and what the language does instead. A pitfall that gopher-lua has no longer makes
// its row fail: the guard against it can go.

// bareResult is what a program printed, or the error that it ended with.
func bareResult(t *testing.T, source string) string {
	t.Helper()
	l := glua.NewState()
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	l.SetContext(ctx)
	return bareRun(l, source)
}

// bareRun prints as gopher-lua's print does, into a text.
func bareRun(l *glua.LState, source string) (result string) {
	var lines []string
	l.SetGlobal("print", l.NewFunction(func(l *glua.LState) int {
		parts := make([]string, l.GetTop())
		for i := range parts {
			parts[i] = l.ToStringMeta(l.Get(i + 1)).String()
		}
		lines = append(lines, strings.Join(parts, "\t"))
		return 0
	}))
	defer func() {
		if panicked := recover(); panicked != nil {
			result = fmt.Sprint("panic: ", panicked)
		}
	}()
	if err := l.DoString(source); err != nil {
		return strings.Join(append(lines, "error: "+err.Error()), "\n")
	}
	return strings.Join(lines, "\n")
}

func guardedResult(t *testing.T, source string) string {
	t.Helper()
	var lines []string
	chunk, err := Parse("store.lua", []byte(source))
	if err == nil {
		_, err = New(t.Context(), Options{
			Print: func(line string) { lines = append(lines, line) }, Now: func() time.Time { return time.Unix(0, 0) },
		}).Run(chunk)
	}
	if err != nil {
		lines = append(lines, "error: "+err.Error())
	}
	return strings.Join(lines, "\n")
}

// pitfalls: a result that ends in "..." need only begin so.
var pitfalls = []struct{ name, source, bare, guarded string }{
	{"money in tostring", "print(tostring(1234567.89))", "1.23456789e+06", "1234567.89"},
	{"money in ..", "print('total ' .. 1234567.89)", "total 1.23456789e+06", "total 1234567.89"},
	{"an exponent", "print(tonumber('1e3'))", "nil", "1000"},
	{"a number with a leading zero", "print('010' + 1)", "9", "11"},
	{"a missing value", "print(string.format('%s;%s', 1))", "1;%!s(MISSING)", "error: store.lua:1: %s in string.format: its value is missing (arg.type)"},
	{"a word for a number", "print(string.format('%d', 'abc'))", "0", `error: store.lua:1: argument 2 of format must be a number, but it is "abc" (arg.type)`},
	{"decimals lost in %d", "print(string.format('%d', 3.7))", "3", "error: store.lua:1: %d in string.format: ..."},
	{"a list of 6,000 joined", "local t = {} for i = 1, 6000 do t[i] = 'x' end print(#table.concat(t))", "error: <string>:1: registry overflow...", "6000"},
	{"6,000 values unpacked", "local t = {} for i = 1, 6000 do t[i] = i end print(select('#', unpack(t)))", "error: <string>:1: registry overflow...", "6000"},
	{"300 calls within calls", "local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end print(f(300))", "error: <string>:1: stack overflow...", "300"},
	{"the memory in use", "print(type(collectgarbage('count')))", "error: <string>:1: bad argument #1 to type (value expected)...", `error: store.lua:1: "collectgarbage" of Lua 5.1 does not exist here (script.undefined)`},
	{"a byte order mark", "\xef\xbb\xbfprint(1)", "error: <string> line:1(column:1) near '\xef':   Invalid token...", "1"},
	{"a first line #!", "#!djscript\nprint(1)", "error: <string> line:1(column:1) near '#':   syntax error...", "1"},
	{"an unclosed if", "local a = 1\nif a then\n  print(a)\n", "error: <string> at EOF:   syntax error...", `error: store.lua:2: "if" opened at line 2 is never closed`},
	{"a function that is none", "local t = {}\nt.run()", "error: <string>:2: attempt to call a non-function object...", `error: store.lua:2: "run" is no function (script.failed)`},
	{"a table as an error", "error({ code = 1 })", "error: table: 0x...", "error: store.lua:1: {code = 1} (script.failed)"},
	{"__tostring of an error", "error(setmetatable({}, { __tostring = function() return 'mine' end }))", "error: table: 0x...", "error: store.lua:1: mine (script.failed)"},
	{"a table printed", "print({ a = 1 })", "table: 0x...", "{a = 1}"},
	{"the week of a date", "print(os.date('!%j %U %W', 0))", "%j %U %W", "001 00 00"},
	{"the week of the year as ISO counts it", "print(os.date('!%V', 0))", "%V", "01"},
	{"a date in short", "print(os.date('!%x', 0))", "00/00/00", "01/01/70"},
	{"a date in full", "print(os.date('!%c', 0))", "01 Jan 70 00:00 UTC", "Thu Jan  1 00:00:00 1970"},
	{"summer time", "print(os.date('*t', 1545739200).isdst)", "false", "true"},
	{"capitals in a file of Windows", "print(#('a\\231\\227o'):upper())", "8", "4"},
	{"string changed for everybody", "string.rep = nil print(('x').rep)", "nil", `error: store.lua:1: "string.rep" can not be changed (api.frozen)`},
	{"string changed through a text", "getmetatable('').__index = {} print(('x').rep)", "nil", "error: store.lua:1: can not look up \"__index\" in nil (script.failed)..."},
	{"a misspelt name", "local job = 1 print(jobb)", "nil", `error: store.lua:1: undefined name "jobb" (script.undefined)`},
	{"a global by mistake", "total = 1 print(total)", "1", `error: store.lua:1: "total" is assigned but was never declared (script.undeclared)`},
	{"the length of a long list", "local t = {} for i = 1, 70000 do t[#t + 1] = i end print(#t)", "65535", "70000"},
	{"an element taken twice", "local t = { 1, 2 } t[2] = nil print(table.remove(t))", "nil", "1"},
	{"a bad pattern that nothing looks at", "print(('x'):find('a[b'))", "error: <string>:1: unexpected EOS at 2...", "nil"},
	{"numbers in gsub", "print((('x'):gsub('x', function() return 1234567.89 end)))", "1.23456789e+06", "1234567.89"},
	{"a yield through pcall", "local co = coroutine.wrap(function() pcall(function() coroutine.yield(1) end) print('after') end) co() co()", "after\nerror: runtime error: invalid memory address or nil pointer dereference...",
		"after\nerror: store.lua:1: a coroutine that is dead can not be resumed (script.failed)"},
	{"a yield that is returned", "local co = coroutine.wrap(function(a) return coroutine.yield(a) end) co(1) print(co(2))",
		"error: runtime error: invalid memory address or nil pointer dereference...", "2"},
	{"a coroutine of a Go function", "print(coroutine.resume(coroutine.create(tostring), 12))", "", "true\t12"},
	{"a chain of 3,000 texts", "local a = 'x' print(#(" + strings.Repeat("a .. ", 3000) + "a))", "error: compile error near line(0) <string>: register overflow(too many local variables)...", "3001"},
	{"a list of 30,000 written out", "local x = 1 local t = { x" + strings.Repeat(",x", 30_000) + "} print(t[30001])", "nil", "1"},
	{"a swap", "local a, b = 1, 2 a, b = b, a print(a, b)", "2\t2", "2\t1"},
	{"a rotation", "local a, b, c = 1, 2, 3 a, b, c = c, a, b print(a, b, c)", "3\t3\t3", "3\t1\t2"},
	{"a variable after an error was caught", "local n = 0 local function count() n = n + 1 end pcall(error, 'x') count() print(n)", "0", "1"},
	{"a list filled after an error was caught", "local t for i = 1, 2 do local add = function(v) t = (t or 0) + v end pcall(error) add(i) end print(t)", "nil", "3"},
	{"a function in place of another of its name", "local tostring = function(v) return '<' .. tostring(v) .. '>' end print(tostring(1))", "error: <string>:1: stack overflow...", "<1>"},
	{"a table that is replaced while it is written to", "local t = {} local s = t t, t.x = 5, 6 print(t, s.x)", "error: <string>:1: attempt to index a non-table object(number) with key 'x'...", "5\t6"},
}

func TestEveryPitfallIsThereAndGuarded(t *testing.T) {
	limitArrays()
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	defer func(before *time.Location) { time.Local = before }(time.Local)
	time.Local = zone // gopher-lua knows no other
	same := func(got, want string) bool {
		begin, cut := strings.CutSuffix(want, "...")
		return got == want || cut && strings.HasPrefix(got, begin)
	}
	for _, p := range pitfalls {
		if got := bareResult(t, p.source); !same(got, p.bare) {
			t.Errorf("%s: gopher-lua gives %q, and gave %q", p.name, got, p.bare)
		}
		if p.bare == p.guarded {
			t.Errorf("%s: nothing is guarded", p.name)
		}
		if got := guardedResult(t, p.source); !same(got, p.guarded) {
			t.Errorf("%s: got %q, want %q", p.name, got, p.guarded)
		}
	}
}

func TestNothingLeadsOutOfAScript(t *testing.T) {
	for name := range strings.FieldsSeq(`os.execute os.exit os.setenv os.getenv os.remove os.rename os.tmpname io.popen io.open io.write
		dofile loadfile load loadstring debug.getinfo debug.setmetatable newproxy module channel.make _printregs collectgarbage getfenv setfenv`) {
		source := "print(type(" + name + "))"
		if got := bareResult(t, source); got != "function" {
			t.Errorf("%s: gopher-lua gives %q", name, got)
		}
		if got := guardedResult(t, source); !strings.HasPrefix(got, "error: store.lua:1: ") {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// At run time gopher-lua knows the line alone: what stood there nobody is shown.
func TestAnErrorShowsItsLine(t *testing.T) {
	const source = "local t = nil\nlocal size = t.bytes"
	if got := bareResult(t, source); strings.Contains(got, "local size") {
		t.Errorf("gopher-lua says %q", got)
	}
	if run := fails(t, Options{}, source); run.Line != 2 || run.Excerpt != "local size = t.bytes" {
		t.Errorf("line %d, %q", run.Line, run.Excerpt)
	}
}

func TestPairsWalksInTheOrderInWhichKeysWereSet(t *testing.T) {
	const source = "local t = {} for _, k in ipairs({ 'z', 'm', 'b', 'k', 'a' }) do t[k] = 1 end t.m = nil t.m = 2 local s = '' for k in pairs(t) do s = s .. k end print(s)"
	for range 20 { // Go walks over its own maps in another order each time
		if got := guardedResult(t, source); got != "zmbka" {
			t.Fatal(got)
		}
	}
}

func TestTheVariableOfTheLineBeforeIsShown(t *testing.T) {
	const source = "local function f()\n  local size = nil\n  return size.x\nend\nf()"
	var names []string
	l := glua.NewState(glua.Options{IncludeGoStackTrace: true})
	defer l.Close()
	l.Panic = func(l *glua.LState) {
		debug, _ := l.GetStack(0)
		for i := 1; ; i++ {
			name, _ := l.GetLocal(debug, i)
			if name == "" {
				break
			}
			names = append(names, name)
		}
		panic(l.Get(-1))
	}
	func() {
		defer func() { _ = recover() }()
		fn, err := l.LoadString(source)
		if err != nil {
			t.Error(err)
		}
		l.Push(fn)
		l.Call(0, 0)
	}()
	if slices.Contains(names, "size") {
		t.Errorf("gopher-lua shows %q", names)
	}
	run := fails(t, Options{}, source)
	if len(run.Stack) != 2 || len(run.Stack[0].Locals) != 1 || run.Stack[0].Locals[0] != (Local{"size", "nil"}) {
		t.Errorf("%v", run.Stack)
	}
}

func TestTheMemoryOfDeletedKeysGoesWithTheRun(t *testing.T) {
	live := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	const source = "local t = {} for i = 1, 100000 do local k = 'k' .. i t[k] = i t[k] = nil end return t"
	chunk, err := Parse("store.lua", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	before := live()
	value, err := New(t.Context(), Options{}).Run(chunk)
	if err != nil || len(value.Keys()) != 0 {
		t.Fatal(value, err)
	}
	if held := live() - before; held < 5<<20 {
		t.Errorf("gopher-lua holds only %d bytes for the keys of an empty table", held)
	}
	runtime.KeepAlive(value)
	value = Value{}
	if after := live(); after > before+2<<20 {
		t.Errorf("%d bytes outlive the run", after-before)
	}
	if !value.IsNil() {
		t.Error("the run is not over")
	}
}

// bareError is the error of a program on bare gopher-lua, with the functions that a test lends it.
func bareError(t *testing.T, source string, lent map[string]glua.LGFunction) *glua.ApiError {
	t.Helper()
	l := glua.NewState()
	defer l.Close()
	for name, function := range lent {
		l.SetGlobal(name, l.NewFunction(function))
	}
	err := l.DoString(source)
	if err == nil {
		t.Fatalf("%s did not fail", source)
	}
	api, ok := err.(*glua.ApiError) //nolint:errorlint // gopher-lua does not wrap it
	if !ok {
		t.Fatalf("%v", err)
	}
	return api
}

func TestATraceIsWholeAndKnowsItsVariables(t *testing.T) {
	const deep = "local function f(n) if n == 0 then local size = nil return size.x end return 1 + f(n - 1) end\nf(20)"
	if got := bareError(t, deep, nil); !strings.Contains(got.StackTrace, "...") || strings.Contains(got.StackTrace, "size") {
		t.Errorf("gopher-lua's trace: %s", got.StackTrace)
	}
	if run := fails(t, Options{}, deep); len(run.Stack) != 22 || len(run.Stack[0].Locals) != 2 {
		t.Errorf("%d frames, the first with %v", len(run.Stack), run.Stack[0].Locals)
	}
	const within = "local function body() local t = nil return t.x end\nlocal co = coroutine.wrap(body)\nco()"
	if got := bareError(t, within, nil); strings.Contains(got.StackTrace, "body") || !strings.Contains(got.StackTrace, "co") {
		t.Errorf("gopher-lua's trace: %s", got.StackTrace)
	}
	if run := fails(t, Options{}, within); len(run.Stack) != 2 || run.Stack[0].Line != 1 || run.Stack[1].Line != 3 {
		t.Errorf("%v", run.Stack)
	}
}

func TestTheLineIsTheScriptsWhoeverCalls(t *testing.T) {
	where := ""
	fail := func(l *glua.LState) int {
		where = l.Where(1)
		return 0
	}
	l := glua.NewState()
	defer l.Close()
	l.SetGlobal("fail", l.NewFunction(fail))
	if err := l.DoString("pcall(fail)"); err != nil || where != "[G]:" {
		t.Errorf("gopher-lua says %q, %v", where, err)
	}
	if got := out(t, host(), `print(select(2, pcall(dj.copy.open)).where)`); got != "store.lua:1" {
		t.Error(got)
	}
}

func TestAStateThatIsUsedAgainKeepsWhatWasLeftInIt(t *testing.T) {
	l := glua.NewState()
	defer l.Close()
	if got := bareRun(l, "left = 1") + bareRun(l, "print(left)"); got != "1" {
		t.Errorf("gopher-lua gives %q", got)
	}
	if got := guardedResult(t, "left = 1") + guardedResult(t, "print(left)"); strings.Contains(got, "1\n") || !strings.Contains(got, "undefined") {
		t.Errorf("got %q", got)
	}
}

func TestAPanicInACoroutineKeepsItsGoStack(t *testing.T) {
	panics := func(*glua.LState) int { panic("nil map") }
	got := bareError(t, "coroutine.wrap(function() boom() end)()", map[string]glua.LGFunction{"boom": panics})
	if strings.Contains(got.StackTrace, "pitfall_test.go") {
		t.Errorf("gopher-lua's trace: %s", got.StackTrace)
	}
	if run := fails(t, host(), "coroutine.wrap(function() dj.boom() end)()"); !strings.Contains(run.Err.GoStack, "lua_test.go") {
		t.Error("the Go stack is lost")
	}
}

// What takes memory, in bytes that are allocated. A real date as a key takes two gigabytes.
func TestMemoryIsBounded(t *testing.T) {
	for _, c := range []struct{ name, source string }{
		{"a number as a key", "local t = {} t[6000000] = 1"},
		{"a text repeated", "local s = ('x'):rep(2 ^ 27)"},
		{"a text doubled", "local s = 'x' for i = 1, 27 do s = s .. s end"},
		{"a list joined", "local t = {} for i = 1, 20000 do t[i] = 'x' end local s = table.concat(t)"},
	} {
		const most = 90 << 20
		glua.MaxArrayIndex = 67108864 // as gopher-lua has it
		before := allocated()
		l := glua.NewState(glua.Options{RegistryMaxSize: 1 << 20})
		bareRun(l, c.source)
		l.Close()
		glua.MaxArrayIndex = maxArray
		if took := allocated() - before; took < most {
			t.Errorf("%s: gopher-lua takes only %d bytes", c.name, took)
		}
		before = allocated()
		guardedResult(t, c.source)
		if took := allocated() - before; took > most && c.name != "a text doubled" || took > 2*MaxText+most {
			t.Errorf("%s: %d bytes", c.name, took)
		}
	}
}
