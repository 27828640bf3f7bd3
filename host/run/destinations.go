package run

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/schedule"
	"github.com/djscript/djscript/host/secret"
)

// Place is where a destination is now.
type Place struct {
	copies.Destination
	Config    config.Destination
	Here      drive.Sighting   // the drive that it is now; the zero one where it is a folder, or no drive of it can be used
	Sightings []drive.Sighting // of its drives, plugged in or not; none where it is a folder
	Today     string           // the slot that is due today; "" where the day has none
	Warnings  []error          // what is odd about the drive, and keeps no copy from being made there

	remembered bool // what lies there when all is done
	ejected    bool // it was here, and may be pulled out
}

// Called is a drive as a person is told of it: "AZUL (quarta-feira)".
func (p Place) Called(s drive.Sighting) string {
	name := driveName(s, p.Config)
	if s.Slot != "" {
		name += " (" + message.Weekday(s.Slot).String() + ")"
	}
	return name
}

// Fresh tells whether the place is on an enrolled drive that has no folder for copies yet: the next run makes it.
func (p Place) Fresh() bool {
	_, err := os.Stat(p.Path)
	return p.Drive != "" && errors.Is(err, fs.ErrNotExist)
}

// places are the destinations of a store, where they are now.
type places struct {
	all      []Place
	known    *drive.Known    // nil: of a simulated store
	stays    map[string]stay // of destinations by drive
	problems []error         // what keeps drives from being known, and no copy from being made
}

// Places are the destinations of the store and where each of them is now. It opens the folders of other computers, and
// changes nothing else.
func (h *Host) Places(ctx context.Context) ([]Place, []error) {
	p := h.places(ctx)
	return p.all, p.problems
}

func (h *Host) places(ctx context.Context) *places {
	p := &places{stays: map[string]stay{}}
	known, err := drive.LoadKnown(h.Config.Dir)
	if err != nil {
		p.problems = append(p.problems, err)
	}
	p.known = known
	seek := h.seek
	if seek == nil {
		seek = h.seeker(ctx, known)
	}
	for _, d := range h.Config.Destinations {
		place := Place{Config: d, Destination: copies.Destination{Name: d.Name, Recipients: recipients(h.Config, d)}}
		if d.Drive == nil {
			h.folder(&place, known)
		} else {
			sightings, err := seek(h.spec(d))
			h.onDrive(&place, sightings, err)
			p.stayed(h, &place)
		}
		if place.Path != "" {
			place.Mount = drive.MountOf(place.Path)
		}
		p.all = append(p.all, place)
	}
	return p
}

// stayed recalls what is remembered of a destination by drive, and what is odd about the one that is there now.
func (p *places) stayed(h *Host, place *Place) {
	var kept stay
	if err := h.recall(&kept, staysFolder, place.Name); err != nil {
		p.problems = append(p.problems, err)
	}
	p.stays[place.Name] = kept
	place.Warnings = place.odd(kept, h.day())
}

// furnished are the places of a simulated store, as it says where they are.
func (h *Host) furnished(all []Place) *places {
	p := &places{all: all, stays: map[string]stay{}}
	for i := range all {
		if place := &all[i]; place.Config.Drive != nil {
			place.Today = h.slot(place.Config)
			p.stayed(h, place)
		}
	}
	return p
}

// seeker looks at the plugged drives once, and tells for each destination which of them are its own.
func (h *Host) seeker(ctx context.Context, known *drive.Known) func(drive.Spec) ([]drive.Sighting, error) {
	var drives []drive.Drive
	var failed error
	looked := false
	return func(spec drive.Spec) ([]drive.Sighting, error) {
		if !looked {
			drives, failed = drive.List(ctx)
			looked = true
		}
		if failed != nil {
			return nil, failed
		}
		return drive.Find(ctx, h.Config.Store.ID, known, drives, spec)
	}
}

// spec is which drive a destination wants.
func (h *Host) spec(d config.Destination) drive.Spec {
	spec := drive.Spec{Enrolled: d.Drive.Enrolled, Label: d.Drive.Label, Destination: d.Name}
	for _, day := range d.Set {
		spec.Set = append(spec.Set, config.Slot(day))
	}
	return spec
}

// folder finds a destination that has a place of its own. One that is left of a drive which is not mounted now is none.
func (h *Host) folder(p *Place, known *drive.Known) {
	d := p.Config
	err := h.openShare(d)
	if err == nil {
		err = known.Folder(d.Name, d.Path)
	}
	if err != nil {
		p.Absent = err
		return
	}
	p.Path = d.Path
	if at, err := drive.Of(d.Path); err == nil {
		p.Removable = at.Removable
	}
}

// openShare opens a folder of another computer, where that takes a password.
func (h *Host) openShare(d config.Destination) error {
	if !d.Share() {
		return nil
	}
	var password secret.Text
	if d.User != "" {
		var err error
		if password, err = secret.Open(h.dir(), h.KeyDir).Get(d.Password.Name()); err != nil {
			return err
		}
	}
	return openShare(d, password)
}

