package lua

import (
	"context"
	"errors"
	"time"
)

// sampleSteps is how often the run's own context is looked at: a look costs more than an instruction.
const sampleSteps = 1024

// errStopped is what the interpreter raises for a context that is over. It never reaches a person.
var errStopped = errors.New("(stopped)")

var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// counter is the context that the interpreter asks before each instruction whether to go on. It counts, and lets the
// run's own context through now and then. It belongs to one goroutine, and is never handed to a Go function.
type counter struct {
	parent context.Context
	left   int64  // steps until the budget is spent
	sample int    // steps until the next look at parent
	end    *fault // why it said stop; nil while it says go on
	cover  func() // told of every step; nil where nobody counts lines
}

func (s *State) newCounter(parent context.Context) *counter {
	c := &counter{parent: parent, left: s.options.Steps, sample: 1}
	if s.options.Cover != nil {
		c.cover = s.coverLine
	}
	return c
}

func (c *counter) Deadline() (time.Time, bool) { return c.parent.Deadline() }
func (c *counter) Value(key any) any           { return c.parent.Value(key) }

// Err is not nil once the counter has said stop.
func (c *counter) Err() error {
	if c.end == nil {
		return nil
	}
	return errStopped
}

// Done counts one step. It gives nil, which never is ready, to go on, and a closed channel to stop.
func (c *counter) Done() <-chan struct{} {
	if c.end != nil {
		return closed
	}
	c.left--
	c.sample--
	if c.left >= 0 && c.sample > 0 {
		return nil
	}
	return c.look()
}

func (c *counter) look() <-chan struct{} {
	c.sample = sampleSteps
	if c.cover != nil {
		c.sample = 1
		c.cover()
	}
	if c.left < 0 {
		c.end = &fault{code: "run.limit", key: "lua.steps"}
		return closed
	}
	if c.parent.Err() != nil {
		c.end = over(c.parent)
		return closed
	}
	return nil
}

// over is why a context is over: run.timeout or run.cancelled, whatever its cause says of itself.
func over(ctx context.Context) *fault {
	cause := context.Cause(ctx)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) || codeOf(cause) == "run.timeout" {
		return &fault{code: "run.timeout", key: "lua.timeout", cause: cause}
	}
	return &fault{code: "run.cancelled", key: "lua.cancelled", cause: cause}
}
