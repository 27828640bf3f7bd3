package copies

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/retention"
)

// credit is how many drops are paid for at the first destination.
func (s *shelves) credit() int {
	s.t.Helper()
	history, err := s.History(s.t.Context(), s.Destinations[0].Name)
	if err != nil {
		s.t.Fatal(err)
	}
	var changes []retention.Change
	for _, c := range history {
		change := retention.Added
		if c.Dropped {
			change = retention.Dropped
		}
		changes = append(changes, change)
	}
	return retention.Credit(changes)
}

// What a ledger can suffer. None of it may cost a copy before the ledger is whole again and something new is proven.
func TestALedgerThatKnowsTooLittleDropsNothing(t *testing.T) {
	for what, harm := range map[string]func(path string, lines [][]byte) error{
		"lost":  func(path string, _ [][]byte) error { return os.Remove(path) },
		"empty": func(path string, _ [][]byte) error { return os.Truncate(path, 0) },
		"cut in half": func(path string, lines [][]byte) error {
			return os.WriteFile(path, bytes.Join(lines[:5], []byte("\n")), 0o600)
		},
		"without its beginning": func(path string, lines [][]byte) error {
			return os.WriteFile(path, bytes.Join(lines[3:], []byte("\n")), 0o600)
		},
		"without its last line": func(path string, lines [][]byte) error {
			return os.WriteFile(path, bytes.Join(lines[:7], []byte("\n")), 0o600)
		},
		"cut within a line": func(path string, lines [][]byte) error {
			return os.WriteFile(path, bytes.Join(lines, []byte("\n"))[:len(bytes.Join(lines[:3], nil))+40], 0o600)
		},
		"of another store": func(path string, lines [][]byte) error {
			return os.WriteFile(path, bytes.ReplaceAll(bytes.Join(lines, []byte("\n")), []byte(`"store":"loja"`), []byte(`"store":"outra"`)), 0o600)
		},
		"rubbish": func(path string, _ [][]byte) error {
			return os.WriteFile(path, []byte("\x00\x01{}\n[]\nnull\n\"x\"\n"), 0o600)
		},
	} {
		s := newShelves(t, "local")
		var ids []string
		for seq := range uint64(4) {
			ids = append(ids, s.put(seq+1, Verified, on(int(seq))))
		}
		if s.credit() == 0 {
			t.Fatal("there is no credit to lose")
		}
		path := s.Destinations[0].file(filepath.FromSlash(ledgerPath))
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := harm(path, bytes.Split(bytes.TrimSpace(text), []byte("\n"))); err != nil {
			t.Fatal(err)
		}
		if err := s.drops(ids[0]); !strings.Contains(fmt.Sprint(message.Code(err)), "guard.") {
			t.Errorf("%s: dropped: %v", what, err)
		}
		if got := s.credit(); got != 0 {
			t.Errorf("%s: credit %d", what, got)
		}
		if err := s.sweep(); message.Code(err) != "copy.degraded" {
			t.Errorf("%s: nobody is told: %v", what, err)
		}
		if got := s.credit(); got != 0 {
			t.Errorf("%s: credit %d of a ledger that was rebuilt", what, got)
		}
		if diff := cmp.Diff([]string{"4 verified", "3 verified", "2 verified", "1 verified"}, s.listed(Filter{})); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
		if err := s.sweep(); err != nil {
			t.Errorf("%s: told again: %v", what, err)
		}
		if err := s.drops(ids[0]); err != nil {
			t.Errorf("%s: rebuilt, and still not dropped: %v", what, err)
		}
		if len(s.binned()) != 1 {
			t.Errorf("%s: in the trash %v", what, s.binned())
		}
	}
}

