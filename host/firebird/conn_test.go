package firebird_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// connect opens a database for the time of a test.
func connect(t *testing.T, db firebird.Database) *firebird.Conn {
	t.Helper()
	conn, err := firebird.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// ask runs one query in a snapshot of its own.
func ask(t *testing.T, conn *firebird.Conn, sql string, args ...any) *firebird.Rows {
	t.Helper()
	rows, err := tryAsk(t.Context(), conn, sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func tryAsk(ctx context.Context, conn *firebird.Conn, sql string, args ...any) (*firebird.Rows, error) {
	var rows *firebird.Rows
	err := conn.Snapshot(ctx, func(s *firebird.Snapshot) (err error) {
		rows, err = s.Query(ctx, sql, args, 0)
		return err
	})
	return rows, err
}

func exec(t *testing.T, conn *firebird.Conn, sql string, args ...any) {
	t.Helper()
	if err := tryExec(t.Context(), conn, sql, args...); err != nil {
		t.Fatal(err)
	}
}

func tryExec(ctx context.Context, conn *firebird.Conn, sql string, args ...any) error {
	return conn.Transaction(ctx, func(tx *firebird.Transaction) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	})
}

func wantCode(t *testing.T, err error, code string, parts ...string) {
	t.Helper()
	if got := message.Code(err); got != code {
		t.Fatalf("error %v has code %q, want %q", err, got, code)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not name %q", err, part)
		}
	}
	if message.Hint(err) == "" {
		t.Errorf("error %q has no hint", err)
	}
}

func TestConnectLearnsTheDatabase(t *testing.T) {
	db := firebirdtest.Database(t)
	conn := connect(t, db)
	if conn.AuthPlugin != "Srp256" || conn.Charset != "WIN1252" || conn.Version.Series() != "3.0" {
		t.Errorf("conn = %+v", conn)
	}
	again := connect(t, conn.Database())
	if again.AuthPlugin != "Srp256" {
		t.Errorf("AuthPlugin = %q", again.AuthPlugin)
	}
}

func TestConnectErrorsAreToldApart(t *testing.T) {
	db := firebirdtest.Database(t)
	dir := filepath.Dir(db.Path)

	wrong := db
	wrong.Password = "not this one"
	_, err := firebird.Connect(t.Context(), wrong)
	wantCode(t, err, "db.auth", "SYSDBA", db.Server)
	if strings.Contains(err.Error(), "not this one") {
		t.Error("the password is in the error")
	}

	missing := db
	missing.Path = filepath.Join(dir, "missing.fdb")
	_, err = firebird.Connect(t.Context(), missing)
	wantCode(t, err, "db.not_found", missing.Path, db.Server)

	alias := db
	alias.Path = "no_such_alias"
	_, err = firebird.Connect(t.Context(), alias)
	wantCode(t, err, "db.not_found", "no_such_alias")

	text := db
	text.Path = filepath.Join(dir, "text.fdb")
	if err := os.WriteFile(text.Path, []byte(strings.Repeat("not a database\n", 4096)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = firebird.Connect(t.Context(), text)
	wantCode(t, err, "db.corrupt", text.Path)

	empty := db
	empty.Path = filepath.Join(dir, "empty.fdb")
	if err := os.WriteFile(empty.Path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = firebird.Connect(t.Context(), empty)
	wantCode(t, err, "db.corrupt", empty.Path)

	// The driver says the path in UTF-8, and a server on Linux turns it into the letters of a locale without accents.
	letters := db
	letters.Path = filepath.Join(dir, "São João.fdb")
	if err := firebirdtest.Server(t).CreateDatabase(t.Context(), letters.Path, "WIN1252", 0); err != nil {
		t.Fatal(err)
	}
	_, err = firebird.Connect(t.Context(), letters)
	wantCode(t, err, "db.not_found", "São João")

	for _, path := range []string{"", "dados/loja.fdb"} {
		relative := db
		relative.Path = path
		_, err = firebird.Connect(t.Context(), relative)
		wantCode(t, err, "db.not_found", path)
	}

	_, err = firebird.Connect(t.Context(), firebird.Database{Path: db.Path})
	wantCode(t, err, "db.server", db.Path)
}

func TestConnectToAServerThatIsDown(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	db := firebird.Database{Server: address, Path: "/dados/loja.fdb", User: "SYSDBA", Password: "x"}
	_, err = firebird.Connect(t.Context(), db)
	wantCode(t, err, "db.server", address)
	_, err = firebird.ConnectServices(t.Context(), db)
	wantCode(t, err, "db.server", address)
}

func TestConnectToAServerThatIsSilentEndsWithTheContext(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err = firebird.Connect(ctx, firebird.Database{Server: listener.Addr().String(), Path: "/x/y", User: "A", Password: "b"})
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > time.Second {
		t.Errorf("error %v after %v", err, time.Since(begin))
	}
}

func TestConnectToADatabaseThatIsShutDown(t *testing.T) {
	db := firebirdtest.Database(t)
	firebirdtest.Gfix(t, db, "-shut", "full", "-force", "0")
	_, err := firebird.Connect(t.Context(), db)
	wantCode(t, err, "db.busy", db.Path)
	firebirdtest.Gfix(t, db, "-online", "normal")
	connect(t, db)
}

func TestLegacyServerIsSpokenToInItsWay(t *testing.T) {
	server, err := firebird.StartLegacyServer(t.Context(), filepath.Join(t.TempDir(), "legacy"), firebirdtest.Tools(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Stop() }()
	path := filepath.Join(t.TempDir(), "old.fdb")
	if err := server.CreateDatabase(t.Context(), path, "WIN1252", 0); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, server.Database(path))
	if conn.AuthPlugin != "Legacy_Auth" {
		t.Errorf("AuthPlugin = %q", conn.AuthPlugin)
	}
	services, err := firebird.ConnectServices(t.Context(), server.Database(path))
	if err != nil || services.AuthPlugin != "Legacy_Auth" {
		t.Errorf("services by %+v, %v", services, err)
	}
	wrong := server.Database(path)
	wrong.Password = "wrong"
	_, err = firebird.Connect(t.Context(), wrong)
	wantCode(t, err, "db.auth")
}

func TestTextKeepsEveryCharacterOrFails(t *testing.T) {
	conn := connect(t, firebirdtest.Database(t))
	exec(t, conn, "create table t (c char(10), v varchar(60), b blob sub_type text, o varchar(4) character set octets)")
	exec(t, conn, "insert into t values (?, ?, ?, ?)", "ação", "Promoção a €1 – ‘São João’", strings.Repeat("ç€", 40000), []byte{0, 255})
	exec(t, conn, "insert into t (v) values ('açaí €')")
	rows := ask(t, conn, "select c, v, b, o from t where v = ?", "Promoção a €1 – ‘São João’")
	want := [][]any{{"ação", "Promoção a €1 – ‘São João’", strings.Repeat("ç€", 40000), []byte{0, 255}}}
	if diff := cmp.Diff(want, rows.Values); diff != "" {
		t.Error(diff)
	}
	if rows := ask(t, conn, "select 1 from t where v = 'açaí €'"); len(rows.Values) != 1 {
		t.Error("a literal of the statement was lost")
	}
	err := tryExec(t.Context(), conn, "insert into t (v) values (?)", "日本")
	wantCode(t, err, "arg.value", "日本", "WIN1252")
	_, err = tryAsk(t.Context(), conn, "select '→' from rdb$database")
	wantCode(t, err, "arg.value", "→")
}

func TestDatabasesOfOtherCharacterSetsReadRight(t *testing.T) {
	server := firebirdtest.Server(t)
	for charset, connection := range map[string]string{
		"NONE": "WIN1252", "UTF8": "UTF8", "ISO8859_1": "ISO8859_1", "DOS850": "UTF8",
	} {
		path := filepath.Join(t.TempDir(), charset+".fdb")
		if err := server.CreateDatabase(t.Context(), path, charset, 0); err != nil {
			t.Fatal(err)
		}
		conn := connect(t, server.Database(path))
		if got := conn.Database().Charset; conn.Charset != charset || got != connection {
			t.Errorf("%s: connected in %s to a database in %s", charset, got, conn.Charset)
		}
		exec(t, conn, "create table t (v varchar(60), n varchar(60) character set none)")
		exec(t, conn, "insert into t values (?, ?)", "maçã", "pão")
		rows := ask(t, conn, "select v, n from t")
		if diff := cmp.Diff([][]any{{"maçã", "pão"}}, rows.Values); diff != "" {
			t.Errorf("%s: %s", charset, diff)
		}
	}
}

func TestNumbersAndDatesAreExact(t *testing.T) {
	conn := connect(t, firebirdtest.Database(t))
	exec(t, conn, `create table t (n numeric(18,2), s numeric(4,1), b bigint, i integer, f double precision, l boolean,
		d date, h time, m timestamp, x varchar(5), tiny numeric(18,9))`)
	exec(t, conn, "insert into t values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", firebird.Decimal("1234567890123456.75"),
		firebird.Decimal("-0.5"), int64(9223372036854775807), 42, 0.5, true, "2018-11-04", "13:14:15.1234",
		time.Date(2017, 10, 15, 0, 30, 0, 0, time.FixedZone("BRT", -3*3600)), nil, firebird.Decimal("0.000000001"))
	rows := ask(t, conn, "select * from t")
	want := &firebird.Rows{
		Columns: []firebird.Column{
			{"N", "NUMERIC", 2}, {"S", "NUMERIC", 1}, {"B", "BIGINT", 0}, {"I", "INTEGER", 0}, {"F", "DOUBLE PRECISION", 0},
			{"L", "BOOLEAN", 0}, {"D", "DATE", 0}, {"H", "TIME", 0}, {"M", "TIMESTAMP", 0}, {"X", "VARCHAR", 0}, {"TINY", "NUMERIC", 9},
		},
		Values: [][]any{{
			firebird.Decimal("1234567890123456.75"), firebird.Decimal("-0.5"), firebird.Decimal("9223372036854775807"),
			int64(42), 0.5, true, "2018-11-04", "13:14:15.1234", "2017-10-15T00:30:00", nil, firebird.Decimal("0.000000001"),
		}},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	sums := ask(t, conn, "select sum(n), count(*), min(n) / 3 from t").Values[0]
	if sums[0] != firebird.Decimal("1234567890123456.75") || sums[1] != firebird.Decimal("1") {
		t.Errorf("sums = %v", sums)
	}
}

func TestDatesOnWhichDaylightSavingBeginsStayTheSame(t *testing.T) {
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	before := time.Local
	time.Local = zone
	t.Cleanup(func() { time.Local = before })
	conn := connect(t, firebirdtest.Database(t))
	exec(t, conn, "create table t (d date)")
	days := []string{"2018-11-04", "2017-10-15", "2012-10-21"}
	for _, day := range days {
		exec(t, conn, "insert into t values (?)", day)
		when, err := time.Parse("2006-01-02", day)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, conn, "insert into t values (?)", when)
	}
	for _, row := range ask(t, conn, "select d, cast(d as varchar(10)) from t").Values {
		if row[0] != row[1] || !slices.Contains(days, row[0].(string)) {
			t.Errorf("read %v as %v", row[1], row[0])
		}
	}
}

func TestQueryTakesNothingButQueries(t *testing.T) {
	conn := connect(t, firebirdtest.Database(t))
	exec(t, conn, "create table t (i integer)")
	exec(t, conn, "create generator g")
	for _, sql := range []string{
		"", ";", "delete from t", "insert into t values (1) returning i", "update t set i = 1", "drop table t",
		"execute block returns (i integer) as begin i = 1; suspend; end", "select 1 from t; delete from t", "commit",
		"/* select */ delete from t", "-- select\ndelete from t", "select 1 from t with lock", "select gen_id(g, 1) from t",
		"select next value for g from t", "merge into t using t as s on 1 = 0 when not matched then insert values (1)",
	} {
		_, err := tryAsk(t.Context(), conn, sql)
		wantCode(t, err, "arg.sql")
	}
	for _, sql := range []string{
		"select 1 from rdb$database;", " \n-- a comment; with a semicolon\nSELECT ';' from rdb$database",
		"with a as (select 1 as i from rdb$database) select i from a", "select gen_id(g, 0) from rdb$database",
		`select 'it''s; delete' as "a;b" from rdb$database`, "select q'{it's; }' from rdb$database /* ; */",
	} {
		if rows := ask(t, conn, sql); len(rows.Values) != 1 {
			t.Errorf("%q gave %v", sql, rows.Values)
		}
	}
	_, err := tryAsk(t.Context(), conn, "select nonsense from t")
	wantCode(t, err, "arg.sql", "NONSENSE")
	_, err = tryAsk(t.Context(), conn, "select 1 from t where i = ?", struct{}{})
	wantCode(t, err, "arg.value")
}

func TestQueryThatWritesInAProcedureIsRolledBack(t *testing.T) {
	conn := connect(t, firebirdtest.Database(t))
	exec(t, conn, "create table t (i integer)")
	exec(t, conn, "create procedure p returns (i integer) as begin insert into t values (1); i = 1; suspend; end")
	if rows := ask(t, conn, "select i from p"); len(rows.Values) != 1 {
		t.Error(rows.Values)
	}
	if rows := ask(t, conn, "select i from t"); len(rows.Values) != 0 {
		t.Error("a query has written")
	}
}

func TestQueryOfTooManyRowsIsAnError(t *testing.T) {
	conn := connect(t, firebirdtest.Database(t))
	err := conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
		if _, err := s.Query(t.Context(), "select 1 from rdb$types rows 10", nil, 10); err != nil {
			t.Error(err)
		}
		_, err := s.Query(t.Context(), "select 1 from rdb$types rows 11", nil, 10)
		return err
	})
	wantCode(t, err, "run.limit", "10")
}

func TestSnapshotStandsStillWhileOthersWrite(t *testing.T) {
	conn := connect(t, firebirdtest.Database(t))
	exec(t, conn, "create table venda (valor numeric(15,2))")
	exec(t, conn, "insert into venda values (10.50)")
	evidence := []string{"select count(*) from venda", "select sum(valor) from venda;", "select valor from venda where 1 = 0"}
	err := conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
		before, err := s.Scalars(t.Context(), evidence)
		if err != nil {
			return err
		}
		exec(t, conn, "insert into venda values (0.01)")
		after, err := s.Scalars(t.Context(), evidence)
		if diff := cmp.Diff(before, after); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"1", "10.50", ""}, after); diff != "" {
			t.Error(diff)
		}
		counts, rowsErr := s.Rows(t.Context())
		if diff := cmp.Diff(map[string]int64{"VENDA": 1}, counts); diff != "" {
			t.Error(diff)
		}
		return errors.Join(err, rowsErr)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
		_, err := s.Scalars(t.Context(), []string{"select valor from venda"})
		return err
	})
	wantCode(t, err, "arg.sql", "select valor from venda")
}

