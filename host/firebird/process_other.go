//go:build !linux && !windows

package firebird

import (
	"os"
	"syscall"
)

func processAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// group is the process group that the child leads: its number is the child's.
type group struct{ leader int }

func newGroup(leader *os.Process) (group, error) { return group{leader: leader.Pid}, nil }

func (g group) waitLeader() {}

func (g group) kill() { _ = syscall.Kill(-g.leader, syscall.SIGKILL) }

func (g group) ask() { _ = syscall.Kill(-g.leader, syscall.SIGTERM) }

func (g group) close() {}
