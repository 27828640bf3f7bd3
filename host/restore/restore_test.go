package restore

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

func TestMain(m *testing.M) {
	if plan := os.Getenv(dieVariable); plan != "" {
		die(plan)
	}
	os.Exit(firebirdtest.Main(m))
}

const shop = `
create table EMPRESA (ID integer not null primary key, NOME varchar(40), CNPJ char(14));
create table PRODUTO (ID integer not null primary key, NOME varchar(40), PRECO numeric(15,2));
create table VENDA (ID integer not null primary key, EMPRESA integer not null references EMPRESA, DIA date, TOTAL numeric(15,2), XML varchar(900));
create index I_NOME on PRODUTO (NOME);
create generator G_VENDA;
commit;
insert into EMPRESA values (1, 'Matriz', '11222333000181');
insert into EMPRESA values (2, 'Filial', '11222333000262');
set term ^ ;
execute block as declare i integer = 0; begin
  while (i < 3000) do begin
    insert into PRODUTO values (:i, 'Produto ' || :i, :i * 1.25);
    insert into VENDA values (:i, 1 + mod(:i, 2), date '2026-01-01' + mod(:i, 300), :i * 2.10, lpad('', 800, 'venda ' || :i));
    i = i + 1;
  end
end^
set term ; ^
set generator G_VENDA to 3000;
commit;`

// Since the copy was made.
const later = `
insert into VENDA values (5000, 1, date '2026-11-20', 99.90, null);
update PRODUTO set PRECO = 0 where ID = 7;
delete from VENDA where ID = 12;
commit;`

var profile = copies.System{
	Name: "shop", Companies: "select ID as id, NOME as name, CNPJ as cnpj from EMPRESA order by ID", Newest: "select max(DIA) from VENDA",
	Evidence: []string{"select sum(TOTAL) from VENDA"}, Column: []string{"EMPRESA"}, Shared: []string{"PRODUTO"},
}

// store is a store with one database, a folder for its copies and one for its document models.
type store struct {
	*testing.T
	*Restorer
	maker *copies.Maker
	db    copies.Database
	gate  *gate
}

func newStore(t *testing.T) *store {
	t.Helper()
	db := firebirdtest.Database(t)
	firebirdtest.Script(t, db, shop)
	return storeOf(t, db)
}

