package firebird

import (
	"errors"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// fifo is a named pipe that the server writes to.
type fifo struct {
	dir    string
	reader *os.File
	// writer is an end that we never write to. It is there before gbak starts, so that the server never has to wait in
	// open for a reader, nor we see an end before the server has come; it goes when gbak has ended.
	writer *os.File
	once   sync.Once
	err    error
}

func newFIFO(workDir string) (_ *fifo, err error) {
	dir, err := openFolder(workDir)
	if err != nil {
		return nil, err
	}
	s := &fifo{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := unix.Mkfifo(s.target(), 0o600); err != nil {
		return nil, &os.PathError{Op: "mkfifo", Path: s.target(), Err: err}
	}
	if err := os.Chmod(s.target(), 0o622); err != nil { // past the umask; the server's user only writes
		return nil, err
	}
	if s.reader, err = os.OpenFile(s.target(), os.O_RDONLY|unix.O_NONBLOCK, 0); err != nil {
		return nil, err
	}
	if s.writer, err = os.OpenFile(s.target(), os.O_WRONLY|unix.O_NONBLOCK, 0); err != nil {
		return nil, err
	}
	widen(s.reader)
	return s, nil
}

// widen makes the pipe larger than its 64 KB, as far as the system lets us; it is only about speed.
func widen(f *os.File) {
	conn, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = conn.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 1<<20) })
}

func (s *fifo) target() string { return filepath.Join(s.dir, "backup.fbk") }

func (s *fifo) Read(p []byte) (int, error) { return s.reader.Read(p) }

// ended lets go of our writing end: what the server wrote can still be read, then comes the end. When gbak failed or
// was killed, nothing more is wanted, and a server that still writes has to notice.
func (s *fifo) ended(well bool) error {
	if !well {
		return s.Close()
	}
	return ignoreClosed(s.writer.Close())
}

// Close removes the name first: a server that comes late finds nothing, and does not wait in open for ever.
func (s *fifo) Close() error {
	s.once.Do(func() {
		s.err = os.RemoveAll(s.dir)
		for _, f := range []*os.File{s.reader, s.writer} {
			if f != nil {
				s.err = errors.Join(s.err, ignoreClosed(f.Close()))
			}
		}
	})
	return s.err
}
