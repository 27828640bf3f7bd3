package firebird_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// The test binary is also the gbak that misbehaves.
var _ = firebirdtest.Standin()

// odd has the names and tables that parsers stumble over.
const odd = `
create table "odd ""name" (a int);
create table "Açaí; --" (a int);
create table "  lead" (a int);
create table "data for table X" (a int);
create table "10 records written" (a int);
create table EMPTY_ONE (a int);
create view v as select * from empty_one;
create global temporary table gtt (a int) on commit preserve rows;
create table "BLOB" (a int, b blob sub_type text);
create table pai (id int not null primary key, nome varchar(40));
create table filho (id int not null primary key, p int references pai, valor numeric(15,2));
create index ix_off on filho (valor);
alter index ix_off inactive;
commit;
insert into "odd ""name" values (1);
insert into "Açaí; --" values (1);
insert into "Açaí; --" values (2);
insert into "  lead" values (2);
insert into "data for table X" values (2);
insert into "10 records written" values (2);
insert into pai values (1, 'São João');
insert into filho values (1, 1, 10.50);
insert into filho values (2, 1, 0.07);
commit;
set term ^;
execute block as declare i int = 0; begin while (i < 12000) do begin
  insert into "BLOB" values (:i, rpad('x' || :i, 200, 'abcdefghijklmnopqrstuvwxyz' || :i)); i = i + 1; end end^
set term ;^
commit;
`

var oddRows = map[string]int64{
	`odd "name`: 1, "Açaí; --": 2, "  lead": 1, "data for table X": 1, "10 records written": 1, "EMPTY_ONE": 0,
	"BLOB": 12000, "PAI": 1, "FILHO": 2,
}

// oddBytes is the file of the odd database, built once.
var oddBytes = sync.OnceValues(func() ([]byte, error) {
	tools, err := firebird.FindTools(context.Background(), "")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "odd-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	e, err := firebird.NewEngine(context.Background(), filepath.Join(dir, "engine"), tools)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "odd.fdb")
	create := fmt.Sprintf("create database '%s' page_size 8192 default character set WIN1252;\n", path)
	if out, err := e.Script(context.Background(), "", create+odd); err != nil {
		return nil, errors.Join(err, errors.New(out))
	}
	return os.ReadFile(path)
})

// oddFile is the odd database in a file that no server has open.
func oddFile(t *testing.T) string {
	t.Helper()
	file, err := oddBytes()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "odd.fdb")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func oddServed(t *testing.T) firebird.Database {
	t.Helper()
	return firebirdtest.Server(t).Database(oddFile(t))
}

