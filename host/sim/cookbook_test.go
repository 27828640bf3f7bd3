package sim

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/lua"
)

const cookbook = "../../examples"

// recipes are the scripts of the cookbook, without their tests, from its folder.
func recipes(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, pattern := range []string{"*.lua", "recovery/*.lua"} {
		all, err := filepath.Glob(filepath.Join(cookbook, pattern))
		if err != nil || len(all) == 0 {
			t.Fatalf("nothing in %s: %v", pattern, err)
		}
		for _, file := range all {
			name, err := filepath.Rel(cookbook, file)
			if err != nil {
				t.Fatal(err)
			}
			if !IsTest(name) {
				found = append(found, filepath.ToSlash(name))
			}
		}
	}
	slices.Sort(found)
	return found
}

func TestTheCookbookPassesItsTestsAndTorture(t *testing.T) {
	for _, recipe := range recipes(t) {
		t.Run(recipe, func(t *testing.T) {
			file := strings.TrimSuffix(recipe, ".lua") + "_test.lua"
			r := program(t).Test(t.Context(), filepath.Join(cookbook, file), file, Options{Torture: !testing.Short(), Now: noTime})
			if !r.OK() {
				t.Error(summary(r))
			}
			if len(r.Tests) < 4 {
				t.Errorf("only %d tests", len(r.Tests))
			}
		})
	}
}

func TestTheCookbookHasNothingThatTheCheckWouldTell(t *testing.T) {
	tests := run.Known()
	for _, f := range Functions() {
		if !strings.Contains(f.Name, ":") {
			tests.Modules["dj"] = append(tests.Modules["dj"], f)
		}
	}
	for _, recipe := range recipes(t) {
		inspected(t, recipe, run.Known())
		inspected(t, strings.TrimSuffix(recipe, ".lua")+"_test.lua", tests)
	}
}

func inspected(t *testing.T, file string, known lua.Known) {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(cookbook, file))
	if err != nil {
		t.Fatal(err)
	}
	chunk, err := lua.Parse(file, source)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range chunk.Inspect(known).Mistakes {
		t.Errorf("%s:%d: %s", m.File, m.Line, m.Message)
	}
}

// page is a README of the cookbook: the scripts of its table, and the lines of djscript.toml by script.
func page(t *testing.T, name string) (table []string, lines map[string]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(cookbook, name))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile(`(?m)^\|[^|]+\|[^|]+\| \[\w+\]\((\S+)\) \|$`).FindAllStringSubmatch(string(text), -1) {
		table = append(table, row[1])
	}
	lines = map[string]string{}
	for _, block := range regexp.MustCompile("(?s)### (\\w+)\n\n```toml\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		lines[block[1]] = block[2]
	}
	slices.Sort(table)
	return table, lines
}

func nameOf(recipe string) string { return strings.TrimSuffix(filepath.Base(recipe), ".lua") }

func TestTheCookbookSaysTheSameInBothLanguages(t *testing.T) {
	table, lines := page(t, "README.md")
	tabela, linhas := page(t, "README.pt-BR.md")
	if diff := cmp.Diff(recipes(t), table); diff != "" {
		t.Errorf("the folder, README.md: %s", diff)
	}
	if diff := cmp.Diff(table, tabela); diff != "" {
		t.Errorf("README.md, README.pt-BR.md: %s", diff)
	}
	if diff := cmp.Diff(lines, linhas); diff != "" {
		t.Errorf("README.md, README.pt-BR.md: %s", diff)
	}
	if len(lines) != len(table) {
		t.Errorf("%d scripts, and lines for %d", len(table), len(lines))
	}
}

func TestTheLinesOfTheCookbookGrantJustWhatItsScriptsNeed(t *testing.T) {
	_, lines := page(t, "README.md")
	for _, recipe := range recipes(t) {
		name := nameOf(recipe)
		granted := regexp.MustCompile(`(?m)^grants = .*$`).FindString(lines[name])
		if needed := grantsOf(t, recipe, lines[name]); granted != needed {
			t.Errorf("%s: granted, needed:\n%s\n%s", name, granted, needed)
		}
	}
}

// grantsOf checks the lines of a script, laid over the ordinary store, and gives the grants that it needs there.
func grantsOf(t *testing.T, recipe, lines string) string {
	t.Helper()
	name := nameOf(recipe)
	tables := map[string]any{}
	if err := toml.Unmarshal([]byte(lines), &tables); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	scripts, _ := tables["script"].(map[string]any)
	script, _ := scripts[name].(map[string]any)
	delete(script, "grants")
	text, err := laidOver(tables)
	if err != nil {
		t.Fatal(err)
	}
	folder, err := filepath.Abs(filepath.Join(cookbook, filepath.Dir(recipe)))
	if err != nil {
		t.Fatal(err)
	}
	p := program(t)
	p.Checks = append(p.Checks, run.CheckGrants)
	c, err := p.configure(name, folder, text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	host := &run.Host{Config: c, Builtin: p.Builtin, Now: noTime, Layers: p.layers(folder, c)}
	for _, m := range host.CheckEntries(t.Context()) {
		t.Errorf("%s: %s: %v", name, m.Key, m.Err)
	}
	var params []map[string]any
	for _, e := range run.Entries(c) {
		if of, _, _ := strings.Cut(e.Run, ":"); of == name {
			params = append(params, e.Params)
		}
	}
	program, err := host.Program(name)
	if err != nil {
		t.Fatal(err)
	}
	permit, err := host.Permit(name, program, params...)
	if err != nil {
		t.Fatal(err)
	}
	return permit.Line()
}
