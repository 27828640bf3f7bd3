package copies

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/message"
)

func TestACopyIsTakenOutOfTheNextPlaceWhereTheFirstIsDamaged(t *testing.T) {
	s := newShelves(t, "local", "rede")
	s.data = noise(100_000)
	s.put(1, Verified, nil)
	c := s.found("1")
	flip(t, c.Places[0].Path, 50_000)
	files, told, err := Extract(t.Context(), c, t.TempDir(), nil)
	if err != nil || len(files) != 1 || len(told) != 1 || message.Code(told[0]) != "copy.degraded" || !strings.Contains(told[0].Error(), c.Places[0].Path) {
		t.Errorf("%v, told %v, %v", files, told, err)
	}
	if err := os.Remove(c.Places[0].Path); err != nil {
		t.Fatal(err)
	}
	files, told, err = Extract(t.Context(), c, t.TempDir(), nil)
	if err != nil || len(files) != 1 || len(told) != 1 {
		t.Errorf("one is gone: %v, told %v, %v", files, told, err)
	}
	flip(t, c.Places[1].Path, 50_000)
	files, told, err = Extract(t.Context(), c, t.TempDir(), nil)
	if len(files) > 0 || len(told) > 0 || err == nil || !strings.Contains(err.Error(), c.Places[0].Path) || !strings.Contains(err.Error(), c.Places[1].Path) {
		t.Errorf("none is whole: %v, told %v, %v", files, told, err)
	}
}

func TestWhatLiesInTheWayIsToldOnceAndWrittenOverByNoPlace(t *testing.T) {
	s := newShelves(t, "local", "rede")
	s.put(1, Verified, nil)
	dir := t.TempDir()
	taken := filepath.Join(dir, "loja.fbk")
	if err := os.WriteFile(taken, []byte("a photo"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, told, err := Extract(t.Context(), s.found("1"), dir, nil)
	if message.Code(err) != "fs.exists" || len(told) > 0 || strings.Count(err.Error(), "loja.fbk") != 1 {
		t.Errorf("told %v, %v", told, err)
	}
	if text, err := os.ReadFile(taken); err != nil || string(text) != "a photo" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestWhatNeedsAKeyIsReadLastByWhoHasNone(t *testing.T) {
	s := sentFrom(t, "pen")
	recipient, _, err := NewKeyPair()
	if err != nil {
		t.Fatal(err)
	}
	s.Destinations[1].Recipients = []string{recipient}
	if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations); err != nil || len(missed) > 0 {
		t.Fatal(missed, err)
	}
	c := s.found("1")
	c.Places[0], c.Places[1] = c.Places[1], c.Places[0]
	files, told, err := Extract(t.Context(), c, t.TempDir(), nil)
	if err != nil || len(files) != 1 || len(told) > 0 {
		t.Errorf("%v, told %v, %v", files, told, err)
	}
}
