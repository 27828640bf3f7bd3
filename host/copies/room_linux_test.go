package copies

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/retention"
)

// small mounts a drive of that size ("8m") in the place of a folder: it is full when it is full.
func small(t *testing.T, dir, size string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Fatalf("this test needs the right to mount a small tmpfs (root): %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
}

const mega = 1 << 20

// spares asks the real guards.
func (s *shelves) spares(ctx context.Context, where string, missing int64) (map[string]string, error) {
	all, _, err := s.List(ctx, Filter{Where: where})
	if err != nil {
		return nil, err
	}
	var known []retention.Copy
	for _, c := range all {
		known = append(known, retention.Copy{
			ID: c.ID, Seq: c.Number(), Day: c.Day, Created: c.Created, Class: c.Class, State: c.State, Database: c.Database, Bytes: c.Places[0].Bytes,
		})
	}
	why := map[string]string{}
	give, _ := retention.Sacrifice(known, retention.DefaultClasses(), retention.Guards{Min: 3}, missing)
	for _, c := range give {
		why[c.ID] = "room"
	}
	return why, nil
}

func TestAFullDriveGivesUpItsTrashThenWhatMayBeSparedAndNeverTheFloor(t *testing.T) {
	s := newShelves(t, "local")
	d := s.Destinations[0]
	small(t, d.Path, "8m")
	s.data = noise(mega)
	trash := []string{s.put(1, Verified, on(0)), s.put(2, Verified, on(1))}
	s.put(3, Sealed, on(1))
	for seq := range uint64(3) {
		s.put(4+seq, Verified, on(2+int(seq)))
	}
	if err := s.drops(trash[1]); err != nil {
		t.Fatal(err)
	}
	if err := s.drops(trash[0]); err != nil {
		t.Fatal(err)
	}
	room := func(megas int64, spare Spare, wantGone, wantTrash, wantLeft string) error {
		t.Helper()
		gone, _, err := s.makeRoom(t.Context(), d, megas*mega, spare)
		var said []string
		for _, c := range gone {
			said = append(said, c.Seq)
		}
		got := []string{strings.Join(said, " "), strings.Join(s.binned(), " "), strings.Join(s.listed(Filter{}), " ")}
		if diff := cmp.Diff([]string{wantGone, wantTrash, wantLeft}, got); diff != "" {
			t.Errorf("%d MB: %s", megas, diff)
		}
		return err
	}
	all := "6 verified 5 verified 4 verified 3 sealed"
	if err := room(1, s.spares, "", "2 2026-11-12 1 2026-11-12", all); err != nil {
		t.Error(err)
	}
	if err := room(2, s.spares, "", "1 2026-11-12", all); err != nil { // given up first, gone first
		t.Error(err)
	}
	broken := errors.New("no policy")
	err := room(4, func(context.Context, string, int64) (map[string]string, error) { return nil, broken }, "", "", all)
	if message.Code(err) != "drive.full" || !errors.Is(err, broken) || !strings.Contains(err.Error(), "KB") {
		t.Errorf("%v", err)
	}
	if err := room(4, s.spares, "3", "", "6 verified 5 verified 4 verified"); err != nil {
		t.Error(err)
	}
	s.put(7, Sealed, on(5))
	bad := s.found("7")
	refuted := &Proof{Level: "restore", SHA256: bad.Places[0].SHA256, When: s.stamp(), Against: []string{"rows"}}
	if err := writeProof(bad.Places[0], &d, bad, &Manifest{Seq: 7}, refuted); err != nil {
		t.Fatal(err)
	}
	if err := s.drops(bad.ID); message.Code(err) != "guard.identity" {
		t.Errorf("%v", err)
	}
	damaged := s.put(8, Sealed, on(5))
	flip(t, s.found("8").Places[0].Path, 200)
	if _, err := s.Check(t.Context(), s.found("8")); message.Code(err) != "copy.bad" {
		t.Fatal(err)
	}
	given := func(context.Context, string, int64) (map[string]string, error) {
		return map[string]string{bad.ID: "failed", damaged: "failed"}, nil
	}
	if err := room(3, given, "7", "", "8 bad 6 verified 5 verified 4 verified"); err != nil {
		t.Error(err)
	}
	if err := os.Remove(s.found("8").Places[0].Path); err != nil {
		t.Fatal(err)
	}
	keepLedgerOf(t, d, func(e event) bool { return e.ID != damaged })
	if err := room(7, s.spares, "", "", "6 verified 5 verified 4 verified"); message.Code(err) != "drive.full" {
		t.Errorf("%v", err)
	}
	if _, _, err := s.makeRoom(t.Context(), d, 7*mega, nil); message.Code(err) != "drive.full" {
		t.Errorf("%v", err)
	}
	for _, one := range []string{"4", "5", "6"} {
		if _, _, err := Check(t.Context(), s.found(one).Places[0].Path); err != nil {
			t.Errorf("%s: %v", one, err)
		}
	}
}

// The real thing: a drive on which two copies have room, and a third where the trash makes it.
func TestACopyIsMadeOnAFullDriveByEmptyingItsTrash(t *testing.T) {
	m, d := store(t)
	m.Config = append(m.Config, File{Name: "scripts/big.lua", Data: noise(mega)})
	m.Destinations = m.Destinations[:1]
	small(t, m.Destinations[0].Path, "3m")
	first := create(t, m, d, VerifyRestore)
	second := create(t, m, d, VerifyRestore)
	make := func() (Set, error) {
		return m.Create(t.Context(), Options{Databases: []Database{d}, To: m.Destinations, Class: Routine, Verify: VerifyRestore, Files: true, WithSetup: true})
	}
	if set, err := make(); message.Code(err) != "drive.full" || len(set.Copies) > 0 {
		t.Fatalf("%+v, %v", set, err)
	}
	c := m.store()
	if _, err := c.Drop(t.Context(), "local", map[string]string{first.ID: "old"}); err != nil {
		t.Fatal(err)
	}
	set, err := make()
	if err != nil || len(set.Copies) != 1 || set.Copies[0].State != Verified {
		t.Fatalf("%+v, %v", set, err)
	}
	all, _, err := c.List(t.Context(), Filter{State: Verified})
	if err != nil || len(all) != 2 || all[1].ID != second.ID {
		t.Errorf("%+v, %v", all, err)
	}
	if entries, err := os.ReadDir(filepath.Join(m.Destinations[0].Path, filepath.FromSlash(trashPath))); err == nil && len(entries) > 0 {
		t.Errorf("in the trash: %v", entries)
	}
	if at, err := drive.Of(m.Destinations[0].Path); err != nil || at.Free > 3*mega {
		t.Errorf("the drive was not small: %+v, %v", at, err)
	}
}

func TestACopyIsSentToAFullDriveWhereTheTrashMakesRoom(t *testing.T) {
	s := sentFrom(t, "pen", "tiny")
	small(t, s.Destinations[1].Path, "2m")
	small(t, s.Destinations[2].Path, "400k")
	pen := s.onlyOn("pen")
	pen.data = noise(mega)
	old := pen.put(8, Verified, nil)
	pen.data = noise(100)
	pen.put(9, Verified, nil)
	if _, err := pen.Drop(t.Context(), "pen", map[string]string{old: "spare"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.Destinations[1].file("photo.jpg"), noise(mega/2), 0o600); err != nil {
		t.Fatal(err)
	}
	sent, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations)
	if err != nil || sent.at("pen") == nil || sent.at("tiny") != nil || message.Code(errors.Join(missed...)) != "drive.full" {
		t.Fatalf("%+v, %v, %v", sent.Places, missed, err)
	}
	if left := s.lying("tiny"); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// A drive that is pulled out while it is written is a folder in which nothing can be written any more.
func TestADriveThatIsPulledMidwayKeepsNothingThatCounts(t *testing.T) {
	s := sentFrom(t, "pen")
	pen := s.Destinations[1]
	small(t, pen.Path, "300k") // it goes away in the midst of the bytes
	source := &sending{Catalogue: s.Catalogue, copy: s.found("1"), to: []Destination{pen}}
	if err := source.send(t.Context()); err != nil || len(source.missed) == 0 || source.copy.at("pen") != nil {
		t.Fatalf("%v, %v", source.missed, err)
	}
	if left := s.lying("pen"); len(left) > 0 {
		t.Errorf("left %v", left)
	}
	if err := syscall.Mount("", pen.Path, "", syscall.MS_REMOUNT, "size=2m"); err != nil {
		t.Fatal(err)
	}
	if sent, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations); err != nil || len(missed) > 0 || sent.at("pen") == nil {
		t.Errorf("%v, %v", missed, err)
	}
}

func TestWhatCanNotBeDeletedKeepsNoRoomFromBeingMadeAndIsTold(t *testing.T) {
	s := newShelves(t, "local")
	d := s.Destinations[0]
	small(t, d.Path, "8m")
	s.data = noise(mega)
	first := s.put(1, Verified, nil)
	s.put(2, Sealed, nil)
	for seq := range uint64(3) {
		s.put(3+seq, Verified, nil)
	}
	if err := s.drops(first); err != nil {
		t.Fatal(err)
	}
	changed := d.file(filepath.FromSlash(inTrash(firstName)))
	if err := os.Truncate(changed, 5); err != nil {
		t.Fatal(err)
	}
	s.data = noise(mega)
	s.put(6, Sealed, nil)
	gone, told, err := s.makeRoom(t.Context(), d, 3*mega+mega/2, s.spares)
	if err != nil || len(gone) != 1 || message.Code(told) != "copy.degraded" || !strings.Contains(told.Error(), firstName) {
		t.Errorf("%+v, told %v, %v", gone, told, err)
	}
	if _, err := os.Lstat(changed); err != nil {
		t.Error(err)
	}
}
