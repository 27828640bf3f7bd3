package inbox

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/message"
)

// What was imported is not handled again. But a run that died may have been at the second of two imports of its file: that is
// for the handler to know.
func TestARepeatIsHandledOnlyWhereARunDied(t *testing.T) {
	w := newWorker(t, "{number}.djp")
	w.Sequence = "djp"
	w.deliver(t, "1.djp", "one")
	w.must(t)
	w.deliver(t, "1.djp", "one")
	handled := 0
	in, err := w.inbox()
	if err != nil {
		t.Fatal(err)
	}
	count := func(context.Context, Claimed) Outcome {
		handled++
		return Outcome{Verdict: Left}
	}
	if taken, err := in.Take(t.Context(), count); err != nil || handled != 0 || taken.Files[0].Verdict != Repeated || taken.Files[0].Reason == nil {
		t.Errorf("%+v, %v, handled %d times", taken, err, handled)
	}
	w.deliver(t, "2.djp", "two")
	if _, err := in.Take(t.Context(), func(ctx context.Context, c Claimed) Outcome {
		w.handle(ctx, c)
		return Outcome{Verdict: Left}
	}); err != nil {
		t.Fatal(err)
	}
	if taken, err := in.Take(t.Context(), count); err != nil || handled != 1 {
		t.Errorf("%+v, %v, handled %d times", taken, err, handled)
	}
}

// Another run takes number 2 while this one has number 1.
func TestAGapThatWasFilledMeanwhileIsNone(t *testing.T) {
	for _, stop := range []bool{false, true} {
		w := newWorker(t, "{number}.djp")
		w.Sequence, w.StopAtGap = "djp", stop
		w.deliver(t, "1.djp", "one")
		w.deliver(t, "3.djp", "three")
		w.step = func(step string) {
			if step != "handling" || len(w.lines()) != 0 {
				return
			}
			line, _ := json.Marshal(exchange.Import{Content: "two", Number: 2, At: time.Now()})
			if err := drive.Append(w.Log, line); err != nil {
				t.Error(err)
			}
		}
		taken := w.must(t)
		if got := said(taken); len(taken.Missing) != 0 || taken.Awaited != nil || !slices.Equal(got, []string{"done 1.djp", "done 3.djp"}) {
			t.Errorf("%+v", taken)
		}
	}
}

func TestWhatWasLeftComesFirstWhateverItsNumber(t *testing.T) {
	w := newWorker(t, "{number}.djp")
	w.deliver(t, "5.djp", "later 5")
	w.must(t)
	w.deliver(t, "3.djp", "file 3")
	if got := said(w.must(t)); !slices.Equal(got, []string{"left 5.djp", "done 3.djp"}) {
		t.Errorf("%q", got)
	}
}

// meanwhile has another process take the first file, which it holds until this turn is over.
func (w *worker) meanwhile(t *testing.T, before string) Taken {
	t.Helper()
	other, err := w.inbox()
	if err != nil {
		t.Fatal(err)
	}
	held, over, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	begin := func() {
		go func() {
			_, err := other.Take(t.Context(), func(ctx context.Context, c Claimed) Outcome {
				if c.Name == "1.djp" {
					close(held)
					<-over
				}
				return w.handle(ctx, c)
			})
			ended <- err
		}()
		<-held
	}
	p := *w
	p.ReadyAfter = time.Millisecond
	begun := before == ""
	if begun {
		begin()
	}
	p.step = func(step string) {
		if step == before && !begun {
			begun = true
			begin()
		}
	}
	taken := p.must(t)
	close(over)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	return taken
}

// Whether the other one was there before, or came after the look.
func TestASequenceIsWorkedOnByOneProcessAtATime(t *testing.T) {
	for _, before := range []string{"", "watching"} {
		w := newWorker(t, "{number}.djp")
		w.Sequence = "djp"
		w.deliver(t, "1.djp", "one")
		w.deliver(t, "2.djp", "two")
		taken := w.meanwhile(t, before)
		if got := said(taken); !slices.Equal(got, []string{"waiting 2.djp"}) || message.Code(taken.Files[0].Reason) != "lock.timeout" || !strings.Contains(taken.Files[0].Reason.Error(), "process") {
			t.Errorf("%q: %q, %v", before, got, taken)
		}
		w.must(t)
		w.through(t, []string{"one", "two"})
		w.inOrder(t)
	}
}

func TestWithoutASequenceProcessesShareTheFiles(t *testing.T) {
	for _, before := range []string{"", "watching"} {
		w := newWorker(t, "{number}.djp")
		w.deliver(t, "1.djp", "one")
		w.deliver(t, "2.djp", "two")
		if got := said(w.meanwhile(t, before)); !slices.Equal(got, []string{"done 2.djp"}) {
			t.Errorf("%q", got)
		}
		w.through(t, []string{"one", "two"})
	}
}

// Between the look and the lock its run ended it.
func TestAClaimThatEndedMeanwhileIsNotTakenOver(t *testing.T) {
	w := newWorker(t, "*.djp")
	w.deliver(t, "a.djp", "later a")
	w.must(t)
	in, err := w.inbox()
	if err != nil {
		t.Fatal(err)
	}
	seen, err := in.claims()
	if err != nil || len(seen) != 1 {
		t.Fatal(seen, err)
	}
	if _, err := in.Take(t.Context(), func(context.Context, Claimed) Outcome { return Outcome{Verdict: Done} }); err != nil {
		t.Fatal(err)
	}
	if ours, err := in.take(seen[0]); ours || err != nil {
		t.Errorf("%v, %v", ours, err)
	}
	w.nothingBetween(t)
}

func TestALockWithoutAClaimIsTakenAwayWhenNobodyHoldsIt(t *testing.T) {
	w := newWorker(t, "*.djp")
	w.must(t)
	in, err := w.inbox()
	if err != nil {
		t.Fatal(err)
	}
	dead, living := in.lockPath(in.newID()), in.lockPath(in.newID())
	lock, err := drive.TryLock(living)
	if err != nil || os.WriteFile(dead, nil, 0o600) != nil {
		t.Fatal(err)
	}
	w.must(t)
	if exists(dead) || !exists(living) {
		t.Errorf("dead %v, living %v", exists(dead), exists(living))
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	w.must(t)
	w.nothingBetween(t)
}

// A person made a folder of that name, or put something into a claim.
func TestWhatIsNotOursAmongTheClaimedStays(t *testing.T) {
	w := newWorker(t, "*.djp")
	w.must(t)
	in, err := w.inbox()
	if err != nil {
		t.Fatal(err)
	}
	odd := filepath.Join(in.claimed, in.newID()+".taken.a.djp")
	note := filepath.Join(odd, "note")
	other := filepath.Join(in.claimed, "x.taken.a.djp")
	for _, dir := range []string{odd, other} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(note, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if taken := w.must(t); len(taken.Files) != 0 {
		t.Errorf("%+v", taken)
	}
	if !exists(note) || !exists(other) {
		t.Error("it is gone")
	}
}
