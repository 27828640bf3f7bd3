package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// How tests, and planted bugs, end.
const (
	green    = "green"
	killed   = "killed"
	survived = "SURVIVED"
	unbuilt  = "DOES NOT BUILD"
	untested = "NO TEST RAN"
	unplaced = "NOT PLANTED"
)

// verdict is how a planted bug fared.
type verdict struct {
	Mutant
	result string
	took   time.Duration
	output string // of the tests, where it is wanted
}

// String is one line; where the bug was not found, what the tests said follows.
func (v verdict) String() string {
	line := fmt.Sprintf("%-14s %-5s %s  %s %s  %.1fs", v.result, v.Invariant, v.File, v.Package, v.Run, v.took.Seconds())
	if v.result == killed {
		return line + "  " + finder.FindString(v.output)
	}
	if v.output == "" {
		return line
	}
	return line + "\n" + brief(v.output)
}

// finder is the first test that found a bug.
var finder = regexp.MustCompile(`--- FAIL: \S+|panic: .*`)

// What is shown of what tests say: properties tell all that they drew, in lines of many kilobytes.
const (
	shownLines = 12
	shownBytes = 200
)

// brief are the first lines of what tests said.
func brief(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	for i, line := range lines {
		lines[i] = "    " + line[:min(len(line), shownBytes)]
	}
	return strings.Join(lines[:min(len(lines), shownLines)], "\n")
}

// tree is the source that bugs are planted in, and a folder for what is planted.
type tree struct{ root, work string }

// judge wakes one bug and runs its tests. One that is not woven in, or sleeps in the processes that tests start, is planted
// alone.
func (t *tree) judge(ctx context.Context, m Mutant, bug int, in *woven) verdict {
	began := time.Now()
	if in != nil && in.bugs[bug] {
		if ended := in.run(ctx, m.Run, bug); ended.result == killed {
			return verdict{m, killed, time.Since(began), ended.output}
		}
	}
	overlay, err := t.plant(m, fmt.Sprint(bug))
	if err != nil {
		return verdict{m, unplaced, 0, err.Error()}
	}
	ended := t.test(ctx, m.Package, m.Run, overlay)
	result := ended.result
	if result == green {
		result = survived
	}
	return verdict{m, result, time.Since(began), ended.output}
}

// plant writes the file with its bug, and the overlay that puts it in the place of the real one.
func (t *tree) plant(m Mutant, name string) (overlay string, err error) {
	text, err := m.planted(t.root)
	if err != nil {
		return "", err
	}
	real, err := filepath.Abs(filepath.Join(t.root, filepath.FromSlash(m.File)))
	if err != nil {
		return "", err
	}
	mutated := filepath.Join(t.work, name+"-"+filepath.Base(m.File))
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {real: mutated}})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(t.work, name+".json")
	if err := os.WriteFile(mutated, []byte(text), 0o600); err != nil {
		return "", err
	}
	return overlay, os.WriteFile(overlay, replace, 0o600)
}

// ended is how the tests of a package ended.
type ended struct{ result, output string }

// longest is how long tests may take: a bug that never ends is found too. Before anything is planted all those of a package
// run one after the other.
const (
	longest    = 5 * time.Minute
	longestAll = time.Hour
)

// histories are how many the properties of rotation draw while a bug is planted: some take more luck than "make test" has. A
// bug that is found ends the drawing.
const histories = "200000"

// test runs tests of a package, with an overlay or without.
func (t *tree) test(ctx context.Context, pkg, run, overlay string) ended {
	limit := longestAll
	if overlay != "" {
		limit = longest
	}
	args := []string{"test", "-vet=off", "-ldflags=-s -w", "-count=1", "-failfast", "-timeout", limit.String(), "-run", run}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	args = append(append(args, pkg), t.quiet(pkg)...)
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = t.root
	if overlay != "" {
		command.Env = append(os.Environ(), "HISTORIES="+histories)
	}
	output, err := command.CombinedOutput()
	return judged(string(output), err)
}

// judged reads what tests said.
func judged(text string, err error) ended {
	switch {
	case strings.Contains(text, "[build failed]") || strings.Contains(text, "[setup failed]"):
		return ended{unbuilt, text}
	case strings.Contains(text, "--- FAIL:") || strings.Contains(text, "panic: "):
		return ended{killed, text}
	case err != nil:
		return ended{unbuilt, text + err.Error()}
	case strings.Contains(text, "no tests to run") || strings.Contains(text, "[no test files]"):
		return ended{untested, text}
	}
	return ended{green, text}
}

// quiet are the flags with which a failing property leaves nothing behind.
func (t *tree) quiet(pkg string) []string {
	if t.draws(pkg) {
		return []string{"-rapid.nofailfile", "-rapid.shrinktime=1s"}
	}
	return nil
}

// draws tells whether tests of a package draw their cases with rapid, and so know its flags.
func (t *tree) draws(pkg string) bool {
	files, err := filepath.Glob(filepath.Join(t.root, filepath.FromSlash(pkg), "*_test.go"))
	if err != nil {
		return false
	}
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && strings.Contains(string(text), `"pgregory.net/rapid"`) {
			return true
		}
	}
	return false
}
