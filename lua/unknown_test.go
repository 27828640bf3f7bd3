package lua

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	glua "github.com/yuin/gopher-lua"
)

type noArguments struct{}

type sendArgs struct {
	Path string `lua:"path,arg"`
	To   string `lua:"to,required"`
}

// rehearsal is a state whose dj.make gives something of which only the name is known.
func rehearsal(t *testing.T, rehearse bool) (*State, *[]string) {
	t.Helper()
	var called []string
	make := Bind("make", func(*Call, *noArguments) (any, error) {
		return map[string]any{"name": "loja", "sha256": Unknown{}, "parts": []any{Unknown{}}}, nil
	})
	make.Power = "copy.write"
	send := Bind("send", func(c *Call, a *sendArgs) (string, error) { return "sent " + a.Path, nil })
	send.Power = "copy.write"
	tell := Bind("tell", func(c *Call, a *struct {
		Text string `lua:"text,arg"`
		Any  any    `lua:"any"`
	}) (any, error) {
		return nil, nil
	})
	state := New(t.Context(), Options{
		Rehearse: rehearse,
		Modules:  map[string][]Func{"dj": {make, send, tell}},
		Values:   map[string]any{"dj.unknown": Unknown{}},
		Wrap: func(c *Call, next func() (any, error)) (any, error) {
			given, err := json.Marshal(c.Given())
			if err != nil {
				t.Error(err)
			}
			called = append(called, c.Op+string(given))
			return next()
		},
	})
	return state, &called
}

func TestComputingWithTheUnknownEndsARehearsal(t *testing.T) {
	for _, script := range []string{
		`if u then end`, `if not u then end`, `while u do end`, `repeat until u`, `return u and 1`, `return u or 1`,
		`return u == 1`, `return 1 ~= u`, `return u == nil`, `return u < 1`, `return 1 >= u`, `return u + 1`, `return 1 - u`, `return -u`, `return u .. ""`,
		`return "a" .. "b" .. u`, `return #u`, `return tostring(u)`, `return tonumber(u)`, `return type(u)`, `return string.format("%s", u)`, `return ("%d"):format(u)`,
		`return u()`, `u.x = 1`, `return assert(u)`, `return rawequal(u, u)`, `for i = 1, u do end`, `for i = u, 2 do end`, `for i = 1, 2, u do end`,
		`for _ in pairs(u) do end`, `for _ in ipairs(u) do end`, `return math.floor(u)`, `return string.upper(u)`, `return table.concat({ u })`, `return select(u, 1)`,
		`return u.deep.er == 1`, `local function f() return u end if f() then end`, `return (function() return u end)() and 1`, `return table.concat(u)`,
		`return table.sort({ 1, u })`, `return table.sort({ 1, 2 }, function() return u end)`, `return ("x"):gsub("x", function() return u end)`, `return next(u)`, `return ("x"):rep(u)`, `return pcall(function() if u then end end)`, `dj.tell(u)`,
		`return ({ a = 1 })[u]`, `local t = {} t[u] = 1`, `return { [u] = 1 }`, `local t = {} t[1], t[u] = 1, 2`, `return rawget({}, u)`, `return rawset({}, u, 1)`,
		`return next({}, u)`, `return pcall(error, u)`, `return ({ a = {} }).a[u].x`, `return setmetatable({}, { __index = { 1 } })[u]`,
	} {
		s, _ := rehearsal(t, true)
		_, err := s.Run(mustParse(t, "local u = dj.make().sha256\n"+script))
		var failed *RunError
		if !errors.As(err, &failed) || failed.Code() != "run.unknown" || failed.Line != 2 {
			t.Errorf("%s: %v", script, err)
		}
	}
}

