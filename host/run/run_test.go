package run

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/builtin"
	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/demo"
	"github.com/djscript/djscript/host/firebird/firebirdtest"
	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/secret"
	"github.com/djscript/djscript/lua"
)

func TestMain(m *testing.M) { os.Exit(firebirdtest.Main(m)) }

const storeConfig = `
[store]
id = "loja"
[firebird]
server = %q
[database.loja]
path = %q
system = "demo"
[destination.local]
path = %q
[destination.pendrive]
path = %q
[calendar.feriados]
days = ["12-25"]
[limits]
steps = "200k"
`

// store is a store with the demonstration database and two destinations.
func store(t *testing.T) *Host {
	t.Helper()
	dir := t.TempDir()
	server := firebirdtest.Server(t)
	db := filepath.Join(dir, "LOJA.FDB")
	if err := demo.Create(t.Context(), server, db, demo.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, sub := range []string{"local", "pendrive", "scripts"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	text := fmt.Sprintf(storeConfig, server.Address(), db, filepath.Join(dir, "local"), filepath.Join(dir, "pendrive"))
	path := filepath.Join(dir, "djscript.toml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	keys := filepath.Join(dir, "keys")
	if err := secret.Open(filepath.Join(dir, ".djscript"), keys).Set("firebird", server.Database("").Password); err != nil {
		t.Fatal(err)
	}
	defaults, err := os.ReadFile("../../djscript.toml")
	if err != nil {
		t.Fatal(err)
	}
	systems, err := fs.Sub(builtin.Files, "systems")
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path, defaults, systems)
	if err != nil {
		t.Fatal(err)
	}
	return &Host{Config: c, Builtin: builtin.Files, Version: "test", KeyDir: keys, Now: time.Now, Entropy: rand.Reader}
}

// script puts a script into the store.
func (h *Host) put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(h.Config.Dir, "scripts", name+".lua"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func job(body string) string {
	return "return dj.script { name = \"x\", jobs = { only = function(job, p)\n" + body + "\nend } }\n"
}

// One store serves all of them: making one takes longer than using it.
func TestRuns(t *testing.T) {
	h := store(t)
	for name, test := range map[string]func(*testing.T, *Host){
		"EveryExampleOfEveryStubRuns":                    everyExampleOfEveryStubRuns,
		"ARunTellsHowItWentByItsExitCodeAndItsJournal":   aRunTellsHowItWentByItsExitCodeAndItsJournal,
		"WhatWasDeferredIsDoneWhateverTheEnd":            whatWasDeferredIsDoneWhateverTheEnd,
		"ACancelledRunSaysSo":                            aCancelledRunSaysSo,
		"ADryRunMakesNothing":                            aDryRunMakesNothing,
		"ParamsAreReadByTheirTypesAndEveryMistakeIsTold": paramsAreReadByTheirTypesAndEveryMistakeIsTold,
		"TheJournalHoldsNoSecret":                        theJournalHoldsNoSecret,
		"AShortPasswordSpoilsNoNumber":                   aShortPasswordSpoilsNoNumber,
		"ARunThatCanNotBeginIsInTheJournal":              aRunThatCanNotBeginIsInTheJournal,
	} {
		t.Run(name, func(t *testing.T) {
			clear(t, h)
			test(t, h)
		})
	}
}

// clear takes away what the test before made.
func clear(t *testing.T, h *Host) {
	t.Helper()
	for _, pattern := range []string{"local/*", "pendrive/*", "scripts/*", ".djscript/runs/*"} {
		found, err := filepath.Glob(filepath.Join(h.Config.Dir, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func everyExampleOfEveryStubRuns(t *testing.T, h *Host) {
	names, err := fs.Glob(primitive.Stubs(message.English), "*.lua")
	if err != nil {
		t.Fatal(err)
	}
	whole := Powers().Names()
	h.Config.Scripts["example"] = config.Script{Grants: &whole}
	for _, name := range names {
		text, err := fs.ReadFile(primitive.Stubs(message.English), name)
		if err != nil {
			t.Fatal(err)
		}
		stub, err := lua.ParseStub(name, text)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range stub.Functions {
			for i, example := range f.Examples {
				code := example.Code
				if !strings.Contains(code, "return dj.script") {
					code = job(code)
				}
				h.put(t, "example", code)
				if o := h.Run(t.Context(), Request{Target: "example", Trigger: "manual"}); o.Err != nil || len(o.Degraded) > 0 {
					t.Errorf("%s:%d: example %d of %s: %v %v", name, example.Line, i+1, f.Name, o.Err, o.Degraded)
				}
			}
		}
	}
}

func aRunTellsHowItWentByItsExitCodeAndItsJournal(t *testing.T, h *Host) {
	for _, c := range []struct {
		body, result, code string
		exit               int
	}{
		{`return { n = 1 }`, journal.Done, "", 0},
		{`job:degraded("half", "because")`, journal.Degraded, "", 3},
		{`dj.skip("holiday")`, journal.Skipped, "run.skipped", 7},
		{`dj.fail("shop.closed", "closed")`, journal.Failed, "shop.closed", 1},
		{`while true do end`, journal.Failed, "run.limit", 1},
		{`dj.copy.creat {}`, journal.Failed, "api.unknown", 2},
		{`dj.copy.create { too = "local" }`, journal.Failed, "option.unknown", 2},
		{`dj.copy.create { to = "nowhere" }`, journal.Failed, "option.value", 2},
		{`local a = nil; return a.b`, journal.Failed, "script.failed", 1},
		{`pcall(dj.skip, "x") return 1`, journal.Skipped, "run.skipped", 7},
	} {
		h.put(t, "case", job(c.body))
		o := h.Run(t.Context(), Request{Target: "case", Trigger: "manual"})
		if o.Result != c.result || ExitCode(o) != c.exit || message.Code(o.Err) != c.code {
			t.Errorf("%s: %s, exit %d, code %q: %v", c.body, o.Result, ExitCode(o), message.Code(o.Err), o.Err)
		}
		kept, err := h.Journal().Read(o.Run)
		if err != nil || kept.End.Result != c.result || kept.End.Exit != c.exit {
			t.Errorf("%s: the journal says %+v, %v", c.body, kept, err)
		}
	}
}

func whatWasDeferredIsDoneWhateverTheEnd(t *testing.T, h *Host) {
	h.put(t, "case", job(`dj.defer(function() dj.log.info("first") end)
dj.defer(function() dj.log.info("second") end)
while true do end`))
	steps, usual := h.Config.Limits.Steps, h.Config.Limits.Timeout
	defer func() { h.Config.Limits.Steps, h.Config.Limits.Timeout, h.Watch = steps, usual, nil }()
	for code, limit := range map[string]func(cancel func()){
		"run.limit":     func(func()) {},
		"run.timeout":   func(func()) { h.Config.Limits.Steps, h.Config.Limits.Timeout = 1<<60, 100*time.Millisecond },
		"run.cancelled": func(cancel func()) { h.Config.Limits.Steps, h.Watch = 1<<60, func(Event) { cancel() } },
	} {
		h.Config.Limits.Steps, h.Config.Limits.Timeout, h.Watch = steps, usual, nil
		ctx, cancel := context.WithCancelCause(t.Context())
		limit(func() {
			time.AfterFunc(50*time.Millisecond, func() { cancel(message.New("run.cancelled", "run.killed", nil)) })
		})
		o := h.Run(ctx, Request{Target: "case", Trigger: "manual"})
		cancel(nil)
		if message.Code(o.Err) != code {
			t.Errorf("%s: %v", code, o.Err)
		}
		kept, err := h.Journal().Read(o.Run)
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, e := range kept.Events {
			if e.Kind == "log" {
				said = append(said, e.Text)
			}
		}
		if got := strings.Join(said, " "); got != "second first" {
			t.Errorf("%s: deferred %q", code, got)
		}
	}
}

func aCancelledRunSaysSo(t *testing.T, h *Host) {
	h.put(t, "case", job(`dj.retry({ times = 100, wait = "1m", on = { "shop" } }, function() dj.fail("shop.closed", "closed") end)`))
	why := message.New("run.cancelled", "cli.cancelled", nil)
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(200*time.Millisecond, func() { cancel(why) })
	o := h.Run(ctx, Request{Target: "case", Trigger: "manual"})
	if !errors.Is(o.Err, why) || ExitCode(o) != ExitCancelled || o.Result != journal.Cancelled {
		t.Errorf("%s, exit %d: %v", o.Result, ExitCode(o), o.Err)
	}
}

func aDryRunMakesNothing(t *testing.T, h *Host) {
	o := h.Run(t.Context(), Request{Target: "default:backup", Trigger: "manual", Dry: true})
	if o.Err != nil || len(o.Steps) != 1 || o.Steps[0].Name != "copy.create" {
		t.Fatalf("%+v: %v", o.Steps, o.Err)
	}
	for _, d := range h.Config.Destinations {
		if left, err := os.ReadDir(d.Path); err != nil || len(left) > 0 {
			t.Errorf("%s holds %v, %v", d.Path, left, err)
		}
	}
}

func paramsAreReadByTheirTypesAndEveryMistakeIsTold(t *testing.T, h *Host) {
	h.put(t, "case", `return dj.script { name = "x", params = {
  n = { type = "integer" }, yes = { type = "boolean" }, day = { type = "date" }, to = { type = "destination", list = true },
  way = { type = "enum", values = { "a", "b" }, default = "a" }, must = { type = "text", required = true },
}, jobs = { only = function(job, p) return p end } }`)
	params, err := ParseParams([]string{"n=7", "yes=true", "day=2026-12-31", "to=local,pendrive", "must=x"})
	if err != nil {
		t.Fatal(err)
	}
	o := h.Run(t.Context(), Request{Target: "case", Trigger: "manual", Params: params})
	if got, want := fmt.Sprint(o.Value), "map[day:2026-12-31 must:x n:7 to:[local pendrive] way:a yes:true]"; o.Err != nil || got != want {
		t.Errorf("params are %s, %v", got, o.Err)
	}
	params, err = ParseParams([]string{"n=x", "day=31/13/2026", "to=nowhere", "way=c", "other=1"})
	if err != nil {
		t.Fatal(err)
	}
	o = h.Run(t.Context(), Request{Target: "case", Trigger: "manual", Params: params})
	for _, word := range []string{`"n"`, `"day"`, `"to"`, `"way"`, `"other"`, `"must"`} {
		if o.Err == nil || !strings.Contains(o.Err.Error(), word) {
			t.Errorf("%s is not told: %v", word, o.Err)
		}
	}
}

func theJournalHoldsNoSecret(t *testing.T, h *Host) {
	password := firebirdtest.Server(t).Database("").Password.Reveal()
	h.put(t, "case", job(`local s = "`+password+`"; dj.log.info(s, { s = s }); local a = nil; return a[s].x`))
	h.Run(t.Context(), Request{Target: "case", Trigger: "manual", Params: map[string]any{}})
	files, err := filepath.Glob(filepath.Join(h.Config.Dir, ".djscript", "runs", "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), password) {
		t.Errorf("the password stands in the journal:\n%s", text)
	}
}

func aShortPasswordSpoilsNoNumber(t *testing.T, _ *Host) {
	r := &running{mask: secret.Mask([]secret.Text{"1234"})}
	text, err := json.Marshal(r.masked(map[string]any{"bytes": 812345, "text": "is 1234"}))
	if got, want := string(text), `{"bytes":812345,"text":"is ***"}`; err != nil || got != want {
		t.Errorf("masked: %s, %v", got, err)
	}
}

func aRunThatCanNotBeginIsInTheJournal(t *testing.T, h *Host) {
	h.put(t, "broken", "return dj.script {")
	for _, target := range []string{"broken", "nobody"} {
		o := h.Run(t.Context(), Request{Target: target, Trigger: "cron"})
		kept, err := h.Journal().Read(o.Run)
		if err != nil || kept.End.Error == nil || kept.Script != target || ExitCode(o) != ExitWrong {
			t.Errorf("%s: %+v, %v, exit %d", target, kept, err, ExitCode(o))
		}
	}
}