func TestALedgerOfTheFutureDropsNothing(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	for _, store := range []string{"outra", "loja"} {
		refused := store == "loja"
		line := event{Event: "frozen", ID: first, Store: store, Database: "loja", Name: "loja-loja-000001-2026-11-21-2200.zip"}
		if err := s.Destinations[0].enter(line); err != nil {
			t.Fatal(err)
		}
		if got := s.credit(); (got == 0) != refused {
			t.Errorf("%s: credit %d", store, got)
		}
		if !refused {
			continue
		}
		if err := s.drops(first); message.Code(err) != "guard.ledger" {
			t.Errorf("%v", err)
		}
		if err := s.sweep(); message.Code(err) != "guard.ledger" {
			t.Errorf("%v", err)
		}
		if err := s.drops(first); message.Code(err) != "guard.ledger" {
			t.Errorf("%v", err)
		}
	}
}

func TestALedgerOfTheFutureDeletesNothingFromTheTrash(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	if err := s.drops(first); err != nil {
		t.Fatal(err)
	}
	if err := s.Destinations[0].enter(event{Event: "frozen", Store: "loja", Database: "loja"}); err != nil {
		t.Fatal(err)
	}
	for seq := range uint64(3) {
		s.put(3+seq, Verified, func(m *Manifest) { m.Day = "2026-12-21" })
	}
	if err := s.sweep(); message.Code(err) != "guard.ledger" {
		t.Errorf("rotation stands still, and that is told as %v", err)
	}
	err := s.Hold(t.Context(), "local", func() error { return s.empty(s.Destinations[0], 1<<60) })
	if err != nil || len(s.binned()) != 1 {
		t.Errorf("in the trash %v, %v", s.binned(), err)
	}
}

func TestALedgerOfTheFutureIsToldWhereNothingElseIsAmiss(t *testing.T) {
	s := newShelves(t, "local")
	s.put(1, Verified, nil)
	if err := s.sweep(); err != nil {
		t.Fatal(err)
	}
	if err := s.Destinations[0].enter(event{Event: "frozen", Store: "loja", Database: "loja"}); err != nil {
		t.Fatal(err)
	}
	if err := s.sweep(); message.Code(err) != "guard.ledger" {
		t.Errorf("told as %v", err)
	}
}

func TestALedgerThatCanNotBeReadDropsNothing(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	path := s.Destinations[0].file(filepath.FromSlash(ledgerPath))
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	before := s.lying("local")
	if err := s.drops(first); err == nil {
		t.Error("dropped")
	}
	if _, err := s.History(t.Context(), "local"); message.Code(err) != "copy.degraded" {
		t.Errorf("%v", err)
	}
	if diff := cmp.Diff(before, s.lying("local")); diff != "" {
		t.Error(diff)
	}
}

// A kind of event that is missing among the kinds would make our own ledgers look as if a newer version had written them.
func TestEveryKindOfEventIsKnown(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "ledger.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 && strings.HasPrefix(spec.Names[0].Name, "event") {
			value, _ := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			declared = append(declared, value)
		}
		return true
	})
	if diff := cmp.Diff(slices.Sorted(slices.Values(declared)), slices.Sorted(slices.Values(kinds))); diff != "" || len(kinds) < 10 {
		t.Error(diff)
	}
}

