package lua

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// raise ends the Go function that is running with an error at the script's line. It does not return.
func (s *State) raise(l *glua.LState, err error) { s.raiseIn(l, "", err) }

// raiseIn is raise in the name of a function that the script called.
func (s *State) raiseIn(l *glua.LState, op string, err error) {
	l.Error(s.errorValue(s.newError(l, op, err)), 0)
}

// newError makes a Go error the script's. One that already passed through a script stays the same.
func (s *State) newError(l *glua.LState, op string, err error) *Error {
	switch e := err.(type) { //nolint:errorlint // only an error that is itself one of ours stays itself
	case *Error:
		if e.Where == "" && e.Key != "" {
			e.Op, e.Where = op, s.where(l)
		}
		return e
	case *RunError:
		return e.Err
	case *fault:
		return s.fromFault(e, op, s.where(l))
	}
	if ctx := s.counter.parent; ctx.Err() != nil && isContextError(err) {
		end := over(ctx)
		end.cause = err
		return s.fromFault(end, op, s.where(l))
	}
	made := &Error{
		Op: op, Where: s.where(l), code: codeOf(err), message: err.Error(), hint: hintOf(err),
		Retryable: retryableOf(err), cause: err,
	}
	if inner, ok := errors.AsType[*Error](err); ok {
		made.stack = inner.stack
	}
	return made
}

