package lua

import (
	"errors"
	"maps"
	"strings"
)

// Error is a failure as a script sees it and as the host gets it back: the same one, however often a script caught it
// and raised it again. In Lua it is a value with the fields code, message, hint, op, where, retryable and cause, and the
// method is.
type Error struct {
	Op        string         // the function that raised it, "copy.create"; "" where it was the script itself
	Where     string         // the script's line that called it, "store.lua:17"
	Key       string         // its sentence, "lua.undefined"; "" where the words came from the script or from a Go error
	Args      map[string]any // the places of that sentence
	Retryable bool           // trying again may help
	GoStack   string         // of a panic in Go

	code, message, hint string
	cause               error
	thrown              any    // what the script raised itself: a glua.LValue
	words               string // the text that it raised, as Lua would give it to pcall
	stack               []Frame
	value               any // its one Lua value, so that it stays the same one: a *glua.LUserData
}

// Code is the stable name of the failure: "option.unknown", "run.limit", or the code of the Go error it was made of.
func (e *Error) Code() string { return e.code }

// Message is what happened, in the language of the run.
func (e *Error) Message() string { return e.message }

// Hint is what to do now, or "".
func (e *Error) Hint() string { return e.hint }

// Unwrap is the Go error that it was made of, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Error is one line: "store.lua:17: copy.create: message (gbak.failed)".
func (e *Error) Error() string {
	var b strings.Builder
	for _, part := range []string{e.Where, e.Op} {
		if part != "" {
			b.WriteString(part)
			b.WriteString(": ")
		}
	}
	b.WriteString(e.message)
	if e.code != "" {
		b.WriteString(" (" + e.code + ")")
	}
	return b.String()
}

// Text is Error with the hint on a line of its own, as tostring gives it to a script; of a text that the script raised
// itself, what Lua gives.
func (e *Error) Text() string {
	if e.words != "" {
		return e.words
	}
	if e.hint == "" {
		return e.Error()
	}
	return e.Error() + "\n" + e.hint
}

// IsCode reports whether the code is prefix, or begins with it and a dot.
func (e *Error) IsCode(prefix string) bool {
	return prefix != "" && (e.code == prefix || strings.HasPrefix(e.code, prefix+"."))
}

// final are errors that no pcall catches: the end of a run, the host's guards, and what the script may not do.
func (e *Error) final() bool { return e.IsCode("run") || e.IsCode("guard") || e.IsCode("cap") }

// RunError is a script's failure with what was on its stack when it happened.
type RunError struct {
	Err     *Error
	Stack   []Frame // innermost first; taken before unwinding
	File    string  // the line that failed, where it is known
	Line    int
	Excerpt string // the text of that line
}

// Error is the error's one line.
func (e *RunError) Error() string { return e.Err.Error() }

// Code is the error's code.
func (e *RunError) Code() string { return e.Err.code }

// Hint is the error's hint.
func (e *RunError) Hint() string { return e.Err.hint }

// Unwrap is the error itself.
func (e *RunError) Unwrap() error { return e.Err }

// fault is a failure found by this package, before it is known where: it becomes an Error.
type fault struct {
	code, key string
	near      string // the name that was probably meant
	cure      string // a hint in words of its own
	why       string // the key of a hint that is another's too
	cause     error
	args      map[string]any
}

func (f *fault) Error() string { return Say(nil).speak(f.key, f.args) }

func (f *fault) hint(say Say) string {
	if f.cure != "" {
		return f.cure
	}
	if f.why != "" {
		return say.speak(f.why, f.args)
	}
	if f.near != "" {
		return say.speak("lua.near", map[string]any{"near": f.near})
	}
	return say.speak(f.key+".hint", f.args)
}

// under is the fault of something that lies at path.
func (f *fault) under(path string) *fault {
	moved := *f
	moved.args = maps.Clone(f.args)
	if name, ok := f.args["option"].(string); ok && name != "" {
		path = join(path, name)
	}
	moved.args["option"] = path
	return &moved
}

type (
	coded     interface{ Code() string }
	hinted    interface{ Hint() string }
	retryable interface{ Retryable() bool }
)

// codeOf is the code of the first error in the chain that has one; "host.failed" for an error without.
func codeOf(err error) string {
	var c coded
	if errors.As(err, &c) && c.Code() != "" {
		return c.Code()
	}
	return "host.failed"
}

func hintOf(err error) string {
	var h hinted
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}

func retryableOf(err error) bool {
	var r retryable
	return errors.As(err, &r) && r.Retryable()
}
