package primitive

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/retention"
	"github.com/djscript/djscript/lua"
)

// Keep is what djscript.toml says stays at a destination: by rules, or by a script's policy, "script:policy".
type Keep struct {
	Policies []retention.Policy
	Script   string
}

type (
	keepArgs struct {
		Policy lua.Value `lua:"policy,arg"`
		Copies given     `lua:"copies,arg"`
	}
	rotatesArgs struct {
		Where string `lua:"where,arg"`
	}
	pruneArgs struct {
		Where  string     `lua:"where,arg"`
		Policy *lua.Value `lua:"policy,arg,optional"`
		desk   *Pruning   // what a person asked for; nil: a script asks
	}
	planned struct {
		Keep     map[string][]string `json:"keep"`
		Drop     map[string][]string `json:"drop"`
		Deferred map[string][]string `json:"deferred"`
		Guards   []string            `json:"guards"`
	}
)

// LuaForms is what a policy is where it is a table.
func (keepArgs) LuaForms() map[string]any { return map[string]any{"policy": policyArgs{}} }

// LuaForms is what a policy is where it is a table.
func (pruneArgs) LuaForms() map[string]any { return map[string]any{"policy": policyArgs{}} }

// given are copies as a script hands them on.
type given []retention.Copy

// ReadLua takes a list of dj.Copy. Of each it reads what rules look at: of ten thousand copies the rest takes seconds.
func (g *given) ReadLua(v lua.Value) error {
	if v.Type() != "table" || v.Len() == 0 && len(v.Keys()) > 0 {
		return message.New("option.type", "primitive.not_copies", nil)
	}
	for i := range v.Len() {
		c := copyOf(v.Get(i + 1))
		if c.ID == "" || c.Number() == 0 {
			return message.New("option.type", "primitive.not_copies", nil)
		}
		*g = append(*g, c.Retained())
	}
	return nil
}

// copyOf is a dj.Copy as far as rules look at it.
func copyOf(v lua.Value) copies.Copy {
	text := func(v lua.Value, name string) string {
		if field := v.Field(name); field.Type() == "string" {
			return field.String()
		}
		return ""
	}
	c := copies.Copy{
		ID: text(v, "id"), Seq: text(v, "seq"), Day: text(v, "day"), Created: text(v, "created"), Class: text(v, "class"), State: text(v, "state"),
		Database: text(v, "database"), Partial: v.Field("partial").String() == "true", Suspect: text(v, "suspect"),
	}
	companies := v.Field("companies")
	for i := range companies.Len() {
		c.Companies = append(c.Companies, firebird.Company{ID: text(companies.Get(i+1), "id")})
	}
	if pin := v.Field("pinned"); pin.Type() == "table" {
		c.Pinned = &copies.Pin{Reason: text(pin, "reason"), LastDay: text(pin, "last_day")}
	}
	return c
}

func (h *Host) rotation() []lua.Func {
	unpin := bind("copy.unpin", Write, h.unpin)
	unpin.Power = "copy.destroy" // what a pin held, rotation may drop
	return []lua.Func{
		bind("copy.rotates", Read, h.rotates),
		bind("copy.keep", Read, h.keep),
		on("where", bind("copy.plan", Read, h.plan)),
		on("where", bind("copy.prune", Destroy, h.prune)),
		bind("copy.pin", Write, h.pin),
		unpin,
	}
}

func (h *Host) rotates(_ context.Context, a *rotatesArgs) (bool, error) {
	if _, err := h.destination(a.Where); err != nil {
		return false, err
	}
	return h.Keep(a.Where) != nil, nil
}

func (h *Host) keep(_ context.Context, a *keepArgs) (map[string][]string, error) {
	policies, err := policiesOf(a.Policy)
	if err != nil {
		return nil, err
	}
	proposal, err := retention.Propose(policies, a.Copies)
	return spoken(proposal.Keep), err
}

