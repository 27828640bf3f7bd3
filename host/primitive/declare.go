package primitive

import (
	"context"
	"maps"
	"slices"

	"github.com/djscript/djscript/host/message"
)

// declare takes what a script says of itself, where all of it can be used.
func (h *Host) declare(_ context.Context, a *scriptArgs) (bool, error) {
	for _, name := range slices.Sorted(maps.Keys(a.Spec.Params)) {
		if p := a.Spec.Params[name]; p.Type == "enum" && len(p.Values) == 0 {
			return false, message.New("option.missing", "primitive.enum_values", message.Args{"param": name})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a.Spec.Policies)) {
		policy := a.Spec.Policies[name]
		if policy.Type() == "function" {
			continue
		}
		if _, err := policiesOf(policy); err != nil {
			return false, message.Wrap(err, message.Code(err), "primitive.policy_rules", message.Args{"policy": name})
		}
	}
	h.Env.Declare(a.Spec)
	return true, nil
}
