package tests

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

func lockFile(ts *testscript.TestScript, path string) (release func()) {
	file, err := os.Open(path)
	ts.Check(err)
	ts.Check(unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB))
	return func() { _ = file.Close() }
}