func FuzzReadLedger(f *testing.F) {
	f.Add([]byte(`{"event":"sealed","id":"A","seq":1,"store":"loja","name":"a.zip"}` + "\n" + `{"event":"dropping","id":"A","name":"a.zip","files":[{"name":"a.zip"}]}`))
	f.Add([]byte(`{"event":"trashed","id":"A","name":"a.zip"}` + "\n" + `{"event":"sealed","id":"B","name":"a.zip"}` + "\n" + `{"event":"untrashed","name":"a.zip"}`))
	f.Add([]byte(`{"event":"untrashing","name":"a.zip"}` + "\n" + `{"event":"dropped","name":"a.zip"}` + "\n\x00{"))
	f.Fuzz(func(t *testing.T, text []byte) {
		root := t.TempDir()
		path := filepath.Join(root, filepath.FromSlash(ledgerPath))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		canary := filepath.Join(root, "photo.jpg")
		for name, data := range map[string][]byte{path: text, canary: []byte("a photo")} {
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		events, err := readLedger(root)
		if err != nil {
			return
		}
		d := Destination{Name: "local", Path: root}
		c := &Catalogue{Store: "loja", Destinations: []Destination{d}, Now: fixed}
		for name, m := range remembered(events) {
			if name == "" || m.trash != nil && m.trash.dropping == nil {
				t.Fatalf("%q: %+v", name, m)
			}
		}
		_, _ = d.trashed(t.Context(), "")
		_, _ = c.History(t.Context(), "local")
		_, _, _ = c.List(t.Context(), Filter{})
		_ = c.tidy(d)
		if data, err := os.ReadFile(canary); err != nil || string(data) != "a photo" {
			t.Fatalf("%q, %v", data, err)
		}
	})
}

// What the ledger lost of the trash is found there: it is listed, comes back, and goes when its time has come.
func TestATrashThatTheLedgerLostIsFoundAgain(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, on(0))
	second := s.put(2, Verified, on(1))
	s.put(3, Verified, on(2))
	s.put(4, Verified, on(3))
	if err := s.drops(first); err != nil {
		t.Fatal(err)
	}
	if err := s.drops(second); err != nil {
		t.Fatal(err)
	}
	before := s.lying("local")
	s.loses()
	for seq := range uint64(2) { // whoever made these knew all: only the trash is not known
		s.put(seq+5, Verified, on(4))
	}
	if err := s.sweep(); message.Code(err) != "copy.degraded" || !strings.Contains(err.Error(), "(2)") {
		t.Errorf("nobody is told: %v", err)
	}
	if diff := cmp.Diff([]string{"2 2026-11-12", "1 2026-11-12"}, s.binned()); diff != "" {
		t.Error(diff)
	}
	all, _, err := s.List(t.Context(), Filter{State: Trashed})
	if err != nil || all[0].Places[0].Why != message.Text("copies.exhumed_why", nil) || all[0].Places[0].SHA256 == "" {
		t.Errorf("%+v, %v", all[0].Places, err)
	}
	if gone, err := s.GivenUp(t.Context(), "local"); err != nil || !gone[first] || !gone[second] {
		t.Errorf("%v, %v", gone, err)
	}
	for _, name := range before {
		if !slices.Contains(s.lying("local"), name) {
			t.Errorf("%s is gone", name)
		}
	}
	if err := s.sweep(); err != nil {
		t.Errorf("told again: %v", err)
	}
	if back, err := s.Untrash(t.Context(), "local", second); err != nil || back.State != Verified {
		t.Errorf("%+v, %v", back, err)
	}
	s.put(7, Verified, on(12))
	s.put(8, Verified, on(12))
	if err := s.sweep(); err != nil || len(s.binned()) > 0 || len(s.lying("local")) != 7*3 {
		t.Errorf("in the trash %v, lying %v, %v", s.binned(), s.lying("local"), err)
	}
}

// Where nothing but the trash is not known, rotation stands still all the same: nobody knows what else was lost.
func TestALedgerThatLostNothingButATombstoneDropsNothing(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, on(0))
	second := s.put(2, Verified, on(1))
	for seq := range uint64(3) {
		s.put(seq+3, Verified, on(2))
	}
	if err := s.drops(first); err != nil {
		t.Fatal(err)
	}
	keepLedgerOf(t, s.Destinations[0], func(e event) bool { return e.Event != eventDropping && e.Event != eventTrashed })
	if err := s.Standstill("local"); message.Code(err) != "guard.ledger" || s.credit() != 0 {
		t.Errorf("%v, credit %d", err, s.credit())
	}
	if err := s.drops(second); message.Code(err) != "guard.ledger" {
		t.Errorf("dropped: %v", err)
	}
	if err := s.sweep(); message.Code(err) != "copy.degraded" || len(s.binned()) != 1 || s.Standstill("local") != nil {
		t.Errorf("%v, in the trash %v, %v", err, s.binned(), s.Standstill("local"))
	}
	if err := s.drops(second); err != nil {
		t.Error(err)
	}
	for _, c := range s.listed(Filter{}) {
		if strings.HasPrefix(c, "1 ") {
			t.Errorf("what lies in the trash is listed as %s", c)
		}
	}
}