func TestTablesLeaveOutWhatHoldsNoData(t *testing.T) {
	conn := connect(t, firebirdtest.Database(t))
	for _, sql := range []string{
		"create table b (i integer)", `create table "a ""quoted"" name" (i integer)`, "create view v as select i from b",
		"create global temporary table g (i integer)",
	} {
		exec(t, conn, sql)
	}
	err := conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
		names, err := s.Tables(t.Context())
		if diff := cmp.Diff([]string{"B", `a "quoted" name`}, names); diff != "" {
			t.Error(diff)
		}
		counts, rowsErr := s.Rows(t.Context())
		if diff := cmp.Diff(map[string]int64{"B": 0, `a "quoted" name`: 0}, counts); diff != "" {
			t.Error(diff)
		}
		return errors.Join(err, rowsErr)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCancelEndsAQueryWithinASecond(t *testing.T) {
	conn := connect(t, firebirdtest.Database(t))
	for name, sql := range map[string]string{
		"join":  "select count(*) from rdb$types a, rdb$types b, rdb$types c, rdb$types d",
		"fetch": "select 1 from rdb$types a, rdb$types b, rdb$types c",
	} {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(200*time.Millisecond, cancel)
		begin := time.Now()
		_, err := tryAsk(ctx, conn, sql)
		if !errors.Is(err, context.Canceled) || time.Since(begin) > 1200*time.Millisecond {
			t.Errorf("%s: error %v after %v", name, err, time.Since(begin))
		}
		cancel()
	}
	sessions, err := conn.Sessions(t.Context())
	if err != nil || len(sessions) != 1 {
		t.Errorf("sessions left: %+v, %v", sessions, err)
	}
}

func TestTransactionGivesUpAtOnceWhereAnotherHoldsTheRow(t *testing.T) {
	db := firebirdtest.Database(t)
	conn := connect(t, db)
	exec(t, conn, "create table t (i integer not null primary key)")
	exec(t, conn, "insert into t values (1)")
	err := conn.Transaction(t.Context(), func(tx *firebird.Transaction) error {
		if _, err := tx.Exec(t.Context(), "update t set i = 2"); err != nil {
			return err
		}
		wantCode(t, tryExec(t.Context(), conn, "update t set i = 3"), "db.busy", db.Path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, tryExec(t.Context(), conn, "insert into t values (2)"), "db.constraint", db.Path)
	broken := errors.New("broken")
	err = conn.Transaction(t.Context(), func(tx *firebird.Transaction) error {
		if _, err := tx.Exec(t.Context(), "delete from t"); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) || len(ask(t, conn, "select i from t").Values) != 1 {
		t.Errorf("not rolled back, %v", err)
	}
}

// A function that panics leaves no transaction open, nor the connection that it had.
func TestAPanicGivesTheConnectionBack(t *testing.T) {
	db := firebirdtest.Database(t)
	conn := connect(t, db)
	exec(t, conn, "create table t (i integer not null primary key)")
	panics := func(fn func()) {
		defer func() {
			if recover() == nil {
				t.Error("the panic is gone")
			}
		}()
		fn()
	}
	for range 3 { // more often than there are connections
		panics(func() {
			_ = conn.Transaction(t.Context(), func(tx *firebird.Transaction) error {
				if _, err := tx.Exec(t.Context(), "insert into t values (1)"); err != nil {
					t.Error(err)
				}
				panic("a mistake")
			})
		})
		panics(func() { _ = conn.Snapshot(t.Context(), func(*firebird.Snapshot) error { panic("a mistake") }) })
	}
	if rows := ask(t, conn, "select i from t"); len(rows.Values) != 0 {
		t.Errorf("%d rows are left", len(rows.Values))
	}
}

func TestInfoSessionsAndCompanies(t *testing.T) {
	db := firebirdtest.Database(t)
	conn := connect(t, db)
	exec(t, conn, "create table empresa (codigo integer, razao char(40), cnpj char(14))")
	exec(t, conn, "insert into empresa values (1, 'Padaria São João', '12ABC34501DE35')")
	exec(t, conn, "insert into empresa values (2, 'Empório', null)")

	info, err := conn.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if info.Bytes < 1<<20 || !strings.HasPrefix(info.Engine, "3.0.") {
		t.Errorf("info = %+v", info)
	}
	want := firebird.Info{
		Path: db.Path, Bytes: info.Bytes, ODS: "12.0", PageSize: 8192, Engine: info.Engine, Dialect: 3, Charset: "WIN1252", Owner: "SYSDBA",
	}
	if diff := cmp.Diff(want, info); diff != "" {
		t.Error(diff)
	}

	companies, err := conn.Companies(t.Context(), "select cnpj, codigo as id, razao as name from empresa order by 2")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]firebird.Company{{"1", "Padaria São João", "12ABC34501DE35"}, {"2", "Empório", ""}}, companies); diff != "" {
		t.Error(diff)
	}
	_, err = conn.Companies(t.Context(), "select codigo, razao from empresa")
	wantCode(t, err, "arg.sql", "codigo, razao")

	other := connect(t, db)
	err = other.Snapshot(t.Context(), func(*firebird.Snapshot) error {
		sessions, err := conn.Sessions(t.Context())
		if err != nil || len(sessions) != 2 {
			t.Fatalf("sessions = %+v, %v", sessions, err)
		}
		if sessions[0].Self || !sessions[1].Self || sessions[0].User != "SYSDBA" || sessions[0].Host != "127.0.0.1" ||
			!strings.Contains(sessions[0].Program, ".test") {
			t.Errorf("sessions = %+v", sessions)
		}
		if _, err := time.Parse("2006-01-02T15:04:05.9999", sessions[0].Since); err != nil {
			t.Error(err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if sessions, err := conn.Sessions(t.Context()); err != nil || len(sessions) != 1 {
		t.Errorf("a connection idles: %+v, %v", sessions, err)
	}
}

func TestServerThatDiesIsALostConnection(t *testing.T) {
	server, err := firebird.StartPrivateServer(t.Context(), filepath.Join(t.TempDir(), "s"), firebirdtest.Tools(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.fdb")
	if err := server.CreateDatabase(t.Context(), path, "WIN1252", 0); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, server.Database(path))
	err = conn.Snapshot(t.Context(), func(s *firebird.Snapshot) error {
		if err := server.Stop(); err != nil {
			t.Fatal(err)
		}
		_, err := s.Query(t.Context(), "select 1 from rdb$database", nil, 0)
		return err
	})
	wantCode(t, err, "db.server", server.Address())
	_, err = tryAsk(t.Context(), conn, "select 1 from rdb$database")
	wantCode(t, err, "db.server", server.Address())
}
