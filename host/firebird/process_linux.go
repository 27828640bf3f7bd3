package firebird

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// group is the process group that the child leads: its number is the child's.
type group struct{ leader int }

func newGroup(leader *os.Process) (group, error) {
	unlimit(leader.Pid)
	return group{leader: leader.Pid}, nil
}

// unlimit gives back what the limit of a script's memory took: an engine with a large cache is no script. Where that can
// not be done the tool works as long as the limit is enough for it.
func unlimit(pid int) {
	var limit unix.Rlimit
	if unix.Prlimit(pid, unix.RLIMIT_DATA, nil, &limit) == nil && limit.Cur < limit.Max {
		limit.Cur = limit.Max
		_ = unix.Prlimit(pid, unix.RLIMIT_DATA, &limit, nil)
	}
}

// waitLeader returns when the leader has ended, and leaves it to be waited for.
func (g group) waitLeader() {
	for {
		err := unix.Waitid(unix.P_PID, g.leader, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

func (g group) kill() { _ = syscall.Kill(-g.leader, syscall.SIGKILL) }

func (g group) ask() { _ = syscall.Kill(-g.leader, syscall.SIGTERM) }

func (g group) close() {}
