package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/sim"
	"github.com/djscript/djscript/lua"
)

// testFlags are those of djscript test.
type testFlags struct {
	only     string
	coverage bool
	lines    bool
	torture  bool
}

func (a *app) testCommand() *cobra.Command {
	var flags testFlags
	c := &cobra.Command{
		Use: "test [PATH...]", Short: message.Text("cli.test_short", nil), Long: message.Text("cli.test_long", nil), Args: between(0, -1),
		Example: "  djscript test\n  djscript test scripts/closing_test.lua --run \"pen drive\"\n  djscript test --coverage --lines\n  djscript test --torture",
		RunE:    func(c *cobra.Command, args []string) error { return a.test(c.Context(), args, flags) },
	}
	c.Flags().StringVar(&flags.only, "run", "", message.Text("cli.flag_only", nil))
	c.Flags().BoolVar(&flags.coverage, "coverage", false, message.Text("cli.flag_coverage", nil))
	c.Flags().BoolVar(&flags.lines, "lines", false, message.Text("cli.flag_lines", nil))
	c.Flags().BoolVar(&flags.torture, "torture", false, message.Text("cli.flag_torture", nil))
	return c
}

func (a *app) test(ctx context.Context, paths []string, flags testFlags) error {
	files, err := a.testFiles(paths)
	if err != nil {
		return err
	}
	program := &sim.Program{Defaults: a.Config, Builtin: a.Builtin, Checks: []config.Check{checkSchedule, run.CheckGrants}}
	if flags.coverage || flags.lines {
		program.Cover = &lua.Coverage{}
	}
	o := sim.Options{Only: flags.only, Torture: flags.torture, Now: a.now}
	t := &tester{app: a, flags: flags, cover: program.Cover}
	for _, file := range files {
		report := program.Test(ctx, a.below(file), filepath.ToSlash(file), o)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if flags.only != "" && len(report.Tests) == 0 && report.Err == nil {
			continue
		}
		t.reports = append(t.reports, report)
		if !a.json {
			t.tell(report)
		}
	}
	return t.end()
}

