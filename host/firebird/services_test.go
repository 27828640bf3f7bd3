package firebird_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

func connectServices(t *testing.T, db firebird.Database) *firebird.Services {
	t.Helper()
	services, err := firebird.ConnectServices(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return services
}

// bareBackup is what gbak alone makes of a database.
func bareBackup(t *testing.T, db firebird.Database, more ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bare.fbk")
	remote := strings.Replace(db.Server, ":", "/", 1) + ":"
	command := osexec.CommandContext(t.Context(), firebirdtest.Tools(t).Gbak, append([]string{"-b", "-g", remote + db.Path, path}, more...)...)
	command.Env = append(os.Environ(), "ISC_USER="+db.User, "ISC_PASSWORD="+db.Password.Reveal())
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("gbak: %v\n%s", err, out)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func countRows(t *testing.T, db firebird.Database) map[string]int64 {
	t.Helper()
	var counts map[string]int64
	err := connect(t, db).Snapshot(t.Context(), func(s *firebird.Snapshot) (err error) {
		counts, err = s.Rows(t.Context())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func TestServicesTellTheServersVersion(t *testing.T) {
	db := firebirdtest.Database(t)
	services := connectServices(t, db)
	if services.Version.Series() != "3.0" || services.Version.Build == 0 || services.AuthPlugin != "Srp256" {
		t.Errorf("services = %+v", services.Version)
	}
	if err := firebirdtest.Tools(t).Serves(services.Version); err != nil {
		t.Error(err)
	}
	wrong := db
	wrong.Password = "wrong"
	_, err := firebird.ConnectServices(t.Context(), wrong)
	wantCode(t, err, "db.auth", db.Server)
}

func TestRestoreStreamBringsEveryRowBack(t *testing.T) {
	db := firebirdtest.Demo(t)
	fbk := bareBackup(t, db)
	restored := db
	restored.Path = filepath.Join(t.TempDir(), "restored.fdb")
	lines := 0
	// A reader that gives few bytes at a time, as a zip does.
	log, err := connectServices(t, db).RestoreStream(t.Context(), iotest.HalfReader(bytes.NewReader(fbk)), restored.Path,
		func(string) { lines++ })
	if err != nil {
		t.Fatal(err)
	}
	want := countRows(t, db)
	if diff := cmp.Diff(want, countRows(t, restored)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, log.Rows); diff != "" || lines < 100 {
		t.Errorf("%d lines, %s", lines, diff)
	}
	_, err = connectServices(t, db).RestoreStream(t.Context(), bytes.NewReader(fbk), restored.Path, nil)
	wantCode(t, err, "gbak.failed", restored.Path, "exist")
	if diff := cmp.Diff(want, countRows(t, restored)); diff != "" {
		t.Errorf("a restore over a database changed it: %s", diff)
	}
	if err := firebirdtest.Tools(t).DropDatabase(t.Context(), restored); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(restored.Path); !os.IsNotExist(err) {
		t.Errorf("the dropped database is still there: %v", err)
	}
	if err := firebirdtest.Tools(t).DropDatabase(t.Context(), restored); err == nil {
		t.Error("a database that is not there was dropped")
	}
}

// Firebird stumbles over a security database with a long path as soon as a service opens a database.
func TestServicesWorkInAFolderWithALongName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	server, err := firebird.StartPrivateServer(t.Context(), dir, firebirdtest.Tools(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Stop() }()
	db := server.Database(filepath.Join(t.TempDir(), "restored.fdb"))
	services := connectServices(t, db)
	fbk := bareBackup(t, firebirdtest.Database(t))
	if _, err := services.RestoreStream(t.Context(), bytes.NewReader(fbk), db.Path, nil); err != nil {
		t.Error(err)
	}
	if wrong, err := services.Validate(t.Context(), db.Path, true); err != nil || len(wrong) > 0 {
		t.Errorf("%v, %v", wrong, err)
	}
}

func TestRestoreStreamOfABrokenBackupFails(t *testing.T) {
	db := firebirdtest.Demo(t)
	fbk := bareBackup(t, db)
	services := connectServices(t, db)
	orphans := bareBackup(t, db, "-skip_data", "GRUPO") // products without their groups
	lost := errors.New("lost")
	for name, input := range map[string]io.Reader{
		"empty":           bytes.NewReader(nil),
		"garbage":         strings.NewReader(strings.Repeat("not a backup\n", 1000)),
		"orphans":         bytes.NewReader(orphans),
		"half":            bytes.NewReader(fbk[:len(fbk)/2]),
		"without its end": bytes.NewReader(fbk[:len(fbk)-2048]), // of the last block some bytes may be filling
		"last third":      bytes.NewReader(fbk[:len(fbk)*2/3]),
		"reader fails":    io.MultiReader(bytes.NewReader(fbk[:len(fbk)/3]), iotest.ErrReader(lost)),
	} {
		path := filepath.Join(t.TempDir(), "broken.fdb")
		_, err := services.RestoreStream(t.Context(), input, path, nil)
		if err == nil {
			t.Errorf("%s: restored without an error", name)
			continue
		}
		wantCode(t, err, "gbak.failed", path)
		if name == "reader fails" && !errors.Is(err, lost) {
			t.Errorf("%s: %v does not say so", name, err)
		}
	}
}

func TestRestoreStreamEndsWithTheContext(t *testing.T) {
	db := firebirdtest.Demo(t)
	fbk := bareBackup(t, db)
	path := filepath.Join(t.TempDir(), "cancelled.fdb")
	ctx, cancel := context.WithCancel(t.Context())
	began := false
	time.AfterFunc(time.Second, func() {
		_, err := os.Stat(path)
		began = err == nil
		cancel()
	})
	slow := &slowReader{r: bytes.NewReader(fbk), ctx: ctx}
	services := connectServices(t, db)
	begin := time.Now()
	_, err := services.RestoreStream(ctx, slow, path, nil)
	if !errors.Is(err, context.Canceled) || time.Since(begin) > 2*time.Second {
		t.Errorf("error %v after %v", err, time.Since(begin))
	}
	if !began {
		t.Error("the cancel came before the job had made its file")
	}
	// The job on the server ends too, and takes its unfinished file with it or lets it be dropped.
	dropped := db
	dropped.Path = path
	var dropErr, statErr error
	for time.Since(begin) < 8*time.Second {
		if _, statErr = os.Stat(path); os.IsNotExist(statErr) {
			t.Log("gone by itself or dropped after", time.Since(begin))
			return
		}
		dropErr = firebirdtest.Tools(t).DropDatabase(t.Context(), dropped)
	}
	t.Errorf("the job goes on: %v, %v", dropErr, statErr)
}

// slowReader gives a little every 20 ms.
type slowReader struct {
	r   io.Reader
	ctx context.Context
}

func (s *slowReader) Read(p []byte) (int, error) {
	select {
	case <-time.After(20 * time.Millisecond):
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
	return s.r.Read(p[:min(len(p), 8000)])
}

func TestValidateFindsDamage(t *testing.T) {
	db := firebirdtest.Demo(t)
	services := connectServices(t, db)
	for _, full := range []bool{false, true} {
		if wrong, err := services.Validate(t.Context(), db.Path, full); err != nil || len(wrong) > 0 {
			t.Errorf("full %v of a sound database: %v, %v", full, wrong, err)
		}
	}
	damaged := damage(t, db)
	for _, full := range []bool{false, true} {
		wrong, err := services.Validate(t.Context(), damaged.Path, full)
		if err != nil || len(wrong) == 0 {
			t.Errorf("full %v of a damaged database: %v, %v", full, wrong, err)
		}
	}
	_, err := services.Validate(t.Context(), filepath.Join(t.TempDir(), "missing.fdb"), false)
	wantCode(t, err, "db.not_found", "missing.fdb")
	conn := connect(t, damaged)
	err = conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
		_, err := services.Validate(t.Context(), damaged.Path, true)
		wantCode(t, err, "db.busy", damaged.Path)
		_, err = s.Query(t.Context(), "select * from VENDA", nil, 0)
		return err
	})
	wantCode(t, err, "db.corrupt", damaged.Path)
}

// damage is a copy of a database whose first page of rows of VENDA is full of zeroes.
func damage(t *testing.T, db firebird.Database) firebird.Database {
	t.Helper()
	page := ask(t, connect(t, db), `select first 1 P.RDB$PAGE_NUMBER from RDB$PAGES P join RDB$RELATIONS R
		on R.RDB$RELATION_ID = P.RDB$RELATION_ID where R.RDB$RELATION_NAME = 'VENDA' and P.RDB$PAGE_TYPE = 4`).Values[0][0]
	text, err := os.ReadFile(db.Path)
	if err != nil {
		t.Fatal(err)
	}
	const size = 8192
	pointer := text[page.(int64)*size:]
	first := int(pointer[32]) | int(pointer[33])<<8 | int(pointer[34])<<16 // the pointer page's first data page
	clear(text[first*size : (first+1)*size])
	db.Path = filepath.Join(t.TempDir(), "damaged.fdb")
	if err := os.WriteFile(db.Path, text, 0o660); err != nil {
		t.Fatal(err)
	}
	return db
}
