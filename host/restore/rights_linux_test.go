package restore

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
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

func TestAFileThatAnotherProgramHoldsIsNotSwapped(t *testing.T) {
	s := newStore(t)
	c := s.copy()
	sold := s.sells()
	l, err := s.Look(t.Context(), c, s.options())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	build := s.Make
	var other *os.File
	s.Make = func(ctx context.Context, o copies.Options) (copies.Set, error) {
		set, err := build(ctx, o)
		if wrong := unused(t.Context(), s.db.At.Path); wrong != nil {
			t.Error(wrong)
		}
		if other, _ = os.Open(s.db.At.Path); unix.Flock(int(other.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
			t.Error("somebody has it already")
		}
		return set, err
	}
	_, err = s.Restore(t.Context(), l)
	if message.Code(err) != "db.busy" {
		t.Errorf("%v", err)
	}
	if err := other.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Finish(t.Context()); message.Code(err) != "restore.undone" { // it could not be opened while the other held it
		t.Errorf("%v", err)
	}
	if content(t, s.db.At) != sold {
		t.Error("something was changed")
	}
	s.leaves()
}
