package copies

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/retention"
)

// Ground is all that is known of a drive whose old copies are to go at once, and of what stands around it.
type Ground struct {
	Store       string
	Destination string
	Drive       drive.Drive
	Mark        drive.Mark       // the zero mark where it has none
	State       string           // of its mark: drive.OK, or what speaks against it
	Signs       []string         // by which it is known as a disk that a system needs
	Holds       []string         // what of the store lies on the same disk: its database, its folder
	Others      []string         // other stores, or other destinations, whose folders lie on it
	Copies      []Copy           // that lie there, with all their places
	Foreign     []Stranger       // what lies there and no catalogue of ours knows
	Endless     bool             // more lies there than is looked at
	View        View             // of the drive, as rotation looks at it
	Guards      retention.Guards // with the store's own floor
}

// Stranger is a file that is not ours. It is never touched.
type Stranger struct {
	Path  string `json:"path"` // below the root of the drive, with slashes
	Bytes int64  `json:"bytes"`
}

// Wipe is what would go from a drive, and what stays, each with its reason.
type Wipe struct {
	Destination string     `json:"destination"`
	Drive       string     `json:"drive"` // id
	Word        string     `json:"word"`  // what a person types to have it done: never nothing
	Drop        []Wiped    `json:"drop"`
	Keep        []Wiped    `json:"keep"`
	Bytes       int64      `json:"bytes"` // that will be free when the trash is emptied
	Foreign     []Stranger `json:"foreign"`
	Hash        string     `json:"hash"` // of this plan: another one is not carried out in its place
}

// Wiped is what becomes of one copy.
type Wiped struct {
	ID    string `json:"id"`
	Seq   string `json:"seq"`
	Name  string `json:"name"`
	Day   string `json:"day"`
	Bytes int64  `json:"bytes"`
	Why   string `json:"why"`
}

// IDs are the copies that would go.
func (w Wipe) IDs() []string {
	var all []string
	for _, one := range w.Drop {
		all = append(all, one.ID)
	}
	return all
}

// Question is what a person is asked before it is done.
func (w Wipe) Question(d drive.Drive) string {
	return message.Text("copies.wipe_question", message.Args{
		"n": len(w.Drop), "size": drive.Size(w.Bytes), "path": d.Path, "word": w.Word, "keep": len(w.Keep), "foreign": len(w.Foreign),
	})
}

// PlanWipe plans to free a drive of all old copies that rotation could give up: "apaga conteúdo do disco de destino",
// made safe. It asks nobody and touches nothing.
//
// What goes has a newer verified copy of its kind on the same drive, written and read back before; the floor stays,
// and so does everything that a guard of the rotation keeps. A drive with no matching mark, one of the system, one that
// holds the database, and one with another store's mark are refused.
func PlanWipe(g Ground) (Wipe, error) {
	w := Wipe{
		Destination: g.Destination, Drive: g.Mark.ID, Word: cmp.Or(g.Drive.Label, g.Mark.Name, g.Destination), Drop: []Wiped{}, Keep: []Wiped{},
		Foreign: append([]Stranger{}, g.Foreign...),
	}
	if err := g.refusal(); err != nil {
		return w, err
	}
	plan, err := g.rotate()
	if err != nil {
		return w, err
	}
	hash := sha256.New()
	hash.Write([]byte(g.Mark.ID))
	for _, c := range g.Copies {
		line := Wiped{ID: c.ID, Seq: c.Seq, Name: c.Name, Day: c.Day, Bytes: c.At(g.Destination).bytes()}
		reasons, goes := plan.Drop[c.ID]
		if why := g.only(c); goes && why != "" {
			goes, reasons = false, []retention.Reason{retention.Said(why)}
		}
		if !goes {
			reasons = slices.Concat(reasons, plan.Keep[c.ID], plan.Deferred[c.ID])
		}
		var why []string
		for _, r := range reasons {
			why = append(why, r.String())
		}
		line.Why = strings.Join(why, "; ")
		if !goes {
			w.Keep = append(w.Keep, line)
			continue
		}
		w.Drop, w.Bytes = append(w.Drop, line), w.Bytes+line.Bytes
		hash.Write([]byte("\n" + c.ID))
	}
	w.Hash = hex.EncodeToString(hash.Sum(nil))
	return w, nil
}

// refusal is why a drive is not to be wiped at all.
func (g Ground) refusal() error {
	args := message.Args{"path": g.Drive.Path, "destination": g.Destination}
	switch {
	case g.State != drive.OK, g.Mark.ID == "", g.Mark.Store != g.Store, g.Store == "", g.Mark.Destination != g.Destination:
		return message.New("drive.foreign", "copies.wipe_not_ours", args)
	case !g.Drive.Removable:
		return message.New("drive.system", "copies.wipe_fixed", args)
	case len(g.Signs) > 0:
		return message.New("drive.system", "drive.system_signs", message.Args{"path": g.Drive.Path, "what": strings.Join(g.Signs, ", ")})
	case len(g.Holds) > 0:
		return message.New("drive.system", "drive.holds", message.Args{"path": g.Drive.Path, "what": strings.Join(g.Holds, ", ")})
	case len(g.Others) > 0:
		return message.New("drive.foreign", "copies.wipe_others", message.Args{"path": g.Drive.Path, "what": strings.Join(g.Others, ", ")})
	case g.Endless:
		return message.New("drive.foreign", "copies.wipe_endless", args)
	}
	return nil
}

// rotate is what the guards of the rotation let go when nothing but the newest is wanted. The person who types the
// drive's name has seen each copy that goes: that lifts the breaker, and no other guard.
func (g Ground) rotate() (retention.Plan, error) {
	var all []retention.Copy
	for _, c := range g.Copies {
		one := g.View.Retained(c)
		if c.Store != g.Store {
			one.State = retention.Unsure // whose it is, only they know
		}
		all = append(all, one)
	}
	proposal := retention.Proposal{Keep: map[string][]retention.Reason{}, Classes: retention.Classes}
	guards := g.Guards
	plan, err := retention.Decide(all, proposal, guards)
	if err != nil {
		return plan, err
	}
	guards.Approved = plan.Hash()
	return retention.Decide(all, proposal, guards)
}

// only is why a copy stays that rotation would let go: the new one has to be there, written and read back, before an
// old one goes; and where the next has no room beside it, what goes has to lie on another device too.
func (g Ground) only(c Copy) string {
	newer, next := false, int64(0)
	for _, other := range g.Copies {
		here := other.At(g.Destination)
		if other.unit() != c.unit() || len(here.inReach()) == 0 {
			continue
		}
		next = max(next, here.bytes())
		newer = newer || here.State == Verified && here.Number() > c.Number() && here.inReach()[0].ReadBack != ""
	}
	switch {
	case !newer:
		return message.Text("copies.wipe_nothing_newer", nil)
	case next > g.Drive.Free && g.Guards.Elsewhere[c.unit()] == 0:
		return message.Text("copies.wipe_only_here", nil)
	}
	return ""
}

func (c Copy) bytes() (sum int64) {
	for _, p := range c.inReach() {
		sum += p.Bytes
	}
	return sum
}