func isContextError(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func (s *State) fromFault(f *fault, op, where string) *Error {
	if f.key == "lua.steps" {
		f.args = map[string]any{"steps": s.options.Steps}
	}
	return &Error{
		Op: op, Where: where, Key: f.key, Args: f.args, code: f.code,
		message: s.options.Say.speak(f.key, f.args), hint: f.hint(s.options.Say), cause: f.cause,
	}
}

// traced keeps gopher-lua from making a trace of its own, which takes as long as the stack is deep.
const traced = "(traced)"

// raised is where every error of a script passes before the stack is unwound.
func (s *State) raised(l *glua.LState) {
	e := s.adopt(l, l.Get(-1))
	if e.stack == nil && (s.catches == 0 || e.final()) {
		e.stack = s.frames(l)
	}
	closeUpvalues(l, s.shielded(l))
	panic(&glua.ApiError{Type: glua.ApiErrorRun, Object: s.errorValue(e), StackTrace: traced})
}

// adopt makes an error of whatever was raised: one of ours, a text of gopher-lua's, or what a script threw.
func (s *State) adopt(l *glua.LState, raised glua.LValue) *Error {
	if e := asError(raised); e != nil {
		return e
	}
	where := s.where(l)
	text, ok := raised.(glua.LString)
	if !ok {
		return s.thrown(l, raised, where)
	}
	if s.counter.end != nil && strings.HasSuffix(string(text), errStopped.Error()) {
		return s.fromFault(s.counter.end, "", where)
	}
	return s.fromFault(s.explainRuntime(l, strings.TrimPrefix(string(text), where+": ")), "", where)
}

// longestMessage is how many bytes of a script's own message are kept: it is told to people, and written to the journal.
const longestMessage = 1 << 16

// thrown is error(value) of a script.
func (s *State) thrown(l *glua.LState, value glua.LValue, where string) *Error {
	e := &Error{Where: where, code: "script.failed", thrown: value}
	if table, ok := value.(*glua.LTable); ok {
		e.code = codeOfTable(s.whole(table))
		if text, ok := table.RawGetString("message").(glua.LString); ok {
			e.message = cut(string(text), longestMessage)
			return e
		}
	}
	if value == glua.LNil {
		e.message, e.hint = s.word("lua.error_nil"), s.word("lua.error_nil.hint")
		return e
	}
	e.message = cut(s.thrownText(l, value), longestMessage)
	return e
}

// thrownText is what a thrown value says of itself. Where its own __tostring fails, that takes nothing from what was
// thrown.
func (s *State) thrownText(l *glua.LState, value glua.LValue) string {
	fn := metamethod(value, "__tostring")
	if fn == nil {
		return s.display(value)
	}
	said, failed := s.catch(l, fn, []glua.LValue{value})
	if failed != nil || len(said) == 0 {
		return s.display(value)
	}
	return s.display(said[0])
}

// codeShape is how codes look. A script can not raise those that nothing may catch.
var codeShape = regexp.MustCompile(`^[a-z][a-z_]*(\.[a-z][a-z_]*)+$`)

// IsCode tells whether a text looks like the code of an error, "copy.bad".
func IsCode(text string) bool { return codeShape.MatchString(text) }

func codeOfTable(table *glua.LTable) string {
	code, ok := table.RawGetString("code").(glua.LString)
	if e := (&Error{code: string(code)}); ok && codeShape.MatchString(e.code) && !e.final() {
		return e.code
	}
	return "script.failed"
}

// failure is the error that a protected call ended with.
func (s *State) failure(err error) *Error {
	var api *glua.ApiError
	if !errors.As(err, &api) {
		return &Error{code: "host.panic", message: err.Error(), cause: err}
	}
	if e := asError(api.Object); e != nil {
		return e
	}
	if text, ok := api.Object.(glua.LString); ok && overflow.MatchString(string(text)) { // before our own frame stood
		return s.fromFault(&fault{code: "script.failed", key: "lua.overflow"}, "", s.where(s.l))
	}
	made := s.fromFault(&fault{
		code: "host.panic", key: "lua.panic", args: map[string]any{"text": api.Object.String()},
	}, "", "")
	made.GoStack = api.StackTrace
	return made
}

var overflow = regexp.MustCompile(`(^|: )(stack|registry) overflow$`)

// recovered makes an error of a panic in a Go function. gopher-lua's own way of raising is a panic too, and passes.
func (s *State) recovered(l *glua.LState, op string, panicked any) *Error {
	if api, ok := panicked.(*glua.ApiError); ok {
		panic(api)
	}
	made := s.fromFault(&fault{
		code: "host.panic", key: "lua.panic", args: map[string]any{"text": fmt.Sprint(panicked)},
	}, op, s.where(l))
	made.GoStack = string(debug.Stack())
	if err, ok := panicked.(error); ok {
		made.cause = err
	}
	return made
}

func (s *State) runError(e *Error) *RunError {
	run := &RunError{Err: e, Stack: e.stack}
	run.File, run.Line = splitPlace(e.Where)
	if chunk := s.chunks[run.File]; chunk != nil {
		run.Excerpt = strings.TrimSpace(chunk.Line(run.Line))
	}
	return run
}

// What gopher-lua says when the interpreter itself fails, and what a person is told instead.
var runtimeTexts = []struct {
	text *regexp.Regexp
	key  string
	args []string
}{
	{regexp.MustCompile(`^cannot perform \w+ operation between (\w+) and (\w+)$`), "lua.arithmetic", []string{"left", "right"}},
	{regexp.MustCompile(`^attempt to compare (\w+) with (\w+)$`), "lua.compare", []string{"left", "right"}},
	{regexp.MustCompile(`^attempt to index a non-table object\((\w+)\) with key '(?s:(.*?))'?$`), "lua.index", []string{"got", "name"}},
	{overflow, "lua.overflow", nil},
	{regexp.MustCompile(`^too many recursions in [gs]ettable$`), "lua.overflow", nil},
}

// longestText is how much of what gopher-lua says is looked at: a key in it may be of any length.
const longestText = 1000

func (s *State) explainRuntime(l *glua.LState, text string) *fault {
	text = cut(text, longestText)
	for _, known := range runtimeTexts {
		if m := known.text.FindStringSubmatch(text); m != nil {
			f := &fault{code: "script.failed", key: known.key, args: map[string]any{}}
			for i, name := range known.args {
				f.args[name] = m[i+1]
				if key := typeKeys[m[i+1]]; key != "" && name != "name" {
					f.args[name] = s.word(key)
				}
			}
			return f
		}
	}
	switch text {
	case "for statement init must be a number":
		return s.forNumber("lua.for_init")
	case "for statement limit must be a number":
		return s.forNumber("lua.for_limit")
	case "for statement step must be a number":
		return s.forNumber("lua.for_step")
	case "table index is nil":
		return &fault{code: "script.failed", key: "lua.key_nil"}
	case "table index is NaN":
		return &fault{code: "script.failed", key: "lua.key_nan"}
	case "attempt to call a non-function object":
		if f := s.noLoop(l); f != nil {
			return f
		}
		return noFunction(l)
	case "__unm undefined":
		return &fault{code: "script.failed", key: "lua.negate"}
	}
	return &fault{code: "script.failed", key: "lua.script", args: map[string]any{"text": text}}
}

func (s *State) forNumber(part string) *fault {
	return &fault{code: "script.failed", key: "lua.for_number", args: map[string]any{"part": s.word(part)}}
}

// typeKeys are the words for the types of Lua.
var typeKeys = map[string]string{
	"nil": "lua.a_nil", "boolean": "lua.a_boolean", "number": "lua.a_number", "string": "lua.a_text", "table": "lua.a_table",
	"function": "lua.a_function", "num": "lua.exact_number", "thread": "lua.a_coroutine", "userdata": "lua.a_value",
}

// typeWord is the type of a value in the reader's language.
func (s *State) typeWord(value glua.LValue) string {
	if key := typeKeys[typeName(value)]; key != "" {
		return s.word(key)
	}
	return typeName(value)
}
