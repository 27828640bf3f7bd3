package copies

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

func TestAPinLiesInTheLedgersUntilItIsTakenAway(t *testing.T) {
	s := newShelves(t, "local", "rede")
	s.put(1, Verified, nil)
	pinned := func(c *shelves) *Pin {
		found, err := c.Find(t.Context(), "1")
		if err != nil {
			t.Fatal(err)
		}
		return found.Pinned
	}
	found, err := s.Find(t.Context(), "1")
	if err != nil || found.Pinned != nil {
		t.Fatalf("%+v, %v", found.Pinned, err)
	}
	want := &Pin{Reason: "fechamento", LastDay: "2027-03-31"}
	if after, err := s.Pin(t.Context(), found, *want); err != nil || after.Pinned.Reason != want.Reason {
		t.Fatalf("%+v, %v", after.Pinned, err)
	}
	for _, where := range []string{"local", "rede"} {
		if diff := cmp.Diff(want, pinned(s.onlyOn(where))); diff != "" {
			t.Errorf("%s: %s", where, diff)
		}
	}
	if _, err := s.onlyOn("local").Pin(t.Context(), found.At("local"), Pin{Reason: "para sempre"}); err != nil {
		t.Fatal(err)
	}
	if got := pinned(s); got == nil || got.LastDay != "" {
		t.Errorf("of two pins the longer holds: %+v", got)
	}
	if after, err := s.Unpin(t.Context(), found); err != nil || after.Pinned != nil || pinned(s) != nil {
		t.Errorf("%+v, %+v, %v", after.Pinned, pinned(s), err)
	}
}

func TestAPinSaysWhyAndUntilADayThatThereIs(t *testing.T) {
	s := newShelves(t, "local")
	s.put(1, Sealed, nil)
	found, err := s.Find(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		pin  Pin
		code string
	}{{Pin{}, "option.missing"}, {Pin{Reason: "x", LastDay: "31/03/2027"}, "option.value"}, {Pin{Reason: "x", LastDay: "2027-02-29"}, "option.value"}} {
		if _, err := s.Pin(t.Context(), found, tt.pin); message.Code(err) != tt.code {
			t.Errorf("%+v: %v", tt.pin, err)
		}
	}
	if err := os.Remove(found.Places[0].Path); err != nil {
		t.Fatal(err)
	}
	gone, err := s.Find(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pin(t.Context(), gone, Pin{Reason: "x"}); message.Code(err) != "copy.not_found" {
		t.Errorf("a copy that is gone is pinned: %v", err)
	}
}

// A pin that is over holds back no rotation: its last day is compared with the copies, not with the PC's clock.
func TestAPinThatIsOverLetsItsCopyGo(t *testing.T) {
	s := newShelves(t, "local")
	for seq := range uint64(4) {
		s.put(seq+1, Verified, func(m *Manifest) { m.Day = []string{"2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"}[seq] })
	}
	for seq, lastDay := range map[string]string{"1": "2026-11-19", "2": "2026-11-20", "3": ""} {
		found, err := s.Find(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Pin(t.Context(), found, Pin{Reason: "x", LastDay: lastDay}); err != nil {
			t.Fatal(err)
		}
		code := map[string]string{"1": "", "2": "guard.pinned", "3": "guard.pinned"}[seq]
		if _, err := s.Drop(t.Context(), "local", map[string]string{found.ID: "x"}); message.Code(err) != code {
			t.Errorf("%s, pinned until %q: %v", seq, lastDay, err)
		}
	}
}
