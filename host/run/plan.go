package run

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/lua"
)

// planFormat is the form of a plan's file.
const planFormat = 2

// Plan is what a run would do: every effect, in order, as a dry run met it. It can be read by a person, sent to another,
// and applied later: a run that does this and nothing else.
type Plan struct {
	Format  int            `json:"format"`
	Made    time.Time      `json:"made"`
	Version string         `json:"version,omitempty"` // of djscript
	Store   string         `json:"store"`
	Target  string         `json:"target"` // as it was asked for
	Script  string         `json:"script"`
	Job     string         `json:"job"`
	Source  string         `json:"source"` // SHA-256 of the script
	Params  map[string]any `json:"params,omitempty"`
	// Basis are the SHA-256 of what else decides what the steps do: "[destination.local]", "fiscal.lua" of a policy.
	Basis    map[string]string `json:"basis"`
	Steps    []PlanStep        `json:"steps"`
	Complete bool              `json:"complete"`
	Stopped  *PlanStop         `json:"stopped,omitempty"` // why it is not complete
	Hash     string            `json:"hash"`              // SHA-256 of the plan without it
}

// PlanStep is one effect of a plan.
type PlanStep struct {
	Name   string         `json:"name"`
	Effect string         `json:"effect"`
	Where  string         `json:"where,omitempty"` // "store.lua:17"
	Args   map[string]any `json:"args,omitempty"`
	Given  []any          `json:"given,omitempty"` // in place of Args, where something in it is not known before
	Drops  []string       `json:"drops,omitzero"`  // the copies that go, by id; nil where that is not known before
	Failed bool           `json:"failed,omitzero"` // it would do nothing: the script met the error and went on
}

// PlanStop is where a dry run could not go on.
type PlanStop struct {
	Where   string `json:"where,omitempty"`
	Message string `json:"message"`
}

// Encode is the plan's file.
func (p *Plan) Encode() ([]byte, error) {
	text, err := json.MarshalIndent(p, "", "  ")
	return append(text, '\n'), err
}

