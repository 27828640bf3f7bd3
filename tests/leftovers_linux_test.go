package tests

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
)

// processes are those that have dir in their arguments or their environment.
func processes(dir string) []string {
	var left []string
	pids, _ := filepath.Glob("/proc/[0-9]*") // the only error is a bad pattern
	for _, pid := range pids {
		arguments, _ := os.ReadFile(filepath.Join(pid, "cmdline")) // gone meanwhile, or not ours to look at
		environment, _ := os.ReadFile(filepath.Join(pid, "environ"))
		if bytes.Contains(arguments, []byte(dir+"/")) || bytes.Contains(environment, []byte(dir+"/")) {
			left = append(left, "process "+filepath.Base(pid)+": "+strings.ReplaceAll(string(arguments), "\x00", " "))
		}
	}
	return left
}
