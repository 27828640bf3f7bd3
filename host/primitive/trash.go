package primitive

import (
	"context"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

type untrashArgs struct {
	Copy copyRef `lua:"copy,arg"`
	From string  `lua:"from,required"`
}

func (h *Host) untrash(ctx context.Context, a *untrashArgs) (back copies.Copy, err error) {
	if _, err := h.destination(a.From); err != nil {
		return back, err
	}
	err = h.one(ctx, func() error {
		found, err := h.binned(ctx, a.From, a.Copy.ref)
		if err == nil {
			back, err = h.Copies.Untrash(ctx, a.From, found.ID)
		}
		return err
	})
	return back, err
}

// trash are the copies in the trash of a destination, newest first; "" is that of every one.
func (h *Host) trash(ctx context.Context, where string) ([]copies.Copy, []error, error) {
	return h.Copies.List(ctx, copies.Filter{Where: where, State: copies.Trashed})
}

// binned is the copy in the trash of a destination that a person names, as the catalogue finds others.
func (h *Host) binned(ctx context.Context, where, ref string) (copies.Copy, error) {
	all, problems, err := h.trash(ctx, where)
	if err != nil {
		return copies.Copy{}, err
	}
	i := slices.IndexFunc(all, func(c copies.Copy) bool {
		return ref == c.Seq || ref == c.Name || len(ref) >= 4 && strings.HasSuffix(c.ID, strings.ToUpper(ref))
	})
	if i >= 0 {
		return all[i], nil
	}
	h.warn(problems)
	return copies.Copy{}, message.New("copy.not_found", "primitive.not_in_trash", message.Args{"copy": ref, "where": where})
}