// ReadPlan reads a plan's file. One that was changed after it was made is refused with guard.plan.
func ReadPlan(text []byte) (*Plan, error) {
	p := &Plan{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(p); err != nil || p.Format != planFormat {
		return nil, message.New("arg.file", "run.no_plan", nil)
	}
	if p.Hash != p.hash() {
		return nil, message.New("guard.plan", "run.plan_changed", nil)
	}
	return p, nil
}

func (p *Plan) hash() string {
	plain := *p
	plain.Hash = ""
	text, err := json.Marshal(plain)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// plan begins the plan of a dry run.
func (r *running) plan() *Plan {
	return &Plan{
		Format: planFormat, Made: r.began.UTC().Truncate(time.Second), Version: r.host.Version, Store: r.host.Config.Store.ID,
		Target: r.request.Target, Script: r.target.script, Source: r.target.program.Hash(), Params: r.plainParams(), Basis: r.host.basis(),
		Steps: []PlanStep{},
	}
}

func (r *running) plainParams() map[string]any {
	params, _ := r.masked(r.request.Params).(map[string]any)
	return params
}

// sealPlan ends the plan of a dry run. One that met something it can not know is not complete; the run did not fail.
func (r *running) sealPlan(err error) error {
	p := r.outcome.Plan
	if p == nil {
		return err
	}
	p.Job = r.outcome.Job
	p.Complete = err == nil
	if err != nil {
		p.Stopped = &PlanStop{Message: r.mask(err.Error())}
		if f := r.failure(err); f.Where != "" {
			p.Stopped.Where = f.Where
		}
	}
	p.Hash = p.hash()
	if message.Code(err) == "run.unknown" {
		r.Degrade(err)
		return nil
	}
	return err
}

// step is what a call is in a plan; ok is false for a call that changes nothing.
func (r *running) step(c *lua.Call) (step PlanStep, ok bool) {
	if c.Func.Effect == primitive.Read || c.Func.Effect == primitive.Flow {
		return step, false
	}
	step = PlanStep{Name: c.Func.Name, Effect: c.Func.Effect, Where: c.Where()}
	if c.Unknown {
		step.Given, _ = r.masked(c.Given()).([]any)
	} else {
		step.Args, _ = r.masked(fields(c.Args)).(map[string]any)
	}
	return step, true
}

// Allow notes what a dry run would do, and holds a run to its plan.
func (r *running) Allow(c *lua.Call) error {
	step, effect := r.step(c)
	if !effect {
		return nil
	}
	if r.outcome.Plan != nil {
		r.outcome.Plan.Steps = append(r.outcome.Plan.Steps, step)
	}
	if r.request.Apply == nil {
		return nil
	}
	return r.follow(c, step)
}

// fails marks the step of a plan whose rehearsal failed.
func (r *running) fails() {
	p := r.outcome.Plan
	if p == nil || len(p.Steps) == 0 {
		return
	}
	last := &p.Steps[len(p.Steps)-1]
	last.Failed = true
	if last.Effect == primitive.Destroy {
		last.Drops = []string{}
	}
}

// Effective are the steps that would do something.
func Effective(steps []PlanStep) []PlanStep {
	return slices.DeleteFunc(slices.Clone(steps), func(s PlanStep) bool { return s.Failed })
}

// strays ends what a run may do under its plan: a deferred function may do nothing either.
func (r *running) strays(why *message.Error) error {
	r.strayed = why
	return why
}

// follow refuses the first effect that is not the plan's next, and all that come after it.
func (r *running) follow(c *lua.Call, step PlanStep) error {
	steps := r.request.Apply.Steps
	switch {
	case r.strayed != nil:
		return message.New("guard.plan", "run.plan_over", message.Args{"op": step.Name})
	case r.followed < len(steps) && r.is(steps[r.followed], c, step):
		r.followed++
		return nil
	case r.failed && !steps[r.followed-1].Failed && r.is(steps[r.followed-1], c, step):
		return nil // it is tried again
	case r.followed == len(steps):
		return r.strays(message.New("guard.plan", "run.plan_more", message.Args{"op": step.Name, "steps": len(steps)}))
	}
	return r.strays(message.New("guard.plan", "run.plan_differs", message.Args{
		"n": r.followed + 1, "planned": steps[r.followed].String(), "op": step.String(),
	}))
}

// failing holds a run to the steps of its plan that failed, and so did nothing: such a step is only rehearsed, and has to
// fail again.
func (r *running) failing(lent *primitive.Host, next wrapper) wrapper {
	return func(c *lua.Call, call func() (any, error)) (any, error) {
		if !r.failsNext(c) {
			return next(c, call)
		}
		n := r.followed + 1
		lent.Dry, r.request.Dry = true, true
		defer func() { lent.Dry, r.request.Dry = false, false }()
		result, err := next(c, call)
		if err == nil {
			return nil, r.strays(message.New("guard.plan", "run.plan_failed", message.Args{"n": n, "op": c.Func.Name}))
		}
		return result, err
	}
}

// failsNext tells whether a call is the plan's next step, and failed there.
func (r *running) failsNext(c *lua.Call) bool {
	p := r.request.Apply
	if p == nil || r.strayed != nil || r.followed >= len(p.Steps) || !p.Steps[r.followed].Failed {
		return false
	}
	step, effect := r.step(c)
	return effect && r.is(p.Steps[r.followed], c, step)
}

// is tells whether a call is what the plan said.
func (r *running) is(planned PlanStep, c *lua.Call, step PlanStep) bool {
	got, want := any(step.Args), any(planned.Args)
	if planned.Given != nil {
		got, want = r.masked(c.Given()), planned.Given
	}
	return step.Name == planned.Name && foreseen(want, got)
}

// Dropping notes which copies a dry run would drop, and holds a run to those of its plan. Where the run has made or changed
// copies before, what is dropped depends on them, and a plan can not say it.
func (r *running) Dropping(ids []string) error {
	if p := r.outcome.Plan; p != nil && len(p.Steps) > 0 && !slices.ContainsFunc(p.Steps[:len(p.Steps)-1], PlanStep.ofCopies) {
		p.Steps[len(p.Steps)-1].Drops = slices.Sorted(slices.Values(ids))
		if len(ids) == 0 {
			p.Steps[len(p.Steps)-1].Drops = []string{}
		}
	}
	if r.request.Apply == nil || r.followed == 0 {
		return nil
	}
	planned := r.request.Apply.Steps[r.followed-1].Drops
	if planned == nil || slices.Equal(planned, slices.Sorted(slices.Values(ids))) {
		return nil
	}
	return r.strays(message.New("guard.plan", "run.plan_drops", message.Args{"n": r.followed, "planned": len(planned), "now": len(ids)}))
}

func (s PlanStep) ofCopies() bool { return strings.HasPrefix(s.Name, "copy.") }

// String is the step as a call: copy.create {"to":["local"]}. Of a copy that is not made yet it shows what is known.
func (s PlanStep) String() string {
	args := any(s.Args)
	if s.Given != nil {
		args = withoutUnknown(s.Given)
	}
	text, err := jsonLine(args)
	if err != nil || len(s.Args)+len(s.Given) == 0 {
		return s.Name
	}
	return s.Name + " " + text
}

func withoutUnknown(v any) any {
	switch v := v.(type) {
	case map[string]any:
		known := map[string]any{}
		for key, value := range v {
			if !reflect.DeepEqual(value, any(unknown)) {
				known[key] = withoutUnknown(value)
			}
		}
		return known
	case []any:
		known := make([]any, len(v))
		for i := range v {
			known[i] = withoutUnknown(v[i])
		}
		return known
	}
	return v
}

// unknown is how lua.Unknown reads in JSON.
var unknown = map[string]any{"unknown": true}

// foreseen tells whether a value is what the plan said. What the plan could not know may be anything; a copy that it did
// not have yet may have more in it.
func foreseen(planned, got any) bool { return matches(planned, got, false) }

// matches is foreseen; within a copy that was not made yet a table may have more in it, and lack what was not known.
func matches(planned, got any, within bool) bool {
	switch p := planned.(type) {
	case map[string]any:
		if reflect.DeepEqual(p, unknown) {
			return true
		}
		g, ok := got.(map[string]any)
		within = within || unmade(p)
		if !ok || !within && len(p) != len(g) {
			return false
		}
		for key, value := range p {
			other, there := g[key]
			if !there && !(within && reflect.DeepEqual(value, any(unknown))) || there && !matches(value, other, within) {
				return false
			}
		}
		return true
	case []any:
		g, ok := got.([]any)
		if !ok || len(p) != len(g) {
			return false
		}
		for i := range p {
			if !matches(p[i], g[i], within) {
				return false
			}
		}
		return true
	}
	return planned == got
}

// unmade tells a copy that an earlier step of the plan makes: only of that nobody knows the id. No options have one.
func unmade(table map[string]any) bool { return reflect.DeepEqual(table["id"], any(unknown)) }

// checkPlan refuses to apply a plan to what it was not made of.
func (r *running) checkPlan() error {
	p := r.request.Apply
	switch {
	case p == nil:
		return nil
	case p.Store != r.host.Config.Store.ID:
		return message.New("guard.plan", "run.plan_store", message.Args{"store": p.Store, "here": r.host.Config.Store.ID})
	case p.Source != r.target.program.Hash():
		return message.New("guard.plan", "run.plan_script", message.Args{"script": p.Script})
	}
	if changed := differing(p.Basis, r.host.basis()); len(changed) > 0 {
		return message.New("guard.plan", "run.plan_basis", message.Args{"changed": strings.Join(changed, ", ")})
	}
	return nil
}

// unfinished degrades a run that did less than its plan.
func (r *running) unfinished() {
	if p := r.request.Apply; p != nil && r.followed < len(p.Steps) {
		r.Degrade(message.New("plan.unfinished", "run.plan_less", message.Args{"did": r.followed, "steps": len(p.Steps)}))
	}
}
