package tests

import (
	"encoding/json"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// json PATH [WANT]: stdout is one JSON value and nothing else, and what lies at the path is WANT; without WANT it is
// only there. A path is names and numbers between dots, "#" for how many, "*" for any one: "copies.0.places.#". WANT
// is a regular expression that fits the whole of it; text stands for itself, all else as JSON writes it.
func cmdJSON(ts *testscript.TestScript, args []string) {
	if len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: json PATH [WANT]")
	}
	got := lookUp(ts, args[0])
	if len(args) == 2 && !regexp.MustCompile("^(?:"+args[1]+")$").MatchString(got) {
		ts.Fatalf("%s is %s, want %s", args[0], got, args[1])
	}
}

// jsonenv NAME PATH: keeps what lies there.
func cmdJSONEnv(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: jsonenv NAME PATH")
	}
	ts.Setenv(args[0], lookUp(ts, args[1]))
}

func lookUp(ts *testscript.TestScript, path string) string {
	decoder := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	decoder.UseNumber()
	var value any
	ts.Check(decoder.Decode(&value))
	if _, err := decoder.Token(); err != io.EOF {
		ts.Fatalf("there is more on stdout than one JSON value")
	}
	for name := range strings.SplitSeq(path, ".") {
		next, ok := within(value, name)
		if !ok {
			ts.Fatalf("%s: nothing at %s", path, name)
		}
		value = next
	}
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	ts.Check(err)
	return string(text)
}

func within(value any, name string) (any, bool) {
	switch v := value.(type) {
	case map[string]any:
		if name == "#" {
			return json.Number(strconv.Itoa(len(v))), true
		}
		next, ok := v[name]
		return next, ok
	case []any:
		if name == "#" {
			return json.Number(strconv.Itoa(len(v))), true
		}
		if i, err := strconv.Atoi(name); err == nil && i < len(v) {
			return v[i], true
		}
	}
	return nil, false
}

// says FILE: stderr is exactly that, with the story's variables filled in, "..." for what no story can know of a line,
// and a line of "..." for any number of lines.
func cmdSays(ts *testscript.TestScript, args []string) { compare(ts, "stderr", args) }

// shows FILE: the same of stdout.
func cmdShows(ts *testscript.TestScript, args []string) { compare(ts, "stdout", args) }

func compare(ts *testscript.TestScript, stream string, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: says FILE, shows FILE")
	}
	text, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	want := os.Expand(string(text), ts.Getenv)
	if got := ts.ReadFile(stream); !like(got, want) {
		ts.Fatalf("%s is\n%s\nand not\n%s", stream, got, want)
	}
}

// like compares texts: "..." is anything on its line, and a line of it alone any lines.
func like(got, want string) bool {
	pattern := ""
	for line := range strings.Lines(want) {
		if line == "...\n" {
			pattern += `(?:[^\n]*\n)*`
			continue
		}
		pattern += strings.ReplaceAll(regexp.QuoteMeta(line), `\.\.\.`, `[^\n]*`)
	}
	return regexp.MustCompile("^" + pattern + "$").MatchString(got)
}
