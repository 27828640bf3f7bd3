package copies

import (
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/retention"
)

// scrubDays is for how long a hash is believed of a drive that people carry about.
const scrubDays = 35

// View is a destination, or one drive of it, as rotation looks at it.
type View struct {
	Where     string
	Drive     string // the one drive that is looked at, by its id; "": all of the destination
	Removable bool   // people carry it about
	Devices   Devices
	Day       func(time.Time) string // the business day of an instant; nil: that of the calendar
}

// Guards are what has to be known of all copies before one is dropped there.
func (v View) Guards(all []Copy) retention.Guards {
	g := retention.Guards{Devices: v.Devices.count(all), Elsewhere: v.elsewhere(all)}
	if v.Removable {
		g.ScrubDays = scrubDays
	}
	return g
}

// Retained is a copy as rotation sees it where it lies, beside all of its places. What is not certain to be what was
// written there is unsure: it is kept, and counts for nothing.
func (v View) Retained(whole Copy) retention.Copy {
	here := whole.At(v.Where)
	one := here.Retained()
	for _, p := range whole.Places {
		if p.lies() && !slices.Contains(one.At, p.Destination) {
			one.At = append(one.At, p.Destination)
		}
	}
	one.Away = len(here.inReach()) == 0
	looked := here.State == Bad || here.State == Suspect
	if !looked && !one.Away && !here.Ours() {
		one.State = retention.Unsure
	}
	if len(here.Places) == 0 {
		return one
	}
	place := here.Places[max(0, slices.IndexFunc(here.Places, func(p Place) bool { return p.State == Present }))]
	one.Bytes, one.Device = place.Bytes, v.Devices.of(place)
	if checked, err := time.Parse(time.RFC3339, place.Checked); err == nil {
		one.Checked = v.day(checked)
	}
	return one
}

// day is the business day of an instant; where nobody says when a day begins, that of the calendar.
func (v View) day(t time.Time) string {
	if v.Day != nil {
		return v.Day(t)
	}
	return t.Format(time.DateOnly)
}

// Retained is a copy by itself, as rotation sees it.
func (c Copy) Retained() retention.Copy {
	unit := c.unit()
	one := retention.Copy{
		ID: c.ID, Seq: c.Number(), Day: c.Day, Created: c.Created, Class: c.Class, State: c.State, Database: unit.Database,
		Companies: unit.Companies, Partial: unit.Partial, Doubted: c.Suspect != "", To: c.To, Waived: c.Waived, Busy: c.Busy,
	}
	if c.Pinned != nil {
		one.Pin = &retention.Pin{Reason: c.Pinned.Reason, LastDay: c.Pinned.LastDay}
	}
	return one
}

// unit is what rotation decides on by itself.
func (c Copy) unit() retention.Unit {
	var ids []string
	for _, company := range c.Companies {
		ids = append(ids, company.ID)
	}
	slices.Sort(ids)
	return retention.Unit{Database: c.Database, Companies: strings.Join(ids, ","), Partial: c.Partial}
}

// lies tells whether the copy lies whole at a place, as far as is known.
func (p Place) lies() bool { return p.State == Present || p.State == Offline }

// proven tells whether a copy counts as verified by what lies at one place alone.
func (c Copy) proven(p Place) bool {
	c.Places = []Place{p}
	return c.state() == Verified
}

// Devices are what the copies of a store lie on, by the name of their destination where that is a folder: the drive that
// it lies on, so that two folders of one disk are one device.
type Devices map[string]string

// DevicesOf asks which drive each destination lies on.
func DevicesOf(all []Destination, holding func(path string) (drive.Drive, error)) Devices {
	found := Devices{}
	for _, d := range all {
		found[d.Name] = "destination " + d.Name
		if d.Path == "" {
			continue
		}
		if on, err := holding(d.Path); err == nil {
			found[d.Name] = "drive " + on.Path
		}
	}
	return found
}

// of is the device of a place.
func (d Devices) of(p Place) string {
	if p.Drive != "" {
		return p.Drive
	}
	return d[p.Destination]
}

// count is on how many devices the store keeps proven copies.
func (d Devices) count(all []Copy) int {
	found := map[string]bool{}
	for _, c := range all {
		for _, p := range c.Places {
			if c.proven(p) {
				found[d.of(p)] = true
			}
		}
	}
	return len(found)
}

// elsewhere counts for each unit the devices that have a proven copy of it, besides those that are looked at.
func (v View) elsewhere(all []Copy) map[retention.Unit]int {
	own := v.own(all)
	found := map[retention.Unit]map[string]bool{}
	for _, c := range all {
		unit := c.unit()
		for _, p := range c.Places {
			device := v.Devices.of(p)
			if own[device] || !c.proven(p) {
				continue
			}
			if found[unit] == nil {
				found[unit] = map[string]bool{}
			}
			found[unit][device] = true
		}
	}
	counts := map[retention.Unit]int{}
	for unit, on := range found {
		counts[unit] = len(on)
	}
	return counts
}

// own are the devices that are looked at.
func (v View) own(all []Copy) map[string]bool {
	if v.Drive != "" {
		return map[string]bool{v.Drive: true}
	}
	own := map[string]bool{v.Devices[v.Where]: true}
	for _, c := range all {
		for _, p := range c.Places {
			if p.Destination == v.Where {
				own[v.Devices.of(p)] = true
			}
		}
	}
	return own
}
