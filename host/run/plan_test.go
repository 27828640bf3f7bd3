package run

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

const plannedScript = `
return dj.script {
  name = "planned",
  params = { to = { type = "destination", list = true }, more = { type = "boolean", default = false } },
  jobs = {
    make = function(_, p)
      local made = dj.copy.create { to = p.to, verify = "later" }
      dj.copy.prove(made[1])
      if p.more then dj.copy.create { to = "local", verify = "never" } end
    end,
    ask = function()
      local made = dj.copy.create { to = "local", verify = "later" }
      if made[1].id == "x" then dj.copy.prove(made[1]) end
    end,
    less = function()
      if #dj.copy.list() == 0 then dj.copy.create { to = "local", verify = "never" } end
    end,
  },
}`

// One store serves all of them: making one takes longer than using it.
func TestPlans(t *testing.T) {
	h := store(t)
	for name, test := range map[string]func(*testing.T, *Host){
		"APlanIsDoneAndNothingElse":                    aPlanIsDoneAndNothingElse,
		"ApplyingStopsBeforeTheFirstEffectThatDiffers": applyingStopsBeforeTheFirstEffectThatDiffers,
		"APlanEndsWhereNobodyCanKnow":                  aPlanEndsWhereNobodyCanKnow,
		"APlanThatAsksForMoreThanIsWantedDegrades":     aPlanThatAsksForMoreThanIsWantedDegrades,
		"APlanOfSomethingElseIsRefused":                aPlanOfSomethingElseIsRefused,
	} {
		t.Run(name, func(t *testing.T) {
			clear(t, h)
			test(t, h)
		})
	}
}

