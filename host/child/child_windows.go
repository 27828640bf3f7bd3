package child

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A group of its own keeps the console's Ctrl-C from the child: its parent decides.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_NO_WINDOW}
}

// limitMemory leaves it to the job object, which the child is in before it is handed its request.
func limitMemory(int64) error { return nil }

// enclosure is the job object of the child. We hold its only handle, so that the system ends the child when we die.
type enclosure struct{ job windows.Handle }

// enclose puts the child into a job object of its own. It may use its memory only when it is in there, since it is not
// handed its request before. What it starts is silently left out, and so is not limited: gbak has a job of its own,
// which ends with the child.
func enclose(process *os.Process, memory int64) (enclosure, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return enclosure{}, fmt.Errorf("create job object: %w", err)
	}
	if err := enter(job, process, memory); err != nil {
		_ = windows.CloseHandle(job)
		return enclosure{}, err
	}
	return enclosure{job}, nil
}

func enter(job windows.Handle, process *os.Process, memory int64) error {
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | windows.JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK
	if memory > 0 {
		limits.BasicLimitInformation.LimitFlags |= windows.JOB_OBJECT_LIMIT_PROCESS_MEMORY
		limits.ProcessMemoryLimit = uintptr(memory)
	}
	_, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		return fmt.Errorf("limit job object: %w", err)
	}
	const access = windows.PROCESS_SET_QUOTA | windows.PROCESS_TERMINATE | windows.SYNCHRONIZE
	handle, err := windows.OpenProcess(access, false, uint32(process.Pid))
	if err != nil {
		return fmt.Errorf("open process: %w", err)
	}
	defer func() { _ = windows.CloseHandle(handle) }()
	if err := windows.AssignProcessToJobObject(job, handle); err != nil && !hasEnded(handle) {
		return fmt.Errorf("put process into job: %w", err)
	}
	return nil
}

// hasEnded tells a process that was quicker than we are, and that no job takes any more, from one that may not be put
// into ours.
func hasEnded(process windows.Handle) bool {
	event, err := windows.WaitForSingleObject(process, 0)
	return err == nil && event == windows.WAIT_OBJECT_0
}

func (e enclosure) peak(*os.ProcessState) int64 { return peakOf(e.job) }

func (e enclosure) close() { _ = windows.CloseHandle(e.job) }

func signalOf(*os.ProcessState) string { return "" }

// PeakMemory is the most memory that this process has had, in bytes; 0 where it is not known.
func PeakMemory() int64 { return peakOf(0) }

// peakOf asks a job object; none is the one that this process is in.
func peakOf(job windows.Handle) int64 {
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	err := windows.QueryInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)), nil)
	if err != nil {
		return 0
	}
	return int64(limits.PeakProcessMemoryUsed)
}
