package firebird_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	osexec "os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
)

const parentVariable = "DJSCRIPT_TEST_PARENT"

// A power cut of our own: djscript is killed while gbak works.
func TestGbakDiesWithUs(t *testing.T) {
	if os.Getenv(parentVariable) != "" {
		beParent(t)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := osexec.CommandContext(t.Context(), self, "-test.run=^TestGbakDiesWithUs$")
	command.Env = append(os.Environ(), parentVariable+"=1", "TMPDIR="+t.TempDir())
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "started" {
	}
	children := descendants(command.Process.Pid)
	if len(children) < 2 {
		t.Errorf("gbak and its child should run: %v", children)
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	waitGone(t, children[:min(1, len(children))])
	for _, pid := range children { // a stand-in's child knows no parent's death; a real gbak has none
		if process, err := os.FindProcess(pid); err == nil {
			_ = process.Kill()
		}
	}
}

func beParent(t *testing.T) {
	t.Helper()
	b, err := firebirdtest.StandinTools(t, "stop").Backup(context.Background(), firebird.Database{Path: oddFile(t)},
		firebird.WayEmbedded, firebird.BackupOptions{WorkDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	fmt.Println("started")
	time.Sleep(time.Minute)
}

// descendants are the processes below pid, parents first.
func descendants(pid int) []int {
	var found []int
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the only error is a bad pattern
	for _, task := range tasks {
		text, _ := os.ReadFile(task) // gone meanwhile
		for field := range strings.FieldsSeq(string(text)) {
			var child int
			if _, err := fmt.Sscan(field, &child); err == nil {
				found = append(append(found, child), descendants(child)...)
			}
		}
	}
	return found
}

func waitGone(t *testing.T, pids []int) {
	t.Helper()
	for range 100 {
		alive := 0
		for _, pid := range pids {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			if err == nil && !strings.Contains(string(status), "State:\tZ") {
				alive++
			}
		}
		if alive == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("still there: %v", pids)
}

// A grandchild that holds the pipes goes with its parent, both when that ends by itself and when it is killed.
func TestDescendantsGoWithGbak(t *testing.T) {
	path := oddFile(t)
	for _, close := range []bool{false, true} {
		b, err := firebirdtest.StandinTools(t, "grandchild").Backup(t.Context(), firebird.Database{Path: path},
			firebird.WayEmbedded, firebird.BackupOptions{WorkDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		below := descendants(os.Getpid())
		if close {
			err = b.Close()
		} else {
			_, _, err = take(b)
		}
		if err != nil {
			t.Error(err)
		}
		for _, pid := range below {
			command, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)) // gone, as it should
			if strings.Contains(string(command), "gbak") {
				waitGone(t, []int{pid})
			}
		}
	}
}

// kill -9 of a real gbak midway, in every way that gives a stream.
func TestGbakKilledMidwayIsNoBackup(t *testing.T) {
	db := oddServed(t)
	for _, way := range []firebird.Way{firebird.WayFIFO, firebird.WayTCP, firebird.WayFile} {
		before := descendants(os.Getpid())
		work := t.TempDir()
		b, err := firebirdtest.Tools(t).Backup(t.Context(), db, way, firebird.BackupOptions{WorkDir: work})
		if err != nil {
			t.Fatal(err)
		}
		<-b.Started()
		for _, pid := range descendants(os.Getpid()) {
			if process, err := os.FindProcess(pid); err == nil && !slices.Contains(before, pid) {
				_ = process.Kill()
			}
		}
		if _, _, err := take(b); !saysKey(err, "gbak.killed") {
			t.Errorf("%s: %v", way, err)
		}
		mustEmpty(t, work)
	}
	if _, _, err := backup(t, firebirdtest.Tools(t), db, firebird.WayFIFO, firebird.BackupOptions{WorkDir: t.TempDir()}); err != nil {
		t.Error(err)
	}
}
