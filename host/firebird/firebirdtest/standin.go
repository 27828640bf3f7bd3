package firebirdtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird"
)

// The stand-in is this test binary under the name gbak: for what a real gbak can not be brought to do on demand.
//
//	hang        says that it begins, and nothing more
//	nothing     ends with 0 without a byte
//	header      gives the first bytes of a backup and ends with 0, as if that were all
//	garbage     gives bytes that are no backup
//	error0      a whole backup, then an error text, and 0
//	exit2       a whole backup, and 2
//	truncated   half a backup, and 0
//	crash       half a backup, then dies by a signal
//	stop        half a backup, and nothing more
//	slow        one byte per second
//	flood       lines without end
//	longline    one line without end
//	question    asks for another volume and waits for an answer
//	elsewhere   has the server write into a folder that is not there, as a server on another machine sees ours
//	unlucky     can not create the database the first time (firebird.createFails); unlucky2: nor the second
//	grandchild  a whole backup, and 0, but a child of it lives on and holds the pipes open
//
// They are for backups; the same with "restore-" before it is for restores, whose bytes are the log ("restore-exit2",
// "restore-hang"). What it does not stand in for goes to the real gbak.
const (
	// StandinVariable names what the stand-in does; without it, it is the real gbak.
	StandinVariable = "DJSCRIPT_STANDIN"
	// StandinGbak is the real gbak; without it the first in PATH that is not the stand-in.
	StandinGbak = "DJSCRIPT_STANDIN_GBAK"
)

// Standin makes of this process a gbak and does not return, when it was started under that name. A test binary calls
// it before anything else.
func Standin() bool {
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") != "gbak" {
		return false
	}
	os.Exit(standin(os.Getenv(StandinVariable), os.Args[1:]))
	return true
}

// StandinTools are the installed tools with the stand-in for gbak, which will behave so.
func StandinTools(t testing.TB, behaviour string) firebird.Tools {
	t.Helper()
	found := Tools(t)
	t.Setenv(StandinGbak, found.Gbak)
	t.Setenv(StandinVariable, behaviour)
	found.Gbak = InstallStandin(t, t.TempDir())
	return found
}

