package lua

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	glua "github.com/yuin/gopher-lua"
)

// Func is a Go function lent to scripts. Bind makes one.
type Func struct {
	Name   string // "copy.create": where it hangs in its module, and what errors call it
	Doc    string
	Effect string // what the host's wrapper needs to know: "read", "write", ...
	Power  string // what a script must be allowed to do to call it: "copy.write"; "" where it needs nothing
	Object string // the argument that names what it is done to: "to" of copy.create; "" where there is none

	shape  *shape
	result reflect.Type
	call   func(c *Call) (any, error)
}

// Call is one call of a bound function.
type Call struct {
	Context context.Context // of the run; a wrapper may replace it before it goes on
	State   *State
	Func    Func
	Op      string // the function's name
	Args    any    // the decoded arguments, *T of Bind; nil where Unknown
	Unknown bool   // in a rehearsal: something in the arguments is not known, and so the result is not

	l     *glua.LState
	given []glua.LValue
}

// Where is the script's line that called, "store.lua:17".
func (c *Call) Where() string { return c.State.where(c.l) }

// Given are the arguments as the script gave them, made Go values as by Value.Go: for a journal.
func (c *Call) Given() []any {
	given := make([]any, len(c.given))
	c.State.nodes = 0
	for i, value := range c.given {
		given[i], _ = c.State.toGo("", value)
	}
	return given
}

// Spend takes steps of the budget for what the function does for the script. The error is the end of the run.
func (c *Call) Spend(steps int64) error {
	if end := c.State.pay(steps); end != nil {
		return end
	}
	return nil
}

// Results are several results of one bound function.
type Results []any

// Bind makes a Func of a Go function that takes its arguments as a struct. Its fields are, by their tags:
//
//	Path   string        `lua:"path,arg"`             a subject, given by position, in the order of the fields; at most two
//	To     []string      `lua:"to,required,single"`   an option; single: one text alone is a list of one
//	Verify string        `lua:"verify" enum:"restore,later,false"`
//	Wait   time.Duration `lua:"wait"`                 "10m"
//	Fn     *Function     `lua:"fn,arg"`               comes last, after the options
//
// Subjects and functions are required unless they are pointers to something else or say ",optional"; options are optional
// unless they say ",required". Bind panics where the struct can not be an argument list: that is a fault in the host.
func Bind[T any, R any](name string, fn func(c *Call, args *T) (R, error)) Func {
	shape := shapeOf(name, reflect.TypeFor[T]())
	return Func{Name: name, shape: shape, result: reflect.TypeFor[R](), call: func(c *Call) (any, error) { return fn(c, c.Args.(*T)) }}
}

// Usage is how the function is called: copy.open(path, { ... }).
func (f Func) Usage() string {
	parts := []string{}
	for _, field := range f.shape.subjects {
		parts = append(parts, field.name)
	}
	if f.shape.options != nil {
		parts = append(parts, "{ ... }")
	}
	if f.shape.function != nil {
		parts = append(parts, f.shape.function.name)
	}
	return f.Name + "(" + strings.Join(parts, ", ") + ")"
}

// written is the usage as a script writes it: a method has its object before it already.
func (f Func) written() string {
	if strings.Contains(f.Name, ":") {
		return f.Usage()
	}
	return "dj." + f.Usage()
}

// Param is one argument or option of a bound function.
type Param struct {
	Name     string
	Type     string // as a stub writes it: "string[]", "\"restore\"|false"
	Required bool
	Option   bool // in the options table, not by position
	Doc      string
}

// Params are the subjects, the options, and the function at the end.
func (f Func) Params() []Param {
	params := []Param{}
	add := func(field *field, option bool) {
		params = append(params, Param{field.name, field.kind().stub, field.required, option, field.doc})
	}
	for _, field := range f.shape.subjects {
		add(field, false)
	}
	if f.shape.options != nil {
		for _, field := range f.shape.options.fields {
			add(field, true)
		}
	}
	if f.shape.function != nil {
		add(f.shape.function, false)
	}
	return params
}

// shape is the argument list that a struct describes.
type shape struct {
	typ      reflect.Type
	subjects []*field
	options  *record // nil where there are none
	function *field  // the last argument, where it is a function
}

const maxSubjects = 2

// shapes are those that were read already: a primitive is bound anew for every run.
var shapes sync.Map // reflect.Type -> *shape

func shapeOf(name string, typ reflect.Type) *shape {
	if known, ok := shapes.Load(typ); ok {
		return known.(*shape)
	}
	made := newShape(name, typ)
	shapes.Store(typ, made)
	return made
}

func newShape(name string, typ reflect.Type) *shape {
	if typ.Kind() != reflect.Struct {
		panic("lua: the arguments of " + name + " are no struct")
	}
	whole := newRecord(typ)
	whole.complete(map[*record]bool{})
	s := &shape{typ: typ}
	options := &record{byName: map[string]*field{}}
	for _, field := range whole.fields {
		switch {
		case field.arg && field.kind().stub == "function":
			s.function = field
		case field.arg:
			s.subjects = append(s.subjects, field)
		default:
			options.add(field)
		}
	}
	if len(options.fields) > 0 {
		s.options = options
	}
	if len(s.subjects) > maxSubjects {
		panic("lua: " + name + " has more than two subjects")
	}
	return s
}

