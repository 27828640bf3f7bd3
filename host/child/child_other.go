//go:build !linux && !windows

package child

import (
	"os"
	"syscall"
)

// A group of its own keeps the terminal's Ctrl-C from the child: its parent decides. The end of its input tells it of
// its parent's death.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

type enclosure struct{}

func enclose(*os.Process, int64) (enclosure, error) { return enclosure{}, nil }

// limitMemory limits nothing: no limit that these systems have fits a Go program.
func limitMemory(int64) error { return nil }

func (enclosure) peak(*os.ProcessState) int64 { return 0 }

func (enclosure) close() {}

func signalOf(state *os.ProcessState) string {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return status.Signal().String()
	}
	return ""
}

// PeakMemory is the most memory that this process has had, in bytes; 0 where it is not known.
func PeakMemory() int64 { return 0 }
