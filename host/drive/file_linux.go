package drive

import (
	"context"
	"errors"
	"hash"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

// createPart makes the temporary file and locks it: the lock is what tells a living writer from a dead one, whose
// locks the kernel has freed.
func createPart(dir, name string) (*os.File, error) {
	for range 20 {
		path := filepath.Join(dir, newPartName(name))
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		locked, err := tryLock(file)
		if err == nil && locked && stillAt(file, path) {
			return file, nil
		}
		// A sweep got between the making and the locking.
		_ = file.Close()
		_ = os.Remove(path)
		if err != nil {
			return nil, err
		}
	}
	return nil, unix.EBUSY
}

func stillAt(file *os.File, path string) bool {
	held, err := file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(held, there)
}

func discardPart(file *os.File) error {
	return errors.Join(os.Remove(file.Name()), file.Close())
}

// removeDead removes a part whose lock is free.
func removeDead(path string) bool {
	file, err := os.OpenFile(path, os.O_RDWR|unix.O_NOFOLLOW, 0)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return false
	}
	return os.Remove(path) == nil
}

// tryLock takes the lock of an open file. A filesystem without locks counts as locked: there a sweep removes nothing.
func tryLock(file *os.File) (bool, error) {
	err := ignoringInterrupts(func() error { return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) })
	switch {
	case err == nil, errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.ENOLCK):
		return true, nil
	case errors.Is(err, unix.EWOULDBLOCK):
		return false, nil
	}
	return false, err
}

func unlockFile(file *os.File) { _ = unix.Flock(int(file.Fd()), unix.LOCK_UN) }

func ignoringInterrupts(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// startFlush lets the device begin while gbak still works, so that the flush at the end is short.
func startFlush(file *os.File, from, n int64) {
	const window = 8 << 20
	if (from+n)/window == from/window {
		return
	}
	start := from / window * window
	_ = unix.SyncFileRange(int(file.Fd()), start, from+n-start, unix.SYNC_FILE_RANGE_WRITE)
}

// renameNew gives an open part its name, or fails with EEXIST.
func renameNew(file *os.File, to string) error {
	if !stillAt(file, file.Name()) {
		return unix.ENOENT
	}
	return renameFree(file.Name(), to)
}

func renameFree(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOTSUP) {
		return renameByLink(from, to)
	}
	return err
}

// renameByLink serves filesystems that can not refuse to replace (NFS, older FUSE).
func renameByLink(from, to string) error {
	err := os.Link(from, to)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.ENOSYS) {
		return renameInLockedFolder(from, to)
	}
	if err != nil {
		return err
	}
	return os.Remove(from)
}

// renameInLockedFolder serves filesystems without links (FAT and NTFS through FUSE): all writers that come here hold
// the folder's lock between looking and renaming.
func renameInLockedFolder(from, to string) error {
	folder, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }()
	unlock, err := lockFile(folder)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := os.Lstat(to); err == nil {
		return unix.EEXIST
	}
	return os.Rename(from, to)
}

func renameOver(file *os.File, to string) error { return os.Rename(file.Name(), to) }

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = folder.Sync()
	// Some network and FUSE filesystems have no flush for folders; what they were told is what they will do.
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, folder.Close())
}

// readPart reads what lies under an open part: past the page cache where the filesystem can (O_DIRECT), else after
// asking the kernel to forget it and seeing that it did.
func readPart(ctx context.Context, part *os.File, size int64, to hash.Hash) (string, error) {
	from := FromDevice
	if livesInMemory(part) {
		from = FromCache
	}
	// Btrfs fills in from the cache what it could not read past it.
	_ = unix.Fadvise(int(part.Fd()), 0, 0, unix.FADV_DONTNEED)
	direct, err := os.OpenFile(part.Name(), os.O_RDONLY|unix.O_DIRECT, 0)
	if errors.Is(err, unix.EINVAL) {
		return readForgotten(ctx, part, size, to)
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = direct.Close() }()
	err = copyBlocks(ctx, to, direct, size)
	if errors.Is(err, unix.EINVAL) {
		to.Reset()
		return readForgotten(ctx, part, size, to)
	}
	if err != nil {
		return "", err
	}
	return from, nil
}

func readForgotten(ctx context.Context, part *os.File, size int64, to hash.Hash) (string, error) {
	from := FromCache
	if forget(part, size) && !livesInMemory(part) {
		from = FromDevice
	}
	reader, err := os.Open(part.Name())
	if err != nil {
		return "", err
	}
	defer func() { _ = reader.Close() }()
	err = copyBlocks(ctx, to, reader, size)
	return from, err
}

// forget drops the pages of a flushed file, and says whether none is left (cachestat, Linux 6.5; "no" before).
func forget(part *os.File, size int64) bool {
	fd := int(part.Fd())
	if err := unix.Fadvise(fd, 0, 0, unix.FADV_DONTNEED); err != nil {
		return false
	}
	var pages unix.Cachestat_t
	if err := unix.Cachestat(uint(fd), &unix.CachestatRange{Len: uint64(size)}, &pages, 0); err != nil {
		return false
	}
	return pages.Cache == 0
}

// livesInMemory tells whether what is read past the cache of a file comes from memory all the same. A filesystem that runs as
// a program, as NTFS and exFAT do mostly, reads its device through a cache.
func livesInMemory(file *os.File) bool {
	var stat unix.Statfs_t
	if err := ignoringInterrupts(func() error { return unix.Fstatfs(int(file.Fd()), &stat) }); err != nil {
		return true
	}
	switch uint32(stat.Type) {
	case unix.TMPFS_MAGIC, unix.RAMFS_MAGIC:
		return true
	case unix.FUSE_SUPER_MAGIC:
		return !forgetVolume(file)
	}
	return false
}

// forgetVolume makes the kernel forget what it keeps of the device below a file. Root alone may; there may be none.
func forgetVolume(file *os.File) bool {
	var stat unix.Stat_t
	if err := ignoringInterrupts(func() error { return unix.Fstat(int(file.Fd()), &stat) }); err != nil {
		return false
	}
	mounts, err := mountinfo.GetMounts(func(m *mountinfo.Info) (skip, stop bool) {
		found := unix.Mkdev(uint32(m.Major), uint32(m.Minor)) == stat.Dev && strings.HasPrefix(m.Source, "/dev/")
		return !found, found
	})
	if err != nil || len(mounts) == 0 {
		return false
	}
	device, err := os.Open(mounts[0].Source)
	if err != nil {
		return false
	}
	defer device.Close()
	return unix.IoctlSetInt(int(device.Fd()), unix.BLKFLSBUF, 0) == nil
}

// openToAppend opens a file of lines, or makes it; a link is not followed. Where the filesystem has no locks, the kernel still
// puts each line behind the last.
func openToAppend(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND|unix.O_NOFOLLOW, 0o600)
}
