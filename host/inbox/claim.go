package inbox

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// A claim is a folder, ".djscript/claimed/ID.STATE.NAME", with the file and whatever is written beside it, and ID.lock, which
// the process that has the file holds for as long as it lives. The state is what a run that comes later has to know; it
// stands in the folder's name, because a rename is done whole or not at all, and on a full disk too.
type claim struct {
	id    string
	state string
	name  string // of the file
	lock  *drive.Lock
}

// The states of a claim.
const (
	stateTaken    = "taken"    // to be handled
	stateDone     = "done"     // to be moved to done
	stateRejected = "rejected" // to be moved to rejected
)

// An ID begins with the time at which the file was claimed.
const idTime = "20060102-150405"

var claimName = regexp.MustCompile(`^([0-9]{8}-[0-9]{6}-[a-z2-7]{6})\.(` + stateTaken + `|` + stateDone + `|` + stateRejected + `)\.(.+)$`)

const lockSuffix = ".lock"

func (in *Inbox) newID() string {
	return in.Now().Format(idTime) + "-" + strings.ToLower(rand.Text()[:6])
}

func (in *Inbox) dir(c *claim) string       { return filepath.Join(in.claimed, c.id+"."+c.state+"."+c.name) }
func (in *Inbox) file(c *claim) string      { return filepath.Join(in.dir(c), c.name) }
func (in *Inbox) lockPath(id string) string { return filepath.Join(in.claimed, id+lockSuffix) }

// errTaken says that somebody else was faster, or that the file is gone.
var errTaken = errors.New("taken by another")

// claim takes a file that was delivered: exactly one process can rename it away.
func (in *Inbox) claim(c *candidate) error {
	taken, err := in.begin(c.name)
	if err != nil {
		return err
	}
	in.step("begun")
	path := in.file(taken)
	if err := os.Rename(c.path, path); err != nil {
		in.clear(taken)
		if errors.Is(err, fs.ErrNotExist) {
			return errTaken
		}
		return drive.Explain(err, c.path)
	}
	in.step("claimed")
	c.claim, c.path = taken, path
	return nil
}

// begin makes the folder and the lock of a claim. Whoever clears away what dead processes left may take a lock between its
// making and its locking: then there is another.
func (in *Inbox) begin(name string) (*claim, error) {
	for range 20 {
		c := &claim{id: in.newID(), state: stateTaken, name: name}
		lock, err := drive.TryLock(in.lockPath(c.id))
		if err != nil {
			return nil, err
		}
		if lock == nil {
			continue
		}
		c.lock = lock
		err = lock.Say(in.Holder)
		if err == nil {
			err = drive.Explain(os.Mkdir(in.dir(c), 0o755), in.dir(c))
		}
		if err != nil {
			in.clear(c)
			return nil, err
		}
		return c, nil
	}
	return nil, message.New("lock.timeout", "inbox.no_claim", message.Args{"path": in.claimed})
}

// clear takes away a claim that holds nothing any more. One that does hold something stays.
func (in *Inbox) clear(c *claim) {
	if err := os.Remove(in.dir(c)); err == nil || errors.Is(err, fs.ErrNotExist) {
		_ = os.Remove(in.lockPath(c.id)) // one that stays is taken away by the next run
	}
	in.leave(c)
}

// leave gives a claim up as it stands: the next run takes it.
func (in *Inbox) leave(c *claim) {
	_ = c.lock.Release() // the system frees what can not be released
	c.lock = nil
}

// claims are those of this inbox, oldest first, whoever has them.
func (in *Inbox) claims() ([]*claim, error) {
	entries, err := os.ReadDir(in.claimed)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, drive.Explain(err, in.claimed)
	}
	var found []*claim
	for _, entry := range entries {
		m := claimName.FindStringSubmatch(entry.Name())
		if m == nil || !entry.IsDir() {
			continue
		}
		if _, ok := in.pattern.Match(m[3]); ok {
			found = append(found, &claim{id: m[1], state: m[2], name: m[3]})
		}
	}
	return found, nil
}

// take takes over a claim; false where whoever has it lives, or somebody has just ended it.
func (in *Inbox) take(c *claim) (bool, error) {
	lock, err := drive.TryLock(in.lockPath(c.id))
	if lock == nil || err != nil {
		return false, err
	}
	c.lock = lock
	if _, err := os.Lstat(in.dir(c)); err != nil { // ended, or moved on to another state
		if !in.exists(c.id) {
			_ = os.Remove(in.lockPath(c.id))
		}
		in.leave(c)
		return false, nil
	}
	return true, nil
}

// exists tells whether there is a claim of that ID in any state.
func (in *Inbox) exists(id string) bool {
	entries, err := os.ReadDir(in.claimed)
	return err != nil || slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		return strings.HasPrefix(e.Name(), id+".") && e.Name() != id+lockSuffix
	})
}

// sweep takes away locks of which no claim is left.
func (in *Inbox) sweep() {
	entries, err := os.ReadDir(in.claimed)
	if err != nil {
		return
	}
	alive := map[string]bool{}
	for _, entry := range entries {
		if m := claimName.FindStringSubmatch(entry.Name()); m != nil {
			alive[m[1]] = true
		}
	}
	for _, entry := range entries {
		id, ok := strings.CutSuffix(entry.Name(), lockSuffix)
		if !ok || alive[id] {
			continue
		}
		if lock, err := drive.TryLock(in.lockPath(id)); err == nil && lock != nil {
			if !in.exists(id) { // whoever was about to begin it finds its lock gone, and begins another
				_ = os.Remove(in.lockPath(id))
			}
			_ = lock.Release()
		}
	}
}
