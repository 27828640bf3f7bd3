package copies

import (
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

// found is the copy of that number.
func (s *shelves) found(seq string) Copy {
	s.t.Helper()
	c, err := s.Find(s.t.Context(), seq)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func TestAWaivedDestinationIsKnownWhereverTheCopyLies(t *testing.T) {
	s := newShelves(t, "local", "rede")
	s.put(1, Verified, func(m *Manifest) { m.To = []string{"local", "rede", "pen que sumiu"} })
	for _, where := range []string{"pen que sumiu", "rede", "rede"} {
		if err := s.Waive(t.Context(), s.found("1"), where); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Waive(t.Context(), s.onlyOn("local").found("1"), "nada"); message.Code(err) != "option.value" {
		t.Errorf("%v", err)
	}
	for _, where := range []string{"local", "rede"} {
		if diff := cmp.Diff([]string{"pen que sumiu", "rede"}, s.onlyOn(where).found("1").Waived); diff != "" {
			t.Errorf("%s: %s", where, diff)
		}
	}
	if diff := cmp.Diff([]string{"pen que sumiu", "rede"}, s.found("1").Waived); diff != "" {
		t.Error(diff)
	}
	events, err := readLedger(s.Destinations[0].Path)
	if err != nil || len(events) != 4 {
		t.Errorf("%d lines, %v", len(events), err)
	}
}

// odd makes a copy whose proof holds and that is unlike its elders.
func (s *shelves) odd(seq uint64) string {
	s.t.Helper()
	id := s.put(seq, Sealed, nil)
	c := s.found("newest")
	var failed []error
	for _, p := range c.Places {
		d, _ := s.Destination(p.Destination)
		proof := &Proof{Level: "restore", OK: true, SHA256: p.SHA256, When: s.stamp(), Odd: []string{"half of the rows"}}
		failed = append(failed, writeProof(p, &d, c, &Manifest{Seq: seq}, proof))
	}
	if err := errors.Join(failed...); err != nil {
		s.t.Fatal(err)
	}
	return id
}

func TestASuspectCopyCountsForNothingUntilAPersonAcceptsIt(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, nil)
	id := s.odd(2)
	if diff := cmp.Diff([]string{"2 suspect", "1 verified"}, s.listed(Filter{})); diff != "" {
		t.Fatal(diff)
	}
	before, err := s.History(t.Context(), "local")
	if err != nil || len(before) != 1 {
		t.Errorf("it pays for drops: %v, %v", before, err)
	}
	for dropped, code := range map[string]string{first: "guard.newest", id: "guard.identity"} {
		if err := s.drops(dropped); message.Code(err) != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
	if _, err := s.Accept(t.Context(), s.found("2"), ""); message.Code(err) != "option.missing" {
		t.Errorf("%v", err)
	}
	if _, err := s.Accept(t.Context(), s.found("1"), "x"); message.Code(err) != "arg.value" {
		t.Errorf("%v", err)
	}
	accepted, err := s.Accept(t.Context(), s.found("2"), "arquivamos 2019")
	if err != nil || accepted.State != Verified || s.found("2").State != Verified || s.found("2").Accepted != "arquivamos 2019" {
		t.Errorf("%+v, %v", s.found("2"), err)
	}
	if after, err := s.History(t.Context(), "local"); err != nil || len(after) != 2 {
		t.Errorf("%v, %v", after, err)
	}
	if err := s.drops(first); err != nil {
		t.Error(err)
	}
}

func TestAnApprovalHoldsForOneDrop(t *testing.T) {
	s := newShelves(t, "local", "rede")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	approved := func(where, want string) {
		t.Helper()
		if got, err := s.Approved(t.Context(), where); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", where, got, err, want)
		}
	}
	approved("local", "")
	for _, hash := range []string{"abc", "def"} {
		if err := s.Approve(t.Context(), "local", hash); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Approve(t.Context(), "local", ""); message.Code(err) != "option.missing" {
		t.Errorf("%v", err)
	}
	approved("local", "def")
	approved("rede", "")
	other := *s.Catalogue
	other.Store = "outra"
	if got, err := other.Approved(t.Context(), "local"); got != "" || err != nil {
		t.Errorf("another store's: %q, %v", got, err)
	}
	if err := s.drops(first); err != nil {
		t.Fatal(err)
	}
	approved("local", "")
	if err := os.RemoveAll(s.Destinations[1].Path); err != nil {
		t.Fatal(err)
	}
	if err := s.Approve(t.Context(), "rede", "abc"); message.Code(err) != "drive.not_found" {
		t.Errorf("%v", err)
	}
}