// Rotation is a destination, what lies there, and what is to become of it.
type Rotation struct {
	Where  string
	Copies map[string]copies.Copy // as they lie there, by id
	Future map[string]bool        // those that are not made yet, where it is foreseen
	Held   string                 // the hash of the plan that the breaker holds back, or held until a person lifted it; "": none
	retention.Plan

	known   []retention.Copy
	changes map[string][]retention.Change // of each database, oldest first
	guards  retention.Guards
	rule    rule
	lifted  bool // a person lifts the breaker now
}

func (h *Host) plan(ctx context.Context, a *pruneArgs) (planned, error) {
	r, err := h.rotate(ctx, a)
	if err != nil {
		return planned{}, err
	}
	guards := []string{}
	for _, g := range r.Guards {
		guards = append(guards, g.String())
	}
	return planned{Keep: spoken(r.Keep), Drop: spoken(r.Drop), Deferred: spoken(r.Deferred), Guards: guards}, nil
}

// prune drops what nothing keeps. A plan that is refused, or a copy that can not be deleted, takes nothing from the
// copies that the run made: it degrades.
func (h *Host) prune(ctx context.Context, a *pruneArgs) ([]copies.Copy, error) {
	dropped := []copies.Copy{}
	err := h.one(ctx, func() error {
		return h.Copies.Hold(ctx, a.Where, func() error {
			gone, err := h.pruned(ctx, a)
			dropped = append(dropped, gone...)
			return err
		})
	})
	if a.desk != nil {
		return dropped, err
	}
	return dropped, h.spare(err)
}

// pruned plans and drops while nobody else does.
func (h *Host) pruned(ctx context.Context, a *pruneArgs) ([]copies.Copy, error) {
	r, err := h.rotate(ctx, a)
	if err == nil {
		err = errors.Join(a.desk.shown(r), h.Env.Dropping(slices.Collect(maps.Keys(r.Drop))))
	}
	if err != nil || len(r.Drop) == 0 {
		h.tell(a.Where, r, nil)
		return nil, err
	}
	if err := h.Env.Spend(FilesDropped, int64(len(r.Drop))); err != nil {
		return nil, err
	}
	if r.lifted {
		if err := h.Copies.Approve(ctx, a.Where, r.Held); err != nil {
			return nil, err
		}
	}
	gone, err := h.Copies.Drop(ctx, a.Where, r.why())
	h.tell(a.Where, r, gone)
	return gone, err
}

// spare keeps a rotation that was refused from failing what came before it.
func (h *Host) spare(err error) error {
	code := message.Code(err)
	if strings.HasPrefix(code, "guard.") && code != "guard.plan" || code == "copy.degraded" || code == "option.keep" {
		h.Env.Degrade(err)
		return nil
	}
	return err
}

// planPrune answers with the copies that would go now.
func (h *Host) planPrune(ctx context.Context, args any) (any, error) {
	a := args.(*pruneArgs)
	r, err := h.rotate(ctx, a)
	if err != nil {
		return []copies.Copy{}, h.spare(err)
	}
	if err := h.Env.Dropping(slices.Collect(maps.Keys(r.Drop))); err != nil {
		return []copies.Copy{}, err
	}
	if err := h.Env.Spend(FilesDropped, int64(len(r.Drop))); err != nil {
		return []copies.Copy{}, err
	}
	h.tell(a.Where, r, r.dropped())
	return r.dropped(), nil
}

// tell keeps in the journal what goes and why, and what the guards said.
func (h *Host) tell(where string, r *Rotation, gone []copies.Copy) {
	if r == nil {
		return
	}
	if h.Decided != nil {
		h.Decided(Decision{where, r.Plan})
	}
	why := r.why()
	for _, c := range gone {
		args := message.Args{"name": c.Name, "where": where, "why": why[c.ID]}
		said := message.Text("primitive.dropped", args)
		if h.Dry {
			said = message.Text("primitive.to_drop", args)
		}
		h.Env.Log("info", said, nil)
	}
	if guards := r.guarded(); guards != "" {
		h.Env.Log("info", message.Text("primitive.guard", message.Args{"where": where, "why": guards}), nil)
	}
	switch {
	case r.lifted:
		h.Env.Log("info", message.Text("primitive.approved", message.Args{"where": where, "hash": r.Held}), nil)
	case r.Held != "":
		args := message.Args{"where": where, "hash": r.Held[:hashLetters]}
		h.Env.Log("info", message.Plural("primitive.held", r.Waiting(), args), map[string]any{"hash": r.Held})
	}
}

