package lock

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/message"
)

// The test binary is also the other process: it takes the lock, says so, and waits to be killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LOCK_TEST_DIR"); dir != "" {
		if _, err := Take(context.Background(), dir, "copies", "the other", 0); err != nil {
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString("taken\n")
		time.Sleep(time.Minute)
		return
	}
	os.Exit(m.Run())
}

func other(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "LOCK_TEST_DIR="+dir)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	if _, err := out.Read(make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhoWaitsIsToldWhoHoldsTheLock(t *testing.T) {
	dir := t.TempDir()
	other(t, dir)
	_, err := Take(t.Context(), dir, "copies", "me", 0)
	if message.Code(err) != "lock.timeout" || !strings.Contains(err.Error(), "the other") {
		t.Errorf("%v", err)
	}
}

func TestALockGoesWithTheProcessThatHeldIt(t *testing.T) {
	dir := t.TempDir()
	c := other(t, dir)
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	held, err := Take(t.Context(), dir, "copies", "me", 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if err := held.Release(); err != nil {
		t.Error(err)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	dir := t.TempDir()
	other(t, dir)
	why := errors.New("told to stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(why) })
	if _, err := Take(ctx, dir, "copies", "me", time.Hour); !errors.Is(err, why) {
		t.Errorf("%v", err)
	}
}
