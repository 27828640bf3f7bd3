package drive

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Another process holds the lock for one line and one flush; on a slow pen drive a flush takes seconds.
const (
	appendTries = 1500
	appendPause = 20 * time.Millisecond
)

// Append adds one line to a file of lines and flushes it; the file is made where there is none, its folder is not. The
// line comes without its line feed. Several processes may append at once: each line stays whole. A last line that a
// power cut left without its end is closed first, so that a reader meets it as a line of its own, which it must be able
// to pass over; a line that could not be written whole is taken back. A link in its place is "drive.foreign".
func Append(path string, line []byte) error {
	if bytes.ContainsAny(line, "\n\r") {
		return message.New("arg.value", "drive.line", message.Args{"path": path})
	}
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return message.New("drive.foreign", "drive.linked_file", message.Args{"path": path})
	}
	file, err := openToAppend(path)
	if err != nil {
		return explainAt(err, filepath.Dir(path), path)
	}
	return explainAt(errors.Join(appendLocked(file, line), file.Close()), filepath.Dir(path), path)
}

func appendLocked(file *os.File, line []byte) error {
	unlock, err := lockFile(file)
	if err != nil {
		return err
	}
	defer unlock()
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	text, err := closed(file, size)
	if err != nil {
		return err
	}
	text = append(append(text, line...), '\n')
	if _, err := file.Write(text); err != nil {
		return errors.Join(err, file.Truncate(size))
	}
	if err := file.Sync(); err != nil {
		return errors.Join(err, file.Truncate(size))
	}
	if size == 0 {
		return syncFolder(filepath.Dir(file.Name()))
	}
	return nil
}

// closed is what must stand before a new line: nothing, or the end of a torn one.
func closed(file *os.File, size int64) ([]byte, error) {
	if size == 0 {
		return nil, nil
	}
	last := make([]byte, 1)
	if _, err := file.ReadAt(last, size-1); err != nil {
		return nil, err
	}
	if last[0] == '\n' {
		return nil, nil
	}
	return []byte{'\n'}, nil
}

func lockFile(file *os.File) (unlock func(), err error) {
	for range appendTries {
		locked, err := tryLock(file)
		if err != nil {
			return nil, err
		}
		if locked {
			return func() { unlockFile(file) }, nil
		}
		time.Sleep(appendPause)
	}
	return nil, message.New("lock.timeout", "drive.locked", message.Args{"path": file.Name()})
}
