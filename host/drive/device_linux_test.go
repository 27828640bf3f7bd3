package drive

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// lyingDevice is a disk that lies, or breaks: the kernel reads and writes it as any other, through a file that a child
// process serves by FUSE and a loop device on it. Not this process: one that waits for the kernel while the kernel waits
// for it waits for good.
type lyingDevice struct {
	Claimed int64
	Wraps   int64  // what is written further in lies over the beginning; 0: not so
	Loses   int64  // what is written further in is lost; 0: nothing is
	Spoils  string // a write that holds this is kept with one bit changed

	pulled atomic.Bool
	lock   sync.Mutex
	pages  map[int64][]byte

	child io.Writer // where the child listens
	told  *bufio.Reader
}

const page = 4096

// plug formats the device, with all that the filesystem says of itself at the beginning, as FAT does, and mounts it.
func (d *lyingDevice) plug(t *testing.T) Drive {
	t.Helper()
	s := &stick{image: d.serve(t), kind: "ext4"}
	out, err := exec.Command("/sbin/mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal,^resize_inode,sparse_super2",
		"-E", "num_backup_sb=0,packed_meta_blocks=1,lazy_itable_init=0,nodiscard", "-N", "256", s.image).CombinedOutput()
	if err != nil {
		t.Fatalf("mkfs.ext4: %v %s", err, out)
	}
	return s.plug(t)
}

// serve gives the path of the file.
func (d *lyingDevice) serve(t *testing.T) string {
	t.Helper()
	what, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := command("device", dir, string(what))
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	d.child = stdin
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = unix.Unmount(dir, unix.MNT_DETACH)
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	d.told = bufio.NewReader(stdout)
	if line, err := d.told.ReadString('\n'); line != "served\n" {
		t.Fatalf("this test needs FUSE: %q, %v", line, err)
	}
	return filepath.Join(dir, "image")
}

// pull takes the device out.
func (d *lyingDevice) pull(t *testing.T) {
	t.Helper()
	if _, err := io.WriteString(d.child, "pull\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.told.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
}

// serveDevice is the child. When it ends, whoever still waits for the device is told that it is gone.
func serveDevice(dir, what string) {
	d := &lyingDevice{pages: map[int64][]byte{}}
	err := json.Unmarshal([]byte(what), d)
	fd, failed := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err = errors.Join(err, failed); err == nil {
		err = unix.Mount("device", dir, "fuse", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0", fd))
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	go d.answer(fd)
	fmt.Println("served")
	for words := bufio.NewScanner(os.Stdin); words.Scan(); {
		d.pulled.Store(true)
		fmt.Println("pulled")
	}
}

// The operations of FUSE that a file needs.
const (
	opLookup, opForget, opGetattr, opSetattr, opOpen, opRead, opWrite = 1, 2, 3, 4, 14, 15, 16
	opRelease, opFsync, opFlush, opInit, opInterrupt, opDestroy       = 18, 20, 25, 26, 36, 38
	opBatchForget                                                     = 42
)

func (d *lyingDevice) answer(fd int) {
	request := make([]byte, 2<<20)
	for {
		n, err := unix.Read(fd, request)
		if err == unix.EINTR || err == unix.ENOENT {
			continue
		}
		if err != nil {
			return // unmounted
		}
		operation, unique := binary.NativeEndian.Uint32(request[4:]), binary.NativeEndian.Uint64(request[8:])
		node := binary.NativeEndian.Uint64(request[16:])
		if operation == opForget || operation == opBatchForget || operation == opInterrupt {
			continue
		}
		body, number := d.reply(operation, node, request[40:n])
		var out bytes.Buffer
		_ = binary.Write(&out, binary.NativeEndian, struct {
			Length uint32
			Error  int32
			Unique uint64
		}{uint32(16 + len(body)), -int32(number), unique})
		out.Write(body)
		_, _ = unix.Write(fd, out.Bytes())
	}
}

func (d *lyingDevice) reply(operation uint32, node uint64, in []byte) ([]byte, unix.Errno) {
	switch operation {
	case opInit:
		return wire(uint32(7), uint32(31), uint32(1<<17), uint32(0), uint16(16), uint16(12), uint32(1<<17), uint32(1), [36]byte{}), 0
	case opLookup:
		return wire(uint64(2), uint64(0), uint64(1), uint64(1), uint64(0), d.attributes(2)), 0
	case opGetattr, opSetattr:
		return wire(uint64(1), uint64(0), d.attributes(node)), 0
	case opOpen:
		const pastTheCache = 1
		return wire(uint64(0), uint32(pastTheCache), uint32(0)), 0
	case opRelease, opFlush, opDestroy:
		return nil, 0
	case opFsync:
		return nil, d.gone()
	case opRead:
		at, size := int64(binary.NativeEndian.Uint64(in[8:])), int64(binary.NativeEndian.Uint32(in[16:]))
		return d.read(at, min(size, d.Claimed-at)), d.gone()
	case opWrite:
		at, size := int64(binary.NativeEndian.Uint64(in[8:])), binary.NativeEndian.Uint32(in[16:])
		d.write(at, in[40:40+size])
		return wire(size, uint32(0)), d.gone()
	}
	return nil, unix.ENOSYS
}

func (d *lyingDevice) gone() unix.Errno {
	if d.pulled.Load() {
		return unix.EIO
	}
	return 0
}

func (d *lyingDevice) attributes(node uint64) []byte {
	size, mode := uint64(d.Claimed), uint32(unix.S_IFREG|0o600)
	if node == 1 {
		size, mode = 0, unix.S_IFDIR|0o700
	}
	return wire(node, size, size/512, [36]byte{}, mode, uint32(1), uint32(0), uint32(0), uint32(0), uint32(page), uint32(0))
}

func wire(values ...any) []byte {
	var out bytes.Buffer
	for _, v := range values {
		_ = binary.Write(&out, binary.NativeEndian, v)
	}
	return out.Bytes()
}

// at is the page that the device keeps for one; nil where it keeps none.
func (d *lyingDevice) at(number int64, fresh bool) []byte {
	if d.Wraps > 0 {
		number %= d.Wraps / page
	}
	if d.Loses > 0 && number >= d.Loses/page {
		return nil
	}
	if d.pages[number] == nil && fresh {
		d.pages[number] = make([]byte, page)
	}
	return d.pages[number]
}

func (d *lyingDevice) read(at, size int64) []byte {
	d.lock.Lock()
	defer d.lock.Unlock()
	out := make([]byte, max(size, 0))
	d.each(at, int64(len(out)), false, func(kept []byte, from int64) { copy(out[from:], kept) })
	return out
}

func (d *lyingDevice) write(at int64, data []byte) {
	d.lock.Lock()
	defer d.lock.Unlock()
	if i := bytes.Index(data, []byte(d.Spoils)); len(d.Spoils) > 0 && i >= 0 {
		data = bytes.Clone(data)
		data[i] ^= 1
	}
	d.each(at, int64(len(data)), true, func(kept []byte, from int64) { copy(kept, data[from:]) })
}

func (d *lyingDevice) each(at, size int64, fresh bool, do func(kept []byte, from int64)) {
	for from := int64(0); from < size; {
		within := (at + from) % page
		if kept := d.at((at+from)/page, fresh); kept != nil {
			do(kept[within:], from)
		}
		from += page - within
	}
}
