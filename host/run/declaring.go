package run

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"runtime/metrics"
	"slices"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// What a script may take to say what it is, where it is only looked at: those that come with djscript take some 160 steps
// and a millisecond. Steps alone do not bound memory: one of them can make a list of 65,536 places.
const (
	declaringSteps  = 100_000
	declaringTime   = 2 * time.Second
	declaringMemory = 32 << 20
	declaringLook   = 5 * time.Millisecond
)

// declaring calls load, which lets a script say what it is, within those limits. What goes beyond them is a mistake of that
// script, and nothing dies of it: neither this process nor a run that has little memory.
func (h *Host) declaring(ctx context.Context, load func(ctx context.Context, steps int64) error) error {
	steps := min(cmp.Or(h.Config.Limits.Steps, declaringSteps), declaringSteps)
	args := message.Args{"steps": steps, "seconds": int(declaringTime.Seconds()), "memory": drive.Size(declaringMemory).String()}
	limited, end := context.WithCancelCause(ctx)
	defer end(nil)
	limited, cancel := context.WithTimeout(limited, declaringTime)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		watchMemory(limited, heap()+declaringMemory, func() { end(message.New("run.limit", "run.declaring", args)) })
	}()
	err := load(limited, steps)
	cancel()
	<-watched
	if ctx.Err() != nil || !slices.Contains([]string{"run.limit", "run.timeout", "run.cancelled"}, message.Code(err)) {
		return err
	}
	runtime.GC() // the next one begins with none of its memory
	return &DeclaringError{message.Wrap(err, "run.limit", "run.declaring", args)}
}

// watchMemory calls end when this process has more than so many bytes in use. It returns when the context is over.
func watchMemory(ctx context.Context, most uint64, end func()) {
	for Sleep(ctx, declaringLook) == nil {
		if heap() > most {
			end()
		}
	}
}

// heap are the bytes in use, and those that nobody has collected yet.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// DeclaringError is a script that does too much while it is loaded.
type DeclaringError struct{ told *message.Error }

// Error is one line, with the place where it was ended.
func (e *DeclaringError) Error() string {
	if failed, ok := errors.AsType[*lua.Error](e.Unwrap()); ok && failed.Where != "" {
		return failed.Where + ": " + e.told.Sentence()
	}
	return e.told.Sentence()
}

// Sentence is Error without the place.
func (e *DeclaringError) Sentence() string { return e.told.Sentence() }

// Code is run.limit, whichever limit it was.
func (e *DeclaringError) Code() string { return e.told.Code() }

// Hint is what a script may take.
func (e *DeclaringError) Hint() string { return e.told.Hint() }

// Unwrap is how the script was ended.
func (e *DeclaringError) Unwrap() error { return e.told.Unwrap() }
