package exchange

import (
	"syscall"
	"testing"
)

// smallVolume is a volume of its own, that is soon full.
func smallVolume(t testing.TB, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Fatalf("this test needs the right to mount a small tmpfs (root): %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}
