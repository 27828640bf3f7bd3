package run

import (
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/lua"
)

type (
	degradedArgs struct {
		Message string     `lua:"message,arg"`
		Err     *lua.Value `lua:"err,arg,optional"`
	}
	progressArgs struct {
		Done  int64 `lua:"done,arg"`
		Total int64 `lua:"total,arg"`
	}
)

// jobObject is what a job is called with: who it runs for, and how it tells that not all is well.
func (r *running) jobObject() lua.Value {
	due := r.began
	if !r.request.Due.IsZero() {
		due = r.request.Due
	}
	store := r.host.Config.Store
	return r.state.Object("job", map[string]any{
		"id": r.outcome.Run, "name": r.outcome.Job, "due": due.In(store.Location).Format(time.RFC3339), "day": r.day(),
		"trigger": r.request.Trigger, "dry": r.request.Dry,
		"store": map[string]any{"id": store.ID, "name": store.Name, "cnpj": store.CNPJ},
	}, r.methods())
}

func (r *running) methods() []lua.Func {
	degraded := lua.Bind("job:degraded", func(_ *lua.Call, a *degradedArgs) (any, error) {
		r.Degrade(&degradedError{text: a.Message, cause: cause(a.Err)})
		return nil, nil
	})
	progress := lua.Bind("job:progress", func(_ *lua.Call, a *progressArgs) (any, error) {
		r.progress(copies.Progress{Step: r.outcome.Job, Done: a.Done, Total: a.Total})
		return nil, nil
	})
	degraded.Effect, progress.Effect = primitive.Flow, primitive.Flow
	return []lua.Func{degraded, progress}
}

func cause(v *lua.Value) error {
	if v == nil || v.IsNil() {
		return nil
	}
	if err := v.Err(); err != nil {
		return err
	}
	return &degradedError{text: v.String()}
}

// degradedError is why a script calls its run degraded, in the script's own words.
type degradedError struct {
	text  string
	cause error
}

func (e *degradedError) Error() string {
	if e.cause == nil {
		return e.text
	}
	return e.text + ": " + e.cause.Error()
}

func (e *degradedError) Unwrap() error { return e.cause }
