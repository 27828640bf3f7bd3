package child

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// kill -9 of the parent: a child that listens to nothing dies too.
func TestAChildDiesWithItsParent(t *testing.T) {
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = role("parent")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	pid := 0
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "child"; {
		pid, _ = strconv.Atoi(lines.Text())
	}
	if !alive(pid) {
		t.Fatalf("the child %d does not run", pid)
	}
	_ = parent.Process.Kill()
	_ = parent.Wait()
	for range 200 {
		if !alive(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
	t.Errorf("the child %d outlives its parent", pid)
}

func alive(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err == nil && !strings.Contains(string(status), "State:\tZ")
}

// What the child starts may be given back what the child itself may not have.
func TestOnlyTheSoftLimitIsSet(t *testing.T) {
	var before, of unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_DATA, &before); err != nil {
		t.Fatal(err)
	}
	c, _, first := start(t, t.Context(), "echo", Options{Memory: memory})
	<-first
	if err := unix.Prlimit(c.cmd.Process.Pid, unix.RLIMIT_DATA, nil, &of); err != nil {
		t.Fatal(err)
	}
	if of.Cur < memory || of.Cur >= before.Cur || of.Max != before.Max {
		t.Errorf("the limit is %+v, ours %+v", of, before)
	}
	_ = c.cmd.Process.Kill()
	if ended := wait(t, c); ended.Signal != "killed" || ended.Exit != -1 {
		t.Errorf("ended %+v", ended)
	}
}