func storeOf(t *testing.T, db firebird.Database) *store {
	t.Helper()
	dir := filepath.Dir(db.Path)
	for _, sub := range []string{"copias", "state", "modelos"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r, m := parts(dir, firebirdtest.Tools(t), db)
	s := &store{T: t, Restorer: r, maker: m, db: r.Databases[0], gate: &gate{gfix: m.Tools.Gfix, db: db}}
	r.Open = func(ctx context.Context, _ copies.Database) error { return s.gate.Open(ctx) }
	return s
}

// parts are those of a store whose folders lie in dir.
func parts(dir string, tools firebird.Tools, db firebird.Database) (*Restorer, *copies.Maker) {
	to := []copies.Destination{{Name: "local", Path: filepath.Join(dir, "copias")}}
	bench := copies.Bench{Dir: filepath.Join(dir, "bench"), Tools: tools}
	d := copies.Database{Name: "loja", At: db, System: profile, Files: []string{filepath.Join(dir, "modelos", "**")}}
	m := &copies.Maker{
		Store:        copies.Store{ID: "loja", Name: "Loja", Location: time.UTC, Day: func(t time.Time) string { return t.Format(time.DateOnly) }},
		Destinations: to, Tools: tools, Bench: bench, State: filepath.Join(dir, "state"), Version: "test", Silence: time.Minute, Now: time.Now, Entropy: rand.Reader,
	}
	p := &copies.Prover{Bench: bench, Databases: []copies.Database{d}, Destinations: to, Now: time.Now, Entropy: rand.Reader}
	return &Restorer{
		Store: "loja", State: m.State, Databases: []copies.Database{d}, Safety: to, Make: m.Create, Prover: p, Now: time.Now, Entropy: rand.Reader,
	}, m
}

// gate is gfix: the database is closed to all but one connection of SYSDBA.
type gate struct {
	gfix    string
	db      firebird.Database
	busy    error // of Close
	unmoved error // of Open, once
	closed  bool
}

func (g *gate) run(ctx context.Context, args ...string) error {
	at := strings.Replace(g.db.Server, ":", "/", 1) + ":" + g.db.Path
	cmd := exec.CommandContext(ctx, g.gfix, append(args, at)...)
	cmd.Env = append(os.Environ(), "ISC_USER="+g.db.User, "ISC_PASSWORD="+g.db.Password.Reveal())
	out, err := cmd.CombinedOutput()
	if err != nil && !strings.Contains(string(out), "shutdown mode is invalid") { // it is open
		return fmt.Errorf("gfix %v: %w: %s", args, err, out)
	}
	return nil
}

func (g *gate) Close(ctx context.Context) (firebird.Database, error) {
	if g.busy != nil {
		return g.db, g.busy
	}
	g.closed = true
	return g.db, g.run(ctx, "-shut", "single", "-force", "0")
}

func (g *gate) Open(ctx context.Context) error {
	if err := g.unmoved; err != nil {
		g.unmoved = nil
		return err
	}
	if err := g.run(ctx, "-online", "normal"); err != nil {
		return err
	}
	g.closed = false
	conn, err := firebird.Connect(ctx, g.db)
	if err != nil {
		return err
	}
	return conn.Close()
}

func (s *store) options() Options {
	return Options{Gate: func(copies.Database) Gate { return s.gate }}
}

// copy makes a copy of the database as it is.
func (s *store) copy() copies.Copy { return s.copied(copies.VerifyNever) }

func (s *store) copied(verify string) copies.Copy {
	s.Helper()
	set, err := s.maker.Create(s.Context(), copies.Options{
		Databases: s.Databases, To: s.Safety, Class: copies.Routine, Verify: verify, Files: true,
	})
	if err != nil || len(set.Copies) != 1 {
		s.Fatalf("%v, %d copies", err, len(set.Copies))
	}
	return set.Copies[0]
}

// restore restores, and fails where that fails.
func (s *store) restore(c copies.Copy, o Options) *Result {
	s.Helper()
	l, err := s.Look(s.Context(), c, o)
	if err != nil {
		s.Fatal(err)
	}
	result, err := s.Restore(s.Context(), l)
	if err := l.Close(); err != nil {
		s.Error(err)
	}
	if err != nil {
		s.Fatal(err)
	}
	return result
}

// refused wants Look to refuse with that code, and words.
func (s *store) refused(c copies.Copy, o Options, code, words string) {
	s.Helper()
	l, err := s.Look(s.Context(), c, o)
	if err == nil {
		_ = l.Close()
	}
	if message.Code(err) != code || !strings.Contains(err.Error(), words) {
		s.Errorf("error %v, want %s: %s", err, code, words)
	}
}

// content is a hash of all that a database holds.
func content(t testing.TB, db firebird.Database) string {
	t.Helper()
	conn, err := firebird.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	hash := sha256.New()
	err = conn.Snapshot(t.Context(), func(tx *firebird.Snapshot) error {
		tables, err := tx.Tables(t.Context())
		for _, table := range append(tables, "") {
			query := "select * from " + table + " order by 1"
			if table == "" {
				query = "select gen_id(G_VENDA, 0) from rdb$database"
			}
			rows, wrong := tx.Query(t.Context(), query, nil, 0)
			if wrong != nil {
				return wrong
			}
			fmt.Fprintln(hash, table, rows.Values)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}

// at is a database of the same server in another file, open to everybody.
func (s *store) at(path string) firebird.Database {
	db := s.db.At
	db.Path = path
	if err := (&gate{gfix: s.gate.gfix, db: db}).Open(s.Context()); err != nil {
		s.Fatal(err)
	}
	return db
}

// beside are the names beside the live database that are not the store's own.
func (s *store) beside() (names []string) {
	entries, err := os.ReadDir(filepath.Dir(s.db.At.Path))
	if err != nil {
		s.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains([]string{"copias", "state", "modelos", "bench", filepath.Base(s.db.At.Path)}, e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names
}

func (s *store) leaves(want ...string) {
	s.Helper()
	if got := s.beside(); !slices.Equal(got, want) {
		s.Errorf("beside the database lies %q, want %q", got, want)
	}
	if left, _ := os.ReadDir(s.maker.Bench.Dir); len(left) > 0 {
		s.Errorf("left on the bench: %v", left)
	}
}

func (s *store) sells() string {
	s.Helper()
	firebirdtest.Script(s.T, s.db.At, later)
	return content(s.T, s.db.At)
}

func TestARestorePutsTheCopyInPlaceAndUndoPutsBackWhatWasThere(t *testing.T) {
	s := newStore(t)
	then := content(t, s.db.At)
	c := s.copy()
	sold := s.sells()
	result := s.restore(c, s.options())
	if got := content(t, s.db.At); got != then {
		t.Error("the live database is not what was copied")
	}
	if len(result.Told) > 0 || result.Rows["VENDA"] != 3000 || len(result.Companies) != 2 || result.Path != s.db.At.Path {
		t.Errorf("result %+v", result)
	}
	if p := result.PreRestore; p == nil || p.Class != copies.PreRestore || p.Rows["VENDA"] != 3000 {
		t.Errorf("copy of what was before: %+v", p)
	} else if back, err := To(t.Context(), s.Prover, *p, filepath.Join(t.TempDir(), "antes"), Options{}); err != nil || content(t, s.at(back.Path)) != sold {
		t.Errorf("the copy of what was before holds something else: %v", err)
	}
	if result.Seconds.Build <= 0 || result.Seconds.Proof <= 0 || result.Seconds.PreRestore <= 0 {
		t.Errorf("seconds %+v", result.Seconds)
	}
	s.leaves("test.fdb.before-1")
	if result.KeptOld != s.db.At.Path+".before-1" {
		t.Errorf("kept %s", result.KeptOld)
	}
	firebirdtest.Script(t, s.db.At, "insert into PRODUTO values (9999, 'Depois', 1); commit;")
	after := content(t, s.db.At)
	undone, err := s.Undo(t.Context(), "", s.options().Gate)
	if err != nil || len(undone) != 1 || !undone[0].Undone {
		t.Fatalf("%+v, %v", undone, err)
	}
	if content(t, s.db.At) != sold {
		t.Error("the live database is not what was there before the restore")
	}
	s.leaves("test.fdb.undone-1")
	if content(t, s.at(undone[0].Path)) != after {
		t.Error("what was done in the restored database is lost")
	}
	if _, err := s.Undo(t.Context(), "", s.options().Gate); message.Code(err) != "copy.not_found" {
		t.Errorf("undone twice: %v", err)
	}
	gone, err := s.Discard("")
	if err != nil || len(gone) != 1 {
		t.Errorf("%+v, %v", gone, err)
	}
	s.leaves()
	if s.Pending() || exists(filepath.Join(s.State, journalName)) {
		t.Error("the journal keeps what is over")
	}
}

func TestOldDatabasesNeverTakeEachOthersNames(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	s.restore(c, s.options())
	s.restore(c, s.options())
	s.leaves("test.fdb.before-1", "test.fdb.before-1-2")
	kept, err := s.Kept("loja")
	if err != nil || len(kept) != 2 || kept[0].Path != s.db.At.Path+".before-1-2" || kept[0].Bytes == 0 || kept[0].Missing {
		t.Errorf("%+v, %v", kept, err)
	}
	if gone, err := s.Discard("outro"); err != nil || len(gone) > 0 {
		t.Errorf("of another database: %+v, %v", gone, err)
	}
	if undone, err := s.Undo(t.Context(), "", s.options().Gate); err != nil || len(undone) != 1 || undone[0].ID != kept[0].ID { // the last one alone
		t.Errorf("%+v, %v", undone, err)
	}
	s.leaves("test.fdb.before-1", "test.fdb.undone-1")
	s.restore(c, s.options())
	if kept, err = s.Kept("loja"); err != nil || len(kept) != 3 {
		t.Fatalf("%+v, %v", kept, err)
	}
	if _, err := s.Undo(t.Context(), "outro", s.options().Gate); message.Code(err) != "copy.not_found" {
		t.Errorf("%v", err)
	}
	if err := os.Remove(kept[0].Path); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Undo(t.Context(), "loja", s.options().Gate); message.Code(err) != "copy.not_found" || !strings.Contains(err.Error(), kept[0].Path) {
		t.Errorf("%v", err)
	}
}

func TestWhoeverIsConnectedKeepsTheDatabaseAsItIs(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	sold := s.sells()
	s.gate.busy = message.New("db.busy", "restore.in_use", nil)
	l, err := s.Look(t.Context(), c, s.options())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := s.Restore(t.Context(), l); message.Code(err) != "db.busy" {
		t.Errorf("%v", err)
	}
	if content(t, s.db.At) != sold || s.Pending() {
		t.Error("something was changed")
	}
	s.leaves()
}

func TestADatabaseThatItsServerDoesNotOpenGivesItsPlaceBack(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	sold := s.sells()
	s.gate.unmoved = message.New("db.failed", "restore.stuck", nil)
	l, err := s.Look(t.Context(), c, s.options())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := s.Restore(t.Context(), l); message.Code(err) != "db.failed" {
		t.Errorf("%v", err)
	}
	if content(t, s.db.At) != sold {
		t.Error("the old database is not back")
	}
	if s.gate.closed || s.Pending() {
		t.Error("it is not over")
	}
	s.leaves()
}

// Only its owner and SYSDBA may open a database again: what is built belongs to whom the old one did.
func TestTheNewDatabaseBelongsToTheOwnerOfTheOldOne(t *testing.T) {
	s := newStore(t)
	firebirdtest.Script(t, s.db.At, "create user LOJA password 'segredo'; commit;")
	s.db.At.User, s.db.At.Password = "LOJA", "segredo"
	s.Databases[0].At, s.Prover.Databases[0].At, s.gate.db = s.db.At, s.db.At, s.db.At
	c := s.copy()
	away := func() {
		if err := errors.Join(unused(t.Context(), s.db.At.Path), os.Remove(s.db.At.Path)); err != nil {
			t.Fatal(err)
		}
	}
	for round, prepare := range []func(){func() {}, away, func() {}} {
		prepare()
		s.restore(c, s.options())
		conn, err := firebird.Connect(t.Context(), s.db.At)
		if err != nil {
			t.Fatal(err)
		}
		info, err := conn.Info(t.Context())
		want := "SYSDBA" // to whom all belongs that this server makes
		if round > 0 {
			want = "LOJA" // there was none, and LOJA is who has to open it; and then it is as before
		}
		if err := errors.Join(err, conn.Close()); err != nil || info.Owner != want || s.gate.closed {
			t.Errorf("round %d: it belongs to %s, %v", round, info.Owner, err)
		}
	}
	then := content(t, s.db.At)
	s.restore(c, s.options())
	if content(t, s.db.At) != then {
		t.Error("it is not what it was")
	}
}

func TestACancelledRestoreLeavesNothing(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	sold := s.sells()
	l, err := s.Look(t.Context(), c, s.options())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	s.Prover.Progress = func(copies.Progress) { cancel() } // while gbak builds
	if _, err := s.Restore(ctx, l); err == nil {
		t.Error("it was not cancelled")
	}
	if content(t, s.db.At) != sold || s.gate.closed || s.Pending() {
		t.Error("something was changed")
	}
	s.leaves()
}

func TestWhereNoEngineFitsTheServerBuildsBesideTheLiveDatabase(t *testing.T) {
	s := newStore(t)
	then := content(t, s.db.At)
	c := s.copy()
	sold := s.sells()
	s.Prover.Bench.Tools.Version.Major = 2 // Firebird 2.5 brings no engine that we could use
	s.refused(c, s.options(), "db.version", "")
	s.Prover.Bench.Tools = s.maker.Tools
	l, err := s.Look(t.Context(), c, s.options())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s.Prover.Bench.Tools.Version.Major = 2
	result, err := s.Restore(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	if content(t, s.db.At) != then || content(t, s.at(result.KeptOld)) != sold {
		t.Error("the two databases are not what they should be")
	}
	s.leaves("test.fdb.before-1")
}
