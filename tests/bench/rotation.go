package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/djscript/djscript/host/retention"
)

// How many copies a destination has, and how many snapshots restic's repository: one every two hours, for years.
const (
	lying = 10_000
	apart = 2 * time.Hour
)

// keeps are the rules of both.
var keeps = retention.Policy{Hourly: 24, Daily: 31, Weekly: 8, Monthly: 24, Yearly: 10}

const (
	keepsHere   = "keep = { hourly = 24, daily = 31, weekly = 8, monthly = 24, yearly = 10 }"
	keepsRestic = "--keep-hourly=24 --keep-daily=31 --keep-weekly=8 --keep-monthly=24 --keep-yearly=10"
)

// yard is what rotation is measured on: a store with a full destination, one that is simulated, and restic's repository.
type yard struct {
	dir     string
	program string
	restic  *repository
}

// race is one way of doing the work, with the time that passed and the time that processors worked.
type race struct {
	name  string
	cold  bool // nothing of the disk is in the memory when it begins
	run   func(ctx context.Context) error
	times []time.Duration
	works []time.Duration
}

func benchRotation(ctx context.Context, program string, rounds int) (err error) {
	dir, err := os.MkdirTemp("", "djscript-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	y := &yard{dir: dir, program: program}
	fmt.Fprintf(os.Stderr, "making %d copies and %d snapshots\n", lying, lying)
	if err := errors.Join(y.stores(), y.fill(lying)); err != nil {
		return err
	}
	if y.restic, err = newRepository(ctx, filepath.Join(dir, "restic"), lying); err != nil {
		return err
	}
	races := y.races()
	for round := 0; round <= rounds; round++ {
		for _, r := range races {
			if err := r.once(ctx, round > 0); err != nil { // the first round warms the caches
				return fmt.Errorf("%s: %w", r.name, err)
			}
		}
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round, rounds)
	}
	y.report(races, rounds)
	return nil
}

func (y *yard) races() []*race {
	races := []*race{
		planning(10_000), planning(1_000_000),
		{name: "a simulated year of the default script", run: y.in("year", "simulate", "backup", "--days", "365", "--from", "2026-01-01")},
	}
	if !canCool() {
		fmt.Fprintln(os.Stderr, "nothing is measured cold: only root can empty the page cache, and only of Linux")
	}
	for _, r := range []race{
		{name: "copies list", run: y.in("full", "copies", "list")},
		{name: "copies prune --dry-run", run: y.in("full", "copies", "prune", "--dry-run")},
		{name: "restic forget --dry-run", run: func(ctx context.Context) error { return y.restic.forget(ctx) }},
	} {
		if canCool() { // before the warm one, which finds in the memory what this one read
			races = append(races, &race{name: r.name + ", cold", cold: true, run: r.run})
		}
		races = append(races, &r)
	}
	return races
}

// planning is what the guards make of copies that were read before: no disk, no process.
func planning(n int) *race {
	var copies []retention.Copy
	return &race{name: fmt.Sprintf("a plan for %d copies, by itself", n), run: func(context.Context) error {
		if copies == nil {
			copies = remembered(n)
		}
		proposal, err := retention.Propose([]retention.Policy{keeps}, copies)
		if err != nil {
			return err
		}
		plan, err := retention.Decide(copies, proposal, retention.Guards{Credit: map[string]int{"loja": 30}})
		if all := len(plan.Keep) + len(plan.Drop) + len(plan.Deferred); err == nil && all != n {
			err = fmt.Errorf("%d copies are in the plan", all)
		}
		return err
	}}
}

// remembered are copies as a destination gives them, newest first.
func remembered(n int) []retention.Copy {
	all := make([]retention.Copy, n)
	for i := range all {
		at := madeAt(n - i)
		all[i] = retention.Copy{
			ID: idOf(n - i), Seq: uint64(n - i), Day: dayOf(at), Created: at.Format(time.RFC3339), Class: "routine", State: retention.Verified,
			Database: "loja", Companies: "1,2,3", Bytes: 1 << 30, To: []string{"local"}, At: []string{"local"}, Device: "A", Checked: dayOf(at),
		}
	}
	return all
}

// in is djscript in a store.
func (y *yard) in(store string, args ...string) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		c := exec.CommandContext(ctx, y.program, append([]string{"-C", filepath.Join(y.dir, store), "--lang", "en"}, args...)...)
		c.Env = append(os.Environ(), "DJSCRIPT_KEYS="+filepath.Join(y.dir, "keys"))
		return output(c)
	}
}

// once runs it; what it wrote and what others left does not count.
func (r *race) once(ctx context.Context, counts bool) error {
	if err := settle(ctx, r.cold); err != nil {
		return err
	}
	began, worked := time.Now(), processorTime()
	if err := r.run(ctx); err != nil {
		return err
	}
	if counts {
		r.times, r.works = append(r.times, time.Since(began)), append(r.works, processorTime()-worked)
	}
	return nil
}

func (y *yard) report(races []*race, rounds int) {
	fmt.Printf("\n%s, %d copies and as many snapshots, %d rounds, median (fastest to slowest)\n\n", y.restic.version, lying, rounds)
	fmt.Println("| what | seconds | processors |\n|---|---|---|")
	took := map[string]float64{}
	for _, r := range races {
		slices.Sort(r.times)
		slices.Sort(r.works)
		took[r.name] = middle(r.times)
		fmt.Printf("| %s | %.3f (%.3f to %.3f) | %.3f |\n", r.name, took[r.name], r.times[0].Seconds(), r.times[len(r.times)-1].Seconds(), middle(r.works))
	}
	fmt.Println("\n| ratio | measured | target |\n|---|---|---|")
	fmt.Printf("| (i) a plan for 10,000 copies | %.0f ms | under 50 ms |\n", took[races[0].name]*1000)
	fmt.Printf("| (j) a plan for 1,000,000 copies | %.2f s | under 5 s |\n", took[races[1].name])
	fmt.Printf("| (k) a simulated year | %.2f s | under 1 s |\n", took[races[2].name])
	if cold, measured := took["copies list, cold"]; measured {
		fmt.Printf("| (l) list of 10,000 copies, cold | %.2f s | under 2 s |\n", cold)
		fmt.Printf("| (m) rotation rehearsed, cold: djscript to restic | %.2f | |\n", took["copies prune --dry-run, cold"]/took["restic forget --dry-run, cold"])
	}
	fmt.Printf("| (n) rotation rehearsed, warm: djscript to restic | %.2f | |\n", took["copies prune --dry-run"]/took["restic forget --dry-run"])
}
