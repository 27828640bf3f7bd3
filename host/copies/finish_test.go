package copies

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/message"
)

// tombstoned are shelves with three copies, of which the second lies in the trash, and the first was given up by
// somebody who died before he moved it.
func tombstoned(t *testing.T) (s *shelves, path string) {
	t.Helper()
	s = newShelves(t, "local")
	first, second := s.put(1, Verified, nil), s.put(2, Verified, nil)
	s.put(3, Verified, nil)
	path = s.found("1").Places[0].Path
	if err := s.drops(second); err != nil {
		t.Fatal(err)
	}
	if killed, err := s.dies(0, func() error { return s.drops(first) }); !killed {
		t.Fatalf("not killed: %v", err)
	}
	return s, path
}

func TestADamagedFileWithTheNameOfATombstoneStaysAndHoldsNobodyUp(t *testing.T) {
	for what, harm := range map[string]func(path string) error{
		"rubbish": func(path string) error { return os.WriteFile(path, []byte("rubbish"), 0o600) },
		"as long, and rubbish": func(path string) error {
			info, err := os.Stat(path)
			return errors.Join(err, os.WriteFile(path, []byte(strings.Repeat("x", int(info.Size()))), 0o600))
		},
	} {
		s, path := tombstoned(t)
		if err := harm(path); err != nil {
			t.Fatal(err)
		}
		damaged, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.sweep(); message.Code(err) != "copy.degraded" || !strings.Contains(err.Error(), firstName) {
			t.Errorf("%s: %v", what, err)
		}
		if _, problems, err := s.List(t.Context(), Filter{}); err != nil || len(problems) != 1 || message.Code(problems[0]) != "copy.bad" && message.Code(problems[0]) != "zip.bad" {
			t.Errorf("%s: nobody is told: %v, %v", what, problems, err)
		}
		if c, err := s.Untrash(t.Context(), "local", s.binnedID("2")); err != nil || c.Seq != "2" {
			t.Errorf("%s: another does not come back: %v", what, err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != string(damaged) {
			t.Errorf("%s: it was moved: %v", what, err)
		}
	}
}

// binnedID is the id of the copy in the trash that has that number.
func (s *shelves) binnedID(seq string) string {
	s.t.Helper()
	all, _, err := s.List(s.t.Context(), Filter{State: Trashed})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range all {
		if c.Seq == seq {
			return c.ID
		}
	}
	s.t.Fatalf("the trash has no %s", seq)
	return ""
}

// The copy is whole, and only what lies beside it can not be read.
func TestWhatHasTheHashOfATombstoneIsBuried(t *testing.T) {
	s, path := tombstoned(t)
	text, err := os.ReadFile(path + sumSuffix)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+sumSuffix, []byte(strings.Repeat("x", len(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.sweep(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); err == nil || len(s.lying("local")) != 9 {
		t.Errorf("left %v", s.lying("local"))
	}
}

func TestADropThatIsFinishedForSomebodyWaitsForTheReaderToo(t *testing.T) {
	s, path := tombstoned(t)
	release := (Copy{ID: "01J00000000000000000000001", Places: []Place{{Destination: "local", Path: path, State: Present}}}).hold()
	if err := s.sweep(); message.Code(err) != "copy.degraded" || !strings.Contains(err.Error(), "000001") {
		t.Errorf("%v", err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("it was moved under its reader: %v", err)
	}
	release()
	if err := s.sweep(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("it stays for ever")
	}
}

func TestOfTheTrashNothingIsDeletedThatIsAnotherCopyOfTheName(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	if err := s.drops(first); err != nil {
		t.Fatal(err)
	}
	before := s.lying("local")
	other := s.put(1, Verified, func(m *Manifest) { m.ID, m.Note = "01J0000000000000000000000Z", "another" })
	if err := s.drops(other); message.Code(err) != "copy.degraded" || !strings.Contains(err.Error(), firstName) {
		t.Errorf("%v", err)
	}
	if left := s.lying("local"); len(left) != len(before)+3 || s.binnedID("1") != first {
		t.Errorf("left %v", left)
	}
	if _, problems := s.Destinations[0].trashed(t.Context(), "loja"); len(problems) > 0 {
		t.Errorf("%v", problems)
	}
}

func TestOfACopyInTheTrashThatIsNotAsItWasNothingIsDeleted(t *testing.T) {
	s := sentFrom(t, "pen")
	pen := &s.Destinations[1]
	pen.limit = 250_000
	if _, missed, err := s.Send(t.Context(), s.found("1"), s.Destinations); err != nil || len(missed) > 0 {
		t.Fatal(missed, err)
	}
	s.onlyOn("pen").put(2, Verified, nil)
	if _, err := s.Drop(t.Context(), "pen", map[string]string{s.found("1").ID: "spare"}); err != nil {
		t.Fatal(err)
	}
	last := pen.file(filepath.FromSlash(inTrash(pieceName(firstName, 2))))
	if err := os.Truncate(last, 5); err != nil {
		t.Fatal(err)
	}
	before := s.lying("pen")
	err := s.Hold(t.Context(), "pen", func() error { return s.empty(*pen, 1<<60) })
	if message.Code(err) != "copy.degraded" || !strings.Contains(err.Error(), filepath.Base(last)) {
		t.Errorf("%v", err)
	}
	if after := s.lying("pen"); strings.Join(after, " ") != strings.Join(before, " ") {
		t.Errorf("%v became %v", before, after)
	}
}
