// Package lock lets one process at a time do a thing in a store, and says who is doing it.
//
// The system frees a lock when its holder dies, so no lock is ever stale; the words in the file beside it are only
// for the person who has to wait.
package lock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/djscript/djscript/host/message"
)

const retry = 100 * time.Millisecond

// Lock is held until Release.
type Lock struct {
	flock *flock.Flock
	words string
}

// Take takes the lock of that name in the folder, waiting at most so long for another process to give it up. Holder
// is what others are told meanwhile: "backup, since 22:00, process 4711". Fails with lock.timeout, or with the
// context's error.
func Take(ctx context.Context, dir, name, holder string, wait time.Duration) (*Lock, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make lock folder: %w", err)
	}
	path := filepath.Join(dir, name+".lock")
	l := &Lock{flock: flock.New(path), words: filepath.Join(dir, name+".holder")}
	// Once without a clock: on a machine that is busy even the shortest wait is over before the first try.
	ok, err := l.flock.TryLock()
	if !ok && err == nil && wait > 0 {
		waiting, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		ok, err = l.flock.TryLockContext(waiting, retry)
	}
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil && !errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("lock %s: %w", path, err)
	case !ok:
		return nil, message.New("lock.timeout", "lock.busy", message.Args{"name": name, "holder": l.holder()})
	}
	if err := os.WriteFile(l.words, []byte(holder), 0o644); err != nil {
		return nil, errors.Join(fmt.Errorf("name lock holder: %w", err), l.flock.Unlock())
	}
	return l, nil
}

// Release gives the lock up.
func (l *Lock) Release() error {
	_ = os.Remove(l.words) // only words: the lock itself is what counts
	if err := l.flock.Unlock(); err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	return nil
}

func (l *Lock) holder() string {
	words, err := os.ReadFile(l.words)
	if err != nil || len(words) == 0 {
		return "?"
	}
	return strings.TrimSpace(string(words))
}
