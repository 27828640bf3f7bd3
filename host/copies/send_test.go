package copies

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

const firstName = "loja-loja-000001-2026-11-21-2200.zip"

// noise does not pack.
func noise(bytes int) []byte {
	data := make([]byte, bytes)
	_, _ = rand.Read(data)
	return data
}

// sentFrom are shelves with a copy on "local" alone.
func sentFrom(t *testing.T, others ...string) *shelves {
	t.Helper()
	s := newShelves(t, append([]string{"local"}, others...)...)
	only := s.onlyOn("local")
	only.data = noise(600_000)
	only.put(1, Verified, func(m *Manifest) { m.To = []string{"local", "pen que sumiu"} })
	return s
}

func TestACopyIsSentWithAllThatIsKnownOfIt(t *testing.T) {
	s := sentFrom(t, "rede", "pen")
	if _, err := s.Pin(t.Context(), s.found("1"), Pin{Reason: "fechamento", LastDay: "2027-03-31"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Waive(t.Context(), s.found("1"), "pen que sumiu"); err != nil {
		t.Fatal(err)
	}
	sent, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations)
	if err != nil || len(missed) > 0 || len(sent.Places) != 3 || sent.State != Verified {
		t.Fatalf("%+v, %v, %v", sent.Places, missed, err)
	}
	for _, where := range []string{"rede", "pen"} {
		alone := s.onlyOn(where).found("1")
		if alone.State != Verified || alone.Pinned == nil || alone.Pinned.LastDay != "2027-03-31" || !slices.Equal(alone.Waived, []string{"pen que sumiu"}) {
			t.Errorf("%s: %+v", where, alone)
		}
		dir := filepath.Dir(alone.Places[0].Path)
		run(t, dir, "sha256sum", "-c", firstName+sumSuffix)
		if history, err := s.History(t.Context(), where); err != nil || len(history) != 1 {
			t.Errorf("%s: %v, %v", where, history, err)
		}
		if _, err := s.onlyOn(where).Check(t.Context(), alone); err != nil {
			t.Error(err)
		}
	}
	before := s.ledgers()
	if again, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations); err != nil || len(missed) > 0 || len(again.Places) != 3 {
		t.Errorf("again: %v, %v", missed, err)
	}
	if diff := cmp.Diff(before, s.ledgers()); diff != "" {
		t.Errorf("sent again: %s", diff)
	}
}

// ledgers is all that stands in the ledgers.
func (s *shelves) ledgers() (all string) {
	s.t.Helper()
	for _, d := range s.Destinations {
		text, err := os.ReadFile(d.file(filepath.FromSlash(ledgerPath)))
		if err != nil {
			s.t.Fatal(err)
		}
		all += string(text)
	}
	return all
}

