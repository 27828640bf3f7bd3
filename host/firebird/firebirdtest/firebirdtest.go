// Package firebirdtest gives tests a real Firebird: one private server for each test binary, started when the first
// test asks for it, and databases to work on.
//
// A test binary that uses it says so:
//
//	func TestMain(m *testing.M) { os.Exit(firebirdtest.Main(m)) }
//
// Main fails the binary when a process or a file outlives its test. Without Firebird installed a test fails; it is
// never skipped.
package firebirdtest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/djscript/djscript/host/demo"
	"github.com/djscript/djscript/host/firebird"
)

// What the tests of one binary have in common.
var (
	base  string // the folder that everything lies in, set by Main
	tools = sync.OnceValues(func() (firebird.Tools, error) { return firebird.FindTools(context.Background(), "") })

	server struct {
		once  sync.Once
		value *firebird.PrivateServer
		err   error
	}
	store struct {
		once sync.Once
		path string
		err  error
	}
)

// Main runs the tests, ends the server, and gives 1 when a test failed or left a process or a file behind.
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "firebirdtest-")
	if err != nil {
		return complain(err)
	}
	base = dir
	temp := filepath.Join(dir, "tmp")
	if err := errorsOf(os.Mkdir(temp, 0o777), os.Setenv("TMPDIR", temp), os.Setenv("TEMP", temp)); err != nil {
		return complain(err)
	}
	code := m.Run()
	if err := stop(); err != nil {
		code = complain(err)
	}
	if err := goleak.Find(); err != nil {
		code = complain(err)
	}
	for _, left := range append(processes(dir), files(temp)...) {
		code = complain(fmt.Errorf("left behind: %s", left))
	}
	if err := os.RemoveAll(dir); err != nil {
		code = complain(err)
	}
	return code
}

// Tools are the installed tools.
func Tools(t testing.TB) firebird.Tools {
	t.Helper()
	found, err := tools()
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Server is the private server of this test binary.
func Server(t testing.TB) *firebird.PrivateServer {
	t.Helper()
	installed := Tools(t)
	server.once.Do(func() {
		if base == "" {
			server.err = fmt.Errorf("no TestMain calls firebirdtest.Main")
			return
		}
		server.value, server.err = firebird.StartPrivateServer(t.Context(), filepath.Join(base, "server"), installed)
	})
	if server.err != nil {
		t.Fatal(server.err)
	}
	return server.value
}

// Database is a new, empty database in WIN1252 on the server of this test binary, dropped when the test ends.
func Database(t testing.TB) firebird.Database {
	t.Helper()
	s := Server(t)
	path := filepath.Join(t.TempDir(), "test.fdb")
	if err := s.CreateDatabase(t.Context(), path, "WIN1252", 8192); err != nil {
		t.Fatal(err)
	}
	return s.Database(path)
}

// Demo is a copy of a small demonstration store (some 11,000 rows) on the server of this test binary, to do with as the
// test likes.
func Demo(t testing.TB) firebird.Database {
	t.Helper()
	s := Server(t)
	store.once.Do(func() {
		store.path = filepath.Join(base, "demo.fdb")
		store.err = demo.Create(t.Context(), s, store.path, demo.Options{Sales: 500})
	})
	if store.err != nil {
		t.Fatal(store.err)
	}
	// Nobody has the file open: the server closes it with its last connection.
	text, err := os.ReadFile(store.path)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "loja.fdb")
	if err := os.WriteFile(path, text, 0o660); err != nil {
		t.Fatal(err)
	}
	return s.Database(path)
}

// Script runs SQL against a database of the server and gives back what isql said.
func Script(t testing.TB, db firebird.Database, sql string) string {
	t.Helper()
	out, err := Server(t).Script(t.Context(), db.Path, sql)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return out
}

// Gfix runs gfix against a database of the server, as SYSDBA.
func Gfix(t testing.TB, db firebird.Database, args ...string) {
	t.Helper()
	host, port, err := net.SplitHostPort(db.Server)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), Tools(t).Gfix, append(args, host+"/"+port+":"+db.Path)...)
	command.Env = append(os.Environ(), "ISC_USER="+db.User, "ISC_PASSWORD="+db.Password.Reveal())
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("gfix %v: %v\n%s", args, err, out)
	}
}

func stop() error {
	if server.value == nil {
		return nil
	}
	return server.value.Stop()
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, "firebirdtest:", err)
	return 1
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// files are the paths below dir.
func files(dir string) []string {
	var left []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		return []string{err.Error()}
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), "go-build") {
			left = append(left, filepath.Join(dir, entry.Name()))
		}
	}
	return left
}
