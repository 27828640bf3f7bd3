package tests

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/secret"
)

// tillWords are what a story may say of the shop's programs and of its server. They all log in as SYSDBA, as tills do.
func tillWords() map[string]func(*testscript.TestScript, []string) {
	return map[string]func(*testscript.TestScript, []string){
		"till": cmdTill, "leaves": cmdLeaves, "cutoff": cmdCutOff, "opened": cmdOpened, "opens": cmdOpens, "gfix": cmdGfix, "shut": cmdShut,
		"poll": cmdPoll, "polled": cmdPolled, "ownserver": cmdOwnServer, "farserver": cmdFarServer, "restart": cmdRestart,
	}
}

// till is a program that is connected, with a transaction of its own.
type till struct {
	conn  *firebird.Conn
	going chan struct{}
	over  chan error // how its last question went
	once  sync.Once
}

func (one *till) leave() error {
	one.once.Do(func() { close(one.going) })
	err := <-one.over
	one.over <- err
	_ = one.conn.Close() // it may have been cut off
	return err
}

func databaseOf(ts *testscript.TestScript, store string) firebird.Database {
	db, ok := of(ts).databases[store]
	if !ok {
		ts.Fatalf("there is no store %s", store)
	}
	return db
}

// till STORE NAME: a program of the shop connects and stays, until it leaves or is cut off.
func cmdTill(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: till STORE NAME")
	}
	conn, err := firebird.Connect(context.Background(), databaseOf(ts, args[0]))
	ts.Check(err)
	one := &till{conn: conn, going: make(chan struct{}), over: make(chan error, 1)}
	sits := make(chan struct{})
	go func() {
		one.over <- conn.Snapshot(context.Background(), func(s *firebird.Snapshot) error {
			close(sits)
			<-one.going
			_, err := s.Query(context.Background(), "select 1 from rdb$database", nil, 0)
			return err
		})
	}()
	<-sits
	of(ts).tills[args[1]] = one
}

// leaves NAME: the till ends its work, and could go on until then.
func cmdLeaves(ts *testscript.TestScript, args []string) {
	if err := lastOf(ts, args); err != nil {
		ts.Fatalf("the till was disturbed: %v", err)
	}
}

// cutoff NAME: the till was sent away.
func cmdCutOff(ts *testscript.TestScript, args []string) {
	if err := lastOf(ts, args); err == nil {
		ts.Fatalf("the till could go on")
	}
}

func lastOf(ts *testscript.TestScript, args []string) error {
	if len(args) != 1 || of(ts).tills[args[0]] == nil {
		ts.Fatalf("usage: leaves|cutoff NAME, after till")
	}
	one := of(ts).tills[args[0]]
	delete(of(ts).tills, args[0])
	return one.leave()
}

func enter(db firebird.Database) error {
	conn, err := firebird.Connect(context.Background(), db)
	if err != nil {
		return err
	}
	return conn.Close()
}

// opened STORE: a program of the shop gets in, and finds the database open to everybody.
func cmdOpened(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: opened STORE")
	}
	ts.Check(open(databaseOf(ts, args[0])))
}

func open(db firebird.Database) error {
	conn, err := firebird.Connect(context.Background(), db)
	if err != nil {
		return err
	}
	info, err := conn.Info(context.Background())
	if err = errors.Join(err, conn.Close()); err == nil && info.ShutdownMode != 0 {
		err = fmt.Errorf("the database is in the shutdown mode %d", info.ShutdownMode)
	}
	return err
}

// opens STORE: waits until it is.
func cmdOpens(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: opens STORE")
	}
	db := databaseOf(ts, args[0])
	err := open(db)
	for range 300 {
		if err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
		err = open(db)
	}
	ts.Fatalf("it is not opened: %v", err)
}

// gfix STORE ARGUMENTS...: what somebody does by hand.
func cmdGfix(ts *testscript.TestScript, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: gfix STORE ARGUMENTS...")
	}
	firebirdtest.Gfix(of(ts).t, databaseOf(ts, args[0]), args[1:]...)
}

// shut STORE: no program of the shop gets in.
func cmdShut(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: shut STORE")
	}
	if err := enter(databaseOf(ts, args[0])); message.Code(err) != "db.busy" {
		ts.Fatalf("the database is not closed: %v", err)
	}
}

// poll is tills that try to get in without pause.
type poll struct {
	over    atomic.Bool
	refused atomic.Int64
	shop    sync.WaitGroup
}

func (p *poll) stop() {
	p.over.Store(true)
	p.shop.Wait()
}

// tillPause is how long a till that was refused takes to try again; real ones take longer.
const tillPause = 300 * time.Millisecond

// poll STORE: tills try to connect in the background, again and again, until polled.
func cmdPoll(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: poll STORE")
	}
	db, p := databaseOf(ts, args[0]), &poll{}
	of(ts).poll = p
	for range counters {
		p.shop.Go(func() {
			for !p.over.Load() {
				if message.Code(enter(db)) == "db.busy" {
					p.refused.Add(1)
				}
				time.Sleep(tillPause)
			}
		})
	}
}

// polled: ends that; fails where no till was refused.
func cmdPolled(ts *testscript.TestScript, _ []string) {
	p := of(ts).poll
	if p == nil {
		ts.Fatalf("usage: poll STORE, then polled")
	}
	p.stop()
	of(ts).poll = nil
	if p.refused.Load() == 0 {
		ts.Fatalf("no till was refused")
	}
}

// ownserver STORE: the store's database is served by a server of the story's own, which can be restarted.
func cmdOwnServer(ts *testscript.TestScript, args []string) {
	if len(args) != 1 || of(ts).server != nil {
		ts.Fatalf("usage: ownserver STORE, once")
	}
	serve(ts, args[0], firebirdtest.Tools(of(ts).t), "127.0.0.1")
}

// farserver STORE: the same, but the server is elsewhere: the file lies where only the server sees it.
func cmdFarServer(ts *testscript.TestScript, args []string) {
	if len(args) != 1 || of(ts).server != nil {
		ts.Fatalf("usage: farserver STORE, once")
	}
	tools := firebirdtest.Tools(of(ts).t)
	tools.Server = elsewhere(ts, tools.Server, filepath.Dir(databaseOf(ts, args[0]).Path))
	serve(ts, args[0], tools, "0.0.0.0") // which is this machine, and not taken for it
}

// serve starts a server of the story's own for the store's database, known to the store under that host.
func serve(ts *testscript.TestScript, store string, tools firebird.Tools, host string) {
	path := databaseOf(ts, store).Path
	dir, err := os.MkdirTemp("", "") // it is no part of what the story's commands may leave
	ts.Check(err)
	ts.Defer(func() { _ = os.RemoveAll(dir) })
	server, err := firebird.StartPrivateServer(context.Background(), dir, tools)
	ts.Check(err)
	of(ts).server = server
	of(ts).databases[store] = server.Database(path)
	keys := secret.Open(filepath.Join(ts.MkAbs(store), ".djscript"), ts.Getenv("DJSCRIPT_KEYS"))
	ts.Check(keys.Set("firebird", server.Database(path).Password))
	_, port, err := net.SplitHostPort(server.Address())
	ts.Check(err)
	cmdConfigure(ts, []string{store, "firebird.server=" + net.JoinHostPort(host, port)})
}

// restart: the story's own server is switched off and on again.
func cmdRestart(ts *testscript.TestScript, args []string) {
	if len(args) != 0 || of(ts).server == nil {
		ts.Fatalf("usage: ownserver STORE, then restart")
	}
	ts.Check(of(ts).server.Restart(context.Background()))
}
