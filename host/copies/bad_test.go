package copies

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

// stateAt is how far a copy is worth anything at one destination.
func (s *shelves) stateAt(seq, where string) string { return s.found(seq).At(where).State }

// damages flips a bit of a copy at the first destination, and has it found by a check.
func (s *shelves) damages(seq string) (path string) {
	s.t.Helper()
	path = s.found(seq).At(s.Destinations[0].Name).Places[0].Path
	flip(s.t, path, 20)
	if _, err := s.Check(s.t.Context(), s.found(seq)); message.Code(err) != "copy.bad" {
		s.t.Fatal(err)
	}
	return path
}

// loses takes the ledger of the first destination away.
func (s *shelves) loses() {
	s.t.Helper()
	if err := os.Remove(s.Destinations[0].file(filepath.FromSlash(ledgerPath))); err != nil {
		s.t.Fatal(err)
	}
}

// What a check has found outlives the ledger that told it: else rotation would count a copy that nobody can restore.
func TestWhatWasFoundDamagedIsKnownWithoutItsLedger(t *testing.T) {
	s := newShelves(t, "local", "rede")
	for seq := range uint64(3) {
		s.put(seq+1, Verified, on(int(seq)))
	}
	path := s.damages("3")
	is := func(what, local, rede string) {
		t.Helper()
		if got := s.stateAt("3", "local") + " " + s.stateAt("3", "rede"); got != local+" "+rede {
			t.Errorf("%s: %s", what, got)
		}
	}
	is("checked", Bad, Verified)
	s.loses()
	is("without its ledger", Bad, Verified)
	if _, err := s.Drop(t.Context(), "local", map[string]string{s.found("3").ID: "x"}); message.Code(err) != "guard.identity" {
		t.Errorf("dropped: %v", err)
	}
	if err := s.sweep(); message.Code(err) != "copy.degraded" {
		t.Errorf("nobody is told: %v", err)
	}
	is("rebuilt", Bad, Verified)
	if err := os.Remove(path + badSuffix); err != nil {
		t.Fatal(err)
	}
	is("by its ledger alone", Bad, Verified)

	// Whole again, and a check has seen it: then nothing speaks against it any more, neither here nor there.
	s.damages("2")
	flip(t, path, 20)
	flip(t, s.found("2").At("local").Places[0].Path, 20)
	for _, seq := range []string{"2", "3"} {
		if _, err := s.Check(t.Context(), s.found(seq)); err != nil {
			t.Fatal(err)
		}
	}
	is("whole again", Verified, Verified)
	s.loses()
	if got := s.stateAt("2", "local"); got != Verified {
		t.Errorf("whole again, and the ledger is lost: %s", got)
	}
	if left := s.lying("local"); slices.ContainsFunc(left, func(name string) bool { return strings.HasSuffix(name, badSuffix) }) {
		t.Errorf("left %v", left)
	}
}

// A ledger that lost nothing but the line of a check is as incomplete as any other.
func TestALedgerThatLostNothingButACheckDropsNothing(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, nil)
	for seq := range uint64(3) {
		s.put(seq+2, Verified, nil)
	}
	s.damages("3")
	if s.credit() == 0 {
		t.Fatal("there is no credit to lose")
	}
	keepLedgerOf(t, s.Destinations[0], func(e event) bool { return e.Event != eventCheck })
	if err := s.Standstill("local"); message.Code(err) != "guard.ledger" || s.credit() != 0 {
		t.Errorf("%v, credit %d", err, s.credit())
	}
	if err := s.drops(first); message.Code(err) != "guard.ledger" {
		t.Errorf("dropped: %v", err)
	}
	if err := s.sweep(); message.Code(err) != "copy.degraded" {
		t.Errorf("nobody is told: %v", err)
	}
	if err := s.sweep(); err != nil || s.Standstill("local") != nil {
		t.Errorf("told again: %v, %v", err, s.Standstill("local"))
	}
	if err := s.drops(first); err != nil {
		t.Error(err)
	}
}

// A ledger that can not be written keeps nobody from leaving beside the copy what was found.
func TestWhatIsFoundDamagedIsToldBesideItFirst(t *testing.T) {
	s := newShelves(t, "local")
	s.put(1, Verified, nil)
	path := s.found("1").Places[0].Path
	flip(t, path, 20)
	c := s.found("1")
	s.loses()
	if err := os.Mkdir(s.Destinations[0].file(filepath.FromSlash(ledgerPath)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := s.enterCheck(c, c.Places[0], message.New("copy.bad", "copies.zip_bad", message.Args{"path": path})); err == nil {
		t.Error("the ledger was written")
	}
	var told damage
	text, err := os.ReadFile(path + badSuffix)
	if err != nil || json.Unmarshal(text, &told) != nil || told.ID != c.ID || told.When != s.stamp() || !strings.Contains(told.Why, path) {
		t.Errorf("%s, %v", text, err)
	}
}

func TestWhatComesAnewUnderTheNameOfADamagedCopyIsWhole(t *testing.T) {
	s := newShelves(t, "local", "rede")
	s.put(1, Verified, nil)
	path := s.damages("1")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + badSuffix); err != nil {
		t.Fatal(err)
	}
	if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations[:1]); err != nil || len(missed) > 0 {
		t.Fatal(missed, err)
	}
	s.loses()
	if got := s.stateAt("1", "local"); got != Verified {
		t.Errorf("sent anew, and %s", got)
	}
	if diff := cmp.Diff([]string{firstName, firstName + proofSuffix, firstName + sumSuffix}, s.lying("local")); diff != "" {
		t.Error(diff)
	}
}