func TestTheUnknownCanBeHandedOn(t *testing.T) {
	s, called := rehearsal(t, true)
	value, err := s.Run(mustParse(t, `
		local made = dj.make()
		local t = { made.sha256, hash = made.sha256, deep = made.sha256.a.b }
		t[#t + 1] = made.parts[1]
		print(made.sha256)
		dj.tell("a hash", { any = made })
		local sent = dj.send("x", { to = made.sha256 })
		local again = dj.send(made, { to = "local" })
		if made.name == "loja" and #t == 2 and #made.parts == 1 then dj.send("known", { to = "local" }) end
		return { t, sent, again, dj.unknown, pcall(function() return made.sha256 end) }`))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := value.Go()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	u := `{"unknown":true}`
	want := `[{"1":` + u + `,"2":` + u + `,"deep":` + u + `,"hash":` + u + `},` + u + `,` + u + `,` + u + `,true,` + u + `]`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if got := (*called)[2]; got != `send["x",{"to":`+u+`}]` {
		t.Errorf("the call was seen as %s", got)
	}
	if len(*called) != 5 {
		t.Errorf("calls: %v", *called)
	}
}

func TestOutsideARehearsalConditionsCostNothing(t *testing.T) {
	chunk := mustParse(t, `if x == 1 and not y then return 1 end`)
	if names := constants(chunk.proto); strings.Contains(names, knownName) {
		t.Error("a script that is no rehearsal has its conditions guarded")
	}
	if names := constants(rehearsed(t, chunk)); !strings.Contains(names, knownName) {
		t.Error("a rehearsal has not")
	}
}

func TestWhatIsTooLargeToBeRehearsedIsNotRehearsed(t *testing.T) {
	// 150 locals leave room for a comparison, and none for the calls that guard it.
	source := strings.TrimSuffix("local u = dj.make().sha256\n"+numbered("local a%d = 1\n", 194), "\n") + "\nlocal t = { {}, {}, u == 1 and 2 }\nreturn t"
	s, _ := rehearsal(t, false)
	chunk := mustParse(t, source)
	if _, err := s.Run(chunk); err != nil {
		t.Fatal(err)
	}
	s, _ = rehearsal(t, true)
	_, err := s.Run(chunk)
	var failed *RunError
	if !errors.As(err, &failed) || failed.Code() != "run.unknown" || failed.Err.Key != "lua.rehearsal" || failed.Line == 0 {
		t.Errorf("%v", err)
	}
}

func TestAKnotOfTablesIsLookedThroughOnce(t *testing.T) {
	for _, source := range []string{
		"local t = {} t.a, t.b, t.c = t, t, t return t",
		"local t = {} for i = 1, 60 do t = { t, t, t } end return t",
	} {
		s, called := rehearsal(t, true)
		value, err := s.Run(mustParse(t, strings.Replace(source, "return t", "dj.tell('x') pcall(dj.send, 'x', { to = t }) return t", 1)))
		if err != nil || value.Unknown() || len(*called) != 1 {
			t.Errorf("%s: %v, %v", source, err, *called)
		}
	}
}

func TestARehearsalOfWhatIsKnownIsTheRunItself(t *testing.T) {
	sources := []string{numberedList}
	files, err := filepath.Glob("testdata/stock/*.lua")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d programs, %v", len(files), err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, string(source))
	}
	random := rand.New(rand.NewPCG(20260131, 7)) //nolint:gosec // the same numbers each time
	for range 60 {
		sources = append(sources, program(&maker{random}))
	}
	for _, source := range sources {
		plain, err := try(t, Options{}, source)
		rehearsed, errRehearsed := try(t, Options{Rehearse: true}, source)
		if plain != rehearsed || fmt.Sprint(err) != fmt.Sprint(errRehearsed) {
			t.Errorf("%s\n     run: %s, %v\nrehearsed: %s, %v", source, plain, err, rehearsed, errRehearsed)
		}
	}
}

// A list that is longer than gopher-lua makes one.
var numberedList = "local x = 1 local t = { x" + strings.Repeat(",x", 30_000) + "} print(#t, t[30001])"

// rehearsed is the script as a rehearsal runs it.
func rehearsed(t *testing.T, chunk *Chunk) *glua.FunctionProto {
	t.Helper()
	proto, err := chunk.rehearsal()
	if err != nil {
		t.Fatal(err)
	}
	return proto
}

func constants(proto *glua.FunctionProto) string {
	var b strings.Builder
	for _, c := range proto.Constants {
		b.WriteString(c.String() + " ")
	}
	return b.String()
}

func mustParse(t *testing.T, source string) *Chunk {
	t.Helper()
	chunk, err := Parse("plan.lua", []byte(source))
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return chunk
}
