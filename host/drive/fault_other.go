//go:build !windows

package drive

import (
	"errors"
	"syscall"
)

func systemFault(err error) fault {
	var number syscall.Errno
	if !errors.As(err, &number) {
		return unknown
	}
	switch number {
	case syscall.ENOSPC, syscall.EDQUOT:
		return spaceGone
	case syscall.EFBIG:
		return fileLimit
	case syscall.EROFS:
		return readOnly
	case syscall.EIO, syscall.ENODEV, syscall.ENXIO, syscall.ESTALE, syscall.ENOTCONN, syscall.ETIMEDOUT:
		return unplugged
	case syscall.EACCES, syscall.EPERM:
		return denied
	case syscall.EEXIST:
		return exists
	case syscall.ENOENT, syscall.ENOTDIR:
		return absent
	case syscall.EBUSY, syscall.ETXTBSY:
		return busy
	}
	return unknown
}

func otherVolume(err error) bool { return errors.Is(err, syscall.EXDEV) }
