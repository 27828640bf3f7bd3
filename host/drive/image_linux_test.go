package drive

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/djscript/djscript/host/drive/drivetest"
)

// stick is a real filesystem in a file, behind a loop device: the nearest thing to a pen drive that a machine without
// hands has.
type stick struct {
	image string // the file, or what the loop device reads in its place
	kind  string
	root  string // where it is mounted; "" where it is not
}

// newStick formats an image. Xfs and btrfs want some hundred megabytes, which the file does not take.
func newStick(t testing.TB, kind, label string, size int64) *stick {
	t.Helper()
	image := filepath.Join(t.TempDir(), "image")
	if err := errors.Join(os.WriteFile(image, nil, 0o600), os.Truncate(image, size)); err != nil {
		t.Fatal(err)
	}
	s := &stick{image: image, kind: kind}
	s.format(t, label)
	return s
}

func (s *stick) format(t testing.TB, label string) {
	t.Helper()
	arguments := map[string][]string{
		"ext4": {"-q", "-F", "-m", "0", "-L", label}, "xfs": {"-q", "-f", "-L", label}, "btrfs": {"-q", "-f", "-L", label},
		"exfat": {"-n", label}, "ntfs": {"-q", "-F", "-f", "-L", label},
	}[s.kind]
	out, err := exec.Command("/sbin/mkfs."+s.kind, append(arguments, s.image)...).CombinedOutput()
	if err != nil {
		t.Fatalf("mkfs.%s: %v %s", s.kind, err, out)
	}
	if s.kind != "ntfs" {
		return
	}
	// Its serial number is the time.
	if out, err := exec.Command("/sbin/ntfslabel", fmt.Sprintf("--new-serial=%016X", rand.Uint64()), s.image).CombinedOutput(); err != nil {
		t.Fatalf("ntfslabel: %v %s", err, out)
	}
}

// twin is the image copied block by block.
func (s *stick) twin(t testing.TB) *stick {
	t.Helper()
	image := filepath.Join(t.TempDir(), "twin")
	if out, err := exec.Command("cp", "--sparse=always", s.image, image).CombinedOutput(); err != nil {
		t.Fatalf("copy image: %v %s", err, out)
	}
	return &stick{image: image, kind: s.kind}
}

// plug mounts the stick on a fresh folder, and gives the drive that it is then.
func (s *stick) plug(t testing.TB) Drive {
	t.Helper()
	return s.plugAt(t, t.TempDir())
}

func (s *stick) plugAt(t testing.TB, dir string) Drive {
	t.Helper()
	device := loop(t, s.image)
	defer func() { _ = device.Close() }()
	if err := drivetest.Mount(device.Name(), dir, s.kind); err != nil {
		t.Fatal(err)
	}
	s.root = dir
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	d, err := Of(dir)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (s *stick) unplug(t testing.TB) {
	t.Helper()
	if err := unix.Unmount(s.root, 0); err != nil {
		t.Fatalf("unmount %s: %v", s.root, err)
	}
	s.root = ""
}

// loop gives an image a loop device, which ends when nobody has it open or mounted. Other programs take devices too:
// the one that was free may be gone when it is asked for.
func loop(t testing.TB, image string) *os.File {
	t.Helper()
	backing, err := os.OpenFile(image, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = backing.Close() }()
	var last error
	for range 100 {
		device, err := tryLoop(backing)
		if err == nil {
			return device
		}
		last = err
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("this test needs a loop device (root, and the kernel's loop module): %v", last)
	return nil
}

func tryLoop(backing *os.File) (*os.File, error) {
	control, err := os.OpenFile("/dev/loop-control", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = control.Close() }()
	number, err := unix.IoctlRetInt(int(control.Fd()), unix.LOOP_CTL_GET_FREE)
	if err != nil {
		return nil, err
	}
	path := fmt.Sprintf("/dev/loop%d", number)
	device, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		err = unix.Mknod(path, unix.S_IFBLK|0o600, int(unix.Mkdev(7, uint32(number))))
		if err == nil {
			device, err = os.OpenFile(path, os.O_RDWR, 0)
		}
	}
	if err != nil {
		return nil, err
	}
	config := unix.LoopConfig{Fd: uint32(backing.Fd()), Info: unix.LoopInfo64{Flags: unix.LO_FLAGS_AUTOCLEAR}}
	if err := unix.IoctlLoopConfigure(int(device.Fd()), &config); err != nil {
		return nil, errors.Join(err, device.Close())
	}
	return device, nil
}

const megabyte = 1 << 20

// lying is a device that lies, with a filesystem on it: ext4 with all that it says of itself at the beginning, as FAT has it.
func lying(t *testing.T, d *drivetest.Device, kind string) (*drivetest.Device, Drive) {
	t.Helper()
	image, err := d.Serve(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.End)
	s := &stick{image: image, kind: kind}
	if kind != "ext4" {
		s.format(t, "")
		return d, s.plug(t)
	}
	out, err := exec.Command("/sbin/mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal,^resize_inode,sparse_super2",
		"-E", "num_backup_sb=0,packed_meta_blocks=1,lazy_itable_init=0,nodiscard", "-N", "256", image).CombinedOutput()
	if err != nil {
		t.Fatalf("mkfs.ext4: %v %s", err, out)
	}
	return d, s.plug(t)
}
