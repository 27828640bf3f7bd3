package copies

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// mounted are shelves with a copy on "local" and on a drive that is mounted at the folder of "pen".
func mounted(t *testing.T) (s *shelves, pen Destination) {
	t.Helper()
	s = newShelves(t, "local", "pen")
	small(t, s.Destinations[1].Path, "4m")
	s.Destinations[1].Mount = drive.MountOf(s.Destinations[1].Path)
	s.data = noise(100_000)
	s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	return s, s.Destinations[1]
}

// pullOut leaves of a mounted drive the folder that it was mounted at.
func pullOut(t *testing.T, d Destination) {
	t.Helper()
	if err := syscall.Unmount(d.Path, syscall.MNT_DETACH); err != nil {
		t.Fatal(err)
	}
}

// bare tells that nothing lies in the folder beneath.
func bare(t *testing.T, what string, d Destination) {
	t.Helper()
	if left, err := os.ReadDir(d.Path); err != nil || len(left) > 0 {
		t.Errorf("%s leaves %v, %v", what, left, err)
	}
}

func TestAMountPointWithoutItsDriveIsNoDestination(t *testing.T) {
	s, pen := mounted(t)
	if pen.Mount == "" || s.Destinations[0].Mount != "" {
		t.Fatalf("mounts: %+v", s.Destinations)
	}
	c := s.found("1")
	other := s.onlyOn("pen")
	pullOut(t, pen)
	proof := &Proof{Level: "restore", OK: true, SHA256: c.Places[1].SHA256, When: s.stamp()}
	for what, do := range map[string]func() error{
		"hold":    func() error { return s.Hold(t.Context(), "pen", func() error { t.Error("held"); return nil }) },
		"pin":     func() error { _, err := other.Pin(t.Context(), c.At("pen"), Pin{Reason: "x"}); return err },
		"check":   func() error { return s.enterCheck(c, c.Places[1], nil) },
		"drop":    func() error { _, err := s.Drop(t.Context(), "pen", map[string]string{c.ID: "x"}); return err },
		"untrash": func() error { _, err := s.Untrash(t.Context(), "pen", c.ID); return err },
		"approve": func() error { return s.Approve(t.Context(), "pen", "hash") },
		"parcel":  func() error { _, err := newParcel(pen, "x.zip", 0); return err },
		"cipher":  func() error { _, err := rawParcel(pen, "x.zip", 0); return err },
		"beside": func() error {
			return (&beside{parcel: &parcel{destination: pen, stem: "x.zip"}}).put(t.Context(), sumSuffix, []byte("x"))
		},
		"alone": func() error { return pen.alone(c, func() error { t.Error("alone"); return nil }) },
	} {
		if err := do(); message.Code(err) != "drive.not_found" {
			t.Errorf("%s: %v", what, err)
		}
		bare(t, what, pen)
	}
	if err := writeProof(c.Places[1], &pen, c, &Manifest{Seq: 1}, proof); message.Code(err) != "copy.degraded" {
		t.Errorf("proof: %v", err)
	}
	c.hold()()
	if err := s.sweep(); err != nil {
		t.Error(err)
	}
	bare(t, "all", pen)
	if _, problems, err := s.List(t.Context(), Filter{}); err != nil || len(problems) != 1 || message.Code(problems[0]) != "drive.not_found" {
		t.Errorf("%v, %v", problems, err)
	}
}

// A drive that goes away while a copy is written to it takes what was written with it.
func TestACopyOnItsWayToADriveThatGoesAwayFillsNoOtherDisk(t *testing.T) {
	s, pen := mounted(t)
	for what, limit := range map[string]int64{"whole": 0, "in pieces": 50_000} {
		to := pen
		to.limit = limit
		p, err := newParcel(to, "x.zip", 0)
		if err == nil {
			_, err = p.Write(noise(40_000))
		}
		if err != nil {
			t.Fatal(err)
		}
		pullOut(t, pen)
		_, err = p.Write(noise(40_000))
		if (limit > 0) != (message.Code(err) == "drive.not_found") {
			t.Errorf("%s: %v", what, err)
		}
		made := label{manifest: &Manifest{ID: "x"}, name: "x.zip", zip: cardFile{SHA256: hashOf(nil)}}
		if _, err := p.publish(t.Context(), made); err == nil || !strings.HasPrefix(message.Code(err), "drive.") {
			t.Errorf("%s: %v", what, err)
		}
		_ = p.discard()
		bare(t, what, pen)
		small(t, pen.Path, "4m")
	}
	if missed := s.found("1"); !slices.ContainsFunc(missed.Places, func(p Place) bool { return p.Destination == "local" }) {
		t.Error("it was on local too")
	}
}
