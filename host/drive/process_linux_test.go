package drive

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/djscript/djscript/host/drive/drivetest"
	"github.com/djscript/djscript/host/message"
)

// The test binary plays the other processes: a writer that is killed, one without rights, one that appends.
func TestMain(m *testing.M) {
	if drivetest.Child() {
		return
	}
	if len(os.Args) > 2 && os.Args[1] == "child" {
		child(os.Args[2], os.Args[3:])
		return
	}
	os.Exit(m.Run())
}

func child(what string, args []string) {
	switch what {
	case "write":
		f, err := Create(args[0], args[1])
		if err == nil {
			_, err = f.Write([]byte("half of it"))
		}
		fmt.Println("code", message.Code(err))
		_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed
	case "append":
		for i := range 25 {
			if err := Append(args[0], fmt.Appendf(nil, "%s %d %s", args[1], i, strings.Repeat("x", i*40))); err != nil {
				fmt.Println(err)
			}
		}
	case "hold":
		hold(args[0], args[1])
	case "create", "append-once", "write-file", "sweep":
		fmt.Println("code", message.Code(once(what, args[0])))
	}
}

func once(what, dir string) error {
	switch what {
	case "create":
		_, err := Create(dir, "a")
		return err
	case "append-once":
		return Append(filepath.Join(dir, "ledger"), []byte("x"))
	case "write-file":
		return WriteFile(dir, "b", nil)
	}
	SweepParts(dir, func(string) bool { return true })
	return nil
}

func command(args ...string) *exec.Cmd {
	return exec.Command(os.Args[0], append([]string{"child"}, args...)...)
}

func TestWhatAKilledWriterLeftIsSweptAndWhatALivingOneWritesIsNot(t *testing.T) {
	dir := t.TempDir()
	killed, stopKilled := writer(t, dir, "killed.zip")
	_, stopLiving := writer(t, dir, "living.zip")
	all := func(string) bool { return true }
	if removed := SweepParts(dir, all); len(removed) != 0 {
		t.Errorf("both living: removed %q", removed)
	}
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	stopKilled()
	if removed := SweepParts(dir, all); len(removed) != 1 || removed[0] != "killed.zip" {
		t.Errorf("one killed: removed %q", removed)
	}
	stopLiving()
	if removed := SweepParts(dir, all); len(removed) != 1 || removed[0] != "living.zip" {
		t.Errorf("the other ended: removed %q", removed)
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("left %q", got)
	}
}

// writer is a child that has begun to write; stop ends it and waits.
func writer(t *testing.T, dir, name string) (cmd *exec.Cmd, stop func()) {
	t.Helper()
	cmd = command("write", dir, name)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	}
	t.Cleanup(stop)
	if line, err := bufio.NewReader(stdout).ReadString('\n'); err != nil || line != "code \n" {
		t.Fatalf("the writer says %q, %v", line, err)
	}
	return cmd, stop
}

func TestAFolderWithoutRightsIsToldAsThat(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("this test needs root, to become somebody without rights")
	}
	dir := open755(t)
	if err := os.WriteFile(filepath.Join(dir, "ledger"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	binary := publicCopy(t)
	for _, what := range []string{"create", "append-once", "write-file"} {
		cmd := exec.Command(binary, "child", what, dir)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		out, err := cmd.CombinedOutput()
		if err != nil || string(out) != "code fs.denied\n" {
			t.Errorf("%s: %q, %v", what, out, err)
		}
	}
}

// open755 is a folder that everybody may look into and only its owner write to; t.TempDir's parents are closed.
func open755(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "drive")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// publicCopy is this binary where somebody without rights can start it.
func publicCopy(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(open755(t), "child")
	if err := errors.Join(os.WriteFile(path, data, 0o755), os.Chmod(path, 0o755)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLinesOfManyProcessesStayWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	const processes, lines = 8, 25
	var children []*exec.Cmd
	outputs := make([]bytes.Buffer, processes)
	for i := range processes {
		cmd := command("append", path, strconv.Itoa(i))
		cmd.Stdout = &outputs[i]
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, cmd)
	}
	for i, cmd := range children {
		if err := cmd.Wait(); err != nil || outputs[i].Len() > 0 {
			t.Errorf("process %d: %v %s", i, err, outputs[i].String())
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	next := map[string]int{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		n, err := strconv.Atoi(fields[1])
		if err != nil || len(fields) != 3 || len(fields[2]) != n*40 || next[fields[0]] != n {
			t.Fatalf("line %q, wanted number %d", line, next[fields[0]])
		}
		next[fields[0]]++
	}
	for i := range processes {
		if got := next[strconv.Itoa(i)]; got != lines {
			t.Errorf("process %d has %d lines", i, got)
		}
	}
}

func TestALineWaitsForTheOneThatIsBeingWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	other, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	unlock, err := lockFile(other)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- Append(path, []byte("second")) }()
	select {
	case err := <-done:
		t.Fatalf("Append did not wait: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	if _, err := other.WriteString("first\n"); err != nil {
		t.Fatal(err)
	}
	unlock()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "first\nsecond\n" {
		t.Errorf("the file holds %q", got)
	}
}

func TestATornLastLineIsClosedBeforeTheNext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	for before, want := range map[string]string{
		"": "new\n", "old\n": "old\nnew\n", "old\nto": "old\nto\nnew\n", "to": "to\nnew\n",
	} {
		if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Append(path, []byte("new")); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != want {
			t.Errorf("after %q: %q, want %q", before, got, want)
		}
	}
	if err := Append(path, []byte("two\nlines")); message.Code(err) != "arg.value" {
		t.Errorf("two lines at once: %v", err)
	}
}

func TestNoLineIsWrittenThroughALink(t *testing.T) {
	dir := t.TempDir()
	database, ledger := filepath.Join(dir, "LOJA.FDB"), filepath.Join(dir, "ledger.jsonl")
	file(t, database, "records")
	if err := os.Symlink(database, ledger); err != nil {
		t.Fatal(err)
	}
	if err := Append(ledger, []byte("x")); message.Code(err) != "drive.foreign" || !strings.Contains(err.Error(), ledger) {
		t.Errorf("%v", err)
	}
	if opened, err := openToAppend(ledger); err == nil {
		t.Errorf("one that was planted after the look is followed: %v", opened.Close())
	}
	if text, err := os.ReadFile(database); string(text) != "records" {
		t.Errorf("it holds %q, %v", text, err)
	}
}

func TestALineThatDoesNotFitIsTakenBack(t *testing.T) {
	dir := smallDrive(t, "8k")
	path := filepath.Join(dir, "ledger.jsonl")
	if err := Append(path, bytes.Repeat([]byte("a"), 4000)); err != nil {
		t.Fatal(err)
	}
	if err := Append(path, bytes.Repeat([]byte("b"), 9000)); message.Code(err) != "drive.full" {
		t.Errorf("Append = %v", err)
	}
	if err := Append(path, []byte("c")); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != strings.Repeat("a", 4000)+"\nc\n" {
		t.Errorf("the ledger holds %d bytes: ...%q", len(got), got[len(got)-10:])
	}
}
