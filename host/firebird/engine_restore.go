package firebird

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/djscript/djscript/host/message"
)

// RestoreOptions are gbak's; the zero value restores as the backup says.
type RestoreOptions struct {
	// Owner is the user whom the database is to belong to; "" is SYSDBA.
	Owner string
	// PageSize in bytes; 0 keeps the backup's.
	PageSize int
	// OneAtATime commits after each table: what can be restored of a damaged backup stays.
	OneAtATime bool
	// Inactive leaves all indexes inactive; NoValidity leaves out the constraints.
	Inactive, NoValidity bool
	// MetadataOnly restores no rows of a backup that has them.
	MetadataOnly bool
	// Silence is the watchdog's time; 0 is DefaultRestoreSilence. The time in which nothing is written to the restore
	// does not count.
	Silence time.Duration
	// As is the database as a person is told of it, where it is to go elsewhere; "" is its path.
	As string
	// OnTable is called when gbak begins a table, from another goroutine.
	OnTable func(table string)
}

// DefaultRestoreSilence is how long a restoring gbak may neither take a byte nor say a line: one index of a large
// table takes its time.
const DefaultRestoreSilence = 30 * time.Minute

// Restore is a running gbak that builds a new database from what is written to it.
//
// gbak takes an early end of its input for the end of a tape and asks for the next one. So the input is closed only
// by Finish; everything else that ends a restore kills gbak and removes the database that it had begun.
type Restore struct {
	begin func() (*restoring, error) // starts a gbak
	end   sync.Once

	mu    sync.Mutex // on what follows
	gbak  *restoring
	again bool   // where gbak could not even create the database, another may try
	head  []byte // what was written until then
}

// restoring is one gbak of it.
type restoring struct {
	job   *job
	fdb   string
	as    string
	input *os.File

	over    chan struct{} // closed when gbak has ended and what follows stands
	log     Log
	err     error
	unlucky bool // see createFails
}

// Restore starts to build a new database at fdb, where nothing may lie (fs.exists). It must be ended by Finish or
// Abort.
func (e *Engine) Restore(ctx context.Context, fdb string, o RestoreOptions) (*Restore, error) {
	if _, err := os.Lstat(fdb); err == nil {
		return nil, message.New("fs.exists", "gbak.exists", message.Args{"path": fdb})
	}
	r := &Restore{begin: func() (*restoring, error) { return e.restoring(ctx, fdb, o) }, again: true}
	var err error
	r.gbak, err = r.begin()
	if err != nil {
		return nil, err
	}
	return r, nil
}

// RestoreFrom builds a new database at fdb from a whole backup that is read; what can not be read to its end leaves nothing.
func (e *Engine) RestoreFrom(ctx context.Context, from io.Reader, fdb string, o RestoreOptions) (Log, error) {
	r, err := e.Restore(ctx, fdb, o)
	if err != nil {
		return Log{}, err
	}
	if _, err := io.CopyBuffer(struct{ io.Writer }{r}, struct{ io.Reader }{from}, make([]byte, 256<<10)); err != nil {
		r.Abort()
		return Log{}, err
	}
	return r.Finish()
}

func (e *Engine) restoring(ctx context.Context, fdb string, o RestoreOptions) (*restoring, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("restore %s: %w", fdb, err)
	}
	r := &restoring{job: newJob(ctx), fdb: fdb, as: cmp.Or(o.As, fdb), input: writer, over: make(chan struct{})}
	if o.OnTable != nil {
		r.job.log.onTable = o.OnTable
	}
	r.job.log.rowless = o.MetadataOnly
	r.job.held.Store(true)
	lines := r.job.lines()
	err = r.job.start(child{
		// What gbak might write by mistake falls into a folder that goes away.
		path: e.tools.Gbak, args: restoreArgs(fdb, o), dir: e.root.tmp(), env: e.envOf(o.Owner),
		stdin: reader, stdout: lines, stderr: lines,
	})
	_ = reader.Close() // the child has its own
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	go r.run(silenceOr(o.Silence, DefaultRestoreSilence))
	return r, nil
}

