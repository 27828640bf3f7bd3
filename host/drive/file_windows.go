package drive

import (
	"context"
	"errors"
	"hash"
	"os"
	"path/filepath"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// createPart makes the temporary file and opens it so that nobody else can write or delete it: that is what tells a
// living writer from a dead one, whose handles the system has closed.
func createPart(dir, name string) (*os.File, error) {
	path := filepath.Join(dir, newPartName(name))
	const access = windows.GENERIC_READ | windows.GENERIC_WRITE | windows.DELETE
	return open(path, access, windows.FILE_SHARE_READ, windows.CREATE_NEW, windows.FILE_ATTRIBUTE_NORMAL)
}

func open(path string, access, share, create, flags uint32) (*os.File, error) {
	text, err := windows.UTF16PtrFromString(long(path))
	if err != nil {
		return nil, err
	}
	handle, err := windows.CreateFile(text, access, share, nil, create, flags, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(handle), path), nil
}

// long is the spelling that may be longer than 260 characters; the package os does the same for itself.
func long(path string) string {
	absolute, err := filepath.Abs(path)
	if err != nil || len(absolute) < 248 || absolute[:2] == `\\` {
		return path
	}
	return `\\?\` + absolute
}

func discardPart(file *os.File) error {
	return errors.Join(file.Close(), Patiently(func() error { return os.Remove(file.Name()) }))
}

// removeDead removes a part that nobody holds open: Windows itself refuses where somebody does.
func removeDead(path string) bool {
	file, err := open(path, windows.DELETE, 0, windows.OPEN_EXISTING, windows.FILE_FLAG_OPEN_REPARSE_POINT)
	if err != nil {
		return false
	}
	return file.Close() == nil && os.Remove(path) == nil
}

// Patiently does to a file what Windows refuses while somebody else has it open, again for a few seconds: a virus scanner
// opens what was just written and holds it for a while, and another run reads what is being replaced.
func Patiently(try func() error) error {
	pause := 10 * time.Millisecond
	for range 9 {
		err := try()
		if !errors.Is(err, windows.ERROR_SHARING_VIOLATION) && !errors.Is(err, windows.ERROR_ACCESS_DENIED) {
			return err
		}
		time.Sleep(pause)
		pause *= 2
	}
	return try()
}

func renameNew(file *os.File, to string) error { return renameOpen(file, to, false) }

func renameOver(file *os.File, to string) error { return renameOpen(file, to, true) }

// Without a flag to replace and one to copy, Windows does neither.
func renameFree(from, to string) error {
	source, err := windows.UTF16PtrFromString(long(from))
	if err != nil {
		return err
	}
	target, err := windows.UTF16PtrFromString(long(to))
	if err != nil {
		return err
	}
	return windows.MoveFileEx(source, target, windows.MOVEFILE_WRITE_THROUGH)
}

// renameOpen renames the file while it is open, so that there is no moment in which a sweep could take it for dead.
func renameOpen(file *os.File, to string, replace bool) error {
	absolute, err := filepath.Abs(to)
	if err != nil {
		return err
	}
	name, err := windows.UTF16FromString(long(absolute))
	if err != nil {
		return err
	}
	info := renameInfo(name, replace)
	return Patiently(func() error {
		return windows.SetFileInformationByHandle(
			windows.Handle(file.Fd()), windows.FileRenameInfo, &info[0], uint32(len(info)))
	})
}

// renameInfo is FILE_RENAME_INFO: a header, then the name, which ends with a zero that its length does not count.
func renameInfo(name []uint16, replace bool) []byte {
	type header struct {
		replaceIfExists uint32
		rootDirectory   windows.Handle
		nameLength      uint32
		name            [1]uint16
	}
	start := unsafe.Offsetof(header{}.name)
	info := make([]byte, start+uintptr(len(name))*2)
	head := (*header)(unsafe.Pointer(&info[0]))
	head.nameLength = uint32(len(name)-1) * 2
	if replace {
		head.replaceIfExists = 1
	}
	copy(unsafe.Slice(&head.name[0], len(name)), name)
	return info
}

// Renames are journaled by NTFS, and a folder can not be flushed without the rights of an administrator.
func syncFolder(string) error { return nil }

// The end of the file comes too seldom for the system's own flushing to need help.
func startFlush(*os.File, int64, int64) {}

// readPart reads what lies under an open part, past the system's cache where the filesystem can.
func readPart(ctx context.Context, part *os.File, size int64, to hash.Hash) (string, error) {
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	const flags = windows.FILE_FLAG_NO_BUFFERING | windows.FILE_FLAG_SEQUENTIAL_SCAN
	from := FromDevice
	reader, err := open(part.Name(), windows.GENERIC_READ, share, windows.OPEN_EXISTING, flags)
	if errors.Is(err, windows.ERROR_INVALID_PARAMETER) || errors.Is(err, windows.ERROR_NOT_SUPPORTED) {
		from = FromCache
		reader, err = open(part.Name(), windows.GENERIC_READ, share, windows.OPEN_EXISTING, 0)
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = reader.Close() }()
	return from, copyBlocks(ctx, to, reader, size)
}

// The lock lies far behind the end of the file, because a locked range can not be read by others.
func lockRange() *windows.Overlapped { return &windows.Overlapped{OffsetHigh: 0x7fffffff} }

func tryLock(file *os.File) (bool, error) {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(file.Fd()), flags, 0, 1, 0, lockRange())
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_IO_PENDING):
		return false, nil
	}
	return false, err
}

func unlockFile(file *os.File) {
	_ = windows.UnlockFileEx(windows.Handle(file.Fd()), 0, 1, 0, lockRange())
}

// openToAppend opens a file of lines, or makes it; a link is not followed. A file opened only to append can not be cut back,
// and the lock keeps others out.
func openToAppend(path string) (*os.File, error) { return openPlain(path) }
