package run

import (
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
)

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
