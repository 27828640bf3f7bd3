package lua

import (
	"reflect"
	"strings"
	"sync"

	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

// A coroutine is a thread of gopher-lua with what that lacks: it counts steps with the run it belongs to, what ends a run
// passes through it, and a yield that gopher-lua could not come back from is an error instead of a nil pointer.
type coroutine struct {
	thread *glua.LState
	body   *glua.LFunction
	status string
	given  []glua.LValue // what it yielded or returned last
	began  bool
}

const (
	suspended = "suspended"
	running   = "running"
	normal    = "normal" // it resumed another
	dead      = "dead"
)

const (
	// maxCoroutines is how many may be alive, that is not ended, at once.
	maxCoroutines = 64
	// coroutineFrames is how many calls within calls one may have; the script itself has four times as many.
	coroutineFrames = 250
	// coroutineSteps is what making one costs of the run's budget: it takes the time of so many.
	coroutineSteps = 200
)

// coroutineSource is what runs at the bottom of each coroutine. Its name begins as no file's does.
const coroutineSource = "(coroutine)"

// trampoline calls the body. A Go function at the bottom of a thread would never return to whoever resumed it.
var trampoline = sync.OnceValue(func() *glua.FunctionProto {
	source := "return function(enter, done, body, ...) enter() return done(body(...)) end"
	tree, err := parse.Parse(strings.NewReader(source), coroutineSource)
	if err != nil {
		panic(err)
	}
	proto, err := glua.Compile(tree, coroutineSource)
	if err != nil {
		panic(err)
	}
	inner := proto.FunctionPrototypes[0]
	for i := range inner.DbgCalls {
		inner.DbgCalls[i].Name = coroutineSource // a body is not called "body" in a trace
	}
	return inner
})

// openCoroutines makes coroutine.
func (s *State) openCoroutines() {
	s.coroutines = map[*glua.LState]*coroutine{}
	s.library("coroutine", map[string]glua.LGFunction{
		"create": s.coroutineCreate, "resume": s.coroutineResume, "running": s.coroutineRunning,
		"status": s.coroutineStatus, "wrap": s.coroutineWrap, "yield": s.coroutineYield,
	})
}

func (s *State) coroutineCreate(l *glua.LState) int {
	l.Push(s.newCoroutine(l, "create").thread)
	return 1
}

func (s *State) newCoroutine(l *glua.LState, op string) *coroutine {
	body := s.function(l, op, 1)
	if len(s.coroutines) == maxCoroutines {
		s.raise(l, &fault{
			code: "script.failed", key: "lua.coroutines", args: map[string]any{"most": maxCoroutines},
		})
	}
	s.spend(l, coroutineSteps)
	co := &coroutine{thread: s.newThread(), body: body, status: suspended}
	s.coroutines[co.thread] = co
	return co
}

// newThread makes a thread that begins small: most are generators of a few lines.
func (s *State) newThread() *glua.LState {
	options := s.l.Options
	s.l.Options.CallStackSize = coroutineFrames
	s.l.Options.RegistrySize, s.l.Options.RegistryGrowStep, s.l.Options.RegistryMaxSize = 256, 1<<12, 1<<18
	counter := s.l.RemoveContext() // a thread would make a context of its own from it
	thread, _ := s.l.NewThread()
	s.l.SetContext(counter)
	s.l.Options = options
	return thread
}

func (s *State) coroutineArg(l *glua.LState, op string) *glua.LState {
	thread, ok := l.Get(1).(*glua.LState)
	if !ok {
		s.badArgument(l, op, 1, "lua.a_coroutine")
	}
	return thread
}

// statusOf: one that is known no more has ended.
func (s *State) statusOf(thread *glua.LState) string {
	if co := s.coroutines[thread]; co != nil {
		return co.status
	}
	return dead
}

func (s *State) coroutineStatus(l *glua.LState) int {
	l.Push(glua.LString(s.statusOf(s.coroutineArg(l, "status"))))
	return 1
}

// coroutine.running() is nil outside of all coroutines, as in Lua 5.1.
func (s *State) coroutineRunning(l *glua.LState) int {
	if s.coroutines[l] == nil {
		l.Push(glua.LNil)
	} else {
		l.Push(l)
	}
	return 1
}

// coroutine.resume(co, ...) gives true and what was yielded, or false and the error.
func (s *State) coroutineResume(l *glua.LState) int {
	thread := s.coroutineArg(l, "resume")
	s.catches++
	results, failed := s.resume(l, thread, rest(l, 2))
	s.catches--
	if failed != nil {
		s.caught(l, failed)
		l.Push(glua.LFalse)
		l.Push(s.caughtValue(failed))
		return 2
	}
	l.Push(glua.LTrue)
	return 1 + pushAll(l, results)
}

// coroutine.wrap(fn) is a function that resumes, and raises the errors of the coroutine as its own.
func (s *State) coroutineWrap(l *glua.LState) int {
	thread := s.newCoroutine(l, "wrap").thread
	l.Push(l.NewFunction(func(l *glua.LState) int {
		results, failed := s.resume(l, thread, rest(l, 1))
		if failed != nil {
			s.raise(l, failed)
		}
		return pushAll(l, results)
	}))
	return 1
}

// rest are the arguments from a position on.
func rest(l *glua.LState, from int) []glua.LValue {
	values := make([]glua.LValue, 0, max(0, l.GetTop()-from+1))
	for i := from; i <= l.GetTop(); i++ {
		values = append(values, l.Get(i))
	}
	return values
}

// resume goes on with a coroutine until it yields, returns or fails.
func (s *State) resume(l, thread *glua.LState, args []glua.LValue) ([]glua.LValue, *Error) {
	co := s.coroutines[thread]
	if status := s.statusOf(thread); status != suspended {
		return nil, s.fromFault(&fault{
			code: "script.failed", key: "lua.resume", args: map[string]any{"status": status},
		}, "", s.where(l))
	}
	if above := s.coroutines[l]; above != nil {
		above.status = normal
		defer func() { above.status = running }()
	}
	co.status, co.given = running, nil
	thread.SetContext(s.counter)
	s.l = thread
	state, err, _ := l.Resume(thread, s.l.NewFunctionFromProto(trampoline()), s.arguments(co, args)...)
	s.l = l
	co.status = suspended
	if state != glua.ResumeYield {
		delete(s.coroutines, thread)
	}
	if err != nil {
		return nil, s.failure(err)
	}
	return co.given, nil
}

// arguments are what the coroutine is resumed with: at first the body's own, later the results of yield, as many as the
// script takes there.
func (s *State) arguments(co *coroutine, args []glua.LValue) []glua.LValue {
	if !co.began {
		co.began = true
		enter := s.l.NewFunction(func(l *glua.LState) int {
			l.Panic = s.raised
			return 0
		})
		done := s.l.NewFunction(func(l *glua.LState) int {
			co.given = rest(l, 1)
			return 0
		})
		return append([]glua.LValue{enter, done, co.body}, args...)
	}
	debug, _ := co.thread.GetStack(0)
	wanted := frameOf(debug).wanted()
	for len(args) < wanted {
		args = append(args, glua.LNil)
	}
	if wanted >= 0 {
		args = args[:wanted]
	}
	return args
}

func (s *State) coroutineYield(l *glua.LState) int {
	co := s.coroutines[l]
	if co == nil {
		s.raise(l, &fault{code: "script.failed", key: "lua.yield_outside"})
	}
	debug, _ := l.GetStack(0)
	for at := frameOf(debug).parent(); !at.none(); at = at.parent() {
		if !at.calls() {
			s.raise(l, &fault{code: "script.failed", key: "lua.yield_across"})
		}
	}
	co.given = rest(l, 1)
	l.SetTop(0)
	return -1
}

// frame is a call frame of gopher-lua, read by reflection: it does not export them.
type frame struct{ value reflect.Value }

var (
	debugFrame    = fieldIndex(reflect.TypeFor[glua.Debug](), "frame")
	frameType     = reflect.TypeFor[glua.Debug]().Field(debugFrame).Type.Elem()
	frameFunction = fieldIndex(frameType, "Fn")
	frameParent   = fieldIndex(frameType, "Parent")
	framePc       = fieldIndex(frameType, "Pc")
	functionProto = fieldIndex(reflect.TypeFor[glua.LFunction](), "Proto")
	protoCode     = fieldIndex(reflect.TypeFor[glua.FunctionProto](), "Code")
)

func fieldIndex(typ reflect.Type, name string) int {
	field, ok := typ.FieldByName(name)
	if !ok {
		panic("lua: gopher-lua's " + typ.Name() + " has no " + name)
	}
	return field.Index[0]
}

func frameOf(debug *glua.Debug) frame {
	return frame{reflect.ValueOf(debug).Elem().Field(debugFrame)}
}

func (f frame) none() bool    { return f.value.IsNil() }
func (f frame) parent() frame { return frame{f.value.Elem().Field(frameParent)} }

func (f frame) pc() int { return int(f.value.Elem().Field(framePc).Int()) - 1 }

// instruction is the one that the frame's function is at; false for a Go function.
func (f frame) instruction() (uint32, bool) {
	proto := f.value.Elem().Field(frameFunction).Elem().Field(functionProto)
	if proto.IsNil() {
		return 0, false
	}
	return uint32(proto.Elem().Field(protoCode).Index(f.pc()).Uint()), true //nolint:gosec // an instruction has 32 bits
}

// calls reports whether the function is at a plain call: only from there the interpreter finds back after a yield. From a
// Go function, a metamethod or an iterator of "for" it does not.
func (f frame) calls() bool {
	instruction, ok := f.instruction()
	op := int(instruction >> 26)
	return ok && (op == glua.OP_CALL || op == glua.OP_TAILCALL)
}

// wanted is how many results the call takes that the function is at; -1 for all there are.
func (f frame) wanted() int {
	instruction, _ := f.instruction()
	return int(instruction>>9&0x1ff) - 1
}
