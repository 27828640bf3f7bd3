package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// signalRun kills the one process that another has started, or freezes it.
func signalRun(ts *testscript.TestScript, parent int, freeze bool) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	ts.Check(err)
	var children []string
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		ts.Check(err)
		children = append(children, strings.Fields(string(text))...)
	}
	if len(children) != 1 {
		ts.Fatalf("%d has the children %v, not one", parent, children)
	}
	pid, err := strconv.Atoi(children[0])
	ts.Check(err)
	signal := syscall.SIGKILL
	if freeze {
		signal = syscall.SIGSTOP
	}
	ts.Check(syscall.Kill(pid, signal))
}
