package sim

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

// Faults are those that can befall a simulated store, as people write them.
var Faults = []string{
	"off:45d", "failing:45d", "bad:45d", "clock:-10y", "clock:+9y/5d", "clock:2015-01-01/10d", "stamp:+9y", "manual:60", "full", "absent:pendrive:30d", "wrong:30d",
	"zone:America/Manaus",
}

const civilDay = 24 * time.Hour

// mostByHand is how often somebody may start a run within an hour: as often as its form has room for.
const mostByHand = 9999

// longest is how long a fault may last, and how wrong a clock may be.
const longest = 100 * 365 * civilDay

// trouble is one fault and when it comes.
type trouble struct {
	text  string // as it was written, without its day
	kind  string
	name  string        // of the destination that is away
	span  time.Duration // how long it lasts; 0: for good
	shift time.Duration // of the clock
	date  string        // that the clock shows, in the place of shift
	runs  int           // by hand, in one hour
	zone  string        // to which the store moves
	day   int           // from 1; 0: in the middle
}

const spanShape, clockShape = `(\d{1,5})([dwy])`, `(?:([+-]?)(\d{1,5})([dwy])|(\d{4}-\d\d-\d\d))`

// The forms of the faults, by their first word.
var troubleShapes = map[string]*regexp.Regexp{
	"off":     regexp.MustCompile(`^(?P<span>` + spanShape + `)$`),
	"failing": regexp.MustCompile(`^(?P<span>` + spanShape + `)$`),
	"bad":     regexp.MustCompile(`^(?P<span>` + spanShape + `)$`),
	"clock":   regexp.MustCompile(`^(?P<clock>` + clockShape + `)(?:/(?P<span>` + spanShape + `))?$`),
	"stamp":   regexp.MustCompile(`^(?P<clock>` + clockShape + `)$`),
	"manual":  regexp.MustCompile(`^(?P<runs>[1-9]\d{0,3})$`),
	"full":    regexp.MustCompile(`^$`),
	"wrong":   regexp.MustCompile(`^(?P<span>` + spanShape + `)$`),
	"zone":    regexp.MustCompile(`^(?P<zone>[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*)$`),
	"absent":  regexp.MustCompile(`^(?P<name>[a-z0-9_-]+):(?P<span>` + spanShape + `)$`),
}

var spanOnly, clockOnly = regexp.MustCompile(`^` + spanShape + `$`), regexp.MustCompile(`^` + clockShape + `$`)

// troubleOf understands a fault as a person writes it: "off:45d", "clock:-10y/5d@120".
func troubleOf(text string) (trouble, error) {
	whole, day, dated := strings.Cut(text, "@")
	kind, rest, _ := strings.Cut(whole, ":")
	shape := troubleShapes[kind]
	if shape == nil {
		return trouble{}, message.New("option.value", "sim.no_fault", message.Args{"text": text, "known": strings.Join(Faults, ", ")})
	}
	t := trouble{text: whole, kind: kind}
	n, err := strconv.Atoi(day)
	t.day = n
	m := shape.FindStringSubmatch(rest)
	if m == nil || strings.HasSuffix(whole, ":") || dated && (err != nil || n < 1) || !t.fill(shape, m) {
		args := message.Args{"text": text, "kind": kind, "known": strings.Join(examples(kind), ", "), "most": "", "spans": strings.Contains(shape.String(), spanShape)}
		if kind == "manual" {
			args["most"] = mostByHand
		}
		return trouble{}, message.New("option.value", "sim.bad_fault", args)
	}
	return t, nil
}

// examples are how a kind of fault is written.
func examples(kind string) []string {
	var all []string
	for _, one := range Faults {
		if name, _, _ := strings.Cut(one, ":"); name == kind {
			all = append(all, one, one+"@120")
		}
	}
	return all
}

// fill takes what the form found; false where it means nothing.
func (t *trouble) fill(shape *regexp.Regexp, found []string) bool {
	ok := true
	for i, name := range shape.SubexpNames() {
		text := found[i]
		switch {
		case text == "":
		case name == "name":
			t.name = text
		case name == "zone":
			t.zone = text
		case name == "runs":
			t.runs, _ = strconv.Atoi(text) // digits
		case name == "span":
			m := spanOnly.FindStringSubmatch(text)
			t.span = spanOf(m[1], m[2])
			ok = ok && t.span > 0 && t.span <= longest
		case name == "clock":
			ok = ok && t.fillClock(clockOnly.FindStringSubmatch(text))
		}
	}
	return ok
}

func (t *trouble) fillClock(m []string) bool {
	if t.date = m[4]; t.date != "" {
		_, err := time.Parse(time.DateOnly, t.date)
		return err == nil
	}
	t.shift = spanOf(m[2], m[3])
	if m[1] == "-" {
		t.shift = -t.shift
	}
	return t.shift != 0 && t.shift.Abs() <= longest
}

