package run

import (
	"context"
	"errors"
	"slices"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// drives are those of this machine, as the store knows them.
type drives struct {
	host      *Host
	places    *places
	catalogue *copies.Catalogue
}

// List are all of them, with the marks that they have.
func (d drives) List(ctx context.Context) ([]drive.Drive, error) {
	all, err := drive.List(ctx)
	if err != nil {
		return nil, err
	}
	facts, err := drive.Look(ctx, all)
	if err != nil {
		return nil, err
	}
	return drive.Named(d.host.Config.Store.ID, d.places.known, facts), nil
}

// Of is the drive that a path lies on.
func (d drives) Of(path string) (drive.Drive, error) { return drive.Of(path) }

// Put copies one file onto a drive.
func (d drives) Put(ctx context.Context, from string, to drive.Drive, folder, name string) (drive.Laid, error) {
	if at, ok := d.destination(to, folder); ok {
		return drive.Laid{}, message.New("guard.identity", "run.put_among_copies", message.Args{"destination": at})
	}
	return drive.Put(ctx, from, to, folder, name)
}

// destination is the destination in whose folder a folder of a drive lies.
func (d drives) destination(on drive.Drive, folder string) (string, bool) {
	at, err := drive.Inside(on, folder)
	for _, p := range d.places.all {
		if err == nil && p.Path != "" && drive.Within(at, p.Path) {
			return p.Name, true
		}
	}
	return "", false
}

// Eject takes a drive out. What lies on one of a destination is remembered before: afterwards nobody can look.
func (d drives) Eject(ctx context.Context, one drive.Drive) error {
	i := slices.IndexFunc(d.places.all, func(p Place) bool { return p.Path != "" && p.Here.Drive.Path == one.Path })
	if i < 0 {
		return d.host.ejecting(ctx, one)
	}
	place := &d.places.all[i]
	if place.Drive != "" && !place.remembered {
		if all, _, err := d.catalogue.List(ctx, copies.Filter{}); err == nil {
			_ = d.host.keepMember(*place, all) // only a memory: the drive itself says it when it is back
		}
	}
	if err := d.host.ejecting(ctx, one); err != nil {
		return err
	}
	place.ejected = true
	return nil
}

// PlanWipe plans to give up the old copies on a drive.
func (d drives) PlanWipe(ctx context.Context, where string, on drive.Drive) (copies.Wipe, error) {
	return d.catalogue.PlanWipe(ctx, where, d.wiping(where, on))
}

// Wipe carries the plan out.
func (d drives) Wipe(ctx context.Context, where string, on drive.Drive, hash, typed string) ([]copies.Copy, error) {
	return d.catalogue.Wipe(ctx, where, d.wiping(where, on), hash, typed)
}

func (d drives) wiping(where string, on drive.Drive) copies.Wiping {
	w := copies.Wiping{
		Drive: on, State: drive.Absent, Apart: d.host.Apart(), Floor: Floor(d.host.Config, where), Day: d.host.store().Day,
	}
	i := slices.IndexFunc(d.places.all, func(p Place) bool { return p.Name == where })
	if i >= 0 && d.places.all[i].Here.Drive.Path == on.Path {
		w.Mark, w.State = d.places.all[i].Here.Mark, d.places.all[i].Here.State
	}
	return w
}

// Apart are the store's folder and the databases that lie on this machine: no drive for copies may be their disk.
func (h *Host) Apart() []string {
	all := []string{h.Config.Dir}
	for _, d := range h.Config.Databases {
		if d.Local() {
			all = append(all, d.Path)
		}
	}
	return all
}

// Today is the business day now.
func (h *Host) Today() string { return h.day() }

// PlanWipe is what would go from the drive that a destination is now.
func (h *Host) PlanWipe(ctx context.Context, on drive.Drive) (copies.Wipe, error) {
	p := h.places(ctx)
	for _, place := range p.all {
		if place.Drive != "" && place.Drive == on.Enrolled {
			return drives{h, p, h.catalogue(p)}.PlanWipe(ctx, place.Name, on)
		}
	}
	return copies.Wipe{}, message.New("drive.foreign", "primitive.wipe_no_destination", message.Args{"path": on.Path})
}

// Wipe carries out that plan for a person who typed its word. Nothing else works on the store's copies meanwhile.
func (h *Host) Wipe(ctx context.Context, on drive.Drive, plan copies.Wipe, typed string) ([]copies.Copy, error) {
	release, err := h.world().Lock(ctx, copies.Lock, "drives wipe", 0)
	if err != nil {
		return nil, err
	}
	p := h.places(ctx)
	gone, err := drives{h, p, h.catalogue(p)}.Wipe(ctx, plan.Destination, on, plan.Hash, typed)
	return gone, errors.Join(err, release())
}
