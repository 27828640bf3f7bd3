package copies

import (
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// inUsePath is where a file lies, on each destination, for every copy that somebody reads: the lock on it is what keeps
// the copy from being dropped, and goes with the process that has it.
const inUsePath = ".djscript/inuse"

// A drop takes no longer than this with one copy; whoever wants to read it meanwhile finds out what became of it.
const (
	inUseTries = 40
	inUsePause = 25 * time.Millisecond
)

// An id comes from a drive, and becomes the name of a file.
var plainID = regexp.MustCompile(`^[0-9A-Za-z]{1,64}$`)

func inUseFile(root, id string) string {
	return filepath.Join(root, filepath.FromSlash(inUsePath), id)
}

// hold keeps the copy from being dropped until it is released, wherever it lies and whoever asks. It is a courtesy to the
// reader: where no lock can be had, a read-only drive say, he reads all the same.
func (c Copy) hold() (release func()) {
	var held []func()
	for _, p := range c.Places {
		if p.State != Present || p.Destination == "" {
			continue
		}
		if _, gone := os.Lstat(p.Path); gone != nil {
			continue // and its drive with it, perhaps: nothing of ours may be left in the folder beneath
		}
		held = append(held, Destination{Path: filepath.Dir(p.Path)}.hold(c.ID))
	}
	return func() {
		for _, release := range held {
			release()
		}
	}
}

// hold keeps a copy at a destination from being dropped, and one that is being laid down there from being swept away, by
// another PC that shares the destination too.
func (d Destination) hold(id string) (release func()) {
	if !plainID.MatchString(id) {
		return func() {}
	}
	lock := share(d.Path, id)
	if lock == nil {
		return func() {}
	}
	return func() {
		_ = lock.Release()
		_ = inUse(inUseFile(d.Path, id)) // takes the file away, where nobody else has it
	}
}

func share(root, id string) *drive.Lock {
	if (Destination{Path: root}).ownFolder(inUsePath) != nil {
		return nil
	}
	for range inUseTries {
		if lock, _ := drive.TryShare(inUseFile(root, id)); lock != nil {
			return lock
		}
		time.Sleep(inUsePause)
	}
	return nil
}

// inUse tells whether somebody has a copy's file locked. One that nobody has is taken away.
func inUse(path string) bool {
	lock, err := drive.TryLock(path)
	if err != nil {
		return false
	}
	if lock == nil {
		return true
	}
	release(lock, path)
	return false
}

// release gives up a lock that was for one alone, with its file: before the lock, so that nobody gets it who would hold
// nothing.
func release(lock *drive.Lock, path string) {
	_ = os.Remove(path)
	_ = lock.Release()
}

// busy are the ids of the copies at a destination that somebody reads or drops now.
func (d Destination) busy() map[string]bool {
	entries, err := os.ReadDir(filepath.Join(d.Path, filepath.FromSlash(inUsePath)))
	if err != nil {
		return nil
	}
	found := map[string]bool{}
	for _, entry := range entries {
		if plainID.MatchString(entry.Name()) && entry.Type().IsRegular() && inUse(inUseFile(d.Path, entry.Name())) {
			found[entry.Name()] = true
		}
	}
	return found
}

// alone does something to a copy of a destination that nobody reads meanwhile; copies.busy where somebody does.
func (d Destination) alone(one Copy, fn func() error) error {
	if !plainID.MatchString(one.ID) {
		return message.New("guard.identity", "copies.not_ours", message.Args{"name": one.Name, "destination": d.Name})
	}
	path := inUseFile(d.Path, one.ID)
	if err := d.ownFolder(inUsePath); err != nil {
		return err
	}
	lock, err := drive.TryLock(path)
	if err != nil {
		return err
	}
	if lock == nil {
		return message.New("copy.degraded", "copies.busy", message.Args{"name": one.Name, "destination": d.Name})
	}
	defer release(lock, path)
	return fn()
}
