package restore

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// mode is whether the live database is open to everybody: 0 is, 1 lets in SYSDBA alone.
func (s *store) mode() int {
	s.Helper()
	conn, err := firebird.Connect(s.Context(), s.db.At)
	if err != nil {
		s.Fatal(err)
	}
	defer conn.Close()
	info, err := conn.Info(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	return info.ShutdownMode
}

// fails wants a restore that was looked at to fail with that code.
func (s *store) fails(c copies.Copy, o Options, code string) {
	s.Helper()
	l, err := s.Look(s.Context(), c, o)
	if err != nil {
		s.Fatal(err)
	}
	defer l.Close()
	if _, err := s.Restore(s.Context(), l); message.Code(err) != code {
		s.Errorf("error %v, want %s", err, code)
	}
}

// A safety copy that can not be laid is no reason to do without it: gbak could read what is there.
func TestWithoutASafetyCopyNothingIsRestored(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	sold := s.sells()
	for _, code := range []string{"drive.full", "fs.denied", "db.server"} {
		s.Make = func(context.Context, copies.Options) (copies.Set, error) {
			return copies.Set{}, message.New(code, "restore.stuck", nil)
		}
		s.fails(c, s.options(), code)
		if content(t, s.db.At) != sold || s.gate.closed || s.Pending() {
			t.Errorf("%s: something was changed", code)
		}
		s.leaves()
	}
}

// Whoever has closed the database opens it: neither a restore that was refused does, nor an undoing.
func TestWhatAnotherHasClosedStaysClosed(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	s.restore(c, s.options())
	if err := s.gate.run(t.Context(), "-shut", "multi", "-force", "0"); err != nil {
		t.Fatal(err)
	}
	s.gate.busy = message.New("db.busy", "restore.in_use", nil)
	s.fails(c, s.options(), "db.busy")
	if got := s.mode(); got != 1 {
		t.Errorf("after the restore it is open: %d", got)
	}
	if _, err := s.Undo(t.Context(), "", s.options().Gate); message.Code(err) != "db.busy" {
		t.Errorf("undone: %v", err)
	}
	if got := s.mode(); got != 1 {
		t.Errorf("after the undoing it is open: %d", got)
	}
	if err := s.gate.run(t.Context(), "-online", "normal"); err != nil {
		t.Fatal(err)
	}
}

// Whoever comes after a crash finds the database closed, and lets everybody in again.
func TestADatabaseThatADeadRestoreClosedIsOpened(t *testing.T) {
	s := newStore(t)
	if _, err := s.gate.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	path := s.db.At.Path
	if err := s.enter(&record{ID: "x", Database: "loja", File: path, Fresh: path + ".restoring-x", Step: stepBuilding}); err != nil {
		t.Fatal(err)
	}
	if err := s.Finish(t.Context()); message.Code(err) != "restore.undone" {
		t.Errorf("told %v", err)
	}
	if got := s.mode(); got != 0 || s.Pending() {
		t.Errorf("mode %d, pending %v", got, s.Pending())
	}
}

// What the journal held nobody knows: to write a new one would forget a database that was put aside.
func TestAJournalThatCanNotBeReadStopsEverything(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	sold := s.sells()
	path := filepath.Join(s.State, journalName)
	if err := os.WriteFile(path, []byte("[{"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.fails(c, s.options(), "state.bad")
	if _, err := s.Kept(""); message.Code(err) != "state.bad" {
		t.Errorf("kept: %v", err)
	}
	if err := s.Finish(t.Context()); message.Code(err) != "state.bad" || !s.Pending() {
		t.Errorf("finished: %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "[{" {
		t.Errorf("the journal is %q, %v", text, err)
	}
	if content(t, s.db.At) != sold || s.gate.closed {
		t.Error("something was changed")
	}
	s.leaves()
}

// An undoing that was cut off before the swap leaves the restored database in its place, and can be done again.
func TestAnUndoingThatWasCutOffCanBeDoneAgain(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	plant(t, dir, map[string]string{"L.FDB": "restored", "kept": "old"})
	r := &Restorer{State: at("state")}
	if err := os.Mkdir(r.State, 0o755); err != nil {
		t.Fatal(err)
	}
	rec := &record{ID: "x", File: at("L.FDB"), Fresh: at("fresh"), Kept: at("kept"), Aside: at("aside"), Step: stepUndoing}
	if err := r.enter(rec); err != nil {
		t.Fatal(err)
	}
	if err := r.Finish(t.Context()); message.Code(err) != "restore.finished" {
		t.Errorf("told %v", err)
	}
	if again, err := r.undoable(""); err != nil || len(again) != 1 || again[0].Kept != at("kept") {
		t.Errorf("%v, %v", again, err)
	}
	if kept, err := r.Kept(""); err != nil || len(kept) != 1 || kept[0].Path != at("kept") || kept[0].Undone || kept[0].Missing {
		t.Errorf("%+v, %v", kept, err)
	}
}

// Rows were put into the restored database since it was proven: what comes of that is looked at before it takes the place.
func TestWhatWasWorkedOnIsLookedAtAgain(t *testing.T) {
	s := chain(t)
	c := s.copy()
	before := s.sums(s.db.At, everything)
	exchanging, steps := false, 0
	s.Progress = func(p copies.Progress) { exchanging = exchanging || p.Step == "exchanging" }
	s.died = func() {
		if !exchanging {
			return
		}
		if steps++; steps == 2 { // looked at, and done
			spoilIndex(t, s.db.At.Path)
		}
	}
	s.fails(c, s.choosing("2"), "copy.bad")
	s.same("all", before, s.sums(s.db.At, everything))
	if steps < 2 || s.gate.closed || s.Pending() {
		t.Errorf("%d steps, closed %v", steps, s.gate.closed)
	}
	s.leaves()
}

// spoilIndex damages a page of an index in the database that is built beside the live one: its rows can all be read.
func spoilIndex(t *testing.T, live string) {
	t.Helper()
	found, err := filepath.Glob(live + ".restoring-*")
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	file, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	const pageSize, index, relation, firstOwn = 8192, 7, 28, 128
	for at := pageSize; at < len(file); at += pageSize {
		if file[at] == index && binary.LittleEndian.Uint16(file[at+relation:]) >= firstOwn {
			flip(t, found[0], int64(at), 1)
			return
		}
	}
	t.Fatal("there is no index")
}
