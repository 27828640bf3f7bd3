package primitive

import (
	"context"

	"github.com/djscript/djscript/host/copies"
)

// lying are the copies as they lie at a destination, and what the guards there have to know of the others.
func (h *Host) lying(ctx context.Context, where string) (*Rotation, error) {
	destination, err := h.destination(where)
	if err != nil {
		return nil, err
	}
	all, err := h.list(ctx, &CopyFilter{})
	if err != nil {
		return nil, err
	}
	view := copies.View{
		Where: where, Removable: destination.Removable, Devices: copies.DevicesOf(h.Destinations, h.Drives.Of), Day: h.Day,
	}
	r := &Rotation{Where: where, Copies: map[string]copies.Copy{}, guards: view.Guards(all)}
	for _, c := range all {
		here := c.At(where)
		if here.State == copies.Missing {
			continue
		}
		r.Copies[here.ID] = here
		r.known = append(r.known, view.Retained(c))
	}
	return r, nil
}
