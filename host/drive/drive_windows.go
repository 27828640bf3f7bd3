package drive

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/windows"
)

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
	return gathered(ctx, asked, answer)
}

// ask closes the channel without a word where the path is no drive for files.
func ask(root string) chan Drive {
	answered := make(chan Drive, 1)
	go func() {
		defer close(answered)
		if keepsFiles(root) {
			drive, err := describe(root)
			switch {
			case err == nil:
				answered <- drive
			case errors.Is(err, errLockedVolume):
				answered <- Drive{Path: root, Removable: behindUSB(root), State: Locked}
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
	var serial, flags uint32
	err = windows.GetVolumeInformation(text, &label[0], uint32(len(label)), &serial, nil, &flags,
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
		State:      stateOf(root, flags),
	}, nil
}

// behindUSB asks for the bus: Windows calls a USB hard disk "fixed".
func behindUSB(root string) bool {
	volume, err := openVolume(root, 0)
	if err != nil {
		return false
	}
	defer func() { _ = volume.Close() }()
	return describeDevice(volume).bus == busUSB
}

func deviceID(path string) (string, error) {
	root, err := rootOf(path)
	if err != nil {
		return "", err
	}
	if name, err := volumeName(root); err == nil {
		return name, nil
	}
	// A network share has no volume name here, only its path.
	return strings.ToLower(root), nil
}

// Windows does not tell upper from lower case in names.
func foldName(path string) string { return strings.ToLower(path) }
