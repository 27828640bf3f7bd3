//go:build !windows

package restore

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/djscript/djscript/host/message"
)

// usualMode is that of a database which has none before it, as Firebird makes them.
const usualMode = 0o660

// giveRights gives a new file the owner, the group and the mode of another; where there is no other, the owner of its
// folder.
func giveRights(path, like string) error {
	mode := fs.FileMode(usualMode)
	info, err := os.Stat(like)
	if err == nil {
		mode = info.Mode().Perm()
	} else if info, err = os.Stat(filepath.Dir(like)); err != nil {
		return err
	}
	own, err := os.Stat(path)
	if err != nil {
		return err
	}
	want, have := info.Sys().(*syscall.Stat_t), own.Sys().(*syscall.Stat_t)
	if want.Uid != have.Uid || want.Gid != have.Gid {
		if err := os.Chown(path, int(want.Uid), int(want.Gid)); err != nil {
			return err
		}
	}
	return os.Chmod(path, mode)
}

// freeTries is how often a server that has just thrown everybody out is asked whether it has let go of the file.
const freeTries = 30

// free tells that nobody has a database file open: every engine holds a lock on it while it does.
func free(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return message.New("db.busy", "restore.in_use", message.Args{"path": path})
	}
	return nil // what has no locks can not tell
}
