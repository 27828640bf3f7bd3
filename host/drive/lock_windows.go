package drive

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

func openPlain(path string) (*os.File, error) {
	const access = windows.GENERIC_READ | windows.GENERIC_WRITE
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	return open(path, access, share, windows.OPEN_ALWAYS, windows.FILE_FLAG_OPEN_REPARSE_POINT)
}

func tryShare(file *os.File) (bool, error) {
	err := windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, lockRange())
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_IO_PENDING):
		return false, nil
	}
	return false, err
}
