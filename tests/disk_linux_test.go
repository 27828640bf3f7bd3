package tests

import (
	"os"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// mount makes dir a drive of its own, of that size ("64k"), gone when the story ends.
func mount(ts *testscript.TestScript, dir, size string) {
	ts.Check(os.MkdirAll(dir, 0o755))
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		ts.Fatalf("a story about full drives needs the right to mount a small tmpfs (root): %v", err)
	}
	ts.Defer(func() { unmount(dir) })
}

func unmount(dir string) { _ = syscall.Unmount(dir, syscall.MNT_DETACH) }

func remountReadOnly(ts *testscript.TestScript, dir string) {
	ts.Check(syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
}
