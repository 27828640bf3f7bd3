package restore

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

// tree is what lies below a folder, by name.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		found[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return found
}

// plant makes what lies below a folder exactly that.
func plant(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
}

// Document models as they were in the copy, and as they are when it is restored.
var (
	modelsThen = map[string]string{"nota.frx": "nota", "sub/recibo.frx": "recibo", "igual.frx": "igual", "vazio.frx": "", "cheio.frx": "cheio"}
	modelsNow  = map[string]string{"nota.frx": "nota de hoje", "igual.frx": "igual", "outro.frx": "só hoje", "vazio.frx": "cheio", "cheio.frx": ""}
	modelsBoth = map[string]string{"nota.frx": "nota", "sub/recibo.frx": "recibo", "igual.frx": "igual", "outro.frx": "só hoje", "vazio.frx": "", "cheio.frx": "cheio"}
)

// modelled is a store whose models are others since its copy was made.
func modelled(t *testing.T) (s *store, models string, c copies.Copy) {
	t.Helper()
	s = newStore(t)
	models = filepath.Join(filepath.Dir(s.db.At.Path), "modelos")
	plant(t, models, modelsThen)
	c = s.copy()
	plant(t, models, modelsNow)
	return s, models, c
}

func (s *store) holds(dir string, want map[string]string) {
	s.Helper()
	if diff := cmp.Diff(want, tree(s, dir)); diff != "" {
		s.Error(diff)
	}
}

