package tests

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// maker makes copies of a database to two destinations, with these tools.
func maker(t *testing.T, tools firebird.Tools, db firebird.Database) (*copies.Maker, copies.Options) {
	t.Helper()
	dir := t.TempDir()
	var to []copies.Destination
	for _, name := range []string{"local", "pendrive"} {
		to = append(to, copies.Destination{Name: name, Path: folder(t, dir, name)})
	}
	m := &copies.Maker{
		Store:        copies.Store{ID: "loja", Name: "Loja", Location: time.UTC, Day: func(t time.Time) string { return t.Format(time.DateOnly) }},
		Destinations: to, Tools: tools, Bench: copies.Bench{Dir: folder(t, dir, "work"), Tools: firebirdtest.Tools(t)},
		State: folder(t, dir, "state"), Version: "story", Now: time.Now, Entropy: rand.Reader,
	}
	return m, copies.Options{
		Databases: []copies.Database{{Name: "loja", At: db}}, To: to, Class: copies.Routine, Verify: copies.VerifyLater,
	}
}

func folder(t *testing.T, parts ...string) string {
	t.Helper()
	dir := filepath.Join(parts...)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// madeCopy is the path of a copy of a database.
func madeCopy(t *testing.T, db firebird.Database) string {
	t.Helper()
	m, o := maker(t, firebirdtest.Tools(t), db)
	set, err := m.Create(t.Context(), o)
	if err != nil || len(set.Degraded) > 0 {
		t.Fatal(err, set.Degraded)
	}
	return set.Copies[0].Places[0].Path
}

// A gbak that says nothing more is ended, and told of; as no story can wait the ten minutes, this is not one.
func TestAGbakThatHangsIsEndedAndNothingIsLeft(t *testing.T) {
	for behaviour, code := range map[string]string{
		"hang": "gbak.hang", "stop": "gbak.hang", "garbage": "gbak.hang", "flood": "gbak.failed", "longline": "gbak.failed",
		"question": "drive.full", // gbak asks for another volume when the disk is full
	} {
		t.Run(behaviour, func(t *testing.T) {
			m, o := maker(t, firebirdtest.StandinTools(t, behaviour), firebirdtest.Demo(t))
			m.Silence = time.Second
			began := time.Now()
			_, err := m.Create(context.Background(), o)
			if got := message.Code(err); got != code {
				t.Fatalf("code %s, want %s: %v", got, code, err)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
			for _, d := range m.Destinations {
				empty(t, d.Path)
			}
			empty(t, m.Bench.Dir)
		})
	}
}

func empty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("left in %s: %s", dir, e.Name())
	}
}
