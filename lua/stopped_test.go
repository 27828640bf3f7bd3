package lua

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// limitReached is the cause of a context as a host words it.
type limitReached struct{}

func (limitReached) Error() string { return "it took longer than its limit of 5ms" }
func (limitReached) Code() string  { return "run.timeout" }
func (limitReached) Hint() string  { return "raise timeout" }

// Whoever sets a limit knows how long it is and where it stands.
func TestALimitIsToldInItsOwnWords(t *testing.T) {
	ctx, cancel := context.WithTimeoutCause(t.Context(), 5*time.Millisecond, limitReached{})
	defer cancel()
	chunk, err := Parse("s.lua", []byte("while true do end"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = New(ctx, Options{}).Run(chunk)
	run, ok := errors.AsType[*RunError](err)
	if !ok || run.Error() != "s.lua:1: it took longer than its limit of 5ms (run.timeout)" || run.Hint() != "raise timeout" || !errors.Is(err, limitReached{}) {
		t.Errorf("%v, hint %q", err, run.Hint())
	}
}

func TestMistakesNameWhatIsWrong(t *testing.T) {
	for source, want := range map[string]string{
		"table.insert({}, 1, 2, 3)":                       "store.lua:1: table.insert takes 2 or 3 arguments, and 4 were given (arg.count)",
		"table.insert({})":                                "store.lua:1: argument 2 of insert must be a value, but it is nothing (arg.type)",
		"math.random(0)":                                  "store.lua:1: argument 1 of random must be a whole number of at least 1, but it is the number 0 (arg.type)",
		"math.random(3, 1)":                               "store.lua:1: argument 2 of random must be a number that is not below the first, but it is the number 1 (arg.type)",
		`table.concat({ "a", "b", {}, "c" }, ",")`:        "store.lua:1: table.concat can not join a table, which is at [3] of the list (script.failed)",
		`table.concat({ "a" }, ",", 1, 2)`:                "store.lua:1: table.concat can not join nil, which is at [2] of the list (script.failed)",
		"local job = {} local t = { job.name } t[2]()":    "store.lua:1: what is called here is no function (script.failed)",
		"local t = {} t.a.b = 1":                          `store.lua:1: can not look up "b" in nil (script.failed)`,
		"local t = {} t.go()":                             `store.lua:1: "go" is no function (script.failed)`,
		"error()":                                         "store.lua:1: error was called without a message (script.failed)",
		"local _, e = pcall(error) assert(e == nil, 'x')": "",
	} {
		_, err := try(t, Options{}, source)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", source, got, want)
		}
	}
	for _, source := range []string{"error()", "table.insert({}, 1, 2, 3)", "local t = {} t[2]()", "table.concat { {} }", "math.random(0)", `return ("x"):rep(1e9)`} {
		if hint := fails(t, Options{}, source).Hint(); hint == "" || strings.Contains(hint, "file") {
			t.Errorf("%s: the hint is %q", source, hint)
		}
	}
}
