package run

import (
	"maps"

	"github.com/djscript/djscript/host/layer"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/lua"
)

// load lets the script, and each that it extends, declare itself, and makes one of them: the nearer one wins, by name.
// While a file is loaded nothing but the flow may be called.
func (r *running) load() error {
	r.programs = append(r.programs, r.target.program)
	for _, f := range r.target.program.Scripts {
		r.declared = nil
		if _, err := r.loading(f.Chunk); err != nil {
			return err
		}
		if r.declared == nil {
			return message.New("script.failed", "run.no_script", message.Args{"script": f.Chunk.Name})
		}
		last := len(r.chain) == len(r.target.program.Scripts)-1
		if last && r.declared.Extends != "" {
			// It is no text in quotes within dj.script { ... }: nobody has followed it.
			return &layer.Fault{File: f.Chunk.Name, Err: message.New("script.extends", "layer.extends_text", nil)}
		}
		r.chain = append(r.chain, r.declared)
	}
	r.declared = inherit(r.chain)
	return nil
}

// inherit is the first script with what it does not say itself, of those that it extends.
func inherit(chain []*primitive.Script) *primitive.Script {
	whole := *chain[len(chain)-1]
	whole.Params, whole.Jobs, whole.Policies = maps.Clone(whole.Params), maps.Clone(whole.Jobs), maps.Clone(whole.Policies)
	for i := len(chain) - 2; i >= 0; i-- {
		s := chain[i]
		whole.Name, whole.Version, whole.Extends = s.Name, s.Version, s.Extends
		whole.Params = over(whole.Params, s.Params)
		whole.Jobs = over(whole.Jobs, s.Jobs)
		whole.Policies = over(whole.Policies, s.Policies)
		if s.Health != nil {
			whole.Health = s.Health
		}
	}
	return &whole
}

func over[T any](below, above map[string]T) map[string]T {
	if below == nil {
		return maps.Clone(above)
	}
	maps.Copy(below, above)
	return below
}

// loading runs a file that may not do anything yet.
func (r *running) loading(c *lua.Chunk) (lua.Value, error) {
	r.loads++
	defer func() { r.loads-- }()
	return r.state.Run(c)
}

// onlyLoads refuses every call with an effect, reading too, while a file is loaded.
func (r *running) onlyLoads(next wrapper) wrapper {
	return func(c *lua.Call, call func() (any, error)) (any, error) {
		if r.loads > 0 && (c.Func.Effect != primitive.Flow || primitive.OnlyInJobs(c.Func)) {
			return nil, message.New("script.failed", "run.only_declares", message.Args{"script": r.target.script, "op": c.Func.Name})
		}
		return next(c, call)
	}
}

type requireArgs struct {
	Name string `lua:"name,arg"`
}

// modules are what a script may name, for its state.
func (r *running) modules(lent *primitive.Host) map[string][]lua.Func {
	require := lua.Bind("require", func(c *lua.Call, a *requireArgs) (lua.Value, error) { return r.require(c, a.Name) })
	require.Effect = primitive.Flow
	return map[string][]lua.Func{"dj": lent.All(), "": {require}}
}

// require gives what a library returned; a library is loaded once a run.
func (r *running) require(c *lua.Call, name string) (lua.Value, error) {
	lib, err := r.target.program.Require(c.File(), name)
	for _, other := range r.programs { // the function of another script, whose policy the run uses
		if err == nil {
			break
		}
		lib, err = other.Require(c.File(), name)
	}
	if err != nil {
		return lua.Value{}, err
	}
	if value, loaded := r.libs[lib.Chunk.Name]; loaded {
		return value, nil
	}
	value, err := r.loading(lib.Chunk)
	if err != nil {
		return value, err
	}
	if r.libs == nil {
		r.libs = map[string]lua.Value{}
	}
	r.libs[lib.Chunk.Name] = value
	return value, nil
}

// inherited is the job of that name of the scripts from that one of the chain on, and where in the chain it is; nil where
// there is none.
func (r *running) inherited(job string, from int) (*lua.Function, int) {
	for i := from; i < len(r.chain); i++ {
		if found := r.chain[i].Jobs[job]; found != nil {
			return found, i
		}
	}
	return nil, 0
}

// work calls a job of the chain, from that script on. The job it is called with has a super of its own: the job that this
// script inherited.
func (r *running) work(lent *primitive.Host, from int, params any) (any, error) {
	name := r.outcome.Job
	fn, at := r.inherited(name, from)
	if fn == nil {
		return nil, message.New("script.super", "run.no_super", message.Args{
			"job": name, "script": r.target.program.Scripts[from-1].Chunk.Name,
		})
	}
	mine := *lent
	mine.Super = func(given *lua.Value) (any, error) {
		if given == nil || given.IsNil() {
			return r.work(lent, at+1, params)
		}
		return r.work(lent, at+1, *given)
	}
	results, err := fn.CallValues(r.jobObject(mine.Job()), params)
	if err != nil || len(results) == 0 {
		return nil, err
	}
	return results[0], nil
}
