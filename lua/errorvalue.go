package lua

import (
	"errors"

	glua "github.com/yuin/gopher-lua"
)

// openErrors makes the metatable that all error values share.
func (s *State) openErrors() {
	s.errors = s.l.CreateTable(0, 8)
	is := s.l.NewFunction(s.errorIs)
	s.define(s.errors, map[string]glua.LGFunction{
		"__index": func(l *glua.LState) int {
			l.Push(s.errorField(l, is))
			return 1
		},
		"__newindex": func(l *glua.LState) int {
			s.raise(l, &fault{code: "api.frozen", key: "lua.frozen", args: map[string]any{"name": "error." + s.nameArg(l)}})
			return 0
		},
	})
}

// errorValue is the one Lua value of an error.
func (s *State) errorValue(e *Error) *glua.LUserData {
	if value, ok := e.value.(*glua.LUserData); ok && value.Metatable == glua.LValue(s.errors) {
		return value
	}
	value := &glua.LUserData{Value: e, Metatable: s.errors}
	e.value = value
	return value
}

func asError(value glua.LValue) *Error {
	if thing, ok := value.(*glua.LUserData); ok {
		if e, ok := thing.Value.(*Error); ok {
			return e
		}
	}
	return nil
}

var errorFields = []string{"code", "message", "hint", "op", "where", "retryable", "cause", "is"}

func (s *State) errorField(l *glua.LState, is *glua.LFunction) glua.LValue {
	e := asError(l.Get(1))
	text := func(t string) glua.LValue {
		if t == "" {
			return glua.LNil
		}
		return glua.LString(t)
	}
	switch name := s.nameArg(l); name {
	case "code":
		return text(e.code)
	case "message":
		return glua.LString(e.message)
	case "hint":
		return text(e.hint)
	case "op":
		return text(e.Op)
	case "where":
		return text(e.Where)
	case "retryable":
		return glua.LBool(e.Retryable)
	case "cause":
		return s.errorCause(e)
	case "is":
		return is
	default:
		if method := s.text.RawGetString(name); method != glua.LNil {
			return method // err:match("drive"), as of any text
		}
		s.raise(l, unknownName("error", name, errorFields))
		return glua.LNil
	}
}

// errorCause is the error below: an error value where it has a code of its own, else its text.
func (s *State) errorCause(e *Error) glua.LValue {
	below := errors.Unwrap(e.cause)
	if below == nil {
		return glua.LNil
	}
	if inner, ok := errors.AsType[*Error](below); ok {
		return s.errorValue(inner)
	}
	var c coded
	if errors.As(below, &c) {
		return s.errorValue(&Error{
			code: codeOf(below), message: below.Error(), hint: hintOf(below), Retryable: retryableOf(below), cause: below,
		})
	}
	return glua.LString(below.Error())
}

// err:is("gbak") is true for gbak.failed and gbak.hang; err:is("gbak.failed") for that alone.
func (s *State) errorIs(l *glua.LState) int {
	e := asError(l.Get(1))
	if e == nil {
		s.badArgument(l, "is", 1, "lua.an_error")
	}
	l.Push(glua.LBool(e.IsCode(s.stringArg(l, "is", 2))))
	return 1
}
