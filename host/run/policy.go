package run

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/retention"
	"github.com/djscript/djscript/lua"
)

// keep is what djscript.toml says stays at a destination; nil where it says nothing.
func (h *Host) keep(destination string) *primitive.Keep {
	said := h.Config.KeepOf(destination)
	if said == nil {
		return nil
	}
	kept := &primitive.Keep{Script: said.Script}
	for _, p := range said.Policies {
		kept.Policies = append(kept.Policies, retention.Policy(p))
	}
	return kept
}

// Policy is a policy of the running script, or of another one that is loaded beside it.
func (r *running) Policy(name string) (lua.Value, error) {
	script, policy, _ := strings.Cut(name, ":")
	declared := r.declared
	if declared == nil || script != r.target.script {
		var err error
		if declared, err = r.beside(script); err != nil {
			return lua.Value{}, err
		}
	}
	found, ok := declared.Policies[policy]
	if !ok {
		return found, noPolicy(script, policy, declared)
	}
	return found, nil
}

// Floor is how many proven copies always stay at a destination, whatever its policy says; 0 where nothing is ever dropped.
func Floor(c *config.Config, destination string) int {
	said := c.KeepOf(destination)
	if said == nil {
		return 0
	}
	floor := retention.DefaultMin
	for i, p := range said.Policies {
		if i == 0 {
			floor = 0
		}
		floor = max(floor, cmp.Or(p.Min, retention.DefaultMin))
	}
	return floor
}

// CheckPolicy tells whether there is a policy of that name, "script:policy".
func (h *Host) CheckPolicy(ctx context.Context, name string) error {
	script, policy, _ := strings.Cut(name, ":")
	d, err := h.Describe(ctx, script)
	if err != nil {
		return err
	}
	if _, ok := d.Policies[policy]; !ok {
		return noPolicy(script, policy, d.Script)
	}
	return nil
}

// checkKeep finds the policies that djscript.toml names and the scripts have not.
func (h *Host) checkKeep(describe func(script string) *Description) []config.Mistake {
	var mistakes []config.Mistake
	for _, destination := range h.Config.Destinations {
		if destination.Keep == nil || destination.Keep.Script == "" {
			continue
		}
		script, policy, _ := strings.Cut(destination.Keep.Script, ":")
		d := describe(script)
		if d == nil {
			continue
		}
		if _, ok := d.Policies[policy]; !ok {
			mistakes = append(mistakes, h.Config.At("destination."+destination.Name+".keep", noPolicy(script, policy, d.Script)))
		}
	}
	return mistakes
}

func noPolicy(script, policy string, declared *primitive.Script) *message.Error {
	known := slices.Sorted(maps.Keys(declared.Policies))
	if len(known) == 0 {
		return message.New("option.value", "run.no_policies", message.Args{"script": script, "policy": policy})
	}
	return message.New("option.value", "run.no_policy", message.Args{"script": script, "policy": policy, "known": strings.Join(known, ", ")})
}

// beside is what another script says of itself. It is loaded into the same state, and declares nothing for this run; the steps
// that it takes are not the run's.
func (r *running) beside(script string) (*primitive.Script, error) {
	other, err := r.host.script(script)
	if err != nil {
		return nil, err
	}
	target, declared, chain := r.target, r.declared, r.chain
	defer func() { r.target, r.declared, r.chain = target, declared, chain }()
	r.target, r.chain = other, nil
	r.state.WithContext(r.state.Context(), func() { err = r.load() })
	return r.declared, err
}
