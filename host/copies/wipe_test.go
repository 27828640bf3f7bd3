package copies

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/retention"
)

// aDrive is a drive of the store with so many nights' verified copies on it, the last the newest, of 100 bytes each.
func aDrive(nights int) Ground {
	g := Ground{
		Store: "loja", Destination: "pen", State: drive.OK, View: View{Where: "pen"},
		Guards: retention.Guards{Devices: 2, Elsewhere: map[retention.Unit]int{{Database: "loja"}: 1}, ScrubDays: scrubDays},
		Drive:  drive.Drive{Path: "E:/", Label: "AZUL", Removable: true, Free: 1000},
		Mark:   drive.Mark{ID: strings.Repeat("A", 26), Name: "AZUL", Store: "loja", Destination: "pen"},
	}
	for n := 1; n <= nights; n++ {
		sum := fmt.Sprint("hash", n)
		g.Copies = append(g.Copies, Copy{
			ID: fmt.Sprint("id", n), Seq: fmt.Sprint(n), Name: fmt.Sprintf("loja-%d.zip", n), Store: "loja", Database: "loja", Class: Routine, State: Verified,
			Day: fmt.Sprintf("2026-03-%02d", n), Created: fmt.Sprintf("2026-03-%02dT22:00:00-03:00", n), Proof: &Proof{OK: true, SHA256: sum},
			Places: []Place{{Destination: "pen", Bytes: 100, SHA256: sum, State: Present, ReadBack: drive.FromDevice, Checked: "2026-03-01T12:00:00-03:00"}},
		})
	}
	return g
}

func wipe(t *testing.T, g Ground) Wipe {
	t.Helper()
	w, err := PlanWipe(g)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Drop)+len(w.Keep) != len(g.Copies) {
		t.Errorf("%d go and %d stay of %d", len(w.Drop), len(w.Keep), len(g.Copies))
	}
	for _, line := range slices.Concat(w.Drop, w.Keep) {
		if line.Why == "" || line.Name == "" || line.Bytes != 100 {
			t.Errorf("%+v", line)
		}
	}
	return w
}

func seqs(lines []Wiped) (all []string) {
	for _, line := range lines {
		all = append(all, line.Seq)
	}
	slices.Sort(all)
	return all
}

func refused(t *testing.T, rule, want string, changes map[string]func(*Ground)) {
	t.Helper()
	if _, err := PlanWipe(aDrive(8)); err != nil {
		t.Fatalf("%s: a drive that may be wiped: %v", rule, err)
	}
	for name, change := range changes {
		g := aDrive(8)
		change(&g)
		if w, err := PlanWipe(g); message.Code(err) != want || len(w.Drop) > 0 || w.Hash != "" {
			t.Errorf("%s: %s: %+v, %v", rule, name, w, err)
		}
	}
}

func TestW1OnlyWhatWeCataloguedOnADriveWithAMatchingMark(t *testing.T) {
	refused(t, "W-1", "drive.foreign", map[string]func(*Ground){
		"no mark":             func(g *Ground) { g.Mark = drive.Mark{} },
		"a clone":             func(g *Ground) { g.State = drive.Clone },
		"absent":              func(g *Ground) { g.State = drive.Absent },
		"another destination": func(g *Ground) { g.Mark.Destination = "externo" },
		"no store":            func(g *Ground) { g.Store, g.Mark.Store = "", "" },
	})
	g := aDrive(8)
	g.Copies[1].Store = "outra"
	g.Copies[2].Places[0].SHA256 = ""
	if w := wipe(t, g); slices.Contains(seqs(w.Drop), "2") || slices.Contains(seqs(w.Drop), "3") || len(w.Drop) == 0 {
		t.Errorf("what is not certainly ours goes: %+v", w.Drop)
	}
	s, on := wiped(t)
	on.Mark.ID = strings.Repeat("B", 26)
	if _, err := s.PlanWipe(t.Context(), "pen", on); message.Code(err) != "drive.foreign" {
		t.Errorf("the mark of another drive of the destination: %v", err)
	}
}

