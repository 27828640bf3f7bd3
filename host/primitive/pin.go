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

func (h *Host) pin(ctx context.Context, a *pinArgs) (pinned copies.Copy, err error) {
	found, err := h.Copies.Find(ctx, a.Copy.ref)
	if err != nil {
		return found, err
	}
	err = h.one(ctx, func() error {
		pinned, err = h.Copies.Pin(ctx, found, copies.Pin{Reason: a.Reason, LastDay: a.LastDay})
		return err
	})
	return pinned, err
}

func (h *Host) unpin(ctx context.Context, a *copyArgs) (free copies.Copy, err error) {
	found, err := h.Copies.Find(ctx, a.Copy.ref)
	if err != nil {
		return found, err
	}
	err = h.one(ctx, func() error {
		free, err = h.Copies.Unpin(ctx, found)
		return err
	})
	return free, err
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
