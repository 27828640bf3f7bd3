package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/schedule"
)

// How long a run may take to end by itself when the scheduler is told to stop.
const grace = 20 * time.Second

func (a *app) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "serve", Short: message.Text("cli.serve_short", nil), Args: exactly(0), Example: "  djscript serve",
		RunE: func(c *cobra.Command, _ []string) error { return a.serve(c.Context()) },
	}
}

// scheduler starts what is due as child processes of this same program: what runs at night is what a person can run.
type scheduler struct {
	*app
	ctx   context.Context
	store *run.Host

	mu      sync.Mutex
	running map[string]bool
	all     sync.WaitGroup
}

func (a *app) serve(ctx context.Context) error {
	store, err := a.inForce(ctx, run.Request{Trigger: "cron"})
	if err != nil {
		return err
	}
	all, err := run.Dues(store.Config)
	if err != nil {
		return err
	}
	alone, err := store.Take(ctx, "serve", "serve", 0)
	if err != nil {
		return err
	}
	s := &scheduler{app: a, ctx: ctx, store: store, running: map[string]bool{}}
	s.reopen()
	err = s.loop(all)
	s.all.Wait()
	return errors.Join(err, alone.Release())
}

// reopen ends the restores of those that died, and opens what runs left closed: after a power cut nobody waits for the night.
func (s *scheduler) reopen() {
	told := s.store.Finish(s.ctx)
	failed := s.store.Reopen(s.ctx, func(text string) { fmt.Fprintln(s.err, message.Text("cli.warning", nil), text) })
	if err := errors.Join(told, failed); err != nil {
		for _, one := range flatten(err) {
			s.tellOne("cli.warning", one)
		}
	}
}

func (s *scheduler) loop(all []run.Due) error {
	var entries []*schedule.Entry
	for _, e := range all {
		entries = append(entries, e.Schedule)
		s.tellNext(e.Schedule)
	}
	if len(entries) == 0 {
		s.tell("cli.serve_nothing", nil)
	}
	loop := schedule.Loop{Now: s.now, Sleep: run.Sleep, Start: s.start, Missed: s.missed}
	if err := loop.Run(s.ctx, entries); s.ctx.Err() == nil {
		return err
	}
	s.tell("cli.serve_end", nil)
	return nil
}

func (s *scheduler) tellNext(e *schedule.Entry) {
	if at, ok := e.Next(s.now()); ok {
		s.tell("cli.serve_next", message.Args{"entry": e.Name(), "at": s.moment(at)})
	}
}

func (s *scheduler) moment(t time.Time) string { return moment(t, s.store.Config.Store.Location) }

func (s *scheduler) missed(e *schedule.Entry, at time.Time) {
	s.tell("cli.serve_missed", message.Args{"entry": e.Name(), "at": s.moment(at)})
}

// start starts an entry, unless its run before still goes on.
func (s *scheduler) start(e *schedule.Entry, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[e.Name()] {
		s.tell("cli.serve_still", message.Args{"entry": e.Name(), "at": s.moment(at)})
		return
	}
	s.running[e.Name()] = true
	s.tell("cli.serve_start", message.Args{"entry": e.Name(), "at": s.moment(at)})
	s.all.Go(func() {
		code := s.child(e.Name(), at)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.running, e.Name())
		s.tell("cli.serve_ended", message.Args{"entry": e.Name(), "exit": code})
		s.tellNext(e)
	})
}

// child runs the entry in a process of its own and gives its exit code. When the scheduler stops, the child is asked
// to end first.
func (s *scheduler) child(entry string, at time.Time) int {
	teller := *s.app
	teller.out, teller.json = s.err, false
	watcher := &watcher{out: s.err, events: s.events, now: s.now} // several may run: no bars
	store := *s.store
	report, err := teller.inChild(s.ctx, &store, run.Request{Target: entry, Trigger: "cron", Due: at}, watcher.watch, grace)
	watcher.end()
	if err != nil {
		s.tellOne("cli.error", message.Wrap(err, "run.failed", "cli.serve_child", message.Args{"entry": entry}))
		return run.ExitFailed
	}
	_ = teller.tellReport(report) // its error is the exit code
	return report.Exit
}