// guarded is what the guards said, each with how many copies it holds for: one line a night, however many they are.
func (r *Rotation) guarded() string {
	held := map[string]int{}
	for _, copies := range []map[string][]retention.Reason{r.Keep, r.Deferred} {
		for _, reasons := range copies {
			for _, one := range reasons {
				held[one.String()]++
			}
		}
	}
	var all []string
	for _, g := range r.Guards {
		all = append(all, message.Plural("primitive.guarded", held[g.String()], message.Args{"why": g.String()}))
	}
	return strings.Join(all, "; ")
}

// Waiting is how many copies the breaker holds back.
func (r *Rotation) Waiting() int {
	n := 0
	for _, why := range r.Deferred {
		if why[0].Key == "retention.breaker" {
			n++
		}
	}
	return n
}

// dropped are the copies that go, newest first.
func (r *Rotation) dropped() []copies.Copy {
	all := []copies.Copy{}
	for id := range r.Drop {
		all = append(all, r.Copies[id])
	}
	slices.SortFunc(all, func(a, b copies.Copy) int { return -compareSeq(a, b) })
	return all
}

func compareSeq(a, b copies.Copy) int {
	return cmp.Or(cmp.Compare(a.Number(), b.Number()), strings.Compare(a.ID, b.ID))
}

// why are the reasons of the drops, one text each, for the ledger.
func (r *Rotation) why() map[string]string {
	all := map[string]string{}
	for id, reasons := range spoken(r.Drop) {
		all[id] = strings.Join(reasons, "; ")
	}
	return all
}

// rotate asks the policy, and judges what it wants.
func (h *Host) rotate(ctx context.Context, a *pruneArgs) (*Rotation, error) {
	if _, err := h.destination(a.Where); err != nil {
		return nil, err
	}
	r, err := h.lying(ctx, a.Where)
	if err != nil {
		return nil, err
	}
	if r.rule, err = h.rule(a); err != nil {
		return nil, err
	}
	if r.changes, err = h.changes(ctx, a.Where); err != nil {
		return nil, err
	}
	if r.guards.Approved, err = h.Copies.Approved(ctx, a.Where); err != nil {
		return nil, err
	}
	if r.Plan, err = h.decide(r); err != nil {
		return r, err
	}
	r.Held = r.Hash()
	if r.lifted, err = a.desk.lifts(r); err != nil || !r.lifted {
		return r, err
	}
	r.guards.Approved = r.Held
	r.Plan, err = h.decide(r)
	return r, err
}

// decide asks the rule about the copies as they are known, and judges what it wants.
func (h *Host) decide(r *Rotation) (retention.Plan, error) {
	proposal, err := h.propose(r)
	if err != nil {
		return retention.Plan{}, err
	}
	guards := r.guards
	guards.Credit = map[string]int{}
	for database, all := range r.changes {
		guards.Credit[database] = retention.Credit(all)
	}
	return retention.Decide(r.known, proposal, guards)
}

// changes are what became of the copies of each database at a destination: new verified copies pay for drops.
func (h *Host) changes(ctx context.Context, where string) (map[string][]retention.Change, error) {
	history, err := h.Copies.History(ctx, where)
	if err != nil {
		return nil, err
	}
	changes := map[string][]retention.Change{}
	for _, d := range h.Databases {
		changes[d.Name] = nil
	}
	for _, c := range history {
		change := retention.Added
		if c.Dropped {
			change = retention.Dropped
		}
		changes[c.Database] = append(changes[c.Database], change)
	}
	return changes, nil
}

// spoken are reasons as sentences.
func spoken(all map[string][]retention.Reason) map[string][]string {
	said := map[string][]string{}
	for id, reasons := range all {
		for _, r := range reasons {
			said[id] = append(said[id], r.String())
		}
	}
	return said
}
