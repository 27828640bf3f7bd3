package lua

import (
	"context"
	"sync"
	"time"

	glua "github.com/yuin/gopher-lua"
)

// DefaultSteps is the step budget of a state that was given none: some twenty seconds of pure Lua.
const DefaultSteps = 200_000_000

// MaxText is how many bytes one text may have.
const MaxText = 64 << 20

// Options are what a host lends to a state. The zero value is a bare sandbox.
type Options struct {
	Steps   int64               // interpreter steps before run.limit; 0 is DefaultSteps
	Print   func(line string)   // what print writes; nil drops it
	Say     Say                 // the reader's language; nil is English
	Mask    func(string) string // takes secrets out of the locals of a failure
	Seed    uint64              // of math.random: the same seed, the same numbers
	Now     func() time.Time    // the clock of os, in the time zone of the store; nil stands at the epoch
	Modules map[string][]Func   // global name -> functions; "copy.create" in "dj" is dj.copy.create; "" holds globals
	Values  map[string]any      // "dj.version" -> a value beside the functions
	// Rehearse runs scripts so that what is Unknown can not be branched on unseen.
	Rehearse bool
	// Interactive lets the lines of a prompt set globals for the lines after them.
	Interactive bool
	// Wrap stands around every call of a bound function: it may refuse, answer by itself, or call next once.
	// c.Func is the function, c.Args its decoded arguments.
	Wrap func(c *Call, next func() (any, error)) (any, error)
	// Cover counts the lines that run; nil costs nothing.
	Cover *Coverage
	// Reversed sets the keys of what Go makes a table of in the opposite order, so that pairs walks the other way.
	Reversed bool
	// Late makes what hangs in a struct that Go hands over when a script first looks at it.
	Late bool
}

// State is one run of scripts. It is used once, from one goroutine, and forgotten; nothing needs closing.
type State struct {
	options Options
	l       *glua.LState // the one that runs: the main one, or that of a coroutine
	counter *counter
	names   *glua.LTable // what scripts may name
	errors  *glua.LTable // metatable of error values
	text    *glua.LTable // functions of texts
	enter   *glua.LFunction
	unknown *glua.LUserData // the one value of Unknown

	decimals *glua.LTable // metatable of Decimals

	// A Go list without elements is a table like an empty map; this metatable tells it from one on its way back.
	emptyList *glua.LTable

	late     map[*glua.LTable][]lateField
	lateMeta *glua.LTable // metatable of the tables in late; nil where nothing is late
	rowMeta  *glua.LTable // metatable of rows

	coroutines map[*glua.LState]*coroutine // those that have not ended

	catches int             // pcalls that are open
	nodes   int             // values that toGo has walked over for one call
	own     map[string]bool // globals that the lines of a prompt set
	last    *Error          // what the script raised last
	random  uint64

	clockBegan time.Time         // when os.clock was first asked
	chunks     map[string]*Chunk // what was run, by name: for the line of an error
}

// gopher-lua keeps this in a variable of the whole process. A date as a key, t[20260131], would otherwise take 2 GB.
var limitArrays = sync.OnceFunc(func() { glua.MaxArrayIndex = maxArray })

const maxArray = 1 << 16

// New is a fresh state for one run under ctx. It panics when two functions have one name: that is a fault in the host.
func New(ctx context.Context, o Options) *State {
	limitArrays()
	if o.Steps == 0 {
		o.Steps = DefaultSteps
	}
	s := &State{options: o, random: o.Seed, chunks: map[string]*Chunk{}, own: map[string]bool{}}
	s.l = glua.NewState(glua.Options{
		CallStackSize: 1000, SkipOpenLibs: true, IncludeGoStackTrace: true, // the growing stack panics when it is full
		RegistrySize: 4096, RegistryMaxSize: 1 << 20, RegistryGrowStep: 1 << 15,
	})
	s.counter = s.newCounter(ctx)
	s.l.SetContext(s.counter)
	s.enter = s.l.NewFunction(s.entered)
	s.names = s.l.CreateTable(0, 64)
	s.emptyList = s.l.CreateTable(0, 1)
	s.emptyList.RawSetString("__metatable", glua.LFalse)
	s.openLate()
	s.openRows()
	s.openErrors()
	s.openDecimals()
	s.openBase()
	s.openText()
	s.openLists()
	s.openMath()
	s.openCoroutines()
	s.openClock()
	s.openUnknown()
	s.openModules()
	s.freezeGlobals()
	return s
}