// What is not certain to be this store's copy stays in the trash as it lies there, whoever put it there.
func TestWhatIsNotOursInTheTrashIsNotOurs(t *testing.T) {
	s := newShelves(t, "local")
	s.put(1, Verified, nil)
	bin := s.Destinations[0].file(filepath.FromSlash(trashPath))
	elsewhere := newShelves(t, "local")
	elsewhere.put(9, Verified, func(m *Manifest) { m.Store.ID = "outra" })
	elsewhere.put(8, Sealed, nil)
	elsewhere.put(7, Verified, func(m *Manifest) { m.ID = "../../x" })
	if err := elsewhere.Destinations[0].remove("loja-loja-000008-2026-11-21-2200.zip" + sumSuffix); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(bin, os.DirFS(elsewhere.Destinations[0].Path)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "foto.zip"), []byte("isto não é do djscript"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := s.lying("local")
	if err := s.Standstill("local"); err != nil {
		t.Error(err)
	}
	if err := s.sweep(); err != nil || len(s.binned()) > 0 {
		t.Errorf("%v, in the trash %v", err, s.binned())
	}
	if diff := cmp.Diff(before, s.lying("local")); diff != "" {
		t.Error(diff)
	}
	outside := t.TempDir()
	if err := os.Rename(bin, filepath.Join(outside, "trash")); err != nil {
		t.Fatal(err)
	}
	s.put(2, Verified, nil)
	name := s.found("2").Name
	for _, suffix := range []string{"", sumSuffix, proofSuffix} {
		if err := os.Rename(s.Destinations[0].file(name+suffix), filepath.Join(outside, "trash", name+suffix)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(outside, "trash"), bin); err != nil {
		t.Fatal(err)
	}
	if err := s.sweep(); err != nil || len(s.binned()) > 0 {
		t.Errorf("a link: %v, in the trash %v", err, s.binned())
	}
}

// A copy that was dropped and sent again lies in both places; neither is lost with the ledger, whenever somebody dies.
func TestWhatLiesInItsPlaceAndInTheTrashIsBoth(t *testing.T) {
	for what, keep := range map[string]func(event) bool{
		"lost":                  func(event) bool { return false },
		"without the tombstone": func(e event) bool { return e.Event == eventSealed || e.Event == eventProof },
	} {
		for steps := 0; ; steps++ {
			s := newShelves(t, "local")
			first := s.put(1, Verified, on(0))
			s.put(2, Verified, on(1))
			if err := s.drops(first); err != nil {
				t.Fatal(err)
			}
			s.put(1, Verified, on(0))
			before := s.lying("local")
			keepLedgerOf(t, s.Destinations[0], keep)
			killed, err := s.dies(steps, s.sweep)
			if !killed && message.Code(err) != "copy.degraded" {
				t.Errorf("%s: nobody is told: %v", what, err)
			}
			for range 2 {
				_ = s.sweep()
			}
			if err := s.sweep(); err != nil || s.Standstill("local") != nil {
				t.Errorf("%s, %d steps: %v, %v", what, steps, err, s.Standstill("local"))
			}
			if diff := cmp.Diff([]string{"2 verified", "1 verified"}, s.listed(Filter{})); diff != "" {
				t.Errorf("%s, %d steps: %s", what, steps, diff)
			}
			if diff := cmp.Diff([]string{"1 2026-11-09"}, s.binned()); diff != "" {
				t.Errorf("%s, %d steps: %s", what, steps, diff)
			}
			if diff := cmp.Diff(before, s.lying("local")); diff != "" {
				t.Errorf("%s, %d steps: %s", what, steps, diff)
			}
			if !killed {
				break
			}
		}
	}
}
