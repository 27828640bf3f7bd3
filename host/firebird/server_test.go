package firebird_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
)

func startServer(t *testing.T) *firebird.PrivateServer {
	t.Helper()
	s, err := firebird.StartPrivateServer(t.Context(), filepath.Join(t.TempDir(), "server"), firebirdtest.Tools(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	return s
}

func TestPrivateServerIsGoneWithoutATrace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made by the server")
	s, err := firebird.StartPrivateServer(t.Context(), dir, firebirdtest.Tools(t))
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "loja de 50% #1.fdb")
	if err := s.CreateDatabase(t.Context(), data, "WIN1252", 8192); err != nil {
		t.Fatal(err)
	}
	wantCode(t, s.CreateDatabase(t.Context(), data, "WIN1252", 8192), "fs.exists", data)
	exec(t, connect(t, s.Database(data)), "create table t (i integer)")
	begin := time.Now()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if time.Since(begin) > 4*time.Second {
		t.Errorf("stopping took %v", time.Since(begin))
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
	// What was committed is there, however the server ended.
	path := filepath.Join(filepath.Dir(data), "moved.fdb")
	if err := os.Rename(data, path); err != nil {
		t.Fatal(err)
	}
	ask(t, connect(t, firebirdtest.Server(t).Database(path)), "select i from t")
	if err := s.Stop(); err != nil {
		t.Errorf("the second Stop: %v", err)
	}
	_, err = firebird.Connect(t.Context(), s.Database(data))
	wantCode(t, err, "db.server")
}

func TestPrivateServerLeavesTheCallersFolder(t *testing.T) {
	dir := t.TempDir()
	s, err := firebird.StartPrivateServer(t.Context(), dir, firebirdtest.Tools(t))
	if err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(dir, "kept.txt")
	if err := os.WriteFile(kept, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left: %v, %v", entries, err)
	}
	if _, err := firebird.StartPrivateServer(t.Context(), dir, firebirdtest.Tools(t)); err == nil {
		t.Error("a folder with somebody's file in it was taken")
	}
}

// The place of firebird.log is compiled into the engine; there it would outlive us, and belong to root.
func TestPrivateServerKeepsItsLogToItself(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "server")
	s, err := firebird.StartPrivateServer(t.Context(), dir, firebirdtest.Tools(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Stop() }()
	path := filepath.Join(t.TempDir(), "a.fdb")
	if err := s.CreateDatabase(t.Context(), path, "WIN1252", 0); err != nil {
		t.Fatal(err)
	}
	// A full validation is written to the log.
	if wrong, err := connectServices(t, s.Database(path)).Validate(t.Context(), path, true); err != nil || len(wrong) > 0 {
		t.Fatal(wrong, err)
	}
	logs, err := filepath.Glob(filepath.Join(dir, "root", "firebird*.log"))
	if err != nil || len(logs) != 1 {
		t.Fatalf("logs: %v, %v", logs, err)
	}
	if text, err := os.ReadFile(logs[0]); err != nil || !strings.Contains(string(text), path) {
		t.Errorf("log: %s, %v", text, err)
	}
}

func TestPrivateServerDoesNotHearTheEnvironment(t *testing.T) {
	t.Setenv("ISC_USER", "NOBODY")
	t.Setenv("ISC_PASSWORD", "wrong")
	t.Setenv("FIREBIRD", "/nowhere")
	t.Setenv("FIREBIRD_LOCK", "/nowhere")
	t.Setenv("FIREBIRD_TMP", "/nowhere")
	s := startServer(t)
	path := filepath.Join(t.TempDir(), "a.fdb")
	if err := s.CreateDatabase(t.Context(), path, "WIN1252", 0); err != nil {
		t.Fatal(err)
	}
	if rows := ask(t, connect(t, s.Database(path)), "select current_user from rdb$database"); rows.Values[0][0] != "SYSDBA" {
		t.Errorf("connected as %v", rows.Values[0][0])
	}
}

func TestPrivateServersStandSideBySide(t *testing.T) {
	a, b := startServer(t), startServer(t)
	if a.Address() == b.Address() {
		t.Fatalf("both at %s", a.Address())
	}
	path := filepath.Join(t.TempDir(), "a.fdb")
	if err := a.CreateDatabase(t.Context(), path, "WIN1252", 0); err != nil {
		t.Fatal(err)
	}
	crossed := b.Database(path)
	crossed.Server = a.Address()
	_, err := firebird.Connect(t.Context(), crossed)
	wantCode(t, err, "db.auth")
	connect(t, a.Database(path))
}

func TestPrivateServerListensOnLoopbackOnly(t *testing.T) {
	s := startServer(t)
	_, port, err := net.SplitHostPort(s.Address())
	if err != nil {
		t.Fatal(err)
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range addresses {
		ip, _, err := net.ParseCIDR(address.String())
		if err != nil || ip.IsLoopback() || ip.To4() == nil {
			continue
		}
		c, err := net.DialTimeout("tcp4", net.JoinHostPort(ip.String(), port), time.Second)
		if err == nil {
			t.Errorf("it answers at %s", c.RemoteAddr())
			_ = c.Close()
		}
	}
}

// A Firebird on a taken port runs and does not listen; another server answers in its stead.
func TestPrivateServerTakesAnotherPortWhenItsOwnIsTaken(t *testing.T) {
	_, taken, err := net.SplitHostPort(firebirdtest.Server(t).Address())
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	ports := func(ctx context.Context) (string, error) {
		if calls++; calls == 1 {
			return taken, nil
		}
		return firebird.FreePort(ctx)
	}
	s, err := firebird.StartServerOn(t.Context(), filepath.Join(t.TempDir(), "s"), firebirdtest.Tools(t), ports)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Stop() }()
	if calls != 2 || s.Address() == firebirdtest.Server(t).Address() {
		t.Errorf("%d ports tried, now at %s", calls, s.Address())
	}
}

func TestPrivateServerThatCannotStartSaysWhyAndLeavesNothing(t *testing.T) {
	tools := firebirdtest.Tools(t)
	parent := t.TempDir()
	dir := filepath.Join(parent, "s")

	without := tools
	without.Server = ""
	_, err := firebird.StartPrivateServer(t.Context(), dir, without)
	wantCode(t, err, "gbak.failed", "firebird")

	old := tools
	old.Version = firebird.Version{Major: 2, Minor: 5, Patch: 9}
	_, err = firebird.StartPrivateServer(t.Context(), dir, old)
	wantCode(t, err, "db.version", "2.5.9")

	wrong := tools
	wrong.Server = filepath.Join(parent, "server")
	if err := os.WriteFile(wrong.Server, []byte("#!/bin/sh\necho no such luck >&2\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = firebird.StartPrivateServer(t.Context(), dir, wrong)
	wantCode(t, err, "gbak.failed", "no such luck")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = firebird.StartPrivateServer(ctx, dir, tools); err == nil {
		t.Error("it started in a context that had ended")
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("left behind: %v", err)
	}
}

func TestScriptStopsAtItsFirstError(t *testing.T) {
	db := firebirdtest.Database(t)
	out, err := firebirdtest.Server(t).Script(t.Context(), db.Path, "drop table nonsense;\ncreate table t (i integer);\ncommit;\n")
	if err == nil || !strings.Contains(out, "NONSENSE") {
		t.Errorf("error %v, %s", err, out)
	}
	_, err = tryAsk(t.Context(), connect(t, db), "select i from t")
	if message.Code(err) != "arg.sql" {
		t.Errorf("the script went on: %v", err)
	}
}
