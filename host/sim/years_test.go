package sim

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/run"
)

// Two years of nights in which everything happens to the time: clocks go forward and back and are abolished, a leap day, the
// store moves to another zone, the battery dies, a technician mistypes the year.
func TestTwoYearsOfEveryKindOfTime(t *testing.T) {
	for name, c := range map[string]struct{ zone, moved, at, from, leap string }{
		// Brazil had daylight saving until February 2019, and from then on none.
		"Brazil before and after its last summer time": {"America/Sao_Paulo", "America/Manaus", "00:30", "2018-03-01", "2020-02-29"},
		"Portugal, which has it, and then the Azores":  {"Europe/Lisbon", "Atlantic/Azores", "01:30", "2027-03-01", "2028-02-29"},
		"a zone with half an hour of it":               {"Australia/Lord_Howe", "Australia/Brisbane", "02:15", "2026-09-01", "2028-02-29"},
	} {
		t.Run(name, func(t *testing.T) { twoYears(t, c.zone, c.moved, c.at, c.from, c.leap) })
	}
}

// twoYears run at a time of day that a change of clocks skips, or gives twice.
func twoYears(t *testing.T, zone, moved, due, from, leap string) {
	at, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	p := program(t)
	c := storeOf(t, p, strings.Replace(shop, "22:00", due, 1), nil)
	c.Store.Location = at
	life, end, err := p.life(t.Context(), c, Simulation{
		Targets: []string{"backup"}, From: from, Days: 731,
		Faults: []string{"clock:-10y/4d@100", "clock:+9y/3d@250", "stamp:-10y@400", "stamp:+9y@420", "zone:" + moved + "@501", "off:20d@600"},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &watch{t: t, store: life.store, days: map[string]string{}}
	life.tell = w.after(life.tell)
	if err := life.pass(t.Context(), end); err != nil {
		t.Fatal(err)
	}
	d := life.store.diary
	d.close(d.today())
	if len(d.days) != 731 || len(d.lacks) > 0 {
		t.Errorf("%d days, lacks %+v", len(d.days), d.lacks)
	}
	neverStorms(t, &Simulated{Days: d.days})
	if !slices.Contains(slices.Collect(maps.Values(w.days)), leap) {
		t.Errorf("there never was a copy of %s", leap)
	}
	for _, day := range d.days {
		off := day.N >= 600 && day.N < 620
		if day.Made != 1 && !off || day.Failed > 0 {
			t.Errorf("%s: %d made, %d failed", day.Day, day.Made, day.Failed)
		}
		// Seven days, four weeks, six months, what the doubted clocks keep, and what the breaker puts off.
		if here := day.Shelves[0]; here.Verified > 7+4+6+9+4 {
			t.Errorf("%s: the rotation stalls, %d lie there", day.Day, here.Verified)
		}
		if here := day.Shelves[0]; day.N >= 3 && (here.Verified < 3 || !off && here.Newest != day.Day) {
			t.Errorf("%s: %+v", day.Day, here)
		}
	}
}

// watch looks at the store after each run.
type watch struct {
	t     *testing.T
	store *Store
	days  map[string]string // the business day of each copy as it was recorded, by its id
}

// after holds that no copy's day ever changes, that under a right clock each night has the day that people call it by, and
// that the newest verified copy is always there.
func (w *watch) after(tell func(*run.Outcome) error) func(*run.Outcome) error {
	return func(o *run.Outcome) error {
		for _, c := range w.store.copies {
			recorded, known := w.days[c.ID]
			if w.days[c.ID] = c.Day; known && recorded != c.Day {
				w.t.Errorf("copy %s was of %s, and is of %s", c.Seq, recorded, c.Day)
			}
		}
		newest := w.store.copies[len(w.store.copies)-1]
		if want := w.store.diary.day(); w.store.skew == 0 && newest.Day != want {
			w.t.Errorf("copy %s is of %s, on %s", newest.Seq, newest.Day, want)
		}
		for _, where := range []string{"local", "rede"} {
			if here := newest.At(where); here.Number() != w.store.seq || w.store.diary.state(newest, shelfKey{where, "loja"}) != copies.Verified {
				w.t.Errorf("the newest copy at %s is %s, %s", where, here.Seq, here.State)
			}
		}
		return tell(o)
	}
}
