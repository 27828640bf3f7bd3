// Package tests runs the whole program, end to end, against real Firebird: stories in testdata/SUBJECT/*.txtar, each
// with its own store, and what a person sees on the screen as the only way to tell how it went.
//
// The program is this test binary under the name djscript; a gbak that misbehaves is this test binary under the name
// gbak. One private Firebird serves all stories. A story that leaves a file or a process behind fails.
package tests

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/djscript/djscript/builtin"
	"github.com/djscript/djscript/host/cli"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

// rootVariable tells the program where its own djscript.toml lies, which the real one has embedded.
const rootVariable = "STORY_ROOT"

func TestMain(m *testing.M) {
	if firebirdtest.Standin() || deviceChild() {
		return
	}
	testscript.Main(stories{m}, map[string]func(){"djscript": program})
}

// stories are the tests of this binary, with the private Firebird around them.
type stories struct{ *testing.M }

func (s stories) Run() int { return firebirdtest.Main(s.M) }

// clockVariable is how far the clock of the story's PC is from the real one.
const clockVariable = "STORY_CLOCK"

// builtVariable is the day on which the story's program was built; none: that is not known.
const builtVariable = "STORY_BUILT"

// program is main of the real one.
func program() {
	configuration, err := os.ReadFile(filepath.Join(os.Getenv(rootVariable), "djscript.toml"))
	if err != nil {
		panic(err)
	}
	ahead, _ := time.ParseDuration(os.Getenv(clockVariable)) // none: the clock is right
	built, _ := time.Parse(time.DateOnly, os.Getenv(builtVariable))
	os.Exit(cli.Main(os.Args[1:], cli.Assets{
		Config: configuration, Builtin: builtin.Files, Version: "story", Built: built, Now: func() time.Time { return time.Now().Add(ahead) },
	}))
}

func TestStories(t *testing.T) {
	subjects, err := filepath.Glob("testdata/*")
	if err != nil || len(subjects) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, subject := range subjects {
		t.Run(filepath.Base(subject), func(t *testing.T) {
			// testscript leaves its folder behind when -run leaves a story out; in here it goes with the test.
			work, err := os.MkdirTemp("", "s")
			if err != nil {
				t.Fatal(err)
			}
			t.Setenv("GOTMPDIR", work)
			t.Cleanup(func() { _ = os.RemoveAll(work) })
			testscript.Run(t, testscript.Params{
				Dir: subject, Setup: setup, Cmds: commands(), RequireUniqueNames: true, ContinueOnError: testing.Verbose(),
			})
		})
	}
}

// commands are what a story may say besides testscript's own words.
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	words := map[string]func(*testscript.TestScript, []string){
		"store": cmdStore, "configure": cmdConfigure, "employee": cmdEmployee, "backupby": cmdBackupBy, "standin": cmdStandin, "oldgbak": cmdOldGbak,
		"exits": cmdExits, "begin": cmdBegin, "signal": cmdSignal, "ends": cmdEnds, "await": cmdAwait,
		"flip": cmdFlip, "damage": cmdDamage, "truncate": cmdTruncate, "scramble": cmdScramble, "zip": cmdZip,
		"smalldisk": cmdSmallDisk, "readonly": cmdReadOnly, "fill": cmdFill,
		"sell": cmdSell, "sold": cmdSold, "freeport": cmdFreePort, "busyport": cmdBusyPort,
		"bytes": cmdBytes, "record": cmdRecord, "asks": cmdAsks, "leftovers": cmdLeftovers, "same": cmdSame, "remember": cmdRemember,
		"json": cmdJSON, "jsonenv": cmdJSONEnv, "glob": cmdGlob, "says": cmdSays, "shows": cmdShows,
		"interrupt": cmdInterrupt, "talk": cmdTalk, "follow": cmdFollow, "mistakes": cmdMistakes, "receiver": cmdReceiver, "answers": cmdAnswers, "took": cmdTook, "killrun": cmdKillRun, "cutprune": cmdCutPrune, "clock": cmdClock, "nights": cmdNights, "explained": cmdExplained, "freezerun": cmdFreezeRun, "processes": cmdProcesses,
		"sum": cmdSum, "sums": cmdSums, "loses": cmdLoses,
		"sales": cmdSales, "sql": cmdScript, "hold": cmdHold, "holds": cmdHolds, "cutrestore": cmdCutRestore, "shakerestore": cmdShakeRestore, "cutrecover": cmdCutRecover, "cutinit": cmdCutInit, "lockfile": cmdLockFile,
	}
	maps.Copy(words, driveWords())
	maps.Copy(words, tillWords())
	all := map[string]func(*testscript.TestScript, bool, []string){}
	for name, fn := range words {
		all[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			if neg {
				ts.Fatalf("! %s means nothing", name)
			}
			fn(ts, args)
		}
	}
	return all
}