func TestWhoeverDiedWhileSendingIsFinishedForByTheNextSend(t *testing.T) {
	s := sentFrom(t, "rede")
	if _, err := s.Pin(t.Context(), s.found("1"), Pin{Reason: "fechamento"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Send(t.Context(), s.found("1"), s.Destinations); err != nil {
		t.Fatal(err)
	}
	rede := s.Destinations[1]
	keepLedgerOf(t, rede, func(e event) bool { return e.Event == eventSealed }) // it died right after the name was given
	if err := rede.remove(firstName+proofSuffix, firstName+pinSuffix); err != nil {
		t.Fatal(err)
	}
	if alone := s.onlyOn("rede").found("1"); alone.State != Sealed || alone.Pinned != nil {
		t.Fatalf("%+v", alone)
	}
	if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations); err != nil || len(missed) > 0 {
		t.Fatal(missed, err)
	}
	if alone := s.onlyOn("rede").found("1"); alone.State != Verified || alone.Pinned == nil {
		t.Errorf("%+v", alone)
	}
}

func TestACopyIsSentFromThePlaceWhereItIsWhole(t *testing.T) {
	s := newShelves(t, "local", "rede", "pen")
	pen := s.Destinations[2]
	s.Destinations = s.Destinations[:2]
	s.data = noise(600_000)
	s.put(1, Verified, nil)
	flip(t, s.found("1").Places[0].Path, 300_000)
	sent, missed, err := s.Send(t.Context(), s.found("1"), []Destination{pen})
	if err != nil || len(missed) > 0 || sent.Places[0].State != Bad || sent.at("pen") == nil {
		t.Fatalf("%+v, %v, %v", sent.Places, missed, err)
	}
	if c := s.found("1"); c.Places[0].State != Bad || c.State != Verified {
		t.Errorf("the damage is not told: %+v", c.Places)
	}
	if _, _, err := Check(t.Context(), pen.file(firstName)); err != nil {
		t.Error(err)
	}
}

func TestADamagedCopyThatWasTakenAwayCountsWhenItIsSentAnew(t *testing.T) {
	s := newShelves(t, "local", "rede")
	s.data = noise(600_000)
	s.put(1, Verified, nil)
	path := s.Destinations[1].file(firstName)
	flip(t, path, 300_000)
	if c, err := s.Check(t.Context(), s.found("1")); message.Code(err) != "copy.bad" || c.at("rede") != nil {
		t.Fatalf("%+v, %v", c.Places, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[1:]); err != nil || len(missed) > 0 {
		t.Fatal(missed, err)
	}
	if alone := s.onlyOn("rede").found("1"); alone.State != Verified || alone.Places[0].State != Present {
		t.Errorf("%s, %+v", alone.State, alone.Places)
	}
}

func TestADamagedCopyIsSentNowhere(t *testing.T) {
	for what, harm := range map[string]func(path string, s *shelves) error{
		"a bit":   func(path string, s *shelves) error { flip(t, path, 300_000); return nil },
		"cut off": func(path string, s *shelves) error { return os.Truncate(path, 300_000) },
		"another copy": func(path string, s *shelves) error {
			only := s.onlyOn("local")
			only.put(2, Verified, nil)
			text, err := os.ReadFile(strings.Replace(path, "000001", "000002", 1))
			return errors.Join(err, os.WriteFile(path, text, 0o600))
		},
	} {
		s := sentFrom(t, "rede")
		c := s.found("1")
		if err := harm(c.Places[0].Path, s); err != nil {
			t.Fatal(err)
		}
		sent, missed, err := s.Send(t.Context(), c, s.Destinations[1:])
		if !contradicts(err) || len(missed) > 0 || sent.State != Bad {
			t.Errorf("%s: %s, %v, %v", what, sent.State, missed, err)
		}
		if left := s.lying("rede"); len(left) > 0 {
			t.Errorf("%s: left %v", what, left)
		}
		if _, _, err := s.Send(t.Context(), sent, s.Destinations[1:]); message.Code(err) != "copy.bad" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestADestinationThatIsMissedIsToldAndTheOthersHold(t *testing.T) {
	s := sentFrom(t, "rede", "gone", "taken")
	if err := os.Remove(s.Destinations[2].Path); err != nil {
		t.Fatal(err)
	}
	taken := s.Destinations[3].file(firstName)
	if err := os.WriteFile(taken, []byte("a photo"), 0o600); err != nil {
		t.Fatal(err)
	}
	sent, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations)
	if err != nil || len(sent.Places) != 2 || sent.at("rede") == nil {
		t.Fatalf("%+v, %v", sent.Places, err)
	}
	var which MissedError
	told := map[string]string{}
	for _, m := range missed {
		if one := (*MissedError)(nil); errors.As(m, &one) {
			which = *one
			told[which.Destination] = message.Code(which.Err)
		}
	}
	if diff := cmp.Diff(map[string]string{"gone": "drive.not_found", "taken": "fs.exists"}, told); diff != "" {
		t.Error(diff)
	}
	if text, err := os.ReadFile(taken); err != nil || string(text) != "a photo" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestASendThatIsStoppedLeavesNothingAndCanBeDoneAgain(t *testing.T) {
	s := sentFrom(t, "rede")
	stopped := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stopped)
	if _, _, err := s.Send(ctx, s.found("1"), s.Destinations); !errors.Is(err, stopped) {
		t.Errorf("%v", err)
	}
	if left := s.lying("rede"); len(left) > 0 {
		t.Errorf("left %v", left)
	}
	if sent, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations); err != nil || len(missed) > 0 || len(sent.Places) != 2 {
		t.Errorf("%v, %v", missed, err)
	}
}

func TestACopyThatIsInTheTrashThereCanBeSentThereAgain(t *testing.T) {
	s := newShelves(t, "local", "rede")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	if err := s.drops(first); err != nil {
		t.Fatal(err)
	}
	sent, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations)
	if err != nil || len(missed) > 0 || sent.at("local") == nil {
		t.Fatalf("%v, %v", missed, err)
	}
	if err := s.sweep(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"2 verified", "1 verified"}, s.onlyOn("local").listed(Filter{})); diff != "" || len(s.binned()) != 1 {
		t.Error(diff, s.binned())
	}
	if _, err := s.Untrash(t.Context(), "local", first); message.Code(err) != "fs.exists" {
		t.Errorf("%v", err)
	}
}

func TestACopyIsSentEncryptedAndComesBackPlain(t *testing.T) {
	s := sentFrom(t, "pen", "volta")
	recipient, key, err := NewKeyPair()
	if err != nil {
		t.Fatal(err)
	}
	s.Destinations[1].Recipients = []string{recipient}
	s.Destinations[1].limit = 250_000
	plain := s.found("1")
	sent, missed, err := s.Send(t.Context(), plain, s.Destinations[1:2])
	if err != nil || len(missed) > 0 || sent.at("pen") == nil || !sent.at("pen").Encrypted || len(sent.at("pen").Pieces) != 3 {
		t.Fatalf("%+v, %v, %v", sent.Places, missed, err)
	}
	pen := s.onlyOn("pen")
	if alone := pen.found("1"); alone.State != Verified {
		t.Errorf("%+v", alone)
	}
	if _, _, err := s.Send(t.Context(), pen.found("1"), s.Destinations[2:]); message.Code(err) != "copy.encrypted" {
		t.Errorf("without a key: %v", err)
	}
	if s.Keys, err = parseKeys([]byte(key), ""); err != nil {
		t.Fatal(err)
	}
	back, missed, err := s.Send(t.Context(), pen.found("1"), s.Destinations[2:])
	if err != nil || len(missed) > 0 || back.at("volta") == nil || back.at("volta").SHA256 != plain.Places[0].SHA256 {
		t.Fatalf("%+v, %v, %v", back.Places, missed, err)
	}
	if alone := s.onlyOn("volta").found("1"); alone.State != Verified {
		t.Errorf("%+v", alone)
	}
	flip(t, pen.found("1").Places[0].Path, 1000)
	if err := os.RemoveAll(s.Destinations[2].file(firstName)); err != nil {
		t.Fatal(err)
	}
	if _, missed, err := s.Send(t.Context(), pen.found("1"), s.Destinations[2:]); !contradicts(err) {
		t.Errorf("damaged ciphertext: %v, %v", missed, err)
	}
}
