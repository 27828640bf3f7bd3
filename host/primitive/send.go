package primitive

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type (
	sendArgs struct {
		Copy copyRef  `lua:"copy,arg"`
		To   []string `lua:"to,required,single"`
	}
	missingArgs struct {
		Where string `lua:"where,arg"`
	}
)

func (h *Host) sending() []lua.Func {
	return []lua.Func{
		on("to", bind("copy.send", Write, h.send)),
		on("where", bind("copy.missing", Read, h.missing)),
	}
}

// send brings a copy to other destinations. One that is missed degrades; all missed is an error.
func (h *Host) send(ctx context.Context, a *sendArgs) (sent copies.Copy, err error) {
	found, to, err := h.sendable(ctx, a)
	if err != nil {
		return found, err
	}
	var missed []error
	err = h.one(ctx, func() (err error) {
		sent, missed, err = h.Copies.Send(ctx, found, to)
		return err
	})
	for _, one := range missed {
		h.Env.Degrade(one)
	}
	for _, p := range sent.Places {
		if p.State == copies.Present && found.At(p.Destination).State == copies.Missing {
			_ = h.Env.Spend(BytesWritten, p.Bytes) // only counted
		}
	}
	return sent, err
}

// sendable is a copy and where it has to go; what the run writes is taken from its limits.
func (h *Host) sendable(ctx context.Context, a *sendArgs) (copies.Copy, []copies.Destination, error) {
	to, err := h.destinations(a.To)
	if err != nil {
		return copies.Copy{}, nil, err
	}
	found, err := h.Copies.Find(ctx, a.Copy.ref)
	if err != nil {
		return found, nil, err
	}
	return found, to, h.Env.Spend(FilesWritten, int64(len(to)))
}

// planSend answers with the copy as it will lie, if all goes well.
func (h *Host) planSend(ctx context.Context, args any) (any, error) {
	found, to, err := h.sendable(ctx, args.(*sendArgs))
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(found)
	sent := map[string]any{}
	if err == nil {
		err = json.Unmarshal(text, &sent)
	}
	places, _ := sent["places"].([]any)
	for _, d := range to {
		if found.At(d.Name).State != copies.Missing {
			continue
		}
		places = append(places, map[string]any{
			"destination": d.Name, "path": lua.Unknown{}, "bytes": lua.Unknown{}, "sha256": lua.Unknown{}, "read_back": lua.Unknown{},
			"state": copies.Present,
		})
	}
	sent["places"] = places
	return sent, err
}

// missing are the copies that were made for a destination and never reached it, and that would stay there by what
// djscript.toml keeps: the newest first.
func (h *Host) missing(ctx context.Context, a *missingArgs) ([]copies.Copy, error) {
	missed := []copies.Copy{}
	if _, err := h.destination(a.Where); err != nil {
		return missed, err
	}
	gone, err := h.Copies.GivenUp(ctx, a.Where)
	if err != nil {
		return missed, err // it is not there: nobody knows what lies on it
	}
	all, problems, err := h.filtered(ctx, &CopyFilter{State: copies.Verified})
	h.warn(slices.DeleteFunc(problems, absent))
	if err != nil {
		return missed, err
	}
	for _, c := range all {
		if slices.Contains(c.To, a.Where) && !gone[c.ID] && !slices.Contains(c.Waived, a.Where) && c.At(a.Where).State == copies.Missing {
			missed = append(missed, c)
		}
	}
	if len(missed) == 0 {
		return missed, nil
	}
	r, err := h.lying(ctx, a.Where)
	if err != nil {
		return missed, err
	}
	kept, err := h.wanted(r, a.Where, missed)
	if message.Code(err) == "option.keep" {
		return missed, nil // as long as nothing goes there, all would stay
	}
	return slices.DeleteFunc(missed, func(c copies.Copy) bool { return kept != nil && !kept[c.ID] && c.Pinned == nil }), err
}

// absent is the problem of another destination that is not there: whoever wanted it told of that.
func absent(problem error) bool { return message.Code(problem) == "drive.not_found" }

// wanted are those of some copies that the policy of a destination would keep if they lay there; nil where all would stay.
func (h *Host) wanted(r *Rotation, where string, missed []copies.Copy) (map[string]bool, error) {
	if h.Keep(where) == nil || len(missed) == 0 {
		return nil, nil
	}
	rule, err := h.rule(&pruneArgs{Where: where})
	if err != nil {
		return nil, err
	}
	r.rule = rule
	for _, c := range missed {
		r.Copies[c.ID] = c
		r.known = append(r.known, c.Retained())
	}
	proposal, err := h.propose(r)
	if err != nil {
		return nil, err
	}
	kept := map[string]bool{}
	for id := range proposal.Keep {
		kept[id] = true
	}
	for _, c := range r.known { // another class is not the policy's to judge
		if !slices.Contains(proposal.Classes, c.Class) {
			kept[c.ID] = true
		}
	}
	return kept, nil
}
