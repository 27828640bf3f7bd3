package sim

import (
	"context"
	"regexp"
	"strconv"
	"time"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/schedule"
)

type policyArgs struct {
	Policy rules         `lua:"policy,arg"`
	Days   int64         `lua:"days,required"`
	Every  time.Duration `lua:"every"`
	Fault  string        `lua:"fault"`
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

// fault is what goes wrong in the middle of the calendar.
type fault struct {
	kind string // "off", "failing", "clock", "full"
	span time.Duration
}

var faultShape = regexp.MustCompile(`^(?:(full)|(off|failing|clock):(-?)(\d+)([dwy]))$`)

func faultOf(text string) (fault, error) {
	if text == "" {
		return fault{}, nil
	}
	m := faultShape.FindStringSubmatch(text)
	if m == nil || m[3] != "" && m[2] != "clock" {
		return fault{}, message.New("option.value", "sim.no_fault", message.Args{"text": text})
	}
	n, _ := strconv.Atoi(m[4]) // digits; "" of full is 0
	unit := map[string]int{"d": 1, "w": 7, "y": 365}[m[5]]
	span := time.Duration(n*unit) * 24 * time.Hour
	if m[3] != "" {
		span = -span
	}
	return fault{m[1] + m[2], span}, nil
}

// policy lets a rotation go on for that many days in a store of its own, with the copies and the guards of a real one,
// and tells of each day. A fault befalls it in the middle.
func (s *Store) policy(ctx context.Context, a *policyArgs) ([]Rotated, error) {
	trouble, err := faultOf(a.Fault)
	if err != nil {
		return nil, err
	}
	every := a.Every
	if every <= 0 {
		every = 24 * time.Hour
	}
	other, err := s.rotating(a.Policy.keep)
	if err != nil {
		return nil, err
	}
	all := []Rotated{}
	began, clock := other.now, time.Duration(0)
	for gone := time.Duration(0); gone < time.Duration(a.Days)*24*time.Hour; gone += every {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		after := gone - time.Duration(a.Days)*12*time.Hour
		if trouble.kind == "clock" && after >= 0 {
			clock = trouble.span
		}
		other.now = began.Add(gone + clock)
		if trouble.kind == "off" && after >= 0 && after < trouble.span {
			continue
		}
		other.befallen(trouble, after)
		all = append(all, other.rotated(ctx))
	}
	return all, nil
}

// befallen makes copies fail, or fills the drive, that long after the middle.
func (s *Store) befallen(f fault, after time.Duration) {
	s.faults = nil
	switch {
	case after < 0:
	case f.kind == "failing" && after < f.span:
		s.faults = []*planned{{op: "copy.create", code: "db.busy", left: -1}}
	case f.kind == "full":
		s.drives[0].Free = 0
	}
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

// rotated makes a copy, lets the rotation drop what it drops, and tells.
func (s *Store) rotated(ctx context.Context) Rotated {
	before := s.visible()
	s.Run(ctx, run.Request{Target: "default:backup", Trigger: "cron"})
	store := s.config.Store
	told := Rotated{Day: schedule.BusinessDay(s.now, store.Location, store.DayStarts), Keep: []string{}, Drop: []string{}}
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
