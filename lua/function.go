package lua

import (
	"context"

	glua "github.com/yuin/gopher-lua"
)

// Function is a function of a script, which Go may call as long as its state lives, on the same goroutine.
type Function struct {
	state *State
	fn    *glua.LFunction
}

// Call calls the function with arguments as Encode takes them and gives its results as ToGo does. The error is a
// *RunError.
func (f *Function) Call(args ...any) ([]any, error) {
	values, err := f.CallValues(args...)
	if err != nil {
		return nil, err
	}
	results := make([]any, len(values))
	f.state.nodes = 0
	for i, value := range values {
		plain, mistake := f.state.toGo("", value.lua)
		if mistake != nil {
			return nil, f.state.fromFault(mistake, "", "")
		}
		results[i] = plain
	}
	return results, nil
}

// CallValues is Call that leaves the results in Lua.
func (f *Function) CallValues(args ...any) ([]Value, error) {
	s := f.state
	encoded := make([]glua.LValue, len(args))
	for i, arg := range args {
		value, err := s.encode(arg)
		if err != nil {
			return nil, err
		}
		encoded[i] = value
	}
	results, failed := s.call(f.fn, encoded...)
	if failed != nil {
		return nil, s.runError(failed)
	}
	values := make([]Value, len(results))
	for i, result := range results {
		values[i] = Value{s, result}
	}
	return values, nil
}

// CallContext is Call under a context of its own, with the steps that the run has left.
func (f *Function) CallContext(ctx context.Context, args ...any) (results []any, err error) {
	f.state.within(ctx, func() { results, err = f.Call(args...) })
	return results, err
}

// CallAlone is CallValues with a budget of its own: what it spends is not the run's, and what the run has left is not its.
func (f *Function) CallAlone(steps int64, args ...any) ([]Value, error) {
	defer f.state.counter.alone(steps)()
	return f.CallValues(args...)
}

// CallOnce is CallAlone of values, for the first result. It makes nothing on the way: it is for what is called for each of a
// million records.
func (f *Function) CallOnce(steps int64, args ...Value) (Value, error) {
	s, l := f.state, f.state.l
	defer s.counter.alone(steps)()
	l.Push(s.enter)
	l.Push(f.fn)
	for _, arg := range args {
		l.Push(arg.raw())
	}
	err := l.PCall(len(args)+1, 1, nil)
	keepUpvalues(l)
	if err != nil {
		return Value{}, s.runError(s.failure(err))
	}
	given := l.Get(-1)
	l.Pop(1)
	return Value{s, given}, nil
}

// State is the one that the function lives in.
func (f *Function) State() *State { return f.state }

// Name is "file:line" of its definition; "djscript" for one of the program.
func (f *Function) Name() string {
	if f.fn.Proto == nil {
		return "djscript"
	}
	return place(f.fn.Proto.SourceName, f.fn.Proto.LineDefined)
}

// Takes is how many arguments the function names; 0 for one of the program.
func (f *Function) Takes() int {
	if f.fn.Proto == nil {
		return 0
	}
	return int(f.fn.Proto.NumParameters)
}
