package copies

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

// lock makes a file that can neither be renamed nor removed, as Windows makes one that another program has open.
func lock(t *testing.T, path string) (unlock func()) {
	t.Helper()
	if err := syscall.Mount(path, path, "", syscall.MS_BIND, ""); err != nil {
		t.Fatalf("this test needs the right to mount (root): %v", err)
	}
	locked := true
	unlock = func() {
		if locked {
			_ = syscall.Unmount(path, syscall.MNT_DETACH)
			locked = false
		}
	}
	t.Cleanup(unlock)
	return unlock
}

func TestWhatCanNotBeMovedStaysGivenUpAndIsTriedAgainAndTold(t *testing.T) {
	for _, suffix := range []string{"", sumSuffix, proofSuffix} {
		s := newShelves(t, "local")
		first := s.put(1, Verified, nil)
		s.put(2, Verified, nil)
		unlock := lock(t, s.Destinations[0].file(firstName+suffix))
		if err := s.drops(first); message.Code(err) != "copy.degraded" || !strings.Contains(err.Error(), firstName) {
			t.Errorf("%q: %v", suffix, err)
		}
		for range 2 {
			if err := s.sweep(); err == nil {
				t.Errorf("%q: nobody is told", suffix)
			}
			if diff := cmp.Diff([]string{"2 verified"}, s.listed(Filter{})); diff != "" {
				t.Errorf("%q: %s", suffix, diff)
			}
		}
		unlock()
		if err := s.sweep(); err != nil || len(s.binned()) != 1 {
			t.Errorf("%q: %v, %v", suffix, s.binned(), err)
		}
		if back, err := s.Untrash(t.Context(), "local", first); err != nil || back.State != Verified {
			t.Errorf("%q: %+v, %v", suffix, back, err)
		}
	}
}

func TestWhatCanNotBeDeletedStaysInTheTrashAndIsTriedAgainAndTold(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, on(0))
	s.put(2, Verified, on(0))
	if err := s.drops(first); err != nil {
		t.Fatal(err)
	}
	s.put(3, Verified, on(8))
	unlock := lock(t, s.Destinations[0].file(filepath.Join(filepath.FromSlash(trashPath), firstName)))
	for range 2 {
		if err := s.sweep(); message.Code(err) != "copy.degraded" || !strings.Contains(err.Error(), firstName) {
			t.Errorf("%v", err)
		}
		if diff := cmp.Diff([]string{"1 2026-11-08"}, s.binned()); diff != "" {
			t.Error(diff)
		}
	}
	unlock()
	if err := s.sweep(); err != nil || len(s.binned()) > 0 {
		t.Errorf("%v, %v", s.binned(), err)
	}
}

func TestADriveThatBecameReadOnlyLosesNothing(t *testing.T) {
	s := newShelves(t, "local")
	d := s.Destinations[0]
	small(t, d.Path, "4m")
	first := s.put(1, Verified, on(0))
	second := s.put(2, Verified, on(0))
	s.put(3, Verified, on(0))
	if err := s.drops(first); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", d.Path, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	before := s.lying("local")
	if err := s.drops(second); message.Code(err) != "drive.read_only" {
		t.Errorf("%v", err)
	}
	if _, err := s.Untrash(t.Context(), "local", first); message.Code(err) != "drive.read_only" {
		t.Errorf("%v", err)
	}
	release := s.found("2").hold() // who reads it reads it all the same
	release()
	if diff := cmp.Diff([]string{"3 verified", "2 verified"}, s.listed(Filter{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, s.lying("local")); diff != "" {
		t.Error(diff)
	}
}
