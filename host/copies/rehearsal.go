package copies

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// Bench is where copies are proven: a folder of our own, and the embedded engine of the tools.
type Bench struct {
	Dir   string // on a disk with room for the whole database
	Tools firebird.Tools
}

// Make makes the folder. Others may pass through it, not look into it: the server's user has to reach the FIFO that a
// backup is read from.
func (b Bench) Make() error {
	if err := os.MkdirAll(b.Dir, 0o711); err != nil {
		return fmt.Errorf("make scratch folder: %w", err)
	}
	return nil
}

// scratch is a folder that lives as long as one proof, with an engine and the database restored in it.
type scratch struct {
	dir    string
	engine *firebird.Engine
	fdb    string
	owner  string // whom what is restored is to belong to; "" is SYSDBA
}

// open makes a scratch for a database of about that many bytes.
func (b Bench) open(ctx context.Context, bytes int64) (*scratch, error) {
	if err := b.Make(); err != nil {
		return nil, err
	}
	if err := drive.Room(b.Dir, bytes+bytes/20); err != nil {
		return nil, message.Wrap(err, "copy.degraded", "copies.no_room_for_proof", message.Args{"path": b.Dir})
	}
	s, err := b.engine(ctx)
	if err != nil {
		return nil, err
	}
	s.fdb = filepath.Join(s.dir, "restored.fdb")
	return s, nil
}

// engine is a scratch with an engine in it, and no database yet.
func (b Bench) engine(ctx context.Context) (*scratch, error) {
	dir, err := os.MkdirTemp(b.Dir, "proof-")
	if err != nil {
		return nil, fmt.Errorf("make scratch folder: %w", err)
	}
	engine, err := firebird.NewEngine(ctx, filepath.Join(dir, "engine"), b.Tools)
	if err != nil {
		return nil, errors.Join(&noEngineError{err}, os.RemoveAll(dir))
	}
	return &scratch{dir: dir, engine: engine}, nil
}

// noEngineError says that no engine of our own can be had here; the store's server may still serve.
type noEngineError struct{ error }

func (e *noEngineError) Unwrap() error { return e.error }

func isNoEngine(err error) bool {
	var none *noEngineError
	return errors.As(err, &none)
}

func (s *scratch) inspect(ctx context.Context, q firebird.Questions) (firebird.Inspection, error) {
	return s.engine.Inspect(ctx, s.fdb, q)
}

func (s *scratch) remove() error {
	return errors.Join(s.engine.Remove(), os.RemoveAll(s.dir))
}

// rehearsal restores gbak's stream while it is still being copied. Writing to it never fails: when the restore has,
// the rest of the stream is let through and finish tells why.
type rehearsal struct {
	scratch *scratch
	restore *firebird.Restore
	blocks  chan []byte
	done    chan struct{}

	mu  sync.Mutex
	err error
}

// rehearse begins a restore in a new scratch.
func rehearse(ctx context.Context, s *scratch) (*rehearsal, error) {
	restore, err := s.engine.Restore(ctx, s.fdb, firebird.RestoreOptions{Owner: s.owner})
	if err != nil {
		return nil, err
	}
	r := &rehearsal{scratch: s, restore: restore, blocks: make(chan []byte, lag), done: make(chan struct{})}
	go r.run()
	return r, nil
}

func (r *rehearsal) run() {
	defer close(r.done)
	for block := range r.blocks {
		if r.failure() != nil {
			continue
		}
		if _, err := r.restore.Write(block); err != nil {
			r.mu.Lock()
			r.err = err
			r.mu.Unlock()
		}
	}
}

func (r *rehearsal) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

func (r *rehearsal) Write(p []byte) (int, error) {
	r.blocks <- append([]byte(nil), p...)
	return len(p), nil
}

// finish ends the stream, which must have ended well, and waits for the restore.
func (r *rehearsal) finish() (firebird.Log, error) {
	close(r.blocks)
	<-r.done
	log, err := r.restore.Finish()
	if err != nil {
		return log, err
	}
	return log, r.failure()
}

// abort gives the restore up. Its input stays open until it is dead: gbak takes an early end for the end of a tape.
func (r *rehearsal) abort() {
	r.restore.Abort()
	close(r.blocks)
	<-r.done
}

// through restores a whole stream in a scratch.
func (s *scratch) through(ctx context.Context, stream io.Reader) (firebird.Log, error) {
	r, err := rehearse(ctx, s)
	if err != nil {
		return firebird.Log{}, err
	}
	if _, err := io.CopyBuffer(struct{ io.Writer }{r}, drive.Until(ctx, stream), make([]byte, 256<<10)); err != nil {
		r.abort()
		return firebird.Log{}, err
	}
	return r.finish()
}
