package primitive

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/retention"
	"github.com/djscript/djscript/lua"
)

// policySteps are the instructions that a policy function may take each time: some thousand copies, looked at ten ways.
const policySteps = 5_000_000

type policyArgs struct {
	Class    []string      `lua:"class" enum:"routine,intraday,extra,pre_update,pre_restore,closing"`
	Last     int           `lua:"last"`
	Hourly   int           `lua:"hourly"`
	Daily    int           `lua:"daily"`
	Weekly   int           `lua:"weekly"`
	Monthly  int           `lua:"monthly"`
	Yearly   int           `lua:"yearly"`
	Within   time.Duration `lua:"within"`
	Weekdays []string      `lua:"weekdays"`
	Min      *int          `lua:"min"`
}

// rule is what a rotation goes by: a policy function, or policies.
type rule struct {
	fn       *lua.Function
	policies []retention.Policy
}

// rule is the policy of the call, or else that of the destination.
func (h *Host) rule(a *pruneArgs) (rule, error) {
	if a.Policy != nil && !a.Policy.IsNil() {
		return ruleOf(*a.Policy)
	}
	kept := a.desk.keep()
	if kept == nil {
		kept = h.Keep(a.Where)
	}
	switch {
	case kept == nil:
		return rule{}, message.New("option.missing", "primitive.no_policy", message.Args{"where": a.Where})
	case kept.Script == "":
		return rule{policies: kept.Policies}, nil
	}
	named, err := h.Env.Policy(kept.Script)
	if err != nil {
		return rule{}, err
	}
	return ruleOf(named)
}

func ruleOf(policy lua.Value) (rule, error) {
	if fn := policy.Function(); fn != nil {
		return rule{fn: fn}, nil
	}
	policies, err := policiesOf(policy)
	return rule{policies: policies}, err
}

// propose asks the rule of a rotation.
func (h *Host) propose(r *Rotation) (retention.Proposal, error) {
	if r.rule.fn != nil {
		return h.ask(r.rule.fn, r, retention.Groups(r.known))
	}
	return retention.Propose(r.rule.policies, r.known)
}

// ask asks a policy function, twice: the second time its groups come in the opposite order. A function that answers by
// anything but the copies that it is given is found out, and refused.
func (h *Host) ask(fn *lua.Function, r *Rotation, groups []retention.Group) (retention.Proposal, error) {
	proposal := retention.Proposal{Keep: map[string][]retention.Reason{}, Classes: retention.DefaultClasses()}
	first, err := h.answers(fn, r, groups)
	if err != nil {
		return proposal, err
	}
	slices.Reverse(groups)
	second, err := h.answers(fn, r, groups)
	if err != nil {
		return proposal, err
	}
	if !maps.EqualFunc(first, second, slices.Equal) {
		return proposal, message.New("guard.policy", "primitive.policy_wavers", message.Args{"policy": fn.Name()})
	}
	for id, reasons := range first {
		proposal.Keep[id] = []retention.Reason{}
		for _, text := range reasons {
			proposal.Keep[id] = append(proposal.Keep[id], retention.Said(text))
		}
	}
	return proposal, nil
}

// answers are what the function keeps of all groups.
func (h *Host) answers(fn *lua.Function, r *Rotation, groups []retention.Group) (map[string][]string, error) {
	h.deciding = true
	defer func() { h.deciding = false }()
	all := map[string][]string{}
	for _, g := range groups {
		var own []copies.Copy
		for _, c := range g.Copies {
			own = append(own, r.Copies[c.ID])
		}
		results, err := fn.CallAlone(policySteps, own, g.NewestDay)
		if err != nil {
			return nil, message.Wrap(err, "guard.policy", "primitive.policy_failed", message.Args{"policy": fn.Name()})
		}
		answer := map[string][]string{}
		if len(results) > 0 {
			err = results[0].Decode(&answer)
		}
		if err != nil || len(results) == 0 || results[0].IsNil() {
			return nil, message.Wrap(err, "guard.policy", "primitive.policy_answer", message.Args{"policy": fn.Name()})
		}
		for id := range answer {
			if !slices.ContainsFunc(g.Copies, func(c retention.Copy) bool { return c.ID == id }) {
				return nil, message.New("guard.policy", "retention.unknown_copy", message.Args{"id": id})
			}
		}
		maps.Copy(all, answer)
	}
	return all, nil
}

// undecided refuses every other call while a policy function is at work.
func (h *Host) undecided(c *lua.Call) error {
	if h.deciding && c.Func.Name != "copy.keep" {
		return message.New("guard.policy", "primitive.policy_calls", message.Args{"op": c.Func.Name})
	}
	return nil
}

// policiesOf reads one policy or a list of them.
func policiesOf(v lua.Value) ([]retention.Policy, error) {
	if v.Type() != "table" {
		return nil, message.New("option.type", "primitive.not_a_policy", message.Args{"got": v.Described()})
	}
	if v.Len() == 0 {
		one, err := policyOf(v)
		return []retention.Policy{one}, err
	}
	var all []retention.Policy
	for i := range v.Len() {
		one, err := policyOf(v.Get(i + 1))
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func policyOf(v lua.Value) (retention.Policy, error) {
	var a policyArgs
	if err := v.Decode(&a); err != nil {
		return retention.Policy{}, err
	}
	return a.policy()
}

// Check refuses rules that no rotation can follow.
func (a *policyArgs) Check() error {
	_, err := a.policy()
	return err
}

func (a *policyArgs) policy() (retention.Policy, error) {
	p := retention.Policy{
		Class: a.Class, Last: a.Last, Hourly: a.Hourly, Daily: a.Daily, Weekly: a.Weekly, Monthly: a.Monthly, Yearly: a.Yearly,
	}
	const day = 24 * time.Hour
	if a.Within < 0 || a.Within%day != 0 {
		return p, message.New("option.value", "primitive.whole_days", message.Args{"got": a.Within.String()})
	}
	p.Within = int(a.Within / day)
	if a.Min != nil {
		if p.Min = *a.Min; p.Min < 1 {
			return p, message.New("option.value", "primitive.min", nil)
		}
	}
	for _, name := range a.Weekdays {
		weekday, ok := weekdays[strings.ToLower(name)]
		if !ok {
			return p, message.New("option.value", "primitive.weekday", message.Args{"got": name})
		}
		p.Weekdays = append(p.Weekdays, weekday)
	}
	return p, p.Check()
}

var weekdays = map[string]time.Weekday{
	"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday,
	"dom": time.Sunday, "seg": time.Monday, "ter": time.Tuesday, "qua": time.Wednesday, "qui": time.Thursday, "sex": time.Friday, "sab": time.Saturday,
}
