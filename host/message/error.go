package message

import "errors"

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
	return e.Sentence() + ": " + e.cause.Error()
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
