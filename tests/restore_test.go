package tests

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/djscript/djscript/host/demo"
	"github.com/djscript/djscript/host/firebird"
)

// sales STORE N: so many sales, at once.
func cmdSales(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: sales STORE N")
	}
	ts.Check(demo.Sell(context.Background(), of(ts).databases[args[0]], number(ts, args[1])))
}

// sql STORE STATEMENT...: what somebody does to the database by hand.
func cmdScript(ts *testscript.TestScript, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: sql STORE STATEMENT...")
	}
	db := of(ts).databases[args[0]]
	conn, err := firebird.Connect(context.Background(), db)
	ts.Check(err)
	defer conn.Close()
	ts.Check(conn.Transaction(context.Background(), func(tx *firebird.Transaction) error {
		_, err := tx.Exec(context.Background(), strings.Join(args[1:], " "))
		return err
	}))
}

// hold NAME STORE: keeps what all tables of its database hold, for holds.
func cmdHold(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: hold NAME STORE")
	}
	of(ts).remembered[args[0]] = tables(ts, of(ts).databases[args[1]])
}

// holds NAME STORE: every table holds what it held then, and there is none more and none less.
func cmdHolds(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: holds NAME STORE")
	}
	then, now := of(ts).remembered[args[0]], tables(ts, of(ts).databases[args[1]])
	if differs := differing(then, now); len(differs) > 0 {
		ts.Fatalf("other than then are %s", strings.Join(differs, ", "))
	}
}

func differing(a, b map[string]string) (names []string) {
	for name, sum := range a {
		if b[name] != sum {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}

// tables are the tables of a database, each with a hash of its rows.
func tables(ts *testscript.TestScript, db firebird.Database) map[string]string {
	ctx, found := context.Background(), map[string]string{}
	conn, err := firebird.Connect(ctx, db)
	ts.Check(err)
	defer conn.Close()
	ts.Check(conn.Snapshot(ctx, func(tx *firebird.Snapshot) error {
		names, err := tx.Tables(ctx)
		for _, name := range names {
			rows, err := tx.Query(ctx, `select * from "`+name+`" order by 1, 2`, nil, 0)
			if err != nil {
				return err
			}
			found[name] = fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, rows.Values)))
		}
		return err
	}))
	return found
}

// disturbing is a restore that something happens to, again and again.
type disturbing struct {
	store, copy      string
	command          []string
	db               firebird.Database
	before, restored map[string]string
	whole            time.Duration
	moments          *rand.Rand
	kept, taken      int
}

// newDisturbing restores once without anything happening. args are STORE COPY ROUNDS [FLAG...].
func newDisturbing(ts *testscript.TestScript, args []string) *disturbing {
	if len(args) < 3 {
		ts.Fatalf("usage: cutrestore or shakerestore STORE COPY ROUNDS [FLAG...]")
	}
	d := &disturbing{store: args[0], copy: args[1], command: append([]string{"-C", args[0], "restore", args[1], "--yes"}, args[3:]...), db: of(ts).databases[args[0]]}
	d.before = tables(ts, d.db)
	began := time.Now()
	ended(ts, d.command...)
	d.whole, d.restored = time.Since(began), tables(ts, d.db)
	seed := uint64(began.UnixNano())
	d.moments = rand.New(rand.NewPCG(seed, 0))
	ts.Logf("seed %d, a whole restore took %v", seed, d.whole)
	return d
}

// again takes back what was restored, and restores until that happens, at a random moment.
func (d *disturbing) again(ts *testscript.TestScript, happens func(*running)) (exit string) {
	ended(ts, "-C", d.store, "restore", "--undo", "--yes")
	ended(ts, "-C", d.store, "restore", "--discard", "--yes")
	r := start(ts, append([]string{"djscript"}, d.command...)...)
	after := time.Duration(d.moments.Int64N(int64(d.whole) * 11 / 10))
	time.Sleep(after)
	happens(r)
	<-r.over
	exit = exitOf(r.exit)
	ts.Logf("after %v: %s", after.Round(time.Millisecond), exit)
	if _, err := os.Stat(d.db.Path); err != nil {
		ts.Fatalf("after %v no database is there: %v", after, err)
	}
	return exit
}

// held wants the database to be the one that was there before, or the restored one, whole; then it is restored.
func (d *disturbing) held(ts *testscript.TestScript) (restored bool) {
	now := tables(ts, d.db)
	switch {
	case len(differing(d.before, now)) == 0:
		d.kept++
		ended(ts, d.command...)
		return false
	case len(differing(d.restored, now)) == 0:
		d.taken++
	default:
		ts.Fatalf("the database is neither of the two")
	}
	return true
}

// cutrestore STORE COPY ROUNDS [FLAG...]: restores, each time killed at a random moment. Whatever the moment, the next command finds
// the database that was there before, or the restored one, whole and open, and says which.
func cmdCutRestore(ts *testscript.TestScript, args []string) {
	d := newDisturbing(ts, args)
	for range number(ts, args[2]) {
		exit := d.again(ts, func(r *running) { _ = r.cmd.Process.Signal(os.Kill) })
		if exit == "killed" {
			ts.Logf("%s", strings.TrimSpace(degraded(ts, "-C", d.store, "copies", "pin", d.copy, "--reason", "next")))
		}
		d.held(ts)
		cmdLeftovers(ts, []string{d.store, "copies.holder", "closed-loja.holder"})
	}
	ts.Logf("the old one %d times, the new one %d times", d.kept, d.taken)
	if d.kept == 0 {
		ts.Fatalf("none of the restores was killed in time")
	}
}

// shakerestore STORE COPY ROUNDS [FLAG...]: restores, each time with the server restarted at a random moment. It is done, or it says
// that it is not and everything is as before; the database is open in both cases.
func cmdShakeRestore(ts *testscript.TestScript, args []string) {
	d := newDisturbing(ts, args)
	for range number(ts, args[2]) {
		exit := d.again(ts, func(*running) { ts.Check(of(ts).server.Restart(context.Background())) })
		if restored := d.held(ts); restored != (exit == "0" || exit == "3") {
			ts.Fatalf("exit code %s, and restored: %v", exit, restored)
		}
		cmdLeftovers(ts, []string{d.store})
	}
	ts.Logf("the old one %d times, the new one %d times", d.kept, d.taken)
}

// degraded runs the program, which has to end well or degraded, and gives what it says beside its result.
func degraded(ts *testscript.TestScript, args ...string) string {
	r := start(ts, append([]string{"djscript"}, args...)...)
	<-r.over
	if got := exitOf(r.exit); got != "0" && got != "3" {
		ts.Fatalf("%v: exit code %s\n%s", args, got, r.err.String())
	}
	return r.err.String()
}

// lockfile FILE: another program has it open for itself, as Firebird would, until the story ends.
func cmdLockFile(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: lockfile FILE")
	}
	release := lockFile(ts, ts.MkAbs(filepath.FromSlash(args[0])))
	ts.Defer(release)
}