// testFiles are the tests that the paths mean, each once; without paths, those of the store's scripts, or those beneath
// the folder where there is no store.
func (a *app) testFiles(paths []string) ([]string, error) {
	named := len(paths) > 0
	if !named {
		paths = []string{"scripts"}
		if _, err := os.Stat(filepath.Join(a.dir, "scripts")); err != nil {
			paths = []string{"."}
		}
	}
	var found []string
	for _, path := range paths {
		below, err := a.testsBelow(path)
		if err != nil {
			return nil, err
		}
		found = append(found, below...)
	}
	if len(found) == 0 {
		return nil, message.New("arg.file", "cli.test_nothing", message.Args{"path": strings.Join(paths, ", ")})
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

func (a *app) testsBelow(path string) ([]string, error) {
	root := a.below(path)
	info, err := os.Stat(root)
	if err != nil {
		return nil, message.Wrap(err, "arg.file", "cli.test_unreadable", message.Args{"path": path})
	}
	if !info.IsDir() && !sim.IsTest(path) {
		return nil, message.New("arg.file", "cli.test_none", message.Args{"path": path, "test": testOf(path)})
	}
	if !info.IsDir() {
		return []string{filepath.Clean(path)}, nil
	}
	var found []string
	err = filepath.WalkDir(root, func(p string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && p != root && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case entry.IsDir() || !sim.IsTest(p):
			return nil
		}
		relative, err := filepath.Rel(root, p)
		found = append(found, filepath.Join(path, relative))
		return err
	})
	if err != nil {
		return nil, message.Wrap(err, "arg.file", "cli.test_unreadable", message.Args{"path": path})
	}
	return found, nil
}

// testOf is where the tests of a script lie; of anything else, how a file of tests is called.
func testOf(path string) string {
	script, ok := strings.CutSuffix(path, ".lua")
	if !ok {
		return "*_test.lua"
	}
	return script + "_test.lua"
}

// below is a path as it counts from the folder that the command works in.
func (a *app) below(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(a.dir, path)
}

// tester is what is told of tests.
type tester struct {
	*app
	flags   testFlags
	cover   *lua.Coverage
	reports []*sim.Report
}

// tell writes a file's line, and what failed in it.
func (t *tester) tell(r *sim.Report) {
	word := message.Text("cli.test_ok", nil)
	if !r.OK() {
		word = message.Text("cli.test_failed", nil)
	}
	counts := []string{message.Plural("cli.test_count", len(r.Tests), nil)}
	if n := r.Failed(); n > 0 {
		counts = append(counts, message.Plural("cli.test_failures", n, nil))
	}
	if t.flags.torture {
		counts = append(counts, message.Plural("cli.test_variations", r.Variations, nil))
		if n := len(r.Violations); n > 0 {
			counts = append(counts, message.Plural("cli.test_violations", n, nil))
		}
	}
	fmt.Fprintf(t.out, "%-6s%s  %s  %s\n", word, r.File, strings.Join(counts, ", "), seconds(r.Seconds))
	if r.Err != nil {
		t.tellFailure("  ", r.Err)
	}
	for _, one := range r.Tests {
		if one.Err != nil {
			t.tellTest(one)
		}
	}
	for _, v := range r.Violations {
		fmt.Fprintf(t.out, "\n  %s  (%s)\n", v.Where, v.Test)
		t.tellFailure("    ", v.Err)
	}
	if !r.OK() {
		fmt.Fprintln(t.out)
	}
}

func (t *tester) tellTest(one *sim.Test) {
	fmt.Fprintf(t.out, "\n  %s\n", one.Title)
	t.tellFailure("    ", one.Err)
	for _, line := range one.Printed {
		fmt.Fprintf(t.out, "    | %s\n", line)
	}
	if one.Run == nil {
		return
	}
	fmt.Fprintf(t.out, "    %s\n", message.Text("cli.test_run", message.Args{"target": one.Run.Target, "exit": one.Run.Exit}))
	for _, joined := range one.Run.Errs {
		for _, err := range flatten(joined) {
			t.tellFailure("      ", err)
		}
	}
}

// tellFailure writes an error with the line it comes from and its cure, each line set in. Words of several lines, such
// as two values that differ, stand beneath each other.
func (t *tester) tellFailure(indent string, err error) {
	text, hint := words(err)
	lines := []string{text}
	if failed, ok := errors.AsType[*lua.RunError](err); ok {
		lines = placed(failed)
	}
	for _, line := range lines {
		fmt.Fprintln(t.out, indent+strings.ReplaceAll(line, "\n", "\n"+indent))
	}
	if hint != "" {
		fmt.Fprintf(t.out, "%s→ %s\n", indent, hint)
	}
}

// placed is what a script's failure says, and its place and line.
func placed(failed *lua.RunError) []string {
	text, where := failed.Err.Message(), failed.Err.Where
	var excerpt []string
	if failed.Excerpt != "" {
		excerpt = []string{"    " + failed.Excerpt}
	}
	switch {
	case where == "":
		return append([]string{text}, excerpt...)
	case strings.Contains(text, "\n"):
		return append(append([]string{where}, excerpt...), text)
	}
	return append([]string{where + ": " + text}, excerpt...)
}

func (t *tester) end() error {
	tests, failed, wrong := 0, 0, 0
	for _, r := range t.reports {
		tests += len(r.Tests)
		failed += r.Failed()
		if !r.OK() {
			wrong++
		}
	}
	if tests == 0 && wrong == 0 {
		return message.New("arg.value", "cli.test_no_such", message.Args{"text": t.flags.only})
	}
	var err error
	if t.json {
		err = t.printJSON(t.whole())
	} else {
		t.tellCoverage()
		t.tellEnd(tests, failed, wrong)
	}
	if wrong > 0 {
		err = errors.Join(err, ended(run.ExitFailed))
	}
	return err
}

func (t *tester) tellEnd(tests, failed, wrong int) {
	switch {
	case failed > 0:
		fmt.Fprintln(t.out, message.Plural("cli.test_some_failed", tests, message.Args{"failed": failed}))
	case wrong > 0:
		fmt.Fprintln(t.out, message.Plural("cli.test_files_wrong", wrong, nil))
	default:
		fmt.Fprintln(t.out, message.Plural("cli.test_all_well", tests, nil))
	}
}

// tellCoverage writes how much of each script ran, and on request the lines that never did.
func (t *tester) tellCoverage() {
	if t.cover == nil {
		return
	}
	for _, f := range t.covered() {
		missed := f.Missed()
		fmt.Fprintf(t.out, "%5.1f %%  %s\n", covered(f), f.Name)
		for _, line := range missed {
			if t.flags.lines {
				fmt.Fprintf(t.out, "         %s:%d  %s\n", f.Name, line, strings.TrimSpace(f.Line(line)))
			}
		}
	}
}

// covered are the scripts that ran: the store's own before those that come with djscript.
func (t *tester) covered() []*lua.CoveredFile {
	builtin := func(f *lua.CoveredFile) bool {
		_, err := fs.Stat(t.Builtin, f.Name)
		return err == nil
	}
	var own, others []*lua.CoveredFile
	for _, f := range t.cover.Files() {
		if builtin(f) {
			others = append(others, f)
		} else {
			own = append(own, f)
		}
	}
	return append(own, others...)
}

// covered is the share of a script's lines that ran.
func covered(f *lua.CoveredFile) float64 {
	if len(f.Hits) == 0 {
		return 100
	}
	return 100 * float64(len(f.Hits)-len(f.Missed())) / float64(len(f.Hits))
}

// seconds is a short time for a person.
func seconds(n float64) string {
	text := fmt.Sprintf("%.2f s", n)
	if message.Language() == message.Portuguese {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

type (
	testedFile struct {
		File       string          `json:"file"`
		OK         bool            `json:"ok"`
		Seconds    float64         `json:"seconds"`
		Tests      []testedCase    `json:"tests"`
		Error      *failure        `json:"error,omitempty"`
		Variations int             `json:"variations,omitempty"`
		Violations []testViolation `json:"violations,omitempty"`
	}
	testedCase struct {
		Title   string   `json:"title"`
		Where   string   `json:"where"`
		OK      bool     `json:"ok"`
		Seconds float64  `json:"seconds"`
		Error   *failure `json:"error,omitempty"`
	}
	testViolation struct {
		failure
		Test string `json:"test"`
	}
	coveredScript struct {
		Script  string  `json:"script"`
		Percent float64 `json:"percent"`
		Missed  []int   `json:"missed"`
	}
)

// whole is everything in JSON.
func (t *tester) whole() map[string]any {
	files := []testedFile{}
	ok := true
	for _, r := range t.reports {
		ok = ok && r.OK()
		files = append(files, tested(r))
	}
	all := map[string]any{"ok": ok, "files": files}
	if t.cover != nil {
		scripts := []coveredScript{}
		for _, f := range t.covered() {
			scripts = append(scripts, coveredScript{Script: f.Name, Percent: covered(f), Missed: append([]int{}, f.Missed()...)})
		}
		all["coverage"] = scripts
	}
	return all
}

func tested(r *sim.Report) testedFile {
	f := testedFile{File: r.File, OK: r.OK(), Seconds: r.Seconds, Tests: []testedCase{}, Error: described(r.Err), Variations: r.Variations}
	for _, one := range r.Tests {
		f.Tests = append(f.Tests, testedCase{Title: one.Title, Where: one.Where, OK: one.Err == nil, Seconds: one.Seconds, Error: described(one.Err)})
	}
	for _, v := range r.Violations {
		told := describe(v.Err)
		told.Where = v.Where
		f.Violations = append(f.Violations, testViolation{failure: told, Test: v.Test})
	}
	return f
}

// described is an error in JSON, or nothing.
func described(err error) *failure {
	if err == nil {
		return nil
	}
	told := describe(err)
	return &told
}
