package primitive

import (
	"context"
	"time"

	"github.com/djscript/djscript/lua"
)

// Run is one run of the store as its history has it.
type Run struct {
	ID       string    `lua:"id"`
	At       time.Time `lua:"at"`
	Entry    string    `lua:"entry,omitempty"`
	Script   string    `lua:"script"`
	Job      string    `lua:"job"`
	Trigger  string    `lua:"trigger"`
	Day      string    `lua:"day"`
	Dry      bool      `lua:"dry"`
	Result   string    `lua:"result"`
	Exit     int       `lua:"exit"`
	Seconds  float64   `lua:"seconds"`
	Code     string    `lua:"code,omitempty"`
	Message  string    `lua:"message,omitempty"`
	Degraded []string  `lua:"degraded"`
}

type historyArgs struct {
	Since  string `lua:"since"`
	Result string `lua:"result" enum:"done,degraded,failed,refused,busy,skipped,cancelled,cut off"`
	Entry  string `lua:"entry"`
}

func (h *Host) history() []lua.Func {
	return []lua.Func{bind("history.list", Read, h.runs)}
}

// recent is how far back a history goes that nobody limits.
const recent = 30 * 24 * time.Hour

func (h *Host) runs(ctx context.Context, a *historyArgs) ([]Run, error) {
	var since time.Time
	if a.Since == "" {
		since = h.Env.Clock().Add(-recent)
	} else {
		var err error
		if since, _, err = h.moment(a.Since); err != nil {
			return nil, err
		}
	}
	return h.Env.History(ctx, since, func(r Run) bool {
		return (a.Result == "" || r.Result == a.Result) && (a.Entry == "" || r.Entry == a.Entry)
	})
}
