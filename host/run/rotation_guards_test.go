package run

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
)

const keepSix = `
	local plan, drops = dj.copy.plan("local", { last = 6 }), {}
	for _, copy in ipairs(dj.copy.list()) do
		if plan.drop[copy.id] then drops[#drops + 1] = copy.seq end
	end
	table.sort(drops)
	return { drops = table.concat(drops, " "), guards = table.concat(plan.guards, "; ") }`

// drops are the copies that a policy of six would drop at local, and what the guards say.
func (h *Host) drops(t *testing.T) (string, string) {
	t.Helper()
	o := h.does(t, keepSix, false)
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	said := o.Value.(map[string]any)
	return said["drops"].(string), said["guards"].(string)
}

// number is the place of the copy of that number on the shelf.
func (s *shelf) number(seq string) *copies.Copy {
	return &s.all[slices.IndexFunc(s.all, func(c copies.Copy) bool { return c.Seq == seq })]
}

func TestTheGuardsAreToldWhatLiesThere(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *shelf)
		want   string
	}{
		"as it is": {func(*shelf) {}, "1 2"},
		"read now": {func(s *shelf) { s.number("1").Busy = true }, "2"},
		"made for another, and not there": {func(s *shelf) {
			for i := range s.all {
				s.all[i].To = []string{"local", "rede"}
			}
		}, ""},
		"made for another, and waived": {func(s *shelf) {
			for i := range s.all {
				s.all[i].To, s.all[i].Waived = []string{"local", "rede"}, []string{"rede"}
			}
		}, "1 2"},
		"there too": {func(s *shelf) {
			for i := range s.all {
				s.all[i].To = []string{"local", "rede"}
				s.all[i].Places = append(s.all[i].Places, copies.Place{Destination: "rede", Path: "/y", SHA256: "a", State: copies.Present})
			}
		}, "1 2"},
		"gone from there": {func(s *shelf) {
			for i := range s.all {
				s.all[i].To = []string{"local", "rede"}
				s.all[i].Places = append(s.all[i].Places, copies.Place{Destination: "rede", Path: "/y", SHA256: "a", State: copies.Missing})
			}
		}, ""},
		"on a drive that is away": {func(s *shelf) { s.number("1").Places[0].State = copies.Offline }, "2"},
		"under no hash":           {func(s *shelf) { s.number("1").Places[0].SHA256 = "" }, "2"},
		"there twice": {func(s *shelf) {
			one := s.number("1")
			one.Places = append(one.Places, one.Places[0])
		}, "2"},
		"unlike its elders, and the newest": {func(s *shelf) { s.all[0].Proof.Odd = []string{"x"} }, ""},
	} {
		h, s := rotating(t, "")
		c.change(s)
		if got, guards := h.drops(t); got != c.want {
			t.Errorf("%s: drops %q, want %q; %s", name, got, c.want, guards)
		}
	}
}

// A hash of a drive that people carry about is believed for some weeks; of a folder, for ever.
func TestAHashOfARemovableDriveGrowsOld(t *testing.T) {
	for _, removable := range []bool{false, true} {
		h, s := rotating(t, "")
		h.World = carried{shelved{shelf: s}, removable}
		for i := range s.all {
			s.all[i].Places[0].Checked = s.all[i].Day + "T23:00:00-03:00"
			s.all[i].Day = strings.Replace(s.all[i].Day, "2026-10", "2026-12", 1)
			s.all[i].Created = s.all[i].Day + "T22:00:00-03:00"
		}
		got, guards := h.drops(t)
		if removable != strings.Contains(guards, "35 days") || removable && got != "" || !removable && got != "1 2" {
			t.Errorf("removable %v: drops %q; %s", removable, got, guards)
		}
	}
}

// carried is a shelf whose destination may be a drive that people carry about.
type carried struct {
	shelved
	removable bool
}

func (w carried) Engines(ctx context.Context) (*Engines, error) {
	e, err := w.shelved.Engines(ctx)
	e.Destinations[0].Removable = w.removable
	return e, err
}

