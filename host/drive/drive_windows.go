package drive

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// answer is how long one drive may take to say what it is.
const answer = 3 * time.Second

// Go's runtime has turned off the dialog that asks for a disk in an empty reader, so asking is safe.
func list(ctx context.Context) ([]Drive, error) {
	mask, err := windows.GetLogicalDrives()
	if err != nil {
		return nil, fmt.Errorf("list drives: %w", err)
	}
	var asked []chan Drive
	for letter := range 26 {
		if mask&(1<<letter) != 0 {
			asked = append(asked, ask(string(rune('A'+letter))+`:\`))
		}
	}
	return gather(ctx, asked, answer)
}

// ask closes the channel without a word where the path is no drive for files.
func ask(root string) chan Drive {
	answered := make(chan Drive, 1)
	go func() {
		defer close(answered)
		if keepsFiles(root) {
			if drive, err := describe(root); err == nil {
				answered <- drive
			}
		}
	}()
	return answered
}

func keepsFiles(root string) bool {
	text, err := windows.UTF16PtrFromString(root)
	if err != nil {
		return false
	}
	switch windows.GetDriveType(text) {
	case windows.DRIVE_FIXED, windows.DRIVE_REMOVABLE, windows.DRIVE_REMOTE, windows.DRIVE_RAMDISK:
		return true
	}
	return false
}

func of(path string) (Drive, error) {
	root, err := rootOf(path)
	if err != nil {
		return Drive{}, explain(err, path)
	}
	drive, err := describe(root)
	return drive, explain(err, path)
}

func rootOf(path string) (string, error) {
	text, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return "", err
	}
	if _, err := windows.GetFileAttributes(text); err != nil {
		return "", err
	}
	root := make([]uint16, len(path)+windows.MAX_PATH)
	if err := windows.GetVolumePathName(text, &root[0], uint32(len(root))); err != nil {
		return "", err
	}
	return windows.UTF16ToString(root), nil
}

func describe(root string) (Drive, error) {
	text, err := windows.UTF16PtrFromString(root)
	if err != nil {
		return Drive{}, err
	}
	var label, filesystem [windows.MAX_PATH + 1]uint16
	var serial uint32
	err = windows.GetVolumeInformation(text, &label[0], uint32(len(label)), &serial, nil, nil,
		&filesystem[0], uint32(len(filesystem)))
	if err != nil {
		return Drive{}, err
	}
	var free, total uint64
	if err := windows.GetDiskFreeSpaceEx(text, &free, &total, nil); err != nil {
		return Drive{}, err
	}
	return Drive{
		Path:       root,
		Label:      windows.UTF16ToString(label[:]),
		Serial:     fmt.Sprintf("%04X-%04X", serial>>16, serial&0xffff),
		Filesystem: windows.UTF16ToString(filesystem[:]),
		Removable:  windows.GetDriveType(text) == windows.DRIVE_REMOVABLE || behindUSB(root),
		Free:       int64(free),
		Total:      int64(total),
	}, nil
}

// behindUSB asks for the bus: Windows calls a USB hard disk "fixed".
func behindUSB(root string) bool {
	if len(root) != len(`C:\`) {
		return false
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE
	volume, err := open(`\\.\`+root[:2], 0, share, windows.OPEN_EXISTING, 0)
	if err != nil {
		return false
	}
	defer func() { _ = volume.Close() }()
	const (
		queryProperty = 0x2d1400 // IOCTL_STORAGE_QUERY_PROPERTY
		busType       = 28       // of STORAGE_DEVICE_DESCRIPTOR
		usb           = 7
	)
	var query [3]uint32 // StorageDeviceProperty, PropertyStandardQuery
	var descriptor [1024]byte
	var got uint32
	err = windows.DeviceIoControl(windows.Handle(volume.Fd()), queryProperty,
		(*byte)(unsafe.Pointer(&query[0])), uint32(unsafe.Sizeof(query)), &descriptor[0], uint32(len(descriptor)), &got, nil)
	return err == nil && got > busType && descriptor[busType] == usb
}

func deviceID(path string) (string, error) {
	root, err := rootOf(path)
	if err != nil {
		return "", err
	}
	text, err := windows.UTF16PtrFromString(root)
	if err != nil {
		return "", err
	}
	var name [64]uint16
	if windows.GetVolumeNameForVolumeMountPoint(text, &name[0], uint32(len(name))) == nil {
		return windows.UTF16ToString(name[:]), nil
	}
	// A network share has no volume name here, only its path.
	return strings.ToLower(root), nil
}

// Windows does not tell upper from lower case in names.
func foldName(path string) string { return strings.ToLower(path) }