func TestW2NeverAFixedDiskTheSystemsTheDatabasesOrAnothersDrive(t *testing.T) {
	refused(t, "W-2", "drive.system", map[string]func(*Ground){
		"fixed":        func(g *Ground) { g.Drive.Removable = false },
		"Windows":      func(g *Ground) { g.Signs = []string{"Windows"} },
		"the database": func(g *Ground) { g.Holds = []string{"E:/DJ/LOJA.FDB"} },
	})
	refused(t, "W-2", "drive.foreign", map[string]func(*Ground){
		"another store":          func(g *Ground) { g.Mark.Store = "outra" },
		"another store's copies": func(g *Ground) { g.Others = []string{"Outra"} },
	})
	s, on := wiped(t)
	on.Apart = []string{t.TempDir()}
	if _, err := s.PlanWipe(t.Context(), "pen", on); message.Code(err) != "drive.system" {
		t.Errorf("the database lies on the same disk: %v", err)
	}
}

func TestW3ForeignFilesAreShownAndThePersonNamesTheDrive(t *testing.T) {
	g := aDrive(8)
	g.Foreign = []Stranger{{"fotos/casamento.jpg", 5}}
	w := wipe(t, g)
	if len(w.Foreign) != 1 || w.Word != "AZUL" || len(w.Drop) == 0 {
		t.Errorf("%+v", w)
	}
	g.Drive.Label = ""
	if w := wipe(t, g); w.Word != "AZUL" {
		t.Errorf("a drive without a label is called %q", w.Word)
	}
	g.Mark.Name = ""
	if w := wipe(t, g); w.Word != "pen" {
		t.Errorf("a drive without any name is called %q", w.Word)
	}
	s, on := wiped(t)
	file := filepath.Join(on.Drive.Path, "fotos", "casamento.jpg")
	if err := errors.Join(os.Mkdir(filepath.Dir(file), 0o700), os.WriteFile(file, []byte("sim"), 0o600)); err != nil {
		t.Fatal(err)
	}
	plan, err := s.PlanWipe(t.Context(), "pen", on)
	if err != nil || len(plan.Foreign) != 1 || plan.Foreign[0] != (Stranger{"fotos/casamento.jpg", 3}) {
		t.Fatalf("%+v, %v", plan, err)
	}
	before := s.lying("pen")
	for _, typed := range []string{"", "sim", "azul"} {
		if _, err := s.Wipe(t.Context(), "pen", on, plan.Hash, typed); message.Code(err) != "confirm.refused" {
			t.Errorf("typed %q: %v", typed, err)
		}
	}
	if after := s.lying("pen"); !slices.Equal(before, after) {
		t.Errorf("refused, and %q became %q", before, after)
	}
	if _, err := s.Wipe(t.Context(), "pen", on, plan.Hash, "AZUL"); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(file); string(text) != "sim" {
		t.Errorf("the foreign file: %q, %v", text, err)
	}
}

// Of the store's own files none is a stranger, nor is that of a copy which somebody reads.
func TestW3WhatTheStoreLaysBesideItsCopiesIsNoStranger(t *testing.T) {
	s, on := wiped(t)
	defer s.found("8").hold()()
	plan, err := s.PlanWipe(t.Context(), "pen", on)
	if err != nil || len(plan.Foreign) != 0 {
		t.Errorf("%+v, %v", plan.Foreign, err)
	}
	evil := filepath.Join(on.Drive.Path, filepath.FromSlash(inUsePath), "photo.jpg")
	if err := os.WriteFile(evil, []byte("a photo"), 0o600); err != nil {
		t.Fatal(err)
	}
	if plan, err := s.PlanWipe(t.Context(), "pen", on); err != nil || len(plan.Foreign) != 1 {
		t.Errorf("%+v, %v", plan.Foreign, err)
	}
}