// With three devices and more nothing goes while a unit has proven copies on only one of them.
func TestNothingGoesWhileOnlyOneDeviceHasAProvenCopy(t *testing.T) {
	h, s := rotating(t, "")
	for i, drive := range []string{"azul", "verde"} {
		s.all = append(s.all, copies.Copy{
			ID: "outra" + drive, Seq: []string{"101", "102"}[i], Database: "fiscal", Class: copies.Routine, Day: "2026-10-01", Proof: s.all[0].Proof,
			Places: []copies.Place{{Destination: "rede", Drive: drive, SHA256: "a", State: copies.Present}},
		})
	}
	if got, guards := h.drops(t); got != "" {
		t.Errorf("drops %q; %s", got, guards)
	}
	newest := &s.all[0]
	newest.Places = append(newest.Places, copies.Place{Destination: "rede", Drive: "azul", SHA256: "a", State: copies.Present})
	if got, guards := h.drops(t); got != "1 2" {
		t.Errorf("with one on another device it drops %q; %s", got, guards)
	}
}

// What is planned and what is dropped is one turn at the destination.
func TestAPlanAndItsDropsAreOneTurn(t *testing.T) {
	h, s := rotating(t, "")
	watched := &turning{shelf: s}
	h.World = turningWorld{shelved{shelf: s}, watched}
	if o := h.does(t, `return #dj.copy.prune("local", { last = 6 })`, false); o.Err != nil || o.Value != int64(2) {
		t.Fatalf("%v, %v", o.Err, o.Value)
	}
	if want := "hold list drop free"; strings.Join(watched.done, " ") != want {
		t.Errorf("it did %v, want %s", watched.done, want)
	}
}

// turning notes what is asked of a shelf.
type turning struct {
	*shelf
	done []string
}

func (s *turning) Hold(_ context.Context, _ string, fn func() error) error {
	s.done = append(s.done, "hold")
	defer func() { s.done = append(s.done, "free") }()
	return fn()
}

func (s *turning) List(ctx context.Context, f copies.Filter) ([]copies.Copy, []error, error) {
	s.done = append(s.done, "list")
	return s.shelf.List(ctx, f)
}

func (s *turning) Drop(ctx context.Context, where string, why map[string]string) ([]copies.Copy, error) {
	s.done = append(s.done, "drop")
	return s.shelf.Drop(ctx, where, why)
}

type turningWorld struct {
	shelved
	copies primitive.Copies
}

func (w turningWorld) Engines(ctx context.Context) (*Engines, error) {
	e, err := w.shelved.Engines(ctx)
	e.Copies = w.copies
	return e, err
}

// Where a destination is full, what may go early is asked of the rotation: nothing where everything stays.
func TestRoomIsMadeOfWhatRotationMaySpare(t *testing.T) {
	for keep, want := range map[string]int{"": 0, "keep = { last = 100 }": 1} {
		h, s := rotating(t, keep)
		s.number("1").Day = s.number("2").Day
		if o := h.does(t, `dj.copy.create { to = "local" }`, false); o.Err != nil || s.spare == nil {
			t.Fatalf("%v, %v", o.Err, s.spare == nil)
		}
		give, err := s.spare(t.Context(), "local", 1)
		if err != nil || len(give) != want {
			t.Errorf("%q: gives %v, %v", keep, give, err)
		}
		for id, why := range give {
			if id != s.number("1").ID || why == "" {
				t.Errorf("gives %s: %s", id, why)
			}
		}
	}
}

func TestASentCopyIsToldAndMissedOnesDegrade(t *testing.T) {
	h, s := rotating(t, "")
	o := h.does(t, `return #dj.copy.send("8", { to = { "local", "rede" } }).places`, true)
	if o.Err != nil || o.Value != int64(2) || len(o.Plan.Steps) != 1 || len(s.sent) != 0 {
		t.Errorf("a dry run: %v, %v, sent %v", o.Err, o.Value, s.sent)
	}
	s.missed = []error{message.New("drive.not_found", "copies.destination_absent", message.Args{"destination": "rede"})}
	o = h.does(t, `dj.copy.send("8", { to = "rede" })`, false)
	if o.Err != nil || len(o.Degraded) != 1 || strings.Join(s.sent, " ") != "8 rede" {
		t.Errorf("%v, degraded %v, sent %v", o.Err, o.Degraded, s.sent)
	}
	if o := h.does(t, `dj.copy.send("8", { to = "redde" })`, false); message.Code(o.Err) != "option.value" {
		t.Errorf("%v", o.Err)
	}
}
