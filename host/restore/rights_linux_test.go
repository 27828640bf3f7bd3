package restore

import (
	"fmt"
	"os"
	"syscall"
	"testing"
)

// owner is who a file belongs to, and its mode.
func owner(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat := info.Sys().(*syscall.Stat_t)
	return fmt.Sprint(stat.Uid, stat.Gid, info.Mode())
}

func TestTheNewDatabaseHasTheOwnerAndTheRightsOfTheOldOne(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	if err := os.Chmod(s.db.At.Path, 0o664); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		if err := os.Chown(s.db.At.Path, 0, 7); err != nil {
			t.Fatal(err)
		}
	}
	before := owner(t, s.db.At.Path)
	s.restore(c, s.options())
	if after := owner(t, s.db.At.Path); after != before {
		t.Errorf("owner and mode %s, before %s", after, before)
	}
}
