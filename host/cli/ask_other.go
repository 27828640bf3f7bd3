//go:build !windows

package cli

import (
	"os"
	"syscall"
)

// askToEnd lets a child undo what it began.
func askToEnd(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