// bound is a Func as a Lua function. A method is given its receiver, and may be called with a colon or a dot.
func (s *State) bound(f Func, receiver *glua.LUserData) *glua.LFunction {
	if f.shape == nil {
		panic("lua: " + f.Name + " was not made by Bind")
	}
	return s.l.NewFunction(func(l *glua.LState) int {
		given := arguments(l, receiver)
		c := &Call{Context: s.counter.parent, State: s, Func: f, Op: f.Name, l: l, given: given}
		args := reflect.New(f.shape.typ)
		s.nodes = 0
		if c.Unknown = s.unforeseen(f, given); !c.Unknown {
			if mistake := f.decode(s, given, args.Elem()); mistake != nil {
				s.raiseIn(l, f.Name, mistake)
			}
			c.Args = args.Interface()
		}
		result, err := s.invoke(c)
		if err != nil {
			s.raiseIn(l, f.Name, err)
		}
		return s.pushResult(l, f.Name, result)
	})
}

func arguments(l *glua.LState, receiver *glua.LUserData) []glua.LValue {
	first := 1
	if receiver != nil && l.Get(1) == glua.LValue(receiver) {
		first = 2
	}
	given := make([]glua.LValue, 0, max(0, l.GetTop()-first+1))
	for i := first; i <= l.GetTop(); i++ {
		given = append(given, l.Get(i))
	}
	return given
}

// invoke calls the Go function within the host's wrapper. Afterwards the run's own context is looked at again at once:
// whatever was asked to stop while Go was working stops before the next instruction.
func (s *State) invoke(c *Call) (result any, err error) {
	if c.Context.Err() != nil {
		return nil, over(c.Context)
	}
	defer func() {
		s.counter.sample = 1
		if panicked := recover(); panicked != nil {
			err = s.recovered(c.l, c.Op, panicked)
		}
	}()
	call := c.Func.call
	if c.Unknown {
		call = func(*Call) (any, error) { return Unknown{}, nil }
	}
	if wrap := s.options.Wrap; wrap != nil {
		return wrap(c, func() (any, error) { return call(c) })
	}
	return call(c)
}

// Do calls a bound function from Go, with the arguments struct that Bind knows it by and within the host's wrapper: as a
// script would, but for the script.
func (s *State) Do(ctx context.Context, f Func, args any) (any, error) {
	return s.invoke(&Call{Context: ctx, State: s, Func: f, Op: f.Name, Args: args, l: s.l})
}

func (s *State) pushResult(l *glua.LState, op string, result any) int {
	results, several := result.(Results)
	if !several {
		if _, nothing := result.(struct{}); nothing {
			return 0
		}
		results = Results{result}
	}
	for _, one := range results {
		value, err := s.encode(one)
		if err != nil {
			s.raiseIn(l, op, &fault{code: "host.failed", key: "lua.result", args: map[string]any{"text": err.Error()}})
		}
		l.Push(value)
	}
	return len(results)
}

// decode fills the arguments struct: subjects, then one table of options, then the function.
func (f Func) decode(s *State, given []glua.LValue, target reflect.Value) *fault {
	rest := given
	take := func() glua.LValue {
		if len(rest) == 0 {
			return glua.LNil
		}
		value := rest[0]
		rest = rest[1:]
		return value
	}
	for _, subject := range f.shape.subjects {
		if mistake := subject.decode(s, "", take(), target); mistake != nil {
			return f.missed(mistake)
		}
	}
	if options := f.shape.options; options != nil && !f.optionsLeftOut(rest) {
		if mistake := options.decodeOptions(s, f.written(), take(), target); mistake != nil {
			return mistake
		}
	}
	if function := f.shape.function; function != nil {
		if mistake := function.decode(s, "", take(), target); mistake != nil {
			return f.missed(mistake)
		}
	}
	for _, extra := range rest {
		if extra != glua.LNil {
			return &fault{code: "arg.count", key: "lua.arg_count", args: map[string]any{
				"most": len(given) - len(rest), "got": len(given), "usage": f.Usage(),
			}}
		}
	}
	return nil
}

// missed tells of an argument that is missing how the function is called: by position, its name says little.
func (f Func) missed(mistake *fault) *fault {
	if mistake.code == missingCode(true) {
		mistake.key, mistake.args["usage"] = "lua.arg_missing", f.least()
	}
	return mistake
}

// least is Usage without all that may be left out: fail(code, message).
func (f Func) least() string {
	parts := []string{}
	for _, field := range f.shape.subjects {
		if field.required {
			parts = append(parts, field.name)
		}
	}
	if options := f.shape.options; options != nil && slices.ContainsFunc(options.fields, func(o *field) bool { return o.required }) {
		parts = append(parts, "{ ... }")
	}
	if function := f.shape.function; function != nil && function.required {
		parts = append(parts, function.name)
	}
	return f.Name + "(" + strings.Join(parts, ", ") + ")"
}

// optionsLeftOut: step(title, fn) may be written where step(title, {}, fn) is meant and no option is required.
func (f Func) optionsLeftOut(rest []glua.LValue) bool {
	if f.shape.function == nil || len(rest) == 0 || rest[0].Type() != glua.LTFunction {
		return false
	}
	for _, option := range f.shape.options.fields {
		if option.required {
			return false
		}
	}
	return true
}

// String is the name and the effect.
func (f Func) String() string { return fmt.Sprintf("%s (%s)", f.Name, f.Effect) }
