package drive

import (
	"os"

	"golang.org/x/sys/windows"
)

// openProbe opens a new file that is gone when it is closed: whatever becomes of us, nothing of it stays. FAT would
// otherwise write zeros over all of its length when it is closed.
func openProbe(path string) (*os.File, error) {
	const access = windows.GENERIC_READ | windows.GENERIC_WRITE | windows.DELETE
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	return open(path, access, share, windows.CREATE_NEW, windows.FILE_ATTRIBUTE_NORMAL|windows.FILE_FLAG_DELETE_ON_CLOSE)
}

// reserve gives a file that much room on its drive without writing it.
func reserve(file *os.File, size int64) error { return file.Truncate(size) }
