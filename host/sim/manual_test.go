package sim

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// The manual's example is one that works: each of its blocks is the file that its first line names.
func TestTheExampleOfTheManualPasses(t *testing.T) {
	block := regexp.MustCompile("(?s)\n```lua\n-- (scripts/[a-z_]+\\.lua)\n(.*?)\n```\n")
	for _, language := range []string{"en", "pt-BR"} {
		page, err := os.ReadFile(filepath.Join("../../docs/manual", language, "testing.md"))
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "scripts"), 0o755); err != nil {
			t.Fatal(err)
		}
		var tests []string
		for _, m := range block.FindAllStringSubmatch(string(page), -1) {
			path := filepath.Join(dir, filepath.FromSlash(m[1]))
			if err := os.WriteFile(path, []byte(m[2]), 0o600); err != nil {
				t.Fatal(err)
			}
			if IsTest(path) {
				tests = append(tests, path)
			}
		}
		if len(tests) != 1 {
			t.Fatalf("%s: the page shows the tests %v", language, tests)
		}
		r := program(t).Test(t.Context(), tests[0], "closing_test.lua", Options{Torture: true, Now: noTime})
		if !r.OK() || len(r.Tests) != 3 {
			t.Errorf("%s: %s", language, summary(r))
		}
	}
}
