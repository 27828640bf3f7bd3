//go:build !windows && !linux

package drive

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"os"
	"syscall"
	"time"
)

// djscript runs stores on Windows and Linux; here it only has to build, and to be safe where it is simple to be.

var errSystem = errors.New("drives are not known on this system")

func list(context.Context) ([]Drive, error) { return nil, errSystem }

func of(string) (Drive, error) { return Drive{}, errSystem }

func hardwareOf(Drive) (Hardware, error) { return Hardware{}, errSystem }

func diskOf(string) (string, error) { return "", errSystem }

func eject(context.Context, Drive, time.Duration) error { return errSystem }

func openProbe(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
}

func reserve(*os.File, int64) error { return errNoReserve }

func systemFolders() []string { return []string{"/"} }

func deviceID(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", errSystem
	}
	return fmt.Sprint(stat.Dev), nil
}

func foldName(path string) string { return path }

func createPart(dir, name string) (*os.File, error) {
	return os.OpenFile(dir+"/"+newPartName(name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
}

func discardPart(file *os.File) error { return errors.Join(os.Remove(file.Name()), file.Close()) }

func removeDead(string) bool { return false }

func startFlush(*os.File, int64, int64) {}

func renameNew(file *os.File, to string) error { return renameFree(file.Name(), to) }

func renameFree(from, to string) error {
	if err := os.Link(from, to); err != nil {
		return err
	}
	return os.Remove(from)
}

func renameOver(file *os.File, to string) error { return os.Rename(file.Name(), to) }

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func readPart(ctx context.Context, part *os.File, size int64, to hash.Hash) (string, error) {
	reader, err := os.Open(part.Name())
	if err != nil {
		return "", err
	}
	defer func() { _ = reader.Close() }()
	return FromCache, copyBlocks(ctx, to, reader, size)
}

func tryLock(file *os.File) (bool, error) {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

func unlockFile(file *os.File) { _ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }

func openToAppend(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
}
