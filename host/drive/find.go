package drive

import (
	"context"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// States of a drive that a destination waits for.
const (
	OK       = "ok"
	Absent   = "absent"    // not plugged in, or not mounted
	Locked   = "locked"    // BitLocker holds it shut
	ReadOnly = "read_only" //
	Foreign  = "foreign"   // enrolled by another store, or for another destination, or its mark is none of ours
	Clone    = "clone"     // its mark came from another drive, or more than one drive is what was asked for
)

// Spec is which drive a destination wants: an enrolled one, or any with a label.
type Spec struct {
	Enrolled    string // name or id of the mark
	Label       string
	Destination string
	Set         []string // places of its drives; none where one drive is the destination
}

// Facts are what a look at one plugged drive tells.
type Facts struct {
	Drive    Drive
	Mark     *Mark // nil: it has none
	Hardware Hardware
	Err      error // why its mark is not known
}

// Sighting is what became of one drive of a destination.
type Sighting struct {
	Slot  string
	State string
	Drive Drive // of a drive that is plugged in; Name, Enrolled and Set are filled
	Mark  Mark  // the zero mark where the drive has none
	Err   error // what a person is told, where the state is not OK
	Seen  string
	Day   string
}

// Find looks which of the plugged drives are those that a destination wants: one sighting for each drive of its that is
// plugged in, usable or not, and one for each that is not, in the order of the set.
func Find(ctx context.Context, store string, known *Known, drives []Drive, spec Spec) ([]Sighting, error) {
	facts, err := Look(ctx, drives)
	if err != nil {
		return nil, err
	}
	return decide(store, known, facts, spec), nil
}

// Look reads the mark of each drive and asks for its hardware. A drive that gives no answer in a few seconds is left out.
func Look(ctx context.Context, drives []Drive) ([]Facts, error) {
	var asked []chan Facts
	for _, d := range drives {
		answered := make(chan Facts, 1)
		asked = append(asked, answered)
		go func() {
			defer close(answered)
			answered <- look(ctx, d)
		}()
	}
	facts, err := gather(ctx, asked, answer)
	slices.SortFunc(facts, func(a, b Facts) int { return strings.Compare(a.Drive.Path, b.Drive.Path) })
	return facts, err
}

func look(ctx context.Context, d Drive) Facts {
	f := Facts{Drive: d}
	hardware, err := HardwareOf(ctx, d)
	f.Hardware = hardware
	if d.State == Locked {
		return f
	}
	f.Mark, f.Err = ReadMark(d.Path)
	if f.Err == nil {
		f.Err = err
	}
	return f
}

// Pick is the drive of a destination to use now: that of the wanted place in the set, else another of the set, the one
// that waited longest, which its caller says. Where none can be used the error is of the one that came nearest.
func Pick(sightings []Sighting, slot string) (Sighting, error) {
	var usable []Sighting
	for _, s := range sightings {
		if s.State == OK {
			usable = append(usable, s)
		}
	}
	slices.SortStableFunc(usable, func(a, b Sighting) int {
		if (a.Slot == slot) != (b.Slot == slot) {
			if a.Slot == slot {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Day, b.Day)
	})
	if len(usable) > 0 {
		return usable[0], nil
	}
	for _, state := range []string{Clone, Locked, ReadOnly, Foreign, Absent} {
		for _, s := range sightings {
			if s.State == state {
				return Sighting{}, s.Err
			}
		}
	}
	return Sighting{}, message.New("drive.not_found", "drive.none_plugged", nil)
}

// decide is Find over what was seen: it asks nobody.
func decide(store string, known *Known, plugged []Facts, spec Spec) []Sighting {
	var found []Sighting
	for _, f := range plugged {
		if s, ok := sight(store, known, f, spec); ok {
			found = append(found, s)
		}
	}
	alike(found, func(s Sighting) string { return s.Mark.ID }, func(s Sighting, n int) error {
		return message.New("drive.clone", "drive.twice", message.Args{"path": s.Drive.Path, "name": nameOf(s), "n": n})
	})
	if spec.Enrolled == "" && len(spec.Set) == 0 {
		// A label is no name: what was enrolled for the destination is what it means.
		if i := slices.IndexFunc(found, func(s Sighting) bool { return s.Mark.ID != "" && s.State != Foreign }); i >= 0 {
			found = slices.DeleteFunc(found, func(s Sighting) bool { return s.Mark.ID == "" })
		}
		alike(found, func(s Sighting) string {
			if s.Mark.ID != "" {
				return ""
			}
			return s.Drive.Label
		}, func(s Sighting, n int) error {
			return message.New("drive.clone", "drive.same_label", message.Args{"label": s.Drive.Label, "n": n})
		})
	}
	found = append(found, missing(store, known, found, spec)...)
	slices.SortStableFunc(found, func(a, b Sighting) int {
		if by := slices.Index(spec.Set, a.Slot) - slices.Index(spec.Set, b.Slot); by != 0 {
			return by
		}
		return strings.Compare(a.Drive.Path, b.Drive.Path)
	})
	return found
}

// alike makes clones of usable drives that have the same of something: nobody can tell which is the one.
func alike(found []Sighting, of func(Sighting) string, told func(s Sighting, n int) error) {
	count := map[string]int{}
	for _, s := range found {
		if s.State == OK || s.State == ReadOnly {
			count[of(s)]++
		}
	}
	for i, s := range found {
		if key := of(s); key != "" && count[key] > 1 && (s.State == OK || s.State == ReadOnly) {
			found[i].State, found[i].Err = Clone, told(s, count[key])
		}
	}
}

// sight is what one plugged drive is to a destination; false where it is nothing to it.
func sight(store string, known *Known, f Facts, spec Spec) (Sighting, bool) {
	s := Sighting{State: OK, Drive: f.Drive}
	labelled := spec.Label != "" && f.Drive.Label == spec.Label
	switch {
	case f.Drive.State == Locked:
		return lockedSight(known, f, spec)
	case f.Mark == nil && f.Err == nil:
		s.judge(f)
		return s, labelled && len(spec.Set) == 0
	case f.Mark == nil:
		s.State, s.Err = Foreign, f.Err
		if code := message.Code(f.Err); code != "drive.foreign" {
			s.State = Absent
		}
		return s, labelled
	}
	s.Mark = *f.Mark
	s.Slot, s.Drive.Name, s.Drive.Enrolled, s.Drive.Set = f.Mark.Slot, f.Mark.Name, f.Mark.ID, f.Mark.Slot
	named := spec.Enrolled != "" && (strings.EqualFold(spec.Enrolled, f.Mark.Name) || spec.Enrolled == f.Mark.ID)
	args := message.Args{"path": f.Drive.Path, "store": f.Mark.Store, "own": store, "destination": f.Mark.Destination, "name": f.Mark.Name}
	switch {
	case f.Mark.Store != store:
		s.State, s.Err = Foreign, message.New("drive.foreign", "drive.other_store", args)
		return s, named || labelled
	case f.Mark.Destination != spec.Destination:
		s.State, s.Err = Foreign, message.New("drive.foreign", "drive.other_destination", args)
		return s, named || labelled
	case spec.Enrolled != "" && !named:
		return s, false
	case len(spec.Set) > 0 && !slices.Contains(spec.Set, f.Mark.Slot):
		s.State, s.Err = Foreign, message.New("drive.foreign", "drive.other_slot", message.Args{"path": f.Drive.Path, "slot": message.Weekday(f.Mark.Slot), "destination": spec.Destination})
		return s, true
	}
	s.Seen, s.Day = known.Drives[f.Mark.ID].Seen, known.Drives[f.Mark.ID].Day
	if !known.recorded(f.Mark).Matches(f.Hardware) {
		s.State, s.Err = Clone, message.New("drive.clone", "drive.clone", args)
		return s, true
	}
	s.judge(f)
	return s, true
}

// judge tells what keeps the right drive from being used.
func (s *Sighting) judge(f Facts) {
	args := message.Args{"path": f.Drive.Path}
	switch {
	case f.Drive.State == ReadOnly:
		s.State, s.Err = ReadOnly, message.New("drive.read_only", "drive.read_only", args)
	case f.Err != nil:
		s.State, s.Err = Absent, f.Err
	}
}

// lockedSight is a drive whose mark can not be read: it may be the one whose serial number is remembered.
func lockedSight(known *Known, f Facts, spec Spec) (Sighting, bool) {
	s := Sighting{State: Locked, Drive: f.Drive, Err: message.New("drive.locked", "drive.bitlocker", message.Args{"path": f.Drive.Path})}
	for _, member := range known.Drives {
		device := identifying(member.Hardware.Device)
		if member.Destination == spec.Destination && device != "" && device == identifying(f.Hardware.Device) {
			s.Mark, s.Slot, s.Seen, s.Day = member.Mark, member.Slot, member.Seen, member.Day
			s.Drive.Name, s.Drive.Enrolled, s.Drive.Set = member.Name, member.ID, member.Slot
			return s, true
		}
	}
	return s, f.Drive.Removable && len(spec.Set) == 0
}

// missing are the drives of a destination that nothing plugged is.
func missing(store string, known *Known, found []Sighting, spec Spec) []Sighting {
	places := spec.Set
	if len(places) == 0 {
		if len(found) > 0 {
			return nil
		}
		places = []string{""}
	}
	var absent []Sighting
	for _, place := range places {
		if slices.ContainsFunc(found, func(s Sighting) bool { return s.Slot == place && s.Mark.ID != "" }) {
			continue
		}
		s := Sighting{Slot: place, State: Absent}
		if member, ok := lastOf(store, known, spec, place); ok {
			s.Mark, s.Seen, s.Day = member.Mark, member.Seen, member.Day
		}
		s.Err = absence(s, spec)
		absent = append(absent, s)
	}
	return absent
}

// lastOf is the drive that was last seen at a place of a destination.
func lastOf(store string, known *Known, spec Spec, place string) (last Member, found bool) {
	for _, m := range known.Drives {
		if m.Store == store && m.Destination == spec.Destination && m.Slot == place && (!found || m.Day+m.Seen+m.ID > last.Day+last.Seen+last.ID) {
			last, found = m, true
		}
	}
	return last, found
}

func absence(s Sighting, spec Spec) error {
	args := message.Args{"destination": spec.Destination, "name": s.Mark.Name, "slot": s.Slot, "place": message.Weekday(s.Slot), "label": spec.Label, "day": message.Day(s.Day)}
	switch {
	case s.Mark.ID == "" && spec.Label != "":
		return message.New("drive.not_found", "drive.absent_label", args)
	case s.Mark.ID == "":
		return message.New("drive.not_found", "drive.never_enrolled", args)
	case s.Slot != "":
		return message.New("drive.not_found", "drive.absent_slot", args)
	}
	return message.New("drive.not_found", "drive.absent", args)
}

func nameOf(s Sighting) string {
	if s.Mark.Name != "" {
		return s.Mark.Name
	}
	return s.Drive.Label
}

// Named tells of each plugged drive which one it is, by its mark, and what speaks against its mark, as far as that can
// be said without knowing what it is wanted for.
func Named(store string, known *Known, plugged []Facts) []Drive {
	times := map[string]int{}
	var all []Drive
	for _, f := range plugged {
		d := f.Drive
		switch {
		case message.Code(f.Err) == "drive.foreign":
			d.State = Foreign
		case f.Mark != nil:
			d.Name, d.Enrolled, d.Set = f.Mark.Name, f.Mark.ID, f.Mark.Slot
			if f.Mark.Store != store {
				d.State = Foreign
			} else if !known.recorded(f.Mark).Matches(f.Hardware) {
				d.State = Clone
			} else {
				times[d.Enrolled]++
			}
		}
		all = append(all, d)
	}
	for i, d := range all {
		if d.State != Foreign && times[d.Enrolled] > 1 {
			all[i].State = Clone
		}
	}
	return all
}

// recorded is the hardware that a mark was made on: what the store remembers goes before what the mark says.
func (k *Known) recorded(m *Mark) Hardware {
	if member, ok := k.Drives[m.ID]; ok {
		return member.Hardware
	}
	return m.Hardware
}
