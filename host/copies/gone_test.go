package copies

import (
	"slices"
	"testing"
)

// givenUp tells whether local knows that it gave the copy up.
func (s *shelves) givenUp(id string) bool {
	s.t.Helper()
	gone, err := s.GivenUp(s.t.Context(), "local")
	if err != nil {
		s.t.Fatal(err)
	}
	return gone[id]
}

func TestWhatADestinationGaveUpIsKnownThereUntilItComesAgain(t *testing.T) {
	s := newShelves(t, "local", "rede")
	first := s.put(1, Verified, on(0))
	s.put(2, Verified, on(0))
	if s.givenUp(first) {
		t.Error("before it was dropped")
	}
	if err := s.drops(first); err != nil || !s.givenUp(first) {
		t.Errorf("in the trash: %v", err)
	}
	if gone, err := s.GivenUp(t.Context(), "rede"); err != nil || len(gone) > 0 {
		t.Errorf("another destination gave up %v, %v", gone, err)
	}
	if _, err := s.Untrash(t.Context(), "local", first); err != nil || s.givenUp(first) {
		t.Errorf("brought back: %v", err)
	}
	if err := s.drops(first); err != nil {
		t.Fatal(err)
	}
	s.put(3, Verified, on(8))
	s.put(4, Verified, on(9))
	if err := s.sweep(); err != nil || len(s.binned()) > 0 || !s.givenUp(first) {
		t.Errorf("out of the trash: %v, %v", s.binned(), err)
	}
	all, _, err := s.List(t.Context(), Filter{})
	i := slices.IndexFunc(all, func(c Copy) bool { return c.ID == first })
	if err != nil || i < 0 {
		t.Fatalf("%v, %v", all, err)
	}
	d, _ := s.Destination("local")
	if sent, missed, err := s.Send(t.Context(), all[i], []Destination{d}); err != nil || len(missed) > 0 || sent.At("local").State != Verified || s.givenUp(first) {
		t.Errorf("sent there again: %+v, %v, %v", sent.Places, missed, err)
	}
}
