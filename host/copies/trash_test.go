package copies

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/message"
)

// on is a copy made on that many days after the first.
func on(days int) func(*Manifest) {
	return func(m *Manifest) {
		m.Day = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days).Format(time.DateOnly)
	}
}

// binned are the numbers of the copies in the trash, each with the last day that it stays.
func (s *shelves) binned() []string {
	s.t.Helper()
	all, problems, err := s.List(s.t.Context(), Filter{State: Trashed})
	if err != nil || len(problems) > 0 {
		s.t.Fatal(problems, err)
	}
	var said []string
	for _, c := range all {
		said = append(said, c.Seq+" "+c.Places[0].LastDay)
	}
	return said
}

func (s *shelves) drops(ids ...string) error {
	s.t.Helper()
	why := map[string]string{}
	for _, id := range ids {
		why[id] = "spare"
	}
	_, err := s.Drop(s.t.Context(), "local", why)
	return err
}

func TestACopyStaysInTheTrashUntilSevenDaysAreProvenAfterIt(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, on(0))
	s.put(2, Verified, on(3))
	if err := s.drops(first); err != nil {
		t.Fatal(err)
	}
	stays := func(want ...string) {
		t.Helper()
		if err := s.sweep(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, s.binned()); diff != "" {
			t.Error(diff)
		}
	}
	stays("1 2026-11-11")
	at := s.Now()
	s.Now = func() time.Time { return at.AddDate(10, 0, 0) } // the PC's clock is not asked
	stays("1 2026-11-11")
	s.put(3, Sealed, on(30)) // nothing that was not proven
	stays("1 2026-11-11")
	s.put(4, Verified, on(3000)) // nothing that can not be believed
	stays("1 2026-11-11")
	s.put(5, Verified, on(10))
	stays("1 2026-11-11")
	s.put(6, Verified, on(11))
	stays()
	if left := s.lying("local"); len(left) != 5*3-1 {
		t.Errorf("left %v", left)
	}
	history, err := s.History(t.Context(), "local")
	if err != nil || len(history) != 6 {
		t.Errorf("%v, %v", history, err)
	}
}

func TestACopyComesBackFromTheTrashAsItWas(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	before, _ := s.History(t.Context(), "local")
	if err := s.drops(first); err != nil {
		t.Fatal(err)
	}
	back, err := s.Untrash(t.Context(), "local", first)
	if err != nil || back.State != Verified || back.ID != first || len(back.Places) != 1 || back.Places[0].State != Present {
		t.Fatalf("%+v, %v", back, err)
	}
	if diff := cmp.Diff([]string{"2 verified", "1 verified"}, s.listed(Filter{})); diff != "" {
		t.Error(diff)
	}
	after, err := s.History(t.Context(), "local")
	if diff := cmp.Diff(before, after); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if len(s.binned()) > 0 || len(s.lying("local")) != 6 {
		t.Errorf("in the trash %v, lying %v", s.binned(), s.lying("local"))
	}
	if _, err := s.Untrash(t.Context(), "local", first[:8]+"nothing"); message.Code(err) != "copy.not_found" {
		t.Errorf("%v", err)
	}
	if err := s.drops(first); err != nil || len(s.binned()) != 1 {
		t.Errorf("dropped again: %v, %v", s.binned(), err)
	}
}

