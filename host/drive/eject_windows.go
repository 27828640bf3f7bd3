package drive

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/djscript/djscript/host/message"
)

const (
	fsctlLock         = 0x90018  // FSCTL_LOCK_VOLUME
	fsctlDismount     = 0x90020  // FSCTL_DISMOUNT_VOLUME
	ioctlMediaRemoval = 0x2d4804 // IOCTL_STORAGE_MEDIA_REMOVAL
	ioctlEjectMedia   = 0x2d4808 // IOCTL_STORAGE_EJECT_MEDIA
)

// The order matters: a medium can be ejected with files open on it, and then what was not written is lost. A volume that
// could be locked has none.
func eject(ctx context.Context, d Drive, pause time.Duration) error {
	if _, err := volumeName(d.Path); err != nil {
		return message.Wrap(err, "drive.system", "drive.not_ejectable", message.Args{"path": d.Path})
	}
	device, err := deviceBehind(d.Path)
	if err != nil {
		return err
	}
	fixed := mediumStays(d.Path)
	volume, err := openVolume(d.Path, windows.GENERIC_READ|windows.GENERIC_WRITE)
	switch {
	case err == nil:
		err = ejectVolume(ctx, volume, d.Path, pause, !fixed)
		if err = errors.Join(err, volume.Close()); err != nil || !fixed {
			return err
		}
	case !errors.Is(err, windows.ERROR_ACCESS_DENIED):
		return err
	}
	// Without the rights of an administrator, and for a disk whose medium does not leave it, Windows asks everybody who
	// uses the device, and flushes it.
	return requestEject(device, d.Path)
}

func mediumStays(root string) bool {
	text, err := windows.UTF16PtrFromString(root)
	return err == nil && windows.GetDriveType(text) == windows.DRIVE_FIXED
}

// ejectVolume flushes, locks, dismounts and, where the medium can leave, lets it go. Closing the volume unlocks it.
func ejectVolume(ctx context.Context, volume *os.File, root string, pause time.Duration, medium bool) error {
	if err := flush(ctx, volume); err != nil {
		return err
	}
	err := patiently(ctx, pause, isHeld, func() error { return control(volume, fsctlLock, nil, nil) })
	if isHeld(err) {
		return held(err, root, holders(root))
	}
	if err == nil {
		err = control(volume, fsctlDismount, nil, nil)
	}
	if err != nil || !medium {
		return err
	}
	prevent := []byte{0}
	return errors.Join(control(volume, ioctlMediaRemoval, prevent, nil), control(volume, ioctlEjectMedia, nil, nil))
}

func isHeld(err error) bool {
	return errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}

var (
	configuration = windows.NewLazySystemDLL("cfgmgr32.dll")
	locate        = configuration.NewProc("CM_Locate_DevNodeW")
	parentOf      = configuration.NewProc("CM_Get_Parent")
	request       = configuration.NewProc("CM_Request_Device_EjectW")
)

// deviceBehind is the node of the disk that a volume lies on.
func deviceBehind(root string) (uint32, error) {
	number, err := diskOf(root)
	if err != nil {
		return 0, err
	}
	class := windows.GUID{Data1: 0x53f56307, Data2: 0xb6bf, Data3: 0x11d0, Data4: [8]byte{0x94, 0xf2, 0x00, 0xa0, 0xc9, 0x1e, 0xfb, 0x8b}}
	disks, err := windows.CM_Get_Device_Interface_List("", &class, windows.CM_GET_DEVICE_INTERFACE_LIST_PRESENT)
	if err != nil {
		return 0, err
	}
	for _, disk := range disks {
		if found, err := numberOf(disk); err != nil || found != number {
			continue
		}
		return nodeOf(instanceOf(disk))
	}
	return 0, windows.ERROR_DEV_NOT_EXIST
}

func numberOf(disk string) (string, error) {
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE
	device, err := open(disk, 0, share, windows.OPEN_EXISTING, 0)
	if err != nil {
		return "", err
	}
	defer func() { _ = device.Close() }()
	return deviceNumber(device)
}

