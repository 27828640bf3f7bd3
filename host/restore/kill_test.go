package restore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/secret"
)

// dieVariable makes the test binary a program that restores, or undoes, and is killed on the way.
const dieVariable = "RESTORE_TEST_DIE"

// dying is what such a program does.
type dying struct {
	Dir, Server, Path, User, Password string
	Copy                              string // path; "" undoes the last restore
	Companies                         []string
	Files                             bool
	To                                string // the folder of a PC where the store arrives; "" restores
	At                                int    // the step that it does not survive
}

// die restores, and kills itself at the step that it was told. It says how many steps there were, if it lives.
func die(plan string) {
	var p dying
	err := json.Unmarshal([]byte(plan), &p)
	ctx := context.Background()
	tools, noTools := firebird.FindTools(ctx, "")
	db := firebird.Database{Server: p.Server, Path: p.Path, User: p.User, Password: secret.Text(p.Password)}
	r, m := parts(p.Dir, tools, db)
	g := &gate{gfix: tools.Gfix, db: db}
	r.Open = func(ctx context.Context, _ copies.Database) error { return g.Open(ctx) }
	var coming Arrival
	if p.To != "" {
		r, coming = here(p.To, tools)
	}
	var counting sync.Mutex
	n := 0
	step := func() {
		counting.Lock()
		defer counting.Unlock()
		if n++; n == p.At {
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
			select {}
		}
	}
	r.died = step
	r.Prover.Progress = func(copies.Progress) { step() }
	r.Progress = func(p copies.Progress) {
		if p.Done%4 == 0 {
			step()
		}
	}
	m.Progress = func(copies.Progress) { step() }
	gates := func(copies.Database) Gate { return g }
	switch err = errors.Join(err, noTools); {
	case err != nil:
	case p.To != "":
		_, err = arrives(ctx, r, coming, p.Copy)
	default:
		err = once(ctx, r, p.Copy, Options{Gate: gates, Companies: p.Companies, Files: p.Files})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func once(ctx context.Context, r *Restorer, path string, o Options) error {
	if path == "" {
		_, err := r.Undo(ctx, "", o.Gate)
		return err
	}
	c, err := copies.Open(path)
	if err != nil {
		return err
	}
	l, err := r.Look(ctx, c, o)
	if err != nil {
		return err
	}
	_, err = r.Restore(ctx, l)
	return errors.Join(err, l.Close())
}

// dies runs the program until its end or that step, and tells whether it was killed.
func (s *store) dies(path string, at int, companies ...string) bool {
	s.Helper()
	return s.diesOf(dying{Copy: path, At: at, Companies: companies})
}

func (s *store) diesOf(p dying) bool {
	s.Helper()
	db, at := s.db.At, p.At
	p.Dir, p.Server, p.Path, p.User, p.Password = filepath.Dir(db.Path), db.Server, db.Path, db.User, db.Password.Reveal()
	plan, err := json.Marshal(p)
	if err != nil {
		s.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), dieVariable+"="+string(plan))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return false
	case errors.As(err, &exit) && exit.ExitCode() < 0:
		return true
	}
	s.Fatalf("step %d: %v\n%s", at, err, out)
	return false
}

// reset makes the live database that of these bytes again, with nothing beside it.
func (s *store) reset(bytes []byte) {
	s.Helper()
	if exists(s.db.At.Path) {
		if err := unused(s.Context(), s.db.At.Path); err != nil { // the server still ends what it did for the dead
			s.Fatal(err)
		}
	}
	files, err := filepath.Glob(s.db.At.Path + "*")
	if err != nil {
		s.Fatal(err)
	}
	for _, f := range append(files, filepath.Join(s.State, journalName)) {
		if err := os.Remove(f); err != nil && !os.IsNotExist(err) {
			s.Fatal(err)
		}
	}
	if err := os.WriteFile(s.db.At.Path, bytes, 0o660); err != nil {
		s.Fatal(err)
	}
}

// A process that is killed at any step of a restore leaves the live database the old one whole or the new one whole; the
// next start says which, and takes away what is left.
func TestKilledAtEveryStepOfARestore(t *testing.T) {
	s := newStore(t)
	then := content(t, s.db.At)
	c := s.copy()
	if steps := s.killed(c, s.sells(), then); steps < 21 {
		t.Errorf("only %d steps", steps)
	}
}

// So does one that puts a single company back.
func TestKilledAtEveryStepOfARestoreOfACompany(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	sold := s.sells()
	bytes, err := os.ReadFile(s.db.At.Path)
	if err != nil {
		t.Fatal(err)
	}
	s.restore(c, s.choosing("1"))
	want := content(t, s.db.At)
	s.reset(bytes)
	if want == sold {
		t.Fatal("nothing comes back")
	}
	if steps := s.killed(c, sold, want, "1"); steps < 35 {
		t.Errorf("only %d steps", steps)
	}
}

