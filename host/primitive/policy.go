package primitive

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/retention"
	"github.com/djscript/djscript/lua"
)

// policySteps are the instructions that a policy function may take for each group: ten thousand copies, looked at ten ways.
const policySteps = 20_000_000

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
	keep     string // what djscript.toml names for the destination, "script:policy"; "" of every other rule
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
	var r rule
	if err == nil {
		r, err = ruleOf(named)
	}
	if a.desk.keep() == nil {
		r.keep = kept.Script
	}
	return r, r.blame(a.Where, err)
}

// blame says of an error whose it is. A policy that djscript.toml names for a destination, and that gives nothing to go by, is no
// mistake of the script that rotates there: option.keep. That the run is over is no policy's doing.
func (r rule) blame(where string, err error) error {
	if err == nil || r.keep == "" || ends(err) {
		return err
	}
	return Unfit(where, r.keep, err)
}

// Unfit is the error of a policy that djscript.toml names for a destination, "script:policy", and that can not be followed.
func Unfit(where, keep string, why error) error {
	return message.Wrap(why, "option.keep", "primitive.unfit_keep", message.Args{"where": where, "keep": keep})
}

// ends tells whether an error is the end of the run.
func ends(err error) bool {
	code := message.Code(err)
	return code == "run.cancelled" || code == "run.timeout"
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
	var proposal retention.Proposal
	var err error
	if r.rule.fn != nil {
		proposal, err = h.ask(r.rule.fn, r, retention.Groups(r.known))
	} else {
		proposal, err = retention.Propose(r.rule.policies, r.known)
	}
	return proposal, r.rule.blame(r.Where, err)
}

// ask asks a policy function twice, each time in a fresh state: the second time its groups come in the opposite order, the
// keys of every table too, clock and chance are others, and it was asked something before. A function that answers by anything but
// the copies that it is given is found out, and refused. The copies of a group always come newest first: that is what it may
// rely on.
func (h *Host) ask(fn *lua.Function, r *Rotation, groups []retention.Group) (retention.Proposal, error) {
	proposal := retention.Proposal{Keep: map[string][]retention.Reason{}, Classes: retention.DefaultClasses()}
	first, err := h.answers(fn, r, groups, false)
	if err != nil {
		return proposal, err
	}
	if r.Future == nil { // what is only foreseen was asked twice when it began
		slices.Reverse(groups)
		second, err := h.answers(fn, r, groups, true)
		if err != nil {
			return proposal, err
		}
		if !maps.EqualFunc(first, second, sameReasons) {
			return proposal, message.New("guard.policy", "primitive.policy_wavers", message.Args{"policy": fn.Name()})
		}
	}
	for id, reasons := range first {
		proposal.Keep[id] = []retention.Reason{}
		for _, text := range reasons {
			proposal.Keep[id] = append(proposal.Keep[id], retention.Said(text))
		}
	}
	return proposal, nil
}

// sameReasons compares the reasons for one copy: their order says nothing.
func sameReasons(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// What a policy function's clock says, the first time and the second: nothing that it could decide by.
var policyClocks = [2]time.Time{time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC), time.Date(2093, 11, 28, 17, 49, 33, 0, time.UTC)}

// alone is the policy function in a fresh state, with a step budget and without primitives.
func (h *Host) alone(fn *lua.Function, again bool) (*lua.Function, error) {
	alone, err := fn.Apart(func(o *lua.Options) {
		o.Steps, o.Wrap, o.Late, o.Reversed, o.Seed = policySteps, policyMay, true, again, 1
		clock := policyClocks[0]
		if again {
			clock, o.Seed, o.Print = policyClocks[1], 2, nil // what it prints is printed once
		}
		o.Now = func() time.Time { return clock.In(cmp.Or(h.Location, time.UTC)) }
	})
	if err != nil {
		return nil, message.Wrap(err, "guard.policy", "primitive.policy_holds", message.Args{"policy": fn.Name()})
	}
	return alone, nil
}

// fewCopies are those of the question whose answer nobody looks at.
const fewCopies = 50

// answers are what the function keeps of all groups.
func (h *Host) answers(fn *lua.Function, r *Rotation, groups []retention.Group, again bool) (map[string][]string, error) {
	alone, err := h.alone(fn, again)
	if err != nil {
		return nil, err
	}
	if again && len(groups) > 0 {
		few := groups[0]
		few.Copies = few.Copies[:min(len(few.Copies), fewCopies)]
		_, _ = h.answer(alone, r, few) // for what it remembers of being asked
	}
	all := map[string][]string{}
	for _, g := range groups {
		answer, err := h.answer(alone, r, g)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, answer)
	}
	return all, nil
}

// answer is what the function keeps of one group.
func (h *Host) answer(fn *lua.Function, r *Rotation, g retention.Group) (map[string][]string, error) {
	own, known := make([]copies.Copy, len(g.Copies)), map[string]bool{}
	for i, c := range g.Copies {
		own[i], known[c.ID] = r.Copies[c.ID], true
	}
	results, err := fn.CallAlone(policySteps, own, g.NewestDay)
	switch {
	case ends(err):
		return nil, err // that is not the policy's doing, and no rotation that was only refused
	case err != nil:
		return nil, message.Wrap(err, "guard.policy", "primitive.policy_failed", message.Args{"policy": fn.Name()})
	}
	if len(results) == 0 || results[0].Type() != "table" {
		got := lua.Value{}
		if len(results) > 0 {
			got = results[0]
		}
		return nil, message.New("guard.policy", "primitive.policy_answer", message.Args{"policy": fn.Name(), "got": got.Described()})
	}
	answer := map[string][]string{}
	if err := results[0].Decode(&answer); err != nil {
		return nil, message.Wrap(err, "guard.policy", "primitive.policy_reasons", message.Args{"policy": fn.Name()})
	}
	for id := range answer {
		if !known[id] {
			return nil, message.New("guard.policy", "retention.unknown_copy", message.Args{"id": id})
		}
	}
	return answer, nil
}

// keepSteps is what to decode one copy for dj.copy.keep, and to judge it, costs of a policy function's budget.
const keepSteps = 100

// policyMay lets a policy function calculate, and call dj.copy.keep.
func policyMay(c *lua.Call, next func() (any, error)) (any, error) {
	name := c.Func.Name
	switch {
	case pureNames()[name]:
		return next()
	case name == "copy.keep":
		if a, ok := c.Args.(*keepArgs); ok {
			if err := c.Spend(int64(keepSteps * len(a.Copies))); err != nil {
				return nil, err
			}
		}
		return next()
	case name != "require":
		name = "dj." + name
	}
	return nil, message.New("guard.policy", "primitive.policy_calls", message.Args{"op": name})
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
		return p, message.New("option.value", "primitive.whole_days", message.Args{"got": lua.FormatDuration(a.Within)})
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
