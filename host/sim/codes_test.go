package sim

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// The list is written by hand: it holds every code of what primitives stand on, and none that nothing raises.
func TestTheCodesAreThoseThatPrimitivesRaise(t *testing.T) {
	if !slices.IsSorted(codes) {
		t.Error("the codes are not in the order of the alphabet")
	}
	below := raised(t, "primitive", "restore", "recovery", "copies", "company", "retention", "firebird", "drive", "zipfile", "secret", "lock", "notify", "layout", "exchange", "loader", "inbox")
	for _, code := range below {
		if !slices.Contains(codes, code) {
			t.Errorf("%s is not listed", code)
		}
	}
	for _, code := range codes {
		if !slices.Contains(below, code) && !slices.Contains(raised(t, "run"), code) {
			t.Errorf("nothing raises %s", code)
		}
	}
}

// raised are the codes that the sources of these packages name.
func raised(t *testing.T, packages ...string) []string {
	t.Helper()
	made := regexp.MustCompile(`(?:message\.New\(|message\.Wrap\([^",]+, |code[A-Z]\w+\s+= )"([a-z]+\.[a-z_]+)"`)
	var found []string
	for _, name := range packages {
		files, err := filepath.Glob(filepath.Join("..", name, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no sources of %s: %v", name, err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range made.FindAllStringSubmatch(string(source), -1) {
				found = append(found, m[1])
			}
		}
	}
	return found
}
