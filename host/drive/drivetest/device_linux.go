package drivetest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Device is a disk that lies, or breaks: the kernel reads and writes it as any other, through a file that a child process
// serves by FUSE and a loop device on it. Not the test's own process: one that waits for the kernel while the kernel waits
// for it waits for good.
type Device struct {
	Claimed int64
	Wraps   int64  // what is written further in lies over the beginning; 0: not so
	Loses   int64  // what is written further in is lost; 0: nothing is
	Room    int64  // what is written when that much is kept already fails; 0: there is room for all
	Spoils  string // a write that holds this is kept with one bit changed

	lock  sync.Mutex
	pages map[int64][]byte
	state state
	// How many writes it takes before it is pulled; -1: it is not.
	until  int
	writes int

	child *exec.Cmd
	words io.WriteCloser // where the child listens
	told  *bufio.Reader
}

// state is what the device still does.
type state int

const (
	well   state = iota
	worn         // it can be read
	pulled       // nothing
)

const page = 4096

// childWord is what the test binary is called with to be a device.
const childWord = "drivetest-device"

// Child is for TestMain: it serves a device where this process was started for that, and tells so.
func Child() bool {
	if len(os.Args) != 4 || os.Args[1] != childWord {
		return false
	}
	serve(os.Args[2], os.Args[3])
	return true
}

// Serve begins; dir is an empty folder of its own. It gives the path of the file that the device is.
func (d *Device) Serve(dir string) (string, error) {
	what, err := json.Marshal(d)
	if err != nil {
		return "", err
	}
	// A story that looks for processes of its own by their folder does not find this one.
	d.child = exec.CommandContext(context.Background(), os.Args[0], childWord, filepath.Base(dir), string(what))
	d.child.Dir, d.child.Env = filepath.Dir(dir), []string{"PATH=" + os.Getenv("PATH")}
	if d.words, err = d.child.StdinPipe(); err != nil {
		return "", err
	}
	stdout, err := d.child.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := d.child.Start(); err != nil {
		return "", err
	}
	d.told = bufio.NewReader(stdout)
	line, err := d.told.ReadString('\n')
	if line != "served\n" {
		d.End()
		return "", errors.Join(fmt.Errorf("serve a device, which takes FUSE: %q", line), err)
	}
	return filepath.Join(dir, "image"), nil
}

// End takes the device away for good. It may be called twice.
func (d *Device) End() {
	_ = d.words.Close()
	_ = d.child.Wait()
}

// Pull takes the device out: whoever still waits for it is told that it is gone. Plug puts it back as it was then.
func (d *Device) Pull() error { return d.tell("pull") }

// Plug puts the device back, with all that was written until it was pulled.
func (d *Device) Plug() error { return d.tell("plug") }

// Wear lets no more be written.
func (d *Device) Wear() error { return d.tell("wear") }

// PullAfter takes the device out at the nth write from now.
func (d *Device) PullAfter(n int) error { return d.tell("after " + strconv.Itoa(n)) }

// Writes is how often it was written.
func (d *Device) Writes() (int, error) {
	answer, err := d.ask("writes")
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(answer)
}

func (d *Device) tell(word string) error {
	_, err := d.ask(word)
	return err
}

func (d *Device) ask(word string) (string, error) {
	if _, err := io.WriteString(d.words, word+"\n"); err != nil {
		return "", err
	}
	line, err := d.told.ReadString('\n')
	return strings.TrimSpace(line), err
}

// serve is the child. When it ends, whoever still waits for the device is told that it is gone.
func serve(dir, what string) {
	d := &Device{pages: map[int64][]byte{}, until: -1}
	err := json.Unmarshal([]byte(what), d)
	fd, failed := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err = errors.Join(err, failed); err == nil {
		err = unix.Mount("device", dir, "fuse", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0", fd))
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = unix.Unmount(dir, unix.MNT_DETACH) }()
	go d.answer(fd)
	fmt.Println("served")
	for words := bufio.NewScanner(os.Stdin); words.Scan(); {
		fmt.Println(d.obey(words.Text()))
	}
}

func (d *Device) obey(words string) any {
	d.lock.Lock()
	defer d.lock.Unlock()
	word, rest, _ := strings.Cut(words, " ")
	switch word {
	case "pull":
		d.state = pulled
	case "wear":
		d.state = worn
	case "plug":
		d.state, d.until = well, -1
	case "after":
		d.until, _ = strconv.Atoi(rest)
	}
	return d.writes
}

// The operations of FUSE that a file needs.
const (
	opLookup, opForget, opGetattr, opSetattr, opOpen, opRead, opWrite = 1, 2, 3, 4, 14, 15, 16
	opRelease, opFsync, opFlush, opInit, opInterrupt, opDestroy       = 18, 20, 25, 26, 36, 38
	opBatchForget                                                     = 42
)

func (d *Device) answer(fd int) {
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

func (d *Device) reply(operation uint32, node uint64, in []byte) ([]byte, unix.Errno) {
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
		return nil, d.fails(worn)
	case opRead:
		at, size := int64(binary.NativeEndian.Uint64(in[8:])), int64(binary.NativeEndian.Uint32(in[16:]))
		return d.read(at, min(size, d.Claimed-at)), d.fails(pulled)
	case opWrite:
		at, size := int64(binary.NativeEndian.Uint64(in[8:])), binary.NativeEndian.Uint32(in[16:])
		return wire(size, uint32(0)), d.write(at, in[40:40+size])
	}
	return nil, unix.ENOSYS
}

// fails tells whether a device fails that does less than well from a state on.
func (d *Device) fails(from state) unix.Errno {
	d.lock.Lock()
	defer d.lock.Unlock()
	if d.state >= from {
		return unix.EIO
	}
	return 0
}

func (d *Device) attributes(node uint64) []byte {
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
func (d *Device) at(number int64, fresh bool) []byte {
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

func (d *Device) read(at, size int64) []byte {
	d.lock.Lock()
	defer d.lock.Unlock()
	out := make([]byte, max(size, 0))
	d.each(at, int64(len(out)), false, func(kept []byte, from int64) { copy(out[from:], kept) })
	return out
}

func (d *Device) write(at int64, data []byte) unix.Errno {
	d.lock.Lock()
	defer d.lock.Unlock()
	if d.writes++; d.until >= 0 {
		if d.until--; d.until < 0 {
			d.state = pulled
		}
	}
	if d.state != well || d.Room > 0 && int64(len(d.pages)+len(data)/page)*page > d.Room {
		return unix.EIO
	}
	if i := bytes.Index(data, []byte(d.Spoils)); len(d.Spoils) > 0 && i >= 0 {
		data = bytes.Clone(data)
		data[i] ^= 1
	}
	d.each(at, int64(len(data)), true, func(kept []byte, from int64) { copy(kept, data[from:]) })
	return 0
}

func (d *Device) each(at, size int64, fresh bool, do func(kept []byte, from int64)) {
	for from := int64(0); from < size; {
		within := (at + from) % page
		if kept := d.at((at+from)/page, fresh); kept != nil {
			do(kept[within:], from)
		}
		from += page - within
	}
}
