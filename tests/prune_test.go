package tests

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// cutprune STORE DESTINATION ROUNDS: drops what rotation drops there, each time killed at a random moment. Whatever the
// moment, every copy that stays is whole, what was not begun waits for the next new copy to pay for it, and each copy is
// either in its place or in the trash, from where it comes back for another round.
func cmdCutPrune(ts *testscript.TestScript, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: cutprune STORE DESTINATION ROUNDS")
	}
	store, where := args[0], args[1]
	before := lying(ts, store, where, "")
	began := time.Now()
	ended(ts, "-C", store, "copies", "prune", where, "--yes")
	whole := time.Since(began)
	stays := lying(ts, store, where, "")
	if len(stays) == len(before) {
		ts.Fatalf("there is nothing to drop: %v", before)
	}
	seed := uint64(began.UnixNano())
	moments := rand.New(rand.NewPCG(seed, 0))
	ts.Logf("seed %d, a whole prune took %v", seed, whole)
	cut := 0
	for range number(ts, args[2]) {
		for _, id := range lying(ts, store, where, "--trash") {
			ended(ts, "-C", store, "copies", "untrash", id, "--from", where)
		}
		if back := lying(ts, store, where, ""); strings.Join(back, " ") != strings.Join(before, " ") {
			ts.Fatalf("back are %v, before it were %v", back, before)
		}
		r := start(ts, "djscript", "-C", store, "copies", "prune", where, "--yes")
		time.Sleep(time.Duration(moments.Int64N(int64(whole))))
		_ = r.cmd.Process.Signal(os.Kill)
		<-r.over
		if exitOf(r.exit) == "killed" {
			cut++
		}
		ended(ts, "-C", store, "copies", "check", "--all")
		ended(ts, "-C", store, "copies", "prune", where, "--yes")
		left := lying(ts, store, where, "")
		for _, id := range stays {
			if !slices.Contains(left, id) {
				ts.Fatalf("left are %v, and of %v not all", left, stays)
			}
		}
		all := append(left, lying(ts, store, where, "--trash")...)
		slices.SortFunc(all, func(a, b string) int { return strings.Compare(b, a) })
		if strings.Join(all, " ") != strings.Join(before, " ") {
			ts.Fatalf("in place and in the trash are %v, before it were %v", all, before)
		}
		cmdLeftovers(ts, []string{store, "copies.holder"}) // where nothing was left to drop, nobody took the lock after the one who was killed
	}
	if cut == 0 {
		ts.Fatalf("none of the prunes was killed")
	}
}

// lying are the numbers of the copies at a destination, or in the trash there.
func lying(ts *testscript.TestScript, store, where, flag string) []string {
	args := []string{"-C", store, "copies", "list", "--where", where, "--json"}
	if flag != "" {
		args = append(args, flag)
	}
	var got struct{ Copies []struct{ Seq string } }
	ts.Check(json.Unmarshal([]byte(ended(ts, args...)), &got))
	all := []string{}
	for _, c := range got.Copies {
		all = append(all, c.Seq)
	}
	return all
}

// ended runs the program to a good end, and gives what it said.
func ended(ts *testscript.TestScript, args ...string) string {
	r := start(ts, append([]string{"djscript"}, args...)...)
	<-r.over
	if r.exit != nil {
		ts.Fatalf("%v: %v\n%s%s", args, r.exit, r.out.String(), r.err.String())
	}
	return r.out.String()
}
