package run

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/builtin"
	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
)

// diskless is the real store, without its engines: what a script keeps lies in a folder.
type diskless struct{ disk }

func (diskless) Engines(context.Context) (*Engines, error) {
	return &Engines{Mask: func(s string) string { return strings.ReplaceAll(s, "senha", "***") }}, nil
}

// desk is a store with nothing but a folder.
func desk(t *testing.T) *Host {
	t.Helper()
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	c := &config.Config{Dir: t.TempDir(), Store: config.Store{ID: "loja", Location: zone}, Limits: config.Limits{Timeout: time.Minute}}
	if err := os.Mkdir(filepath.Join(c.Dir, "scripts"), 0o755); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 10, 8, 22, 0, 0, 0, time.UTC)
	h := &Host{Config: c, Builtin: builtin.Files, Version: "test", Now: func() time.Time { at = at.Add(time.Second); return at }, Entropy: rand.Reader}
	h.World = diskless{disk{h}}
	return h
}

// does runs a job of this body and gives what it gives as JSON.
func (h *Host) gives(t *testing.T, body string, request Request) string {
	t.Helper()
	h.put(t, "caixa", job(body))
	request.Target, request.Trigger = "caixa", "manual"
	o := h.Run(t.Context(), request)
	if o.Err != nil {
		return message.Code(o.Err)
	}
	text, err := json.Marshal(o.Value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (h *Host) keptIn(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(h.Config.Dir, ".djscript", filepath.FromSlash(name)))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var flat bytes.Buffer
	if len(text) > 0 && json.Compact(&flat, text) != nil {
		t.Fatalf("%s is no JSON: %s", name, text)
	}
	return flat.String()
}

func TestAScriptRemembersOnlyWhatSucceeded(t *testing.T) {
	h := desk(t)
	for i, step := range []struct {
		body, gives, kept string
		dry               bool
	}{
		{body: `return dj.state.get("n", 7)`, gives: "7"},
		{body: `dj.state.set("n", 1) return dj.state.get("n")`, gives: "1", kept: "", dry: true},
		{body: `return { none = dj.state.get("n") == nil }`, gives: `{"none":true}`},
		{body: `dj.state.set("n", { b = 1, a = { "x" }, money = dj.num("1.50") }) return dj.state.get("n").money`, gives: `"1.50"`, kept: `{"n":{"b":1,"a":["x"],"money":"1.50"}}`},
		{body: `dj.state.set("n", 2) error("no")`, gives: "script.failed", kept: `{"n":{"b":1,"a":["x"],"money":"1.50"}}`},
		{body: `dj.state.set("n", 2) dj.skip("no")`, gives: "run.skipped", kept: `{"n":{"b":1,"a":["x"],"money":"1.50"}}`},
		{body: `dj.state.set("m", 3) job:degraded("half") return 0`, gives: "0", kept: `{"m":3,"n":{"b":1,"a":["x"],"money":"1.50"}}`},
		{body: `dj.defer(function() dj.state.set("late", true) end) return 0`, gives: "0", kept: `{"late":true,"m":3,"n":{"b":1,"a":["x"],"money":"1.50"}}`},
		{body: `dj.state.set("n", nil) dj.state.set("late") return { gone = dj.state.get("n") == nil }`, gives: `{"gone":true}`, kept: `{"m":3}`},
		{body: `dj.state.set("", 1)`, gives: "option.value", kept: `{"m":3}`},
		{body: `dj.state.set("f", print)`, gives: "json.value", kept: `{"m":3}`},
		{body: `dj.state.set("f", { 1, nil, 3 })`, gives: "json.value", kept: `{"m":3}`},
		{body: `dj.state.set("big", ("x"):rep(2 ^ 20))`, gives: "state.large", kept: `{"m":3}`},
	} {
		if got := h.gives(t, step.body, Request{Dry: step.dry}); got != step.gives {
			t.Errorf("%d %s gives %s, not %s", i, step.body, got, step.gives)
		}
		if kept := h.keptIn(t, "state/caixa.json"); kept != step.kept {
			t.Errorf("%d %s keeps %s, not %s", i, step.body, kept, step.kept)
		}
	}
	left, err := os.ReadDir(filepath.Join(h.Config.Dir, ".djscript", "state"))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the memory lie %v, %v", left, err)
	}
}

