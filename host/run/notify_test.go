package run

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/notify"
	"github.com/djscript/djscript/host/primitive"
)

// tray is an outbox that keeps what it is given; nothing goes out.
type tray struct {
	queued  []notify.Notice
	err     error
	flushed int
}

func (o *tray) Queue(n notify.Notice) error { o.queued = append(o.queued, n); return o.err }

func (o *tray) Flush(context.Context) []error {
	o.flushed++
	return []error{errors.New("the line is dead")}
}

// record is a journal that is kept in memory.
type record struct{ events []journal.Event }

func (r *record) Write(e journal.Event) error { r.events = append(r.events, e); return nil }

func (r *record) Finish(journal.End) error { return nil }

func noon() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }

func notifier(levels ...[]string) (*running, *tray, *record) {
	c := &config.Config{}
	for i, taken := range levels {
		c.Routes = append(c.Routes, config.Route{Name: string(rune('a' + i)), Levels: taken})
	}
	out, kept := &tray{}, &record{}
	mask := func(text string) string { return strings.ReplaceAll(text, "hunter2", "***") }
	r := &running{host: &Host{Config: c, Now: noon}, engines: &Engines{Outbox: out}, journal: kept, mask: mask, outcome: &Outcome{}}
	return r, out, kept
}

func TestANoticeGoesToTheRoutesThatTakeItsLevelOrThatItNames(t *testing.T) {
	for _, c := range []struct {
		level string
		to    []string
		want  []string
	}{
		{"info", nil, nil}, {"warning", nil, []string{"b"}}, {"critical", nil, []string{"a", "b"}}, {"info", []string{"a"}, []string{"a"}},
	} {
		r, out, kept := notifier([]string{"critical"}, []string{"warning", "critical"})
		if err := r.Notify(primitive.Notice{Level: c.level, Title: "hunter2", Body: "hunter2", To: c.to}, false); err != nil {
			t.Fatal(err)
		}
		var want []notify.Notice
		for _, route := range c.want {
			want = append(want, notify.Notice{Route: route, Level: c.level, Title: "***", Body: "***"})
		}
		if diff := cmp.Diff(want, out.queued); diff != "" {
			t.Errorf("%s to %v: %s", c.level, c.to, diff)
		}
		if told := len(kept.events) == 1; told != (c.want == nil) {
			t.Errorf("%s to %v: journaled %+v", c.level, c.to, kept.events)
		}
	}
}

func TestANoticeThatCanNotBeKeptOrSentFailsNothing(t *testing.T) {
	r, out, kept := notifier([]string{"info"})
	out.err = errors.New("the disk is full")
	if err := r.Notify(primitive.Notice{Level: "info", Title: "t"}, false); err != nil {
		t.Errorf("Notify = %v", err)
	}
	r.tell(t.Context())
	if len(kept.events) != 2 || kept.events[0].Text != "the disk is full" || kept.events[1].Text != "the line is dead" ||
		kept.events[0].Level != "warning" || len(r.outcome.Degraded) > 0 {
		t.Errorf("journaled %+v, degraded %v", kept.events, r.outcome.Degraded)
	}
}

func TestARehearsalTellsNobodyAndRefusesTheSameNames(t *testing.T) {
	r, out, _ := notifier([]string{"info"})
	r.request.Dry = true
	if err := r.Notify(primitive.Notice{Level: "info", Title: "t"}, true); err != nil {
		t.Error(err)
	}
	if err := r.Notify(primitive.Notice{Level: "info", Title: "t", To: []string{"z"}}, true); err == nil {
		t.Error("an unknown route was taken")
	}
	if r.tell(t.Context()); len(out.queued) > 0 || out.flushed > 0 {
		t.Errorf("queued %v, flushed %d times", out.queued, out.flushed)
	}
}
