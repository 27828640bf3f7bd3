package primitive

import (
	"context"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// Desk is dj.copy for a person at the command line: the same calls, with all that stands around those of a script.
type Desk struct {
	host  *Host
	state *lua.State
	today string
}

// NewDesk is a desk at which the host works with that state, on that business day.
func NewDesk(h *Host, s *lua.State, today string) *Desk { return &Desk{h, s, today} }

// Destinations are those of the store.
func (d *Desk) Destinations() []copies.Destination { return d.host.Destinations }

// Degrade tells of what did not go well, and fails nothing.
func (d *Desk) Degrade(err error) { d.host.Env.Degrade(err) }

// Find finds a copy by its id, the end of its id, its number, or a path; one that lies nowhere else is looked for in the
// trash.
func (d *Desk) Find(ctx context.Context, ref string) (copies.Copy, error) {
	found, err := d.host.Copies.Find(ctx, ref)
	if message.Code(err) == "copy.not_found" {
		if binned, none := d.host.binned(ctx, "", ref); none == nil {
			return binned, nil
		}
	}
	return found, err
}

// Trash are the copies in the trash of a destination, newest first.
func (d *Desk) Trash(ctx context.Context, where string) ([]copies.Copy, error) {
	all, _, err := d.host.trash(ctx, where)
	return all, err
}

// personal is what a person may do to copies, and no script: its judgement is all that stands behind it.
func (h *Host) personal() []lua.Func {
	return []lua.Func{
		bind("copy.untrash", Write, h.untrash), bind("copy.accept", Write, h.accept), bind("copy.waive", Write, h.waive),
		bind("copy.restore_set", Destroy, h.restoreSet), bind("copy.undo_restore", Destroy, h.undoRestore),
		bind("copy.discard_old", Destroy, h.discardOld),
	}
}

// do calls the primitive of that name.
func do[R any](ctx context.Context, d *Desk, name string, args any) (R, error) {
	all := append(d.host.All(), d.host.personal()...)
	i := slices.IndexFunc(all, func(f lua.Func) bool { return f.Name == name })
	value, err := d.state.Do(ctx, all[i], args)
	result, _ := value.(R)
	return result, err
}

// Rotates tells whether djscript.toml says what stays at a destination.
func (d *Desk) Rotates(where string) bool { return d.host.Keep(where) != nil }

// Plan is what would become of the copies at a destination, by what djscript.toml keeps there or by other rules.
func (d *Desk) Plan(ctx context.Context, where string, p *Pruning) (*Rotation, error) {
	return d.host.rotate(ctx, &pruneArgs{Where: where, desk: p})
}

// Pruning is what a person asked for.
type Pruning struct {
	Keep    *Keep    // other rules than those of djscript.toml; nil: those
	Shown   []string // the copies that the person has seen go, by id; nil: none were shown
	Approve string   // the hash of the plan whose breaker the person lifts; "": of none
}

func (p *Pruning) keep() *Keep {
	if p == nil {
		return nil
	}
	return p.Keep
}

// A hash may be typed by its beginning: so many letters of it tell one plan from the next.
const hashLetters = 8

// lifts tells whether the person approves the plan that the breaker holds back. A plan that is another one by now is
// refused.
func (p *Pruning) lifts(r *Rotation) (bool, error) {
	if p == nil || p.Approve == "" {
		return false, nil
	}
	args := message.Args{"where": r.Where, "hash": p.Approve, "now": r.Held}
	switch {
	case r.Held == "":
		return false, message.New("guard.plan", "primitive.nothing_held", args)
	case len(p.Approve) < hashLetters || !strings.HasPrefix(r.Held, p.Approve):
		return false, message.New("guard.plan", "primitive.other_plan", args)
	}
	return true, nil
}

// shown refuses to drop what the person has not seen go.
func (p *Pruning) shown(r *Rotation) error {
	if p == nil || p.Shown == nil {
		return nil
	}
	var others []string
	for id := range r.Drop {
		if !slices.Contains(p.Shown, id) {
			others = append(others, r.Copies[id].Seq)
		}
	}
	if len(others) == 0 {
		return nil
	}
	slices.Sort(others)
	return message.New("guard.plan", "primitive.plan_moved", message.Args{"where": r.Where, "copies": strings.Join(others, ", ")})
}

// Prune drops what nothing keeps. What a guard refuses is an error: the person is there to read it.
func (d *Desk) Prune(ctx context.Context, where string, p Pruning) ([]copies.Copy, error) {
	return do[[]copies.Copy](ctx, d, "copy.prune", &pruneArgs{Where: where, desk: &p})
}

// Pin keeps a copy whatever the rotation says.
func (d *Desk) Pin(ctx context.Context, ref string, pin copies.Pin) (copies.Copy, error) {
	return do[copies.Copy](ctx, d, "copy.pin", &pinArgs{Copy: copyRef{ref}, Reason: pin.Reason, LastDay: pin.LastDay})
}

// Unpin takes the pin away.
func (d *Desk) Unpin(ctx context.Context, ref string) (copies.Copy, error) {
	return do[copies.Copy](ctx, d, "copy.unpin", &copyArgs{Copy: copyRef{ref}})
}

// Untrash brings a copy back from the trash of a destination.
func (d *Desk) Untrash(ctx context.Context, ref, from string) (copies.Copy, error) {
	return do[copies.Copy](ctx, d, "copy.untrash", &untrashArgs{Copy: copyRef{ref}, From: from})
}

// Accept takes a copy that is unlike its elders for good.
func (d *Desk) Accept(ctx context.Context, ref, why string) (copies.Copy, error) {
	return do[copies.Copy](ctx, d, "copy.accept", &acceptArgs{Copy: copyRef{ref}, Reason: why})
}

// Waive says that a copy need not reach a destination that it was made for.
func (d *Desk) Waive(ctx context.Context, ref, where string) (copies.Copy, error) {
	return do[copies.Copy](ctx, d, "copy.waive", &waiveArgs{Copy: copyRef{ref}, Where: where})
}

// Send brings a copy to other destinations.
func (d *Desk) Send(ctx context.Context, ref string, to []string) (copies.Copy, error) {
	return do[copies.Copy](ctx, d, "copy.send", &sendArgs{Copy: copyRef{ref}, To: to})
}

// Missing are the copies that were made for a destination, never reached it, and would stay there.
func (d *Desk) Missing(ctx context.Context, where string) ([]copies.Copy, error) {
	return do[[]copies.Copy](ctx, d, "copy.missing", &missingArgs{Where: where})
}
