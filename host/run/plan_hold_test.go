package run

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

// lucky is a shelf that finds every file that it is to adopt.
type lucky struct{ *shelf }

func (l lucky) Adoptable(string) error { return nil }
func (l lucky) Adopt(ctx context.Context, _ string, o copies.Options) (copies.Set, error) {
	return l.shelf.Adopt(ctx, "a.fbk", o)
}

type luckily struct {
	shelved
	l lucky
}

func (w luckily) Engines(ctx context.Context) (*Engines, error) {
	e, err := w.shelved.Engines(ctx)
	e.Copies = w.l
	return e, err
}

func TestAStepThatFailedInThePlanIsNotDone(t *testing.T) {
	h, s := rotating(t, "")
	plan := h.planned(t, `pcall(dj.copy.adopt, "nada.fbk", { database = "loja", to = "local" }) dj.copy.create { to = "local" }`)
	h.World = luckily{shelved{shelf: s}, lucky{s}}
	o := h.applies(t, plan)
	if message.Code(o.Err) != "guard.plan" || ExitCode(o) != ExitRefused || !strings.Contains(o.Err.Error(), "copy.adopt") || s.left() != "1 2 3 4 5 6 7 8" {
		t.Errorf("%v, left %s", o.Err, s.left())
	}
}

func TestAStepThatFailedInThePlanIsNotTriedAgainForReal(t *testing.T) {
	h, s := rotating(t, "")
	body := `local adopt = function() return dj.copy.adopt("nada.fbk", { database = "loja", to = "local" }) end pcall(adopt)`
	plan := h.planned(t, body)
	h.put(t, "minha", job(body+` pcall(adopt)`))
	plan.Source = mustScript(t, h).Hash()
	if o := h.applies(t, plan); message.Code(o.Err) != "guard.plan" || s.left() != "1 2 3 4 5 6 7 8" {
		t.Errorf("%v, left %s", o.Err, s.left())
	}
}

func TestAPruneThatFailsDropsNothingInThePlan(t *testing.T) {
	h, _ := rotating(t, "")
	plan := h.planned(t, `pcall(dj.copy.prune, "local", "minha:nada")`)
	if len(plan.Steps) != 1 || !plan.Steps[0].Failed || plan.Steps[0].Drops == nil || len(plan.Steps[0].Drops) > 0 {
		t.Errorf("%+v", plan.Steps)
	}
}

func TestAPlanHoldsWhatElseDecides(t *testing.T) {
	const after = `dj.copy.create { to = "local" } dj.copy.prune("local")`
	for name, c := range map[string]struct {
		keep   string
		change func(*testing.T, *Host)
		says   string
	}{
		"keep": {`keep = { last = 8 }`, func(_ *testing.T, h *Host) {
			h.Config.Destinations[0].Keep = &config.Keep{Policies: []config.Policy{{Last: 2}}}
		}, "[destination.local]"},
		"no keep": {`keep = { last = 8 }`, func(_ *testing.T, h *Host) { h.Config.Destinations[0].Keep = nil }, "[destination.local]"},
		"delete_after": {"", func(_ *testing.T, h *Host) {
			h.Config.Backup = &config.Backup{To: []string{"rede"}, DeleteAfter: 3}
		}, "[destination.rede]"},
		"path": {"", func(_ *testing.T, h *Host) { h.Config.Destinations[0].Path = "/elsewhere" }, "[destination.local]"},
		"one more": {"", func(_ *testing.T, h *Host) {
			h.Config.Destinations = append(slices.Clone(h.Config.Destinations), config.Destination{Name: "nova", Path: "/nova"})
		}, "[destination.nova]"},
		"one less": {"", func(_ *testing.T, h *Host) { h.Config.Destinations = h.Config.Destinations[:1] }, "[destination.rede]"},
		"database": {"", func(_ *testing.T, h *Host) { h.Config.Databases[0].Path = "/other.fdb" }, "[database.loja]"},
		"system": {"", func(_ *testing.T, h *Host) {
			h.Config.Databases[0].System = "own"
			h.Config.Systems = append(h.Config.Systems, config.System{Name: "own", Evidence: []string{"select 1 from rdb$database"}})
		}, "[database.loja]"},
		"zone": {"", func(_ *testing.T, h *Host) { h.Config.Store.Location = time.FixedZone("", 3600) }, "[store]"},
		"day":  {"", func(_ *testing.T, h *Host) { h.Config.Store.DayStarts++ }, "[store]"},
		"policy": {`keep = "fiscal:p"`, func(t *testing.T, h *Host) {
			t.Helper()
			h.put(t, "fiscal", `return dj.script { name = "fiscal", policies = { p = { last = 2 } } }`)
		}, "fiscal.lua"},
	} {
		h, s := rotating(t, c.keep)
		h.put(t, "fiscal", `return dj.script { name = "fiscal", policies = { p = { last = 8 } } }`)
		body := after
		if c.keep == "" {
			body = `dj.copy.create { to = "local" }`
		}
		plan := h.planned(t, body)
		c.change(t, h)
		o := h.applies(t, plan)
		if message.Code(o.Err) != "guard.plan" || !strings.HasSuffix(o.Err.Error(), ": "+c.says) || s.left() != "1 2 3 4 5 6 7 8" {
			t.Errorf("%s: %v, left %s", name, o.Err, s.left())
		}
	}
}