// killed restores that copy over and over, each time killed one step later.
func (s *store) killed(c copies.Copy, sold, then string, companies ...string) (at int) {
	s.Helper()
	bytes, err := os.ReadFile(s.db.At.Path)
	if err != nil {
		s.Fatal(err)
	}
	kept, taken := 0, 0
	for killed := true; killed && !s.Failed(); {
		at++
		s.reset(bytes)
		before, err := os.Stat(s.db.At.Path)
		if err != nil {
			s.Fatal(err)
		}
		killed = s.dies(c.Places[0].Path, at, companies...)
		after, err := os.Stat(s.db.At.Path)
		if err != nil {
			s.Fatalf("step %d: no database is called that: %v", at, err)
		}
		old := os.SameFile(before, after)
		told := s.Finish(s.Context())
		if err := s.maker.Sweep(); err != nil {
			s.Fatal(err)
		}
		got := content(s, s.db.At)
		switch {
		case old && got == sold:
			kept++
			s.leaves()
		case !old && got == then:
			taken++
			s.leaves("test.fdb.before-1")
			if content(s, s.at(s.db.At.Path+".before-1")) != sold {
				s.Errorf("step %d: what was kept is not what was there", at)
			}
		default:
			s.Errorf("step %d: the live database is neither the old one nor the new one", at)
		}
		if code := message.Code(told); old && code != "" && code != "restore.undone" || !old && code != "" && code != "restore.finished" {
			s.Errorf("step %d: told %v", at, told)
		}
		if again := s.Finish(s.Context()); again != nil || s.Pending() {
			s.Errorf("step %d: still not over: %v", at, again)
		}
	}
	if kept < 10 || taken < 3 {
		s.Errorf("%d steps, the old one %d times, the new one %d times", at, kept, taken)
	}
	return at
}

// And so does one that is killed while it is undone.
func TestKilledAtEveryStepOfAnUndo(t *testing.T) {
	s := newStore(t)
	then := content(t, s.db.At)
	c := s.copy()
	sold := s.sells()
	bytes, err := os.ReadFile(s.db.At.Path)
	if err != nil {
		t.Fatal(err)
	}
	restored, undone := 0, 0
	for at, killed := 1, true; killed; at++ {
		s.reset(bytes)
		s.restore(c, s.options())
		killed = s.dies("", at)
		told := s.Finish(t.Context())
		switch got := content(t, s.db.At); {
		case got == then && exists(s.db.At.Path+".before-1"):
			restored++
			s.leaves("test.fdb.before-1")
		case got == sold && exists(s.db.At.Path+".undone-1"):
			undone++
			s.leaves("test.fdb.undone-1")
		default:
			t.Fatalf("step %d: the live database is neither of the two; beside it %q", at, strings.Join(s.beside(), " "))
		}
		if again := s.Finish(t.Context()); again != nil || s.Pending() {
			t.Errorf("step %d: still not over: %v; told %v", at, again, told)
		}
	}
	if restored < 2 || undone < 2 {
		t.Errorf("restored %d times, undone %d times", restored, undone)
	}
}

// A filesystem without links has a moment in which no database has the name: what the journal says of it is finished too.
func TestEveryStateOfASwapIsSortedOut(t *testing.T) {
	const none, old, fresh = "", "old", "fresh"
	for name, want := range map[string]struct {
		live, from, aside string // what lies under each name
		step              string
		done              bool
		after             string // of live
		code              string
	}{
		"not begun":                 {old, fresh, none, stepSwapping, false, old, ""},
		"building":                  {old, fresh, none, stepBuilding, false, old, ""},
		"building, nothing yet":     {old, none, none, stepBuilding, false, old, ""},
		"both names":                {old, fresh, "link", stepSwapping, false, old, ""},
		"renamed, not yet replaced": {none, fresh, old, stepSwapping, false, old, ""},
		"replaced":                  {fresh, none, old, stepSwapping, true, fresh, ""},
		"the new one is gone":       {old, none, none, stepSwapping, false, old, ""},
		"the old one is gone":       {fresh, none, none, stepSwapped, true, fresh, ""},
		"nothing was there":         {none, fresh, none, stepSwapping, false, none, ""},
		"nothing was there, linked": {"linkfrom", fresh, none, stepSwapping, true, fresh, ""},
		"somebody was here":         {old, fresh, "other", stepSwapping, false, old, "guard.live_db"},
	} {
		dir := t.TempDir()
		at := func(n string) string { return filepath.Join(dir, n) }
		put := func(n, text string) {
			switch text {
			case none:
				return
			case "link":
				if err := os.Link(at("L.FDB"), at(n)); err != nil {
					t.Fatal(err)
				}
				return
			case "linkfrom":
				if err := os.Link(at("fresh"), at(n)); err != nil {
					t.Fatal(err)
				}
				return
			}
			if err := os.WriteFile(at(n), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		put("fresh", want.from)
		put("L.FDB", want.live)
		put("kept", want.aside)
		r := &Restorer{}
		rec := &record{File: at("L.FDB"), Fresh: at("fresh"), Kept: at("kept"), Step: want.step}
		done, err := r.sort(rec, rec.Fresh, rec.Kept)
		text, _ := os.ReadFile(rec.File)
		if done != want.done || message.Code(err) != want.code || string(text) != want.after {
			t.Errorf("%s: done %v, error %v, live %q", name, done, err, text)
		}
	}
}

// What is not beside the live database under another name is never removed, whatever a journal says.
func TestOnlyWhatIsOursIsDiscarded(t *testing.T) {
	dir := t.TempDir()
	live, foreign := filepath.Join(dir, "L.FDB"), filepath.Join(t.TempDir(), "x.before-1")
	for _, path := range []string{live, foreign} {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(live, live+".before-1"); err != nil {
		t.Fatal(err)
	}
	r := &Restorer{}
	for _, path := range []string{live, foreign, live + ".before-1", dir} {
		if err := r.discard(&record{File: live}, path); message.Code(err) != "guard.live_db" || !exists(path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
