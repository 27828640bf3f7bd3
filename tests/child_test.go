package tests

import (
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// killrun NAME: kills the run that what begin started has started, and nothing else. freezerun NAME: stops it where it is.
func cmdKillRun(ts *testscript.TestScript, args []string) {
	if len(args) != 1 || of(ts).running[args[0]] == nil {
		ts.Fatalf("usage: killrun NAME, after begin")
	}
	signalRun(ts, of(ts).running[args[0]].cmd.Process.Pid, false)
}

func cmdFreezeRun(ts *testscript.TestScript, args []string) {
	if len(args) != 1 || of(ts).running[args[0]] == nil {
		ts.Fatalf("usage: freezerun NAME, after begin")
	}
	signalRun(ts, of(ts).running[args[0]].cmd.Process.Pid, true)
}

// processes: fails when a process of this story still runs.
func cmdProcesses(ts *testscript.TestScript, args []string) {
	if len(args) != 0 {
		ts.Fatalf("usage: processes")
	}
	var left []string
	for range 40 { // a process that was told to die takes its moment
		if left = processes(ts.Getenv("WORK")); len(left) == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("left behind:\n  %s", strings.Join(left, "\n  "))
}