func dry(t *testing.T, h *Host, target string) *Plan {
	t.Helper()
	o := h.Run(t.Context(), Request{Target: target, Trigger: "manual", Dry: true})
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	text, err := o.Plan.Encode()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := ReadPlan(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return plan
}

func aPlanIsDoneAndNothingElse(t *testing.T, h *Host) {
	h.put(t, "planned", plannedScript)
	plan := dry(t, h, "planned:make")
	if !plan.Complete || len(plan.Steps) != 2 || plan.Steps[1].Given == nil {
		t.Fatalf("%+v", plan)
	}
	if left := made(t, h); len(left) != 0 {
		t.Fatalf("a dry run made %v", left)
	}
	if o := h.Run(t.Context(), Request{Target: "planned:make", Trigger: "manual", Apply: plan}); o.Err != nil || len(o.Degraded) > 0 {
		t.Fatal(o.Err, o.Degraded)
	}
	if all := made(t, h); len(all) != 1 || all[0].State != copies.Verified || len(all[0].Places) != 2 {
		t.Errorf("%+v", all)
	}
}

func applyingStopsBeforeTheFirstEffectThatDiffers(t *testing.T, h *Host) {
	h.put(t, "planned", plannedScript)
	for name, c := range map[string]struct {
		params map[string]any
		copies int
		says   string
	}{
		"other destination": {map[string]any{"to": "local"}, 0, `"to":["local","pendrive"]`},
		"one effect more":   {map[string]any{"more": true}, 1, "2"},
	} {
		plan := dry(t, h, "planned:make")
		before := len(made(t, h))
		o := h.Run(t.Context(), Request{Target: "planned:make", Params: c.params, Trigger: "manual", Apply: plan})
		if ExitCode(o) != ExitRefused || message.Code(o.Err) != "guard.plan" || !strings.Contains(o.Err.Error(), c.says) {
			t.Errorf("%s: %v", name, o.Err)
		}
		if n := len(made(t, h)) - before; n != c.copies {
			t.Errorf("%s: %d copies were made", name, n)
		}
	}
}

func aPlanEndsWhereNobodyCanKnow(t *testing.T, h *Host) {
	h.put(t, "planned", plannedScript)
	o := h.Run(t.Context(), Request{Target: "planned:ask", Trigger: "manual", Dry: true})
	p := o.Plan
	if ExitCode(o) != ExitDegraded || p.Complete || len(p.Steps) != 1 || p.Stopped == nil || p.Stopped.Where != "planned.lua:13" {
		t.Errorf("%v %+v", o.Err, p)
	}
	applied := h.Run(t.Context(), Request{Target: "planned:ask", Trigger: "manual", Apply: p})
	if applied.Err != nil || len(made(t, h)) != 1 {
		t.Errorf("%v", applied.Err)
	}
}

func aPlanThatAsksForMoreThanIsWantedDegrades(t *testing.T, h *Host) {
	h.put(t, "planned", plannedScript)
	plan := dry(t, h, "planned:less")
	for range 2 {
		o := h.Run(t.Context(), Request{Target: "planned:less", Trigger: "manual", Apply: plan})
		if len(made(t, h)) != 1 || o.Err != nil {
			t.Fatal(o.Err)
		}
		if len(o.Steps) == 0 && ExitCode(o) != ExitDegraded {
			t.Errorf("%v", o.Degraded)
		}
	}
}

func aPlanOfSomethingElseIsRefused(t *testing.T, h *Host) {
	h.put(t, "planned", plannedScript)
	plan := dry(t, h, "planned:make")
	text, err := plan.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPlan([]byte(strings.Replace(string(text), "pendrive", "pendriv2", 1))); message.Code(err) != "guard.plan" {
		t.Errorf("a changed plan: %v", err)
	}
	for _, broken := range []string{"", "{}", "[]", string(text[:len(text)/2])} {
		if _, err := ReadPlan([]byte(broken)); message.Code(err) != "arg.file" {
			t.Errorf("%q: %v", broken, err)
		}
	}
	for _, change := range []func(*Plan){func(p *Plan) { p.Store = "other" }, func(p *Plan) { p.Source = "00" }} {
		other := *plan
		change(&other)
		if o := h.Run(t.Context(), Request{Target: "planned:make", Trigger: "manual", Apply: &other}); message.Code(o.Err) != "guard.plan" {
			t.Errorf("%v", o.Err)
		}
	}
	if left := made(t, h); len(left) != 0 {
		t.Errorf("%v", left)
	}
}

func TestForeseen(t *testing.T) {
	for _, c := range []struct {
		planned, got string
		want         bool
	}{
		{`1`, `1`, true}, {`1`, `2`, false}, {`"a"`, `"a"`, true}, {`null`, `null`, true}, {`{"unknown":true}`, `[1,2]`, true},
		{`[1]`, `[1,2]`, false}, {`[{"unknown":true}]`, `["x"]`, true}, {`{"a":1}`, `{"a":1,"b":2}`, false}, {`{"a":1,"b":2}`, `{"a":1}`, false},
		{`{"a":1,"id":{"unknown":true}}`, `{"a":1,"b":2,"id":"x"}`, true}, {`{"a":1,"id":{"unknown":true}}`, `{"a":2,"id":"x"}`, false},
		{`{"a":1,"to":{"unknown":true}}`, `{"a":1,"b":2,"to":"x"}`, false}, {`{"a":1,"to":{"unknown":true}}`, `{"a":1}`, false},
		{`{"c":{"id":{"unknown":true}},"a":1}`, `{"c":{"id":"x","b":2},"a":1}`, true}, {`{"c":{"id":{"unknown":true}}}`, `{"c":{"id":"x"},"a":1}`, false},
		{`{"a":1,"id":{"unknown":true}}`, `{"a":1}`, true}, {`{"a":[{"x":1}]}`, `{"a":[{"x":2}]}`, false}, {`{"a":1}`, `[1]`, false}, {`[1]`, `{"a":1}`, false},
	} {
		var planned, got any
		for text, into := range map[string]*any{c.planned: &planned, c.got: &got} {
			if err := json.Unmarshal([]byte(text), into); err != nil {
				t.Fatal(err)
			}
		}
		if c.planned == c.got {
			got = planned
		}
		if foreseen(planned, got) != c.want {
			t.Errorf("%s and %s: %v", c.planned, c.got, !c.want)
		}
	}
}

func made(t *testing.T, h *Host) []copies.Copy {
	t.Helper()
	all, _, err := h.Catalogue().List(t.Context(), copies.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
