package copies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"sync"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// A destination that is slower than the others may lag this many blocks before it holds the copy up.
const lag = 16

// fanout writes one zip to every destination in the same pass and hashes it. A destination that fails is left behind;
// Write fails only when none is left.
type fanout struct {
	ctx   context.Context
	hash  hash.Hash
	bytes int64
	sinks []*sink
}

// sink is the zip on its way to one destination.
type sink struct {
	destination Destination
	file        *drive.File
	blocks      chan []byte
	done        chan struct{}

	mu       sync.Mutex
	err      error
	unlisted error // the copy is there, and its ledger does not say so
	stuck    bool  // it hung when the run was over
}

// openFanout begins a file of that name on every destination. It fails only when no destination can take it; the
// errors of the others are theirs and are told by failures. About is how large the zip will be; 0 where nobody knows.
func openFanout(ctx context.Context, name string, destinations []Destination, about int64) (*fanout, error) {
	f := &fanout{ctx: ctx, hash: sha256.New()}
	for _, d := range destinations {
		s := &sink{destination: d, blocks: make(chan []byte, lag), done: make(chan struct{})}
		if s.file, s.err = d.create(name); s.err == nil {
			s.file.Expect(about) // so that a full drive can say how much is lacking
		}
		f.sinks = append(f.sinks, s)
		go s.run()
	}
	if f.alive() == 0 {
		f.end()
		return nil, f.failures()
	}
	return f, nil
}

func (s *sink) run() {
	defer close(s.done)
	for block := range s.blocks {
		if s.failure() != nil {
			continue
		}
		if _, err := s.file.Write(block); err != nil {
			s.fail(err)
		}
	}
}

func (s *sink) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *sink) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = &MissedError{Destination: s.destination.Name, Err: err}
	}
}

// Write hands a copy of p to every destination that is left.
func (f *fanout) Write(p []byte) (int, error) {
	if f.alive() == 0 {
		return 0, f.failures()
	}
	f.hash.Write(p)
	f.bytes += int64(len(p))
	block := append([]byte(nil), p...)
	for _, s := range f.sinks {
		select {
		case s.blocks <- block:
		case <-f.ctx.Done():
			return 0, context.Cause(f.ctx)
		}
	}
	return len(p), nil
}

// sum is the sha256 of all that was written, in hex.
func (f *fanout) sum() string { return hex.EncodeToString(f.hash.Sum(nil)) }

func (f *fanout) alive() int {
	n := 0
	for _, s := range f.sinks {
		if s.failure() == nil {
			n++
		}
	}
	return n
}

func (f *fanout) failures() error {
	var all []error
	for _, s := range f.sinks {
		all = append(all, s.failure())
	}
	return errors.Join(all...)
}

// unlisted tells the ledgers that could not be written.
func (f *fanout) unlisted() error {
	var all []error
	for _, s := range f.sinks {
		all = append(all, s.unlisted)
	}
	return errors.Join(all...)
}

// end waits until every block is written or given up. When the run is over, a destination that hangs is waited for no
// longer than a moment: what it holds has no name, and the next run sweeps it.
func (f *fanout) end() {
	for _, s := range f.sinks {
		close(s.blocks)
	}
	for _, s := range f.sinks {
		select {
		case <-s.done:
			continue
		case <-f.ctx.Done():
		}
		select {
		case <-s.done:
		case <-time.After(lastMoment):
			s.fail(context.Cause(f.ctx))
			s.stuck = true
		}
	}
}

// lastMoment is how long a destination has to answer when the run is over.
const lastMoment = time.Second

// publish seals the zip on every destination that is left: flush, read back, rename, flush the folder, each at its
// own pace. It fails only when no destination holds the copy.
func (f *fanout) publish(ctx context.Context, name string, sealed func(Destination, Place) error) ([]Place, error) {
	sum := f.sum()
	places := make([]*Place, len(f.sinks))
	var all sync.WaitGroup
	for i, s := range f.sinks {
		if s.failure() != nil {
			continue
		}
		all.Go(func() {
			place, err := s.publish(ctx, name, sum, f.bytes, sealed)
			if err != nil {
				s.fail(err)
				return
			}
			places[i] = &place
		})
	}
	all.Wait()
	var present []Place
	for _, p := range places {
		if p != nil {
			present = append(present, *p)
		}
	}
	if len(present) == 0 {
		return nil, f.failures()
	}
	return present, nil
}

// The hash lies beside the copy before the copy has its name: a zip with its name and no hash beside it was never
// ours, or has lost something.
func (s *sink) publish(ctx context.Context, name, sum string, bytes int64, sealed func(Destination, Place) error) (Place, error) {
	place := Place{Destination: s.destination.Name, Path: s.destination.file(name), Bytes: bytes, SHA256: sum, State: Present}
	if err := drive.WriteFile(s.destination.Path, name+sumSuffix, []byte(sumLine(sum, name))); err != nil {
		return place, err
	}
	readBack, err := s.file.Publish(ctx, sum)
	if err != nil {
		return place, errors.Join(err, s.destination.remove(name+sumSuffix))
	}
	place.ReadBack = readBack
	if err := sealed(s.destination, place); err != nil {
		// The copy lies there, whole: a ledger that could not be written takes nothing from it.
		s.unlisted = message.Wrap(err, "copy.degraded", "copies.unlisted", message.Args{"destination": s.destination.Name})
	}
	return place, nil
}

// discard takes back what was not published. Safe after publish.
func (f *fanout) discard() error {
	var all []error
	for _, s := range f.sinks {
		if s.file != nil && !s.stuck {
			all = append(all, s.file.Discard())
		}
	}
	return errors.Join(all...)
}
