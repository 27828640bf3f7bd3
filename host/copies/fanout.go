package copies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"slices"
	"sync"
	"time"

	"filippo.io/age"

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
	keys  Keys // what is encrypted opens for them too, as long as this run lasts
}

// sink is the zip on its way to one destination.
type sink struct {
	destination Destination
	parcel      *parcel // nil where it could not begin
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
	reader, err := f.reader(destinations)
	if err != nil {
		return nil, err
	}
	for _, d := range destinations {
		s := &sink{destination: d, blocks: make(chan []byte, lag), done: make(chan struct{})}
		if s.parcel, err = newParcel(d, name, about, reader...); err != nil {
			s.err = &MissedError{Destination: d.Name, Err: err}
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

// reader is one recipient more for what is encrypted: a key that nobody has but this run, and that is forgotten with it.
// What lies there can be opened once more, and proven, while the store's own key is far away.
func (f *fanout) reader(destinations []Destination) ([]age.Recipient, error) {
	if !slices.ContainsFunc(destinations, func(d Destination) bool { return len(d.Recipients) > 0 }) {
		return nil, nil
	}
	own, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	f.keys = Keys{own}
	return []age.Recipient{own.Recipient()}, nil
}

func (s *sink) run() {
	defer close(s.done)
	for block := range s.blocks {
		if s.failure() != nil {
			continue
		}
		if _, err := s.parcel.Write(block); err != nil {
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
func (f *fanout) publish(ctx context.Context, name string, m *Manifest) ([]Place, error) {
	made := label{manifest: m, name: name, zip: cardFile{Bytes: f.bytes, SHA256: f.sum()}}
	places := make([]*Place, len(f.sinks))
	var all sync.WaitGroup
	for i, s := range f.sinks {
		if s.failure() != nil {
			continue
		}
		all.Go(func() {
			place, err := s.publish(ctx, made)
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

func (s *sink) publish(ctx context.Context, made label) (Place, error) {
	place, err := s.parcel.publish(ctx, made)
	if err != nil {
		return place, err
	}
	err = errors.Join(place.unmark(made.manifest.ID), made.enter(s.destination, eventSealed, place, s.parcel.card))
	if err != nil {
		// The copy lies there, whole: a ledger that could not be written takes nothing from it.
		s.unlisted = message.Wrap(err, "copy.degraded", "copies.unlisted", message.Args{"destination": s.destination.Name})
	}
	return place, nil
}

// discard takes back what was not published. Safe after publish.
func (f *fanout) discard() error {
	var all []error
	for _, s := range f.sinks {
		if s.parcel != nil && !s.stuck {
			all = append(all, s.parcel.discard())
		}
	}
	return errors.Join(all...)
}
