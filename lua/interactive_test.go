package lua

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func prompt(t *testing.T) func(string) (string, error) {
	t.Helper()
	state := New(t.Context(), Options{Interactive: true, Rehearse: true, Modules: map[string][]Func{"dj": demo()}})
	return func(line string) (string, error) {
		chunk, err := ParseLine("line", line)
		if err != nil {
			return "", err
		}
		values, err := state.Eval(chunk)
		var shown []string
		for _, v := range values {
			shown = append(shown, v.String())
		}
		return strings.Join(shown, ","), err
	}
}

func TestLinesOfAPromptShareTheirVariables(t *testing.T) {
	line := prompt(t)
	for _, c := range []struct{ line, want string }{
		{"1 + 1", "2"}, {"a = 5", ""}, {"a * 2", "10"}, {"local b, c = 1", ""}, {"b, c", "1,nil"}, {"local function f(n) if n == 0 then return 0 end return f(n - 1) end", ""},
		{"f(3)", "0"}, {"for i = 1, 2 do local inner = i; a = inner end", ""}, {"a", "2"}, {"function g() return 'g', 2 end", ""}, {"g()", "g,2"},
		{"local x", ""}, {"x == nil", "true"}, {"", ""}, {"-- nothing", ""}, {"return 7", "7"},
	} {
		if got, err := line(c.line); err != nil || got != c.want {
			t.Errorf("%s: %q, %v, want %q", c.line, got, err, c.want)
		}
	}
	if got, err := line("inner"); err == nil {
		t.Errorf("a variable of a block is there after it: %s", got)
	}
}

func TestAPromptKeepsWhatTheHostLends(t *testing.T) {
	line := prompt(t)
	for _, wrong := range []string{"dj = 1", "local dj = 1", "string = nil", "print = print", "dj.copy = 1"} {
		if _, err := line(wrong); err == nil {
			t.Errorf("%s was taken", wrong)
		}
	}
	if got, err := line("type(dj)"); err != nil || got != "table" {
		t.Error(got, err)
	}
}

func TestALineThatGoesOnIsUnfinished(t *testing.T) {
	line := prompt(t)
	for _, open := range []string{"for i = 1, 2 do", "f(", "t = {", "if true then", "function f()", "1 +", "x =", "(1"} {
		if _, err := line(open); !errors.Is(err, ErrUnfinished) {
			t.Errorf("%q: %v", open, err)
		}
	}
	for _, wrong := range []string{"end", "1 1", "x = = 2", ")", "'open"} {
		var syntax *SyntaxError
		if _, err := line(wrong); !errors.As(err, &syntax) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func TestCompleteGivesNamesThatGoOn(t *testing.T) {
	state := New(t.Context(), Options{Interactive: true, Modules: map[string][]Func{"dj": demo()}})
	chunk, err := ParseLine("line", `mine = { first = 1, second = { deep = 2 } }`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := state.Eval(chunk); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{
		"dj.copy.cr": {"dj.copy.create"}, "dj.co": {"dj.copy"}, "string.rep": {"string.rep"}, "mine.": {"mine.first", "mine.second"},
		"mine.second:de": {"mine.second:deep"}, "nowhere.x": nil, "dj.copy.create.x": nil, "toS": {},
	} {
		if diff := cmp.Diff(want, state.Complete(path)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	for _, name := range state.Complete("") {
		if strings.HasPrefix(name, "(") {
			t.Errorf("a guarded name is offered: %s", name)
		}
	}
}
