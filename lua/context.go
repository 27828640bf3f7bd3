package lua

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// sampleSteps is how often the run's own context is asked: that costs more than an instruction. In between a flag tells
// of its end, for there are instructions that take the time of a million others.
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

	over   *atomic.Bool // that parent is over
	forget func() bool  // parent need not tell of its end any more
}

func (s *State) newCounter(parent context.Context) *counter {
	c := &counter{left: s.options.Steps}
	c.follow(parent)
	if s.options.Cover != nil {
		c.cover = s.coverLine
	}
	return c
}

// alone gives a call a budget of its own, until it is ended.
func (c *counter) alone(steps int64) (ended func()) {
	before := c.left
	c.left = steps
	return func() {
		c.left = before
		if before >= 0 {
			c.end, c.sample = nil, 1 // whether the run is over, the next step tells
		}
	}
}

// follow lets the context decide when it is over.
func (c *counter) follow(parent context.Context) {
	over := &atomic.Bool{}
	c.parent, c.sample, c.over = parent, 1, over
	c.forget = context.AfterFunc(parent, func() { over.Store(true) })
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
	if c.left >= 0 && c.sample > 0 && !c.over.Load() {
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

// over is why a context is over: run.timeout or run.cancelled, whatever its cause says of itself. The words of a limit are
// its own: it knows how long it is, and who sets it.
func over(ctx context.Context) *fault {
	cause := context.Cause(ctx)
	switch {
	case codeOf(cause) == "run.timeout":
		return &fault{code: "run.timeout", key: "lua.script", args: map[string]any{"text": cause.Error()}, cure: hintOf(cause), cause: cause}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &fault{code: "run.timeout", key: "lua.timeout", cause: cause}
	}
	return &fault{code: "run.cancelled", key: "lua.cancelled", cause: cause}
}
