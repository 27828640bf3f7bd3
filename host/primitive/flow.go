package primitive

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// Script is what a script says of itself.
type Script struct {
	Name    string                   `lua:"name,required"`
	Version string                   `lua:"version"`
	Params  map[string]Param         `lua:"params"`
	Jobs    map[string]*lua.Function `lua:"jobs"`
	Health  *lua.Function            `lua:"health"`
	Extends string                   `lua:"extends"`

	Policies map[string]lua.Value `lua:"policies"`
}

// LuaForms is what a policy is where it is a table.
func (Script) LuaForms() map[string]any { return map[string]any{"policies": policyArgs{}} }

// Param is one parameter of a script.
type Param struct {
	Type     string   `lua:"type,required" enum:"text,integer,decimal,boolean,duration,date,enum,path,destination,database,policy"`
	List     bool     `lua:"list"`
	Default  any      `lua:"default"`
	Values   []string `lua:"values"`
	Required bool     `lua:"required"`
	Help     Help     `lua:"help"`
}

type (
	scriptArgs struct {
		Spec Script `lua:"spec,arg"`
	}
	retryArgs struct {
		Times  int64         `lua:"times,required"`
		Wait   time.Duration `lua:"wait,required"`
		Factor float64       `lua:"factor"`
		On     []string      `lua:"on"`
		Fn     *lua.Function `lua:"fn,arg"`
	}
	stepArgs struct {
		Title string        `lua:"title,arg"`
		Fn    *lua.Function `lua:"fn,arg"`
	}
	lockArgs struct {
		Name string        `lua:"name,arg"`
		Wait time.Duration `lua:"wait"`
		Fn   *lua.Function `lua:"fn,arg"`
	}
	deferArgs struct {
		Fn *lua.Function `lua:"fn,arg"`
	}
	skipArgs struct {
		Reason string `lua:"reason,arg"`
	}
	failArgs struct {
		Code    string `lua:"code,arg"`
		Message string `lua:"message,arg"`
		Hint    string `lua:"hint"`
	}
)

func (h *Host) flow() []lua.Func {
	return []lua.Func{
		bind("script", Flow, h.declare),
		bind("retry", Flow, h.retry),
		bind("step", Flow, h.step),
		bind("lock", Flow, h.lock),
		bind("defer", Flow, func(_ context.Context, a *deferArgs) (any, error) { return nil, h.Env.Defer(a.Fn) }),
		bind("skip", Flow, func(_ context.Context, a *skipArgs) (any, error) { return nil, &SkipError{Reason: a.Reason} }),
		bind("fail", Flow, func(_ context.Context, a *failArgs) (any, error) {
			return nil, &FailError{code: a.Code, text: a.Message, hint: a.Hint}
		}),
	}
}

func (h *Host) retry(ctx context.Context, a *retryArgs) (any, error) {
	factor := max(a.Factor, 1)
	wait := a.Wait
	for n := int64(1); ; n++ {
		result, err := a.Fn.CallValues()
		if err == nil || n >= a.Times || !again(err, a.On) {
			return first(result), err
		}
		h.Env.Log("warning", message.Text("primitive.retry", message.Args{"n": n, "times": a.Times, "why": err.Error()}), nil)
		if err := h.Env.Sleep(ctx, wait); err != nil {
			return nil, err
		}
		wait = time.Duration(float64(wait) * factor)
	}
}

// again tells whether an error is worth another try: one of these codes, or by default one that says so of itself.
func again(err error, on []string) bool {
	var failed *lua.Error
	if !errors.As(err, &failed) {
		return false
	}
	if len(on) == 0 {
		return failed.Retryable
	}
	return slices.ContainsFunc(on, failed.IsCode)
}

func (h *Host) step(_ context.Context, a *stepArgs) (any, error) {
	ended := h.Env.Step(a.Title)
	result, err := a.Fn.CallValues()
	ended(err)
	return first(result), err
}

// A lock is a file: its name is one on every system.
var lockName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,60}$`)

func (h *Host) lock(ctx context.Context, a *lockArgs) (any, error) {
	if !lockName.MatchString(a.Name) {
		return nil, message.New("arg.value", "primitive.lock_name", message.Args{"name": a.Name})
	}
	release, err := h.Env.Lock(ctx, "script-"+a.Name, a.Wait)
	if err != nil {
		return nil, err
	}
	result, err := a.Fn.CallValues()
	if released := release(); err == nil {
		err = released
	}
	return first(result), err
}

func first(values []lua.Value) any {
	if len(values) == 0 {
		return nil
	}
	return values[0]
}

// SkipError ends a run as skipped, with a reason for the journal.
type SkipError struct{ Reason string }

// Error is the reason.
func (e *SkipError) Error() string { return e.Reason }

// Code is run.skipped.
func (e *SkipError) Code() string { return "run.skipped" }

// FailError is a failure that a script declared.
type FailError struct{ code, text, hint string }

// Error is the script's own sentence.
func (e *FailError) Error() string { return e.text }

// Code is the script's own code.
func (e *FailError) Code() string { return e.code }

// Hint is the script's own cure.
func (e *FailError) Hint() string { return e.hint }