func TestW4TheNewOneIsThereAndReadBackBeforeAnOldOneGoes(t *testing.T) {
	g := aDrive(8)
	for i := range g.Copies {
		g.Copies[i].Places[0].ReadBack = ""
	}
	if w := wipe(t, g); len(w.Drop) != 0 {
		t.Errorf("nothing here was read back, and %q go", seqs(w.Drop))
	}
	g.Copies[5].Places[0].ReadBack = drive.FromCache
	if w := wipe(t, g); !slices.Equal(seqs(w.Drop), []string{"1", "2", "3", "4", "5"}) {
		t.Errorf("older than the one that was read back: %q", seqs(w.Drop))
	}
	g = aDrive(8)
	g.Drive.Free = 99
	if w := wipe(t, g); !slices.Equal(seqs(w.Drop), []string{"1", "2", "3", "4", "5"}) {
		t.Errorf("no room, and another device has one: %q", seqs(w.Drop))
	}
	g.Guards.Elsewhere = nil
	if w := wipe(t, g); len(w.Drop) != 0 {
		t.Errorf("no room, and no other device has one: %q", seqs(w.Drop))
	}
	g = aDrive(8)
	for i := range g.Copies[:7] {
		g.Copies[i].State, g.Copies[i].Proof = Sealed, nil
	}
	g.Copies[7].Database = "caixa"
	if w := wipe(t, g); len(w.Drop) != 0 {
		t.Errorf("a verified copy of another database stands in: %q", seqs(w.Drop))
	}
}

func TestW5TheFloorHolds(t *testing.T) {
	for nights := range 6 {
		w := wipe(t, aDrive(nights))
		if want := min(nights, 3); len(w.Keep) != want {
			t.Errorf("of %d nights %q stay", nights, seqs(w.Keep))
		}
	}
	g := aDrive(8)
	g.Copies[0].Pinned = &Pin{Reason: "fechamento"}
	g.Copies[1].Class = Closing
	g.Copies[2].Busy = true
	if w := wipe(t, g); !slices.Equal(seqs(w.Drop), []string{"4", "5"}) {
		t.Errorf("the guards of the rotation let %q go", seqs(w.Drop))
	}
	g = aDrive(8)
	g.Guards.Devices, g.Guards.Elsewhere = 3, nil
	if w := wipe(t, g); len(w.Drop) != 0 {
		t.Errorf("of three devices only this one has it, and %q go", seqs(w.Drop))
	}
	g = aDrive(8)
	g.Guards.Min = 6
	if w := wipe(t, g); !slices.Equal(seqs(w.Drop), []string{"1", "2"}) {
		t.Errorf("of a store whose own floor is six, %q go", seqs(w.Drop))
	}
}

// Bytes that nobody has hashed for long may have rotted: the newest are no floor then.
func TestW5TheFloorCountsOnlyWhatWasHashedOfLate(t *testing.T) {
	g := aDrive(8)
	for i := range g.Copies[5:] {
		g.Copies[5+i].Places[0].Checked = "2025-12-24T12:00:00-03:00"
	}
	if w := wipe(t, g); !slices.Equal(seqs(w.Drop), []string{"1", "2"}) {
		t.Errorf("three are stale, and %q go", seqs(w.Drop))
	}
}

// wiped is a real folder as a drive with a mark, and eight nights' copies on it and in a folder beside.
func wiped(t *testing.T) (*shelves, Wiping) {
	t.Helper()
	s := newShelves(t, "pen", "local")
	pen := &s.Destinations[0]
	pen.Drive = strings.Repeat("A", 26)
	for n := range 8 {
		s.put(uint64(n+1), Verified, func(m *Manifest) { m.Day = fmt.Sprintf("2026-11-%02d", n+1) })
	}
	s.readBack(*pen)
	return s, Wiping{
		Drive: drive.Drive{Path: pen.Path, Label: "AZUL", Removable: true, Free: 1 << 30},
		Mark: drive.Mark{
			ID: pen.Drive, Name: "AZUL", Store: "loja", Destination: "pen", Hardware: drive.Hardware{Serial: "5A3C-19F0", Device: "4C530001"},
		},
		State: drive.OK, Floor: 3,
	}
}

