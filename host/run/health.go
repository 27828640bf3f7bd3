package run

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/lua"
)

// healthTime is how long the checks of one script may take.
const healthTime = time.Minute

// HealthCheck is one thing that a script looked at for `djscript doctor`.
type HealthCheck struct {
	Title string
	OK    bool
	Hint  string // what to do when it is not; may be ""
}

type checkArgs struct {
	Title string `lua:"title,arg"`
	OK    *truth `lua:"ok,arg"`
	Hint  string `lua:"hint"`
}

// truth is any value, as a condition in Lua takes it.
type truth bool

// DecodeLua takes anything but nil and false for true.
func (t *truth) DecodeLua(v any) error {
	*t = v != false
	return nil
}

// Health runs the health function of a script, which may look at everything and change nothing; none where the script
// has no such function. What it checked before it failed is given with the error.
func (h *Host) Health(ctx context.Context, script string) ([]HealthCheck, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, healthTime, message.New("run.timeout", "run.timeout", message.Args{"limit": healthTime.String()}))
	defer cancel()
	r, err := h.look(ctx, script)
	if err != nil || r.declared.Health == nil {
		return nil, err
	}
	params, err := r.params()
	if err != nil {
		return nil, err
	}
	checks := []HealthCheck{}
	_, err = r.declared.Health.Call(r.healthObject(&checks), params)
	return checks, err
}

// healthFields are what a health function may read of what it is called with.
var healthFields = []string{"language"}

func (r *running) healthObject(checks *[]HealthCheck) lua.Value {
	return r.state.Object("h", map[string]any{"language": message.Language()}, []lua.Func{healthCheck(checks)})
}

func healthCheck(checks *[]HealthCheck) lua.Func {
	check := lua.Bind("h:check", func(_ *lua.Call, a *checkArgs) (any, error) {
		*checks = append(*checks, HealthCheck{Title: a.Title, OK: a.OK != nil && bool(*a.OK), Hint: a.Hint})
		return nil, nil
	})
	check.Effect = primitive.Flow
	return check
}

// Describe is what a script says of itself. It needs neither Firebird nor secrets: a script that does more than
// declare itself when it is loaded is refused, and one that takes much for it. Its functions can not be called.
func (h *Host) Describe(ctx context.Context, script string) (*Description, error) {
	target, err := h.script(script)
	if err != nil {
		return nil, err
	}
	r := h.onlooker(target)
	lent := &primitive.Host{Env: r, Dry: true, Location: h.Config.Store.Location}
	err = h.declaring(ctx, func(ctx context.Context, steps int64) error {
		r.state = r.watchedState(ctx, steps, lent, r.onlyLoads(func(_ *lua.Call, call func() (any, error)) (any, error) { return call() }))
		return r.load()
	})
	if err != nil {
		return nil, err
	}
	return r.description(), nil
}

// Description is what a script says of itself, with what it inherited.
type Description struct {
	*primitive.Script
	Extends []string          // the files that it extends, the nearest first
	From    map[string]string // the file that a param, "param.to", or a job, "job.backup", comes from, where it is inherited

	chain []*primitive.Script
}

func (r *running) description() *Description {
	d := &Description{Script: r.declared, From: map[string]string{}, chain: r.chain}
	for i, script := range slices.Backward(r.chain) {
		file := r.target.program.Scripts[i].Chunk.Name
		if i > 0 {
			d.Extends = append([]string{file}, d.Extends...)
		}
		for name := range script.Params {
			d.From["param."+name] = file
		}
		for name := range script.Jobs {
			d.From["job."+name] = file
		}
	}
	maps.DeleteFunc(d.From, func(_, file string) bool { return file == r.target.chunk.Name })
	return d
}

// look loads a script with the store's engines lent to it, for a dry run.
func (h *Host) look(ctx context.Context, script string) (*running, error) {
	target, err := h.script(script)
	if err != nil {
		return nil, err
	}
	r := h.onlooker(target)
	if r.engines, err = h.world().Engines(ctx); err != nil {
		return nil, err
	}
	r.mask = r.engines.Mask
	if err := r.permit(); err != nil {
		return nil, err
	}
	lent := r.engines.primitives(r)
	r.state = r.watchedState(ctx, h.Config.Limits.Steps, lent, r.onlyLoads(r.granted(lent.Wrap())))
	return r, r.load()
}

// onlooker is a run that keeps no journal and changes nothing.
func (h *Host) onlooker(t *target) *running {
	return &running{
		host: h, target: t, began: h.Now(), request: Request{Target: t.script, Dry: true},
		outcome: &Outcome{Script: t.script, Dry: true}, mask: func(s string) string { return s },
	}
}

func (r *running) watchedState(ctx context.Context, steps int64, lent *primitive.Host, wrap func(*lua.Call, func() (any, error)) (any, error)) *lua.State {
	return lua.New(ctx, lua.Options{
		Steps: steps, Say: message.Say, Mask: r.mask, Seed: uint64(r.began.UnixNano()),
		Modules: r.modules(lent), Wrap: wrap, Rehearse: true,
	})
}
