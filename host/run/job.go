package run

import (
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// jobFields are what a script may read of its job.
var jobFields = []string{"day", "dry", "due", "id", "language", "name", "store", "trigger"}

// jobObject is what a job is called with: who it runs for, and how it tells that not all is well.
func (r *running) jobObject(methods []lua.Func) lua.Value {
	due := r.began
	if !r.request.Due.IsZero() {
		due = r.request.Due
	}
	store := r.host.Config.Store
	return r.state.Object("job", map[string]any{
		"id": r.outcome.Run, "name": r.outcome.Job, "due": due.In(store.Location).Format(time.RFC3339), "day": r.day(),
		"trigger": r.request.Trigger, "dry": r.request.Dry, "language": message.Language(),
		"store": map[string]any{"id": store.ID, "name": store.Name, "cnpj": store.CNPJ},
	}, methods)
}

// Progress shows how far a job says that it is.
func (r *running) Progress(done, total int64) {
	r.progress(copies.Progress{Step: r.outcome.Job, Done: done, Total: total})
}
