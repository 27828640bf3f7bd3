package run

import (
	"context"
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

func (r *running) healthObject(checks *[]HealthCheck) lua.Value {
	check := lua.Bind("h:check", func(_ *lua.Call, a *checkArgs) (any, error) {
		*checks = append(*checks, HealthCheck{Title: a.Title, OK: a.OK != nil && bool(*a.OK), Hint: a.Hint})
		return nil, nil
	})
	check.Effect = primitive.Flow
	return r.state.Object("h", map[string]any{"language": message.Language()}, []lua.Func{check})
}

// Describe is what a script says of itself. It needs neither Firebird nor secrets: a script that does more than
// declare itself when it is loaded is refused.
func (h *Host) Describe(ctx context.Context, script string) (*primitive.Script, error) {
	target, err := h.script(script)
	if err != nil {
		return nil, err
	}
	r := h.onlooker(target)
	lent := &primitive.Host{Env: r, Dry: true}
	r.state = r.watchedState(ctx, lent, func(c *lua.Call, next func() (any, error)) (any, error) {
		if c.Func.Effect != primitive.Flow {
			return nil, message.New("script.failed", "run.only_declares", message.Args{"script": target.script, "op": c.Func.Name})
		}
		return next()
	})
	err = r.load()
	return r.declared, err
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
	lent := r.engines.primitives(r)
	r.state = r.watchedState(ctx, lent, lent.Wrap())
	return r, r.load()
}

// onlooker is a run that keeps no journal and changes nothing.
func (h *Host) onlooker(t *target) *running {
	return &running{
		host: h, target: t, began: h.Now(), request: Request{Target: t.script, Dry: true},
		outcome: &Outcome{Script: t.script, Dry: true}, mask: func(s string) string { return s },
	}
}

func (r *running) watchedState(ctx context.Context, lent *primitive.Host, wrap func(*lua.Call, func() (any, error)) (any, error)) *lua.State {
	return lua.New(ctx, lua.Options{
		Steps: r.host.Config.Limits.Steps, Say: message.Say, Mask: r.mask, Seed: uint64(r.began.UnixNano()),
		Modules: map[string][]lua.Func{"dj": lent.All()}, Wrap: wrap,
	})
}

// load lets the script declare itself.
func (r *running) load() error {
	if _, err := r.state.Run(r.target.chunk); err != nil {
		return err
	}
	if r.declared == nil {
		return message.New("script.failed", "run.no_script", message.Args{"script": r.target.chunk.Name})
	}
	return nil
}
