package drive

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"

	"github.com/djscript/djscript/host/message"
)

func eject(ctx context.Context, d Drive, pause time.Duration) error {
	mount, err := mountOf(d.Path)
	if err != nil {
		return err
	}
	disk := system.disk(mount)
	if disk == "" {
		return message.New("drive.system", "drive.not_ejectable", message.Args{"path": d.Path})
	}
	if err := syncVolume(ctx, mount.Mountpoint); err != nil {
		return err
	}
	for {
		of, err := mountsOf(mount, disk)
		if err != nil {
			return err
		}
		if len(of) == 0 {
			break
		}
		// What is mounted within another goes first.
		last := of[len(of)-1]
		err = patiently(ctx, pause, isHeld, func() error { return unix.Unmount(last.Mountpoint, unix.UMOUNT_NOFOLLOW) })
		if isHeld(err) {
			return held(err, last.Mountpoint, holders(last))
		}
		if err != nil {
			return message.Wrap(err, "drive.busy", "drive.not_unmounted", message.Args{"path": last.Mountpoint})
		}
	}
	powerOff(disk)
	return nil
}

func isHeld(err error) bool { return errors.Is(err, unix.EBUSY) }

// syncVolume flushes all that was written to a volume.
func syncVolume(ctx context.Context, root string) error {
	folder, err := os.Open(root)
	if err != nil {
		return err
	}
	flushed := make(chan error, 1)
	go func() { flushed <- errors.Join(unix.Syncfs(int(folder.Fd())), folder.Close()) }()
	select {
	case err := <-flushed:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// mountsOf are all mounts of the disk that a mount belongs to, in the order in which they were made.
func mountsOf(mount *mountinfo.Info, disk string) ([]*mountinfo.Info, error) {
	all, err := mountinfo.GetMounts(nil)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(m *mountinfo.Info) bool {
		same := m.Major == mount.Major && m.Minor == mount.Minor
		return !same && system.disk(m) != disk
	}), nil
}

// powerOff takes a USB disk from the kernel, which lets its lamp go out. Where that can not be done, it is unmounted
// all the same, and may be pulled out.
func powerOff(disk string) {
	if behind(disk) != "" {
		_ = os.WriteFile(filepath.Join(disk, "device/delete"), []byte("1"), 0)
	}
}

// holders are the processes that keep a mount busy: by their folder, their root, their program, an open file, or one
// that is mapped. What belongs to other users can be seen by root only.
func holders(mount *mountinfo.Info) []Holder {
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil
	}
	device := unix.Mkdev(uint32(mount.Major), uint32(mount.Minor))
	var found []Holder
	for _, process := range processes {
		if !holds(process, mount, device) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(process))
		if err == nil {
			found = append(found, Holder{PID: pid, Name: firstText(filepath.Join(process, "comm"))})
		}
	}
	return found
}

func holds(process string, mount *mountinfo.Info, device uint64) bool {
	links := []string{"cwd", "root", "exe"}
	open, _ := os.ReadDir(filepath.Join(process, "fd"))
	for _, fd := range open {
		links = append(links, filepath.Join("fd", fd.Name()))
	}
	for _, link := range links {
		// The target is followed by the kernel, wherever its path leads by now: it answers for what is really open.
		var stat unix.Stat_t
		if unix.Stat(filepath.Join(process, link), &stat) == nil && (stat.Dev == device || stat.Rdev == device && stat.Mode&unix.S_IFMT == unix.S_IFBLK) {
			return true
		}
	}
	return inMemory(process, mount)
}

// inMemory tells whether a process has a file of the mount in its memory.
func inMemory(process string, mount *mountinfo.Info) bool {
	file, err := os.Open(filepath.Join(process, "maps"))
	if err != nil {
		return false
	}
	defer file.Close()
	device := fmt.Sprintf("%02x:%02x", mount.Major, mount.Minor)
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) > 5 && fields[3] == device {
			return true
		}
	}
	return false
}
