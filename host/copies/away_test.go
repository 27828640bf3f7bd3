package copies

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

// A set of drives is one destination: what lies on the drive of another day counts, and can not be touched.
func TestWhatLiesOnADriveThatIsNotPluggedInCounts(t *testing.T) {
	s := newShelves(t, "local", "pen")
	s.put(1, Verified, nil)
	s.put(2, Sealed, nil)
	wednesday, _, err := s.onlyOn("pen").List(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	pen := &s.Destinations[1]
	pen.Path, pen.Absent = "", message.New("drive.not_found", "copies.destination_absent", message.Args{"destination": "pen"})
	broken := errors.New("a cache that can not be read")
	pen.Away = func() ([]Copy, []error) { return wednesday, []error{broken} }
	list := func(f Filter) (said []string, places map[string]string, problems []error) {
		all, problems, err := s.List(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		places = map[string]string{}
		for _, c := range all {
			said = append(said, c.Seq+" "+c.State)
			for _, p := range c.Places {
				places[c.Seq+" "+p.Destination] = p.State
			}
		}
		return said, places, problems
	}
	said, places, problems := list(Filter{})
	if diff := cmp.Diff([]string{"2 sealed", "1 verified"}, said); diff != "" {
		t.Error(diff)
	}
	want := map[string]string{"1 local": Present, "1 pen": Offline, "2 local": Present, "2 pen": Offline}
	if diff := cmp.Diff(want, places); diff != "" {
		t.Error(diff)
	}
	if len(problems) != 2 || message.Code(problems[0]) != "drive.not_found" || !errors.Is(problems[1], broken) {
		t.Errorf("told %v", problems)
	}

	// On that drive alone it is verified still, and neither dropped nor taken for lying there.
	s.Destinations = s.Destinations[1:]
	said, _, _ = list(Filter{Where: "pen", State: Verified})
	if diff := cmp.Diff([]string{"1 verified"}, said); diff != "" {
		t.Error(diff)
	}
	found, err := s.Find(t.Context(), "1")
	if err != nil || found.At("pen").Ours() {
		t.Errorf("it can be dropped: %v, %v", found.Places, err)
	}
	if _, err := s.Drop(t.Context(), "pen", map[string]string{found.ID: "x"}); message.Code(err) != "drive.not_found" {
		t.Errorf("dropped from a drive that is not there: %v", err)
	}

	// What was bad when it was last seen is no better now, another store's is not ours, and what lay
	// elsewhere did not lie there.
	wednesday[slices.IndexFunc(wednesday, func(c Copy) bool { return c.Seq == "1" })].Places[0].State = Bad
	wednesday = append(wednesday, Copy{ID: "01JX", Seq: "9", Store: "outra", Places: []Place{{Destination: "pen", State: Present}}})
	wednesday = append(wednesday, Copy{ID: "01JY", Seq: "8", Store: "loja", Places: []Place{{Destination: "local", State: Present}, {Destination: "pen", State: Missing}}})
	said, _, _ = list(Filter{})
	if diff := cmp.Diff([]string{"2 sealed", "1 bad"}, said); diff != "" {
		t.Error(diff)
	}
}

func TestDestinationsThatAreAbsentAreNoTwins(t *testing.T) {
	if refused := twins([]Destination{{Name: "a"}, {Name: "b"}}); refused != nil {
		t.Errorf("refused %v", refused)
	}
}
