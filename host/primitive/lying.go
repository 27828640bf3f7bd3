package primitive

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/retention"
)

// scrubDays is for how long a hash is believed of a drive that people carry about.
const scrubDays = 35

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
	r := &Rotation{Where: where, Copies: map[string]copies.Copy{}}
	devices := h.devicesOf()
	r.guards.Devices, r.guards.Elsewhere = devices.count(all), devices.elsewhere(all, where)
	if destination.Removable {
		r.guards.ScrubDays = scrubDays
	}
	for _, c := range all {
		here := c.At(where)
		if here.State == copies.Missing {
			continue
		}
		r.Copies[here.ID] = here
		r.known = append(r.known, h.standing(c, here, devices))
	}
	return r, nil
}

// standing is a copy as rotation sees it where it lies, beside all of its places.
func (h *Host) standing(whole, here copies.Copy, devices devices) retention.Copy {
	one := retained(here)
	for _, p := range whole.Places {
		if (p.State == copies.Present || p.State == copies.Offline) && !slices.Contains(one.At, p.Destination) {
			one.At = append(one.At, p.Destination)
		}
	}
	one.Away = !slices.ContainsFunc(here.Places, func(p copies.Place) bool { return p.State != copies.Offline })
	place := here.Places[max(0, slices.IndexFunc(here.Places, func(p copies.Place) bool { return p.State == copies.Present }))]
	one.Bytes, one.Device = place.Bytes, devices.of(place)
	if checked, err := time.Parse(time.RFC3339, place.Checked); err == nil {
		one.Checked = h.day(checked)
	}
	looked := here.State == copies.Bad || here.State == copies.Suspect
	if !looked && !one.Away && !here.Ours() {
		one.State = retention.Unsure
	}
	return one
}

// day is the business day of an instant; where nobody says when a day begins, that of the calendar.
func (h *Host) day(t time.Time) string {
	if h.Day != nil {
		return h.Day(t)
	}
	return t.Format(time.DateOnly)
}

// retained is a copy by itself, as rotation sees it.
func retained(c copies.Copy) retention.Copy {
	var ids []string
	for _, company := range c.Companies {
		ids = append(ids, company.ID)
	}
	slices.Sort(ids)
	one := retention.Copy{
		ID: c.ID, Seq: c.Number(), Day: c.Day, Created: c.Created, Class: c.Class, State: c.State, Database: c.Database,
		Companies: strings.Join(ids, ","), Partial: c.Partial, Doubted: c.Suspect != "", To: c.To, Waived: c.Waived,
		Busy: c.Busy,
	}
	if c.Pinned != nil {
		one.Pin = &retention.Pin{Reason: c.Pinned.Reason, LastDay: c.Pinned.LastDay}
	}
	return one
}

// devices are what the store's copies lie on, by the name of their destination where that is a folder: the drive that
// it lies on, so that two folders of one disk are one device.
type devices map[string]string

func (h *Host) devicesOf() devices {
	all := devices{}
	for _, d := range h.Destinations {
		all[d.Name] = "destination " + d.Name
		if on, err := h.Drives.Of(d.Path); err == nil && d.Path != "" {
			all[d.Name] = "drive " + on.Path
		}
	}
	return all
}

// of is the device of a place.
func (d devices) of(p copies.Place) string {
	if p.Drive != "" {
		return p.Drive
	}
	return d[p.Destination]
}

// count is on how many devices the store keeps proven copies.
func (d devices) count(all []copies.Copy) int {
	found := map[string]bool{}
	for _, c := range all {
		for _, p := range c.Places {
			if c.At(p.Destination).State == copies.Verified {
				found[d.of(p)] = true
			}
		}
	}
	return len(found)
}

// elsewhere counts for each unit the devices that have a proven copy of it, besides those of the destination.
func (d devices) elsewhere(all []copies.Copy, where string) map[retention.Unit]int {
	own := map[string]bool{d[where]: true}
	for _, c := range all {
		for _, p := range c.Places {
			if p.Destination == where {
				own[d.of(p)] = true
			}
		}
	}
	found := map[retention.Unit]map[string]bool{}
	for _, c := range all {
		one := retained(c)
		unit := retention.Unit{Database: one.Database, Companies: one.Companies, Partial: one.Partial}
		for _, p := range c.Places {
			if device := d.of(p); !own[device] && c.At(p.Destination).State == copies.Verified {
				if found[unit] == nil {
					found[unit] = map[string]bool{}
				}
				found[unit][device] = true
			}
		}
	}
	counts := map[retention.Unit]int{}
	for unit, on := range found {
		counts[unit] = len(on)
	}
	return counts
}
