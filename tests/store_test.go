package tests

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/demo"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/secret"
)

// story is what a story's own words keep between lines.
type story struct {
	t          testing.TB
	databases  map[string]firebird.Database // of each store
	running    map[string]*running
	sale       *sale
	tills      map[string]*till
	poll       *poll
	server     *firebird.PrivateServer // of the story's own
	receiver   *receiver
	remembered map[string]map[string]string
}

type storyKey struct{}

func of(ts *testscript.TestScript) *story { return ts.Value(storyKey{}).(*story) }

// setup gives a story a home of its own. Without GORACE each process would sleep a second before it ends.
func setup(env *testscript.Env) error {
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	s := &story{
		t: env.T().(testing.TB), databases: map[string]firebird.Database{}, running: map[string]*running{},
		remembered: map[string]map[string]string{}, tills: map[string]*till{},
	}
	env.Values[storyKey{}] = s
	env.Setenv(rootVariable, root)
	env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
	env.Setenv("DJSCRIPT_KEYS", filepath.Join(env.WorkDir, "home", "keys"))
	env.Setenv("LANG", "pt_BR.UTF-8")
	// A short one: Firebird knows no security database with a long path.
	temporary, err := os.MkdirTemp("", "")
	if err != nil {
		return err
	}
	env.Setenv("TMPDIR", temporary)
	env.Setenv("GORACE", "atexit_sleep_ms=0")
	env.Setenv("BELT", belt)
	server := firebirdtest.Server(s.t)
	env.Setenv("SERVER", server.Address())
	env.Setenv("GBAKDIR", server.Tools().Dir)
	env.Defer(func() { s.end(); _ = os.RemoveAll(temporary) })
	return nil
}

// end ends what a story that failed left running.
func (s *story) end() {
	for _, r := range s.running {
		_ = r.cmd.Process.Kill()
		<-r.over
	}
	if s.sale != nil {
		s.sale.stop()
	}
	for _, one := range s.tills {
		_ = one.leave()
	}
	if s.poll != nil {
		s.poll.stop()
	}
	if s.server != nil {
		_ = s.server.Stop()
	}
}

// store NAME: a folder with a store of its own: a small demonstration database on the private server, two
// destinations, djscript.toml, and the server's password as a secret.
func cmdStore(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: store NAME")
	}
	dir := ts.MkAbs(args[0])
	for _, sub := range []string{"dados", "copias/local", "copias/pendrive"} {
		ts.Check(os.MkdirAll(filepath.Join(dir, filepath.FromSlash(sub)), 0o755))
	}
	path := filepath.Join(dir, "dados", "LOJA.FDB")
	made := firebirdtest.Demo(of(ts).t)
	ts.Check(os.Rename(made.Path, path))
	made.Path = path
	of(ts).databases[args[0]] = made
	ts.Check(demo.WriteModels(filepath.Join(dir, "modelos")))
	template, err := os.ReadFile(filepath.Join(ts.Getenv(rootVariable), "djscript.toml"))
	ts.Check(err)
	text := config.Fill(template,
		config.Value{Key: "store.id", Value: args[0]},
		config.Value{Key: "store.name", Value: demo.Name},
		config.Value{Key: "firebird.server", Value: made.Server},
		config.Value{Key: "database.loja.path", Value: path},
		config.Value{Key: "database.loja.system", Value: "demo"},
		config.Value{Key: "database.loja.files", Value: []string{filepath.Join(dir, "modelos") + "/**"}},
		config.Value{Key: "destination.local.path", Value: filepath.Join(dir, "copias", "local")},
		config.Value{Key: "destination.pendrive.path", Value: filepath.Join(dir, "copias", "pendrive")},
		config.Value{Key: "backup.at", Value: []string{"22:00"}},
		config.Value{Key: "backup.to", Value: []string{"local", "pendrive"}},
	)
	ts.Check(os.WriteFile(filepath.Join(dir, "djscript.toml"), text, 0o644))
	ts.Check(secret.Open(filepath.Join(dir, ".djscript"), ts.Getenv("DJSCRIPT_KEYS")).Set("firebird", made.Password))
}

// configure STORE KEY=VALUE...: writes these into its djscript.toml; "[a,b]" is a list, true and false are themselves, and
// so is "{ a = 1 }".
func cmdConfigure(ts *testscript.TestScript, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: configure STORE KEY=VALUE...")
	}
	path := filepath.Join(ts.MkAbs(args[0]), "djscript.toml")
	text, err := os.ReadFile(path)
	ts.Check(err)
	for _, setting := range args[1:] {
		key, value, _ := strings.Cut(setting, "=")
		text = config.Fill(text, config.Value{Key: key, Value: tomlValue(value)})
	}
	ts.Check(os.WriteFile(path, text, 0o644))
}

// inline is a table as TOML writes it on one line.
type inline string

func tomlValue(text string) any {
	inner, isList := strings.CutPrefix(text, "[")
	switch {
	case text == "true", text == "false":
		return text == "true"
	case strings.HasPrefix(text, "{"):
		return inline(text)
	case isList:
		return strings.Split(strings.TrimSuffix(inner, "]"), ",")
	}
	return text
}