// Context is the context of the run: what a Go function that waits must listen to.
func (s *State) Context() context.Context { return s.counter.parent }

// Steps are how many steps the run has taken of its budget.
func (s *State) Steps() int64 { return s.options.Steps - max(s.counter.left, 0) }

// WithContext calls fn while the state runs under ctx, with a step budget of its own. A run that is over can so be
// cleaned up after.
func (s *State) WithContext(ctx context.Context, fn func()) {
	before := s.counter
	s.counter = s.newCounter(ctx)
	s.l.SetContext(s.counter)
	defer func() {
		s.counter.forget()
		s.counter = before
		s.l.SetContext(before)
	}()
	fn()
}

// within calls fn while the state runs under ctx, with the steps that are left.
func (s *State) within(ctx context.Context, fn func()) {
	counter, before := s.counter, *s.counter
	counter.follow(ctx)
	defer func() {
		counter.forget()
		counter.parent, counter.over, counter.forget, counter.sample = before.parent, before.over, before.forget, 1
		if counter.left >= 0 {
			counter.end = nil // ctx was over; whether the run is, the next step tells
		}
	}()
	fn()
}

// Run executes a script and returns what it returns: its first value. The error is a *RunError.
func (s *State) Run(c *Chunk) (Value, error) {
	results, err := s.Eval(c)
	if err != nil || len(results) == 0 {
		return Value{s, glua.LNil}, err
	}
	return results[0], nil
}

// call calls a function and gives all its results. Every call into Lua passes here.
func (s *State) call(fn glua.LValue, args ...glua.LValue) ([]glua.LValue, *Error) {
	l, top := s.l, s.l.GetTop()
	l.Push(s.enter)
	l.Push(fn)
	for _, arg := range args {
		l.Push(arg)
	}
	err := l.PCall(len(args)+1, glua.MultRet, nil)
	keepUpvalues(l) // of the protected call around this one
	if err != nil {
		return nil, s.failure(err)
	}
	results := make([]glua.LValue, 0, l.GetTop()-top)
	for i := top + 1; i <= l.GetTop(); i++ {
		results = append(results, l.Get(i))
	}
	l.SetTop(top)
	return results, nil
}

// entered runs inside every protected call. PCall has just set its own panic handler; ours looks at the stack while it
// is still there. (Its errfunc does too, but leaves upvalues open, so that closures read other variables afterwards.)
func (s *State) entered(l *glua.LState) int {
	l.Panic = s.raised
	keepUpvalues(l)
	l.Call(l.GetTop()-1, glua.MultRet)
	return l.GetTop()
}

// freezeGlobals makes the table of globals an empty front of the names: reading passes through, writing never does.
func (s *State) freezeGlobals() {
	meta := s.l.NewTable()
	meta.RawSetString("__index", s.names)
	meta.RawSetString("__newindex", s.l.NewFunction(func(l *glua.LState) int {
		name := s.nameArg(l)
		if s.keep(name, l.Get(3)) {
			return 0
		}
		key := "lua.undeclared"
		if s.names.RawGetString(name) != glua.LNil {
			key = "lua.frozen"
		}
		s.raise(l, &fault{code: "script.undeclared", key: key, args: map[string]any{"name": name}})
		return 0
	}))
	s.l.G.Global.Metatable = meta
	missing := s.l.NewTable()
	missing.RawSetString("__index", s.l.NewFunction(func(l *glua.LState) int {
		name := s.nameArg(l)
		if s.own[name] {
			l.Push(glua.LNil)
			return 1
		}
		s.raise(l, s.undefined(l, name))
		return 0
	}))
	s.names.Metatable = missing
}

func (s *State) undefined(l *glua.LState, name string) *fault {
	return undefinedName(name, append(namesInSight(l), keys(s.names)...))
}
