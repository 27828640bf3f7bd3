package tests

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// cutinit STORE COPY ROUNDS NAME: brings the store to where it is not, each time killed at a random moment. Whatever the
// moment, either no store is there or the whole one, with a database that holds what was held under that name; the next
// command says which, and nothing else is left.
func cmdCutInit(ts *testscript.TestScript, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: cutinit STORE COPY ROUNDS NAME")
	}
	store, from, held := args[0], args[1], args[3]
	config := filepath.Join(ts.MkAbs(store), "djscript.toml")
	began := time.Now()
	ended(ts, "init", store, "--from", from)
	took := time.Since(began)
	whole := luggage(ts, store)
	seed := uint64(began.UnixNano())
	moments := rand.New(rand.NewPCG(seed, 0))
	ts.Logf("seed %d, a whole store took %v", seed, took)
	nothing, all := 0, 0
	for range number(ts, args[2]) {
		ts.Check(os.RemoveAll(ts.MkAbs(store)))
		r := start(ts, "djscript", "init", store, "--from", from)
		after := time.Duration(moments.Int64N(int64(took) * 11 / 10))
		time.Sleep(after)
		_ = r.cmd.Process.Signal(os.Kill)
		<-r.over
		ts.Check(os.MkdirAll(ts.MkAbs(store), 0o755))
		if _, err := os.Stat(config); err == nil {
			unlike(ts, whole, luggage(ts, store))
		}
		said := whatever(ts, "-C", store, "restore", "--discard", "--yes")
		if _, err := os.Stat(config); err == nil {
			all++
			unlike(ts, whole, luggage(ts, store))
			cmdHolds(ts, []string{held, store})
		} else if nothing++; len(luggage(ts, store)) > 0 {
			ts.Fatalf("after %v there is no store, and left is %v; said was %q", after, luggage(ts, store), said)
		}
		if _, err := os.Stat(filepath.Join(ts.MkAbs(store), ".djscript", "restores.json")); err == nil {
			ts.Fatalf("after %v it is still not over; said was %q", after, said)
		}
		ts.Logf("killed after %v: %s", after.Round(time.Millisecond), strings.TrimSpace(said))
	}
	ts.Logf("nothing %d times, the whole store %d times", nothing, all)
	if nothing == 0 {
		ts.Fatalf("none of them was killed in time")
	}
}

// passing is what does not belong to a store: it comes and goes with commands, and a database is never twice the same file.
var passing = regexp.MustCompile(`/\.djscript/(locks|runs|restores)(/|\.json$|$)|\.FDB$`)

// luggage are the files of a store, but for its database and what passes.
func luggage(ts *testscript.TestScript, store string) map[string]string {
	found := content(ts, []string{store})
	for path, is := range found {
		if is == "folder" || passing.MatchString(filepath.ToSlash(path)) {
			delete(found, path)
		}
	}
	return found
}

// unlike fails where a store is not the whole one.
func unlike(ts *testscript.TestScript, whole, store map[string]string) {
	for path := range whole {
		if store[path] != whole[path] {
			ts.Fatalf("%s is not what it is in the whole store", path)
		}
	}
	for path := range store {
		if whole[path] == "" {
			ts.Fatalf("%s is in no whole store", path)
		}
	}
}

// whatever runs the program, however it ends, and gives what it says beside its result.
func whatever(ts *testscript.TestScript, args ...string) string {
	r := start(ts, append([]string{"djscript"}, args...)...)
	<-r.over
	return r.err.String()
}
