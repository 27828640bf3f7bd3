package run

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/lua"
)

// ends runs a job of this body, and gives how it went and what its journal says of it.
func (h *Host) ends(t *testing.T, body string) (*Outcome, *journal.Entry) {
	t.Helper()
	h.put(t, "caixa", job(body))
	o := h.Run(t.Context(), Request{Target: "caixa", Trigger: "manual"})
	kept, err := h.Journal().Read(o.Run)
	if err != nil || kept.End.Result != o.Result {
		t.Fatalf("the journal: %v, %+v", err, kept)
	}
	return o, kept
}

// said are the words that the journal kept.
func said(kept *journal.Entry) string {
	var words []string
	for _, e := range kept.Events {
		if e.Kind == "log" {
			words = append(words, e.Text)
		}
	}
	return strings.Join(words, " ")
}

// weight is how many bytes the journal of a run takes.
func (h *Host) weight(t *testing.T, run string) int64 {
	t.Helper()
	file, err := os.Stat(filepath.Join(h.Config.Dir, ".djscript", "runs", run+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return file.Size()
}

func TestADeferredFunctionTakesNoStepsFromTheOthers(t *testing.T) {
	h := desk(t)
	h.Config.Limits.Steps = 100_000
	o, kept := h.ends(t, `dj.defer(function() dj.log.info("cleaned") end)
dj.defer(function() while true do end end)
dj.defer(function() while true do end end)
error("body")`)
	if got := said(kept); got != "cleaned" || len(o.Degraded) != 2 || message.Code(o.Degraded[1]) != "run.limit" || message.Code(o.Err) != "script.failed" {
		t.Errorf("it said %q; %v; degraded: %v", got, o.Err, o.Degraded)
	}
}

func TestWhatADeferredFunctionDefersIsDoneNext(t *testing.T) {
	_, kept := desk(t).ends(t, `dj.defer(function() dj.log.info("c") end)
dj.defer(function() dj.log.info("a") dj.defer(function() dj.log.info("b") end) end)`)
	if got := said(kept); got != "a b c" {
		t.Errorf("it said %q", got)
	}
}

func TestARunDefersOnlySoMuch(t *testing.T) {
	o, kept := desk(t).ends(t, `local n = 0
dj.defer(function() dj.log.info("called " .. n) end)
while true do dj.defer(function() n = n + 1 end) end`)
	if message.Code(o.Err) != "run.limit" || !strings.Contains(o.Err.Error(), "caixa.lua:4") || said(kept) != fmt.Sprint("called ", maxDeferred-1) {
		t.Errorf("%v; %s", o.Err, said(kept))
	}
	o, _ = desk(t).ends(t, `local function again() dj.defer(again) end again()`)
	if len(o.Degraded) != 1 || message.Code(o.Degraded[0]) != "run.limit" {
		t.Errorf("one that defers itself: %v", o.Degraded)
	}
}

func TestWhatWasNotCleanedUpInTimeIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		o, kept := desk(t).ends(t, `for _ = 1, 5 do dj.defer(function() dj.log.info("called") end) end
dj.defer(function() dj.retry({ times = 9, wait = "10s", on = { "shop" } }, function() dj.fail("shop.closed", "closed") end) end)`)
		if strings.Contains(said(kept), "called") || len(o.Degraded) != 2 || time.Since(began) > cleanup+time.Second {
			t.Fatalf("after %s: it said %q; degraded: %v", time.Since(began), said(kept), o.Degraded)
		}
		if late := o.Degraded[1]; message.Code(late) != "run.timeout" || !strings.HasSuffix(late.Error(), "not called: 5") {
			t.Errorf("told: %v", late)
		}
	})
}

func TestARunThatTalksTooMuchGoesOnWithoutAWord(t *testing.T) {
	for name, body := range map[string]string{
		"words":  `for _ = 1, 400 do dj.log.info(("x"):rep(1e5)) end`,
		"print":  `for _ = 1, 400 do print(("x"):rep(1e5)) end`,
		"fields": `for _ = 1, 400 do dj.log.info("x", { x = ("x"):rep(6e4) }) end`,
		"steps":  `for _ = 1, 400 do dj.step(("x"):rep(1e5), function() end) end`,
		"looks":  `for _ = 1, 60 do dj.state.set("x", ("x"):rep(5e5)) end`,
	} {
		h := desk(t)
		told, hushed := 0, 0
		h.Watch = func(e Event) {
			told += len(e.Text) + len(e.Name)
			if e.Level == "warning" {
				hushed++
			}
		}
		o, kept := h.ends(t, body+` job:degraded("told all the same") return "done"`)
		if o.Err != nil || o.Value != "done" || len(o.Degraded) != 1 || kept.End.Degraded[0] != "told all the same" {
			t.Errorf("%s: %v, %v, %v", name, o.Err, o.Value, o.Degraded)
		}
		if got := h.weight(t, o.Run); got > maxSaid+maxWords || got < maxSaid/3 || told > maxSaid+maxWords {
			t.Errorf("%s: %d bytes in the journal, %d shown", name, got, told)
		}
		notes := 0
		for _, e := range kept.Events {
			if e.Level == "warning" {
				notes++
			}
		}
		if notes != 1 || hushed != 1 {
			t.Errorf("%s: that more is left out was written %d times and shown %d times", name, notes, hushed)
		}
	}
}