// employee STORE: Firebird's own example database, as Debian brings it, in place of the store's.
func cmdEmployee(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: employee STORE")
	}
	path := filepath.Join(ts.MkAbs(args[0]), "dados", "employee.fdb")
	packed, err := os.Open("/usr/share/doc/firebird3.0-examples/examples/employee.sql.gz")
	ts.Check(err)
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	ts.Check(err)
	text, err := io.ReadAll(unpacked)
	ts.Check(err)
	server := firebirdtest.Server(of(ts).t)
	at := "'" + strings.Replace(server.Address(), ":", "/", 1) + ":" + path + "'"
	script := strings.Replace(string(text), "'employee.fdb'", at, 1)
	out, err := server.Script(context.Background(), "", script)
	if err != nil {
		ts.Fatalf("%v\n%s", err, out)
	}
	of(ts).databases[args[0]] = server.Database(path)
	cmdConfigure(ts, []string{args[0], "database.loja.path=" + path})
}

// backupby STORE FILE: what a person makes by hand: gbak's own backup of the store's database, to a file.
func cmdBackupBy(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: backupby STORE FILE")
	}
	db := of(ts).databases[args[0]]
	cmd := exec.Command(firebirdtest.Tools(of(ts).t).Gbak, "-b", "-user", db.User, "-password", db.Password.Reveal(),
		strings.Replace(db.Server, ":", "/", 1)+":"+db.Path, ts.MkAbs(args[1]))
	if out, err := cmd.CombinedOutput(); err != nil {
		ts.Fatalf("gbak: %v\n%s", err, out)
	}
}

// standin STORE BEHAVIOUR: the store's gbak becomes one that misbehaves so; see firebirdtest.
func cmdStandin(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: standin STORE BEHAVIOUR")
	}
	tools := firebirdtest.Tools(of(ts).t)
	dir := filepath.Join(ts.Getenv("WORK"), "standin", "bin")
	if _, err := os.Stat(dir); err != nil {
		ts.Check(os.MkdirAll(dir, 0o755))
		firebirdtest.InstallStandin(of(ts).t, dir)
		for _, tool := range []string{tools.Gfix, tools.Isql} {
			ts.Check(os.Symlink(tool, filepath.Join(dir, filepath.Base(tool))))
		}
	}
	ts.Setenv(firebirdtest.StandinGbak, tools.Gbak)
	ts.Setenv(firebirdtest.StandinVariable, args[1])
	ts.Setenv("STANDIN", dir)
	cmdConfigure(ts, []string{args[0], "firebird.bin=" + dir})
}

// oldgbak DIR VERSION: a gbak that says it is of that version, and nothing else.
func cmdOldGbak(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: oldgbak DIR VERSION")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	script := fmt.Sprintf("#!/bin/sh\necho 'gbak:gbak version LI-V%s'\nexit 1\n", args[1])
	ts.Check(os.WriteFile(filepath.Join(dir, "gbak"), []byte(script), 0o755))
}

// sale is a shop that sells without pause, at several counters.
type sale struct {
	cancel context.CancelFunc
	shop   sync.WaitGroup
	made   atomic.Int64
	failed atomic.Pointer[error]
}

const counters = 3

func (s *sale) stop() {
	s.cancel()
	s.shop.Wait()
}

func (s *sale) counter(ctx context.Context, db firebird.Database) {
	for ctx.Err() == nil && s.failed.Load() == nil {
		if err := demo.Sell(context.WithoutCancel(ctx), db, 5); err != nil {
			s.failed.Store(&err)
			return
		}
		s.made.Add(5)
	}
}

// sell STORE: sales go on in the background, one after another, until sold.
func cmdSell(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: sell STORE")
	}
	db := of(ts).databases[args[0]]
	ctx, cancel := context.WithCancel(context.Background())
	s := &sale{cancel: cancel}
	of(ts).sale = s
	for range counters {
		s.shop.Go(func() { s.counter(ctx, db) })
	}
}

// sold N: ends the sales; fails where one was refused, or fewer than N were made.
func cmdSold(ts *testscript.TestScript, args []string) {
	s := of(ts).sale
	if len(args) != 1 || s == nil {
		ts.Fatalf("usage: sell STORE, then sold N")
	}
	s.stop()
	of(ts).sale = nil
	if err := s.failed.Load(); err != nil {
		ts.Fatalf("a sale was refused: %v", *err)
	}
	if made, least := s.made.Load(), int64(number(ts, args[0])); made < least {
		ts.Fatalf("%d sales were made, not %d", made, least)
	}
}

// freeport NAME: a loopback port where nobody answers.
func cmdFreePort(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: freeport NAME")
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], listener.Addr().String())
	ts.Check(listener.Close())
}

// busyport NAME: a loopback port where somebody answers who is no Firebird, and says nothing.
func cmdBusyPort(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: busyport NAME")
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], listener.Addr().String())
	ts.Defer(func() { _ = listener.Close() })
}
