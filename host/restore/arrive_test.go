package restore

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// here is a PC where the store never was: everything of it is to lie below dir.
func here(dir string, tools firebird.Tools) (*Restorer, Arrival) {
	r, _ := parts(dir, tools, firebird.Database{})
	at := func(name string) string { return filepath.Join(dir, "loja", filepath.FromSlash(name)) }
	r.State = at("state")
	return r, Arrival{
		Database: copies.Database{
			Name: "loja", At: firebird.Database{Path: at("dados/LOJA.FDB")}, Files: []string{at("modelos/**")},
		},
		Files: []Laid{{at("scripts/a.lua"), copies.PartConfig, []byte("a")}, {at("state/sequence"), copies.PartState, []byte("9")}, {at("djscript.toml"), copies.PartConfig, []byte("[store]")}},
	}
}

// arrives brings a store.
func arrives(ctx context.Context, r *Restorer, a Arrival, path string) (*Result, error) {
	c, err := copies.Open(path)
	if err != nil {
		return nil, err
	}
	a.Copy = c
	if a.Whole, err = copies.OpenWhole(ctx, c, nil); err != nil {
		return nil, err
	}
	l, err := r.LookArrival(a)
	if err != nil {
		return nil, errors.Join(err, a.Whole.Close())
	}
	result, err := r.Arrive(ctx, l)
	return result, errors.Join(err, l.Close())
}

// brought wants the whole store there.
func (s *store) brought(dir, then string) {
	s.Helper()
	got := tree(s, filepath.Join(dir, "loja"))
	maps.DeleteFunc(got, func(name, _ string) bool {
		return name == "dados/LOJA.FDB" || strings.HasPrefix(name, "state/restores")
	})
	want := map[string]string{"scripts/a.lua": "a", "state/sequence": "9", "djscript.toml": "[store]"}
	for name, text := range modelsThen {
		want["modelos/"+name] = text
	}
	if !sameTree(got, want) {
		s.Errorf("there is %v", got)
	}
	db := s.db.At
	db.Path = filepath.Join(dir, "loja", "dados", "LOJA.FDB")
	if content(s, db) != then {
		s.Error("the database is not what was copied")
	}
}

func sameTree(a, b map[string]string) bool {
	for name, text := range a {
		if b[name] != text {
			return false
		}
	}
	return len(a) == len(b)
}

// Killed at any step, and ended by whoever comes next: nothing of the store is there, or all of it; and as long as it is not
// ended, no folder looks like a store that is not whole.
func TestKilledAtEveryStepOfAnArrival(t *testing.T) {
	s, _, c := modelled(t)
	then := content(t, s.db.At)
	nothing, whole := 0, 0
	for at, killed := 1, true; killed; at++ {
		dir := filepath.Join(filepath.Dir(s.db.At.Path), "pc")
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		killed = s.diesOf(dying{Copy: c.Places[0].Path, At: at, To: dir})
		r, _ := here(dir, firebirdtest.Tools(t))
		if exists(filepath.Join(dir, "loja", "djscript.toml")) {
			if killed {
				s.brought(dir, then)
			}
		}
		told := r.Finish(t.Context())
		if _, err := os.Stat(filepath.Join(dir, "loja", "djscript.toml")); err != nil {
			nothing++
			if left := tree(t, filepath.Join(dir, "loja")); len(left) > 0 {
				t.Errorf("step %d: left is %v", at, left)
			}
			if code := message.Code(told); code != "" && code != "restore.undone" {
				t.Errorf("step %d: told %v", at, told)
			}
		} else {
			whole++
			s.brought(dir, then)
			if left, _ := filepath.Glob(filepath.Join(r.State, "restores*")); len(left) > 0 {
				t.Errorf("step %d: left is %v", at, left)
			}
			if code := message.Code(told); code != "" && code != "restore.finished" {
				t.Errorf("step %d: told %v", at, told)
			}
		}
		if again := r.Finish(t.Context()); again != nil || r.Pending() {
			t.Errorf("step %d: still not over: %v", at, again)
		}
		if t.Failed() {
			t.Fatalf("at step %d", at)
		}
	}
	t.Logf("nothing %d times, the whole store %d times", nothing, whole)
	if nothing < 3 || whole < 3 {
		t.Errorf("nothing %d times, the whole store %d times", nothing, whole)
	}
}