func TestAMemoryThatCanNotBeReadIsToldAndKept(t *testing.T) {
	h := desk(t)
	if err := (disk{h}).Remember("state/caixa.json", []byte("{half")); err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{`return dj.state.get("n")`, `dj.state.set("n", 1)`} {
		if got := h.gives(t, body, Request{}); got != "state.bad" {
			t.Errorf("%s gives %s", body, got)
		}
	}
	text, err := h.World.Recall("state/caixa.json")
	if err != nil || string(text) != "{half" {
		t.Errorf("it is now %s, %v", text, err)
	}
}

// Another run may have ended meanwhile: what it keeps is not lost.
func TestTwoRunsAtOnceKeepBoth(t *testing.T) {
	h := desk(t)
	r := &running{host: h, outcome: &Outcome{}, target: &target{script: "caixa"}}
	if err := r.Remember("a", "1"); err != nil {
		t.Fatal(err)
	}
	if got := h.gives(t, `dj.state.set("b", 2) return 0`, Request{}); got != "0" {
		t.Fatal(got)
	}
	if err := r.memorize(t.Context()); err != nil {
		t.Fatal(err)
	}
	if kept := h.keptIn(t, "state/caixa.json"); kept != `{"a":1,"b":2}` {
		t.Errorf("kept %s", kept)
	}
}

func TestOnceIsOnceInTheStore(t *testing.T) {
	h := desk(t)
	const body = `local n = 0
local ran = dj.once("2026 índice", function() n = n + 1 %s end)
return { ran = ran, n = n }`
	for i, step := range []struct {
		within, gives string
		dry, marked   bool
	}{
		{"", `{"n":1,"ran":true}`, true, false},
		{`error("no")`, "script.failed", false, false},
		{`dj.once("2026 other", function() end)`, `{"n":1,"ran":true}`, false, true},
		{"", `{"n":0,"ran":false}`, false, true},
		{"", `{"n":0,"ran":false}`, true, true},
	} {
		if got := h.gives(t, fmt.Sprintf(body, step.within), Request{Dry: step.dry}); got != step.gives {
			t.Errorf("%d gives %s, not %s", i, got, step.gives)
		}
		if kept := h.keptIn(t, "once.json"); strings.Contains(kept, "2026 índice") != step.marked {
			t.Errorf("%d keeps %s", i, kept)
		}
	}
	h.put(t, "outro", job(`return dj.once("2026 índice", function() end)`))
	if o := h.Run(t.Context(), Request{Target: "outro", Trigger: "manual"}); o.Err != nil || o.Value != false {
		t.Errorf("another script: %v, %v", o.Value, o.Err)
	}
	// The mark stands although the job fails after it.
	if got := h.gives(t, `dj.once("before the failure", function() end) error("no")`, Request{}); got != "script.failed" {
		t.Error(got)
	}
	if kept := h.keptIn(t, "once.json"); !strings.Contains(kept, "before the failure") {
		t.Errorf("kept %s", kept)
	}
	// Two with one key at once: within itself.
	if got := h.gives(t, `dj.once("k", function() dj.once("k", function() end) end)`, Request{}); got != "lock.timeout" {
		t.Error(got)
	}
}

