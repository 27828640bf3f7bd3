package run

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/lua"
)

const replayedScript = `
return dj.script {
  name = "replayed",
  params = { to = { type = "destination", list = true }, note = { type = "text", default = "usual" } },
  jobs = {
    work = function(job, p)
      local seen = {}
      for _, system in ipairs(dj.db.list()) do seen[#seen + 1] = system.name end
      local ok, err = pcall(dj.db.info, "nowhere")
      local tries = 0
      dj.retry({ times = 3, wait = "1s", on = { "shop" } }, function()
        tries = tries + 1
        if tries < 2 then dj.fail("shop.closed", "closed") end
      end)
      dj.state.set("runs", dj.state.get("runs", 0) + 1)
      local made = dj.copy.create { to = p.to, verify = "later", note = p.note }
      if math.random() < 2 and made[1].seq == "1" then dj.copy.prove(made[1]) end
      return { seen, err.code, tries, dj.state.get("runs"), os.time(), math.random(), made[1].id, made[1].rows, #dj.copy.list() }
    end,
  },
}`

// A run is told whole by its journal: the same script, answered from there, does the same, with no store at all.
func TestAJournalIsEnoughToPlayARunAgain(t *testing.T) {
	h := store(t)
	h.put(t, "replayed", replayedScript)
	o := h.Run(t.Context(), Request{Target: "replayed", Params: map[string]any{"note": "again"}, Trigger: "manual"})
	if o.Err != nil || len(o.Degraded) > 0 {
		t.Fatal(o.Err, o.Degraded)
	}
	kept, err := h.Journal().Read(o.Run)
	if err != nil {
		t.Fatal(err)
	}
	target, err := h.find("replayed")
	if err != nil {
		t.Fatal(err)
	}
	r := h.onlooker(target)
	r.outcome.Job = "work"
	p := &player{t: t, r: r, clock: events(kept, "clock"), calls: events(kept, "call")}
	lent := &primitive.Host{Env: r}
	r.state = lua.New(t.Context(), lua.Options{
		Modules: r.modules(lent), Seed: uint64(kept.At.UnixNano()), Now: p.now, Wrap: p.answer,
	})
	if err := r.load(); err != nil {
		t.Fatal(err)
	}
	result, err := r.work(lent, 0, events(kept, "params")[0].Args)
	if err != nil {
		t.Fatal(err)
	}
	value, err := result.(lua.Value).Go()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := plain(t, r.masked(value)), plain(t, kept.End.Value); got != want || got == "null" {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(p.calls) > 0 || len(p.clock) > 0 {
		t.Errorf("left over: %d calls, %d looks at the clock", len(p.calls), len(p.clock))
	}
}

// player answers a script from a journal.
type player struct {
	t     *testing.T
	r     *running
	clock []journal.Event
	calls []journal.Event
}

func (p *player) now() time.Time {
	if len(p.clock) == 0 {
		p.t.Fatal("the script looks at the clock once more")
	}
	at := p.clock[0].At
	p.clock = p.clock[1:]
	return at.In(p.r.host.Config.Store.Location)
}

// answer: what calls the script's own functions, or calculates, is done; all else is answered.
func (p *player) answer(c *lua.Call, next func() (any, error)) (any, error) {
	switch c.Func.Name {
	case "script", "retry", "fail":
		return next()
	}
	if len(p.calls) == 0 || p.calls[0].Name != c.Func.Name {
		p.t.Fatalf("the script calls %s, and the journal goes on with %v", c.Func.Name, p.calls)
	}
	kept := p.calls[0]
	p.calls = p.calls[1:]
	if got, want := plain(p.t, p.r.masked(fields(c.Args))), plain(p.t, kept.Args); got != want {
		p.t.Errorf("%s: the arguments are %s, and were %s", c.Func.Name, got, want)
	}
	if kept.Error != nil {
		return nil, message.New(kept.Error.Code, "lua.script", message.Args{"text": kept.Error.Message})
	}
	return kept.Result, nil
}

// events are those of a kind; of the calls, those that are answered.
func events(kept *journal.Entry, kind string) []journal.Event {
	var found []journal.Event
	for _, e := range kept.Events {
		if e.Kind == kind && e.Name != "script" && e.Name != "retry" && e.Name != "fail" {
			found = append(found, e)
		}
	}
	return found
}

// plain is a value as JSON writes it.
func plain(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
