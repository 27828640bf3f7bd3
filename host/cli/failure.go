package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/lua"
)

// ended is the exit code of a command that has already told how it ended.
type ended int

// Error is for nobody.
func (e ended) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// end tells the error, if there is one, and gives the exit code.
func (a *app) end(err error) int {
	var said ended
	switch {
	case err == nil:
		return run.ExitDone
	case errors.As(err, &said):
		return int(said)
	}
	a.tellError(err)
	return run.ExitOf(err)
}

// failure is an error in JSON.
type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Where   string `json:"where,omitempty"`
}

func describe(err error) failure {
	f := failure{Code: message.Code(err)}
	f.Message, f.Hint = words(err)
	if failed, ok := errors.AsType[*lua.Error](err); ok {
		f.Where = failed.Where
	}
	var placed interface{ Where() string }
	if errors.As(err, &placed) {
		f.Where = placed.Where()
	}
	return f
}

// tellError prints every error of the tree, each with its cure on a line of its own.
func (a *app) tellError(err error) {
	all := flatten(err)
	if a.json {
		found := make([]failure, len(all))
		for i, one := range all {
			found[i] = describe(one)
		}
		_ = json.NewEncoder(a.out).Encode(map[string]any{"error": found[0], "errors": found})
		return
	}
	for _, one := range all {
		a.tellOne("cli.error", one)
	}
}

// tellOne prints an error after a word such as "error" or "warning"; its line of the script and its cure below.
func (a *app) tellOne(key string, err error) { a.tellTold(key, toldOf(err)) }

// words are what an error says, in the reader's language, and its cure. lua speaks English until it is handed a
// language, and a script that does not parse never had a state to hand it to.
func words(err error) (text, hint string) {
	if wrong, ok := errors.AsType[*lua.SyntaxError](err); ok {
		text, hint = syntaxWords(wrong)
		text = wrong.Place() + ": " + text
		if said, ok := errors.AsType[*message.Error](err); ok { // what that keeps from being done
			text = said.Sentence() + ": " + text
		}
		if said, ok := errors.AsType[*primitive.DegradedError](err); ok {
			text = said.Words() + ": " + text
		}
		return text, hint
	}
	return strings.TrimSpace(message.Said(err)), message.Hint(err)
}

// flatten gives the errors that were joined, in order.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, flatten(one)...)
	}
	return all
}
