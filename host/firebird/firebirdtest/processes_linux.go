package firebirdtest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// processes are those that have dir in their arguments or environment, and children of this process that ended and
// were never waited for.
func processes(dir string) []string {
	var left []string
	pids, _ := filepath.Glob("/proc/[0-9]*") // the only error is a bad pattern
	for _, pid := range pids {
		if filepath.Base(pid) == fmt.Sprint(os.Getpid()) {
			continue
		}
		arguments, _ := os.ReadFile(filepath.Join(pid, "cmdline")) // gone meanwhile, or not ours to look at
		environment, _ := os.ReadFile(filepath.Join(pid, "environ"))
		status, _ := os.ReadFile(filepath.Join(pid, "status"))
		zombie := bytes.Contains(status, fmt.Appendf(nil, "PPid:\t%d\n", os.Getpid())) &&
			bytes.Contains(status, []byte("State:\tZ"))
		if bytes.Contains(arguments, []byte(dir)) || bytes.Contains(environment, []byte("FIREBIRD="+dir)) || zombie {
			left = append(left, "process "+filepath.Base(pid)+": "+strings.ReplaceAll(string(arguments), "\x00", " "))
		}
	}
	return left
}
