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
	on := func(seq uint64, day string) { s.put(seq, Verified, func(m *Manifest) { m.Day = day }) }
	on(1, "2026-11-17")
	on(2, "2026-11-18")
	on(3, "2026-11-19")
	pins := map[string]string{"1": "2026-11-19", "2": "2026-11-20", "3": ""}
	for seq, lastDay := range pins {
		if _, err := s.Pin(t.Context(), s.found(seq), Pin{Reason: "x", LastDay: lastDay}); err != nil {
			t.Fatal(err)
		}
	}
	on(4, "2026-11-20")
	for seq, lastDay := range pins {
		found, err := s.Find(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		code := map[string]string{"1": "", "2": "guard.pinned", "3": "guard.pinned"}[seq]
		if _, err := s.Drop(t.Context(), "local", map[string]string{found.ID: "x"}); message.Code(err) != code {
			t.Errorf("%s, pinned until %q: %v", seq, lastDay, err)
		}
	}
}

func TestAPinThatIsOverIsNotTaken(t *testing.T) {
	s := newShelves(t, "local", "rede")
	s.put(1, Sealed, func(m *Manifest) { m.Day = "2026-11-10" })
	pin := func(day string) string {
		t.Helper()
		before := s.ledgers()
		after, err := s.Pin(t.Context(), s.found("1"), Pin{Reason: "x", LastDay: day})
		if (err == nil) != (after.Pinned != nil && after.Pinned.LastDay == day) || (err == nil) != (before != s.ledgers()) {
			t.Errorf("%s: %+v, %v", day, after.Pinned, err)
		}
		return message.Code(err)
	}
	if got := pin("2020-01-01"); got != "" {
		t.Errorf("where nothing is proven, no day is over: %s", got)
	}
	s.onlyOn("rede").put(2, Verified, func(m *Manifest) { m.Day = "2026-11-20" })
	s.onlyOn("rede").put(3, Verified, func(m *Manifest) { m.Day = "2026-11-21"; m.Database.Name = "caixa" })
	for day, want := range map[string]string{"2026-11-19": "arg.value", "2026-11-20": "", "2026-11-21": "", "": ""} {
		if got := pin(day); got != want {
			t.Errorf("%s: %s", day, got)
		}
	}
}

// A ledger that was cut off right before the line of a pin knows all of the copy but that.
func TestALedgerThatLostNothingButAPinLetsTheCopyGoNowhere(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, nil)
	second := s.put(2, Verified, nil)
	s.put(3, Verified, nil)
	if _, err := s.Pin(t.Context(), s.found("1"), Pin{Reason: "fechamento", LastDay: "2027-03-31"}); err != nil {
		t.Fatal(err)
	}
	keepLedgerOf(t, s.Destinations[0], func(e event) bool { return e.Event != eventPinned })
	if pin := s.found("1").Pinned; pin == nil || pin.Reason != "fechamento" || pin.LastDay != "2027-03-31" {
		t.Errorf("%+v", pin)
	}
	if s.credit() != 0 {
		t.Errorf("credit %d: nobody knows what else was lost", s.credit())
	}
	for _, id := range []string{first, second} {
		if err := s.drops(id); message.Code(err) != "guard.pinned" && message.Code(err) != "guard.ledger" {
			t.Errorf("%v", err)
		}
	}
	if err := s.sweep(); message.Code(err) != "copy.degraded" {
		t.Errorf("nobody is told: %v", err)
	}
	if err := s.sweep(); err != nil {
		t.Errorf("told again: %v", err)
	}
	if err := s.drops(first); message.Code(err) != "guard.pinned" {
		t.Errorf("rebuilt: %v", err)
	}
	if err := s.drops(second); err != nil {
		t.Errorf("rebuilt: %v", err)
	}
	path := s.found("1").Places[0].Path + pinSuffix
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := s.drops(first); message.Code(err) != "guard.pinned" {
		t.Errorf("the ledger knows it: %v", err)
	}
	if c, err := s.Unpin(t.Context(), s.found("1")); err != nil || c.Pinned != nil || s.found("1").Pinned != nil {
		t.Errorf("%+v, %v", c.Pinned, err)
	}
	if err := s.drops(first); err != nil {
		t.Error(err)
	}
}

func TestAPinHoldsWhereverItIsStillKnown(t *testing.T) {
	s := newShelves(t, "local", "rede")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	if _, err := s.Pin(t.Context(), s.found("1"), Pin{Reason: "fechamento"}); err != nil {
		t.Fatal(err)
	}
	local, rede := s.Destinations[0], s.Destinations[1]
	keepLedgerOf(t, local, func(e event) bool { return e.Event != eventPinned })
	if err := local.remove(firstName + pinSuffix); err != nil {
		t.Fatal(err)
	}
	for what, harm := range map[string]func() error{
		"whole":       func() error { return nil },
		"not legible": func() error { return os.WriteFile(rede.file(firstName), []byte("rubbish"), 0o600) },
		"gone":        func() error { return rede.remove(firstName) },
	} {
		if err := harm(); err != nil {
			t.Fatal(err)
		}
		if err := s.drops(first); message.Code(err) != "guard.pinned" {
			t.Errorf("%s on the other: %v", what, err)
		}
	}
}

func TestAPinIsOfTheCopyThatItNamesAndTakesNobodysPlace(t *testing.T) {
	s := newShelves(t, "local")
	s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	one, other := s.found("1").Places[0].Path+pinSuffix, s.found("2").Places[0].Path+pinSuffix
	if _, err := s.Pin(t.Context(), s.found("1"), Pin{Reason: "x"}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(one)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if s.found("2").Pinned != nil {
		t.Error("another's pin pins it")
	}
	if _, err := s.Pin(t.Context(), s.found("2"), Pin{Reason: "y"}); message.Code(err) != "fs.exists" {
		t.Errorf("%v", err)
	}
	if _, err := s.Unpin(t.Context(), s.found("2")); err != nil {
		t.Error(err)
	}
	if again, err := os.ReadFile(other); err != nil || string(again) != string(text) {
		t.Errorf("%q, %v", again, err)
	}
	if _, err := s.Pin(t.Context(), s.found("1"), Pin{Reason: "z", LastDay: "2027-03-31"}); err != nil || s.found("1").Pinned.Reason != "z" {
		t.Errorf("%+v, %v", s.found("1").Pinned, err)
	}
}
