package firebird

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_NO_WINDOW}
}

// group is the job object that the child and its descendants belong to; its handle is the only one, so that the
// system ends them all when we die.
type group struct {
	job    windows.Handle
	leader windows.Handle
}

func newGroup(leader *os.Process) (group, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return group{}, fmt.Errorf("create job object: %w", err)
	}
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		_ = windows.CloseHandle(job)
		return group{}, fmt.Errorf("limit job object: %w", err)
	}
	g, err := enter(job, leader)
	if err != nil {
		_ = windows.CloseHandle(job)
	}
	return g, err
}

func enter(job windows.Handle, leader *os.Process) (group, error) {
	const access = windows.PROCESS_SET_QUOTA | windows.PROCESS_TERMINATE | windows.SYNCHRONIZE
	handle, err := windows.OpenProcess(access, false, uint32(leader.Pid))
	if err != nil {
		return group{}, fmt.Errorf("open process: %w", err)
	}
	if err := windows.AssignProcessToJobObject(job, handle); err != nil && !hasEnded(handle) {
		_ = windows.CloseHandle(handle)
		return group{}, fmt.Errorf("put process into job: %w", err)
	}
	return group{job: job, leader: handle}, nil
}

// hasEnded tells a process that was quicker than we are, and that no job takes any more, from one that may not be put
// into ours.
func hasEnded(process windows.Handle) bool {
	event, err := windows.WaitForSingleObject(process, 0)
	return err == nil && event == windows.WAIT_OBJECT_0
}

func (g group) waitLeader() { _, _ = windows.WaitForSingleObject(g.leader, windows.INFINITE) }

func (g group) kill() { _ = windows.TerminateJobObject(g.job, 1) }

// Windows has no way to ask a program without a console or a window.
func (g group) ask() { g.kill() }

func (g group) close() {
	_ = windows.CloseHandle(g.leader)
	_ = windows.CloseHandle(g.job)
}
