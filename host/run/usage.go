package run

import (
	"strings"

	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/lua"
)

// What a run may put into its journal, and before those who watch it: more than anybody reads, and nothing to a disk. A
// loop that never ends would else fill it within the hours that a run may take.
const (
	maxSaid     = 16 << 20 // bytes of JSON, for what the script says and looks at; as many again, twice, for what it does
	maxWords    = 64 << 10 // bytes of one text
	maxReason   = 16 << 10 // bytes of why something failed
	maxDegraded = 1000     // reasons why a run is degraded
	maxDeferred = 1000     // functions given to dj.defer
)

// say journals what has no effect, while there is room, and tells whether there was. A run that talks too much goes on
// without a word: no copy is worth less for it.
func (r *running) say(e journal.Event) bool {
	if !r.room(journal.Size(e)) {
		return false
	}
	r.write(e)
	return true
}

// room takes so many bytes of what the run may say. The first time that they are not there, it says so.
func (r *running) room(bytes int) bool {
	if r.hushed {
		return false
	}
	r.said += bytes
	if r.said > maxSaid {
		r.hushed = true
		text := message.Text("run.hushed", message.Args{"megabytes": maxSaid >> 20})
		r.write(journal.Event{At: r.host.Now(), Kind: "log", Level: "warning", Text: text})
		r.watch(Event{Kind: "log", Level: "warning", Text: text})
	}
	return !r.hushed
}

// account journals a call with an effect, in any case; when they become very many, without its arguments and its result.
func (r *running) account(e journal.Event) {
	if r.did > maxSaid {
		e.Args, e.Result, e.Cut = nil, nil, true
	}
	r.did += journal.Size(e)
	r.write(e)
}

// accountable refuses an effect that the journal could not tell of: such a run only goes round in circles.
func (r *running) accountable(next wrapper) wrapper {
	return func(c *lua.Call, call func() (any, error)) (any, error) {
		if r.did > 2*maxSaid && acts(c.Func.Effect) {
			return nil, message.New("run.limit", "run.effects", message.Args{"megabytes": 2 * maxSaid >> 20})
		}
		return next(c, call)
	}
}

// speakAgain gives a session its room back: a person types its lines.
func (r *running) speakAgain() { r.said, r.did, r.hushed = 0, 0, false }

// brief is a text of at most so many bytes, and whether that is less than it was.
func brief(text string, most int) (kept string, cut bool) {
	if len(text) <= most {
		return text, false
	}
	return strings.ToValidUTF8(text[:most], "") + "…", true
}

// shortened is an error of which only the beginning is told.
type shortened struct {
	text string
	err  error
}

func (e *shortened) Error() string { return e.text }
func (e *shortened) Unwrap() error { return e.err }

// Spend takes from the run's limits, before what is spent happens.
func (r *running) Spend(kind string, n int64) error {
	limits, after := r.host.Config.Limits, r.spent[kind]+n
	switch {
	case kind == primitive.FilesWritten && limits.FilesWritten > 0 && after > limits.FilesWritten:
		return message.New("run.limit", "run.files_written", message.Args{"n": after, "limit": limits.FilesWritten})
	case kind == primitive.FilesDropped && limits.FilesDropped > 0 && after > limits.FilesDropped:
		return message.New("run.limit", "run.files_dropped", message.Args{"n": after, "limit": limits.FilesDropped})
	}
	if r.spent == nil {
		r.spent = map[string]int64{}
	}
	r.spent[kind] = after
	return nil
}

// usage is what the run has taken of its limits.
func (r *running) usage() *journal.Usage {
	u := &journal.Usage{
		Seconds: r.host.Now().Sub(r.began).Seconds(), Memory: r.peak,
		FilesWritten: r.spent[primitive.FilesWritten], FilesDropped: r.spent[primitive.FilesDropped],
		BytesWritten: r.spent[primitive.BytesWritten],
	}
	if r.state != nil {
		u.Steps = r.state.Steps()
	}
	if r.host.Peak != nil {
		u.Memory = max(u.Memory, r.host.Peak())
	}
	return u
}
