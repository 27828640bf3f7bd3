package drive

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unsafe"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

var volumeSerial = regexp.MustCompile(`^[0-9A-F]{4}-[0-9A-F]{4}$`)

func hardwareOf(d Drive) (Hardware, error) {
	mount, err := mountOf(d.Path)
	if err != nil {
		return Hardware{}, err
	}
	h := system.hardware(mount)
	h.Filesystem = d.Filesystem
	if volumeSerial.MatchString(d.Serial) {
		h.Serial = d.Serial
	} else {
		h.Volume = d.Serial
	}
	return h, nil
}

// mountOf is the mount that holds a path.
func mountOf(path string) (*mountinfo.Info, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	mounts, err := mountinfo.GetMounts(mountinfo.ParentsFilter(real))
	if err != nil {
		return nil, fmt.Errorf("list mounts: %w", err)
	}
	var mount *mountinfo.Info
	for _, m := range mounts {
		// Of two mounts at one place the later covers the earlier.
		if mount == nil || len(m.Mountpoint) >= len(mount.Mountpoint) {
			mount = m
		}
	}
	if mount == nil {
		return nil, fs.ErrNotExist
	}
	return mount, nil
}

func (t tree) hardware(mount *mountinfo.Info) Hardware {
	disk := t.disk(mount)
	if disk == "" {
		return Hardware{}
	}
	h := Hardware{Model: firstText(filepath.Join(disk, "device/model")), Device: firstText(filepath.Join(disk, "serial"), filepath.Join(disk, "device/serial"))}
	if sectors, err := strconv.ParseInt(firstText(filepath.Join(disk, "size")), 10, 64); err == nil {
		h.Total = sectors * 512
	}
	if usb := behind(disk); usb != "" {
		h.Device, h.Model = firstText(filepath.Join(usb, "serial")), firstText(filepath.Join(usb, "product"), filepath.Join(disk, "device/model"))
	}
	return h
}

// disk is the kernel's folder of the whole device that the mounted part belongs to, or "".
func (t tree) disk(mount *mountinfo.Info) string {
	folder, err := filepath.EvalSymlinks(t.device(mount))
	if err != nil {
		return ""
	}
	if _, err := os.Stat(filepath.Join(folder, "partition")); err == nil {
		return filepath.Dir(folder)
	}
	return folder
}

// behind is the folder of the USB device that a disk is, or "": the hubs above it have serial numbers of their own.
func behind(disk string) string {
	for folder := disk; len(folder) > 1; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "idVendor")); err == nil {
			return folder
		}
	}
	return ""
}

func firstText(files ...string) string {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if words := strings.Join(strings.Fields(plain(text)), " "); err == nil && words != "" {
			return words
		}
	}
	return ""
}

// Where udev does not watch, the filesystem itself is asked for its label and its UUID.
const (
	getFilesystemUUID  = 0x80111500 // FS_IOC_GETFSUUID, Linux 6.9
	getFilesystemLabel = 0x81009431 // FS_IOC_GETFSLABEL
	getFATSerial       = 0x80047213 // FAT_IOCTL_GET_VOLUME_ID
	getBtrfsInfo       = 0x8400941f // BTRFS_IOC_FS_INFO
)

func askLabel(root string) string {
	var label [256]byte
	if !inquire(root, getFilesystemLabel, unsafe.Pointer(&label)) {
		return ""
	}
	text, _, _ := bytes.Cut(label[:], []byte{0})
	return string(text)
}

func askSerial(root string) string {
	var uuid struct {
		length byte
		id     [16]byte
	}
	if inquire(root, getFilesystemUUID, unsafe.Pointer(&uuid)) && uuid.length == 16 {
		return uuidText(uuid.id)
	}
	var btrfs struct {
		numbers [16]byte
		id      [16]byte
		more    [992]byte
	}
	if inquire(root, getBtrfsInfo, unsafe.Pointer(&btrfs)) {
		return uuidText(btrfs.id)
	}
	var serial uint32
	if inquire(root, getFATSerial, unsafe.Pointer(&serial)) {
		return fmt.Sprintf("%04X-%04X", serial>>16, serial&0xffff)
	}
	return ""
}

// uuidText is "" for the UUID that nobody gave: it tells no filesystem from another.
func uuidText(id [16]byte) string {
	if id == [16]byte{} {
		return ""
	}
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// askBoot reads what the volume says of itself, which root may.
func (d *Drive) askBoot(device string) {
	file, err := os.Open(device)
	if err != nil {
		return
	}
	defer file.Close()
	sector := make([]byte, bootSize)
	if _, err := io.ReadFull(file, sector); err != nil {
		return
	}
	filesystem, serial := boot(sector)
	if filesystem == "" {
		return
	}
	d.Filesystem = filesystem
	if d.Serial == "" {
		d.Serial = serial
	}
}

// inquire asks one question of the filesystem that is mounted there.
func inquire(root string, question uintptr, answer unsafe.Pointer) bool {
	folder, err := os.Open(root)
	if err != nil {
		return false
	}
	defer folder.Close()
	_, _, number := unix.Syscall(unix.SYS_IOCTL, folder.Fd(), question, uintptr(answer))
	return number == 0
}

// diskOf names the disk that a volume lies on, as far as it lies on one.
func diskOf(root string) (string, error) {
	mount, err := mountOf(root)
	if err != nil {
		return "", err
	}
	if disk := system.disk(mount); disk != "" {
		return disk, nil
	}
	return deviceID(root)
}

// systemFolders are where the system itself lies.
func systemFolders() []string { return []string{"/", "/boot", "/usr", "/var", "/home"} }
