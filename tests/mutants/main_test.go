package main

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The table of this tree can be planted: every invariant has a bug, and every old text stands where it is said to.
func TestEveryInvariantHasAPlantedBug(t *testing.T) {
	all, err := load("../..", tablePath)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if _, err := os.Stat(filepath.Join("../..", m.Package)); err != nil {
			t.Errorf("%s: %v", m.Invariant, err)
		}
	}
	// Each promise of rotation and each rule of wiping is held by a test of its own, which has to find a bug by itself.
	for rule, name := range ownTests() {
		if !slices.ContainsFunc(all, func(m Mutant) bool {
			return m.Invariant == rule && strings.HasPrefix(m.Run, name) && !strings.Contains(m.Run, "|")
		}) {
			t.Errorf("%s: no bug is planted for %s alone", rule, name)
		}
	}
	// Whatever changes the data of a shop: each room, and each fault that a restore has to outlive.
	for what, is := range map[string]func(Mutant) string{
		"host/company host/restore host/recovery host/firebird host/primitive host/run host/layout host/loader host/exchange host/inbox": func(m Mutant) string { return path.Dir(m.File) },
		"F-15 F-16 F-17": func(m Mutant) string { fault, _, _ := strings.Cut(m.Invariant, ":"); return fault },
	} {
		for name := range strings.FieldsSeq(what) {
			if !slices.ContainsFunc(all, func(m Mutant) bool { return is(m) == name }) {
				t.Errorf("no bug is planted for %s", name)
			}
		}
	}
}

// ownTests are how the names of tests begin, by the rule that they hold.
func ownTests() map[string]string {
	tests := map[string]string{}
	for n := 1; n <= invariants; n++ {
		tests[fmt.Sprintf("I-%d", n)] = fmt.Sprintf("TestI%02d", n)
	}
	for n := 1; n <= wipingRules; n++ {
		tests[fmt.Sprintf("W-%d", n)] = fmt.Sprintf("TestW%d", n)
	}
	return tests
}

const wipingRules = 10

const source = `package small

func Least(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func Unseen(n int) int { return n + 1 }
`

const tests = `package small

import "testing"

func TestLeast(t *testing.T) {
	if Least(1, 2) != 1 {
		t.Error("not the least")
	}
}

func TestUnseen(t *testing.T) { Unseen(1) }
`

// small is a tree with one package, and a table that plants these bugs and one for every other invariant.
func small(t *testing.T, bugs ...Mutant) string {
	t.Helper()
	root := t.TempDir()
	var table strings.Builder
	for n := range invariants {
		m := Mutant{fmt.Sprintf("I-%d", n+1), "small.go", "a < b", "a > b", ".", "TestLeast"}
		if n < len(bugs) {
			m = bugs[n]
			m.Invariant = fmt.Sprintf("I-%d", n+1)
		}
		fmt.Fprintf(&table, "[[mutant]]\ninvariant = %q\nfile = %q\nold = %q\nnew = %q\npackage = %q\nrun = %q\n", m.Invariant, m.File, m.Old, m.New, m.Package, m.Run)
	}
	for name, text := range map[string]string{"go.mod": "module small\n\ngo 1.26\n", "small.go": source, "small_test.go": tests, tablePath: table.String()} {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestAPlantedBugIsFoundOrToldOf(t *testing.T) {
	root := small(t,
		Mutant{File: "small.go", Old: "n + 1", New: "n + 2", Package: ".", Run: "TestUnseen"},
		Mutant{File: "small.go", Old: "n + 1", New: "n + nothing", Package: ".", Run: "TestUnseen"},
		Mutant{File: "small.go", Old: "a < b", New: "b < a", Package: ".", Run: "TestNoSuch"},
		Mutant{File: "small.go", Old: "return a\n", New: "panic(a)\n", Package: ".", Run: "TestLeast"},
	)
	for only, want := range map[string]string{
		"I-1": survived, "I-2": unbuilt, "I-4": killed, "I-5": killed, "I-[45]": killed, "I-[14]": survived,
	} {
		var out bytes.Buffer
		err := mutants(t.Context(), root, only, &out)
		if (err == nil) != (want == killed) || !strings.Contains(out.String(), want) {
			t.Errorf("%s: %v\n%s", only, err, &out)
		}
		if want == killed && !strings.Contains(out.String(), "100 %") {
			t.Errorf("%s: the rate: %s", only, &out)
		}
	}
	if err := mutants(t.Context(), root, "I-3", new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), untested) {
		t.Errorf("no test has that name: %v", err)
	}
	if text, err := os.ReadFile(filepath.Join(root, "small.go")); err != nil || string(text) != source {
		t.Errorf("the tree was written to: %v", err)
	}
}

func TestRedTestsFindNothing(t *testing.T) {
	root := small(t)
	red := strings.Replace(tests, "!= 1", "!= 2", 1)
	if err := os.WriteFile(filepath.Join(root, "small_test.go"), []byte(red), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := mutants(t.Context(), root, "I-1", new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), "before anything is planted") {
		t.Error(err)
	}
}

func TestATableThatCanNotBePlantedIsRefused(t *testing.T) {
	for name, bug := range map[string]Mutant{
		"not once":          {File: "small.go", Old: "return b", New: "x", Package: ".", Run: "Test"},
		"0 times":           {File: "small.go", Old: "no such text", New: "x", Package: ".", Run: "Test"},
		"2 times":           {File: "small.go", Old: "int {", New: "x", Package: ".", Run: "Test"},
		"changes nothing":   {File: "small.go", Old: "a < b", New: "a < b", Package: ".", Run: "Test"},
		"names no test":     {File: "small.go", Old: "a < b", New: "x", Package: "."},
		"no such file":      {File: "other.go", Old: "a < b", New: "x", Package: ".", Run: "Test"},
		"or names no test":  {File: "small.go", Old: "a < b", New: "x", Package: ".", Run: "./small TestLeast"},
		"missing closing ]": {File: "small.go", Old: "a < b", New: "x", Package: ".", Run: "Test["},
	} {
		err := mutants(t.Context(), small(t, bug), "I-1", new(bytes.Buffer))
		if name == "not once" {
			name = "DOES NOT BUILD"
		}
		if err == nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name != "DOES NOT BUILD" && !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	root := small(t)
	file := filepath.Join(root, filepath.FromSlash(tablePath))
	if err := os.WriteFile(file, []byte("[[mutant]]\ninvariant = \"I-34\"\nwhy = \"x\"\n[[mutant]]\ninvariant = \"F-35: x\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := load(root, tablePath)
	for _, want := range []string{"mutant 1 (I-34 ): there is no such invariant", "mutant 2 (F-35: x ): there is no such invariant", "why means nothing", "I-1 has no planted bug", "I-33 has no planted bug"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not told: %v", want, err)
		}
	}
	if _, err := choose([]Mutant{{Invariant: "I-1"}}, "I-9"); err == nil {
		t.Error("what fits nothing is not told")
	}
}
