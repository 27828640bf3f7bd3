package run

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// stay is what a store remembers of a destination by drive from run to run: .djscript/destinations/NAME.json.
//
// How long a destination has been without a drive is told by two witnesses that have to agree, so that a wrong clock
// accuses nobody before the time: the clock of the PC, unless it went back since, and the business days of the store's
// proven copies since then. Of those two have to be that far away: a single stamp may be wrong.
type stay struct {
	Since  string   `json:"since"`            // RFC 3339: when a drive of it was last there, or was waited for at first
	Seen   bool     `json:"seen"`             // a drive of it was there
	Day    string   `json:"day,omitempty"`    // newest proven business day of the store then
	Proven []string `json:"proven,omitempty"` // the newest two since, without a drive

	Drive string `json:"drive,omitempty"` // id of the one that was there last
	Turn  int    `json:"turn,omitempty"`  // business days in a row on which it was that one
	Last  string `json:"last,omitempty"`  // business day of the last turn
}

// turns are the business days in a row that it is that drive, this one counted.
func (s stay) turns(id, day string) int {
	switch {
	case id == "" || id != s.Drive:
		return 1
	case day == s.Last:
		return max(1, s.Turn)
	}
	return s.Turn + 1
}

// here notes that a drive of the destination is there.
func (s stay) here(now time.Time, id, day, proven string) stay {
	return stay{Since: now.Format(time.RFC3339), Seen: true, Day: proven, Drive: id, Turn: s.turns(id, day), Last: day}
}

// gone notes that none is.
func (s stay) gone(now time.Time, proven string) stay {
	switch {
	case s.Since == "", s.Day > proven && proven != "":
		// The days before were those of a clock that was ahead: what is counted begins anew.
		s.Since, s.Day, s.Proven = now.Format(time.RFC3339), proven, nil
	case proven == "" || proven == s.Day:
	case s.Day == "":
		s.Day = proven
	default:
		before := slices.DeleteFunc(slices.Clone(s.Proven), func(day string) bool { return day >= proven })
		s.Proven = append(before[max(0, len(before)-1):], proven)
	}
	return s
}

// overdue tells whether the destination has been without a drive for longer than that.
func (s stay) overdue(now time.Time, most time.Duration) bool {
	since, err := time.Parse(time.RFC3339, s.Since)
	if err != nil || len(s.Proven) < 2 {
		return false
	}
	clock := now.Before(since) || now.Sub(since) > most
	return clock && daysBetween(s.Day, s.Proven[0]) >= max(1, int(most/(24*time.Hour)))
}

func daysBetween(from, to string) int {
	a, err := time.Parse(time.DateOnly, from)
	b, wrong := time.Parse(time.DateOnly, to)
	if err != nil || wrong != nil {
		return 0
	}
	return int(b.Sub(a) / (24 * time.Hour))
}

// newestProven is the business day of the newest copy that was proven, and made under a clock that could be believed.
func newestProven(newestFirst []copies.Copy) string {
	for _, c := range newestFirst {
		if c.State == copies.Verified && c.Suspect == "" {
			return c.Day
		}
	}
	return ""
}

// Folders of what is remembered of destinations and of drives, in the store's own.
const (
	staysFolder = "destinations"
	awayFolder  = "members"
)

// recall reads a small file of ours; what is not there is left as it is.
func (h *Host) recall(into any, folder, name string) error {
	text, err := h.world().Recall(folder + "/" + name + ".json")
	if err == nil && text != nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return message.Wrap(err, "drive.set", "run.forgotten", message.Args{"path": filepath.Join(h.dir(), folder, name+".json")})
	}
	return nil
}

func (h *Host) remember(what any, folder, name string) error {
	text, err := json.MarshalIndent(what, "", "  ")
	if err != nil {
		return err
	}
	return h.world().Remember(folder+"/"+name+".json", append(text, '\n'))
}

// member is what lay on a drive of a set when it was last seen: .djscript/members/ID.json. It is a cache: what lies on the
// drive itself is the truth, and where the file is lost the drive only counts again when it is plugged in.
type member struct {
	Destination string        `json:"destination"`
	Slot        string        `json:"slot,omitempty"`
	Seen        string        `json:"seen"` // RFC 3339
	Copies      []copies.Copy `json:"copies"`
}

// away are the copies on the drives of a destination that are not the one that is there now.
func (h *Host) away(sightings []drive.Sighting, here drive.Sighting) (all []copies.Copy, problems []error) {
	for _, s := range sightings {
		if s.Mark.ID == "" || s.Mark.ID == here.Mark.ID || s.State == drive.Foreign || s.State == drive.Clone {
			continue
		}
		var m member
		if err := h.recall(&m, awayFolder, s.Mark.ID); err != nil {
			problems = append(problems, err)
			continue
		}
		for _, c := range m.Copies {
			if c.ID != "" && m.Destination == s.Mark.Destination {
				all = append(all, c)
			}
		}
	}
	return all, problems
}

// keepMember remembers what lies on a drive.
func (h *Host) keepMember(p Place, all []copies.Copy) error {
	m := member{Destination: p.Name, Slot: p.Slot, Seen: h.now().Format(time.RFC3339), Copies: []copies.Copy{}}
	for _, c := range all {
		var lies []copies.Place
		for _, at := range c.Places {
			if at.Drive == p.Drive && (at.State == copies.Present || at.State == copies.Bad) {
				lies = append(lies, at)
			}
		}
		if c.Places = lies; len(lies) > 0 {
			m.Copies = append(m.Copies, c)
		}
	}
	return h.remember(m, awayFolder, p.Drive)
}
