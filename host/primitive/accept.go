package primitive

import (
	"context"
	"slices"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

type (
	acceptArgs struct {
		Copy   copyRef `lua:"copy,arg"`
		Reason string  `lua:"reason,required"`
	}
	waiveArgs struct {
		Copy  copyRef `lua:"copy,arg"`
		Where string  `lua:"where,required"`
	}
)

func (h *Host) accept(ctx context.Context, a *acceptArgs) (copies.Copy, error) {
	return h.decided(ctx, a.Copy, func(found copies.Copy) (copies.Copy, error) { return h.Copies.Accept(ctx, found, a.Reason) })
}

func (h *Host) waive(ctx context.Context, a *waiveArgs) (copies.Copy, error) {
	return h.decided(ctx, a.Copy, func(found copies.Copy) (copies.Copy, error) {
		if _, unknown := h.destination(a.Where); unknown != nil && !slices.Contains(found.To, a.Where) {
			return found, unknown // one that djscript.toml has no longer can be waived
		}
		if slices.ContainsFunc(found.Places, func(p copies.Place) bool { return p.Destination == a.Where && p.State == copies.Present }) {
			return found, message.New("arg.value", "primitive.arrived", message.Args{"name": found.Name, "where": a.Where})
		}
		if err := h.Copies.Waive(ctx, found, a.Where); err != nil {
			return found, err
		}
		return h.Copies.Find(ctx, found.ID)
	})
}

// decided is a copy about which somebody has decided something, as its ledgers know it then.
func (h *Host) decided(ctx context.Context, of copyRef, decide func(copies.Copy) (copies.Copy, error)) (after copies.Copy, err error) {
	found, err := h.Copies.Find(ctx, of.ref)
	if message.Code(err) == "copy.not_found" {
		if binned, none := h.binned(ctx, "", of.ref); none == nil {
			err = message.New("copy.not_found", "primitive.in_trash", message.Args{"seq": binned.Seq, "where": binned.Places[0].Destination})
		}
	}
	if err != nil {
		return found, err
	}
	err = h.one(ctx, func() error {
		after, err = decide(found)
		return err
	})
	return after, err
}
