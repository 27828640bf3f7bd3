package inbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/message"
)

func TestEveryMistakeOfAnInboxIsToldAtOnce(t *testing.T) {
	_, err := Open(Options{Folder: "in", Match: "*.djp", Done: ".", Rejected: ".", Sequence: "djp", ReadyAfter: -1})
	if got := strings.Count(err.Error(), "\n"); got != 3 || message.Code(err) != "option.value" {
		t.Error(err)
	}
	dir := t.TempDir()
	for _, folders := range [][2]string{{"", "rejected"}, {"done", ""}, {"x", "x"}, {"done", "./done"}, {dir, "rejected"}, {".djscript/claimed", "rejected"}, {"done", ".djscript"}} {
		if _, err := Open(Options{Folder: dir, Match: "*.djp", Done: folders[0], Rejected: folders[1]}); message.Code(err) != "option.value" {
			t.Errorf("%q: %v", folders, err)
		}
	}
}

func TestTheNameOfASequenceFitsTheLedger(t *testing.T) {
	for letters, want := range map[int]string{60: "", 61: "option.value"} {
		_, err := Open(Options{Folder: t.TempDir(), Match: "{number}.djp", Done: "done", Rejected: "rejected", Sequence: strings.Repeat("ç", letters)})
		if message.Code(err) != want {
			t.Errorf("%d: %v", letters, err)
		}
	}
}