func TestALineIsShortAndStillHoldsNoSecret(t *testing.T) {
	h := desk(t)
	_, kept := h.ends(t, fmt.Sprintf(`dj.log.info(("ç"):rep(%d) .. "senha" .. ("x"):rep(1e6), { x = ("x"):rep(1e6) })
job:degraded(("y"):rep(1e6))
error(("z"):rep(1e6))`, (maxWords-4)/2))
	var words, degraded journal.Event
	end := kept.End
	for _, e := range kept.Events {
		switch e.Kind {
		case "log":
			words = e
		case "degraded":
			degraded = e
		}
	}
	if !words.Cut || words.Fields != nil || len(words.Text) > maxWords+3 || !strings.HasSuffix(words.Text, "ç***x…") {
		t.Errorf("the words: %d bytes, %q", len(words.Text), words.Text[max(0, len(words.Text)-20):])
	}
	if len(degraded.Error.Message) > maxReason+3 || len(end.Degraded[0]) > maxReason+3 || len(end.Error.Message) > maxReason+3 {
		t.Errorf("degraded %d bytes, in the end %d, failed %d", len(degraded.Error.Message), len(end.Degraded[0]), len(end.Error.Message))
	}
}

func TestARunIsDegradedForSoManyReasonsOnly(t *testing.T) {
	h := desk(t)
	o, kept := h.ends(t, `for i = 1, 3000 do job:degraded(i .. ("x"):rep(2e4)) end`)
	if len(o.Degraded) != maxDegraded+1 || message.Code(o.Degraded[maxDegraded]) != "run.limit" || o.Result != journal.Degraded {
		t.Errorf("%s for %d reasons", o.Result, len(o.Degraded))
	}
	if got := h.weight(t, o.Run); got > 3*maxSaid { // with the calls themselves
		t.Errorf("%d bytes in the journal", got)
	}
	if !kept.End.Cut || !strings.HasPrefix(kept.End.Degraded[0], "1x") {
		t.Errorf("the end keeps %d reasons, cut: %v", len(kept.End.Degraded), kept.End.Cut)
	}
}

// written is a journal in memory.
type written []journal.Event

func (w *written) Write(e journal.Event) error { *w = append(*w, e); return nil }
func (w *written) Finish(journal.End) error    { return nil }

func TestARunDoesNoMoreThanItsJournalCanTell(t *testing.T) {
	var kept written
	r := &running{journal: &kept, hushed: true}
	called := r.accountable(func(*lua.Call, func() (any, error)) (any, error) {
		r.account(journal.Event{Kind: "call", Effect: primitive.Write, Args: strings.Repeat("x", 500_000), Where: "a:1"})
		return nil, nil
	})
	write := &lua.Call{Func: lua.Func{Effect: primitive.Write}}
	for r.did <= maxSaid {
		if _, err := called(write, nil); err != nil {
			t.Fatal(err)
		}
	}
	if first := kept[0]; first.Cut || first.Args == nil {
		t.Error("an effect is cut while there is room, or because the run talked")
	}
	if _, err := called(write, nil); err != nil || !kept[len(kept)-1].Cut || kept[len(kept)-1].Args != nil {
		t.Errorf("one beyond: %v, %+v", err, kept[len(kept)-1])
	}
	r.did = 2*maxSaid + 1
	before := len(kept)
	if _, err := called(write, nil); message.Code(err) != "run.limit" || len(kept) != before {
		t.Errorf("when the journal is full: %v", err)
	}
	if _, err := called(&lua.Call{Func: lua.Func{Effect: primitive.Read}}, nil); err != nil {
		t.Errorf("what only looks: %v", err)
	}
}

func TestAHistoryThatIsLongEndsWithTheRun(t *testing.T) {
	h := desk(t)
	h.Config.Limits.Timeout = 200 * time.Millisecond
	for i := range 300 {
		past, err := h.Journal().Begin(journal.Start{Run: fmt.Sprintf("00A%04d", i), At: h.Now(), Script: "s"})
		if err != nil {
			t.Fatal(err)
		}
		if err := past.Write(journal.Event{Kind: "call", Args: strings.Repeat("x", 500_000)}); err != nil {
			t.Fatal(err)
		}
		if err := past.Finish(journal.End{Result: journal.Done}); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	o, _ := h.ends(t, `while true do dj.history.list { since = "2026-01-01" } end`)
	if lasted := time.Since(began); message.Code(o.Err) != "run.timeout" || lasted > time.Second {
		t.Errorf("after %s: %v", lasted, o.Err)
	}
}
