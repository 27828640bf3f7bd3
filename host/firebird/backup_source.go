package firebird

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// pipeSource is gbak's standard output; its end is gbak's own.
type pipeSource struct{ *os.File }

func (s pipeSource) ended(bool) error { return nil }

func (s pipeSource) Close() error { return ignoreClosed(s.File.Close()) }

func ignoreClosed(err error) error {
	if errors.Is(err, fs.ErrClosed) {
		return nil
	}
	return err
}

// folderSource is a source that the server writes to by its path.
type folderSource interface {
	source
	target() string
}

// dropFile is a file that the server writes as a whole, and that is read afterwards.
type dropFile struct {
	dir   string
	ready chan struct{} // closed when gbak has ended

	mu     sync.Mutex
	file   *os.File
	closed bool
}

// newDropFile makes the file itself, so that it is ours to read and to remove: what the server creates belongs to the
// server's user. Its folder can be passed through but not listed.
func newDropFile(workDir string) (*dropFile, error) {
	dir, err := openFolder(workDir)
	if err != nil {
		return nil, err
	}
	s := &dropFile{dir: dir, ready: make(chan struct{})}
	file, err := os.OpenFile(s.target(), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		err = errors.Join(file.Close(), os.Chmod(s.target(), 0o622))
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// openFolder makes a folder of a random name that others may come through.
func openFolder(workDir string) (string, error) {
	if workDir != "" {
		abs, err := filepath.Abs(workDir) // the server has a working folder of its own
		if err != nil {
			return "", err
		}
		workDir = abs
	}
	dir, err := os.MkdirTemp(workDir, "djscript-backup-")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

func (s *dropFile) target() string { return filepath.Join(s.dir, "backup.fbk") }

func (s *dropFile) ended(well bool) (err error) {
	defer close(s.ready)
	s.mu.Lock()
	defer s.mu.Unlock()
	if well && !s.closed {
		s.file, err = os.Open(s.target())
	}
	return err
}

// Read waits for the file to be whole.
func (s *dropFile) Read(p []byte) (int, error) {
	<-s.ready
	s.mu.Lock()
	file := s.file
	s.mu.Unlock()
	if file == nil {
		return 0, io.EOF
	}
	return file.Read(p)
}

func (s *dropFile) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.file != nil {
		_ = s.file.Close()
	}
	return os.RemoveAll(s.dir)
}
