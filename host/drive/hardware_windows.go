package drive

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Questions to a volume that need no right to read it.
const (
	ioctlQueryProperty = 0x2d1400 // IOCTL_STORAGE_QUERY_PROPERTY
	ioctlGeometry      = 0x700a0  // IOCTL_DISK_GET_DRIVE_GEOMETRY_EX
	ioctlWritable      = 0x70024  // IOCTL_DISK_IS_WRITABLE
	ioctlDeviceNumber  = 0x2d1080 // IOCTL_STORAGE_GET_DEVICE_NUMBER
)

func hardwareOf(d Drive) (Hardware, error) {
	h := Hardware{Serial: d.Serial, Filesystem: d.Filesystem}
	h.Volume, _ = volumeName(d.Path)
	if h.Volume == "" {
		return h, nil // a network drive has no volume here
	}
	volume, err := openVolume(d.Path, 0)
	if err != nil {
		return Hardware{}, err
	}
	defer func() { _ = volume.Close() }()
	described := describeDevice(volume)
	h.Device, h.Model = described.serial, described.model
	var geometry struct {
		cylinders                 int64
		media, tracks, per, bytes uint32
		total                     int64
		more                      [128]byte
	}
	if control(volume, ioctlGeometry, nil, unsafe.Slice((*byte)(unsafe.Pointer(&geometry)), unsafe.Sizeof(geometry))) == nil {
		h.Total = geometry.total
	}
	return h, nil
}

// volumeName is the name that this PC gave to the volume mounted there: `\\?\Volume{...}\`.
func volumeName(root string) (string, error) {
	text, err := windows.UTF16PtrFromString(root)
	if err != nil {
		return "", err
	}
	var name [64]uint16
	if err := windows.GetVolumeNameForVolumeMountPoint(text, &name[0], uint32(len(name))); err != nil {
		return "", err
	}
	return windows.UTF16ToString(name[:]), nil
}

// openVolume opens the volume itself, not the folder at its root.
func openVolume(root string, access uint32) (*os.File, error) {
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE
	device := `\\.\` + strings.TrimSuffix(root, `\`)
	if len(root) > len(`C:\`) {
		name, err := volumeName(root)
		if err != nil {
			return nil, err
		}
		device = strings.TrimSuffix(name, `\`)
	}
	return open(device, access, share, windows.OPEN_EXISTING, 0)
}

func control(volume *os.File, code uint32, in, out []byte) error {
	var got uint32
	return windows.DeviceIoControl(windows.Handle(volume.Fd()), code, start(in), uint32(len(in)), start(out), uint32(len(out)), &got, nil)
}

func start(buffer []byte) *byte {
	if len(buffer) == 0 {
		return nil
	}
	return &buffer[0]
}

func describeDevice(volume *os.File) descriptor {
	var query [12]byte // StorageDeviceProperty, PropertyStandardQuery
	raw := make([]byte, 4096)
	if control(volume, ioctlQueryProperty, query[:], raw) != nil {
		return descriptor{}
	}
	return parseDescriptor(raw)
}

// stateOf is what keeps a drive that answers from being written.
func stateOf(root string, flags uint32) string {
	if flags&windows.FILE_READ_ONLY_VOLUME != 0 {
		return ReadOnly
	}
	volume, err := openVolume(root, 0)
	if err != nil {
		return ""
	}
	defer func() { _ = volume.Close() }()
	if errors.Is(control(volume, ioctlWritable, nil, nil), windows.ERROR_WRITE_PROTECT) {
		return ReadOnly
	}
	return ""
}

// BitLocker holds the volume shut.
const errLockedVolume = windows.Errno(0x80310000)

// diskOf names the disk that a volume lies on, as far as it lies on one.
func diskOf(root string) (string, error) {
	volume, err := openVolume(root, 0)
	if err != nil {
		return "", err
	}
	defer func() { _ = volume.Close() }()
	return deviceNumber(volume)
}

// deviceNumber is what a volume and the disk beneath it have in common.
func deviceNumber(device *os.File) (string, error) {
	var number struct{ kind, device, partition uint32 }
	if err := control(device, ioctlDeviceNumber, nil, unsafe.Slice((*byte)(unsafe.Pointer(&number)), unsafe.Sizeof(number))); err != nil {
		return "", err
	}
	return fmt.Sprintf("disk %d.%d", number.kind, number.device), nil
}

// systemFolders are where Windows itself lies.
func systemFolders() []string {
	folder, err := windows.GetSystemWindowsDirectory()
	if err != nil {
		return nil
	}
	return []string{folder}
}
