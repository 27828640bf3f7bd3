package sim

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

// simulated is a drive, in its slot or in somebody's pocket.
type simulated struct {
	drive.Drive
	plugged bool
	set     string // the destination whose member it is; "" of none
	slot    string // "wed"
	ejected string // business day on which a run let it be taken out, and it was; "" since it is back
}

// there tells whether a destination can be reached now, and why not.
func (s *Store) there(d copies.Destination) error {
	if d.Absent != nil {
		return d.Absent
	}
	if s.absent[d.Name] || !s.driveOf(d.Path).plugged {
		return s.away(d)
	}
	return nil
}

func (s *Store) away(d copies.Destination) error {
	return message.New("drive.not_found", "copies.destination_absent", message.Args{"destination": d.Name, "path": d.Path})
}

// destination is where a destination is now.
func (s *Store) destination(name string) copies.Destination {
	d, _ := s.config.Destination(name)
	found := copies.Destination{Name: name, Path: d.Path}
	if d.Drive == nil {
		return found
	}
	found.Removable = true
	if on := s.picked(d); on != nil {
		found.Path, found.Drive, found.Slot = path.Join(strings.TrimSuffix(on.Path, "/"), d.Path), on.Label, on.slot
		return found
	}
	found.Absent = s.away(found)
	return found
}

// destinations are all of the store, where they are now.
func (s *Store) destinations() (all []copies.Destination) {
	for _, d := range s.config.Destinations {
		all = append(all, s.destination(d.Name))
	}
	return all
}

// picked is the drive that a destination is now: today's of its set, or another that is plugged in; nil where none is.
func (s *Store) picked(d config.Destination) *simulated {
	var other *simulated
	for _, on := range s.drives {
		switch {
		case !on.plugged || !s.carries(on, d):
		case on.slot == s.slot():
			return on
		case other == nil:
			other = on
		}
	}
	return other
}

// slot is the place in a set that this day has.
func (s *Store) slot() string {
	day, _ := time.Parse(time.DateOnly, s.businessDay(s.now)) // ours
	return config.Slot(day.Weekday())
}

// driveAt is the drive that a place lies on.
func (s *Store) driveAt(p copies.Place) *simulated {
	if p.Drive != "" {
		if d := s.driveNamed(p.Drive); d != nil {
			return d
		}
	}
	d := s.homes[p.Destination]
	if d == nil {
		where, _ := s.config.Destination(p.Destination)
		d = s.driveOf(where.Path)
		s.homes[p.Destination] = d
	}
	return d
}

// inReach tells whether a place can be read now.
func (s *Store) inReach(p copies.Place) bool { return !s.absent[p.Destination] && s.driveAt(p).plugged }

// driveOf is the drive that a path lies on: that with the longest beginning in common, else the first.
func (s *Store) driveOf(path string) *simulated {
	best, longest := s.drives[0], 0
	for _, d := range s.drives {
		root := slashed(d.Path)
		if strings.HasPrefix(slashed(path), root) && len(root) > longest {
			best, longest = d, len(root)
		}
	}
	return best
}

func slashed(path string) string {
	return strings.TrimSuffix(strings.ToLower(strings.ReplaceAll(path, `\`, "/")), "/") + "/"
}

func (s *Store) driveNamed(label string) *simulated {
	i := slices.IndexFunc(s.drives, func(d *simulated) bool { return d.Label == label })
	if i < 0 {
		return nil
	}
	return s.drives[i]
}

// enrol gives the store the drives that its destinations want: those of a set, one for each of its days, "pendrive-mon".
func (s *Store) enrol() {
	for _, d := range s.config.Destinations {
		for _, day := range d.Set {
			s.add(d.Name+"-"+config.Slot(day), d.Name, config.Slot(day))
		}
		if d.Drive != nil && len(d.Set) == 0 && s.driveNamed(d.Drive.Name()) == nil {
			s.add(d.Drive.Name(), "", "").plugged = true
		}
	}
}

// furnish gives the store drives for those folders that lie on none of the usual ones.
func (s *Store) furnish() {
	for _, d := range s.config.Destinations {
		switch {
		case d.Drive != nil:
		case !strings.HasPrefix(slashed(d.Path), slashed(s.driveOf(d.Path).Path)):
			own := s.add(d.Name, "", "")
			own.Path, own.Removable, own.Free, own.Total, own.plugged = d.Path, false, 1000*gigabyte, 1000*gigabyte, true
		}
	}
	clear(s.homes)
}

// add is the drive of that label: one that the store knows, or a new one.
func (s *Store) add(label, set, slot string) *simulated {
	if d := s.driveNamed(label); d != nil {
		return d
	}
	d := &simulated{
		Drive: drive.Drive{Path: label + ":/", Label: label, Filesystem: "exFAT", Removable: true, Free: 60 * gigabyte, Total: 64 * gigabyte}, set: set, slot: slot,
	}
	s.drives = append(s.drives, d)
	clear(s.homes)
	return d
}

// swap plugs in today's drive of each set, as whoever closes the shop does, unless it is forgotten: then the one stays that
// was there. What was taken out on another day comes back.
func (s *Store) swap() {
	s.bringBack(s.businessDay(s.world()))
	if s.careless > 0 {
		return
	}
	day, err := time.Parse(time.DateOnly, s.businessDay(s.world()))
	for _, d := range s.config.Destinations {
		if err != nil || !slices.Contains(d.Set, day.Weekday()) || s.absent[d.Name] || s.handled[d.Name] {
			continue
		}
		for _, member := range s.drives {
			if member.set == d.Name {
				member.plugged = member.slot == config.Slot(day.Weekday()) && member.ejected == ""
			}
		}
	}
}

// bringBack plugs in again what was ejected, but not on that day.
func (s *Store) bringBack(today string) {
	for _, d := range s.drives {
		if d.ejected != "" && d.ejected != today {
			d.plugged, d.ejected = true, ""
		}
	}
}

// placeOf is a destination with its drives, as a run is told of them.
func (s *Store) placeOf(d config.Destination) run.Place {
	place := run.Place{Config: d, Destination: s.destination(d.Name)}
	if d.Drive == nil {
		return place
	}
	if s.absent[d.Name] {
		place.Absent, place.Path = s.away(place.Destination), ""
	}
	for _, on := range s.drives {
		if !s.carries(on, d) {
			continue
		}
		seen := drive.Sighting{
			Slot: on.slot, State: drive.Absent, Err: s.away(place.Destination),
			Mark: drive.Mark{ID: on.Label, Name: d.Drive.Name(), Store: s.config.Store.ID, Destination: d.Name, Slot: on.slot},
		}
		if on.plugged && !s.absent[d.Name] {
			seen.State, seen.Err, seen.Drive = drive.OK, nil, on.Drive
		}
		place.Sightings = append(place.Sightings, seen)
		if on.Label == place.Drive {
			place.Here = seen
		}
	}
	return place
}

// carries tells whether a drive is one of those of a destination.
func (s *Store) carries(on *simulated, d config.Destination) bool {
	return on.set == d.Name || on.set == "" && len(d.Set) == 0 && on.Label == d.Drive.Name()
}
