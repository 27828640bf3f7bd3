package primitive

import (
	"context"

	"github.com/djscript/djscript/host/copies"
)

type pinArgs struct {
	Copy    copyRef `lua:"copy,arg"`
	Reason  string  `lua:"reason,required"`
	LastDay string  `lua:"last_day"` // "until" is a word of Lua's own
}

func (h *Host) pin(ctx context.Context, a *pinArgs) (copies.Copy, error) {
	return h.decided(ctx, a.Copy, func(found copies.Copy) (copies.Copy, error) {
		return h.Copies.Pin(ctx, found, copies.Pin{Reason: a.Reason, LastDay: a.LastDay})
	})
}

func (h *Host) unpin(ctx context.Context, a *copyArgs) (copies.Copy, error) {
	return h.decided(ctx, a.Copy, func(found copies.Copy) (copies.Copy, error) { return h.Copies.Unpin(ctx, found) })
}

func (h *Host) planPin(ctx context.Context, args any) (any, error) {
	a := args.(*pinArgs)
	found, err := h.Copies.Find(ctx, a.Copy.ref)
	found.Pinned = &copies.Pin{Reason: a.Reason, LastDay: a.LastDay}
	return found, err
}

func (h *Host) planUnpin(ctx context.Context, args any) (any, error) {
	found, err := h.Copies.Find(ctx, args.(*copyArgs).Copy.ref)
	found.Pinned = nil
	return found, err
}
