package tests

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// leftovers STORE [EXCEPT...]: fails when anything lies in the store, its destinations or the temporary folder that no
// ended command should leave, when a process of this story still runs, or when a zip that has its name is not whole.
// EXCEPT are base names that the story itself put there.
func cmdLeftovers(ts *testscript.TestScript, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: leftovers STORE [EXCEPT...]")
	}
	var left []string
	for range 40 { // a process that was told to die takes its moment
		left = append(files(ts, ts.MkAbs(args[0]), args[1:]), processes(ts.Getenv("WORK"))...)
		if len(left) == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("left behind:\n  %s", strings.Join(left, "\n  "))
}

// What may lie below a store's folder, as paths from it.
var belongs = regexp.MustCompile(`^(djscript\.toml|dados(/.*\.(FDB|fdb)(\.(before|undone)-\d+(-\d+)?)?)?|modelos(/.*)?|scripts(/.*)?|copias` +
	`|\.djscript|\.djscript/(locks|runs|work|destinations|members|drives\.json|drives\.lock|secrets\.age|secrets\.lock|sequence|repl_history|ways\.json|once\.json|closed\.json|restores\.json|state|state/[\w-]+\.json)|\.djscript/locks/[\w-]+\.lock` +
	`|revenda(/.*)?|\.djscript/(destinations|members)/[\w-]+\.json|\.djscript/stubs(/[a-z]+\.lua)?|\.djscript/active(/(current|[0-9a-f]{64}(/.*)?))?` +
	`|\.djscript/restores(/\w+(/\d{5}(\.before)?)?)?|\.djscript/runs/\w+\.jsonl|copias/\w+|copias/\w+/\.djscript|copias/\w+/\.djscript/ledger\.jsonl` +
	`|copias/\w+/\.djscript/(rotation\.lock|inuse|inuse/\w+|trash)` +
	`|copias/\w+/(\.djscript/trash/)?[\w-]+\.zip(\.age|\.age\.json)?(\.sha256|\.proof\.json|\.pin\.json)?)$`)

func files(ts *testscript.TestScript, dir string, except []string) []string {
	left := strange(dir, except)
	temporary, err := os.ReadDir(ts.Getenv("TMPDIR"))
	ts.Check(err)
	for _, e := range temporary {
		left = append(left, "in TMPDIR: "+e.Name())
	}
	return left
}

func strange(dir string, except []string) (left []string) {
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir || slices.Contains(except, filepath.Base(path)) {
			return err
		}
		relative, _ := filepath.Rel(dir, path) // below it
		switch {
		case !belongs.MatchString(relative), !e.IsDir() && !e.Type().IsRegular() && e.Type() != fs.ModeSymlink:
			left = append(left, relative)
		case strings.HasSuffix(relative, ".zip"), strings.HasSuffix(relative, ".zip.age"):
			left = append(left, whole(path)...)
		case strings.HasSuffix(relative, ".sha256"), strings.HasSuffix(relative, ".proof.json"), strings.HasSuffix(relative, ".pin.json"), strings.HasSuffix(relative, ".age.json"):
			left = append(left, beside(path)...)
		}
		return nil
	})
	if err != nil {
		left = append(left, err.Error())
	}
	return left
}

// whole tells what is wrong with a copy that has its name: its hash lies beside it and is right.
func whole(path string) []string {
	text, err := os.ReadFile(path + ".sha256")
	if err != nil {
		return []string{"no hash beside " + path}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return []string{err.Error()}
	}
	sum := sha256.Sum256(content)
	if want := hex.EncodeToString(sum[:]) + " *" + filepath.Base(path) + "\n"; string(text) != want {
		return []string{"the hash beside " + path + " is another"}
	}
	return nil
}

// beside tells that a hash, a proof or a card has lost its copy.
func beside(path string) []string {
	of := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(path, ".sha256"), ".json"), ".proof"), ".pin")
	if _, err := os.Stat(of); err != nil {
		return []string{path + " without its copy"}
	}
	return nil
}

// remember NAME FILE|DIR...: keeps what lies there, for same.
func cmdRemember(ts *testscript.TestScript, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: remember NAME PATH...")
	}
	of(ts).remembered[args[0]] = content(ts, args[1:])
}

// same NAME PATH...: nothing has come, gone or changed there since remember. The file by which rotations take turns is no
// part of what lies there.
func cmdSame(ts *testscript.TestScript, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: same NAME PATH...")
	}
	then, now := of(ts).remembered[args[0]], content(ts, args[1:])
	for _, path := range slices.Sorted(maps.Keys(now)) {
		if was, ok := then[path]; !ok {
			ts.Fatalf("%s is new", path)
		} else if was != now[path] {
			ts.Fatalf("%s has changed", path)
		}
	}
	for path := range then {
		if _, ok := now[path]; !ok {
			ts.Fatalf("%s is gone", path)
		}
	}
}

// content is every path below these with a hash of what it holds.
func content(ts *testscript.TestScript, roots []string) map[string]string {
	found := map[string]string{}
	for _, root := range roots {
		ts.Check(filepath.WalkDir(ts.MkAbs(root), func(path string, e fs.DirEntry, err error) error {
			if err == nil && filepath.Base(path) == "rotation.lock" {
				return nil
			}
			if err != nil || e.IsDir() {
				found[path] = "folder"
				return err
			}
			text, err := os.ReadFile(path)
			found[path] = fmt.Sprintf("%x", sha256.Sum256(text))
			return err
		}))
	}
	return found
}
