package tests

import (
	"crypto/sha256"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// cutrecover STORE ROUNDS: saves what can be saved of its database, which is damaged, each time killed at a random moment, in
// the store and as on a computer without one. Whatever the moment, the damaged file is as it was and the new one whole or not
// there; those that come to their end leave nothing of the others.
func cmdCutRecover(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: cutrecover STORE ROUNDS")
	}
	store, path, to := args[0], of(ts).databases[args[0]].Path, ts.MkAbs("saved.fdb")
	before := sum(ts, path)
	ways := [][]string{{"djscript", "-C", store, "recover", "--to", to}, {"djscript", "recover", path, "--to", to}}
	took := make([]time.Duration, len(ways))
	end := func(i int) {
		began := time.Now()
		r := start(ts, ways[i]...)
		if <-r.over; exitOf(r.exit) != "3" {
			ts.Fatalf("%v: %v\n%s%s", ways[i], r.exit, r.out.String(), r.err.String())
		}
		took[i] = time.Since(began)
		ts.Check(os.Remove(to))
	}
	end(0)
	end(1)
	seed := uint64(time.Now().UnixNano())
	moments := rand.New(rand.NewPCG(seed, 0))
	ts.Logf("seed %d, whole ones took %v", seed, took)
	killed := 0
	for round := range number(ts, args[1]) {
		way := round % len(ways)
		r := start(ts, ways[way]...)
		after := time.Duration(moments.Int64N(int64(took[way])))
		time.Sleep(after)
		_ = r.cmd.Process.Signal(os.Kill)
		if <-r.over; exitOf(r.exit) == "killed" {
			killed++
		}
		cmdProcesses(ts, nil)
		if sum(ts, path) != before {
			ts.Fatalf("killed after %v: the damaged file was changed", after)
		}
		if _, err := os.Stat(to); err == nil {
			ended(ts, "recover", to, "--to", ts.MkAbs("again.fdb"), "--level", "validate") // a whole one is saved by the first step
			ts.Check(os.Remove(to))
			ts.Check(os.Remove(ts.MkAbs("again.fdb")))
		}
	}
	if killed == 0 {
		ts.Fatalf("none of them was killed in time")
	}
	end(0)
	end(1)
	left, err := filepath.Glob(ts.MkAbs(".*"))
	ts.Check(err)
	for _, one := range left {
		if name := filepath.Base(one); name != ".tmp" {
			ts.Fatalf("left behind: %s", name)
		}
	}
	cmdLeftovers(ts, []string{store, "copies.holder"})
}

func sum(ts *testscript.TestScript, path string) [sha256.Size]byte {
	text, err := os.ReadFile(path)
	ts.Check(err)
	return sha256.Sum256(text)
}
