package sim

import (
	"path/filepath"
	"testing"

	"github.com/djscript/djscript/lua"
)

// shipped are the tests of the scripts that come with the program.
func shipped(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"../../builtin/*_test.lua", "../../scripts/*_test.lua"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no tests in %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	return files
}

func TestTheScriptsThatWeShipPassTheirTestsAndTorture(t *testing.T) {
	for _, file := range shipped(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			p := program(t)
			p.Cover = &lua.Coverage{}
			r := p.Test(t.Context(), file, filepath.Base(file), Options{Torture: !testing.Short(), Now: noTime})
			if !r.OK() {
				t.Error(summary(r))
			}
			if !testing.Short() && r.Variations < 20 {
				t.Errorf("only %d variations", r.Variations)
			}
		})
	}
}
