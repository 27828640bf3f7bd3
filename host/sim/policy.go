package sim

import (
	"context"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

type policyArgs struct {
	Policy rules         `lua:"policy,arg"`
	Days   int64         `lua:"days,required"`
	Every  time.Duration `lua:"every"`
	Fault  []string      `lua:"fault,single"`
}

// rules are a policy as djscript.toml writes it: rules, a list of them, or "script:policy".
type rules struct{ keep any }

// DecodeLua takes a text or a table.
func (r *rules) DecodeLua(v any) error {
	switch v.(type) {
	case string, map[string]any, []any:
		r.keep = v
		return nil
	}
	return message.New("option.type", "sim.no_policy", nil)
}

// Rotated is what a rotation did on one day.
type Rotated struct {
	Day  string   `json:"day"`
	Keep []string `json:"keep"` // business days of the copies that stay, newest first
	Drop []string `json:"drop"` // of those that went
}

// The job that a policy is tried with.
const standardBackup = "default:backup"

// policy lets a rotation go on for that many days in a store of its own, with the copies and the guards of a real one,
// and tells of each run. Faults befall it in the middle, or on their own days.
func (s *Store) policy(ctx context.Context, a *policyArgs) ([]Rotated, error) {
	if a.Days < 1 || a.Days > MostDays {
		return nil, message.New("option.value", "sim.no_days", message.Args{"days": a.Days, "most": MostDays})
	}
	other, err := s.rotating(a.Policy.keep)
	if err != nil {
		return nil, err
	}
	span := a.Every
	if span <= 0 {
		span = civilDay
	}
	c := &calendar{store: other, due: every(other.now, span, standardBackup)}
	c.awake()
	for _, text := range a.Fault {
		t, err := troubleOf(text)
		if err == nil {
			err = t.check(other.config, other.now, int(a.Days))
		}
		if err != nil {
			return nil, err
		}
		t.befall(c, other.now, int(a.Days))
	}
	all := []Rotated{}
	before := other.visible()
	c.tell = func(*run.Outcome) error {
		all = append(all, other.rotated(before))
		before = other.visible()
		return nil
	}
	return all, c.pass(ctx, other.now.Add(time.Duration(a.Days)*civilDay-1))
}

// rotating is a store of one database and one destination, which keeps by these rules. Its scripts are those beside the
// test.
func (s *Store) rotating(keep any) (*Store, error) {
	text, err := laidOver(map[string]any{
		"destination": map[string]any{"local": map[string]any{"path": "C:/Copias", "keep": keep}},
	})
	if err != nil {
		return nil, err
	}
	c, err := s.program.configure("sim:policy", s.folder, text)
	if err != nil {
		return nil, withoutLines(err)
	}
	other := newStore(s.program, s.folder, c)
	other.now = s.now
	return other, nil
}

// rotated tells what stays of the copies that were there before a run, and of those that it made.
func (s *Store) rotated(before []copies.Copy) Rotated {
	told := Rotated{Day: s.businessDay(s.now), Keep: []string{}, Drop: []string{}}
	kept := map[string]bool{}
	for _, c := range s.visible() {
		kept[c.ID] = true
		told.Keep = append(told.Keep, c.Day)
	}
	for _, c := range before {
		if !kept[c.ID] {
			told.Drop = append(told.Drop, c.Day)
		}
	}
	return told
}
