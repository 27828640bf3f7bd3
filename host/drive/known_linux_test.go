package drive

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

var monday = time.Date(2026, 3, 2, 22, 0, 0, 0, time.FixedZone("", -3*3600))

func TestAStoreRemembersItsDrivesWhoeverElseRemembersToo(t *testing.T) {
	folder := t.TempDir()
	one, err := LoadKnown(folder)
	if err != nil || len(one.Drives) != 0 {
		t.Fatalf("%+v, %v", one, err)
	}
	if err := one.Save(); err != nil || len(names(t, folder)) != 0 {
		t.Errorf("nothing to keep: %v, %q", err, names(t, folder))
	}
	other, err := LoadKnown(folder)
	if err != nil {
		t.Fatal(err)
	}
	wed := someMark("A", "wed")
	wed.Hardware = Hardware{Serial: "5A3C-19F0"}
	one.Remember(wed, monday, "2026-03-02")
	other.Remember(someMark("B", "fri"), monday, "2026-03-02")
	for _, k := range []*Known{one, other} {
		if err := k.Save(); err != nil {
			t.Fatal(err)
		}
	}
	got, err := LoadKnown(folder)
	if err != nil || len(got.Drives) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if diff := cmp.Diff(Member{Mark: wed, Seen: "2026-03-02T22:00:00-03:00", Day: "2026-03-02"}, got.Drives[wed.ID]); diff != "" {
		t.Error(diff)
	}
}

func TestAMemoryThatCanNotBeReadIsSaidAndWrittenAnew(t *testing.T) {
	folder := t.TempDir()
	for _, text := range []string{"", "{", `{"drives":[]}`} {
		file(t, filepath.Join(folder, ".djscript", "drives.json"), text)
		k, err := LoadKnown(folder)
		if k == nil || message.Code(err) != "copy.degraded" || len(k.Drives) != 0 {
			t.Fatalf("%q: %+v, %v", text, k, err)
		}
		k.Remember(someMark("A", ""), monday, "2026-03-02")
		if err := k.Save(); err != nil {
			t.Fatal(err)
		}
		if again, err := LoadKnown(folder); err != nil || len(again.Drives) != 1 {
			t.Errorf("%q: then %+v, %v", text, again, err)
		}
	}
	file(t, filepath.Join(folder, ".djscript", "drives.json"), `{"drives":{"x":{"id":"x"},"`+strings.Repeat("A", 26)+`":{"id":"`+strings.Repeat("B", 26)+`"}}}`)
	if k, err := LoadKnown(folder); err != nil || len(k.Drives) != 0 {
		t.Errorf("entries that contradict themselves: %+v, %v", k, err)
	}
}

// The folder that a drive is mounted on stays when the drive goes, and a copy in there fills the system's disk.
func TestAMountPointWithoutItsDriveIsRefused(t *testing.T) {
	folder, place := t.TempDir(), t.TempDir()
	look := func() error {
		k, err := LoadKnown(folder)
		if err != nil {
			t.Fatal(err)
		}
		told := k.Folder("externo", place)
		if err := k.Save(); err != nil {
			t.Fatal(err)
		}
		return told
	}
	if err := look(); err != nil {
		t.Fatalf("a plain folder: %v", err)
	}
	s := newStick(t, "ext4", "AZUL", 4*megabyte)
	s.plugAt(t, place)
	if err := look(); err != nil {
		t.Fatalf("mounted: %v", err)
	}
	s.unplug(t)
	for range 2 {
		if err := look(); message.Code(err) != "drive.not_found" || !strings.Contains(err.Error(), "externo") {
			t.Fatalf("unmounted: %v", err)
		}
	}
	s.plugAt(t, place)
	if err := look(); err != nil {
		t.Fatalf("mounted again: %v", err)
	}
	k, err := LoadKnown(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Folder("externo", filepath.Join(place, "none")); err != nil {
		t.Errorf("a folder that is not there: %v", err)
	}
	if err := os.Remove(filepath.Join(folder, ".djscript", "drives.json")); err != nil {
		t.Fatal(err)
	}
}

// Three sticks of one label, one of them copied block by block, its files copied to another, the true one at another
// place: real filesystems, and the way from the list to the choice.
func TestTheEnrolledDriveIsFoundAmongItsLookalikes(t *testing.T) {
	known, err := LoadKnown(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	spec := Spec{Enrolled: "AZUL", Destination: "pendrive"}
	find := func(drives ...Drive) []Sighting {
		found, err := Find(t.Context(), "loja", known, drives, spec)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	first := newStick(t, "ext4", "DJ-BACKUP", 8*megabyte)
	drive := first.plug(t)
	mark := someMark("A", "")
	if mark.Hardware, err = HardwareOf(t.Context(), drive); err != nil {
		t.Fatal(err)
	}
	if err := writeMark(drive.Path, mark); err != nil {
		t.Fatal(err)
	}
	known.Remember(mark, monday, "2026-03-02")
	second, third := newStick(t, "ext4", "DJ-BACKUP", 8*megabyte).plug(t), newStick(t, "ext4", "DJ-BACKUP", 8*megabyte).plug(t)
	if err := os.CopyFS(filepath.Join(third.Path, ".djscript"), os.DirFS(filepath.Join(drive.Path, ".djscript"))); err != nil {
		t.Fatal(err)
	}
	if m, err := ReadMark(third.Path); m == nil || err != nil {
		t.Fatalf("the mark was not copied: %v", err)
	}
	found := find(drive, second, third)
	if got, err := Pick(found, ""); err != nil || got.Drive.Path != drive.Path || got.Drive.Enrolled != mark.ID || len(found) != 2 {
		t.Errorf("among three: %+v, %v", found, err)
	}
	first.unplug(t)
	if _, err := Pick(find(second, third), ""); message.Code(err) != "drive.clone" {
		t.Errorf("with its files on another: %v", err)
	}
	moved := first.plug(t)
	if got, err := Pick(find(moved, second), ""); err != nil || got.Drive.Path != moved.Path || got.Day != "2026-03-02" {
		t.Errorf("at another place: %+v, %v", got, err)
	}
	first.unplug(t)
	twin, back := first.twin(t), first.plug(t)
	if _, err := Pick(find(back, twin.plug(t)), ""); message.Code(err) != "drive.clone" {
		t.Errorf("beside a copy of its blocks: %v", err)
	}
	makeReadOnly(t, back.Path)
	listed, err := Of(back.Path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Pick(find(listed), ""); message.Code(err) != "drive.read_only" {
		t.Errorf("read-only: %v", err)
	}
}