func TestAQuestionIsAnsweredByThePersonOrBeforehandOrWithNo(t *testing.T) {
	h := desk(t)
	var asked []primitive.Question
	person := func(yes bool) func(context.Context, primitive.Question) (bool, error) {
		return func(_ context.Context, q primitive.Question) (bool, error) {
			asked = append(asked, q)
			return yes, nil
		}
	}
	const body = `return dj.confirm("Apagar a senha?", { id = "apagar", danger = true, type_word = true })`
	for i, step := range []struct {
		ask   func(context.Context, primitive.Question) (bool, error)
		given Request
		gives string
		asked int
	}{
		{nil, Request{}, "false", 0},
		{nil, Request{Dry: true}, "true", 0},
		{nil, Request{Yes: []string{"outro", "apagar"}}, "true", 0},
		{nil, Request{Yes: []string{"outro"}}, "false", 0},
		{person(true), Request{}, "true", 1},
		{person(false), Request{}, "false", 1},
		{person(false), Request{Yes: []string{"apagar"}}, "true", 0},
		{person(false), Request{Dry: true}, "true", 0},
	} {
		h.Ask, asked = step.ask, nil
		if got := h.gives(t, body, step.given); got != step.gives || len(asked) != step.asked {
			t.Errorf("%d gives %s, asked %v", i, got, asked)
		}
		if want := (primitive.Question{ID: "apagar", Text: "Apagar a ***?", Danger: true, Word: "loja"}); len(asked) == 1 && asked[0] != want {
			t.Errorf("asked %+v", asked[0])
		}
	}
	h.Ask = nil
	if got := h.gives(t, `return dj.confirm("Sem id?")`, Request{Yes: []string{""}}); got != "false" {
		t.Errorf("a question without an id is answered by %s", got)
	}
	h.put(t, "caixa", job(`if not dj.confirm("Sim?") then dj.fail("confirm.refused", "não") end`))
	if o := h.Run(t.Context(), Request{Target: "caixa", Trigger: "manual"}); ExitCode(o) != ExitDeclined {
		t.Errorf("exit %d", ExitCode(o))
	}
}

func TestTheHistoryIsThatOfTheStore(t *testing.T) {
	h := desk(t)
	h.gives(t, `return 1`, Request{})
	h.gives(t, `error("quebrou")`, Request{})
	grants := []string{"history.read"}
	h.Config.Scripts = map[string]config.Script{"caixa": {Grants: &grants}}
	for call, want := range map[string]string{
		`dj.history.list()`:                                                          `failed:script.failed:caixa.lua:2: quebrou (script.failed) done::`,
		`dj.history.list { result = "done" }`:                                        `done::`,
		`dj.history.list { since = "2026-10-09", result = "failed" }`:                ``,
		`dj.history.list { since = "2026-10-08T19:00:00-03:00", result = "failed" }`: `failed:script.failed:caixa.lua:2: quebrou (script.failed)`,
		`dj.history.list { entry = "backup" }`:                                       ``,
	} {
		for _, path := range mustGlob(t, filepath.Join(h.Config.Dir, ".djscript", "runs", "*"))[2:] {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
		got := h.gives(t, `local all = {}
for _, run in ipairs(`+call+`) do
  all[#all + 1] = table.concat({ run.result, run.code or "", run.message or "" }, ":")
  assert(run.script == "caixa" and run.at:sub(-6) == "-03:00" and run.seconds > 0 and not run.dry and #run.degraded == 0)
end
return table.concat(all, " ")`, Request{})
		if got != `"`+want+`"` {
			t.Errorf("%s gives %s, not %q", call, got, want)
		}
	}
}

func mustGlob(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) < 2 {
		t.Fatalf("%v, %v", found, err)
	}
	return found
}

func TestTheClockOfAScriptIsThatOfTheRunAndIsKept(t *testing.T) {
	h := desk(t)
	h.put(t, "caixa", job(`return dj.time.now()`))
	o := h.Run(t.Context(), Request{Target: "caixa", Trigger: "manual"})
	kept, err := h.Journal().Read(o.Run)
	if err != nil || o.Err != nil {
		t.Fatal(err, o.Err)
	}
	var read []string
	for _, e := range kept.Events {
		if e.Kind == "clock" {
			read = append(read, e.At.Format(time.RFC3339))
		}
	}
	if len(read) != 1 || o.Value != any(read[0]) || !strings.HasSuffix(read[0], "-03:00") {
		t.Errorf("it read %v; the journal has %v", o.Value, read)
	}
}

