package sim

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
)

// Violation is a thing that a script must not do, found by making one of its calls fail.
type Violation struct {
	Where string // the script's line
	Test  string
	Err   *message.Error
}

// typical are the failures of the field, by primitive or by its noun.
var typical = map[string][]string{
	"copy.create": {"drive.full", "drive.removed", "db.busy", "gbak.failed", "copy.bad", "copy.degraded"},
	"copy.adopt":  {"drive.full", "copy.bad"},
	"copy.prove":  {"copy.bad", "drive.removed"},
	"copy.send":   {"drive.full", "drive.removed"},
	"copy.prune":  {"drive.removed"},
	"copy":        {"drive.removed"},
	"db":          {"db.busy"},
	"drive":       {"drive.removed"},
	"fs":          {"fs.denied", "drive.full"},
	"lock":        {"lock.timeout"},
	"exec":        {"exec.failed"},
	"notify":      {}, // waits, and is tried again: it fails no run
}

func failuresOf(op string) []string {
	noun, _, _ := strings.Cut(op, ".")
	if codes, ok := typical[op]; ok {
		return codes
	}
	if codes, ok := typical[noun]; ok {
		return codes
	}
	return []string{"fs.denied"}
}

// torture does to each run of a test, from the store as it was before it, all that can befall its calls, one at a time.
// Then it looks at what is left, and runs the same thing again. calm are the runs as they went when nothing befell them.
func (u *suite) torture(ctx context.Context, r *Report, title string, calm []*ran) {
	for _, run := range calm {
		if run.store == nil {
			continue
		}
		for at, c := range run.calls {
			if !telling(run.calls, at) {
				continue
			}
			for _, i := range injections(at+1, c) {
				if ctx.Err() != nil {
					return
				}
				r.Variations++
				for _, v := range run.store.clone().befall(ctx, i, run) {
					v.Test = title
					r.add(v)
				}
			}
		}
	}
}

// telling is true of the first and the last call of a primitive on a line: what a loop does between them fails as these do.
func telling(calls []call, at int) bool {
	alike := func(c call) bool { return c.op == calls[at].op && c.where == calls[at].where }
	return !slices.ContainsFunc(calls[:at], alike) || !slices.ContainsFunc(calls[at+1:], alike)
}

// injections are all that can befall a call.
func injections(nth int, c call) []injection {
	var all []injection
	for _, code := range failuresOf(c.op) {
		all = append(all, injection{nth: nth, kind: failing, code: code})
	}
	if c.effect != primitive.Read && c.effect != primitive.Flow {
		all = append(all, injection{nth: nth, kind: cutBefore}, injection{nth: nth, kind: cutAfter})
	}
	return all
}

// add keeps each violation of a line once.
func (r *Report) add(v Violation) {
	known := func(other Violation) bool { return other.Where == v.Where && other.Err.Is(v.Err) }
	if !slices.ContainsFunc(r.Violations, known) {
		r.Violations = append(r.Violations, v)
	}
}

// befall does one thing to one call of a run, looks at what is left of the store, and runs the same thing again.
func (s *Store) befall(ctx context.Context, i injection, calm *ran) []Violation {
	s.injection = &i
	s.Run(ctx, calm.request)
	s.injection = nil
	this := s.last()
	at := slices.IndexFunc(this.calls, func(c call) bool { return c.injected })
	if at < 0 {
		return nil
	}
	hit := this.calls[at]
	args := message.Args{"op": hit.op, "what": befell(i)}
	var found []Violation
	wrong := func(where string, err *message.Error) { found = append(found, Violation{Where: where, Err: err}) }
	if i.kind == failing && swallowed(this, at, calm) {
		wrong(hit.where, message.New("torture.swallowed", "sim.swallowed", args))
	}
	if where := droppedTooSoon(this, calm); where != "" {
		wrong(where, message.New("torture.dropped", "sim.dropped", args))
	}
	if this.before.verified() > 0 && this.after.verified() == 0 {
		wrong(hit.where, message.New("torture.lost", "sim.lost", args))
	}
	if i.kind == failing && len(this.locks) > 0 {
		wrong(hit.where, message.New("torture.locked", "sim.locked", message.Args{"op": hit.op, "what": befell(i), "lock": this.locks[0]}))
	}
	return append(found, s.again(ctx, this, hit, args, calm)...)
}

// swallowed: a call failed, and the run ended as if all were well. Of an effect nothing took its place, or fewer went well
// than in the calm run, where each turn of a loop has its own to do; of a read fewer copies were made, for a script may do
// without what it only wanted to know.
func swallowed(this *ran, at int, calm *ran) bool {
	hit := this.calls[at]
	if hit.code == "" || run.ExitCode(this.outcome) != run.ExitDone {
		return false
	}
	if hit.effect == primitive.Read {
		return this.made() < calm.made()
	}
	later := done(this.calls[at+1:], hit.op)
	return later == 0 || later < done(calm.calls[at:], hit.op)
}

// done is how many of these calls of a primitive went well.
func done(calls []call, op string) int {
	n := 0
	for _, c := range calls {
		if c.op == op && c.code == "" {
			n++
		}
	}
	return n
}

// droppedTooSoon is the line that dropped copies before the run had made a new one, in a run that makes copies.
func droppedTooSoon(this, calm *ran) string {
	makes := slices.ContainsFunc(calm.calls, func(c call) bool { return c.made > 0 && c.effect != primitive.Flow })
	made := 0
	for _, c := range this.calls {
		if c.effect == primitive.Flow {
			continue
		}
		if makes && c.dropped > 0 && made == 0 {
			return c.where
		}
		made += c.made
	}
	return ""
}

// again runs what was tortured once more, ten minutes later, with nothing in its way: it has to end as it would have, or to
// skip the copies that are made already, and to clear away what the power cut left.
func (s *Store) again(ctx context.Context, this *ran, hit call, args message.Args, calm *ran) []Violation {
	s.now = s.now.Add(10 * time.Minute)
	s.bringBack("")
	outcome := s.Run(ctx, this.request)
	exit := run.ExitCode(outcome)
	if exit != run.ExitDone && exit != run.ExitCode(calm.outcome) && !(exit == run.ExitSkipped && hasMade(this, calm)) {
		return []Violation{{Where: hit.where, Err: message.Wrap(outcome.Err, "torture.stuck", "sim.stuck", message.Args{
			"op": args["op"], "what": args["what"], "exit": exit,
		})}}
	}
	makes := slices.ContainsFunc(s.last().calls, func(c call) bool { return c.made > 0 })
	if makes && s.halves > 0 {
		return []Violation{{Where: hit.where, Err: message.New("torture.halves", "sim.halves", args)}}
	}
	return nil
}

// hasMade tells whether a run that something befell made its copies all the same: then the next one may skip them.
func hasMade(this, calm *ran) bool { return this.made() > 0 && this.made() >= calm.made() }

// made is how many copies a run made.
func (r *ran) made() int {
	n := 0
	for _, c := range r.calls {
		if c.effect != primitive.Flow {
			n += c.made
		}
	}
	return n
}

// befell is what befell a call, for a person.
func befell(i injection) string {
	switch i.kind {
	case cutBefore:
		return message.Text("sim.cut_before", nil)
	case cutAfter:
		return message.Text("sim.cut_after", nil)
	}
	return i.code
}