// readBack has the ledger say that what was written was read back.
func (s *shelves) readBack(d Destination) {
	s.t.Helper()
	events, err := readLedger(d.Path)
	err = errors.Join(err, os.Remove(filepath.Join(d.Path, filepath.FromSlash(ledgerPath))))
	for _, e := range events {
		if e.Event == eventSealed {
			e.ReadBack = drive.FromDevice
		}
		err = errors.Join(err, d.enter(e))
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestW6WhatGoesGoesIntoTheTrash(t *testing.T) {
	s, on := wiped(t)
	plan, err := s.PlanWipe(t.Context(), "pen", on)
	if err != nil || !slices.Equal(seqs(plan.Drop), []string{"1", "2", "3", "4", "5"}) {
		t.Fatalf("%+v, %v", plan, err)
	}
	strict := on
	strict.Floor = 7
	if plan, err := s.PlanWipe(t.Context(), "pen", strict); err != nil || len(plan.Drop) != 1 {
		t.Errorf("of a store whose own floor is seven: %+v, %v", plan.Drop, err)
	}
	dropped, err := s.Wipe(t.Context(), "pen", on, plan.Hash, "AZUL")
	if err != nil || len(dropped) != 5 {
		t.Fatalf("%d, %v", len(dropped), err)
	}
	binned := 0
	for _, name := range s.lying("pen") {
		if strings.HasPrefix(name, ".djscript/trash/") && strings.HasSuffix(name, ".zip") {
			binned++
		}
	}
	if binned != 5 {
		t.Errorf("the trash has %d: %q", binned, s.lying("pen"))
	}
	if here, _, err := s.List(t.Context(), Filter{Where: "local"}); err != nil || len(here) != 8 {
		t.Errorf("elsewhere there are %d, %v", len(here), err)
	}
}

func TestW7ThePlanIsShownWithSizesAndNoOtherIsCarriedOut(t *testing.T) {
	if w := wipe(t, aDrive(8)); w.Bytes != 500 || w.Hash == "" || w.Hash == wipe(t, aDrive(9)).Hash {
		t.Errorf("%+v", w)
	}
	other := aDrive(8)
	other.Mark.ID = strings.Repeat("B", 26)
	if wipe(t, other).Hash == wipe(t, aDrive(8)).Hash {
		t.Error("the plan of one drive is that of another")
	}
	s, on := wiped(t)
	plan, err := s.PlanWipe(t.Context(), "pen", on)
	if err != nil {
		t.Fatal(err)
	}
	s.put(9, Verified, nil)
	s.readBack(s.Destinations[0])
	before := s.lying("pen")
	if _, err := s.Wipe(t.Context(), "pen", on, plan.Hash, "AZUL"); message.Code(err) != "guard.plan" {
		t.Errorf("another plan: %v", err)
	}
	if after := s.lying("pen"); !slices.Equal(before, after) {
		t.Errorf("refused, and %q became %q", before, after)
	}
}

func TestW8NoLinkIsFollowedAndNothingEndlessIsLookedAt(t *testing.T) {
	refused(t, "W-8", "drive.foreign", map[string]func(*Ground){"endless": func(g *Ground) { g.Endless = true }})
	s, on := wiped(t)
	outside := t.TempDir()
	deep := filepath.Join(on.Drive.Path, strings.Repeat("a/", surveyDepth-4))
	err := errors.Join(os.MkdirAll(filepath.Join(outside, ".djscript"), 0o700), os.Symlink(outside, filepath.Join(on.Drive.Path, "away")), os.MkdirAll(deep, 0o700),
		os.Symlink(on.Drive.Path, filepath.Join(on.Drive.Path, "loop")))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := s.PlanWipe(t.Context(), "pen", on)
	if err != nil || len(plan.Foreign) != 2 {
		t.Errorf("links: %+v, %v", plan.Foreign, err)
	}
	sum := filepath.Join(on.Drive.Path, "loja-loja-000008-2026-11-21-2200.zip"+sumSuffix)
	if err := errors.Join(os.Rename(sum, filepath.Join(outside, "sum")), os.Symlink(filepath.Join(outside, "sum"), sum)); err != nil {
		t.Fatal(err)
	}
	if plan, err := s.PlanWipe(t.Context(), "pen", on); err != nil || len(plan.Foreign) != 3 {
		t.Errorf("a link by the name of ours: %+v, %v", plan.Foreign, err)
	}
	if err := os.MkdirAll(filepath.Join(deep, "b/c/d/e/f/g/h"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PlanWipe(t.Context(), "pen", on); message.Code(err) != "drive.foreign" {
		t.Errorf("folders without end: %v", err)
	}
	for n, endless := range map[int]bool{surveyFiles - 1: false, surveyFiles: true} { // and the folder itself
		g := Ground{}
		if err := g.look(t.Context(), manyFiles(n), ".", nil); err != nil || g.Endless != endless {
			t.Errorf("of %d files: endless %v, %v", n, g.Endless, err)
		}
	}
	moved, elsewhere := on, t.TempDir()
	moved.Drive.Path = elsewhere
	if _, err := s.PlanWipe(t.Context(), "pen", moved); message.Code(err) != "drive.foreign" {
		t.Errorf("a destination that is not on the drive: %v", err)
	}
	other := filepath.Join(on.Drive.Path, "Outra", ".djscript")
	if err := errors.Join(os.RemoveAll(filepath.Join(on.Drive.Path, "a")), os.MkdirAll(other, 0o700)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PlanWipe(t.Context(), "pen", on); message.Code(err) != "drive.foreign" || !strings.Contains(err.Error(), "Outra") {
		t.Errorf("another's folder: %v", err)
	}
}

// manyFiles is a folder with so many empty files.
type manyFiles int

func (manyFiles) Open(string) (fs.File, error)          { return nil, fs.ErrInvalid }
func (manyFiles) Stat(name string) (fs.FileInfo, error) { return fstest.MapFS{}.Stat(name) }
func (m manyFiles) ReadDir(string) ([]fs.DirEntry, error) {
	return slices.Repeat([]fs.DirEntry{emptyFile{}}, int(m)), nil
}

type emptyFile struct{ fs.DirEntry }

func (emptyFile) Name() string               { return "a" }
func (emptyFile) IsDir() bool                { return false }
func (emptyFile) Type() fs.FileMode          { return 0 }
func (emptyFile) Info() (fs.FileInfo, error) { return nil, fs.ErrNotExist }

func TestW9TheLedgerSaysWhichDriveItWas(t *testing.T) {
	s, on := wiped(t)
	plan, err := s.PlanWipe(t.Context(), "pen", on)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Wipe(t.Context(), "pen", on, plan.Hash, "AZUL"); err != nil {
		t.Fatal(err)
	}
	events, err := readLedger(on.Drive.Path)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(events, func(e event) bool { return e.Event == eventWiped })
	j := slices.IndexFunc(events, func(e event) bool { return e.Event == eventDropping })
	if i < 0 || i > j {
		t.Fatalf("said at %d, done at %d", i, j)
	}
	if e := events[i]; e.ID != on.Mark.ID || !strings.Contains(e.Why, "5A3C-19F0") || !strings.Contains(e.Why, "4C530001") || e.Bytes != plan.Bytes {
		t.Errorf("%+v", e)
	}
	if here, _, err := s.List(t.Context(), Filter{Where: "pen"}); err != nil || len(here) != 3 {
		t.Errorf("then there are %d, %v", len(here), err)
	}
}