// spanOf is that many days, weeks or years; too long is a day more than the longest, since nanoseconds do not count as far.
func spanOf(digits, unit string) time.Duration {
	n, _ := strconv.Atoi(digits) // of five digits at most
	days := n * map[string]int{"d": 1, "w": 7, "y": 365}[unit]
	return time.Duration(min(days, int(longest/civilDay)+1)) * civilDay
}

// check refuses a fault that can not befall that store in so many days.
func (t trouble) check(c *config.Config, begin time.Time, days int) error {
	switch {
	case t.day > days && days > 0:
		return message.New("option.value", "sim.fault_day", message.Args{"day": t.day, "days": days})
	case t.date != "" && t.ahead(begin).Abs() > longest:
		return message.New("option.value", "sim.far_clock", message.Args{"text": t.text, "years": int(longest / civilDay / 365), "year": begin.Year()})
	case t.zone != "":
		_, err := config.Zone(t.zone)
		return err
	case t.kind == "wrong" && !slices.ContainsFunc(c.Destinations, func(d config.Destination) bool { return len(d.Set) > 1 }):
		return message.New("option.value", "sim.no_set", message.Args{"text": t.text})
	case t.name != "":
		_, err := c.Destination(t.name)
		return err
	}
	return nil
}

// befall plans the fault in a calendar: at its day, counted from the calendar's begin, else in the middle of that many days.
func (t trouble) befall(c *calendar, begin time.Time, days int) {
	when := begin.Add(time.Duration(days) * civilDay / 2)
	if t.day > 0 {
		when = begin.AddDate(0, 0, t.day-1)
	}
	begins, ends := t.turns()
	c.at(when, func(ctx context.Context, c *calendar) error {
		c.store.diary.befell(t)
		return begins(ctx, c)
	})
	if t.span > 0 {
		c.at(when.Add(t.span), ends)
	}
}

type change func(ctx context.Context, c *calendar) error

// turns are what begins the fault, and what ends it.
func (t trouble) turns() (begins, ends change) {
	switch t.kind {
	case "off":
		return simply(func(c *calendar) { c.off++ }), simply(func(c *calendar) { c.off--; c.awake() })
	case "failing":
		fault := &planned{op: "copy.create", code: "gbak.failed", left: -1}
		return simply(func(c *calendar) { c.store.faults = append(c.store.faults, fault) }), simply(func(c *calendar) {
			c.store.faults = slices.DeleteFunc(c.store.faults, func(f *planned) bool { return f == fault })
		})
	case "bad":
		return simply(func(c *calendar) { c.store.flawed++ }), simply(func(c *calendar) { c.store.flawed-- })
	case "clock":
		var by time.Duration
		return simply(func(c *calendar) { by = t.ahead(c.store.now); c.store.shift(by); c.awake() }),
			simply(func(c *calendar) { c.store.shift(-by); c.awake() })
	case "wrong":
		return simply(func(c *calendar) { c.store.careless++ }), simply(func(c *calendar) { c.store.careless-- })
	case "stamp":
		return simply(func(c *calendar) { c.stamp = t.ahead(c.store.now) }), nil
	case "manual":
		return t.byHand, nil
	case "zone":
		return t.moves, nil
	case "absent":
		return simply(func(c *calendar) { c.store.absent[t.name] = true }), simply(func(c *calendar) { delete(c.store.absent, t.name) })
	}
	return simply(func(c *calendar) { c.store.choke() }), nil // full
}

func simply(do func(*calendar)) change {
	return func(_ context.Context, c *calendar) error { do(c); return nil }
}

// moves makes the store one of another zone: its days and its schedule are those of there from now on.
func (t trouble) moves(_ context.Context, c *calendar) error {
	zone, err := config.Zone(t.zone)
	if err != nil {
		return err
	}
	moved := *c.store.config
	moved.Store.Location = zone
	c.store.use(&moved)
	if c.dues != nil {
		c.due, err = c.dues(&moved)
	}
	c.awake()
	return err
}

// ahead is how far the clock jumps: by a span, or to a date at the same time of day.
func (t trouble) ahead(now time.Time) time.Duration {
	if t.date == "" {
		return t.shift
	}
	day, _ := time.Parse(time.DateOnly, t.date) // it was read
	then := time.Date(day.Year(), day.Month(), day.Day(), now.Hour(), now.Minute(), now.Second(), 0, now.Location())
	return then.Sub(now.Truncate(time.Second))
}

// byHand is somebody who starts what is due next again and again, within one hour.
func (t trouble) byHand(ctx context.Context, c *calendar) error {
	_, targets := c.due(c.met)
	begin := c.store.world()
	for i := range t.runs {
		if len(targets) == 0 {
			break
		}
		c.reach(begin.Add(time.Duration(i) * time.Hour / time.Duration(t.runs)))
		if err := c.run(ctx, run.Request{Target: targets[0], Trigger: "manual"}); err != nil {
			return err
		}
	}
	return nil
}

// choke fills every drive that copies go to: something else took the room.
func (s *Store) choke() {
	for _, d := range s.config.Destinations {
		for _, on := range s.drives {
			if on.set == d.Name || on == s.driveOf(s.destination(d.Name).Path) {
				on.Free = 0
			}
		}
	}
}
