package firebird

import (
	"context"
	"sync/atomic"
	"time"
)

// job is one gbak under watch: its lines are read, its silence is timed, and it is killed as soon as it is known to
// have failed.
type job struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	process *process
	log     *logReader
	writers []*lineWriter

	moves atomic.Uint64 // one for each line and each block of data
	// held says that it is not gbak's turn: the other side takes no bytes, or gives none.
	held atomic.Bool
}

func newJob(ctx context.Context) *job {
	j := &job{log: newLogReader()}
	j.ctx, j.cancel = context.WithCancelCause(ctx)
	j.log.onVolume = func() { j.cancel(errVolume) }
	return j
}

func (j *job) moved() { j.moves.Add(1) }

// lines is a writer for one of the child's outputs.
func (j *job) lines() *lineWriter {
	w := &lineWriter{take: j.log.take, moved: j.moved, flood: func() { j.cancel(errFlood) }}
	j.writers = append(j.writers, w)
	return w
}

// start starts the child; it is killed when the job's context ends.
func (j *job) start(c child) (err error) {
	j.process, err = start(j.ctx, c)
	if err != nil {
		j.cancel(nil)
	}
	return err
}

// wait waits for the child and for the last of its lines.
func (j *job) wait() error {
	err := j.process.wait()
	for _, w := range j.writers {
		w.end()
	}
	j.log.over()
	return err
}

// watch kills the job when nothing moves for that long, until stop is closed.
func (j *job) watch(silence time.Duration, stop <-chan struct{}) {
	const looks = 8
	ticker := time.NewTicker(max(silence/looks, time.Millisecond))
	defer ticker.Stop()
	for still, seen := 0, j.moves.Load(); ; {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		now := j.moves.Load()
		if now != seen || j.held.Load() {
			still, seen = 0, now
			continue
		}
		if still++; still >= looks {
			j.cancel(errHang)
			return
		}
	}
}

// ending gathers what is known of a job that is over.
func (j *job) ending(exit error) ending {
	log, failures, finished := j.log.result()
	return ending{killed: context.Cause(j.ctx), exit: exit, failures: failures, lines: log.Lines, finished: finished}
}

func silenceOr(silence, otherwise time.Duration) time.Duration {
	if silence > 0 {
		return silence
	}
	return otherwise
}
