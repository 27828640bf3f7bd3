package inbox

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// killed goes through an inbox over and over, each time killed one step later; then once more to the end.
func killed(t *testing.T, make func(at int) (w *worker, delivered []string)) (steps int) {
	t.Helper()
	for at, dies := 1, true; dies && !t.Failed(); at++ {
		w, delivered := make(at)
		dies = w.dies(t, at)
		if again := w.dies(t, 0); again {
			t.Fatal("killed without a step")
		}
		w.through(t, delivered)
		if t.Failed() {
			t.Errorf("step %d", at)
		}
		steps = at
	}
	return steps
}

// files is an inbox with what may come: one like any other, one that is rejected, one whose name is taken where it goes, one
// with the content of another.
func files(t *testing.T, w *worker) []string {
	t.Helper()
	delivered := []string{"a", "bad b", "c", "a", "bad d"}
	w.deliver(t, "00000001.djp", "a")
	if taken := w.must(t); len(taken.Files) != 1 {
		t.Fatal(taken)
	}
	w.deliver(t, "00000002.djp", "bad b")
	if taken := w.must(t); len(taken.Files) != 1 {
		t.Fatal(taken)
	}
	w.deliver(t, "00000003.djp", "c")
	w.deliver(t, "00000001.djp", "a")
	w.deliver(t, "00000002.djp", "bad d")
	return delivered
}

func TestKilledAtEveryStepNoFileIsLostOrTakenTwice(t *testing.T) {
	steps := killed(t, func(int) (*worker, []string) {
		w := newWorker(t, "{number:8}.djp")
		return w, files(t, w)
	})
	if steps < 25 {
		t.Errorf("only %d steps", steps)
	}
}

func TestKilledAtEveryStepOfASequence(t *testing.T) {
	steps := killed(t, func(int) (*worker, []string) {
		w := newWorker(t, "{number:8}.djp")
		w.Sequence = "djp"
		return w, files(t, w)
	})
	if steps < 25 {
		t.Errorf("only %d steps", steps)
	}
}

func TestKilledAtEveryStepOfAMoveToAnotherVolume(t *testing.T) {
	other := smallVolume(t, "4m")
	steps := killed(t, func(at int) (*worker, []string) {
		w := newWorker(t, "{number:8}.djp")
		w.Done, w.Rejected = filepath.Join(other, fmt.Sprint(at), "done"), filepath.Join(other, fmt.Sprint(at), "rejected")
		return w, files(t, w)
	})
	if steps < 40 {
		t.Errorf("only %d steps", steps)
	}
}

// Processes work on one inbox at once, and are killed anywhere; whoever lives finishes what they began.
func TestManyProcessesAtOnceKilledAnywhere(t *testing.T) {
	for round := range 4 {
		random := rand.New(rand.NewPCG(uint64(round), 1))
		w := newWorker(t, "*.djp")
		if round%2 == 1 {
			w.Match, w.Sequence = "{number}.djp", "djp"
		}
		var delivered []string
		for n := range 24 {
			text := fmt.Sprintf("file %d of round %d", n, round)
			if random.IntN(5) == 0 {
				text = "bad " + text
			}
			delivered = append(delivered, text)
			w.deliver(t, fmt.Sprintf("%d.djp", n), text)
		}
		var over sync.WaitGroup
		for range 6 {
			p := *w
			p.At = 1 + random.IntN(60)
			cmd := p.command(t)
			over.Go(func() {
				if out, err := cmd.CombinedOutput(); err != nil && cmd.ProcessState.ExitCode() >= 0 {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
		over.Wait()
		if w.dies(t, 0) {
			t.Fatal("killed")
		}
		w.through(t, delivered)
		w.inOrder(t)
	}
}

// Of processes that do not die each file is said by one to be done.
func TestOfManyProcessesOneGetsAFile(t *testing.T) {
	w := newWorker(t, "*.djp")
	var delivered []string
	for n := range 60 {
		delivered = append(delivered, fmt.Sprint("file ", n))
		w.deliver(t, fmt.Sprintf("%03d.djp", n), delivered[n])
	}
	var commands []*exec.Cmd
	outputs := make([]strings.Builder, 6)
	for i := range outputs {
		cmd := w.command(t)
		cmd.Stdout, cmd.Stderr = &outputs[i], os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		commands = append(commands, cmd)
	}
	done := map[string]int{}
	for i, cmd := range commands {
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(outputs[i].String()) {
			done[strings.TrimSpace(line)]++
		}
	}
	if len(done) != 60 {
		t.Errorf("%v", done)
	}
	for line, n := range done {
		if n != 1 || !strings.HasPrefix(line, "done ") {
			t.Errorf("%q: %d times", line, n)
		}
	}
	w.through(t, delivered)
}
