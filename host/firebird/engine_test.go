package firebird_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

func goodBackup(t *testing.T, e *firebird.Engine) []byte {
	t.Helper()
	return backupOf(t, e, oddFile(t))
}

func backupOf(t *testing.T, e *firebird.Engine, path string) []byte {
	t.Helper()
	b, err := e.Backup(t.Context(), path, firebird.BackupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	fbk, _, err := take(b)
	if err != nil {
		t.Fatal(err)
	}
	return fbk
}

func TestATruncatedBackupIsNeverRestored(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	e := engine(t)
	fbk := goodBackup(t, e)
	end := len(fbk) - 512 // after it there is only what fills the last block
	for _, n := range []int{0, 1, 3, 100, 5000, end / 4, end / 2, end - 5000, end} {
		begin := time.Now()
		path, _, err := restore(t, e, fbk[:n], firebird.RestoreOptions{})
		if err == nil {
			t.Errorf("%d of %d bytes were restored", n, end)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%d bytes took %v", n, took)
		}
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%d bytes left a database", n)
		}
	}
}

func TestAbortRemovesTheDatabase(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	e := engine(t)
	fbk := goodBackup(t, e)
	path := filepath.Join(t.TempDir(), "r.fdb")
	r, err := e.Restore(t.Context(), path, firebird.RestoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Write(fbk[:len(fbk)/2]); err != nil {
		t.Fatal(err)
	}
	<-r.Started()
	begin := time.Now()
	r.Abort()
	r.Abort()
	if took := time.Since(begin); took > time.Second {
		t.Errorf("took %v", took)
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("the database is left")
	}
	if _, err := r.Write(fbk); err == nil {
		t.Error("an aborted restore takes bytes")
	}
	if _, err := r.Finish(); err == nil {
		t.Error("an aborted restore finishes well")
	}
}

func TestCancelEndsARestoreWithinASecond(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	e := engine(t)
	fbk := goodBackup(t, e)
	ctx, cancel := context.WithCancel(t.Context())
	path := filepath.Join(t.TempDir(), "r.fdb")
	r, err := e.Restore(ctx, path, firebird.RestoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Write(fbk[:len(fbk)/2]); err != nil {
		t.Fatal(err)
	}
	cancel()
	begin := time.Now()
	_, err = r.Finish()
	if took := time.Since(begin); took > time.Second || !errors.Is(err, context.Canceled) {
		t.Errorf("took %v: %v", took, err)
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("the database is left")
	}
}

func TestRestoreNeverWritesOverAFile(t *testing.T) {
	e := engine(t)
	path := filepath.Join(t.TempDir(), "live.fdb")
	if err := os.WriteFile(path, []byte("live"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := e.Restore(t.Context(), path, firebird.RestoreOptions{})
	if message.Code(err) != "fs.exists" {
		t.Error(err)
	}
	if text, _ := os.ReadFile(path); string(text) != "live" {
		t.Error("the file was touched")
	}
}

func TestInspectSeesABrokenForeignKey(t *testing.T) {
	e, source := engine(t), oddFile(t)
	b, err := e.Backup(t.Context(), source, firebird.BackupOptions{SkipTables: []string{"PAI"}})
	if err != nil {
		t.Fatal(err)
	}
	fbk, _, err := take(b)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := restore(t, e, fbk, firebird.RestoreOptions{}); err == nil {
		t.Error("children without their parents were restored")
	} else {
		t.Log(err)
	}
	path, _, err := restore(t, e, fbk, firebird.RestoreOptions{Inactive: true})
	if err != nil {
		t.Fatal(err)
	}
	look := inspect(t, e, path)
	if len(look.InactiveIndexes) < 3 {
		t.Errorf("inactive: %v", look.InactiveIndexes)
	}
}

func TestInspectSeesADamagedPage(t *testing.T) {
	e := engine(t)
	path := oddFile(t)
	look := inspect(t, e, path)
	if len(look.ValidationErrors) > 0 || look.ShutdownMode != 0 || fmt.Sprint(look.InactiveIndexes) != "[IX_OFF]" {
		t.Errorf("%+v", look)
	}
	if look.ODS != "12.0" || !strings.HasPrefix(look.Engine, "3.0.") || look.Charset != "WIN1252" || look.PageSize != 8192 {
		t.Errorf("%+v", look)
	}
	zeroPage(t, path)
	words, err := e.Validate(t.Context(), path)
	if err != nil || len(words) == 0 {
		t.Errorf("a zeroed page was not seen: %v %v", words, err)
	}
}

// zeroPage blanks a page in the middle of the file, as a bad sector does.
func zeroPage(t *testing.T, path string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	page := info.Size() / 8192 * 3 / 4
	if _, err := file.WriteAt(make([]byte, 8192), page*8192); err != nil {
		t.Fatal(err)
	}
}

func TestEvidenceIsTheSameThroughTheServerAndTheEngine(t *testing.T) {
	db := oddServed(t)
	queries := []string{
		"select sum(valor) from filho", "select max(nome) from pai", "select null from rdb$database",
		"select id from pai where id = 99", "select nome from pai where nome = 'São João'",
		"select 'a' || ascii_char(10) || 'b  ' from rdb$database", "select count(*) from \"BLOB\";", "select '' from rdb$database",
		"select cast('2024-02-29 10:11:12.5' as timestamp) from rdb$database", "select 1e0/3 from rdb$database",
	}
	var live []string
	conn, err := firebird.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	err = conn.Snapshot(t.Context(), func(s *firebird.Snapshot) (err error) { live, err = s.Scalars(t.Context(), queries); return err })
	if err := errors.Join(err, conn.Close()); err != nil {
		t.Fatal(err)
	}
	fbk, _, err := backup(t, firebirdtest.Tools(t), db, firebird.WayTCP, firebird.BackupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	e := engine(t)
	path, _, err := restore(t, e, fbk, firebird.RestoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i, value := range inspect(t, e, path, queries...).Evidence {
		if value != live[i] {
			t.Errorf("%s: %q live, %q restored", queries[i], live[i], value)
		}
	}
}

func TestEvidenceIsOneValueAndNothingElse(t *testing.T) {
	e := engine(t)
	path := oddFile(t)
	for _, evil := range []string{
		"select id from filho", "select 1 from nowhere", "delete from filho",
		"select 1 from rdb$database) as e (v); shell touch /tmp/evil; select 1 from (select 1 from rdb$database",
		"select 'open from rdb$database",
	} {
		if look, err := e.Inspect(t.Context(), path, firebird.Questions{Evidence: []string{evil}}); err == nil {
			t.Errorf("%s gave %q", evil, look.Evidence)
		} else if len(look.Rows) == 0 {
			t.Errorf("%s lost what was known: %v", evil, err)
		}
	}
}

func TestScriptStopsAtItsFirstErrorAndTellsIt(t *testing.T) {
	e := engine(t)
	path := oddFile(t)
	_, err := e.Script(t.Context(), path, "insert into pai values (2, 'x'); commit; select * from nowhere; insert into pai values (3, 'y'); commit;")
	if err == nil || !strings.Contains(err.Error(), "NOWHERE") {
		t.Errorf("%v", err)
	}
	got, err := e.Query(t.Context(), path, "select id from pai order by id")
	if err != nil || fmt.Sprint(got) != "[1 2]" {
		t.Errorf("%v %v", got, err)
	}
}

func TestEngineLeavesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "engine")
	e, err := firebird.NewEngine(t.Context(), dir, firebirdtest.Tools(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Validate(t.Context(), oddFile(t)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := e.Remove(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Lstat(dir); err == nil {
		t.Error("the engine's folder is left")
	}
	if _, err := firebird.NewEngine(t.Context(), t.TempDir(), firebird.Tools{Version: firebird.Version{Major: 2, Minor: 5}}); message.Code(err) != "db.version" {
		t.Error(err)
	}
}
