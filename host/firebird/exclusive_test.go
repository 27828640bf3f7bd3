package firebird_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

// till is a program of the shop that is connected.
type till struct {
	leaves chan struct{}
	over   chan error // how its last question went
}

// sit connects a till, which has a transaction open until it leaves.
func sit(t *testing.T, db firebird.Database) *till {
	t.Helper()
	conn := connect(t, db)
	one := &till{leaves: make(chan struct{}), over: make(chan error, 1)}
	sits := make(chan struct{})
	go func() {
		one.over <- conn.Snapshot(context.Background(), func(s *firebird.Snapshot) error {
			close(sits)
			<-one.leaves
			_, err := s.Query(context.Background(), "select 1 from rdb$database", nil, 0)
			return err
		})
	}()
	<-sits
	return one
}

// leave ends the till's work and tells whether the server still knew it.
func (one *till) leave() error {
	close(one.leaves)
	return <-one.over
}

// enters tells whether a program of the shop gets in; every one of them is SYSDBA.
func enters(t *testing.T, db firebird.Database) error {
	t.Helper()
	conn, err := firebird.Connect(t.Context(), db)
	if err != nil {
		return err
	}
	return conn.Close()
}

// shut closes a database, which is open again after the test.
func shut(t *testing.T, db firebird.Database, o firebird.Closing) firebird.Database {
	t.Helper()
	if err := firebird.CloseDatabase(t.Context(), db, o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = firebird.OpenDatabase(context.Background(), db) })
	db.Alone = true
	return db
}

func isOpen(t *testing.T, db firebird.Database) {
	t.Helper()
	info, err := connect(t, db).Info(t.Context())
	if err != nil || info.ShutdownMode != 0 {
		t.Errorf("the database is not open: mode %d, %v", info.ShutdownMode, err)
	}
}

func TestAClosedDatabaseLetsNobodyInButUs(t *testing.T) {
	db := firebirdtest.Database(t)
	ours := shut(t, db, firebird.Closing{})
	wantCode(t, enters(t, db), "db.busy", db.Path)

	conn := connect(t, ours)
	info, err := conn.Info(t.Context())
	if err != nil || info.ShutdownMode != 1 {
		t.Errorf("mode %d, %v", info.ShutdownMode, err)
	}
	sessions, err := conn.Sessions(t.Context())
	if err != nil || len(sessions) != 1 || !sessions[0].Self {
		t.Errorf("sessions = %+v, %v", sessions, err)
	}
	exec(t, conn, "create table t (i integer)")
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, enters(t, db), "db.busy", db.Path)

	if err := firebird.OpenDatabase(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	isOpen(t, db)
	ask(t, connect(t, db), "select i from t")
	if err := firebird.OpenDatabase(t.Context(), db); err != nil {
		t.Errorf("opening what is open: %v", err)
	}
}

func TestWhoIsConnectedIsNamedAndNotDisturbed(t *testing.T) {
	db := firebirdtest.Database(t)
	one := sit(t, db)
	err := firebird.CloseDatabase(t.Context(), db, firebird.Closing{})
	wantCode(t, err, "db.busy", db.Path, ".test", "SYSDBA")
	isOpen(t, db)
	if err := one.leave(); err != nil {
		t.Errorf("the till: %v", err)
	}
}

