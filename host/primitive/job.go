package primitive

import (
	"context"

	"github.com/djscript/djscript/lua"
)

type (
	degradedArgs struct {
		Message string     `lua:"message,arg"`
		Err     *lua.Value `lua:"err,arg,optional"`
	}
	superArgs struct {
		Params *lua.Value `lua:"p,arg,optional"`
	}
	progressArgs struct {
		Done  int64 `lua:"done,arg"`
		Total int64 `lua:"total,arg"`
	}
)

// Job are the methods of the job that a script's functions are called with.
func (h *Host) Job() []lua.Func {
	return []lua.Func{
		bind("Job:degraded", Flow, func(_ context.Context, a *degradedArgs) (any, error) {
			h.Env.Degrade(&DegradedError{text: a.Message, cause: cause(a.Err)})
			return nil, nil
		}),
		bind("Job:progress", Flow, func(_ context.Context, a *progressArgs) (any, error) {
			h.Env.Progress(a.Done, a.Total)
			return nil, nil
		}),
		bind("Job:super", Flow, func(_ context.Context, a *superArgs) (any, error) { return h.Super(a.Params) }),
	}
}

// cause is what a script gives as the reason: an error value, or anything else as print shows it.
func cause(v *lua.Value) error {
	if v == nil || v.IsNil() {
		return nil
	}
	if err := v.Err(); err != nil {
		return err
	}
	return &DegradedError{text: v.String()}
}

// DegradedError is why a script calls its run degraded, in the script's own words.
type DegradedError struct {
	text  string
	cause error
}

// Error is the script's words and the cause.
func (e *DegradedError) Error() string {
	if e.cause == nil {
		return e.text
	}
	return e.text + ": " + e.cause.Error()
}

// Words are the script's own.
func (e *DegradedError) Words() string { return e.text }

// Unwrap is the cause.
func (e *DegradedError) Unwrap() error { return e.cause }
