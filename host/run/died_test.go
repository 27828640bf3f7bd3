package run

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
)

// A run that died has an end in the journal, with what its process said, whether it had begun its journal or not; one
// that had written its end keeps it.
func TestARunThatDiedIsGivenItsEnd(t *testing.T) {
	began := time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC)
	h := &Host{
		Config: &config.Config{Dir: t.TempDir(), Store: config.Store{Location: time.UTC}}, Entropy: rand.Reader,
		Now: func() time.Time { return began.Add(time.Minute) },
	}
	begin := func(id string) *journal.Run {
		t.Helper()
		r, err := h.Journal().Begin(journal.Start{Run: id, At: began, Script: "s", Job: "j"})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	begin("01CUT")
	ended := begin("01ENDED")
	if err := ended.Finish(journal.End{Result: journal.Done}); err != nil {
		t.Fatal(err)
	}
	why := message.New("run.died", "run.killed", message.Args{"signal": "killed"})
	for id, want := range map[string]struct {
		script, result string
		events         int
	}{
		"01CUT": {"s", journal.Failed, 1}, "01ENDED": {"s", journal.Done, 0}, "": {"wanted", journal.Failed, 1}, "01NEVER": {"wanted", journal.Failed, 1},
	} {
		o := h.Died(Request{Target: "wanted", Trigger: "cron"}, Death{Run: id, Err: why, Memory: 7, Words: "goroutine 1"})
		if o.Result != journal.Failed || ExitCode(o) != ExitFailed || o.Script != want.script || message.Code(o.Err) != "run.died" {
			t.Errorf("%q: %+v", id, o)
		}
		kept, err := h.Journal().Read(o.Run)
		if err != nil || kept.End.Result != want.result || len(kept.Events) != want.events || kept.Script != want.script {
			t.Errorf("%q: %+v, %v", id, kept, err)
			continue
		}
		if want.events > 0 && (kept.Events[0].Text != "goroutine 1" || kept.End.Usage.Memory != 7 || kept.End.Error.Code != "run.died") {
			t.Errorf("%q: %+v", id, kept)
		}
	}
}