func TestWhatKeepsAnArrivalFromBeingDoneIsToldAtOnce(t *testing.T) {
	s, _, c := modelled(t)
	dir := filepath.Join(filepath.Dir(s.db.At.Path), "pc")
	r, a := here(dir, firebirdtest.Tools(t))
	plant(t, filepath.Join(dir, "loja"), map[string]string{"djscript.toml": "meu", "scripts/a.lua": "meu", "dados/LOJA.FDB": "meu"})
	before := tree(t, dir)
	_, err := arrives(t.Context(), r, a, c.Places[0].Path)
	for _, want := range []string{"djscript.toml", "LOJA.FDB"} {
		if message.Code(err) != "fs.exists" || !strings.Contains(err.Error(), want) {
			t.Errorf("%v says nothing of %s", err, want)
		}
	}
	if strings.Contains(err.Error(), "a.lua") || !sameTree(tree(t, dir), before) {
		t.Errorf("of a store every file is told, or something was touched: %v", err)
	}
	plant(t, filepath.Join(dir, "loja"), map[string]string{"scripts/a.lua": "meu", "state/sequence": "7"})
	_, err = arrives(t.Context(), r, a, c.Places[0].Path)
	for _, want := range []string{"a.lua", "sequence"} {
		if message.Code(err) != "fs.exists" || !strings.Contains(err.Error(), want) {
			t.Errorf("%v says nothing of %s", err, want)
		}
	}
	for code, change := range map[string]func(r *Restorer, a *Arrival){
		"arg.file":   func(_ *Restorer, a *Arrival) { a.Database.At.Path = "C:/DJ/LOJA.FDB" },
		"db.version": func(r *Restorer, _ *Arrival) { r.Prover.Bench.Tools.Version = firebird.Version{Major: 2, Minor: 5} },
	} {
		r, a := here(filepath.Join(t.TempDir(), "pc"), firebirdtest.Tools(t))
		change(r, &a)
		if _, err := arrives(t.Context(), r, a, c.Places[0].Path); message.Code(err) != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
}

// What fails midway leaves nothing, and touches nothing that was there; models that were there before are kept.
func TestAnArrivalThatFailsLeavesNothing(t *testing.T) {
	s, _, c := modelled(t)
	then := content(t, s.db.At)
	dir := filepath.Join(filepath.Dir(s.db.At.Path), "pc")
	r, a := here(dir, firebirdtest.Tools(t))
	mine := map[string]string{"modelos/nota.frx": "de fábrica", "outro.txt": "meu"}
	plant(t, filepath.Join(dir, "loja"), mine)
	n := 0
	r.died = func() {
		if n++; exists(a.Database.At.Path) { // the database has its place: now nothing more can be made
			for _, f := range a.Files {
				_ = os.MkdirAll(f.Path, 0o755)
			}
		}
	}
	if _, err := arrives(t.Context(), r, a, c.Places[0].Path); err == nil {
		t.Fatal("it did not fail")
	}
	for _, f := range a.Files {
		_ = os.Remove(f.Path)
	}
	if got := tree(t, filepath.Join(dir, "loja")); !sameTree(got, mine) {
		t.Errorf("left is %v", got)
	}
	r.died = nil
	result, err := arrives(t.Context(), r, a, c.Places[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	kept := tree(t, result.KeptFiles)
	if err := errors.Join(os.RemoveAll(filepath.Dir(result.KeptFiles)), os.Remove(filepath.Join(dir, "loja", "outro.txt"))); err != nil {
		t.Fatal(err)
	}
	s.brought(dir, then)
	found := false
	for _, text := range kept {
		found = found || text == "de fábrica"
	}
	if !found {
		t.Errorf("kept is %v", kept)
	}
}
