package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/djscript/djscript/host/restore"
)

// field is what restores are measured on: the ground of the copies, with one proven copy put aside.
type field struct {
	*ground
	zip, fbk string
	steps    []restore.Seconds
	races    []*race
}

func benchRestore(ctx context.Context, program string, bytes int64, rounds int) (err error) {
	g, err := prepare(ctx, program, bytes)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.server.Stop(), os.RemoveAll(g.dir)) }()
	f := &field{ground: g, fbk: g.path("aside/loja.fbk")}
	if err := f.putAside(ctx); err != nil {
		return err
	}
	f.enter()
	for round := 0; round <= rounds; round++ {
		for _, r := range f.races {
			if err := r.once(ctx, round > 0); err != nil { // the first round warms the caches
				return fmt.Errorf("%s: %w", r.name, err)
			}
			if err := f.clean(ctx); err != nil {
				return err
			}
		}
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round, rounds)
	}
	f.steps = f.steps[1:]
	return f.report(rounds)
}

// putAside makes the copy that all restore, and unpacks what gbak reads of it.
func (f *field) putAside(ctx context.Context) error {
	if err := output(f.djscript(ctx, "run", "default:backup", "verify=restore")); err != nil {
		return err
	}
	made, err := filepath.Glob(f.path("a/*.zip"))
	if err == nil && len(made) != 1 {
		err = fmt.Errorf("%d copies were made", len(made))
	}
	if err != nil {
		return err
	}
	if err := os.Rename(f.path("a"), f.path("aside")); err != nil {
		return err
	}
	f.zip = f.path("aside/" + filepath.Base(made[0]))
	to, err := os.Create(f.fbk)
	if err != nil {
		return err
	}
	unzip := exec.CommandContext(ctx, "unzip", "-p", f.zip, "*.fbk")
	unzip.Stdout = to
	err = errors.Join(unzip.Run(), to.Close())
	f.clear(ctx)
	return err
}

func (f *field) enter() {
	preview := f.restoring("--dry-run")
	f.races = []*race{
		{name: "`gbak -c -se` of the .fbk", run: func(ctx context.Context) error { return f.gbak(ctx, "-c", f.fbk, f.path("bare/restored.fdb")) }},
		{name: "djscript restore, the live database swapped", run: f.whole},
		{name: "preview", run: preview},
		{name: "preview, deep", run: f.restoring("--dry-run", "--deep")},
	}
	if canCool() {
		f.races = append(f.races, &race{name: "preview, cold", cold: true, run: preview})
	}
}

// restoring is a restore of the copy with nobody who could answer.
func (f *field) restoring(flags ...string) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		return output(f.djscript(ctx, append([]string{"restore", f.zip}, flags...)...))
	}
}

// whole restores the copy in place of the live database, and keeps what its steps took.
func (f *field) whole(ctx context.Context) error {
	c := f.djscript(ctx, "restore", f.zip, "--yes", "--json")
	out, err := c.Output()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	var told struct {
		Value []restore.Result `json:"value"`
	}
	if err := json.Unmarshal(out, &told); err != nil {
		return err
	}
	f.steps = append(f.steps, told.Value[0].Seconds)
	return nil
}

// clean lets go of the database that a restore keeps, and takes away what was made.
func (f *field) clean(ctx context.Context) error {
	kept, err := filepath.Glob(f.db + ".*")
	if err == nil && len(kept) > 0 {
		err = output(f.djscript(ctx, "restore", "--discard", "--yes"))
	}
	f.clear(ctx)
	return err
}

// step is the median of what one step of the restores took.
func (f *field) step(of func(restore.Seconds) float64) float64 {
	var all []float64
	for _, s := range f.steps {
		all = append(all, of(s))
	}
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

func (f *field) report(rounds int) error {
	info, err := os.Stat(f.db)
	if err != nil {
		return err
	}
	fmt.Printf("\nFirebird %s, restores of a database of %d MB, %d rounds, median (fastest to slowest)\n\n", f.tools.Version, info.Size()>>20, rounds)
	fmt.Println("| what | seconds |\n|---|---|")
	took := map[string]float64{}
	for _, r := range f.races {
		slices.SortFunc(r.times, func(a, b time.Duration) int { return int(a - b) })
		took[r.name] = middle(r.times)
		fmt.Printf("| %s | %.3f (%.3f to %.3f) |\n", r.name, took[r.name], r.times[0].Seconds(), r.times[len(r.times)-1].Seconds())
	}
	build := f.step(func(s restore.Seconds) float64 { return s.Build })
	fmt.Printf("| — of that: the copy of what was before | %.3f |\n", f.step(func(s restore.Seconds) float64 { return s.PreRestore }))
	fmt.Printf("| — of that: the new database built | %.3f |\n", build)
	fmt.Printf("| — of that: its proof | %.3f |\n", f.step(func(s restore.Seconds) float64 { return s.Proof }))
	fmt.Printf("| — the store was closed for | %.3f |\n", f.step(func(s restore.Seconds) float64 { return s.Closed }))
	fmt.Println("\n| ratio | measured | target |\n|---|---|---|")
	fmt.Printf("| (o) the new database built : bare gbak -c -se | %.2f | 1.15 or less |\n", build/took[f.races[0].name])
	fmt.Printf("| (p) preview from the manifest | %.2f s | under 1 s |\n", took["preview"])
	return nil
}
