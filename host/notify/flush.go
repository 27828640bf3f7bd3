package notify

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/djscript/djscript/host/message"
)

// Flush sends what waits, oldest first, each route by itself: one that hangs holds up no other. It ends with the
// context; what was not sent by then stays. The errors say what is not delivered yet, and what is given up after a
// week.
func (o *Outbox) Flush(ctx context.Context) []error {
	names, err := o.list()
	if err != nil {
		return []error{err}
	}
	if len(names) == 0 {
		return nil
	}
	unlock, err := o.lock(ctx)
	if err != nil {
		return []error{err}
	}
	defer unlock()
	if names, err = o.list(); err != nil {
		return []error{err}
	}
	f := &flush{Outbox: o}
	var routes sync.WaitGroup
	for _, pile := range f.piles(names) {
		routes.Go(func() { f.route(ctx, pile) })
	}
	routes.Wait()
	return f.failed
}

const retry = 20 * time.Millisecond

// lock keeps two processes from sending the same notice.
func (o *Outbox) lock(ctx context.Context) (unlock func(), err error) {
	file := flock.New(o.Dir+".lock", flock.SetPermissions(0o600))
	if _, err := file.TryLockContext(ctx, retry); err != nil {
		if ctx.Err() != nil {
			return nil, message.New("lock.timeout", "notify.busy", message.Args{"path": o.Dir})
		}
		return nil, unusable(err, o.Dir)
	}
	return func() { _ = file.Unlock() }, nil
}

// flush is one Flush while it goes on.
type flush struct {
	*Outbox
	mu     sync.Mutex
	failed []error
}

func (f *flush) tell(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed = append(f.failed, err)
}

// letter is a notice and the file it lies in.
type letter struct {
	Waiting
	name string
}

// piles are the letters that wait, by route. What was sent more than a day ago is forgotten.
func (f *flush) piles(names []string) map[string][]letter {
	piles := map[string][]letter{}
	for _, name := range names {
		if !isWaiting(name) {
			if ageOf(name, f.Now()).Abs() >= repeatAfter {
				f.remove(name)
			}
			continue
		}
		w, err := f.read(name)
		if err != nil {
			f.tell(err)
			if message.Code(err) == "notify.dropped" {
				f.remove(name)
			}
			continue
		}
		piles[w.Route] = append(piles[w.Route], letter{w, name})
	}
	return piles
}

func (f *flush) route(ctx context.Context, pile []letter) {
	for _, l := range pile {
		if ctx.Err() != nil {
			return
		}
		now := f.Now()
		switch {
		case l.Tries > 0 && now.Sub(l.Queued) > giveUpAfter:
			f.tell(message.New("notify.dropped", "notify.dropped", message.Args{"title": l.Title, "route": l.Route}))
			f.remove(l.name)
		case due(l.Next, now):
			if !f.letter(ctx, l) {
				return
			}
		}
	}
}

// due tells whether the time has come; one farther away than any wait is of a clock that was set back.
func due(next, now time.Time) bool { return !now.Before(next) || next.Sub(now) > longestWait }

// letter sends one, and says whether the next of its route is worth a try.
func (f *flush) letter(ctx context.Context, l letter) bool {
	err := f.deliver(ctx, l)
	if err == nil {
		path := filepath.Join(f.Dir, l.name)
		if err := os.Rename(path, strings.TrimSuffix(path, waits)+sent); err != nil {
			f.tell(unusable(err, f.Dir))
			return false
		}
		return true
	}
	if ctx.Err() != nil {
		// It was stopped, and has not failed.
		return false
	}
	f.tell(message.Wrap(err, message.Code(err), "notify.undelivered", message.Args{"title": l.Title, "route": l.Route}))
	l.Tries++
	l.Next = f.Now().Add(wait(l.Tries))
	if err := f.write(l.name, l.Waiting); err != nil {
		f.tell(err)
	}
	return message.Code(err) == codeRefused
}

func (f *flush) deliver(ctx context.Context, l letter) error {
	address, err := f.Address(l.Route)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	return f.Send(ctx, address, l.Title, f.Sign(l.Body, l.Queued))
}

// Sign is a body with the store and the time below it: a notice may come days late, and to somebody who has many stores.
func (o *Outbox) Sign(body string, at time.Time) string {
	signature := message.Text("notify.signature", message.Args{"store": o.Store, "at": at.Format("2006-01-02 15:04")})
	return strings.TrimPrefix(body+"\n\n"+signature, "\n\n")
}

const (
	firstWait   = time.Minute
	longestWait = time.Hour
)

// wait is how long to wait after so many failures.
func wait(tries int) time.Duration {
	return min(firstWait<<min(tries-1, 10), longestWait)
}

func (f *flush) remove(name string) {
	if err := os.Remove(filepath.Join(f.Dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
		f.tell(unusable(err, f.Dir))
	}
}
