package sim

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/run"
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

func TestTheScriptsThatWeShipPassTheirTests(t *testing.T) {
	for _, file := range shipped(t) {
		if r := program(t).Test(t.Context(), file, filepath.Base(file), Options{Now: noTime}); !r.OK() {
			t.Errorf("%s: %s", file, summary(r))
		}
	}
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

// What the standard script tells doctor: of each database whether there is a proven copy, and of each destination that can be
// asked whether it has all that was made for it.
func TestTheStandardScriptTellsWhetherAllIsThere(t *testing.T) {
	s := after(t, 0)
	health := func() (good, wrong int, hints string) {
		t.Helper()
		host := &run.Host{Config: s.config, Builtin: s.program.Builtin, Now: s.clock, Entropy: s.entropy, World: s, Layers: s.layers}
		checks, err := host.Health(t.Context(), "default")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range checks {
			if c.OK {
				good++
				continue
			}
			wrong, hints = wrong+1, hints+c.Hint
		}
		return good, wrong, hints
	}
	if good, wrong, hints := health(); good != 2 || wrong != 1 || !strings.Contains(hints, "djscript backup") {
		t.Errorf("a new store: %d good, %d wrong, %q", good, wrong, hints)
	}
	s.absent["rede"] = true
	s.Run(t.Context(), backupOf())
	if good, wrong, _ := health(); good != 2 || wrong != 0 {
		t.Errorf("a destination that is away: %d good, %d wrong", good, wrong)
	}
	delete(s.absent, "rede")
	if good, wrong, hints := health(); good != 2 || wrong != 1 || hints != "djscript copies send --missing rede" {
		t.Errorf("one that is back: %d good, %d wrong, %q", good, wrong, hints)
	}
}
