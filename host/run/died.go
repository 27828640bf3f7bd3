package run

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/djscript/djscript/host/journal"
)

// Death is what is known of a run whose process ended without a word.
type Death struct {
	Run    string // its id; "" where it died before it had one
	Err    error  // why
	Memory int64  // bytes that it had at its peak; 0: not known
	Words  string // what the process wrote before; kept in the journal for support, shown to nobody
}

// Died gives a run that died its end, in the journal too: it could not do so itself.
func (h *Host) Died(request Request, d Death) *Outcome {
	r := &running{
		host: h, request: request, began: h.Now(), target: &target{script: request.Target},
		outcome: &Outcome{Run: d.Run, Script: request.Target, Dry: request.Dry},
	}
	r.mask = h.mask()
	failed := r.reopen()
	if d.Words != "" {
		r.write(journal.Event{At: h.Now(), Kind: "died", Text: r.mask(d.Words)})
	}
	r.peak = d.Memory
	r.mourn()
	r.finish(errors.Join(d.Err, failed))
	return r.outcome
}

// openTime is how long it may take to end what a run that died had begun, and to open the databases that it had closed.
const openTime = finishing + time.Minute

// mourn ends what the run was restoring, and opens what it had closed: a shop that can not sell does not wait for the next run.
func (r *running) mourn() {
	ctx, cancel := context.WithTimeout(context.Background(), openTime)
	defer cancel()
	r.finishes(ctx)
	r.reopens(ctx)
}

// reopen goes on with the journal that the run began, or begins one where it had none yet.
func (r *running) reopen() error {
	kept, err := r.host.Journal().Read(r.outcome.Run)
	if err != nil {
		r.outcome.Run = ulid.MustNew(ulid.Timestamp(r.began), r.host.Entropy).String()
		return r.open(nil)
	}
	r.began = kept.At
	r.outcome.Script, r.outcome.Job = kept.Script, kept.Job
	again, err := r.host.Journal().Reopen(kept.Run)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil // it had written its end before it died
	case err != nil:
		return err
	}
	r.journal = again
	return nil
}
