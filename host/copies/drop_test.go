package copies

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/zipfile"
)

// shelves are the destinations of a store, with small copies on them that no Firebird made.
type shelves struct {
	*Catalogue
	t    *testing.T
	data []byte // of the database part
}

func fixed() time.Time { return time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC) }

func newShelves(t *testing.T, names ...string) *shelves {
	t.Helper()
	c := &Catalogue{Store: "loja", Now: fixed}
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
		c.Destinations = append(c.Destinations, Destination{Name: name, Path: path})
	}
	return &shelves{Catalogue: c, t: t, data: []byte("fbk")}
}

// put makes a copy as a maker would have left it, on every destination.
func (s *shelves) put(seq uint64, state string, change func(*Manifest)) string {
	s.t.Helper()
	data := sha256.Sum256(s.data)
	m := &Manifest{
		Format: manifestFormat, ID: fmt.Sprintf("01J%023d", seq), Seq: seq, Set: "s", Store: Identity{ID: "loja"}, Class: Routine,
		Created: "2026-11-21T22:00:00Z", Day: "2026-11-21", Database: Origin{Name: "loja"},
		Parts: []Part{{Name: "loja.fbk", Kind: PartDatabase, Bytes: int64(len(s.data)), SHA256: hex.EncodeToString(data[:])}},
	}
	if change != nil {
		change(m)
	}
	text, err := m.encode()
	if err != nil {
		s.t.Fatal(err)
	}
	var zip bytes.Buffer
	w := zipfile.NewWriter(&zip, zipfile.DefaultLevel)
	err = errors.Join(w.Add("loja.fbk", s.Now(), s.data), w.Add(manifestName, s.Now(), text), w.Close())
	name := fmt.Sprintf("loja-loja-%06d-2026-11-21-2200.zip", seq)
	raw := sha256.Sum256(zip.Bytes())
	sum := hex.EncodeToString(raw[:])
	for _, d := range s.Destinations {
		p := Place{Destination: d.Name, Path: d.file(name), Bytes: int64(zip.Len()), SHA256: sum, State: Present}
		line := s.event(eventSealed, m.copy(name), p)
		err = errors.Join(err, os.WriteFile(p.Path, zip.Bytes(), 0o600), os.WriteFile(p.Path+sumSuffix, []byte(sumLine(sum, name)), 0o600), d.enter(line))
		if state == Verified {
			err = errors.Join(err, writeProof(p, &d, m.copy(name), m, &Proof{Level: "restore", OK: true, SHA256: sum, When: line.At}))
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return m.ID
}

// listed are the numbers and states of the copies, newest first.
func (s *shelves) listed(filter Filter) []string {
	s.t.Helper()
	all, problems, err := s.List(s.t.Context(), filter)
	if err = errors.Join(append(problems, err)...); err != nil {
		s.t.Fatal(err)
	}
	var said []string
	for _, c := range all {
		said = append(said, c.Seq+" "+c.State)
	}
	return said
}

// lying are the files of a destination, without the ledger.
func (s *shelves) lying(where string) []string {
	s.t.Helper()
	d, _ := s.Destination(where)
	var found []string
	err := filepath.WalkDir(d.Path, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !strings.HasSuffix(path, ".jsonl") && !strings.HasSuffix(path, ".lock") {
			relative, _ := filepath.Rel(d.Path, path)
			found = append(found, filepath.ToSlash(relative))
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// sweep is what the next run does first.
func (s *shelves) sweep() error {
	m := &Maker{Store: Store{ID: s.Store}, Destinations: s.Destinations, Now: s.Now, Bench: Bench{Dir: filepath.Join(s.t.TempDir(), "none")}, died: s.died}
	return m.Sweep()
}

// dies runs what changes a destination until it is killed after that many steps, as kill -9 does it: nothing that stands
// behind is done any more. It tells whether it came that far.
func (s *shelves) dies(after int, do func() error) (killed bool, err error) {
	type kill struct{}
	s.died = func() {
		if after == 0 {
			panic(kill{})
		}
		after--
	}
	defer func() {
		s.died = nil
		if dead := recover(); dead != nil {
			if _, ours := dead.(kill); !ours {
				panic(dead)
			}
			killed = true
		}
	}()
	return false, do()
}

func TestADroppedCopyIsGoneFromItsDestinationAndNowhereElse(t *testing.T) {
	s := newShelves(t, "local", "pendrive")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	dropped, err := s.Drop(t.Context(), "local", map[string]string{first: "old"})
	if err != nil || len(dropped) != 1 || dropped[0].ID != first || len(dropped[0].Places) != 1 {
		t.Fatalf("%+v, %v", dropped, err)
	}
	if diff := cmp.Diff([]string{"2 verified"}, s.listed(Filter{Where: "local"})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"2 verified", "1 verified"}, s.listed(Filter{Where: "pendrive"})); diff != "" {
		t.Error(diff)
	}
	if left := s.lying("local"); len(left) != 6 || !strings.HasPrefix(left[2], trashPath) || len(s.lying("pendrive")) != 6 {
		t.Errorf("left %v", left)
	}
	if _, err := s.Drop(t.Context(), "local", map[string]string{first: "old"}); message.Code(err) != "copy.not_found" {
		t.Errorf("dropped twice: %v", err)
	}
	history, err := s.History(t.Context(), "local")
	if diff := cmp.Diff([]Change{{"loja", false}, {"loja", false}, {"loja", true}}, history); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestACopyThatIsProvenTwicePaysOnce(t *testing.T) {
	s := newShelves(t, "local")
	s.put(1, Verified, nil)
	c := s.found("1")
	again := &Proof{Level: "restore", OK: true, SHA256: c.Places[0].SHA256, When: "2026-11-22T23:00:00Z"}
	if err := writeProof(c.Places[0], &s.Destinations[0], c, &Manifest{Seq: 1}, again); err != nil {
		t.Fatal(err)
	}
	history, err := s.History(t.Context(), "local")
	if diff := cmp.Diff([]Change{{Database: "loja"}}, history); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestWhatMayNotBeDroppedRefusesAll(t *testing.T) {
	s := newShelves(t, "local")
	old := s.put(1, Verified, nil)
	foreign := s.put(2, Verified, func(m *Manifest) { m.Store.ID = "outra" })
	pinned := s.put(3, Verified, nil)
	bare, torn := s.put(4, Sealed, nil), s.put(5, Verified, nil)
	partial := s.put(6, Verified, func(m *Manifest) { m.LeftOut = &LeftOut{Files: true} })
	newest := s.put(7, Verified, nil)
	sealed := s.put(8, Sealed, nil)
	local := s.Destinations[0]
	if err := errors.Join(os.Remove(local.file("loja-loja-000004-2026-11-21-2200.zip"+sumSuffix)), os.Truncate(local.file("loja-loja-000005-2026-11-21-2200.zip"), 1)); err != nil {
		t.Fatal(err)
	}
	keepLedgerOf(t, local, func(e event) bool { return e.ID != bare })
	if err := s.sweep(); message.Code(err) != "copy.degraded" {
		t.Fatal(err)
	}
	found, err := s.Find(t.Context(), "3")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pin(t.Context(), found, Pin{Reason: "auditoria"}); err != nil {
		t.Fatal(err)
	}
	before := s.lying("local")
	for id, want := range map[string]string{
		foreign: "copy.not_found", pinned: "guard.pinned", bare: "guard.identity", torn: "guard.identity", partial: "guard.newest", newest: "guard.newest",
		"nada": "copy.not_found",
	} {
		if _, err := s.Drop(t.Context(), "local", map[string]string{old: "x", sealed: "y", id: "z"}); message.Code(err) != want {
			t.Errorf("%s: %v, want %s", id, err, want)
		}
	}
	if diff := cmp.Diff(before, s.lying("local")); diff != "" {
		t.Error(diff)
	}
	nobody := *s.Catalogue
	nobody.Store = ""
	if _, err := nobody.Drop(t.Context(), "local", map[string]string{old: "x"}); message.Code(err) != "guard.identity" {
		t.Errorf("a catalogue of all stores drops: %v", err)
	}
	// None of another store's is listed; if one were, it would be refused all the same.
	if err := s.refusal(Copy{Store: "outra", Places: []Place{{}}}, false, true, false, nil); message.Code(err) != "guard.identity" {
		t.Errorf("another store's: %v", err)
	}
	if _, err := s.Drop(t.Context(), "marte", map[string]string{old: "x"}); message.Code(err) != "option.value" {
		t.Errorf("nowhere: %v", err)
	}
	if _, err := s.Drop(t.Context(), "local", map[string]string{old: "x", sealed: "y"}); err != nil {
		t.Errorf("what may go: %v", err)
	}
}

// keepLedgerOf writes a ledger anew with only some of its lines.
func keepLedgerOf(t *testing.T, d Destination, keep func(event) bool) {
	t.Helper()
	events, err := readLedger(d.Path)
	if err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	for _, e := range slices.DeleteFunc(events, func(e event) bool { return !keep(e) }) {
		if err := json.NewEncoder(&lines).Encode(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(d.Path, filepath.FromSlash(ledgerPath)), lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestACopyThatIsThereTwiceIsNotDropped(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	local := s.Destinations[0]
	text, err := os.ReadFile(local.file("loja-loja-000001-2026-11-21-2200.zip"))
	if err = errors.Join(err, os.WriteFile(local.file("z.zip"), text, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := s.sweep(); message.Code(err) != "copy.degraded" {
		t.Fatal(err)
	}
	if _, err := s.Drop(t.Context(), "local", map[string]string{first: "x"}); message.Code(err) != "guard.identity" {
		t.Errorf("%v", err)
	}
}

func TestACopyThatIsPutBackByHandIsACopyAgain(t *testing.T) {
	s := newShelves(t, "local", "rede")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	if _, err := s.Drop(t.Context(), "local", map[string]string{first: "x"}); err != nil {
		t.Fatal(err)
	}
	name := "loja-loja-000001-2026-11-21-2200.zip"
	text, err := os.ReadFile(s.Destinations[1].file(name))
	if err = errors.Join(err, os.WriteFile(s.Destinations[0].file(name), text, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := s.sweep(); message.Code(err) != "copy.degraded" {
		t.Errorf("nobody is told: %v", err)
	}
	if diff := cmp.Diff([]string{"2 verified", "1 sealed"}, s.onlyOn("local").listed(Filter{})); diff != "" {
		t.Error(diff)
	}
}

func (s *shelves) onlyOn(where string) *shelves {
	d, _ := s.Destination(where)
	alone := *s.Catalogue
	alone.Destinations = []Destination{d}
	return &shelves{Catalogue: &alone, t: s.t, data: s.data}
}

func TestAPlantedLinkLeadsNoDropOutOfTheDestination(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(s.Destinations[0].Path, filepath.FromSlash(trashPath))); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Drop(t.Context(), "local", map[string]string{first: "x"}); err == nil || len(s.listed(Filter{})) != 2 {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(outside); len(left) > 0 {
		t.Errorf("outside: %v", left)
	}
	if len(s.lying("local")) < 6 {
		t.Errorf("left %v", s.lying("local"))
	}
}

func TestACopyThatBecameUnreadableAfterItsTombstoneIsTold(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	killed, err := s.dies(0, func() error { _, err := s.Drop(t.Context(), "local", map[string]string{first: "x"}); return err })
	path := s.Destinations[0].file("loja-loja-000001-2026-11-21-2200.zip")
	if truncated := os.Truncate(path, 10); err != nil || !killed || truncated != nil {
		t.Fatal(err, truncated)
	}
	if err := s.sweep(); err == nil {
		t.Error("the sweep says nothing")
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestADestinationThatIsNotThereHasNoHistory(t *testing.T) {
	c := &Catalogue{Store: "loja", Destinations: []Destination{{Name: "pendrive", Path: filepath.Join(t.TempDir(), "gone")}}}
	if changes, err := c.History(t.Context(), "pendrive"); message.Code(err) != "drive.not_found" || changes != nil {
		t.Errorf("%v, %v", changes, err)
	}
}
