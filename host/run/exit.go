package run

import (
	"context"
	"errors"
	"strings"

	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
)

// Exit codes of the program, which are API.
const (
	ExitDone      = 0
	ExitFailed    = 1
	ExitWrong     = 2 // wrong use or configuration
	ExitDegraded  = 3
	ExitRefused   = 4 // by a guard
	ExitBusy      = 5
	ExitDeclined  = 6
	ExitSkipped   = 7
	ExitCancelled = 130
)

// families of error codes; the first that fits decides.
var families = []struct {
	prefix string
	exit   int
}{
	{"run.cancelled", ExitCancelled},
	{"run.skipped", ExitSkipped},
	{"guard.", ExitRefused},
	{"cap.", ExitRefused},
	{"lock.", ExitBusy},
	{"db.busy", ExitBusy},
	{"confirm.", ExitDeclined},
	{"option.", ExitWrong},
	{"arg.", ExitWrong},
	{"api.", ExitWrong},
	{"secret.", ExitWrong},
	{"script.syntax", ExitWrong},
	{"script.refused", ExitWrong},
	{"script.extends", ExitWrong},
	{"script.require", ExitWrong},
	{"script.undefined", ExitWrong},
	{"script.undeclared", ExitWrong},
	{"copy.degraded", ExitDegraded},
	{"copy.suspect", ExitDegraded},
}

// ExitOf is the exit code that an error ends the program with.
func ExitOf(err error) int {
	if err == nil {
		return ExitDone
	}
	if errors.Is(err, context.Canceled) {
		return ExitCancelled
	}
	code := message.Code(err)
	for _, f := range families {
		if strings.HasPrefix(code, f.prefix) {
			return f.exit
		}
	}
	return ExitFailed
}

// ExitCode is the exit code that a run ends the program with.
func ExitCode(o *Outcome) int {
	if o.Err == nil && len(o.Degraded) > 0 {
		return ExitDegraded
	}
	return ExitOf(o.Err)
}

// result is the word of the journal for how a run went.
func result(o *Outcome) string {
	switch ExitCode(o) {
	case ExitDone:
		return journal.Done
	case ExitDegraded:
		return journal.Degraded
	case ExitRefused, ExitDeclined:
		return journal.Refused
	case ExitBusy:
		return journal.Busy
	case ExitSkipped:
		return journal.Skipped
	case ExitCancelled:
		return journal.Cancelled
	}
	return journal.Failed
}
