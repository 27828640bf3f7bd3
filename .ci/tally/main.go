// Command tally reads what "go test -json" says, shows one line a package and all that a failed test wrote, and ends
// with "N passed, N failed". A skipped test is a failed test: it exits 1 for either, and also when nothing ran.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

// event is one line of "go test -json"; see "go doc test2json".
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

type tally struct {
	written                 map[string][]string // by package and test
	passed, failed, skipped int
	blamed                  map[string]int // failures by package, so that a package is not blamed twice
}

func main() {
	t := &tally{written: map[string][]string{}, blamed: map[string]int{}}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Println(lines.Text())
			continue
		}
		t.take(e)
	}
	fmt.Print(t.line())
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
	if t.failed+t.skipped > 0 || t.passed == 0 {
		os.Exit(1)
	}
}

func (t *tally) take(e event) {
	of := e.Package + e.ImportPath + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		t.written[of] = append(t.written[of], e.Output)
		return
	case "pass":
		if e.Test != "" {
			t.passed++
		}
	case "skip":
		if e.Test != "" {
			t.skipped++
			t.show("SKIPPED", e, of)
		}
	case "fail", "build-fail":
		t.fail(e, of)
	default:
		return
	}
	if e.Test == "" && e.Action == "pass" {
		fmt.Printf("ok    %-40s %s\n", short(e.Package), time.Duration(e.Elapsed*float64(time.Second)).Round(10*time.Millisecond))
	}
	delete(t.written, of)
}

// fail counts a failed test, and a package that failed with none of its tests: it did not build, or it ended early.
func (t *tally) fail(e event, of string) {
	if e.Test == "" && t.blamed[e.Package] > 0 {
		fmt.Printf("FAIL  %s\n", short(e.Package))
		return
	}
	t.blamed[e.Package]++
	if e.Action == "fail" {
		t.failed++
	}
	t.show("FAIL", e, of)
}

func (t *tally) show(word string, e event, of string) {
	fmt.Printf("%s  %s %s\n%s", word, short(e.Package+e.ImportPath), e.Test, strings.Join(t.written[of], ""))
}

func (t *tally) line() string {
	text := fmt.Sprintf("\n%d passed, %d failed", t.passed, t.failed)
	if t.skipped > 0 {
		text += fmt.Sprintf(", %d skipped", t.skipped)
	}
	return text + "\n"
}

func short(name string) string { return strings.TrimPrefix(name, "github.com/djscript/djscript/") }