func TestWhoDoesNotLeaveInTimeIsSentAway(t *testing.T) {
	db := firebirdtest.Database(t)
	one := sit(t, db)
	shut(t, db, firebird.Closing{Force: true})
	if err := one.leave(); message.Code(err) != "db.busy" && message.Code(err) != "db.server" {
		t.Errorf("the till works on: %v", err)
	}
	wantCode(t, enters(t, db), "db.busy", db.Path)
	if err := firebird.OpenDatabase(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	isOpen(t, db)
}

// The one that is connected leaves only when a new one was refused.
func TestNobodyNewGetsInWhileOthersAreWaitedFor(t *testing.T) {
	db := firebirdtest.Database(t)
	one := sit(t, db)
	var told []firebird.Session
	var waited sync.WaitGroup
	shut(t, db, firebird.Closing{Wait: longest, Waiting: func(who []firebird.Session) {
		told = append(told, who...)
		waited.Go(func() {
			tries := 0
			for message.Code(enters(t, db)) != "db.busy" && tries < 30 {
				tries++
			}
			if tries == 30 {
				t.Error("all got in")
			}
			if err := one.leave(); err != nil {
				t.Errorf("the till: %v", err)
			}
		})
	}})
	waited.Wait()
	if len(told) != 1 || told[0].User != "SYSDBA" || !strings.Contains(told[0].Program, ".test") {
		t.Errorf("told of %+v", told)
	}
}

// Who may be sent away has the time that was given him, and nobody is sent away who left in it.
func TestWhoLeavesInTimeIsNotSentAway(t *testing.T) {
	db := firebirdtest.Database(t)
	one := sit(t, db)
	left := errors.New("he was not waited for")
	shut(t, db, firebird.Closing{Force: true, Wait: longest, Waiting: func([]firebird.Session) { left = one.leave() }})
	if left != nil {
		t.Error(left)
	}
	wantCode(t, enters(t, db), "db.busy", db.Path)
}

// longest is longer than any test waits.
const longest = 1 << 40

// The last one leaves in the same moment, and the server closes the database all the same.
func TestWhoCancelsFindsTheDatabaseOpen(t *testing.T) {
	db := firebirdtest.Database(t)
	one := sit(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	err := firebird.CloseDatabase(ctx, db, firebird.Closing{Wait: longest, Waiting: func([]firebird.Session) {
		if err := one.leave(); err != nil {
			t.Errorf("the till: %v", err)
		}
		cancel()
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	isOpen(t, db)
}

// Another got in as we did, or while we were in, and stays.
func TestWhoGetsInWithUsIsSentAway(t *testing.T) {
	db := firebirdtest.Database(t)
	ours := shut(t, db, firebird.Closing{})
	firebirdtest.Gfix(t, db, "-online", "multi")
	before := sit(t, db)
	conn := connect(t, ours)
	if _, err := conn.Info(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := before.leave(); err == nil {
		t.Error("who was in before us works on")
	}
	meanwhile := sit(t, db)
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := meanwhile.leave(); err == nil {
		t.Error("who came in after us works on")
	}
	wantCode(t, enters(t, db), "db.busy", db.Path)
}

func TestAllButUsAreSentAway(t *testing.T) {
	db := firebirdtest.Database(t)
	one := sit(t, db)
	conn := connect(t, db)
	if err := firebird.Clear(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	if err := one.leave(); err == nil {
		t.Error("the till works on")
	}
	isOpen(t, db)
}

// Tills that were sent away try to come back all the time, and may be faster than we are.
func TestTillsThatTryAllTheTimeDoNotKeepUsOut(t *testing.T) {
	db := firebirdtest.Database(t)
	ours := shut(t, db, firebird.Closing{})
	var refused atomic.Int64
	var over atomic.Bool
	var tills sync.WaitGroup
	for range 3 {
		tills.Go(func() {
			for !over.Load() {
				if message.Code(enters(t, db)) == "db.busy" {
					refused.Add(1)
				}
				time.Sleep(100 * time.Millisecond) // faster than any till
			}
		})
	}
	for range 8 {
		conn, err := firebird.Connect(t.Context(), ours)
		if err != nil {
			t.Error(err)
			break
		}
		_, err = conn.Info(t.Context())
		if err = errors.Join(err, conn.Close()); err != nil {
			t.Error(err)
		}
	}
	over.Store(true)
	tills.Wait()
	if refused.Load() == 0 {
		t.Error("no till tried")
	}
}

func TestAToolOfFirebirdsHasItsTurn(t *testing.T) {
	db := firebirdtest.Demo(t)
	want := countRows(t, db)
	ours := shut(t, db, firebird.Closing{})
	conn := connect(t, ours)
	_, log, err := backup(t, firebirdtest.Tools(t), ours, firebird.WayTCP, firebird.BackupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if differ := firebird.RowsDiffer(want, log.Rows); len(differ) > 0 {
		t.Errorf("rows differ: %v", differ)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, enters(t, db), "db.busy", db.Path)
}

// What somebody else has closed stays as it is.
func TestAnothersClosedDatabaseIsNotOurs(t *testing.T) {
	for _, mode := range []string{"multi", "single", "full"} {
		db := firebirdtest.Database(t)
		firebirdtest.Gfix(t, db, "-shut", mode, "-force", "0")
		wantCode(t, firebird.CloseDatabase(t.Context(), db, firebird.Closing{Force: true}), "db.busy", db.Path)
		if mode == "multi" {
			if info, err := connect(t, db).Info(t.Context()); err != nil || info.ShutdownMode != 1 {
				t.Errorf("mode %d, %v", info.ShutdownMode, err)
			}
		}
		if mode == "full" {
			wantCode(t, enters(t, db), "db.busy", db.Path)
		}
		firebirdtest.Gfix(t, db, "-online", "normal")
	}
}

func TestADatabaseLockedForAPhysicalBackupIsNotClosed(t *testing.T) {
	db := firebirdtest.Database(t)
	firebirdtest.Script(t, db, "alter database begin backup;")
	err := firebird.CloseDatabase(t.Context(), db, firebird.Closing{})
	wantCode(t, err, "db.busy", db.Path, "nbackup")
	firebirdtest.Script(t, db, "alter database end backup;")
	isOpen(t, db)
}

func TestOnlyTheOwnerClosesADatabase(t *testing.T) {
	err := firebird.NotOwner(t.Context(), firebird.Database{Server: "loja:3050", Path: "/dados/loja.fdb", User: "CAIXA"})
	wantCode(t, err, "db.auth", "CAIXA", "/dados/loja.fdb")
}

func TestAServerThatStartsAgainKeepsTheDatabaseClosed(t *testing.T) {
	server := startServer(t)
	path := filepath.Join(t.TempDir(), "a.fdb")
	if err := server.CreateDatabase(t.Context(), path, "WIN1252", 0); err != nil {
		t.Fatal(err)
	}
	db := server.Database(path)
	ours := shut(t, db, firebird.Closing{})
	conn := connect(t, ours)
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := conn.Info(t.Context())
	wantCode(t, err, "db.server", db.Server) // the connection is gone
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, enters(t, db), "db.busy", path)
	if _, err := connect(t, ours).Info(t.Context()); err != nil {
		t.Errorf("we do not get in any more: %v", err)
	}
	// It is opened as soon as the server is there again.
	firebird.EndProcess(server)
	down := make(chan error, 1)
	go func() { down <- server.Restart(context.Background()) }()
	if err := errors.Join(firebird.OpenDatabase(t.Context(), db), <-down); err != nil {
		t.Fatal(err)
	}
	isOpen(t, db)
}

func TestWhatCanNotBeOpenedStaysClosed(t *testing.T) {
	db := firebirdtest.Database(t)
	db.Path = filepath.Join(t.TempDir(), "gone.fdb")
	err := firebird.OpenDatabase(t.Context(), db)
	wantCode(t, err, "db.closed", db.Path)
	if !errors.Is(err, firebird.ErrStaysClosed) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantCode(t, firebird.OpenDatabase(ctx, db), "db.closed", db.Path)
}

// A copy of the file of a closed database is closed too, until it is opened.
func TestTheFileOfAClosedDatabaseCanBeLookedAt(t *testing.T) {
	db := firebirdtest.Demo(t)
	want := countRows(t, db)
	shut(t, db, firebird.Closing{})
	text, err := os.ReadFile(db.Path)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy.fdb")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	engine, err := firebird.NewEngine(t.Context(), filepath.Join(t.TempDir(), "engine"), firebirdtest.Tools(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Remove() }()
	if _, err := engine.Inspect(t.Context(), path, firebird.Questions{}); err == nil {
		t.Error("a closed file can be looked at: nothing has to open it")
	}
	if err := engine.Online(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	look, err := engine.Inspect(t.Context(), path, firebird.Questions{})
	if err != nil || look.ShutdownMode != 0 || len(look.ValidationErrors) > 0 || len(firebird.RowsDiffer(want, look.Rows)) > 0 {
		t.Errorf("look = %+v, %v", look, err)
	}
}

func TestSessionsAreToldToPeople(t *testing.T) {
	t.Cleanup(func() { _ = message.SetLanguage(message.English) })
	one := firebird.Session{User: "SYSDBA", Host: "192.168.0.12", Computer: "CAIXA2", Program: `C:\DJ\DJPDV.exe`, Since: "2026-11-21T14:02:33.1"}
	local := firebird.Session{User: "JOSE", Host: "127.0.0.1", Computer: "SERVIDOR", Program: "/opt/flamerobin", Since: "2026-11-21T08:00:00"}
	old := firebird.Session{User: "SYSDBA", Host: "192.168.0.20", Since: "ontem"}
	many := []firebird.Session{}
	for _, host := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		many = append(many, firebird.Session{User: "U", Host: host, Program: "p", Since: "2026-11-21T08:00:00"})
	}
	for _, c := range []struct {
		language string
		all      []firebird.Session
		want     string
	}{
		{"en", []firebird.Session{one, one}, "DJPDV.exe on CAIXA2 (192.168.0.12), user SYSDBA, since 2026-11-21 14:02"},
		{"pt-BR", []firebird.Session{one, local}, "DJPDV.exe em CAIXA2 (192.168.0.12), usuário SYSDBA, desde 21/11/2026 14:02; " +
			"flamerobin no próprio servidor, usuário JOSE, desde 21/11/2026 08:00"},
		{"pt-BR", []firebird.Session{old}, "um programa que não diz o nome em 192.168.0.20, usuário SYSDBA, desde ontem"},
		{"pt-BR", many, "p em 1, usuário U, desde 21/11/2026 08:00; p em 2, usuário U, desde 21/11/2026 08:00; " +
			"p em 3, usuário U, desde 21/11/2026 08:00; p em 4, usuário U, desde 21/11/2026 08:00; " +
			"p em 5, usuário U, desde 21/11/2026 08:00; p em 6, usuário U, desde 21/11/2026 08:00; e mais 2"},
	} {
		if err := message.SetLanguage(c.language); err != nil {
			t.Fatal(err)
		}
		if got := firebird.Who(c.all); got != c.want {
			t.Errorf("%s: %q, want %q", c.language, got, c.want)
		}
	}
}