func TestThePlanOfTheStandardBackupHoldsWhatStays(t *testing.T) {
	for _, changed := range []bool{false, true} {
		h, s := rotating(t, `keep = { last = 8 }`)
		to, want := map[string]any{"to": "local"}, "2 3 4 5 6 7 8 9"
		plan := h.Run(t.Context(), Request{Target: "default:backup", Trigger: "manual", Dry: true, Params: to}).Plan
		if changed {
			h.Config.Destinations[0].Keep, want = &config.Keep{Policies: []config.Policy{{Last: 2}}}, "1 2 3 4 5 6 7 8"
		}
		o := h.Run(t.Context(), Request{Target: "default:backup", Trigger: "manual", Params: to, Apply: plan})
		if (ExitCode(o) == ExitRefused) != changed || s.left() != want {
			t.Errorf("changed %v: %v, %v, left %s", changed, o.Err, o.Degraded, s.left())
		}
	}
}

func TestOptionsOfWhichOneIsNotKnownHoldTheOthers(t *testing.T) {
	for options, ok := range map[string]bool{
		``:                                    true,
		`options.class = "extra"`:             false,
		`options.databases = { "loja" }`:      false,
		`options.note = nil`:                  false,
		`options.note = "whatever it may be"`: true,
	} {
		h, s := rotating(t, "")
		plan := h.planned(t, `local made = dj.copy.create { to = "local" }
			local options = { to = "local", note = made[1].id }
			if #dj.copy.list() == 9 then `+options+` end
			dj.copy.create(options)`)
		want := map[bool]string{false: "1 2 3 4 5 6 7 8 9", true: "1 2 3 4 5 6 7 8 9 10"}[ok]
		if o := h.applies(t, plan); (o.Err == nil) != ok || !ok && message.Code(o.Err) != "guard.plan" || s.left() != want {
			t.Errorf("%s: %v, left %s", options, o.Err, s.left())
		}
	}
}

func TestNothingIsDoneAfterARunHasLeftItsPlan(t *testing.T) {
	for name, c := range map[string]struct{ body, left string }{
		"an effect": {`dj.defer(function() dj.copy.create { to = "local" } end)
			if #dj.copy.list() > 8 then dj.copy.create { to = "rede" } end`, "1 2 3 4 5 6 7 8 9"},
		"a drop": {`dj.defer(function() dj.copy.create { to = "local" } end)
			dj.copy.prune("local", { last = 6 })`, "1 2 3 4 5 6 7 8 9"},
		"a deferred effect": {`dj.defer(function() dj.copy.create { to = "local" } end)
			dj.defer(function() if #dj.copy.list() > 8 then dj.copy.create { to = "rede" } end end)`, "1 2 3 4 5 6 7 8 9"},
		"tried again": {`dj.retry({ times = 3, wait = "1s", on = { "guard.plan" } }, function()
				dj.copy.create { to = #dj.copy.list() == 9 and "rede" or "local" }
			end)`, "1 2 3 4 5 6 7 8 9"},
	} {
		h, s := rotating(t, "")
		plan := h.planned(t, c.body)
		s.add()
		if o := h.applies(t, plan); message.Code(o.Err) != "guard.plan" || ExitCode(o) != ExitRefused || s.left() != c.left {
			t.Errorf("%s: %v, degraded %v, left %s", name, o.Err, o.Degraded, s.left())
		}
	}
}

func TestAFileByTheNameOfABuiltInScriptHasNotItsGrants(t *testing.T) {
	h, s := rotating(t, "")
	h.Config.Scripts["default"] = config.Script{Grants: &[]string{"copy.read", "copy.write", "copy.destroy"}}
	path := filepath.Join(t.TempDir(), "default.lua")
	if err := os.WriteFile(path, []byte(job(`return dj.copy.prune("local", { last = 1 })`)), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := h.Run(t.Context(), Request{Target: path, Trigger: "manual"}); message.Code(o.Err) != "cap.denied" || s.left() != "1 2 3 4 5 6 7 8" {
		t.Errorf("%v, left %s", o.Err, s.left())
	}
}

func TestTheLimitOfFilesHolds(t *testing.T) {
	h, s := rotating(t, "")
	h.Config.Limits.FilesWritten = 1
	if o := h.does(t, `dj.copy.create { to = "local" } dj.copy.create { to = "rede" }`, false); message.Code(o.Err) != "run.limit" || s.left() != "1 2 3 4 5 6 7 8 9" {
		t.Errorf("%v, left %s", o.Err, s.left())
	}
}
