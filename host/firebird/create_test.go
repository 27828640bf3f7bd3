package firebird_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

var errUnlucky = errors.New("internal Firebird consistency check (page in use during flush (210), file: cch.cpp line: 2757)")

// A restore whose gbak could not create the database is begun once more, with all that was written until then.
func TestAnUnluckyGbakIsStartedOnceMore(t *testing.T) {
	real := engine(t)
	empty := filepath.Join(t.TempDir(), "empty.fdb")
	if err := real.Create(t.Context(), empty, "page_size 8192"); err != nil {
		t.Fatal(err)
	}
	large, small := goodBackup(t, real), backupOf(t, real, empty) // the small one fits the pipe: all is written before gbak ends
	for piece, fbk := range map[int][]byte{1: small, 500: large, 8 << 10: large, len(small): small, len(large): large} {
		defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
		path, _, err := restore(t, real, fbk, firebird.RestoreOptions{})
		if err != nil {
			t.Fatal(err)
		}
		want := inspect(t, real, path)
		e, err := firebird.NewEngine(t.Context(), filepath.Join(t.TempDir(), "e"), firebirdtest.StandinTools(t, "restore-unlucky"))
		if err != nil {
			t.Fatal(err)
		}
		if path, err = inPieces(t, e, fbk, piece); err != nil {
			t.Fatalf("in pieces of %d bytes: %v", piece, err)
		}
		if diff := cmp.Diff(want, inspect(t, real, path)); diff != "" {
			t.Errorf("in pieces of %d bytes:\n%s", piece, diff)
		}
		if err := e.Remove(); err != nil {
			t.Error(err)
		}
	}
}

// Once, not for ever; and nothing is left.
func TestAGbakThatIsUnluckyTwiceFails(t *testing.T) {
	fbk := goodBackup(t, engine(t))
	e, err := firebird.NewEngine(t.Context(), filepath.Join(t.TempDir(), "e"), firebirdtest.StandinTools(t, "restore-unlucky2"))
	if err != nil {
		t.Fatal(err)
	}
	path, err := inPieces(t, e, fbk, 500)
	if message.Code(err) != "db.corrupt" {
		t.Errorf("%v", err)
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("a database is left")
	}
	if err := e.Remove(); err != nil {
		t.Error(err)
	}
}

func TestAnAbortedRestoreIsNotBegunOnceMore(t *testing.T) {
	e, err := firebird.NewEngine(t.Context(), filepath.Join(t.TempDir(), "e"), firebirdtest.StandinTools(t, "restore-unlucky"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "r.fdb")
	r, err := e.Restore(t.Context(), path, firebird.RestoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	fbk := goodBackup(t, engine(t))
	if _, err := r.Write(fbk[:16]); err != nil {
		t.Fatal(err)
	}
	<-r.Started() // the unlucky one is over
	r.Abort()
	if _, err := r.Write(fbk[16:]); err == nil {
		t.Error("an aborted restore takes bytes")
	}
	if _, err := r.Finish(); err == nil {
		t.Error("an aborted restore finishes well")
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("a database is left")
	}
	if err := e.Remove(); err != nil {
		t.Error(err)
	}
}

func inPieces(t *testing.T, e *firebird.Engine, fbk []byte, piece int) (path string, err error) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "restored.fdb")
	r, err := e.Restore(t.Context(), path, firebird.RestoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for part := range slices.Chunk(fbk, piece) {
		if _, err := r.Write(part); err != nil {
			r.Abort()
			return path, err
		}
	}
	_, err = r.Finish()
	return path, err
}

func TestCreateMakesAnEmptyDatabase(t *testing.T) {
	e := engine(t)
	path := filepath.Join(t.TempDir(), "joe's.fdb")
	if err := e.Create(t.Context(), path, "page_size 16384"); err != nil {
		t.Fatal(err)
	}
	if seen := inspect(t, e, path); seen.PageSize != 16384 || len(seen.Rows) != 0 {
		t.Errorf("%+v", seen)
	}
	if err := e.Create(t.Context(), path, "page_size 16384"); err == nil || strings.Contains(err.Error(), "flush") {
		t.Errorf("over another: %v", err)
	}
}

func TestADatabaseIsCreatedOnceMoreWhereFirebirdWasUnlucky(t *testing.T) {
	other := errors.New("no space left")
	for name, c := range map[string]struct {
		fails   []error
		tries   int
		removed int
		want    error
	}{
		"well":          {nil, 1, 0, nil},
		"unlucky":       {[]error{errUnlucky}, 2, 1, nil},
		"unlucky twice": {[]error{errUnlucky, errUnlucky}, 2, 1, errUnlucky},
		"another way":   {[]error{other}, 1, 0, other},
	} {
		tries, removed := 0, 0
		err := firebird.Twice(func() error {
			tries++
			if tries > len(c.fails) {
				return nil
			}
			return c.fails[tries-1]
		}, func() error { removed++; return nil })
		if !errors.Is(err, c.want) || tries != c.tries || removed != c.removed {
			t.Errorf("%s: %d tries, removed %d times: %v", name, tries, removed, err)
		}
	}
}
