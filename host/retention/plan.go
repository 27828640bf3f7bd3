package retention

import (
	"slices"

	"github.com/djscript/djscript/host/message"
)

// Plan says of every copy what becomes of it, and why: each is in exactly one of the maps, by its id, with a reason.
type Plan struct {
	Keep     map[string][]Reason
	Drop     map[string][]Reason
	Deferred map[string][]Reason // to be dropped another time
	Guards   []Reason            // what the guards kept or put off against the proposal
}

// Guards are what the host brings along. The zero value holds every rule but that of the credit.
type Guards struct {
	Min    int            // never fewer verified copies of a unit and class than this, whatever a policy says
	Credit map[string]int // drops that new verified copies have paid for, by database; nil: not counted
}

// In one run no more of a unit may go than a fifth of it, or three: a mistake in a policy is seen before it is too late.
const (
	breakerLeast = 3
	breakerShare = 5
)

// How many newer verified copies make one that was never proven worthless.
const provenAfter = 3

// Decide judges a proposal for the copies of one destination. An id that is none of theirs, or a copy kept for no
// reason, refuses the proposal whole: guard.policy.
func Decide(copies []Copy, proposal Proposal, guards Guards) (Plan, error) {
	if err := proposal.check(copies); err != nil {
		return Plan{}, err
	}
	plan := Plan{Keep: map[string][]Reason{}, Drop: map[string][]Reason{}, Deferred: map[string][]Reason{}}
	floor := proposal.Min
	if floor < 1 {
		floor = DefaultMin
	}
	floor = max(floor, guards.Min)
	paid := map[string]int{}
	for _, g := range Groups(copies) {
		demanded := g.demands(proposal.Classes, floor)
		var rest []Copy // newest first
		for _, c := range g.Copies {
			wanted, needed := proposal.Keep[c.ID], demanded[c.ID]
			if len(wanted)+len(needed) == 0 {
				rest = append(rest, c)
				continue
			}
			plan.Keep[c.ID] = slices.Concat(wanted, needed)
			if len(wanted) == 0 {
				plan.guarded(needed...)
			}
		}
		plan.drop(g, rest, guards, paid)
	}
	return plan, nil
}

// check refuses what can not be meant.
func (p Proposal) check(copies []Copy) error {
	known := map[string]bool{}
	for _, c := range copies {
		known[c.ID] = true
	}
	for id, reasons := range p.Keep {
		if !known[id] {
			return message.New("guard.policy", "retention.unknown_copy", message.Args{"id": id})
		}
		if len(reasons) == 0 {
			return message.New("guard.policy", "retention.no_reason", message.Args{"id": id})
		}
	}
	return nil
}

// demands are the keeps that no policy may overrule.
func (g Group) demands(classes []string, floor int) map[string][]Reason {
	demanded := map[string][]Reason{}
	add := func(c Copy, key string, args message.Args) {
		demanded[c.ID] = append(demanded[c.ID], Reason{key, args})
	}
	verified, counted := 0, map[string]int{} // so far, newest first; counted are those that each class's floor is made of
	for i, c := range g.Copies {
		ours := slices.Contains(classes, c.Class)
		if i == 0 {
			add(c, "retention.newest", nil)
		}
		if !ours {
			add(c, "retention.other_class", message.Args{"class": c.Class})
		}
		if c.Pin.holds(g.NewestDay) {
			add(c, "retention.pinned", message.Args{"why": c.Pin.Reason})
		}
		if c.Doubted {
			add(c, "retention.doubted", message.Args{"day": c.Day})
		}
		switch {
		case c.State == Verified:
			if verified++; verified == 1 {
				add(c, "retention.newest_verified", nil)
			}
			if ours && !c.Doubted && counted[c.Class] < floor {
				counted[c.Class]++
				add(c, "retention.floor", message.Args{"of": floor})
			}
		case c.State == Bad:
			add(c, "retention.bad", nil)
		case c.State != Sealed:
			add(c, "retention.unsure", nil)
		case verified < provenAfter:
			add(c, "retention.unproven", nil)
		}
	}
	return demanded
}

// holds compares with the newest day that can be believed, since the PC's clock can not.
func (p *Pin) holds(newestDay string) bool {
	return p != nil && (p.LastDay == "" || newestDay == "" || p.LastDay >= newestDay)
}

// drop gives up the oldest, as many as may go in one run and have been paid for, and puts the others off.
func (p *Plan) drop(g Group, rest []Copy, guards Guards, paid map[string]int) {
	most := max(breakerLeast, len(g.Copies)/breakerShare)
	credit, counted := guards.Credit[g.Unit.Database], guards.Credit != nil
	dropped := 0
	for _, c := range slices.Backward(rest) {
		switch {
		case dropped >= most:
			p.postpone(c, Reason{"retention.breaker", message.Args{"most": most}})
		case counted && paid[g.Unit.Database] >= credit:
			p.postpone(c, Reason{"retention.unpaid", message.Args{"database": g.Unit.Database}})
		default:
			dropped++
			paid[g.Unit.Database]++
			p.Drop[c.ID] = []Reason{g.spare(c)}
		}
	}
}

func (p *Plan) postpone(c Copy, why Reason) {
	p.Deferred[c.ID] = []Reason{why}
	p.guarded(why)
}

// spare is why nothing keeps a copy.
func (g Group) spare(c Copy) Reason {
	newer := 0
	for _, other := range g.Copies {
		if other.State == Verified && other.Seq > c.Seq {
			newer++
		}
	}
	if c.State == Sealed {
		return Reason{"retention.never_proven", message.Args{"n": newer}}
	}
	return Reason{"retention.spare", message.Args{"n": newer}}
}

// guarded tells each guard once.
func (p *Plan) guarded(reasons ...Reason) {
	for _, r := range reasons {
		if !slices.ContainsFunc(p.Guards, func(told Reason) bool { return told.Key == r.Key && told.String() == r.String() }) {
			p.Guards = append(p.Guards, r)
		}
	}
}
