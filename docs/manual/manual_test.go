// Package manual holds the manual against the program: what it names has to exist, in both languages.
package manual_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/builtin"
	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/sim"
	"github.com/djscript/djscript/lua"
)

var languages = []string{"pt-BR", "en"}

func TestBothLanguagesHaveTheSamePages(t *testing.T) {
	if diff := cmp.Diff(names(t, "pt-BR"), names(t, "en")); diff != "" {
		t.Errorf("pt-BR, en: %s", diff)
	}
}

func TestBothLanguagesSayTheSameWords(t *testing.T) {
	word := regexp.MustCompile("`((?:dj|job)[.:][a-z_.]+|[a-z]+\\.(?:[a-z_]+|\\*)|\\[+[a-z]+\\]+|--[a-z-]+)`")
	for _, name := range names(t, "en") {
		if diff := cmp.Diff(found(word, page(t, "pt-BR", name)), found(word, page(t, "en", name))); diff != "" {
			t.Errorf("%s, pt-BR and en: %s", name, diff)
		}
	}
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`)
	for _, file := range append(pages(t), "../../README.md", "../../README.pt-BR.md") {
		for _, to := range found(link, read(t, file)) {
			if strings.HasPrefix(to, "https://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), to)); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

func TestEveryPlaceOnAPageIsAHeading(t *testing.T) {
	link, heading := regexp.MustCompile(`\]\(([^)#:]*#[^)]+)\)`), regexp.MustCompile(`(?m)^##+ (.+)$`)
	sign := regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
	for _, file := range pages(t) {
		for _, to := range found(link, read(t, file)) {
			name, place, _ := strings.Cut(to, "#")
			target := filepath.Join(filepath.Dir(file), name)
			if name == "" {
				target = file
			}
			var places []string
			for _, words := range found(heading, read(t, target)) {
				places = append(places, strings.ReplaceAll(sign.ReplaceAllString(strings.ToLower(words), ""), " ", "-"))
			}
			if !slices.Contains(places, place) {
				t.Errorf("%s leads to %s, which is no heading there: %q", file, to, places)
			}
		}
	}
}

func TestEveryCommandExistsAndIsExplained(t *testing.T) {
	use := regexp.MustCompile(`(?:Use: |group\()"([a-z]+)[ "]`)
	known := found(use, source(t, "host/cli"))
	named := regexp.MustCompile("(?:`|    |djscript\\\\)djscript (?:-C \\S+ )?(?:--lang \\S+ )?([a-z]+)")
	for _, file := range append(pages(t), "../../README.md", "../../README.pt-BR.md") {
		for _, command := range found(named, read(t, file)) {
			if !slices.Contains(known, command) && command != "help" && command != "completion" { // the command library's own
				t.Errorf("%s names the command %q", file, command)
			}
		}
	}
	for _, language := range languages {
		text := page(t, language, "commands.md")
		for _, command := range known {
			if command != "djscript" && !strings.Contains(text, command) {
				t.Errorf("%s/commands.md says nothing of the command %q", language, command)
			}
		}
	}
}

func TestEveryErrorCodeExistsAndIsExplained(t *testing.T) {
	made := regexp.MustCompile(`(?:message\.New\(|message\.Wrap\([^",]+, |const code[A-Z]\w+ = )"([a-z]+\.[a-z_]+)"`)
	thrown := source(t, "host") + source(t, "lua")
	row := regexp.MustCompile("`([a-z]+\\.(?:[a-z_]+|\\*))`")
	for _, language := range languages {
		_, table, _ := strings.Cut(page(t, language, "trouble.md"), "| --- | --- | --- |")
		listed := found(row, firstCells(table))
		for _, code := range listed {
			if !strings.Contains(thrown, `"`+strings.TrimSuffix(code, "*")) {
				t.Errorf("%s/trouble.md explains %s, which nothing raises", language, code)
			}
		}
		for _, code := range found(made, thrown) {
			family, _, _ := strings.Cut(code, ".")
			if !slices.Contains(listed, code) && !slices.Contains(listed, family+".*") {
				t.Errorf("%s/trouble.md does not explain %s", language, code)
			}
		}
	}
}

func TestEveryPrimitiveExistsAndIsNamed(t *testing.T) {
	named := regexp.MustCompile(`\b(dj\.[a-z]+(?:\.[a-z_]+)?|job:[a-z]+)\b`)
	declared := regexp.MustCompile(`(?m)^function (dj\.[A-Za-z_.:]+)\(`)
	var known []string
	for _, name := range found(declared, stubs(t)) {
		noun, _, _ := strings.Cut(strings.TrimPrefix(name, "dj."), ".")
		known = append(known, strings.Replace(name, "dj.Job:", "job:", 1), "dj."+noun)
	}
	for _, language := range languages {
		for _, file := range names(t, language) {
			for _, name := range found(named, page(t, language, file)) {
				if !slices.Contains(known, name) {
					t.Errorf("%s/%s names %s", language, file, name)
				}
			}
		}
	}
}

func TestEveryScriptCompiles(t *testing.T) {
	for _, file := range append(pages(t), "../../README.md", "../../README.pt-BR.md") {
		for _, script := range blocks(read(t, file), "lua") {
			if _, err := lua.Parse(filepath.Base(file), []byte(script)); err != nil {
				t.Errorf("%s: %v\n%s", file, err, script)
			}
		}
	}
}

// Every job of every whole script runs, in a simulated store; what is no script runs line by line.
func TestEveryScriptRuns(t *testing.T) {
	ran := 0
	for _, file := range append(pages(t), "../../README.md", "../../README.pt-BR.md") {
		if filepath.Base(file) == "reference.md" {
			continue // the stubs' own examples, which run with them
		}
		for _, script := range blocks(read(t, file), "lua") {
			switch {
			case strings.Contains(script, "dj.test("), strings.Contains(script, "dj.txt.export("): // of the walk that a story follows
			case strings.Contains(script, "return dj.script {"):
				ran += runJobs(t, file, script)
			default:
				ran += runJobs(t, file, "return dj.script {\n  name = \"piece\",\n  jobs = {\n    whole = function()\n"+script+"\nend,\n  },\n}\n")
			}
		}
	}
	if ran < 20 {
		t.Errorf("only %d jobs and pieces ran", ran)
	}
}

// everyPower is a test of a job, in a store that grants its script everything.
const everyPower = `dj.test("NAME:JOB", function(sim)
  sim:config {
    notify = { owner = { url = "secret:owner", levels = { "info", "warning", "critical" } } },
    script = { ["NAME"] = { grants = { POWERS } } },
  }
  local run = sim:run("NAME:JOB")
  if run.error then error(run.error.code .. ": " .. run.error.message .. " " .. (run.error.where or "")) end
  dj.expect.contains({ "done", "degraded", "skipped" }, run.result)
end)
`

// powers are all there are, as Lua writes them.
func powers() string {
	var all strings.Builder
	for _, p := range run.Powers() {
		all.WriteString(strconv.Quote(p.Name) + ", ")
	}
	return all.String()
}

var (
	scriptName = regexp.MustCompile(`(?m)^  name = "([^"]+)"`)
	jobName    = regexp.MustCompile(`(?m)^    (\w+) = function`)
)

// runJobs runs each job of a script, and tells how many it has.
func runJobs(t *testing.T, file, script string) int {
	t.Helper()
	name := scriptName.FindStringSubmatch(script)[1]
	_, body, _ := strings.Cut(script, "  jobs = {")
	tests, jobs := "", found(jobName, body)
	for _, job := range jobs {
		tests += strings.NewReplacer("NAME", name, "JOB", job, "POWERS", powers()).Replace(everyPower)
	}
	dir := t.TempDir()
	for path, text := range map[string]string{name + ".lua": script, "page_test.lua": tests} {
		if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := &sim.Program{Defaults: []byte(read(t, "../../djscript.toml")), Builtin: builtin.Files, Checks: []config.Check{run.CheckGrants}}
	begun := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	report := p.Test(t.Context(), filepath.Join(dir, "page_test.lua"), filepath.Base(file), sim.Options{Now: func() time.Time { return begun }})
	if report.Err != nil {
		t.Errorf("%s: %v\n%s\n%s", file, report.Err, script, tests)
	}
	for _, one := range report.Tests {
		if one.Err != nil {
			t.Errorf("%s: %s: %v\n%s", file, one.Title, one.Err, script)
		}
	}
	return len(jobs)
}

func TestTheWholeExampleOfConfigurationIsRight(t *testing.T) {
	defaults := read(t, "../../djscript.toml")
	systems, err := fs.Sub(builtin.Files, "systems")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range languages {
		path := filepath.Join(t.TempDir(), "djscript.toml")
		for _, example := range blocks(page(t, language, "configuration.md"), "toml") {
			if err := os.WriteFile(path, []byte(example), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := config.Load(path, []byte(defaults), systems); err != nil {
				t.Errorf("%s: %v", language, err)
			}
		}
	}
}

func names(t *testing.T, language string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(language, "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("pages of %s: %v, %v", language, files, err)
	}
	var all []string
	for _, file := range files {
		all = append(all, filepath.Base(file))
	}
	return all
}

func pages(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, language := range languages {
		for _, name := range names(t, language) {
			all = append(all, filepath.Join(language, name))
		}
	}
	return all
}

func page(t *testing.T, language, name string) string {
	t.Helper()
	return read(t, filepath.Join(language, name))
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// source is all the Go of a room and of those within it, but for its tests.
func source(t *testing.T, room string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(filepath.Join("../..", room), func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			all.WriteString(read(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func stubs(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, folder := range []fs.FS{primitive.Stubs(message.English), sim.Stubs(message.English)} {
		files, err := fs.Glob(folder, "*.lua")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := fs.ReadFile(folder, file)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
	}
	return all.String()
}

// found gives what the first group of the pattern matches, each once, sorted.
func found(pattern *regexp.Regexp, text string) []string {
	var all []string
	for _, m := range pattern.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// firstCells are those of a table's rows, a line each.
func firstCells(table string) string {
	var all strings.Builder
	for line := range strings.Lines(table) {
		cells := strings.Split(line, " | ")
		if strings.HasPrefix(line, "| ") && len(cells) == 3 {
			all.WriteString(cells[0] + "\n")
		}
	}
	return all.String()
}

// blocks are the fenced blocks of that language.
func blocks(text, language string) []string {
	var all []string
	for _, part := range strings.Split(text, "\n```"+language+"\n")[1:] {
		code, _, _ := strings.Cut(part, "\n```")
		all = append(all, code+"\n")
	}
	return all
}