// What is replaced is kept, and comes back when the restore is undone; what was changed in between is kept then.
func TestModelsComeBackWithTheDatabaseAndGoAgainWithIt(t *testing.T) {
	s, models, c := modelled(t)
	o := s.options()
	o.Files = true
	p, err := s.Preview(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	fates := map[string]string{}
	for _, f := range p.Files {
		fates[filepath.Base(f.Path)] = f.Fate
	}
	want := map[string]string{"nota.frx": FateReplaced, "recibo.frx": FateNew, "igual.frx": FateKept, "outro.frx": FateKept, "vazio.frx": FateReplaced, "cheio.frx": FateReplaced}
	if diff := cmp.Diff(want, fates); diff != "" {
		t.Error(diff)
	}
	s.holds(models, modelsNow)
	result := s.restore(c, o)
	s.holds(models, modelsBoth)
	if !slices.ContainsFunc(result.PreRestore.Parts, func(p copies.Part) bool { return p.Kind == copies.PartFiles }) {
		t.Errorf("the copy of what was before has no models: %+v", result.PreRestore.Parts)
	}
	if len(result.Files) != 4 || result.KeptFiles == "" {
		t.Errorf("files %v, kept in %q", result.Files, result.KeptFiles)
	}
	if kept := slices.Sorted(maps.Values(tree(t, result.KeptFiles))); !slices.Contains(kept, "nota de hoje") || !slices.Contains(kept, "cheio") {
		t.Errorf("kept %q", kept)
	}
	if err := os.WriteFile(filepath.Join(models, "nota.frx"), []byte("nota de amanhã"), 0o640); err != nil {
		t.Fatal(err)
	}
	undone, err := s.Undo(t.Context(), "", o.Gate)
	if err != nil || len(undone) != 1 || undone[0].Files != 4 {
		t.Fatalf("%+v, %v", undone, err)
	}
	s.holds(models, modelsNow)
	if exists(filepath.Join(models, "sub")) {
		t.Error("the folder that was made for a model is left")
	}
	if kept := slices.Sorted(maps.Values(tree(t, result.KeptFiles))); !slices.Contains(kept, "nota de amanhã") {
		t.Errorf("kept %q", kept)
	}
	if _, err := s.Discard(""); err != nil || exists(filepath.Join(s.State, filesFolder)) {
		t.Errorf("%v; what was kept of files is left", err)
	}
	s.holds(models, modelsNow)
}

// A model that can not be written is told, and takes nothing from the database.
func TestAModelThatCanNotBeLaidIsTold(t *testing.T) {
	s, models, c := modelled(t)
	if err := os.Mkdir(filepath.Join(models, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(models, "sub", "recibo.frx"), 0o755); err != nil {
		t.Fatal(err)
	}
	o := s.options()
	o.Files = true
	result := s.restore(c, o)
	if len(result.Files) != 3 || !slices.ContainsFunc(result.Told, func(err error) bool { return strings.Contains(err.Error(), "recibo.frx") }) {
		t.Errorf("files %v, told %v", result.Files, result.Told)
	}
	if _, err := s.Undo(t.Context(), "", o.Gate); err != nil {
		t.Error(err)
	}
	s.holds(models, modelsNow)
}

// One that was cut off is finished, and said to be, whatever becomes of a model.
func TestWhatIsFinishedIsSaidWhateverBecomesOfAModel(t *testing.T) {
	s, models, c := modelled(t)
	o := s.options()
	o.Files = true
	s.restore(c, o)
	all, err := s.records()
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	all[0].Step = stepSwapped
	if err := errors.Join(s.enter(all[0]), os.Remove(filepath.Join(models, "nota.frx")), os.Mkdir(filepath.Join(models, "nota.frx"), 0o755)); err != nil {
		t.Fatal(err)
	}
	told := s.Finish(t.Context())
	for _, words := range []string{"nota.frx could not be put back", "is finished now"} {
		if told == nil || !strings.Contains(told.Error(), words) {
			t.Errorf("%q is not in %v", words, told)
		}
	}
	if s.Pending() {
		t.Error("it is not over")
	}
}

// Without being asked for, models are as they were.
func TestModelsStayWhereNobodyAskedForThem(t *testing.T) {
	s, models, c := modelled(t)
	if result := s.restore(c, s.options()); len(result.Files) > 0 || result.KeptFiles != "" || exists(filepath.Join(s.State, filesFolder)) {
		t.Errorf("%+v", result)
	}
	s.holds(models, modelsNow)
}

// Killed at any step, what is there is the old database with the old models, or the new one with those of the copy. How a
// restore begins is held where it has no models; of the steps after that every other is tried.
func TestKilledAtEveryStepOfARestoreWithModels(t *testing.T) {
	s, models, c := modelled(t)
	then := content(t, s.db.At)
	sold := s.sells()
	bytes, err := os.ReadFile(s.db.At.Path)
	if err != nil {
		t.Fatal(err)
	}
	kept, taken := 0, 0
	for at, killed := 7, true; killed; at += 2 {
		s.reset(bytes)
		plant(t, models, modelsNow)
		plant(t, filepath.Join(s.State, filesFolder), nil)
		killed = s.diesOf(dying{Copy: c.Places[0].Path, At: at, Files: true})
		told := s.Finish(t.Context())
		if err := s.maker.Sweep(); err != nil {
			t.Fatal(err)
		}
		switch content(t, s.db.At) {
		case sold:
			kept++
			s.leaves()
			s.holds(models, modelsNow)
			if exists(filepath.Join(s.State, filesFolder)) {
				t.Errorf("step %d: what was kept of files is left", at)
			}
		case then:
			taken++
			s.leaves("test.fdb.before-1")
			s.holds(models, modelsBoth)
		default:
			t.Errorf("step %d: the live database is neither of the two", at)
		}
		if again := s.Finish(t.Context()); again != nil || s.Pending() {
			t.Errorf("step %d: still not over: %v; told %v", at, again, told)
		}
		if t.Failed() {
			t.Fatalf("at step %d", at)
		}
	}
	t.Logf("the old ones %d times, the new ones %d times", kept, taken)
	if kept < 4 || taken < 3 {
		t.Errorf("the old ones %d times, the new ones %d times", kept, taken)
	}
}

// And so it is with one that is killed while it is undone.
func TestKilledAtEveryStepOfAnUndoWithModels(t *testing.T) {
	s, models, c := modelled(t)
	then := content(t, s.db.At)
	sold := s.sells()
	bytes, err := os.ReadFile(s.db.At.Path)
	if err != nil {
		t.Fatal(err)
	}
	o := s.options()
	o.Files = true
	restored, undone := 0, 0
	for at, killed := 2, true; killed; at += 2 {
		s.reset(bytes)
		plant(t, models, modelsNow)
		plant(t, filepath.Join(s.State, filesFolder), nil)
		s.restore(c, o)
		killed = s.dies("", at)
		if err := s.Finish(t.Context()); err != nil && message.Code(err) != "restore.finished" && message.Code(err) != "restore.undone" {
			t.Errorf("step %d: %v", at, err)
		}
		switch content(t, s.db.At) {
		case then:
			restored++
			s.holds(models, modelsBoth)
		case sold:
			undone++
			s.holds(models, modelsNow)
		default:
			t.Fatalf("step %d: the live database is neither of the two", at)
		}
		if again := s.Finish(t.Context()); again != nil || s.Pending() {
			t.Errorf("step %d: still not over: %v", at, again)
		}
		if t.Failed() {
			t.Fatalf("at step %d", at)
		}
	}
	t.Logf("restored %d times, undone %d times", restored, undone)
	if restored < 1 || undone < 3 {
		t.Errorf("restored %d times, undone %d times", restored, undone)
	}
}

// What somebody has changed since a restore began is his: what was cut off takes back, or goes on with, only what lies there as
// it left it.
func TestWhatSomebodyElseHasChangedIsHis(t *testing.T) {
	const none = "-"
	for name, c := range map[string]struct{ step, was, now, want, code string }{
		"not laid yet":                {stepBuilt, "was", "was", "was", "restore.undone"},
		"laid":                        {stepBuilt, "was", "new", "was", "restore.undone"},
		"laid, and changed since":     {stepBuilt, "was", "his", "his", "restore.undone"},
		"laid where nothing was":      {stepBuilt, none, "new", none, "restore.undone"},
		"his where nothing was":       {stepBuilt, none, "his", "his", "restore.undone"},
		"nothing, and nothing was":    {stepBuilt, none, none, none, "restore.undone"},
		"goes on":                     {stepSwapped, "was", "was", "new", "restore.finished"},
		"goes on where nothing was":   {stepSwapped, none, none, "new", "restore.finished"},
		"goes on, was laid":           {stepSwapped, "was", "new", "new", "restore.finished"},
		"goes on, and is his":         {stepSwapped, "was", "his", "his", "copy.degraded"},
		"goes on, his for the first":  {stepSwapped, none, "his", "his", "copy.degraded"},
		"undone by a person":          {stepUndoing, "was", "his", "was", "restore.undone"},
		"undone, and nothing was":     {stepUndoing, none, "his", none, "restore.undone"},
		"undone, and somebody did it": {stepUndoing, "was", none, "was", "restore.undone"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			r := &Restorer{State: filepath.Join(dir, "state"), Open: func(context.Context, copies.Database) error { return nil }}
			rec := &record{ID: "x", File: filepath.Join(dir, "L.FDB"), Fresh: filepath.Join(dir, "fresh"), Kept: filepath.Join(dir, "kept"), Aside: filepath.Join(dir, "aside"), Step: c.step}
			p := put{Path: filepath.Join(dir, "m.frx"), Name: "1"}
			lies := map[string]string{"state/restores/x/1": "new", "L.FDB": "db"}
			if c.was != none {
				p.Was, lies["state/restores/x/1.before"] = "1.before", c.was
			}
			if c.now != none {
				lies["m.frx"] = c.now
			}
			if c.step == stepSwapped {
				lies["kept"] = "old"
			}
			if c.step == stepUndoing {
				lies["aside"] = "restored"
			}
			plant(t, dir, lies)
			rec.Files = []put{p}
			if err := r.enter(rec); err != nil {
				t.Fatal(err)
			}
			if err := r.Finish(t.Context()); message.Code(err) != c.code {
				t.Errorf("told %v, want %s", err, c.code)
			}
			got, there := tree(t, dir)["m.frx"]
			if there != (c.want != none) || there && got != c.want {
				t.Errorf("there is %q, want %q", got, c.want)
			}
			if r.Pending() {
				t.Error("it is not over")
			}
		})
	}
}
