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
