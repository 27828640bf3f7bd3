package message

import (
	"errors"
	"io"
	"io/fs"
	"strings"
)

// Error is a failure as a person is told it: a stable code, which is API, a sentence, which is not, and a cure.
type Error struct {
	code  string
	key   string
	args  Args
	cause error
}

// New is an error with that code, told by the sentence of that key.
func New(code, key string, args Args) *Error {
	return &Error{code: code, key: key, args: args}
}

// Wrap is New with the error that brought it about.
func Wrap(cause error, code, key string, args Args) *Error {
	return &Error{code: code, key: key, args: args, cause: cause}
}

// Error is the sentence in the current language, followed by the cause.
func (e *Error) Error() string {
	if e.cause == nil {
		return e.Sentence()
	}
	said := e.Sentence()
	return said + ": " + within(said, e.cause)
}

// systems are what a system says when a file can not be used, and what a person is told of it.
var systems = []struct {
	is  error
	key string
}{
	{fs.ErrNotExist, "message.not_exist"}, {fs.ErrExist, "message.exists"}, {fs.ErrPermission, "message.permission"}, {io.ErrUnexpectedEOF, "message.cut_off"},
}

// Said is what an error says. What the system itself says comes in English: where people meet it, it is put into the current
// language.
func Said(err error) string { return within("", err) }

// within is Said after a sentence that may have named the file already.
func within(sentence string, err error) string {
	if Language() == English || Code(err) != "" {
		return err.Error()
	}
	for _, one := range systems {
		if !errors.Is(err, one.is) {
			continue
		}
		said := Text(one.key, nil)
		if at, ok := errors.AsType[*fs.PathError](err); ok && !strings.Contains(sentence, at.Path) {
			said = at.Path + ": " + said
		}
		return said
	}
	return err.Error()
}

// Sentence is what happened, without the cause.
func (e *Error) Sentence() string { return Text(e.key, e.args) }

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.cause }

// Code is the stable name of the failure: "gbak.failed", "drive.full".
func (e *Error) Code() string { return e.code }

// Hint is what to do now, in the current language; the cause's where this error has none of its own.
func (e *Error) Hint() string {
	if hint, ok := find(e.key+".hint", e.args, nil); ok {
		return hint
	}
	return Hint(e.cause)
}

// Is makes errors of the same code and sentence alike to errors.Is, whatever their args.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.code == e.code && other.key == e.key
}

// Code is the code of the first error in the chain that has one, or "".
func Code(err error) string {
	var coded interface{ Code() string }
	if errors.As(err, &coded) {
		return coded.Code()
	}
	return ""
}

// Hint is the hint of the first error in the chain that has one, or "".
func Hint(err error) string {
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		return hinted.Hint()
	}
	return ""
}
