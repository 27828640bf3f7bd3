package firebird

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/djscript/djscript/host/message"
)

// RestoreOptions are gbak's; the zero value restores as the backup says.
type RestoreOptions struct {
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
	job   *job
	fdb   string
	input *os.File

	over chan struct{} // closed when gbak has ended and err stands
	log  Log
	err  error
	end  sync.Once
}

// Restore starts to build a new database at fdb, where nothing may lie (fs.exists). It must be ended by Finish or
// Abort.
func (e *Engine) Restore(ctx context.Context, fdb string, o RestoreOptions) (*Restore, error) {
	if _, err := os.Lstat(fdb); err == nil {
		return nil, message.New("fs.exists", "gbak.exists", message.Args{"path": fdb})
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("restore %s: %w", fdb, err)
	}
	r := &Restore{job: newJob(ctx), fdb: fdb, input: writer, over: make(chan struct{})}
	if o.OnTable != nil {
		r.job.log.onTable = o.OnTable
	}
	r.job.log.rowless = o.MetadataOnly
	r.job.held.Store(true)
	lines := r.job.lines()
	err = r.job.start(child{
		// What gbak might write by mistake falls into a folder that goes away.
		path: e.tools.Gbak, args: restoreArgs(fdb, o), dir: e.root.tmp(), env: e.env(),
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

func (r *Restore) run(silence time.Duration) {
	defer close(r.over)
	stopWatch, watched := make(chan struct{}), make(chan struct{})
	go func() { defer close(watched); r.job.watch(silence, stopWatch) }()
	exit := r.job.wait()
	close(stopWatch)
	<-watched
	e := r.job.ending(exit)
	e.subject = r.fdb
	r.err = e.verdict()
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

// Write gives gbak the next part of the backup, as fast as gbak takes it. When gbak is over it gives gbak's error;
// what comes after the end of a backup that was restored well is taken and dropped, as gbak does with its padding.
func (r *Restore) Write(p []byte) (int, error) {
	r.job.held.Store(false)
	n, err := r.input.Write(p)
	r.job.held.Store(true)
	r.job.moved()
	if err == nil {
		return n, nil
	}
	<-r.over
	if r.err != nil {
		return n, r.err
	}
	return len(p), nil
}

// Started is closed when gbak has created the database, and at the latest when gbak ends.
func (r *Restore) Started() <-chan struct{} { return r.job.log.started }

// Finish says that the whole backup was written and that it is a good one, waits for gbak, and gives its log. With an
// error the database is gone again. No error says only that gbak is content: Inspect looks at what it built.
func (r *Restore) Finish() (Log, error) {
	r.end.Do(func() {
		r.job.held.Store(false)
		_ = r.input.Close()
	})
	<-r.over
	return r.log, r.err
}

// Abort kills gbak and removes the database. After Finish it does nothing.
func (r *Restore) Abort() {
	r.end.Do(func() { r.job.cancel(errDropped) })
	<-r.over
}
