package inbox

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/exchange"
)

// candidate is a file that may be taken: one that was delivered, or one that a run before had claimed.
type candidate struct {
	name    string
	path    string
	number  int64
	size    int64
	changed time.Time
	claim   *claim // nil: nobody has claimed it
	ready   bool   // it has not changed for long enough
}

// key is what it is known by from one run to the next.
func (c *candidate) key() string {
	if c.claim != nil {
		return c.claim.id
	}
	return c.name
}

// deliveries are the files that were delivered, as far as they are meant. One that goes while it is looked at is not there.
func (in *Inbox) deliveries() ([]candidate, error) {
	entries, err := os.ReadDir(in.Folder)
	if err != nil {
		return nil, drive.Explain(err, in.Folder)
	}
	var found []candidate
	for _, entry := range entries {
		number, ok := in.pattern.Match(entry.Name())
		if !ok || !entry.Type().IsRegular() {
			continue
		}
		c := candidate{name: entry.Name(), number: number, path: filepath.Join(in.Folder, entry.Name())}
		switch err := c.look(); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, drive.Explain(err, c.path)
		default:
			found = append(found, c)
		}
	}
	return found, nil
}

// look sees how large it is, and when it was changed.
func (c *candidate) look() error {
	info, err := os.Lstat(c.path)
	if err != nil {
		return err
	}
	c.size, c.changed = info.Size(), info.ModTime()
	return nil
}

// still tells whether it is as it was when it was looked at.
func (c *candidate) still() bool {
	now := *c
	return now.look() == nil && now.size == c.size && now.changed.Equal(c.changed)
}

// inOrder puts first what was claimed before, then the smaller number, then what is older.
func inOrder(files []candidate) {
	slices.SortStableFunc(files, func(a, b candidate) int {
		return cmp.Or(
			-compareBool(a.claim != nil, b.claim != nil), cmp.Compare(a.number, b.number), a.changed.Compare(b.changed), strings.Compare(a.name, b.name), strings.Compare(a.key(), b.key()),
		)
	})
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// gap is what is missing between the highest number and this one.
func gap(highest, number int64) (exchange.Range, bool) {
	return exchange.Range{First: highest + 1, Last: number - 1}, number > highest+1
}