// sharePasswords are those of the destinations on other computers. One that can not be read has not been said.
func (h *Host) sharePasswords() []secret.Text {
	kept := secret.Open(h.dir(), h.KeyDir)
	var known []secret.Text
	for _, d := range h.Config.Destinations {
		if name := d.Password.Name(); name != "" {
			if password, err := kept.Get(name); err == nil {
				known = append(known, password)
			}
		}
	}
	return known
}

// onDrive finds a destination on one of its drives: today's, or else the one that waited longest.
func (h *Host) onDrive(p *Place, sightings []drive.Sighting, err error) {
	p.Removable, p.Sightings, p.Today = true, sightings, h.slot(p.Config)
	p.Away = func() ([]copies.Copy, []error) { return h.away(p.Sightings, p.Here) }
	if err == nil {
		p.Here, err = drive.Pick(sightings, p.Today)
	}
	if err != nil {
		p.Absent = h.wanting(*p, err)
		return
	}
	path := filepath.Join(p.Here.Drive.Path, filepath.FromSlash(p.Config.Path))
	if !drive.Within(path, p.Here.Drive.Path) {
		// Somebody put a link there: what it leads to is not on the drive.
		p.Absent, p.Here = message.New("drive.foreign", "drive.linked", message.Args{"path": path}), drive.Sighting{}
		return
	}
	p.Path = path
	p.Drive, p.Slot = p.Here.Mark.ID, p.Here.Slot
}

// slot is the place in a destination's set that is due now; "" where the day has none.
func (h *Host) slot(d config.Destination) string {
	day, err := time.Parse(time.DateOnly, h.day())
	if err != nil || !slices.Contains(d.Set, day.Weekday()) {
		return ""
	}
	return config.Slot(day.Weekday())
}

// day is the business day now.
func (h *Host) day() string {
	return schedule.BusinessDay(h.Now(), h.Config.Store.Location, h.Config.Store.DayStarts)
}

// wanting is why no drive of a destination can be used. Where one is there and wrong that is told, else which one to
// plug in: today's, if it was ever enrolled.
func (h *Host) wanting(p Place, err error) error {
	for _, s := range p.Sightings {
		if s.State != drive.Absent {
			return err
		}
	}
	best, ok := p.due()
	if !ok {
		return err
	}
	return message.New("drive.not_found", "run.plug_in", message.Args{
		"destination": p.Name, "drive": driveName(best, p.Config), "slot": best.Slot, "day": message.Weekday(best.Slot), "seen": message.Day(best.Day),
	})
}

// due is the drive of a destination that is to be plugged in today: the one of the day, else any; false where none was ever
// enrolled.
func (p Place) due() (drive.Sighting, bool) {
	var best drive.Sighting
	for _, s := range p.Sightings {
		if s.Mark.ID != "" && (best.Mark.ID == "" || s.Slot == p.Today) {
			best = s
		}
	}
	return best, best.Mark.ID != ""
}

// driveName is what people call a drive.
func driveName(s drive.Sighting, d config.Destination) string {
	if s.Mark.Name != "" {
		return s.Mark.Name
	}
	return d.Drive.Name()
}

// odd is what is said of a place before copies are made there: nothing of it keeps one from being made.
func (p Place) odd(stay stay, day string) []error {
	if p.Here.State == "" {
		return nil
	}
	var said []error
	args := message.Args{
		"destination": p.Name, "drive": driveName(p.Here, p.Config), "path": p.Here.Drive.Path, "day": message.Weekday(p.Slot), "today": message.Weekday(p.Today),
	}
	ready := 0
	for _, s := range p.Sightings {
		if s.State == drive.OK {
			ready++
		}
	}
	if ready > 1 {
		args["n"] = ready
		said = append(said, message.New("drive.set", "run.several_drives", args))
	}
	if p.Today != "" && p.Slot != p.Today {
		said = append(said, message.New("drive.set", "run.other_day", args))
	}
	if turns := stay.turns(p.Drive, day); len(p.Config.Set) > 1 && turns > len(p.Config.Set) {
		args["days"] = turns
		said = append(said, message.New("drive.set", "run.same_drive", args))
	}
	return said
}

// destinations are the places as copies are made to them.
func (p *places) destinations() []copies.Destination {
	var all []copies.Destination
	for _, place := range p.all {
		all = append(all, place.Destination)
	}
	return all
}

// recipients are the keys that a destination's copies are encrypted for: what leaves the shop is, where there are any.
func recipients(c *config.Config, d config.Destination) []string {
	if !d.Encrypts() {
		return nil
	}
	return c.Recipients
}

// missed tells whether the run wanted that destination and a copy did not reach it.
func (r *running) missed(destination string) bool {
	return slices.ContainsFunc(r.outcome.Degraded, func(err error) bool {
		missed, ok := errors.AsType[*copies.MissedError](err)
		return ok && missed.Destination == destination
	})
}
