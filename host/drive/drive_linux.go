package drive

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

// A filesystem is a place to keep files where a device stands behind it, or a server.
var fromServer = []string{
	"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "virtiofs", "davfs", "fuse.davfs2", "ceph", "glusterfs", "fuse.rclone",
}

// What is packed into a file, to be read only, is no drive.
var packed = []string{"squashfs", "erofs", "iso9660", "udf", "cramfs"}

func list(ctx context.Context) ([]Drive, error) {
	mounts, err := mountinfo.GetMounts(nil)
	if err != nil {
		return nil, fmt.Errorf("list mounts: %w", err)
	}
	var asked []chan Drive
	for _, mount := range drives(mounts) {
		asked = append(asked, ask(mount))
	}
	return gathered(ctx, asked, answer)
}

func ask(mount *mountinfo.Info) chan Drive {
	answered := make(chan Drive, 1)
	go func() {
		defer close(answered)
		if drive, err := describe(system, mount); err == nil {
			answered <- drive
		}
	}()
	return answered
}

// drives keeps one mount of each filesystem that keeps files: the one with the shortest path, for the others are
// parts of it bound elsewhere.
func drives(mounts []*mountinfo.Info) []*mountinfo.Info {
	kept := map[string]*mountinfo.Info{}
	for _, mount := range mounts {
		if !keepsFiles(mount) {
			continue
		}
		device := fmt.Sprintf("%d:%d", mount.Major, mount.Minor)
		if other, ok := kept[device]; !ok || shorter(mount, other) {
			kept[device] = mount
		}
	}
	var list []*mountinfo.Info
	for _, mount := range kept {
		list = append(list, mount)
	}
	return list
}

func shorter(a, b *mountinfo.Info) bool {
	if (a.Root == "/") != (b.Root == "/") {
		return a.Root == "/"
	}
	return len(a.Mountpoint) < len(b.Mountpoint)
}

func keepsFiles(mount *mountinfo.Info) bool {
	if slices.Contains(fromServer, mount.FSType) {
		return true
	}
	return strings.HasPrefix(mount.Source, "/dev/") && !slices.Contains(packed, mount.FSType) && mount.FSType != "devtmpfs"
}

func of(path string) (Drive, error) {
	mount, err := mountOf(path)
	if err != nil {
		return Drive{}, explain(err, path)
	}
	drive, err := describe(system, mount)
	return drive, explain(err, path)
}

// tree is where the kernel and udev tell of devices.
type tree struct {
	sys, dev string
	asks     bool // filesystems may be asked too
}

var system = tree{sys: "/sys", dev: "/dev", asks: true}

func describe(at tree, mount *mountinfo.Info) (Drive, error) {
	var stat unix.Statfs_t
	err := ignoringInterrupts(func() error { return unix.Statfs(mount.Mountpoint, &stat) })
	if err != nil {
		return Drive{}, &os.PathError{Op: "statfs", Path: mount.Mountpoint, Err: err}
	}
	block := at.block(mount)
	drive := Drive{
		Path:       mount.Mountpoint,
		Label:      at.name("by-label", block),
		Serial:     at.name("by-uuid", block),
		Filesystem: mount.FSType,
		Removable:  at.removable(mount),
		Free:       int64(stat.Bavail) * stat.Frsize,
		Total:      int64(stat.Blocks) * stat.Frsize,
	}
	if stat.Flags&unix.ST_RDONLY != 0 {
		drive.State = ReadOnly
	}
	asks := at.asks && strings.HasPrefix(mount.Source, "/dev/")
	if asks && mount.FSType == "fuseblk" {
		drive.askBoot(mount.Source)
	}
	if asks && drive.Label == "" {
		drive.Label = askLabel(mount.Mountpoint)
	}
	if asks && drive.Serial == "" {
		drive.Serial = askSerial(mount.Mountpoint)
	}
	return drive, nil
}

// block is the kernel's name of the device, "sdb1", or "".
func (t tree) block(mount *mountinfo.Info) string {
	target, err := os.Readlink(t.device(mount))
	if err != nil {
		return ""
	}
	return filepath.Base(target)
}

func (t tree) device(mount *mountinfo.Info) string {
	major, minor := mount.Major, mount.Minor
	// Btrfs has numbers of its own, which no device has.
	var stat unix.Stat_t
	if major == 0 && unix.Stat(mount.Source, &stat) == nil && stat.Mode&unix.S_IFMT == unix.S_IFBLK {
		major, minor = int(unix.Major(stat.Rdev)), int(unix.Minor(stat.Rdev))
	}
	return filepath.Join(t.sys, "dev/block", fmt.Sprintf("%d:%d", major, minor))
}

// removable: the kernel says so of pen drives and card readers; a USB hard disk it calls fixed, but its path leads
// through the bus.
func (t tree) removable(mount *mountinfo.Info) bool {
	path, err := filepath.EvalSymlinks(t.device(mount))
	if err != nil {
		return false
	}
	if strings.Contains(path, "/usb") {
		return true
	}
	for _, folder := range []string{path, filepath.Dir(path)} {
		flag, err := os.ReadFile(filepath.Join(folder, "removable"))
		if err == nil {
			return strings.TrimSpace(string(flag)) == "1"
		}
	}
	return false
}

// name is what udev calls the device in one of its folders of links.
func (t tree) name(folder, block string) string {
	if block == "" {
		return ""
	}
	links, err := os.ReadDir(filepath.Join(t.dev, "disk", folder))
	if err != nil {
		return ""
	}
	for _, link := range links {
		target, err := os.Readlink(filepath.Join(t.dev, "disk", folder, link.Name()))
		if err == nil && filepath.Base(target) == block {
			return unescape(link.Name())
		}
	}
	return ""
}

var escaped = regexp.MustCompile(`\\x[0-9a-fA-F]{2}`)

// unescape undoes udev's "\x20".
func unescape(name string) string {
	return escaped.ReplaceAllStringFunc(name, func(code string) string {
		value, err := strconv.ParseUint(code[2:], 16, 8)
		if err != nil {
			return code
		}
		return string([]byte{byte(value)})
	})
}

func deviceID(path string) (string, error) {
	var stat unix.Stat_t
	if err := ignoringInterrupts(func() error { return unix.Stat(path, &stat) }); err != nil {
		return "", &os.PathError{Op: "stat", Path: path, Err: err}
	}
	return fmt.Sprintf("%d:%d", unix.Major(stat.Dev), unix.Minor(stat.Dev)), nil
}

func foldName(path string) string { return path }