func TestAnInboxThatIsNotThereIsNotMade(t *testing.T) {
	w := newWorker(t, "*.djp")
	for _, path := range []string{filepath.Join(w.Folder, "none"), w.Log} {
		w.Folder = path
		if path == w.Log {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.take(t.Context()); message.Code(err) != "txt.file" || message.Hint(err) == "" {
			t.Errorf("%v", err)
		}
	}
}

func TestWithoutNumbersTheOlderFileComesFirst(t *testing.T) {
	w := newWorker(t, "*.TXT")
	at := time.Now().Add(-time.Hour)
	for i, name := range []string{"c.TXT", "b.TXT", "a.TXT", "d.txt"} {
		w.deliver(t, name, name)
		if err := os.Chtimes(filepath.Join(w.Folder, name), at, at.Add(time.Duration(i/2)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	w.deliver(t, "e.dat", "not meant")
	if err := os.Mkdir(filepath.Join(w.Folder, "f.TXT"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := said(w.must(t)); !slices.Equal(got, []string{"done b.TXT", "done c.TXT", "done a.TXT", "done d.txt"}) {
		t.Errorf("%q", got)
	}
	if !exists(filepath.Join(w.Folder, "e.dat")) {
		t.Error("what was not meant is gone")
	}
}

func TestNumbersAreComparedAsNumbers(t *testing.T) {
	w := newWorker(t, "{number}.djp")
	for _, name := range []string{"10.djp", "9.djp", "100.djp"} {
		w.deliver(t, name, name)
	}
	if got := said(w.must(t)); !slices.Equal(got, []string{"done 9.djp", "done 10.djp", "done 100.djp"}) {
		t.Errorf("%q", got)
	}
}

// A back office sends 1, 2 and 5; 3 and 4 come later.
func TestAGapIsNamedAndWhatComesLateIsTaken(t *testing.T) {
	w := newWorker(t, "{number:8}.djp")
	w.Sequence = "djp"
	for _, n := range []int{1, 2, 5, 9} {
		w.deliver(t, fmt.Sprintf("%08d.djp", n), fmt.Sprint("file ", n))
	}
	taken := w.must(t)
	if got := fmt.Sprint(taken.Missing); got != "[3-4 6-8]" || len(said(taken)) != 4 {
		t.Errorf("%s, %q", got, said(taken))
	}
	w.deliver(t, "00000004.djp", "file 4")
	w.deliver(t, "00000010.djp", "file 10")
	taken = w.must(t)
	if got := said(taken); len(taken.Missing) != 0 || !slices.Equal(got, []string{"done 00000004.djp", "done 00000010.djp"}) {
		t.Errorf("%v, %q", taken.Missing, got)
	}
}

func TestBehindAGapNothingIsTouchedWhereThatIsAskedFor(t *testing.T) {
	w := newWorker(t, "{number:8}.djp")
	w.Sequence, w.StopAtGap = "djp", true
	for _, n := range []int{1, 2, 5} {
		w.deliver(t, fmt.Sprintf("%08d.djp", n), fmt.Sprint("file ", n))
	}
	taken := w.must(t)
	waits := taken.Files[len(taken.Files)-1]
	if taken.Awaited == nil || *taken.Awaited != (exchange.Range{First: 3, Last: 4}) || waits.Verdict != Waiting || message.Code(waits.Reason) != "txt.sequence" || !strings.Contains(waits.Reason.Error(), "3-4") {
		t.Errorf("%+v", taken)
	}
	if !exists(filepath.Join(w.Folder, "00000005.djp")) {
		t.Error("what waits was touched")
	}
	w.deliver(t, "00000003.djp", "bad file 3")
	w.deliver(t, "00000004.djp", "file 4")
	// A number that was rejected has not come either.
	if taken = w.must(t); taken.Awaited == nil || *taken.Awaited != (exchange.Range{First: 3, Last: 3}) {
		t.Errorf("%+v", taken)
	}
	w.deliver(t, "00000003.djp", "file 3")
	if got := said(w.must(t)); !slices.Equal(got, []string{"done 00000003.djp", "done 00000004.djp", "done 00000005.djp"}) {
		t.Errorf("%q", got)
	}
}

func TestANumberThatComesAgainIsToldApartByItsContent(t *testing.T) {
	w := newWorker(t, "{number:8}.djp")
	w.Sequence = "djp"
	w.deliver(t, "00000001.djp", "file 1")
	w.must(t)
	w.deliver(t, "00000001.djp", "file 1")
	if got := w.must(t); got.Files[0].Verdict != Repeated || !strings.HasPrefix(got.Files[0].Path, filepath.Join(w.Folder, "done", "00000001-")) || filepath.Ext(got.Files[0].Path) != ".djp" {
		t.Errorf("%+v", got)
	}
	w.deliver(t, "00000001.djp", "file 1, corrected")
	written := time.Date(2026, 11, 20, 18, 40, 0, 0, time.Local)
	if err := os.Chtimes(filepath.Join(w.Folder, "00000001.djp"), written, written); err != nil {
		t.Fatal(err)
	}
	got := w.must(t).Files[0]
	if got.Verdict != Rejected || message.Code(got.Reason) != "txt.sequence" || !strings.Contains(got.Reason.Error(), "2026-11-20 18:40") || !strings.Contains(got.Reason.Error(), time.Now().Format(time.DateOnly)) {
		t.Errorf("%+v", got)
	}
	told, err := os.ReadFile(got.Path + ".txt")
	if err != nil || !strings.Contains(string(told), message.Hint(got.Reason)) {
		t.Errorf("%q, %v", told, err)
	}
}

// The writer still has the file open, and goes on writing after it was read.
func TestAFileThatIsChangedAfterItWasReadIsReadAnew(t *testing.T) {
	w := newWorker(t, "*.djp")
	w.deliver(t, "a.djp", "first half")
	w.step = func(step string) {
		if step == "handled" {
			found, _ := filepath.Glob(filepath.Join(w.Folder, ".djscript", "claimed", "*.taken.*", "a.djp"))
			if err := os.WriteFile(found[0], []byte("first half and second half"), 0o600); err != nil {
				t.Error(err)
			}
		}
	}
	if got := w.must(t).Files[0]; got.Verdict != Left || message.Code(got.Reason) != "txt.file" {
		t.Errorf("%+v", got)
	}
	w.step = nil
	if got := said(w.must(t)); !slices.Equal(got, []string{"done a.djp"}) {
		t.Errorf("%q", got)
	}
	if got := lying(t, filepath.Join(w.Folder, "done")); got["a.djp"] != "first half and second half" || len(w.lines()) != 2 {
		t.Errorf("%q", got)
	}
	w.nothingBetween(t)
}

// Between the look and the rename the writer came back.
func TestAFileThatIsChangedWhileItIsClaimedWaits(t *testing.T) {
	w := newWorker(t, "*.djp")
	w.deliver(t, "a.djp", "first half")
	w.step = func(step string) {
		if step == "begun" {
			w.deliver(t, "a.djp", "another file")
		}
	}
	if got := w.must(t).Files[0]; got.Verdict != Waiting || len(w.lines()) != 0 {
		t.Errorf("%+v", got)
	}
	w.step = nil
	w.must(t)
	w.through(t, []string{"another file"})
}

func TestAFileThatGoesWhileItIsClaimedIsNobodysError(t *testing.T) {
	w := newWorker(t, "*.djp")
	w.deliver(t, "a.djp", "a")
	w.deliver(t, "b.djp", "b")
	w.step = func(step string) {
		if step == "begun" {
			_ = os.Remove(filepath.Join(w.Folder, "a.djp"))
		}
	}
	if got := said(w.must(t)); !slices.Equal(got, []string{"done b.djp"}) {
		t.Errorf("%q", got)
	}
	w.through(t, []string{"b"})
}

func TestWhatWasLeftComesFirstAndASecondOfItsNameIsAnother(t *testing.T) {
	w := newWorker(t, "*.djp")
	w.deliver(t, "b.djp", "later b")
	if got := said(w.must(t)); !slices.Equal(got, []string{"left b.djp"}) {
		t.Errorf("%q", got)
	}
	w.deliver(t, "a.djp", "a")
	w.deliver(t, "b.djp", "the second b")
	if got := said(w.must(t)); !slices.Equal(got, []string{"left b.djp", "done a.djp", "done b.djp"}) {
		t.Errorf("%q", got)
	}
	// The next turn has a database again.
	in, err := w.inbox()
	if err != nil {
		t.Fatal(err)
	}
	taken, err := in.Take(t.Context(), func(_ context.Context, c Claimed) Outcome {
		if !c.Again {
			t.Error("it was had before")
		}
		return Outcome{Verdict: Done}
	})
	if err != nil || len(taken.Files) != 1 || filepath.Base(taken.Files[0].Path) == "b.djp" {
		t.Errorf("%+v, %v", taken, err)
	}
	w.nothingBetween(t)
}

func TestWhatFollowsAFileThatWasLeftWaitsInASequence(t *testing.T) {
	w := newWorker(t, "{number}.djp")
	w.Sequence = "djp"
	w.deliver(t, "1.djp", "later 1")
	w.deliver(t, "2.djp", "file 2")
	for range 2 {
		if got := said(w.must(t)); !slices.Equal(got, []string{"left 1.djp", "waiting 2.djp"}) {
			t.Errorf("%q", got)
		}
	}
}

func TestAHandlerMayHaltTheTurn(t *testing.T) {
	w := newWorker(t, "*.djp")
	w.deliver(t, "a.djp", "a")
	w.deliver(t, "b.djp", "b")
	in, err := w.inbox()
	if err != nil {
		t.Fatal(err)
	}
	taken, err := in.Take(t.Context(), func(context.Context, Claimed) Outcome { return Outcome{Verdict: Rejected, Reason: errBad, Halt: true} })
	if got := said(taken); err != nil || !slices.Equal(got, []string{"rejected a.djp", "waiting b.djp"}) || taken.Files[1].Reason == nil {
		t.Errorf("%q, %v", got, err)
	}
}

// An outcome that was never given is no success.
func TestAHandlerThatSaysNothingLeavesTheFile(t *testing.T) {
	w := newWorker(t, "*.djp")
	w.deliver(t, "a.djp", "a")
	in, err := w.inbox()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Take(t.Context(), func(context.Context, Claimed) Outcome { return Outcome{} }); err != nil {
		t.Fatal(err)
	}
	w.must(t)
	w.through(t, []string{"a"})
}

func TestTheEndOfTheContextEndsATurn(t *testing.T) {
	cause := errors.New("enough")
	for name, when := range map[string]string{"while it waits for a writer": "watching", "before a file": "begun", "in the midst of a file": "handling"} {
		w := newWorker(t, "*.djp")
		w.ReadyAfter = time.Millisecond
		if when == "watching" {
			w.ReadyAfter = patience
		}
		w.deliver(t, "a.djp", "a")
		w.deliver(t, "b.djp", "b")
		ctx, cancel := context.WithCancelCause(t.Context())
		w.step = func(step string) {
			if step == when {
				cancel(cause)
			}
		}
		in, err := w.inbox()
		if err != nil {
			t.Fatal(err)
		}
		taken, err := in.Take(ctx, func(ctx context.Context, _ Claimed) Outcome {
			if ctx.Err() != nil {
				return Outcome{Verdict: Rejected, Reason: fmt.Errorf("read: %w", ctx.Err())}
			}
			return Outcome{Verdict: Done}
		})
		if !errors.Is(err, cause) || len(taken.Files) > 1 || len(taken.Files) == 1 && taken.Files[0].Verdict != Left {
			t.Errorf("%s: %v, %q", name, err, said(taken))
		}
		w.step = nil
		w.ReadyAfter = 0
		w.must(t)
		w.through(t, []string{"a", "b"})
	}
}

// A long rest is longer than a run: what it saw is remembered.
func TestAFileHasToRestFromOneRunToTheNext(t *testing.T) {
	w := newWorker(t, "*.djp")
	w.ReadyAfter = 10 * time.Minute
	now := monday
	turn := func() []string {
		t.Helper()
		in, err := w.inbox()
		if err != nil {
			t.Fatal(err)
		}
		in.Now = func() time.Time { return now }
		taken, err := in.Take(t.Context(), w.handle)
		if err != nil {
			t.Fatal(err)
		}
		return said(taken)
	}
	want := func(minutes int, want ...string) {
		t.Helper()
		now = now.Add(time.Duration(minutes) * time.Minute)
		if got := turn(); !slices.Equal(got, want) {
			t.Errorf("after %d minutes %q, want %q", minutes, got, want)
		}
	}
	old := monday.AddDate(-1, 0, 0)
	w.deliver(t, "a.djp", "a")
	if err := os.Chtimes(filepath.Join(w.Folder, "a.djp"), old, old); err != nil { // as a copied file comes
		t.Fatal(err)
	}
	want(0, "waiting a.djp")
	want(9, "waiting a.djp")
	w.deliver(t, "b.djp", "b")
	want(1, "done a.djp", "waiting b.djp")
	w.deliver(t, "b.djp", "b, longer")
	want(10, "waiting b.djp")
	want(-60, "waiting b.djp") // the clock was set right
	want(9, "waiting b.djp")
	other := *w
	other.Match = "*.djd"
	other.must(t) // another inbox of the folder does not forget it
	want(1, "done b.djp")
}

// PRODUTO.TXT and pré-vendas come into one folder.
func TestInboxesOfOneFolderLeaveEachOthersFiles(t *testing.T) {
	w := newWorker(t, "*.djp")
	w.deliver(t, "a.djp", "later a")
	w.must(t)
	other := *w
	other.Match = "PRODUTO.TXT"
	w.deliver(t, "PRODUTO.TXT", "products")
	if got := said(other.must(t)); !slices.Equal(got, []string{"done PRODUTO.TXT"}) {
		t.Errorf("%q", got)
	}
	if got := said(w.must(t)); !slices.Equal(got, []string{"left a.djp"}) {
		t.Errorf("%q", got)
	}
}

func TestReportsGoWhereTheirFileGoesUnderItsName(t *testing.T) {
	w := newWorker(t, "*.TXT")
	w.Done, w.Rejected = filepath.Join(filepath.Dir(w.Log), "done"), "no good"
	for n := range 3 {
		w.deliver(t, "PRODUTO.TXT", fmt.Sprint("bad ", n))
		got := w.must(t).Files[0]
		for _, path := range []string{got.Path, got.Path + ".report.txt", got.Path + outcomeSuffix} {
			if !exists(path) {
				t.Errorf("%s is not there", path)
			}
		}
		if filepath.Dir(got.Path) != filepath.Join(w.Folder, "no good") || filepath.Ext(got.Path) != ".TXT" {
			t.Errorf("%+v", got)
		}
	}
}
