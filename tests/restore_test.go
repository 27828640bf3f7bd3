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

// cutrestore STORE COPY ROUNDS [FLAG...]: restores, each time killed at a random moment. Whatever the moment, the next command finds
// the database that was there before, or the restored one, whole and open, and says which.
func cmdCutRestore(ts *testscript.TestScript, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: cutrestore STORE COPY ROUNDS [FLAG...]")
	}
	store, ref := args[0], args[1]
	restoring := append([]string{"-C", store, "restore", ref, "--yes"}, args[3:]...)
	db := of(ts).databases[store]
	before := tables(ts, db)
	began := time.Now()
	ended(ts, restoring...)
	whole := time.Since(began)
	restored := tables(ts, db)
	seed := uint64(began.UnixNano())
	moments := rand.New(rand.NewPCG(seed, 0))
	ts.Logf("seed %d, a whole restore took %v", seed, whole)
	kept, taken := 0, 0
	for range number(ts, args[2]) {
		ended(ts, "-C", store, "restore", "--undo", "--yes")
		ended(ts, "-C", store, "restore", "--discard", "--yes")
		r := start(ts, append([]string{"djscript"}, restoring...)...)
		after := time.Duration(moments.Int64N(int64(whole) * 11 / 10))
		time.Sleep(after)
		_ = r.cmd.Process.Signal(os.Kill)
		<-r.over
		if _, err := os.Stat(db.Path); err != nil {
			ts.Fatalf("after %v no database is there: %v", after, err)
		}
		said := ""
		if exitOf(r.exit) == "killed" {
			said = degraded(ts, "-C", store, "copies", "pin", ref, "--reason", "next")
		}
		now := tables(ts, db)
		switch {
		case len(differing(before, now)) == 0:
			kept++
			ended(ts, restoring...)
		case len(differing(restored, now)) == 0:
			taken++
		default:
			ts.Fatalf("after %v the database is neither of the two; said was %q", after, said)
		}
		ts.Logf("killed after %v: %s", after.Round(time.Millisecond), strings.TrimSpace(said))
		cmdLeftovers(ts, []string{store, "copies.holder", "closed-loja.holder"})
	}
	ts.Logf("the old one %d times, the new one %d times", kept, taken)
	if kept == 0 {
		ts.Fatalf("none of the restores was killed in time")
	}
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
