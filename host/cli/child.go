package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/child"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
)

// spoken is one line that a run in a process of its own says to the one that started it.
type spoken struct {
	Event  *run.Event          `json:"event,omitempty"`
	Ask    *primitive.Question `json:"ask,omitempty"` // is answered with a reply
	Report *report             `json:"report,omitempty"`
}

func readSpoken(line []byte) (said spoken, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber() // a plan is the same only with the same numbers
	err := decoder.Decode(&said)
	return said, err == nil
}

// inChild runs a job in a process of its own, within the store's limit of memory, and gives what it reports. A run that
// dies without a word is given its end.
func (a *app) inChild(ctx context.Context, store *run.Host, request run.Request, watch func(run.Event), grace time.Duration) (*report, error) {
	var got *report
	var id string
	store.Watch = watch
	answers := make(chan any, 1) // a run asks one question at a time
	c, err := child.Start(ctx, child.Options{
		Program: a.self, Args: []string{"-C", store.Config.Dir, "--lang", message.Language(), "__run"},
		Memory: store.Config.Limits.Memory, Request: request, Grace: grace, Answers: answers,
		Line: func(line []byte) {
			said, ok := readSpoken(line)
			if !ok {
				return
			}
			if said.Report != nil {
				got = said.Report
			}
			if said.Ask != nil {
				// The person may take long, and the line must not: the end of the run comes the same way.
				go func() { answers <- replyTo(ctx, store.Ask, *said.Ask) }()
			}
			if said.Event != nil {
				id = said.Event.Run
				watch(*said.Event)
			}
		},
	})
	if err != nil && ctx.Err() == nil {
		return nil, err
	}
	var end child.Ended
	var late atomic.Bool
	if err == nil {
		defer a.killLate(c, store.Limit(request.Target)+grace, &late)()
		if end, err = c.Wait(); err != nil {
			return nil, err
		}
	}
	if got != nil {
		return got, nil
	}
	if late.Load() {
		return reportOf(store.Died(request, run.Death{Run: id, Err: run.TimeoutError(store.Limit(request.Target)), Memory: end.PeakMemory})), nil
	}
	death := run.Death{Run: id, Err: causeOf(ctx, store, end, grace), Memory: end.PeakMemory, Words: end.LastWords}
	return reportOf(store.Died(request, death)), nil
}

// killLate kills a run that is still there when its own timeout should long have ended it: it is frozen, or waits for a
// disk that never answers.
func (a *app) killLate(c *child.Child, after time.Duration, late *atomic.Bool) (stop func()) {
	timer := time.AfterFunc(after, func() {
		late.Store(true)
		c.Kill()
	})
	return func() { timer.Stop() }
}

// causeOf is why a run died without a word, as far as it can be known.
func causeOf(ctx context.Context, store *run.Host, end child.Ended, grace time.Duration) error {
	switch {
	case ctx.Err() != nil && end.Signal == "":
		return context.Cause(ctx)
	case ctx.Err() != nil:
		return message.New("run.cancelled", "run.killed_late", message.Args{"grace": grace.String()})
	case end.OutOfMemory:
		return noMemory(store.Config.Limits.Memory)
	case end.Signal != "":
		return message.New("run.died", "run.killed", message.Args{"signal": end.Signal})
	}
	return message.New("run.died", "run.died", message.Args{"exit": end.Exit, "cause": end.Cause()})
}

// childCommand is what inChild starts.
func (a *app) childCommand() *cobra.Command {
	return &cobra.Command{
		Use: "__run", Short: message.Text("cli.child_short", nil), Hidden: true, Args: exactly(0), Example: "  djscript __run",
		RunE: func(c *cobra.Command, _ []string) error { return a.runAsChild(c.Context()) },
	}
}

func (a *app) runAsChild(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var request run.Request
	says := &speaker{out: a.out}
	person := &remote{says: says, replies: make(chan reply, 1)}
	err := child.Request(a.in, &request, person.heard, func() { cancel(message.New("run.cancelled", "cli.cancelled", nil)) })
	if err != nil {
		return err
	}
	store, err := a.inForce(ctx, request)
	if err != nil {
		return says.say(spoken{Report: &report{Exit: run.ExitOf(err), Errors: toldAll(err)}})
	}
	go spare(ctx, store.Config.Limits.Memory, cancel)
	request.Params = numbers(request.Params).(map[string]any)
	store.Ask = person.ask
	store.Watch = func(e run.Event) { _ = says.say(spoken{Event: &e}) } // who does not listen any more is told nothing
	store.Peak = child.PeakMemory
	return says.say(spoken{Report: reportOf(store.Run(ctx, request))})
}

// Of the memory that it may have, a run is ended when it keeps more than keepable of it in use, and Go spares no time to
// collect the rest from collectAt on. Between that and the limit itself there would be no end of collecting.
const (
	keepable  = 0.7
	collectAt = 0.9
	lookEvery = 20 * time.Millisecond
)

// spare ends a run in good order, with what it deferred, before its process dies of the limit: as far as it is slow
// enough in taking memory.
func spare(ctx context.Context, memory int64, end context.CancelCauseFunc) {
	if memory == 0 {
		return
	}
	debug.SetMemoryLimit(int64(float64(memory) * collectAt))
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for run.Sleep(ctx, lookEvery) == nil {
		if metrics.Read(live); float64(live[0].Value.Uint64()) > float64(memory)*keepable {
			end(noMemory(memory))
			return
		}
	}
}

func noMemory(limit int64) error {
	return message.New("run.limit", "run.memory", message.Args{"limit": size(limit)})
}

// speaker says it line by line, for several goroutines.
type speaker struct {
	mu  sync.Mutex
	out io.Writer
}

func (s *speaker) say(one spoken) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	encoder := json.NewEncoder(s.out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(one); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return nil
}

// numbers makes integers of JSON's numbers where they are, and else floats, at any depth.
func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		n, _ := v.Float64() // JSON has no other numbers
		return n
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = numbers(v[key])
		}
	}
	return v
}
