package recovery

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// openAlone opens a file to read it, and keeps servers out of it until it is closed: they lock what they open. Where the
// filesystem has no locks nobody is kept out, and what changes meanwhile is seen at the end.
func openAlone(path string) (*os.File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); errors.Is(err, unix.EWOULDBLOCK) {
		return nil, errors.Join(errBusy, file.Close())
	}
	return file, nil
}