func engine(t *testing.T) *firebird.Engine {
	t.Helper()
	e, err := firebird.NewEngine(t.Context(), filepath.Join(t.TempDir(), "engine"), firebirdtest.Tools(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Remove(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func employee(t *testing.T, e *firebird.Engine) string {
	t.Helper()
	file, err := os.Open("/usr/share/doc/firebird3.0-examples/examples/employee.sql.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	unzip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	sql, err := io.ReadAll(unzip)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "funcionários da loja.fdb")
	script := strings.Replace(string(sql), "'employee.fdb'", "'"+path+"'", 1)
	if out, err := e.Script(t.Context(), "", script); err != nil {
		t.Fatal(err, out)
	}
	return path
}

// take reads a backup to its end and gives what came, whatever the end was.
func take(b *firebird.Backup) ([]byte, firebird.Log, error) {
	fbk, readErr := io.ReadAll(b)
	log, err := b.Wait()
	if !errors.Is(readErr, err) || (readErr == nil) != (err == nil) {
		err = fmt.Errorf("Read ended with %w, Wait with %w", readErr, err)
	}
	return fbk, log, errors.Join(err, b.Close())
}

func backup(t *testing.T, tools firebird.Tools, db firebird.Database, way firebird.Way, o firebird.BackupOptions) (
	[]byte, firebird.Log, error,
) {
	t.Helper()
	b, err := tools.Backup(t.Context(), db, way, o)
	if err != nil {
		return nil, firebird.Log{}, err
	}
	return take(b)
}

func restore(t *testing.T, e *firebird.Engine, fbk []byte, o firebird.RestoreOptions) (string, firebird.Log, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "restored.fdb")
	r, err := e.Restore(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Write(fbk); err != nil {
		r.Abort()
		return path, firebird.Log{}, err
	}
	log, err := r.Finish()
	return path, log, err
}

func inspect(t *testing.T, e *firebird.Engine, path string, evidence ...string) firebird.Inspection {
	t.Helper()
	look, err := e.Inspect(t.Context(), path, firebird.Questions{Evidence: evidence})
	if err != nil {
		t.Fatal(err)
	}
	return look
}

func mustEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		t.Errorf("left behind: %s", entry.Name())
	}
}

func TestEveryWayGivesTheSameRows(t *testing.T) {
	db, e := oddServed(t), engine(t)
	path := filepath.Join(filepath.Dir(db.Path), "loja do João.fdb") // tools and server have to agree on letters
	if err := os.Rename(db.Path, path); err != nil {
		t.Fatal(err)
	}
	db.Path = path
	for _, way := range []firebird.Way{firebird.WayFIFO, firebird.WayTCP, firebird.WayFile} {
		t.Run(string(way), func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			work := t.TempDir()
			fbk, log, err := backup(t, firebirdtest.Tools(t), db, way, firebird.BackupOptions{WorkDir: work})
			if err != nil {
				t.Fatal(err)
			}
			mustEmpty(t, work)
			want := map[string]int64{"GTT": 0}
			maps.Copy(want, oddRows)
			if diff := cmp.Diff(want, log.Rows); diff != "" {
				t.Error("rows of the backup", diff)
			}
			if log.Bytes != int64(len(fbk)) {
				t.Errorf("gbak counted %d bytes, %d came", log.Bytes, len(fbk))
			}
			path, restored, err := restore(t, e, fbk, firebird.RestoreOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if differ := firebird.RowsDiffer(log.Rows, restored.Rows); len(differ) > 0 {
				t.Error("restored differently", differ, restored.Rows)
			}
			if diff := cmp.Diff(oddRows, inspect(t, e, path).Rows); diff != "" {
				t.Error("rows counted", diff)
			}
		})
	}
}

func TestEmployeeGoesThroughBackupRestoreAndInspection(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	e := engine(t)
	source := employee(t, e)
	b, err := e.Backup(t.Context(), source, firebird.BackupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	fbk, log, err := take(b)
	if err != nil {
		t.Fatal(err)
	}
	path, _, err := restore(t, e, fbk, firebird.RestoreOptions{PageSize: 16384})
	if err != nil {
		t.Fatal(err)
	}
	evidence := []string{"select sum(salary) from employee", "select max(hire_date) from employee", "select null from country rows 1"}
	want, got := inspect(t, e, source, evidence...), inspect(t, e, path, evidence...)
	if got.PageSize != 16384 {
		t.Errorf("page size %d", got.PageSize)
	}
	want.PageSize, got.PageSize = 0, 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.ShutdownMode != 0 || len(got.InactiveIndexes) > 0 || len(got.ValidationErrors) > 0 || got.Rows["EMPLOYEE"] != 42 {
		t.Errorf("%+v", got)
	}
	if differ := firebird.RowsDiffer(log.Rows, got.Rows); len(differ) > 0 {
		t.Error(differ)
	}
	if got.Evidence[0] == "" || !strings.HasPrefix(got.Evidence[1], "19") || got.Evidence[2] != "" {
		t.Errorf("evidence %q", got.Evidence)
	}
}

func TestEmbeddedBackupMakesItsOwnEngineAndRemovesIt(t *testing.T) {
	path, work := oddFile(t), t.TempDir()
	_, log, err := backup(t, firebirdtest.Tools(t), firebird.Database{Path: path}, firebird.WayEmbedded,
		firebird.BackupOptions{WorkDir: work})
	if err != nil {
		t.Fatal(err)
	}
	if log.Rows["BLOB"] != 12000 {
		t.Error(log.Rows)
	}
	mustEmpty(t, work)
}

func TestSkippedTablesAreLeftOutByExactName(t *testing.T) {
	e := engine(t)
	path := oddFile(t)
	names := []string{"BLOB", `odd "name`, "Açaí; --", "10 records written"}
	if out, err := e.Script(t.Context(), path, `create table "A_B" (a int); create table "AXB" (a int); commit;
		insert into "A_B" values (1); insert into "AXB" values (1); commit;`); err != nil {
		t.Fatal(err, out)
	}
	b, err := e.Backup(t.Context(), path, firebird.BackupOptions{SkipTables: append(names, "A_B")})
	if err != nil {
		t.Fatal(err)
	}
	fbk, log, err := take(b)
	if err != nil {
		t.Fatal(err)
	}
	restored, _, err := restore(t, e, fbk, firebird.RestoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	rows := inspect(t, e, restored).Rows
	for _, name := range append(names, "A_B") {
		if _, ok := log.Rows[name]; ok || rows[name] != 0 {
			t.Errorf("%s was not skipped: %d", name, rows[name])
		}
	}
	if rows["AXB"] != 1 || rows["FILHO"] != 2 {
		t.Errorf("too much was skipped: %v", rows)
	}
}

func TestBackupAndRestoreOverlap(t *testing.T) {
	db, e := oddServed(t), engine(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	b, err := firebirdtest.Tools(t).Backup(t.Context(), db, firebird.WayFIFO, firebird.BackupOptions{WorkDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "proof.fdb")
	r, err := e.Restore(t.Context(), path, firebird.RestoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(r, b); err != nil {
		t.Fatal(err)
	}
	log, err := b.Wait()
	if err != nil {
		t.Fatal(err)
	}
	restored, err := r.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if differ := firebird.RowsDiffer(log.Rows, restored.Rows); len(differ) > 0 {
		t.Error(differ)
	}
	if diff := cmp.Diff(oddRows, inspect(t, e, path).Rows); diff != "" {
		t.Error(diff)
	}
}

func TestStartedComesBeforeTheEnd(t *testing.T) {
	db := oddServed(t)
	b, err := firebirdtest.Tools(t).Backup(t.Context(), db, firebird.WayTCP, firebird.BackupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	select {
	case <-b.Started(): // nothing was read yet: the first bytes fit the pipe
	case <-time.After(10 * time.Second):
		t.Fatal("no transaction was started")
	}
	if _, _, err := take(b); err != nil {
		t.Fatal(err)
	}
}

func TestOnTableNamesEveryTable(t *testing.T) {
	e := engine(t)
	var tables []string
	b, err := e.Backup(t.Context(), oddFile(t), firebird.BackupOptions{
		OnTable: func(table string) { tables = append(tables, table) },
	})
	if err != nil {
		t.Fatal(err)
	}
	_, log, err := take(b)
	if err != nil || len(tables) != len(log.Rows) || len(tables) != len(oddRows)+1 {
		t.Errorf("%v %v", tables, err)
	}
}

func TestFailuresAreToldApart(t *testing.T) {
	db, tools := firebirdtest.Database(t), firebirdtest.Tools(t)
	wrong, missing, down, garbage, folder := db, db, db, db, db
	wrong.Password = "wrong"
	missing.Path += ".nowhere"
	down.Server = "127.0.0.1:1"
	garbage.Path = filepath.Join(t.TempDir(), "garbage.fdb")
	if err := os.WriteFile(garbage.Path, bytes.Repeat([]byte("garbage "), 4096), 0o666); err != nil {
		t.Fatal(err)
	}
	folder.Path = "-se"
	for name, c := range map[string]struct {
		db   firebird.Database
		code string
	}{
		"password": {wrong, "db.auth"}, "missing": {missing, "db.not_found"}, "down": {down, "db.server"},
		"garbage": {garbage, "db.corrupt"}, "switch": {folder, "db.not_found"},
	} {
		for _, way := range []firebird.Way{firebird.WayFIFO, firebird.WayTCP, firebird.WayFile} {
			t.Run(name+" "+string(way), func(t *testing.T) {
				work := t.TempDir()
				fbk, _, err := backup(t, tools, c.db, way, firebird.BackupOptions{WorkDir: work})
				if got := message.Code(err); got != c.code {
					t.Errorf("code %q, want %q: %v", got, c.code, err)
				}
				if err != nil && (message.Hint(err) == "" || strings.Contains(err.Error(), db.Password.Reveal())) {
					t.Errorf("told badly: %v", err)
				}
				if len(fbk) > 0 {
					t.Errorf("%d bytes came", len(fbk))
				}
				mustEmpty(t, work)
			})
		}
	}
}

func TestAServerThatDoesNotSeeOurFolderMeansTheNextWay(t *testing.T) {
	db := oddServed(t)
	for _, way := range []firebird.Way{firebird.WayFIFO, firebird.WayFile} {
		work := t.TempDir()
		_, _, err := backup(t, firebirdtest.StandinTools(t, "elsewhere"), db, way, firebird.BackupOptions{WorkDir: work})
		if !errors.Is(err, firebird.ErrWayNotPossible) {
			t.Error(err)
		}
		mustEmpty(t, work)
	}
	_, err := firebirdtest.Tools(t).Backup(t.Context(), db, firebird.WayFIFO,
		firebird.BackupOptions{WorkDir: filepath.Join(t.TempDir(), "nowhere")})
	if !errors.Is(err, firebird.ErrWayNotPossible) {
		t.Error(err)
	}
	_, err = firebirdtest.Tools(t).Backup(t.Context(), db, firebird.WayEmbedded, firebird.BackupOptions{})
	if !errors.Is(err, firebird.ErrWayNotPossible) {
		t.Error(err)
	}
}

func TestEmbeddedRefusesAFileThatAServerHasOpen(t *testing.T) {
	db := oddServed(t)
	conn, err := firebird.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	err = conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
		if _, err := s.Tables(t.Context()); err != nil {
			return err
		}
		_, _, err := backup(t, firebirdtest.Tools(t), firebird.Database{Path: db.Path}, firebird.WayEmbedded,
			firebird.BackupOptions{WorkDir: t.TempDir()})
		return err
	})
	if message.Code(err) != "db.busy" {
		t.Error(err)
	}
}

func TestCancelEndsABackupWithinASecondInEveryWay(t *testing.T) {
	db := oddServed(t)
	for _, way := range []firebird.Way{firebird.WayFIFO, firebird.WayTCP, firebird.WayFile} {
		for _, read := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s %v", way, read), func(t *testing.T) {
				defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
				work := t.TempDir()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				b, err := firebirdtest.Tools(t).Backup(ctx, db, way, firebird.BackupOptions{WorkDir: work})
				if err != nil {
					t.Fatal(err)
				}
				if read && way != firebird.WayFile {
					if _, err := io.ReadFull(b, make([]byte, 1000)); err != nil {
						t.Fatal(err)
					}
				}
				cancel()
				begin := time.Now()
				_, err = b.Wait()
				if took := time.Since(begin); took > time.Second {
					t.Errorf("took %v", took)
				}
				if !errors.Is(err, context.Canceled) {
					t.Errorf("%v", err)
				}
				if _, err := io.Copy(io.Discard, b); !errors.Is(err, context.Canceled) {
					t.Errorf("Read ends with %v", err)
				}
				_ = b.Close()
				mustEmpty(t, work)
			})
		}
	}
	// The server has to be as able as before.
	if _, _, err := backup(t, firebirdtest.Tools(t), db, firebird.WayTCP, firebird.BackupOptions{}); err != nil {
		t.Error(err)
	}
}

func TestCloseMidwayLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	db, work := oddServed(t), t.TempDir()
	b, err := firebirdtest.Tools(t).Backup(t.Context(), db, firebird.WayFIFO, firebird.BackupOptions{WorkDir: work})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(b, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Wait(); err == nil {
		t.Error("a backup closed midway looks good")
	}
	mustEmpty(t, work)
}
