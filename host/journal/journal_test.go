package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/message"
)

func run(t *testing.T, j Journal, id string) *Run {
	t.Helper()
	r, err := j.Begin(Start{Run: id, At: time.Unix(0, 0), Script: "s"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.file.Close() }) // Windows removes no file that is open
	if err := r.Write(Event{Kind: "log", Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestARunIsReadBackAsItWasWritten(t *testing.T) {
	j := In(filepath.Join(t.TempDir(), "runs"))
	if err := run(t, j, "01A").Finish(End{Result: Done, Job: "backup"}); err != nil {
		t.Fatal(err)
	}
	got, err := j.Read("01A")
	if err != nil || got.End.Result != Done || got.Job != "backup" || len(got.Events) != 1 || got.Events[0].Text != "hello" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestARunThatDiedIsReadUpToWhereItWas(t *testing.T) {
	j := In(t.TempDir())
	run(t, j, "01A")
	path := j.path("01A")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) {
		if err := os.WriteFile(path, whole[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := j.Read("01A")
		if err != nil || got.End.Result != CutOff {
			t.Fatalf("after %d bytes: %+v, %v", n, got, err)
		}
	}
}

func TestARunIsFoundByItsEndAndNotByOneThatTwoShare(t *testing.T) {
	j := In(t.TempDir())
	run(t, j, "01AX")
	run(t, j, "01BX")
	if got, err := j.Read("ax"); err != nil || got.Run != "01AX" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, id := range []string{"X", "", "nobody"} {
		if _, err := j.Read(id); message.Code(err) != "arg.value" {
			t.Errorf("%q: %v", id, err)
		}
	}
	ids, err := j.Runs()
	if err != nil || strings.Join(ids, " ") != "01BX 01AX" {
		t.Errorf("runs %v, %v", ids, err)
	}
}

func TestTwoRunsNeverShareAFile(t *testing.T) {
	j := In(t.TempDir())
	run(t, j, "01A")
	if _, err := j.Begin(Start{Run: "01A"}); err == nil {
		t.Error("a second run took the first one's file")
	}
}

func TestARunThatDiedIsGivenItsEndWhereverItWas(t *testing.T) {
	j := In(t.TempDir())
	run(t, j, "01A")
	path := j.path("01A")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) + 1 {
		if err := os.WriteFile(path, whole[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		again, err := j.Reopen("01A")
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Finish(End{Result: Failed, Exit: 1, Usage: &Usage{Memory: 5}}); err != nil {
			t.Fatal(err)
		}
		got, err := j.Read("01A")
		if err != nil || got.End.Result != Failed || got.End.Usage.Memory != 5 {
			t.Fatalf("after %d bytes: %+v, %v", n, got, err)
		}
	}
}

func TestARunKeepsTheEndThatItHas(t *testing.T) {
	j := In(t.TempDir())
	if err := run(t, j, "01A").Finish(End{Result: Done}); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Reopen("01A"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Reopen: %v", err)
	}
	if _, err := j.Reopen("01B"); err == nil {
		t.Error("reopened what never was")
	}
}

func TestALineThatAFullDiskCutOffSpoilsNoOther(t *testing.T) {
	j := In(t.TempDir())
	run, err := j.Begin(Start{Run: "01A"})
	if err != nil {
		t.Fatal(err)
	}
	whole := run.file
	if run.file, err = os.Open(whole.Name()); err != nil { // for reading alone: as a disk without room
		t.Fatal(err)
	}
	if err := run.Write(Event{Kind: "log"}); err == nil {
		t.Fatal("it was written")
	}
	if err := run.file.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := whole.WriteString(`{"line":"event","ev`); err != nil {
		t.Fatal(err)
	}
	run.file = whole
	if err := run.Finish(End{Result: Done}); err != nil {
		t.Fatal(err)
	}
	if kept, err := j.Read("01A"); err != nil || kept.End.Result != Done || len(kept.Events) != 0 {
		t.Errorf("%v, %+v", err, kept)
	}
}

func TestNoLineIsLargerThanItMayBe(t *testing.T) {
	j := In(t.TempDir())
	r, err := j.Begin(Start{Run: "01A"})
	if err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("ção ", 5<<20)
	for _, e := range []Event{
		{Kind: "call", Name: "a", Args: "kept", Result: large}, {Kind: "call", Name: "b", Args: large, Result: "kept"},
		{Kind: "log", Text: large}, {Kind: "log", Text: "kept", Fields: large}, {Kind: "step", Name: "c", Error: &Failure{Code: "x.y", Message: large}},
	} {
		if err := r.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Finish(End{Result: Done, Value: large}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(j.path("01A"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if len(line) > 2*maxLine {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	kept, err := j.Read("01A")
	if err != nil || len(kept.Events) != 5 || kept.End.Result != Done {
		t.Fatalf("%d events, %+v, %v", len(kept.Events), kept.End, err)
	}
	for _, e := range kept.Events {
		if !e.Cut {
			t.Errorf("%s %s was cut and does not say so", e.Kind, e.Name)
		}
	}
	if kept.Events[0].Args != "kept" || kept.Events[1].Result != "kept" || kept.Events[3].Text != "kept" || !strings.HasPrefix(kept.Events[2].Text, "ção") {
		t.Error("more was left out than was too large")
	}
}

func TestAnEndWithVeryManyReasonsKeepsTheFirst(t *testing.T) {
	j := In(t.TempDir())
	reasons := make([]string, 1000)
	for i := range reasons {
		reasons[i] = strings.Repeat("x", 10_000)
	}
	reasons[0] = "first"
	if err := run(t, j, "01A").Finish(End{Result: Failed, Degraded: reasons, Error: &Failure{Code: "kept"}}); err != nil {
		t.Fatal(err)
	}
	kept, err := j.Read("01A")
	if err != nil || !kept.End.Cut || kept.End.Degraded[0] != "first" || Size(kept.End) > 2*maxLine || kept.End.Error.Code != "kept" {
		t.Errorf("%v: %d reasons in %d bytes, cut: %v", err, len(kept.End.Degraded), Size(kept.End), kept.End.Cut)
	}
}

func TestAWholeIDIsReadWithoutAListAndLeadsNowhereElse(t *testing.T) {
	dir := t.TempDir()
	j := In(filepath.Join(dir, "runs"))
	run(t, In(dir), "01B")
	run(t, j, "01A")
	if _, err := j.Read("../01B"); message.Code(err) != "arg.value" {
		t.Errorf("a run beside the folder was read: %v", err)
	}
	if got, err := j.Read("01A"); err != nil || got.Run != "01A" {
		t.Errorf("%+v, %v", got, err)
	}
}