func TestWhatIsNotAsItWasPutIntoTheTrashNeitherComesBackNorGoes(t *testing.T) {
	name := "loja-loja-000001-2026-11-21-2200.zip"
	for what, change := range map[string]func(binned string) error{
		"other bytes": func(p string) error { flip(t, p, 20); return nil },
		"longer":      func(p string) error { return os.Truncate(p, 5000) },
		"gone":        os.Remove,
		"a link": func(p string) error {
			text, err := os.ReadFile(p)
			elsewhere := filepath.Join(t.TempDir(), "x.zip")
			for _, err := range []error{err, os.WriteFile(elsewhere, text, 0o600), os.Remove(p), os.Symlink(elsewhere, p)} {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"another hash beside it": func(p string) error { return os.WriteFile(p+sumSuffix, []byte("x"), 0o600) },
	} {
		s := newShelves(t, "local")
		first := s.put(1, Verified, on(0))
		s.put(2, Verified, on(0))
		if err := s.drops(first); err != nil {
			t.Fatal(err)
		}
		if err := change(s.Destinations[0].file(filepath.Join(filepath.FromSlash(trashPath), name))); err != nil {
			t.Fatal(err)
		}
		before := s.lying("local")
		if _, err := s.Untrash(t.Context(), "local", first); message.Code(err) != "guard.identity" {
			t.Errorf("%s: brought back: %v", what, err)
		}
		if diff := cmp.Diff(before, s.lying("local")); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
		s.put(3, Verified, on(8))
		err := s.sweep()
		if deleted := what == "gone" || what == "other bytes"; (err == nil) != deleted {
			t.Errorf("%s: swept: %v", what, err)
		}
	}
}

func TestNothingIsWrittenOverOnTheWayBack(t *testing.T) {
	for _, suffix := range []string{"", sumSuffix} {
		s := newShelves(t, "local")
		first := s.put(1, Verified, nil)
		s.put(2, Verified, nil)
		if err := s.drops(first); err != nil {
			t.Fatal(err)
		}
		taken := s.Destinations[0].file("loja-loja-000001-2026-11-21-2200.zip" + suffix)
		if err := os.WriteFile(taken, []byte("a photo"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Untrash(t.Context(), "local", first); message.Code(err) != "fs.exists" {
			t.Errorf("%v", err)
		}
		if text, err := os.ReadFile(taken); err != nil || string(text) != "a photo" {
			t.Errorf("%q, %v", text, err)
		}
	}
}

func TestForeignFilesInTheTrashStay(t *testing.T) {
	s := newShelves(t, "local")
	first, second := s.put(1, Verified, on(0)), s.put(2, Verified, on(0))
	s.put(3, Verified, on(0))
	bin := s.Destinations[0].file(filepath.FromSlash(trashPath))
	photo, taken := filepath.Join(bin, "photo.jpg"), filepath.Join(bin, "loja-loja-000002-2026-11-01-2200.zip")
	taken = strings.Replace(taken, "2026-11-01", "2026-11-21", 1)
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{photo, taken} {
		if err := os.WriteFile(path, []byte("a photo"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.drops(first, second); message.Code(err) != "copy.degraded" {
		t.Errorf("%v", err)
	}
	if diff := cmp.Diff([]string{"3 verified", "2 verified"}, s.listed(Filter{})); diff != "" {
		t.Error(diff)
	}
	s.put(4, Verified, on(9))
	if err := s.sweep(); err != nil || len(s.binned()) > 0 {
		t.Errorf("%v, %v", s.binned(), err)
	}
	for _, path := range []string{photo, taken} {
		if text, err := os.ReadFile(path); err != nil || string(text) != "a photo" {
			t.Errorf("%s: %q, %v", path, text, err)
		}
	}
}

func TestATrashThatIsALinkIsNotUsed(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, on(0))
	s.put(2, Verified, on(0))
	bin := s.Destinations[0].file(filepath.FromSlash(trashPath))
	if err := os.Mkdir(s.Destinations[0].file("fotos"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../fotos", bin); err != nil { // within the destination, where a root follows
		t.Fatal(err)
	}
	before := s.lying("local")
	if err := s.drops(first); err == nil {
		t.Error("dropped")
	}
	if diff := cmp.Diff(before, s.lying("local")); diff != "" {
		t.Error(diff)
	}
}

func TestNothingIsMovedOverWhatGotIntoTheTrashMeanwhile(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, nil)
	s.put(2, Verified, nil)
	if killed, err := s.dies(0, func() error { return s.drops(first) }); !killed || err != nil {
		t.Fatal(killed, err)
	}
	d := s.Destinations[0]
	photo := d.file(filepath.Join(filepath.FromSlash(trashPath), firstName))
	if err := os.WriteFile(photo, []byte("a photo"), 0o600); err != nil {
		t.Fatal(err)
	}
	_ = s.sweep()
	if text, err := os.ReadFile(photo); err != nil || string(text) != "a photo" {
		t.Errorf("%q, %v", text, err)
	}
	if _, _, err := Check(t.Context(), d.file(firstName)); err != nil {
		t.Error(err)
	}
}

func TestACopyThatWasPutBackByHandCanBeDroppedAgain(t *testing.T) {
	s := newShelves(t, "local")
	first := s.put(1, Verified, on(0))
	s.put(2, Verified, on(0))
	path := s.Destinations[0].file("loja-loja-000001-2026-11-21-2200.zip")
	text, err := os.ReadFile(path)
	sum, missing := os.ReadFile(path + sumSuffix)
	if err != nil || missing != nil {
		t.Fatal(err, missing)
	}
	if err := s.drops(first); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{path: text, path + sumSuffix: sum} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.sweep(); message.Code(err) != "copy.degraded" {
		t.Fatal(err)
	}
	if err := s.drops(first); err != nil {
		t.Fatal(err)
	}
	if len(s.binned()) != 1 || len(s.lying("local")) != 5 {
		t.Errorf("in the trash %v, lying %v", s.binned(), s.lying("local"))
	}
}

// whole tells whether the copy is somewhere whole: in its place, in the trash, or, once it was due, nowhere.
func (s *shelves) whole(t failer, id string, wanted ...string) string {
	lies := "nowhere"
	for where, filter := range map[string]Filter{"place": {}, "trash": {State: Trashed}} {
		all, problems, err := s.List(s.t.Context(), filter)
		if err != nil || len(problems) > 0 {
			t.Fatalf("%v, %v", problems, err)
		}
		for _, c := range all {
			if c.ID != id || c.State == Missing {
				continue
			}
			if _, _, err := Check(s.t.Context(), c.Places[0].Path); err != nil || lies != "nowhere" {
				t.Fatalf("at %s and %s: %v", lies, where, err)
			}
			lies = where
			if where == "trash" && !strings.Contains(filepath.ToSlash(c.Places[0].Path), trashPath) {
				lies = "on its way"
			}
		}
	}
	if !slices.Contains(wanted, lies) {
		t.Fatalf("the copy is at %q, want %v", lies, wanted)
	}
	return lies
}

// lists is in how many lists a copy stands: of what lies in its place, and of the trash.
func (s *shelves) lists(t failer, id string) (n int) {
	for _, filter := range []Filter{{}, {State: Trashed}} {
		all, _, err := s.List(s.t.Context(), filter)
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, c := range all {
			if c.ID == id && c.State != Missing {
				n++
			}
		}
	}
	return n
}

type failer interface {
	Fatalf(format string, args ...any)
}

// changes are what can be done to the oldest copy, with where it may be afterwards.
func (s *shelves) changes(id string) map[string]func() error {
	return map[string]func() error{
		"drop":    func() error { return s.drops(id) },
		"untrash": func() error { _, err := s.Untrash(s.t.Context(), "local", id); return err },
		"sweep":   s.sweep,
	}
}

func TestWhoeverIsKilledAtAnyStepIsFinishedForByTheNextSweep(t *testing.T) {
	for what, story := range map[string]struct {
		first, killed, end string
		steps              int
	}{
		"dropped":      {"", "drop", "trash", 6},
		"brought back": {"drop", "untrash", "place", 6},
		"deleted":      {"drop", "sweep", "nowhere", 5},
	} {
		for kill := 0; ; kill++ {
			s := newShelves(t, "local")
			first := s.put(1, Verified, on(0))
			s.put(2, Verified, on(0))
			if story.first != "" {
				if err := s.changes(first)[story.first](); err != nil {
					t.Fatal(err)
				}
			}
			if what == "deleted" {
				s.put(3, Verified, on(8))
			}
			killed, err := s.dies(kill, s.changes(first)[story.killed])
			if err != nil {
				t.Fatalf("%s, step %d: %v", what, kill, err)
			}
			if !killed && kill != story.steps {
				t.Errorf("%s: %d steps, want %d", what, kill, story.steps)
			}
			if lists := s.lists(t, first); lists > 1 || lists == 0 && what != "deleted" {
				t.Errorf("%s, killed at step %d: the copy is in %d lists", what, kill, lists)
			}
			for again := range 2 {
				if err := s.sweep(); err != nil {
					t.Fatalf("%s, killed at step %d, sweep %d: %v", what, kill, again, err)
				}
				s.whole(t, first, story.end)
			}
			history, err := s.History(t.Context(), "local")
			if want := map[string]int{"dropped": 3, "brought back": 2, "deleted": 4}[what]; err != nil || len(history) != want {
				t.Errorf("%s, killed at step %d: history %v, %v", what, kill, history, err)
			}
			if !killed {
				break
			}
		}
	}
}

func TestKillsAtRandomLoseNoCopyAndConverge(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newShelves(t, "local")
		first := s.put(1, Verified, on(0))
		s.put(2, Verified, on(0))
		for range rapid.IntRange(1, 6).Draw(rt, "changes") {
			what := rapid.SampledFrom([]string{"drop", "untrash", "sweep"}).Draw(rt, "change")
			after := rapid.IntRange(0, 7).Draw(rt, "killed after")
			_, _ = s.dies(after, s.changes(first)[what]) // what can not be done now is refused
		}
		if err := s.sweep(); err != nil {
			rt.Fatalf("%v", err)
		}
		lies := s.whole(rt, first, "place", "trash")
		history, err := s.History(t.Context(), "local")
		if drops := len(slices.DeleteFunc(history, func(c Change) bool { return !c.Dropped })); err != nil || (drops == 1) != (lies == "trash") {
			rt.Fatalf("it is at %s, and %d drops are told, %v", lies, drops, err)
		}
		if files := len(s.lying("local")); files != 6 {
			rt.Fatalf("%d files: %v", files, s.lying("local"))
		}
		s.put(3, Verified, on(8))
		if err := s.sweep(); err != nil {
			rt.Fatalf("%v", err)
		}
		if want := map[string]string{"place": "place", "trash": "nowhere"}[lies]; want != s.whole(rt, first, want) {
			rt.Fatalf("it is not %s", want)
		}
	})
}

func TestATombstoneNamesNoFileButItsOwn(t *testing.T) {
	e := event{Name: "loja-1.zip", Files: []lain{
		{Name: "loja-1.zip"}, {Name: "loja-1.zip.001"}, {Name: "outra.zip"}, {Name: "../loja-1.zip"}, {Name: "loja-1.zip/../x"}, {Name: `loja-1.zip\..\x`},
		{Name: "loja-1.zip:stream"}, {Name: "loja-1.zip.sha256", Beside: true},
	}}
	var names []string
	for _, f := range e.lain() {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"loja-1.zip", "loja-1.zip.001", "loja-1.zip.sha256"}, names); diff != "" {
		t.Error(diff)
	}
	if got := (event{}).lain(); len(got) > 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestTheFilesOfACopyAreThePiecesAndWhatLiesBesideThem(t *testing.T) {
	for want, p := range map[string]Place{
		"a.zip | a.zip.sha256 a.zip.proof.json a.zip.pin.json a.zip.bad.json":                                    {Path: "/x/a.zip"},
		"a.zip.001 a.zip.002 | a.zip.sha256 a.zip.proof.json a.zip.pin.json a.zip.bad.json":                      {Path: "/x/a.zip", Pieces: []Part{{Name: "a.zip.001"}, {Name: "a.zip.002"}}},
		"a.zip.age | a.zip.age.sha256 a.zip.age.proof.json a.zip.age.pin.json a.zip.age.bad.json a.zip.age.json": {Path: "/x/a.zip.age", Encrypted: true},
	} {
		own, beside := p.files()
		if got := fmt.Sprintf("%s | %s", strings.Join(own, " "), strings.Join(beside, " ")); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