// Whoever laid something under that name, it is not ours: it says nothing, and stays.
func TestWhatIsFoundOfAnotherCopySaysNothingOfThisOne(t *testing.T) {
	s := newShelves(t, "local")
	s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	one := s.damages("1")
	text, err := os.ReadFile(one + badSuffix)
	if err != nil {
		t.Fatal(err)
	}
	other := s.found("2").Places[0].Path
	for _, text := range []string{string(text), "rubbish", "{}"} {
		if err := os.WriteFile(other+badSuffix, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := s.stateAt("2", "local"); got != Verified {
			t.Errorf("%q makes it %s", text, got)
		}
		if s.Standstill("local") != nil {
			t.Errorf("%q keeps rotation from going on", text)
		}
		if _, err := s.Check(t.Context(), s.found("2")); err != nil {
			t.Error(err)
		}
		flip(t, other, 20)
		if _, err := s.Check(t.Context(), s.found("2")); !strings.Contains(err.Error(), badSuffix) {
			t.Errorf("%q: %v", text, err)
		}
		flip(t, other, 20)
		if _, err := s.Check(t.Context(), s.found("2")); err != nil {
			t.Error(err)
		}
		if again, err := os.ReadFile(other + badSuffix); err != nil || string(again) != text {
			t.Errorf("%q, %v", again, err)
		}
	}
	if found, err := Open(one); err != nil || found.State != Verified {
		t.Errorf("a copy that is named by its path is checked whenever it is used: %s, %v", found.State, err)
	}
}

// A copy that lies there twice is checked twice, and what is found of one says nothing of the other.
func TestARenamedTwinHidesNoDamage(t *testing.T) {
	s := newShelves(t, "local", "rede")
	s.put(1, Verified, nil)
	whole := s.found("1").At("rede").Places[0].Path
	text, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.Destinations[0].file("z.zip"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	path := s.damages("1")
	is := func(what string) {
		t.Helper()
		for _, p := range s.found("1").Places {
			if (p.Path == path) != (p.State == Bad) {
				t.Errorf("%s: %s is %s", what, p.Path, p.State)
			}
		}
	}
	is("checked")
	s.loses()
	is("without its ledger")
	if err := s.sweep(); message.Code(err) != "copy.degraded" {
		t.Error(err)
	}
	is("rebuilt")
	if _, err := s.Check(t.Context(), s.found("1")); message.Code(err) != "copy.bad" {
		t.Error(err)
	}
	if err := os.Remove(path + badSuffix); err != nil {
		t.Fatal(err)
	}
	is("by its ledger alone")
}

func TestACopyThatIsDamagedEverywhereIsNotCalledAway(t *testing.T) {
	s := newShelves(t, "local", "rede")
	s.put(1, Verified, nil)
	flip(t, s.found("1").At("rede").Places[0].Path, 20)
	s.damages("1")
	prover := &Prover{Destinations: s.Destinations, Now: s.Now}
	use := map[string]func(Copy) error{
		"extract": func(c Copy) error { _, _, err := Extract(t.Context(), c, t.TempDir(), nil); return err },
		"prove":   func(c Copy) error { _, _, err := prover.Prove(t.Context(), c); return err },
	}
	for name, with := range use {
		if err := with(s.found("1")); message.Code(err) != "copy.bad" || !strings.Contains(message.Hint(err), "copies check 1") {
			t.Errorf("%s: %v (%s)", name, err, message.Hint(err))
		}
		away := s.found("1")
		away.Places[0].State = Offline
		if err := with(away); message.Code(err) != "copy.not_found" {
			t.Errorf("%s, on a drive that is away: %v", name, err)
		}
	}
}

// A destination where only the ledger remembers a copy takes nothing from what another tells of it.
func TestACopyThatIsMissingAtOneDestinationIsKnownByTheOther(t *testing.T) {
	s := newShelves(t, "local", "rede")
	s.put(1, Verified, func(m *Manifest) { m.To = []string{"local", "rede"} })
	want := s.found("1")
	if err := os.Remove(want.At("local").Places[0].Path); err != nil {
		t.Fatal(err)
	}
	got := s.found("1")
	if got.Day == "" || got.Day != want.Day || got.Class != want.Class || got.Created != want.Created || !slices.Equal(got.To, want.To) || got.Set != want.Set {
		t.Errorf("%+v", got)
	}
	if got.State != Verified || len(got.Places) != 2 || got.Places[0].State != Missing {
		t.Errorf("%+v", got.Places)
	}
}