// instanceOf is the name of a device by the path of its interface: `\\?\usbstor#disk&ven_x#1234&0#{...}`.
func instanceOf(path string) string {
	path = strings.TrimPrefix(path, `\\?\`)
	if end := strings.LastIndex(path, "#{"); end >= 0 {
		path = path[:end]
	}
	return strings.ReplaceAll(path, "#", `\`)
}

func nodeOf(instance string) (uint32, error) {
	name, err := windows.UTF16PtrFromString(instance)
	if err != nil {
		return 0, err
	}
	var node uint32
	result, _, _ := locate.Call(uintptr(unsafe.Pointer(&node)), uintptr(unsafe.Pointer(name)), 0)
	if result != 0 {
		return 0, windows.CONFIGRET(result)
	}
	return node, nil
}

// requestEject asks for the device to which the disk belongs, the whole pen drive, to be taken out.
func requestEject(disk uint32, root string) error {
	var parent, veto uint32
	if result, _, _ := parentOf.Call(uintptr(unsafe.Pointer(&parent)), uintptr(disk), 0); result != 0 {
		return windows.CONFIGRET(result)
	}
	var name [windows.MAX_PATH]uint16
	result, _, _ := request.Call(uintptr(parent), uintptr(unsafe.Pointer(&veto)), uintptr(unsafe.Pointer(&name[0])), uintptr(len(name)), 0)
	if result == 0 {
		return nil
	}
	by := holders(root)
	if vetoed := windows.UTF16ToString(name[:]); vetoed != "" && len(by) == 0 {
		return message.Wrap(windows.CONFIGRET(result), "drive.busy", "drive.vetoed", message.Args{"path": root, "who": vetoed})
	}
	return held(windows.CONFIGRET(result), root, by)
}

// The Restart Manager tells which programs have files open that one can name.
var (
	restart    = windows.NewLazySystemDLL("rstrtmgr.dll")
	rmStart    = restart.NewProc("RmStartSession")
	rmRegister = restart.NewProc("RmRegisterResources")
	rmList     = restart.NewProc("RmGetList")
	rmEnd      = restart.NewProc("RmEndSession")
)

// holdersAsked is of how many files of a drive the Restart Manager is asked at most: it looks at each.
const holdersAsked = 1000

// rmProcess is RM_PROCESS_INFO.
type rmProcess struct {
	pid       uint32
	started   windows.Filetime
	name      [256]uint16
	service   [64]uint16
	kind      uint32
	status    uint32
	session   uint32
	restarted int32
}

func holders(root string) []Holder {
	files := filesOn(root)
	if len(files) == 0 || restart.Load() != nil {
		return nil
	}
	var session uint32
	var key [33]uint16
	if result, _, _ := rmStart.Call(uintptr(unsafe.Pointer(&session)), 0, uintptr(unsafe.Pointer(&key[0]))); result != 0 {
		return nil
	}
	defer func() { _, _, _ = rmEnd.Call(uintptr(session)) }()
	if result, _, _ := rmRegister.Call(uintptr(session), uintptr(len(files)), uintptr(unsafe.Pointer(&files[0])), 0, 0, 0, 0); result != 0 {
		return nil
	}
	var needed, reasons uint32
	processes := make([]rmProcess, 64)
	count := uint32(len(processes))
	result, _, _ := rmList.Call(uintptr(session), uintptr(unsafe.Pointer(&needed)), uintptr(unsafe.Pointer(&count)),
		uintptr(unsafe.Pointer(&processes[0])), uintptr(unsafe.Pointer(&reasons)))
	if result != 0 {
		return nil
	}
	var found []Holder
	for _, p := range processes[:min(int(count), len(processes))] {
		found = append(found, Holder{PID: int(p.pid), Name: windows.UTF16ToString(p.name[:])})
	}
	return found
}

// filesOn are files of a drive, by their full path; links are not followed.
func filesOn(root string) []*uint16 {
	var files []*uint16
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if len(files) >= holdersAsked {
			return filepath.SkipAll
		}
		if err != nil || !entry.Type().IsRegular() {
			return nil //nolint:nilerr // what can not be read is not asked about
		}
		if text, err := windows.UTF16PtrFromString(path); err == nil {
			files = append(files, text)
		}
		return nil
	})
	return files
}
