package drive

import (
	"errors"

	"golang.org/x/sys/windows"
)

func systemFault(err error) fault {
	var number windows.Errno
	if !errors.As(err, &number) {
		return unknown
	}
	switch number {
	case windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED:
		return spaceGone
	case windows.ERROR_FILE_TOO_LARGE:
		return fileLimit
	case windows.ERROR_WRITE_PROTECT:
		return readOnly
	case windows.ERROR_NOT_READY, windows.ERROR_DEVICE_NOT_CONNECTED, windows.ERROR_DEV_NOT_EXIST,
		windows.ERROR_NO_SUCH_DEVICE, windows.ERROR_FILE_INVALID, windows.ERROR_CRC, windows.ERROR_IO_DEVICE,
		windows.ERROR_NETNAME_DELETED, windows.ERROR_UNEXP_NET_ERR, windows.ERROR_BAD_NETPATH:
		return unplugged
	case windows.ERROR_ACCESS_DENIED:
		return denied
	case windows.ERROR_FILE_EXISTS, windows.ERROR_ALREADY_EXISTS:
		return exists
	case windows.ERROR_FILE_NOT_FOUND, windows.ERROR_PATH_NOT_FOUND, windows.ERROR_INVALID_DRIVE,
		windows.ERROR_BAD_NET_NAME, windows.ERROR_DIRECTORY:
		return absent
	case windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION:
		return busy
	}
	return unknown
}

func otherVolume(err error) bool { return errors.Is(err, windows.ERROR_NOT_SAME_DEVICE) }
