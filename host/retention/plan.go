package retention

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Plan says of every copy what becomes of it, and why: each is in exactly one of the maps, by its id, with a reason.
type Plan struct {
	Keep     map[string][]Reason
	Drop     map[string][]Reason
	Deferred map[string][]Reason // to be dropped another time
	Guards   []Reason            // what the guards kept or put off against the proposal
}

// Guards are what the host brings along. The zero value holds every rule but those of credit, hashes and devices.
type Guards struct {
	Min       int            // never fewer verified copies of a unit and class than this, whatever a policy says
	Credit    map[string]int // drops that new verified copies have paid for, by database; nil: not counted
	ScrubDays int            // a hash that is older than this, in days before the newest believed day, is stale; 0: never
	Devices   int            // distinct devices that the store keeps copies on
	Elsewhere map[Unit]int   // on how many other devices a verified copy of the unit lies
	Approved  string         // hash of a plan whose breaker a person lifted
}

// In one run no more of a unit may go than a fifth of it, or three: a mistake in a policy is seen before it is too late.
const (
	breakerLeast = 3
	breakerShare = 5
)

// Decide judges a proposal for the copies of one destination. An id that is none of theirs, or a copy kept for no
// reason, refuses the proposal whole: guard.policy.
func Decide(copies []Copy, proposal Proposal, guards Guards) (Plan, error) {
	times := timesOf(copies)
	if err := proposal.check(times); err != nil {
		return Plan{}, err
	}
	groups := Groups(once(copies, times))
	plan := proposal.judge(groups, guards, false)
	if guards.Approved != "" && guards.Approved == plan.Hash() {
		plan = proposal.judge(groups, guards, true)
	}
	return plan, nil
}

// Hash stands for all that would go if the breaker let it, whatever the credit; "" where the breaker holds nothing back.
func (p Plan) Hash() string {
	held, all := false, make([]string, 0, len(p.Drop)+len(p.Deferred))
	for id := range p.Drop {
		all = append(all, id)
	}
	for id, reasons := range p.Deferred {
		all = append(all, id)
		held = held || reasons[0].Key == "retention.breaker"
	}
	if !held {
		return ""
	}
	slices.Sort(all)
	sum := sha256.Sum256([]byte(strings.Join(all, "\n")))
	return hex.EncodeToString(sum[:])
}

// check refuses what can not be meant.
func (p Proposal) check(known map[string]int) error {
	for id, reasons := range p.Keep {
		if known[id] == 0 {
			return message.New("guard.policy", "retention.unknown_copy", message.Args{"id": id})
		}
		if len(reasons) == 0 {
			return message.New("guard.policy", "retention.no_reason", message.Args{"id": id})
		}
	}
	return nil
}

// timesOf counts how often each id is there.
func timesOf(copies []Copy) map[string]int {
	times := make(map[string]int, len(copies))
	for i := range copies {
		times[copies[i].ID]++
	}
	return times
}

// once makes the copies unsure that lie there under one id: which of them is meant can not be known.
func once(copies []Copy, times map[string]int) []Copy {
	if len(times) == len(copies) {
		return copies
	}
	copies = slices.Clone(copies)
	for i := range copies {
		if times[copies[i].ID] > 1 {
			copies[i].State = Unsure
		}
	}
	return copies
}

// judgement is a plan in the making.
type judgement struct {
	Plan
	guards    Guards
	classes   []string // that may be dropped from
	floor     int
	unlimited bool           // a person lifted the breaker
	paid      map[string]int // credit that is used up, by database
	say       sentences
	told      map[sentence]bool
	last      *Reason // why the last copy was put off
}

func (p Proposal) judgement(guards Guards) *judgement {
	floor := p.Min
	if floor < 1 {
		floor = DefaultMin
	}
	return &judgement{
		Plan:   Plan{Keep: make(map[string][]Reason, len(p.Keep)), Drop: map[string][]Reason{}, Deferred: map[string][]Reason{}},
		guards: guards, classes: p.Classes, floor: max(floor, guards.Min),
		paid: map[string]int{}, say: sentences{}, told: map[sentence]bool{},
	}
}

func (p Proposal) judge(groups []Group, guards Guards, unlimited bool) Plan {
	j := p.judgement(guards)
	j.unlimited = unlimited
	rest, left := make([][]int, len(groups)), 0
	for i := range groups {
		rest[i] = j.keep(&groups[i], p.Keep)
		left += len(rest[i])
	}
	j.Deferred = make(map[string][]Reason, left)
	for i := range groups {
		j.drop(&groups[i], rest[i])
	}
	return j.Plan
}

// keep is what the policy wants and the guards demand; it gives the places of the rest.
func (j *judgement) keep(g *Group, wanted map[string][]Reason) (rest []int) {
	demanded := j.demands(g)
	for i := range g.Copies {
		id := g.Copies[i].ID
		switch {
		case len(wanted[id]) > 0:
			j.Keep[id] = slices.Concat(wanted[id], demanded[i])
		case len(demanded[i]) > 0:
			j.Keep[id] = demanded[i]
			j.guarded(demanded[i]...)
		default:
			rest = append(rest, i)
		}
	}
	return rest
}

// drop gives up the oldest, as many as may go in one run and have been paid for, and puts the others off.
func (j *judgement) drop(g *Group, rest []int) {
	database := g.Unit.Database
	frozen := j.frozen(g)
	most := max(breakerLeast, len(g.Copies)/breakerShare)
	newer := g.verifiedBefore()
	breaker, unpaid := j.only("retention.breaker", "most", most), j.only("retention.unpaid", "database", database)
	able := 0 // of those that could go now
	for _, i := range slices.Backward(rest) {
		c := &g.Copies[i]
		held := j.held(c, frozen)
		if held == nil {
			able++
		}
		switch {
		case held != nil:
			j.postpone(c, held)
		case able > most && !j.unlimited:
			j.postpone(c, breaker)
		case j.guards.Credit != nil && j.paid[database] >= j.guards.Credit[database]:
			j.postpone(c, unpaid)
		default:
			j.paid[database]++
			j.Drop[c.ID] = []Reason{c.spare(newer[i])}
		}
	}
}

// postpone puts a copy off. Copies in turn that are put off for one reason share it.
func (j *judgement) postpone(c *Copy, why []Reason) {
	j.Deferred[c.ID] = why
	if &why[0] != j.last {
		j.last = &why[0]
		j.guarded(why...)
	}
}

// only is a reason by itself.
func (j *judgement) only(key, name string, value any) []Reason {
	return []Reason{j.say.of(key, name, value)}
}

// guarded tells each guard once.
func (j *judgement) guarded(reasons ...Reason) {
	for _, r := range reasons {
		id := sentence{key: r.Key}
		for _, value := range r.Args {
			id.value = value
		}
		if !j.told[id] {
			j.told[id] = true
			j.Guards = append(j.Guards, r)
		}
	}
}

// verifiedBefore counts for each place the verified copies that are newer.
func (g *Group) verifiedBefore() []int {
	newer, verified := make([]int, len(g.Copies)), 0
	for i := range g.Copies {
		newer[i] = verified
		if g.Copies[i].State == Verified {
			verified++
		}
	}
	return newer
}

// spare is why nothing keeps a copy.
func (c *Copy) spare(newer int) Reason {
	if c.State == Sealed {
		return Reason{"retention.never_proven", message.Args{"n": newer}}
	}
	return Reason{"retention.spare", message.Args{"n": newer}}
}