// InstallStandin puts the stand-in into a folder and gives its path.
func InstallStandin(t testing.TB, dir string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "gbak")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if err := os.Link(self, path); err != nil { // another file system
		if err := os.Symlink(self, path); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// The stand-in says what gbak says, where our code listens.
const (
	standinBegin   = "gbak:readied database standin for backup\ngbak:creating file stdout\ngbak:starting transaction\n"
	standinError   = "gbak: ERROR:message length error (encountered 4, expected 8)\n"
	standinUnlucky = "gbak: ERROR:internal Firebird consistency check (page in use during flush (210), file: cch.cpp line: 2757)\n" +
		"gbak: ERROR:failed to create database\ngbak:Exiting before completion due to errors\n"
	standinAsk = "Done with volume #0, \"stdout\"\n\tPress return to reopen that file, or type a new\n\tname followed by return to open a different file.\n  Name: "
)

func standin(behaviour string, args []string) int {
	only, restores := strings.CutPrefix(behaviour, "restore-")
	switch {
	case slices.Contains(args, "-z"), behaviour == "", restores != slices.Contains(args, "-c"):
		return realGbak(args, os.Stdout, os.Stderr)
	}
	say := func(text string) { fmt.Fprint(os.Stderr, text) }
	switch only {
	case "hang":
		say(standinBegin)
		sleep()
	case "nothing":
	case "header":
		say(standinBegin)
		_, _ = os.Stdout.Write([]byte{0, 2, 4, 10, 0, 0, 0})
		say("gbak:closing file, committing, and finishing. 7 bytes written\n")
	case "garbage":
		say(standinBegin)
		_, _ = os.Stdout.WriteString("this is not a backup\n")
		sleep()
	case "error0":
		code := realGbak(args, os.Stdout, os.Stderr)
		say(standinError)
		return code
	case "exit2":
		realGbak(args, os.Stdout, os.Stderr)
		return 2
	case "truncated":
		realGbak(args, &half{then: func(*half) {}}, os.Stderr)
	case "crash":
		realGbak(args, &half{then: func(*half) { die() }}, os.Stderr)
	case "stop":
		realGbak(args, &half{then: func(*half) { sleep() }}, os.Stderr)
	case "slow":
		realGbak(args, slowly{}, os.Stderr)
	case "flood":
		say(standinBegin)
		flood("gbak:    writing index of a table that has no end\n")
	case "longline":
		say(standinBegin)
		flood("no end ")
	case "question":
		say(standinBegin + standinAsk)
		_, _ = io.Copy(io.Discard, os.Stdin)
		sleep()
	case "grandchild":
		holdPipes()
		return realGbak(args, os.Stdout, os.Stderr)
	case "elsewhere":
		return realGbak(append(slices.Clone(args[:len(args)-1]), "/nowhere/backup.fbk"), os.Stdout, os.Stderr)
	case "unlucky", "unlucky2":
		if n := times(); n > 2 || n > 1 && only == "unlucky" {
			return realGbak(args, os.Stdout, os.Stderr)
		}
		_, _ = io.ReadFull(os.Stdin, make([]byte, 16))
		say(standinUnlucky)
		return 1
	case "sleep":
		sleep()
	default:
		say("gbak: ERROR:no such stand-in: " + behaviour + "\n")
		return 1
	}
	return 0
}

// times counts how often the stand-in was started in its folder.
func times() int {
	file, err := os.OpenFile("standin-times", os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return 0
	}
	defer file.Close()
	_, _ = file.WriteString("x")
	n, _ := io.ReadAll(io.NewSectionReader(file, 0, 1<<10))
	return len(n)
}

// realGbak runs the real one in our process group, so that it ends with us.
func realGbak(args []string, stdout, stderr io.Writer) int {
	command := exec.CommandContext(context.Background(), realPath(), args...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, stdout, stderr
	err := command.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gbak: ERROR:", err)
		return 1
	}
	return 0
}

func realPath() string {
	if path := os.Getenv(StandinGbak); path != "" {
		return path
	}
	self, _ := os.Executable()
	mine, _ := os.Stat(self)
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/bin") {
		path := filepath.Join(dir, filepath.Base(os.Args[0]))
		if info, err := os.Stat(path); err == nil && !os.SameFile(info, mine) {
			return path
		}
	}
	return "gbak is not in PATH"
}

// half lets some 32 KB through, calls then once, and swallows the rest.
type half struct {
	written int
	then    func(*half)
}

func (h *half) Write(p []byte) (int, error) {
	const most = 32 << 10
	if h.written >= most {
		return len(p), nil
	}
	n, err := os.Stdout.Write(p[:min(len(p), most-h.written)])
	if h.written += n; h.written >= most {
		h.then(h)
	}
	return len(p), err
}

type slowly struct{}

func (slowly) Write(p []byte) (int, error) {
	for i := range p {
		if _, err := os.Stdout.Write(p[i : i+1]); err != nil {
			return i, err
		}
		time.Sleep(time.Second)
	}
	return len(p), nil
}

func flood(text string) {
	block := []byte(strings.Repeat(text, 1000))
	for written := 0; written < 1<<30; written += len(block) {
		if _, err := os.Stderr.Write(block); err != nil {
			return
		}
	}
}

// die ends this process as the system's out-of-memory killer does.
func die() {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	sleep()
}

func sleep() { time.Sleep(time.Hour) }

// holdPipes starts a child that has our outputs and does not end.
func holdPipes() {
	command := exec.CommandContext(context.Background(), os.Args[0], "-b")
	command.Env = append(os.Environ(), StandinVariable+"=sleep")
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	_ = command.Start()
}
