package copies

import (
	"context"
	"errors"
	"maps"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// Spare gives the ids of the copies at a destination that may be given up early, because so many bytes are missing there,
// each with its reason. It never gives what the floor protects, and may give less than is needed.
type Spare func(ctx context.Context, where string, missing int64) (why map[string]string, err error)

// A copy brings small files along, and a filesystem wants more than the bytes that are written.
const (
	roomShare = 20       // a twentieth of the copy
	roomSmall = 64 << 10 // its card, hash and proof, and its line in the ledger
)

// roomFor is how much a copy of that many bytes needs.
func roomFor(bytes int64) int64 { return bytes + bytes/roomShare + roomSmall }

// makeRoom sees to it that so many bytes are free at a destination: by deleting what is in the trash there, oldest first,
// and then what may be spared. When that is not enough it is drive.full, with the bytes that are missing; what the floor
// protects is never touched. It gives the copies that had to go before their time, and what went wrong although there is
// room now.
func (c *Catalogue) makeRoom(ctx context.Context, d Destination, need int64, spare Spare) (gone []Copy, told, err error) {
	if missing(d, need) <= 0 {
		return nil, nil, nil
	}
	told = c.Hold(ctx, d.Name, func() (err error) {
		stuck := c.empty(d, need)
		if missing(d, need) <= 0 || spare == nil {
			return stuck
		}
		gone, err = c.sacrifice(ctx, d, need, spare)
		return errors.Join(stuck, err)
	})
	if lacking := missing(d, need); lacking > 0 {
		return gone, nil, message.Wrap(told, "drive.full", "copies.no_room", message.Args{
			"destination": d.Name, "path": d.Path, "missing": drive.Size(lacking), "bytes": lacking,
		})
	}
	return gone, told, nil
}

// missing is how many bytes a destination lacks; none where its drive can not tell.
func missing(d Destination, need int64) int64 {
	at, err := drive.Of(d.Path)
	if err != nil {
		return 0
	}
	return need - at.Free
}

// empty deletes from the trash, what was given up first before the others, until there is room.
func (c *Catalogue) empty(d Destination, need int64) error {
	t, err := c.openTrash(d)
	if err != nil {
		return err
	}
	defer t.close()
	events, err := readLedger(d.Path)
	if err != nil || newer(events, c.Store) { // a newer version may keep what lies there
		return err
	}
	var failed []error
	for _, tombstone := range trashed(events, c.Store) {
		if missing(d, need) <= 0 {
			break
		}
		failed = append(failed, t.told(t.delete(tombstone), tombstone))
	}
	return errors.Join(failed...)
}

// sacrifice drops what may be spared, and deletes it at once. Copies that a restore contradicted may go here; what is
// damaged may be anything, and stays.
func (c *Catalogue) sacrifice(ctx context.Context, d Destination, need int64, spare Spare) ([]Copy, error) {
	why, err := spare(ctx, d.Name, missing(d, need))
	if err != nil {
		return nil, err
	}
	all, _, err := c.List(ctx, Filter{Where: d.Name})
	if err != nil {
		return nil, err
	}
	useless := func(one Copy) bool { return one.Ours() || one.failed() }
	why = maps.Clone(why)
	for _, one := range all {
		if !useless(one.At(d.Name)) {
			delete(why, one.ID)
		}
	}
	if len(why) == 0 {
		return nil, nil
	}
	gone, err := c.drop(ctx, d, why, useless)
	return gone, errors.Join(err, c.empty(d, need))
}

// room makes room for the copy at every destination, as far as the last one tells how large it will be. Destinations on
// one disk share its room. Where there is still too little the copy is tried all the same: it may be smaller, and if it is
// not, the drive says how much is lacking.
func (k *making) room(ctx context.Context) {
	if k.zipBytes == 0 {
		return
	}
	for i, d := range k.to {
		copies := int64(1)
		for _, other := range k.to[:i] {
			if drive.SameDevice(d.Path, other.Path) {
				copies++
			}
		}
		gone, told, err := k.store().makeRoom(ctx, d, copies*roomFor(k.zipBytes), k.options.Spare)
		if len(gone) > 0 {
			k.degrade(message.New("copy.degraded", "copies.sacrificed", message.Args{"n": len(gone), "destination": d.Name}))
		}
		if cause := errors.Unwrap(err); cause != nil {
			told = cause // why there is no more room than this
		}
		if told != nil {
			k.degrade(told)
		}
	}
}
