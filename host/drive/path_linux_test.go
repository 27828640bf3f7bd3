package drive

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMountOfIsTheFolderThatAVolumeIsReachedBy(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("/proc/self", link); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/": "", "/proc": "/proc", "/proc/none/such": "/proc", link: "/proc"} {
		if got := MountOf(path); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
}
