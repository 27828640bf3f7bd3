package child

import (
	"bytes"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// A group of its own keeps the terminal's Ctrl-C from the child: its parent decides. The kernel kills it when its
// parent dies, also a child that is too busy to listen.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

type enclosure struct{}

func enclose(*os.Process, int64) (enclosure, error) { return enclosure{}, nil }

// limitMemory is done by the child to itself, before it does anything else: only then is it known what the program takes
// before it works, which a C library or the race detector makes a lot. RLIMIT_DATA counts what is mapped to be written;
// RLIMIT_AS would count the addresses that Go reserves and never uses. Only the soft limit is set: what the child starts
// may be given its own back.
func limitMemory(memory int64) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_DATA, &limit); err != nil {
		return err
	}
	limit.Cur = min(limit.Cur, uint64(status("VmData:")+memory))
	return unix.Setrlimit(unix.RLIMIT_DATA, &limit)
}

func (enclosure) peak(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss << 10
	}
	return 0
}

func (enclosure) close() {}

func signalOf(state *os.ProcessState) string {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return status.Signal().String()
	}
	return ""
}

// PeakMemory is the most memory that this process has had, in bytes; 0 where it is not known.
func PeakMemory() int64 { return status("VmHWM:") }

// status is an amount of memory that the kernel tells of this process, in bytes; 0 where it does not.
func status(field string) int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := bytes.Cut(text, []byte(field))
	words := bytes.Fields(after)
	if len(words) == 0 {
		return 0
	}
	n, err := strconv.ParseInt(string(words[0]), 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}
