package sim

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

// MostDays is how long a simulation may be.
const MostDays = 10_000

// Simulation is what is to be simulated.
type Simulation struct {
	Targets []string // entries of the store, which run when they are due; or one "script:policy"
	Days    int
	From    string         // the first business day, yyyy-mm-dd
	Faults  []string       // "off:45d", "full@120"
	Day     int            // on which the faults come that name no day, from 1; 0: in the middle
	Whole   bool           // with every copy of every day
	Lived   func(days int) // called after each day; nil: nobody looks
}

// Simulated is what became of the store.
type Simulated struct {
	Days  []*Day
	Lacks []Lack // none, or the guards did not hold
}

// Simulate lets a store live for that many days: its scripts, the guards, its destinations and its schedule are the real
// ones; its PC, its drives and its databases are not.
func (p *Program) Simulate(ctx context.Context, c *config.Config, o Simulation) (*Simulated, error) {
	life, end, err := p.life(ctx, c, o)
	if err != nil {
		return nil, err
	}
	if err := life.pass(ctx, end); err != nil {
		return nil, err
	}
	d := life.store.diary
	d.close(d.today())
	d.days = d.days[:min(len(d.days), o.Days)] // in a zone further east the next day has begun
	return &Simulated{Days: d.days, Lacks: d.lacks}, nil
}

// life is the store on the morning of its first day, with all that is to come, and its end.
func (p *Program) life(ctx context.Context, c *config.Config, o Simulation) (*calendar, time.Time, error) {
	begin, end, wrongSpan := o.span(c)
	troubles, wrongFaults := o.troubles(c, begin)
	c, names, wrongTargets := p.simulated(ctx, c, o.Targets)
	if err := errors.Join(wrongSpan, wrongFaults, wrongTargets); err != nil {
		return nil, end, err
	}
	agendaOf := func(c *config.Config) (agenda, error) { return dues(c, names...) }
	due, err := agendaOf(c)
	if err != nil {
		return nil, end, err
	}
	if _, targets := due(begin); len(targets) == 0 {
		return nil, end, message.New("option.value", "sim.never_due", message.Args{"entry": strings.Join(o.Targets, ", ")})
	}
	s := newStore(p, "", c)
	s.furnish()
	s.now = begin
	s.diary = newDiary(s, o.Whole)
	s.diary.lived = o.Lived
	s.diary.begin()
	life := &calendar{store: s, due: due, dues: agendaOf, tell: s.diary.told}
	life.awake()
	for _, t := range troubles {
		t.befall(life, begin, o.Days)
	}
	return life, end, nil
}

// troubles are the faults that were asked for, or all that is wrong with them.
func (o Simulation) troubles(c *config.Config, begin time.Time) (all []trouble, err error) {
	var wrong []error
	for _, text := range o.Faults {
		t, err := troubleOf(text)
		if err == nil {
			err = t.check(c, begin, o.Days)
			t.day = cmp.Or(t.day, o.Day) // what is wrong with that day is told once
		}
		wrong, all = append(wrong, err), append(all, t)
	}
	return all, errors.Join(wrong...)
}

// span is from the beginning of the first business day to the end of the last.
func (o Simulation) span(c *config.Config) (begin, end time.Time, err error) {
	var wrong []error
	switch {
	case o.Days < 1 || o.Days > MostDays:
		wrong = append(wrong, message.New("option.value", "sim.no_days", message.Args{"days": o.Days, "most": MostDays}))
	case o.Day < 0 || o.Day > o.Days:
		wrong = append(wrong, message.New("option.value", "sim.fault_day", message.Args{"day": o.Day, "days": o.Days}))
	}
	first, err := time.Parse(time.DateOnly, o.From)
	if err != nil {
		wrong = append(wrong, message.New("option.value", "sim.no_date", message.Args{"text": o.From}))
	}
	store := c.Store
	at := func(n int) time.Time {
		return time.Date(first.Year(), first.Month(), first.Day()+n, 0, int(store.DayStarts/time.Minute), 0, 0, store.Location)
	}
	return at(0), at(o.Days).Add(-1), errors.Join(wrong...)
}

// simulated is the configuration to simulate, and the entries that run in it.
func (p *Program) simulated(ctx context.Context, c *config.Config, targets []string) (*config.Config, []string, error) {
	var entries []string
	for _, e := range run.Entries(c) {
		entries = append(entries, e.Name)
	}
	var wrong []error
	for _, target := range targets {
		switch {
		case slices.Contains(entries, target):
		case len(targets) == 1 && strings.Contains(target, ":"):
			c, err := p.rotation(ctx, c, target)
			return c, targets, err
		default:
			wrong = append(wrong, message.New("arg.value", "sim.no_target", message.Args{"name": target, "known": orElse(strings.Join(entries, ", "), "-")}))
		}
	}
	return c, targets, errors.Join(wrong...)
}

// rotation is the store with its first destination alone, which keeps by a script's policy, and the standard backup at ten
// every night.
func (p *Program) rotation(ctx context.Context, c *config.Config, policy string) (*config.Config, error) {
	host := &run.Host{Config: c, Builtin: p.Builtin, Now: func() time.Time { return time.Time{} }}
	if err := host.CheckPolicy(ctx, policy); err != nil {
		return nil, err
	}
	if len(c.Destinations) == 0 {
		return nil, message.New("option.missing", "sim.no_destination", nil)
	}
	own, where := *c, c.Destinations[0]
	where.Keep = &config.Keep{Script: policy}
	own.Destinations, own.Backup = []config.Destination{where}, nil
	own.Cron = []config.Cron{{
		Name: policy, Run: standardBackup, Schedule: []string{"0 22 * * *"}, Params: map[string]any{"to": []any{where.Name}},
	}}
	return &own, nil
}

// told ends a simulation in which nothing can ever go well: a script that can not run, or may not.
func (d *diary) told(o *run.Outcome) error {
	if o.Err != nil && (run.ExitCode(o) == run.ExitWrong || strings.HasPrefix(message.Code(o.Err), "cap.")) {
		return o.Err
	}
	d.ran(o)
	return nil
}
