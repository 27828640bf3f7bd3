package copies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// A table that is not there may be one that is spelt otherwise: gbak would write all its rows.
func TestARawBackupIsWhatGbakWritesAndRestoresToTheSameRows(t *testing.T) {
	m, d := store(t)
	dir := t.TempDir()
	for _, c := range []struct {
		name string
		o    RawOptions
		rows map[string]int64 // of what was restored
	}{
		{"whole", RawOptions{}, map[string]int64{"PRODUTO": 2000, "VENDA": 2000, "VAZIA": 0}},
		{"part", RawOptions{SkipTables: []string{"VENDA"}}, map[string]int64{"PRODUTO": 2000, "VENDA": 0, "VAZIA": 0}},
		{"bare", RawOptions{MetadataOnly: true}, map[string]int64{"PRODUTO": 0, "VENDA": 0, "VAZIA": 0}},
	} {
		c.o.To = filepath.Join(dir, c.name+".fbk")
		made, told, err := m.Backup(t.Context(), d, c.o)
		if err != nil || len(told) > 0 {
			t.Fatalf("%s: %v, %v", c.name, err, told)
		}
		text, err := os.ReadFile(c.o.To)
		sum := sha256.Sum256(text)
		if err != nil || made.Path != c.o.To || made.Bytes != int64(len(text)) || made.SHA256 != hex.EncodeToString(sum[:]) || made.Engine == "" {
			t.Errorf("%s: %+v, %v", c.name, made, err)
		}
		if made.Rows["PRODUTO"] != c.rows["PRODUTO"] || made.Rows["VENDA"] != c.rows["VENDA"] {
			t.Errorf("%s: read %v", c.name, made.Rows)
		}
		to := filepath.Join(dir, c.name+".fdb")
		restored, err := m.Bench.Restore(t.Context(), c.o.To, to, firebird.RestoreOptions{PageSize: 16384})
		if err != nil || restored.Path != to || restored.Rows["PRODUTO"] != c.rows["PRODUTO"] || restored.Rows["VENDA"] != c.rows["VENDA"] {
			t.Fatalf("%s: %+v, %v", c.name, restored, err)
		}
		seen, err := m.Bench.Inspect(t.Context(), to, false)
		if err != nil || len(seen.ValidationErrors) > 0 || seen.PageSize != 16384 || seen.ShutdownMode != 0 {
			t.Errorf("%s: %+v, %v", c.name, seen, err)
		}
		for table, n := range c.rows {
			if seen.Rows[table] != n {
				t.Errorf("%s: %d rows in %s, want %d", c.name, seen.Rows[table], table, n)
			}
		}
	}
	if left := lying(t, m.Bench.Dir); len(left) > 0 {
		t.Errorf("left on the bench: %v", left)
	}
}

func TestARestoreHasTheOptionsOfGbak(t *testing.T) {
	m, d := store(t)
	fbk := filepath.Join(t.TempDir(), "a.fbk")
	if _, _, err := m.Backup(t.Context(), d, RawOptions{To: fbk}); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "a.fdb")
	if _, err := m.Bench.Restore(t.Context(), fbk, to, firebird.RestoreOptions{OneAtATime: true, Inactive: true, NoValidity: true}); err != nil {
		t.Fatal(err)
	}
	seen, err := m.Bench.Inspect(t.Context(), to, false)
	if err != nil || !slices.Contains(seen.InactiveIndexes, "I_NOME") {
		t.Errorf("%+v, %v", seen, err)
	}
}

func TestARawFileIsWholeOrNotThere(t *testing.T) {
	m, d := store(t)
	dir := t.TempDir()
	good := filepath.Join(dir, "good.fbk")
	if _, _, err := m.Backup(t.Context(), d, RawOptions{To: good}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	spoilt := slices.Clone(text)
	clear(spoilt[len(spoilt)/2 : len(spoilt)/2+4096])
	for name, bytes := range map[string][]byte{"short.fbk": text[:len(text)/2], "spoilt.fbk": spoilt, "other.fbk": []byte("not a backup"), "empty.fbk": nil} {
		if err := os.WriteFile(filepath.Join(dir, name), bytes, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := lying(t, dir)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	backup := func(ctx context.Context, to string, skip ...string) error {
		_, _, err := m.Backup(ctx, d, RawOptions{To: filepath.Join(dir, to), SkipTables: skip})
		return err
	}
	restore := func(ctx context.Context, fbk, to string) error {
		_, err := m.Bench.Restore(ctx, filepath.Join(dir, fbk), filepath.Join(dir, to), firebird.RestoreOptions{})
		return err
	}
	for what, c := range map[string]struct {
		err  error
		code string
	}{
		"backup over a file":      {backup(t.Context(), "good.fbk"), "fs.exists"},
		"backup to no folder":     {backup(t.Context(), "none/a.fbk"), "drive.not_found"},
		"backup without a table":  {backup(t.Context(), "a.fbk", "venda"), "arg.value"},
		"backup cancelled":        {backup(cancelled, "a.fbk"), ""},
		"restore over a file":     {restore(t.Context(), "good.fbk", "short.fbk"), "fs.exists"},
		"restore to no folder":    {restore(t.Context(), "good.fbk", "none/a.fdb"), "drive.not_found"},
		"restore of nothing":      {restore(t.Context(), "none.fbk", "a.fdb"), "copy.not_found"},
		"restore of a folder":     {restore(t.Context(), ".", "a.fdb"), "copy.not_found"},
		"restore of a text":       {restore(t.Context(), "other.fbk", "a.fdb"), "gbak.failed"},
		"restore of an empty one": {restore(t.Context(), "empty.fbk", "a.fdb"), "gbak.failed"},
		"restore of half":         {restore(t.Context(), "short.fbk", "a.fdb"), "gbak.failed"},
		"restore of a spoilt one": {restore(t.Context(), "spoilt.fbk", "a.fdb"), "gbak.failed"},
		"restore cancelled":       {restore(cancelled, "good.fbk", "a.fdb"), ""},
	} {
		if c.err == nil || message.Code(c.err) != c.code {
			t.Errorf("%s: %v, want %s", what, c.err, c.code)
		}
	}
	if after := lying(t, dir); !slices.Equal(after, before) {
		t.Errorf("there are %v, before %v", after, before)
	}
	if left := lying(t, m.Bench.Dir); len(left) > 0 {
		t.Errorf("left on the bench: %v", left)
	}
}

func lying(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}
