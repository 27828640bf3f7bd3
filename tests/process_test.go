package tests

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return n
}

// exits N COMMAND...: runs it and wants exactly that exit code.
func cmdExits(ts *testscript.TestScript, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits N COMMAND...")
	}
	if got, want := exitOf(ts.Exec(args[1], args[2:]...)), args[0]; got != want {
		ts.Fatalf("exit code %s, want %s", got, want)
	}
}

// exitOf is the exit code as text, or the signal that ended the process: "130", "killed".
func exitOf(err error) string {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "0"
	case !errors.As(err, &exit):
		return err.Error()
	case exit.ExitCode() < 0:
		return strings.TrimPrefix(exit.String(), "signal: ")
	}
	return strconv.Itoa(exit.ExitCode())
}

// running is a process that goes on while the story does.
type running struct {
	cmd      *exec.Cmd
	out, err bytes.Buffer
	over     chan struct{}
	exit     error
}

func start(ts *testscript.TestScript, args ...string) *running {
	path := args[0]
	if !filepath.IsAbs(path) {
		for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
			if _, err := os.Stat(filepath.Join(dir, path)); err == nil {
				path = filepath.Join(dir, path)
				break
			}
		}
	}
	r := &running{cmd: exec.Command(path, args[1:]...), over: make(chan struct{})}
	r.cmd.Dir = ts.MkAbs(".")
	r.cmd.Env = environment(ts)
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.err
	r.cmd.WaitDelay = 5 * time.Second
	ts.Check(r.cmd.Start())
	go func() { defer close(r.over); r.exit = r.cmd.Wait() }()
	return r
}

// environment is that of the story, as far as a program of ours cares.
func environment(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{
		"PATH", "HOME", "TMPDIR", "LANG", "GORACE", "DJSCRIPT_KEYS", "WORK", rootVariable, clockVariable, builtVariable, "DJSCRIPT_STANDIN", "DJSCRIPT_STANDIN_GBAK",
	} {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// begin NAME COMMAND...: starts it and goes on.
func cmdBegin(ts *testscript.TestScript, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: begin NAME COMMAND...")
	}
	of(ts).running[args[0]] = start(ts, args[1:]...)
}

// signal NAME INT|TERM|KILL.
func cmdSignal(ts *testscript.TestScript, args []string) {
	if len(args) != 2 || of(ts).running[args[0]] == nil {
		ts.Fatalf("usage: signal NAME INT|TERM|KILL, after begin")
	}
	ts.Check(of(ts).running[args[0]].cmd.Process.Signal(signals[args[1]]))
}

var signals = map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "KILL": os.Kill}

// ends N NAME: waits for what begin started, and wants exactly that exit code.
func cmdEnds(ts *testscript.TestScript, args []string) {
	if len(args) != 2 || of(ts).running[args[1]] == nil {
		ts.Fatalf("usage: ends N NAME, after begin")
	}
	r := of(ts).running[args[1]]
	select {
	case <-r.over:
	case <-time.After(time.Minute):
		ts.Fatalf("%s still goes on after a minute", args[1])
	}
	delete(of(ts).running, args[1])
	fmt.Fprint(ts.Stdout(), r.out.String())
	fmt.Fprint(ts.Stderr(), r.err.String())
	if got := exitOf(r.exit); got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// await FILE: until it is there, at most half a minute.
func cmdAwait(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: await FILE")
	}
	for range 3000 {
		if found, _ := filepath.Glob(ts.MkAbs(args[0])); len(found) > 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("%s did not come", args[0])
}

// interrupt STORE INT|KILL ROUNDS: makes copies, each cut off at a random moment. After INT nothing may lie there that
// was not there, but for whole copies; after KILL the next copy has to work and to sweep.
func cmdInterrupt(ts *testscript.TestScript, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: interrupt STORE INT|KILL ROUNDS")
	}
	began := time.Now()
	runToEnd(ts, args[0])
	whole := time.Since(began)
	seed := uint64(began.UnixNano())
	moments := rand.New(rand.NewPCG(seed, 0))
	defer ts.Logf("seed %d, a whole copy took %v", seed, whole)
	for range number(ts, args[2]) {
		after := time.Duration(moments.Int64N(int64(whole) * 11 / 10))
		r := start(ts, "djscript", "-C", args[0], "backup")
		time.Sleep(after)
		_ = r.cmd.Process.Signal(signals[args[1]])
		cut := time.Now()
		<-r.over
		ended := exitOf(r.exit)
		ts.Logf("%s after %v: %s", args[1], after.Round(time.Millisecond), ended)
		if args[1] == "KILL" {
			runToEnd(ts, args[0])
		} else {
			interrupted(ts, r, ended, time.Since(cut))
		}
		cmdLeftovers(ts, []string{args[0]})
	}
}

func runToEnd(ts *testscript.TestScript, store string) {
	r := start(ts, "djscript", "-C", store, "backup")
	<-r.over
	if r.exit != nil {
		ts.Fatalf("a whole copy: %v\n%s", r.exit, r.err.String())
	}
}

// interrupted wants what a cancelled run says; a run that was over before, or had not begun to listen, says nothing.
func interrupted(ts *testscript.TestScript, r *running, ended string, took time.Duration) {
	const words = "erro: cancelado\n  → nada feito pela metade ficou para trás\n"
	switch {
	case ended == "0", ended == "interrupt":
	case ended != "130":
		ts.Fatalf("exit code %s, want 130\n%s", ended, r.err.String())
	case !strings.HasSuffix(r.err.String(), words), strings.Count(r.err.String(), "erro:") != 1:
		ts.Fatalf("it said\n%s", r.err.String())
	case took > 3*time.Second:
		ts.Fatalf("it took %v to stop", took)
	}
}
