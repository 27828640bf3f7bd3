package primitive

import (
	"context"

	"github.com/djscript/djscript/host/retention"
)

// room is what may go early at a destination where so many bytes are missing, each copy with the reason: nothing where
// djscript.toml does not let anything go at all, and never what the floor protects.
func (h *Host) room(ctx context.Context, where string, missing int64) (map[string]string, error) {
	keep := h.Keep(where)
	if keep == nil {
		return nil, nil
	}
	r, err := h.lying(ctx, where)
	if err != nil {
		return nil, err
	}
	classes := retention.DefaultClasses()
	if len(keep.Policies) > 0 {
		proposal, err := retention.Propose(keep.Policies, r.known)
		if err != nil {
			return nil, err
		}
		classes, r.guards.Min = proposal.Classes, proposal.Min
	}
	why := map[string]string{}
	give, _ := retention.Sacrifice(r.known, classes, r.guards, missing)
	for _, c := range give {
		why[c.ID] = retention.Reason{Key: "primitive.for_room"}.String()
	}
	return why, nil
}
