// Command mutants plants bugs and looks whether the tests find them. Each invariant of the rotation has at least one planted
// bug in mutants.toml, and so has whatever changes the data of a shop: a text of a source file, what stands there instead,
// and the tests that have to turn red. Bugs are planted with go test -overlay: no file of the tree is ever written.
//
//	go run ./tests/mutants
//	go run ./tests/mutants -only I-8
//	go run ./tests/mutants -only 'host/restore/.*'
//
// It ends with 1 when a planted bug survives, when it can not be planted any more, or when an invariant has none.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"sync"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	only := flag.String("only", "", "a regular expression: of invariants, or of files")
	flag.Parse()
	if err := mutants(ctx, ".", *only, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1)
	}
}

// tablePath is where the planted bugs are written down, from the root of the tree.
const tablePath = "tests/mutants/mutants.toml"

// atOnce is how many planted bugs are tried at the same time.
const atOnce = 2

// mutants tries the planted bugs of the tree at root, and prints how each of them fared.
func mutants(ctx context.Context, root, only string, out io.Writer) error {
	all, err := load(root, tablePath)
	if err != nil {
		return err
	}
	chosen, err := choose(all, only)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	t := &tree{root: root, work: work}
	var verdicts []verdict
	var red []error
	each(chosen, func(m Mutant) string { return m.Package }, func(m Mutant) {
		own := slices.DeleteFunc(slices.Clone(chosen), func(other Mutant) bool { return other.Package != m.Package })
		in := t.weave(ctx, m.Package, own)
		if err := t.sound(ctx, own, in); err != nil {
			red = append(red, err)
			return
		}
		verdicts = append(verdicts, t.try(ctx, own, in, out)...)
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return errors.Join(append(red, tell(out, verdicts))...)
}

// choose are the planted bugs whose invariant or file fits.
func choose(all []Mutant, only string) ([]Mutant, error) {
	fits, err := regexp.Compile("^(?:" + only + ")$")
	if err != nil {
		return nil, err
	}
	if only == "" {
		return all, nil
	}
	chosen := slices.DeleteFunc(slices.Clone(all), func(m Mutant) bool {
		return !fits.MatchString(m.Invariant) && !fits.MatchString(m.File)
	})
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no planted bug fits %q", only)
	}
	return chosen, nil
}

// sound refuses a package whose tests are red before anything was planted: they would find every bug.
func (t *tree) sound(ctx context.Context, own []Mutant, in *woven) error {
	var named []string
	for _, m := range own {
		if !slices.Contains(named, m.Run) {
			named = append(named, m.Run)
		}
	}
	ended, tests := ended{}, strings.Join(named, "|")
	if in != nil {
		ended = in.run(ctx, tests, -1)
	} else {
		ended = t.test(ctx, own[0].Package, tests, "")
	}
	if ended.result != green {
		return fmt.Errorf("%s is %s before anything is planted\n%s", own[0].Package, ended.result, brief(ended.output))
	}
	return nil
}

// each calls fn for the first planted bug of each kind.
func each(all []Mutant, kind func(Mutant) string, fn func(Mutant)) {
	seen := map[string]bool{}
	for _, m := range all {
		if !seen[kind(m)] {
			seen[kind(m)] = true
			fn(m)
		}
	}
}

// try wakes the bugs of a package, and prints each verdict when it is known.
func (t *tree) try(ctx context.Context, all []Mutant, in *woven, out io.Writer) []verdict {
	verdicts := make([]verdict, len(all))
	next := make(chan int)
	var workers sync.WaitGroup
	var printing sync.Mutex
	for range atOnce {
		workers.Go(func() {
			for i := range next {
				verdicts[i] = t.judge(ctx, all[i], i, in)
				printing.Lock()
				fmt.Fprintln(out, verdicts[i])
				printing.Unlock()
			}
		})
	}
	for i := range all {
		if ctx.Err() == nil {
			next <- i
		}
	}
	close(next)
	workers.Wait()
	return verdicts
}

// tell prints the kill rate; what is not as it should be is the error.
func tell(out io.Writer, verdicts []verdict) error {
	dead := 0
	for _, v := range verdicts {
		if v.result == killed {
			dead++
		}
	}
	fmt.Fprintf(out, "%d of %d planted bugs were found: %.0f %%\n", dead, len(verdicts), 100*float64(dead)/float64(len(verdicts)))
	if dead < len(verdicts) {
		return fmt.Errorf("%d planted bugs were not found", len(verdicts)-dead)
	}
	return nil
}