func restoreArgs(fdb string, o RestoreOptions) []string {
	args := []string{"-c", "-v"}
	if o.PageSize > 0 {
		args = append(args, "-p", strconv.Itoa(o.PageSize))
	}
	if o.OneAtATime {
		args = append(args, "-o")
	}
	if o.Inactive {
		args = append(args, "-i")
	}
	if o.NoValidity {
		args = append(args, "-n")
	}
	if o.MetadataOnly {
		args = append(args, "-m")
	}
	return append(args, "stdin", fdb)
}

func (r *restoring) run(silence time.Duration) {
	defer close(r.over)
	stopWatch, watched := make(chan struct{}), make(chan struct{})
	go func() { defer close(watched); r.job.watch(silence, stopWatch) }()
	exit := r.job.wait()
	close(stopWatch)
	<-watched
	e := r.job.ending(exit)
	e.subject = r.as
	r.err = e.verdict()
	r.unlucky = r.err != nil && slices.ContainsFunc(e.failures, createFails)
	r.log, _, _ = r.job.log.result()
	r.job.cancel(nil)
	_ = r.input.Close()
	if r.err == nil {
		return
	}
	if err := removeDatabase(r.fdb); err != nil {
		r.err = errors.Join(r.err, err)
	}
}

func (r *restoring) write(p []byte) (int, error) {
	r.job.held.Store(false)
	n, err := r.input.Write(p)
	r.job.held.Store(true)
	r.job.moved()
	return n, err
}

// finish says that this was all.
func (r *restoring) finish() {
	r.job.held.Store(false)
	_ = r.input.Close()
	<-r.over
}

// created tells whether gbak has created the database, or is over.
func (r *restoring) created() bool {
	select {
	case <-r.job.log.started:
		return true
	default:
		return false
	}
}

// Write gives gbak the next part of the backup, as fast as gbak takes it. When gbak is over it gives gbak's error;
// what comes after the end of a backup that was restored well is taken and dropped, as gbak does with its padding.
func (r *Restore) Write(p []byte) (int, error) {
	gbak := r.current()
	created := gbak.created()
	n, err := gbak.write(p)
	if err == nil {
		r.keep(p, created)
		return n, nil
	}
	<-gbak.over
	if r.tryAgain(gbak) {
		return r.Write(p)
	}
	if gbak.err != nil {
		return n, gbak.err
	}
	return len(p), nil
}

func (r *Restore) current() *restoring {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.gbak
}

// headBytes is far more than a gbak and the pipe to it take before the database is created.
const headBytes = 4 << 20

// keep keeps what was written for a second gbak, until the first one has created the database.
func (r *Restore) keep(p []byte, created bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.again = r.again && !created && len(r.head)+len(p) <= headBytes; !r.again {
		r.head = nil
		return
	}
	r.head = append(r.head, p...)
}

// tryAgain starts a second gbak in the place of one that was unlucky, and gives it all that the first one got.
func (r *Restore) tryAgain(first *restoring) bool {
	second, head := r.replace(first)
	if second == nil {
		return false
	}
	_, _ = second.write(head) // whoever writes next, or finishes, learns that it ended
	return true
}

func (r *Restore) replace(first *restoring) (second *restoring, head []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.again || !first.unlucky {
		return nil, nil
	}
	head, r.head, r.again = r.head, nil, false
	second, err := r.begin()
	if err != nil {
		first.err = errors.Join(first.err, err)
		return nil, nil
	}
	r.gbak = second
	return second, head
}

// Started is closed when gbak has created the database, and at the latest when gbak ends.
func (r *Restore) Started() <-chan struct{} { return r.current().job.log.started }

// Finish says that the whole backup was written and that it is a good one, waits for gbak, and gives its log. With an
// error the database is gone again. No error says only that gbak is content: Inspect looks at what it built.
func (r *Restore) Finish() (Log, error) {
	r.end.Do(func() {
		gbak := r.current()
		gbak.finish()
		if r.tryAgain(gbak) {
			r.current().finish()
		}
	})
	gbak := r.current()
	<-gbak.over
	return gbak.log, gbak.err
}

// Abort kills gbak and removes the database. After Finish it does nothing.
func (r *Restore) Abort() {
	r.end.Do(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.again = false
		r.gbak.job.cancel(errDropped)
	})
	<-r.current().over
}
