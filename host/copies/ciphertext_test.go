package copies

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/message"
)

// sealedAway are shelves with a copy that lies encrypted on "pen" alone, and no key.
func sealedAway(t *testing.T, recipient string, others ...string) *shelves {
	t.Helper()
	s := sentFrom(t, append([]string{"pen"}, others...)...)
	s.Destinations[1].Recipients = []string{recipient}
	s.Destinations[1].limit = 250_000
	if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[1:2]); err != nil || len(missed) > 0 {
		t.Fatal(missed, err)
	}
	s.Destinations = s.Destinations[1:]
	return s
}

func TestCiphertextGoesAsItIsWhereItsRecipientsAre(t *testing.T) {
	recipient, _, keys := pair(t)
	other, _, _ := pair(t)
	s := sealedAway(t, recipient, "same", "other", "plain")
	same := &s.Destinations[1]
	same.Recipients, s.Destinations[2].Recipients = []string{" " + recipient}, []string{other, recipient}
	sent, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[1:])
	if err != nil || sent.at("same") == nil || sent.at("same").SHA256 != sent.at("pen").SHA256 || len(missed) != 2 {
		t.Fatalf("%+v, %v, %v", sent.Places, missed, err)
	}
	for _, one := range missed {
		if message.Code(one) != "copy.encrypted" {
			t.Errorf("%v", one)
		}
	}
	if left := slices.Concat(s.lying("other"), s.lying("plain")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
	alone := s.onlyOn("same")
	if c := alone.found("1"); c.State != Verified || !c.Places[0].Encrypted || len(c.Places[0].Pieces) != 0 || c.Database != "loja" {
		t.Errorf("%+v", c)
	}
	run(t, same.Path, "sha256sum", "-c", firstName+ageSuffix+sumSuffix)
	if events, err := readLedger(same.Path); err != nil || events[1].Event != eventSealed || events[1].Card == "" || events[1].Zip == "" || events[1].ReadBack == "" {
		t.Errorf("%+v, %v", events, err)
	}
	alone.Keys = keys
	if c, err := alone.Check(t.Context(), alone.found("1")); err != nil || c.State != Verified {
		t.Errorf("%s, %v", c.State, err)
	}
	if history, err := s.History(t.Context(), "same"); err != nil || len(history) != 1 {
		t.Errorf("%v, %v", history, err)
	}
}

// Two drives may have been given other keys: each brings the copy to those that share them.
func TestCiphertextGoesFromThePlaceWhoseRecipientsFit(t *testing.T) {
	recipient, _, _ := pair(t)
	other, _, keys := pair(t)
	s := sentFrom(t, "pen", "cofre", "one", "two", "plain")
	for i, recipients := range [][]string{{recipient}, {other}, {recipient}, {other}} {
		s.Destinations[i+1].Recipients = recipients
	}
	if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[1:3]); err != nil || len(missed) > 0 {
		t.Fatal(missed, err)
	}
	s.Destinations = s.Destinations[1:]
	sent, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[2:])
	if err != nil || len(missed) != 1 || message.Code(missed[0]) != "copy.encrypted" || sent.at("plain") != nil {
		t.Fatalf("%v, %v", missed, err)
	}
	for to, from := range map[string]string{"one": "pen", "two": "cofre"} {
		if at := sent.at(to); at == nil || at.SHA256 != sent.at(from).SHA256 {
			t.Errorf("%s: %+v", to, sent.Places)
		}
	}
	alone := s.onlyOn("two")
	alone.Keys = keys
	if c, err := alone.Check(t.Context(), alone.found("1")); err != nil || c.State != Verified {
		t.Errorf("%s, %v", c.State, err)
	}
}

func TestCiphertextThatIsNotWhatItWasGoesNowhere(t *testing.T) {
	recipient, _, _ := pair(t)
	for what, harm := range map[string]func(p Place){
		"a bit":   func(p Place) { flip(t, p.Path, 1000) },
		"cut off": func(p Place) { _ = os.Truncate(p.Path, 1000) },
	} {
		s := sealedAway(t, recipient, "same")
		s.Destinations[1].Recipients = []string{recipient}
		c := s.found("1")
		harm(c.Places[0])
		sent, missed, err := s.Send(t.Context(), c, s.Destinations[1:])
		if !contradicts(err) || len(missed) > 0 || sent.at("same") != nil || sent.State != Bad {
			t.Errorf("%s: %s, %v, %v", what, sent.State, missed, err)
		}
		if left := s.lying("same"); len(left) > 0 {
			t.Errorf("%s: left %v", what, left)
		}
	}
}

// Nobody knows what a ciphertext was made for whose card does not say.
func TestCiphertextWithoutItsRecipientsOnTheCardWantsAKey(t *testing.T) {
	recipient, _, _ := pair(t)
	s := sealedAway(t, recipient, "same")
	s.Destinations[1].Recipients = []string{recipient}
	path := s.Destinations[0].file(firstName + ageSuffix + cardSuffix)
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), `"for"`) || strings.Contains(string(text), recipient) {
		t.Fatalf("%s, %v", text, err)
	}
	from, to, _ := strings.Cut(string(text), `  "for": [`)
	_, to, _ = strings.Cut(to, "],\n")
	if err := os.WriteFile(path, []byte(from+to), 0o600); err != nil {
		t.Fatal(err)
	}
	keepLedgerOf(t, s.Destinations[0], func(event) bool { return false })
	if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[1:]); message.Code(err) != "copy.encrypted" || len(missed) > 0 {
		t.Errorf("%v, %v", missed, err)
	}
}
