package copies

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// turnPath is the lock of whoever plans and drops on a destination: two PCs that share a folder take turns.
const turnPath = ".djscript/rotation.lock"

// How long another's turn is waited for, and how often it is asked for. Nobody needs longer than it takes to rename and
// delete a few files on a slow network.
const (
	turnPatience = 2 * time.Minute
	turnPause    = 50 * time.Millisecond
)

// turn is what a catalogue saw of a destination since the turn there is its own: a plan that is older than that, or that
// no longer fits, is not carried out.
type turn map[string]string // by id: how far the copy was proven when the plan was made

// Hold lets nobody else plan or drop on a destination while fn does. Within fn the same catalogue may hold it again.
// Another's turn that does not end is lock.timeout, with the name of who has it. A catalogue is held by one goroutine.
func (c *Catalogue) Hold(ctx context.Context, where string, fn func() error) error {
	return c.hold(ctx, where, turnPatience, fn)
}

func (c *Catalogue) hold(ctx context.Context, where string, patience time.Duration, fn func() error) (err error) {
	if _, ours := c.turns[where]; ours {
		return fn()
	}
	d, err := c.reach(where)
	if err != nil {
		return err
	}
	lock, err := takeTurn(ctx, d, c.Now, patience)
	if err != nil {
		return err
	}
	if c.turns == nil {
		c.turns = map[string]turn{}
	}
	c.turns[where] = turn{}
	defer func() {
		delete(c.turns, where)
		if released := lock.Release(); err == nil {
			err = released
		}
	}()
	return fn()
}

// reach is the destination of that name, which must be there.
func (c *Catalogue) reach(where string) (Destination, error) {
	d, ok := c.Destination(where)
	if !ok {
		return d, c.noDestination(where)
	}
	return d, d.There()
}

// noDestination is a destination that the store has not.
func (c *Catalogue) noDestination(name string) error {
	var known []string
	for _, d := range c.Destinations {
		known = append(known, d.Name)
	}
	return message.New("option.value", "config.no_such_destination", message.Args{"name": name, "near": "", "known": strings.Join(known, ", ")})
}

func takeTurn(ctx context.Context, d Destination, now func() time.Time, patience time.Duration) (*drive.Lock, error) {
	path := filepath.Join(d.Path, filepath.FromSlash(turnPath))
	if err := d.ownFolder(filepath.Dir(turnPath)); err != nil {
		return nil, err
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		lock, err := drive.TryLock(path)
		if err != nil {
			return nil, err
		}
		if lock != nil {
			_ = lock.Say(whoWeAre(now())) // only words: the lock itself is what counts
			return lock, nil
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-late.C:
			return nil, message.New("lock.timeout", "copies.turn", message.Args{"destination": d.Name, "holder": holder(drive.Said(path))})
		case <-time.After(turnPause):
		}
	}
}

// whoWeAre is this process on this PC, now.
func whoWeAre(now time.Time) string {
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	return fmt.Sprintf("%s %d %s\n", host, os.Getpid(), now.Format(time.RFC3339))
}

// holder is who wrote that, as a person is told it. What lies on a drive can be anybody's: nothing but plain letters of it
// is shown.
func holder(words string) string {
	fields := strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return ' '
	}, words))
	if len(fields) != 3 {
		return "?"
	}
	pid, wrong := strconv.Atoi(fields[1])
	since, err := time.Parse(time.RFC3339, fields[2])
	if err = errors.Join(wrong, err); err != nil {
		return "?"
	}
	return message.Text("copies.turn_holder", message.Args{"host": fields[0], "pid": pid, "since": since.Format("2006-01-02 15:04")})
}

// saw keeps what a plan that is made in this turn is made on.
func (c *Catalogue) saw(all []Copy) {
	for where, seen := range c.turns {
		for _, one := range all {
			if here := one.At(where); here.State != Missing {
				seen[one.ID] = here.State
			}
		}
	}
}
