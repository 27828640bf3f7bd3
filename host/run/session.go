package run

import (
	"context"

	"github.com/oklog/ulid/v2"

	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/lua"
)

// sessionName is what a session is called in the journal and in errors.
const sessionName = "repl"

// Session is a run at a prompt: one line after the other, in one state. It is a rehearsal until Live; whoever sits at the
// prompt needs no grants, and meets the same guards as any script.
type Session struct {
	running *running
	lent    *primitive.Host
}

// Session opens a session with the store's engines. It has to be closed.
func (h *Host) Session(ctx context.Context) (*Session, error) {
	r, err := h.unscripted(sessionName, Request{Target: sessionName, Trigger: "manual", Dry: true})
	if err != nil {
		return nil, err
	}
	if r.engines, err = h.world().Engines(ctx); err != nil {
		return nil, err
	}
	r.mask = r.engines.Mask
	if err := r.open(nil); err != nil {
		return nil, err
	}
	r.outcome.Plan = r.plan()
	s := &Session{running: r, lent: r.engines.primitives(r)}
	options := r.options(s.lent)
	options.Rehearse, options.Interactive = true, true
	r.state = lua.New(ctx, options)
	return s, nil
}

// unscripted is a run of a person's own, without a script: it needs no grants.
func (h *Host) unscripted(name string, request Request) (*running, error) {
	r := &running{host: h, began: h.Now(), request: request, outcome: &Outcome{Script: name, Dry: request.Dry}, target: &target{script: name}}
	r.outcome.Run = ulid.MustNew(ulid.Timestamp(r.began), h.Entropy).String()
	r.permitted = &Permit{Script: name, Grants: Powers().Whole()}
	nothing, err := lua.ParseLine(name, "")
	if err != nil {
		return r, err
	}
	return r, r.aim(nothing)
}

// aim makes a line what the run runs: it may require libraries as a script may.
func (r *running) aim(line *lua.Chunk) error {
	layers := r.host.layers()
	program, err := layers.Program(layers.Line(line))
	r.target.program, r.target.chunk = program, line
	return err
}

// Eval does one line, with a step budget and room in the journal of its own, and gives what it gives. The error is
// lua.ErrUnfinished where the line goes on in the next one.
func (s *Session) Eval(ctx context.Context, line string) (values []lua.Value, err error) {
	chunk, err := lua.ParseLine(sessionName, line)
	if err != nil {
		return nil, err
	}
	if err := s.running.aim(chunk); err != nil {
		return nil, err
	}
	s.running.speakAgain()
	s.running.state.WithContext(ctx, func() { values, err = s.running.state.Eval(chunk) })
	return values, err
}

// Live makes what is done from now on real, or a rehearsal again.
func (s *Session) Live(live bool) {
	s.lent.Dry, s.running.request.Dry = !live, !live
	s.running.outcome.Dry = s.running.outcome.Dry && !live
}

// Done are the effects since it was asked last: what was done, or what would be. What failed is none.
func (s *Session) Done() []PlanStep {
	done := Effective(s.running.outcome.Plan.Steps)
	s.running.outcome.Plan.Steps = nil
	return done
}

// Degraded are what went wrong without an error, since it was asked last.
func (s *Session) Degraded() []error {
	degraded := s.running.outcome.Degraded
	s.running.outcome.Degraded = nil
	return degraded
}

// Complete gives the names that a path such as "dj.copy.cr" can go on to.
func (s *Session) Complete(path string) []string { return s.running.state.Complete(path) }

// Dry tells whether nothing is really done.
func (s *Session) Dry() bool { return s.lent.Dry }

// Close does what was deferred, and ends the journal.
func (s *Session) Close() error {
	if len(s.running.deferred) > 0 {
		s.running.cleanUp()
	}
	s.running.outcome.Plan = nil
	s.running.finish(s.running.memorize(s.running.state.Context()))
	return s.running.outcome.Err
}
