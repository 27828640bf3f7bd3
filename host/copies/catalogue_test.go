package copies

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

func TestTheCatalogueIsZipsPlusLedgers(t *testing.T) {
	m, d := store(t)
	first := create(t, m, d, VerifyRestore)
	second := create(t, m, d, VerifyNever)
	list := func() []string {
		all, _, err := m.catalogue().List(t.Context(), Filter{})
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, c := range all {
			said = append(said, c.Seq+" "+c.State)
		}
		return said
	}
	want := []string{"2 sealed", "1 verified"}
	if diff := cmp.Diff(want, list()); diff != "" {
		t.Fatal(diff)
	}
	t.Run("without ledgers the zips and their proofs say it", func(t *testing.T) {
		for _, to := range m.Destinations {
			if err := os.Rename(filepath.Join(to.Path, ".djscript"), filepath.Join(to.Path, "gone")); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, list()); diff != "" {
			t.Error(diff)
		}
		for _, to := range m.Destinations {
			if err := os.Rename(filepath.Join(to.Path, "gone"), filepath.Join(to.Path, ".djscript")); err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("without proofs the ledger says it", func(t *testing.T) {
		for _, p := range first.Places {
			if err := os.Remove(p.Path + proofSuffix); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, list()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a number is never given twice", func(t *testing.T) {
		if err := os.Remove(filepath.Join(m.State, SequenceName)); err != nil {
			t.Fatal(err)
		}
		if third := create(t, m, d, VerifyNever); third.Seq != "3" {
			t.Errorf("the third copy has number %s", third.Seq)
		}
	})
	t.Run("a copy that is gone from one place is missed there", func(t *testing.T) {
		if err := os.Remove(second.Places[1].Path); err != nil {
			t.Fatal(err)
		}
		found, err := m.catalogue().Find(t.Context(), "2")
		if err != nil {
			t.Fatal(err)
		}
		var states []string
		for _, p := range found.Places {
			states = append(states, p.State)
		}
		if diff := cmp.Diff([]string{Present, Missing}, states); diff != "" {
			t.Error(diff)
		}
	})
}

func TestDamageIsFoundByTheHashAndKeptInTheLedger(t *testing.T) {
	m, d := store(t)
	made := create(t, m, d, VerifyRestore)
	flip(t, made.Places[0].Path, made.Places[0].Bytes/2)
	checked, err := m.catalogue().Check(t.Context(), made)
	if message.Code(err) != "copy.bad" || !strings.Contains(err.Error(), made.Places[0].Path) {
		t.Fatalf("checked: %v", err)
	}
	if checked.Places[0].State != Bad || checked.Places[1].State != Present || checked.State != Verified {
		t.Errorf("places %+v, state %s", checked.Places, checked.State)
	}
	found, err := m.catalogue().Find(t.Context(), "newest")
	if err != nil || found.Places[0].State != Bad {
		t.Errorf("afterwards: %+v, %v", found.Places, err)
	}
	if _, _, err := Extract(t.Context(), Copy{Name: made.Name, Places: made.Places[:1]}, t.TempDir(), nil); message.Code(err) != "copy.bad" {
		t.Errorf("extracted: %v", err)
	}
}

func TestACopyOfAnotherStoreIsToldAndNotListed(t *testing.T) {
	m, d := store(t)
	create(t, m, d, VerifyNever)
	other := m.catalogue()
	other.Store = "outra"
	all, problems, err := other.List(t.Context(), Filter{})
	if err != nil || len(all) > 0 || len(problems) != 2 || message.Code(problems[0]) != "copy.foreign" {
		t.Errorf("listed %v, problems %v, error %v", all, problems, err)
	}
}

func TestModelsAndConfigurationLieInTheCopyAndComeOutAgain(t *testing.T) {
	m, d := store(t)
	models := filepath.Join(t.TempDir(), "modelos")
	for name, text := range map[string]string{"etiqueta.txt": "E", "ação/orçamento.xml": "O", "acao/orcamento.xml": "P"} {
		path := filepath.Join(models, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	d.Files = []string{filepath.Join(models, "**")}
	made := create(t, m, d, VerifyNever)
	dir := filepath.Join(t.TempDir(), "out")
	files, _, err := Extract(t.Context(), made, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		relative, _ := filepath.Rel(dir, f)
		names = append(names, filepath.ToSlash(relative))
	}
	slices.Sort(names)
	want := []string{"config/djscript.toml", "files/acao/orcamento-2.xml", "files/acao/orcamento.xml", "files/etiqueta.txt", "loja.fbk"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestAFullDestinationIsMissedAndTheOtherHolds(t *testing.T) {
	m, d := store(t)
	if err := os.RemoveAll(m.Destinations[1].Path); err != nil {
		t.Fatal(err)
	}
	set, err := m.Create(t.Context(), Options{Databases: []Database{d}, To: m.Destinations, Class: Routine, Verify: VerifyRestore})
	if err != nil || len(set.Degraded) != 1 || message.Code(set.Degraded[0]) != "drive.not_found" {
		t.Fatalf("degraded %v, error %v", set.Degraded, err)
	}
	if set.Copies[0].State != Verified || len(set.Copies[0].Places) != 1 {
		t.Errorf("%+v", set.Copies[0])
	}
}

func TestADestinationThatIsTheDatabaseIsRefusedByAnyName(t *testing.T) {
	m, d := store(t)
	link := filepath.Join(t.TempDir(), "copias")
	if err := os.Symlink(d.At.Path, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{d.At.Path, link} {
		_, err := m.Create(t.Context(), Options{Databases: []Database{d}, To: []Destination{{Name: "x", Path: path}}, Verify: VerifyNever})
		if message.Code(err) != "guard.live_db" {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestWhateverDiedIsSweptAndNothingElse(t *testing.T) {
	m, d := store(t)
	made := create(t, m, d, VerifyNever)
	foreign := filepath.Join(m.Destinations[0].Path, "fotos.zip")
	part := filepath.Join(m.Destinations[0].Path, ".x.zip.part-abcdefghijkl")
	bench := filepath.Join(m.Bench.Dir, "proof-1", "restored.fdb")
	orphan := filepath.Join(m.Destinations[0].Path, "loja-loja-000009-2026-11-21-2200.zip.sha256")
	theirs := filepath.Join(m.Destinations[0].Path, "outra-loja-000009-2026-11-21-2200.zip.sha256")
	lost := made.Places[1].Path + sumSuffix // its copy was there and is gone
	if err := os.Remove(made.Places[1].Path); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{foreign, part, bench, orphan, theirs} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(sumLine(strings.Repeat("0", 64), strings.TrimSuffix(filepath.Base(path), sumSuffix))), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Sweep(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{foreign: true, made.Places[0].Path: true, part: false, bench: false, orphan: false, theirs: true, lost: true} {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) == want {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestACancelledCopyLeavesNothing(t *testing.T) {
	m, d := store(t)
	for _, step := range []string{"copying", "sealing", "proving"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("cancelled at " + step)
		m.Progress = func(p Progress) {
			if p.Step == step {
				cancel(why)
			}
		}
		set, err := m.Create(ctx, Options{Databases: []Database{d}, To: m.Destinations, Class: Routine, Verify: VerifyRestore})
		if err == nil {
			t.Fatalf("%s: no error", step)
		}
		for _, to := range m.Destinations {
			there, err := artifacts(to.Path)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range there {
				if step == "copying" || len(set.Copies) == 0 {
					t.Errorf("%s: %s lies there", step, a.path())
				}
			}
			hidden, _ := filepath.Glob(filepath.Join(to.Path, ".*.part-*"))
			if len(hidden) > 0 {
				t.Errorf("%s: left %v", step, hidden)
			}
		}
		if left, _ := os.ReadDir(m.Bench.Dir); len(left) > 0 {
			t.Errorf("%s: left on the bench: %v", step, left)
		}
	}
}

func flip(t *testing.T, path string, at int64) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text[at] ^= 0x10
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