// What only calculates fills no journal.
func TestTheJournalKeepsNoCalculations(t *testing.T) {
	h := desk(t)
	h.put(t, "caixa", job(`dj.text.upper(tostring(dj.num("1"))) dj.state.get("x")`))
	o := h.Run(t.Context(), Request{Target: "caixa", Trigger: "manual"})
	kept, err := h.Journal().Read(o.Run)
	if err != nil || o.Err != nil {
		t.Fatal(err, o.Err)
	}
	var calls []string
	for _, e := range kept.Events {
		if e.Kind == "call" {
			calls = append(calls, e.Name)
		}
	}
	if got := strings.Join(calls, " "); got != "script state.get" && got != "state.get" {
		t.Errorf("the journal has %s", got)
	}
}

// A script that is only looked at calculates, and neither remembers nor asks.
func TestAScriptThatIsLoadedOnlyCalculates(t *testing.T) {
	h := desk(t)
	for before, code := range map[string]string{
		`local d = dj.time.add(dj.time.parse("31/12/2026", "dd/mm/yyyy"), "1d")`: "",
		`local n = dj.num("1.50") * 2`:                                           "",
		`local n = dj.state.get("n")`:                                            "script.failed",
		`dj.state.set("n", 1)`:                                                   "script.failed",
		`dj.once("n", function() end)`:                                           "script.failed",
		`local yes = dj.confirm("Sure?", { id = "sure" })`:                       "script.failed",
	} {
		h.put(t, "caixa", before+"\n"+job("return 1"))
		if _, err := h.Describe(t.Context(), "caixa"); message.Code(err) != code {
			t.Errorf("%s: described with %v", before, err)
		}
		if o := h.Run(t.Context(), Request{Target: "caixa", Trigger: "manual", Yes: []string{"sure"}}); message.Code(o.Err) != code {
			t.Errorf("%s: run with %v", before, o.Err)
		}
	}
	if kept := h.keptIn(t, "state/caixa.json") + h.keptIn(t, "once.json"); kept != "" {
		t.Errorf("kept %s", kept)
	}
}

// What a rehearsal can not know it can keep, and it is not known when it is read back either.
func TestARehearsalRemembersThatItDoesNotKnow(t *testing.T) {
	h := desk(t)
	h.World = unsure{diskless{disk{h}}}
	grants := []string{"copy.write"}
	h.Config.Scripts = map[string]config.Script{"caixa": {Grants: &grants}}
	h.Config.Destinations = []config.Destination{{Name: "local", Path: h.Config.Dir}}
	h.put(t, "caixa", job(`dj.state.set("last", { id = dj.copy.create { to = "local" }[1].id })
local last = dj.state.get("last")
dj.state.set("known", last)
dj.state.set("known", 1)
if dj.state.get("known") ~= 1 then error("it is known") end
dj.log.info("so far")
if last == "x" then dj.log.info("no") end`))
	o := h.Run(t.Context(), Request{Target: "caixa", Trigger: "manual", Dry: true})
	if o.Err != nil || o.Plan == nil || o.Plan.Complete || o.Plan.Stopped == nil || o.Plan.Stopped.Where != "caixa.lua:8" {
		t.Errorf("%v, %+v", o.Err, o.Plan)
	}
}

type unsure struct{ diskless }

func (unsure) Engines(context.Context) (*Engines, error) {
	return &Engines{
		Databases: []copies.Database{{Name: "loja"}}, Destinations: []copies.Destination{{Name: "local"}}, Mask: func(s string) string { return s },
	}, nil
}
