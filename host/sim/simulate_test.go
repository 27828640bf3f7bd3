package sim

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/copies"
)

// shop is a store of one database and two destinations, with the standard backup every night at ten.
const shop = `
[store]
id = "loja"
name = "Loja Centro"
timezone = "America/Sao_Paulo"
language = "pt-BR"

[database.loja]
path = "C:/DJ/LOJA.FDB"

[destination.local]
path = "C:/Copias"
keep = { daily = 7, weekly = 4, monthly = 6 }

[destination.rede]
path = '\\servidor\copias'
keep = { daily = 7, weekly = 4, monthly = 6 }

[backup]
at = ["22:00"]
to = ["local", "rede"]
`

// storeOf is the configuration of a store with that djscript.toml, and these scripts.
func storeOf(t testing.TB, p *Program, text string, scripts map[string]string) *config.Config {
	t.Helper()
	dir := t.TempDir()
	for name, source := range scripts {
		path := filepath.Join(dir, "scripts", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := config.Parse("djscript.toml", dir, []byte(text), p.Defaults, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// lived is a store that has lived through a simulation.
func lived(t testing.TB, text string, o Simulation) *Simulated {
	t.Helper()
	p := program(t)
	if o.From == "" {
		o.From = "2026-01-01"
	}
	if o.Targets == nil {
		o.Targets = []string{"backup"}
	}
	s, err := p.Simulate(t.Context(), storeOf(t, p, text, nil), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// living is a shop on the morning of its first day, 2026-01-01.
func living(t testing.TB, text string, days int) *calendar {
	t.Helper()
	p := program(t)
	life, _, err := p.life(t.Context(), storeOf(t, p, text, nil), Simulation{Targets: []string{"backup"}, From: "2026-01-01", Days: days})
	if err != nil {
		t.Fatal(err)
	}
	return life
}

// proving is a shop whose copies are proven on the next night.
var proving = strings.Replace(shop, `to = ["local", "rede"]`, `to = ["local", "rede"]
verify = "later"

[[cron]]
name = "prova"
schedule = ["0 23 * * *"]
run = "default:prove"`, 1)

// Two hundred days, and one of the eight everyday faults. Whatever it is, as many good copies are left as the rules want in
// ordinary times, and the newest is no older than the fault itself.
func TestTheEightFaultsLeaveTwelveGoodCopies(t *testing.T) {
	for name, c := range map[string]struct {
		shop   string
		faults []string
		newest int // the day of the newest good copy
	}{
		"A: an ordinary time":                             {shop, nil, 200},
		"B: off for 45 days, then one copy":               {shop, []string{"off:45d@155"}, 200},
		"B2: off for 45 days, and then nothing works":     {shop, []string{"off:45d@151", "failing:5d@196"}, 150},
		"C: 45 days of failures":                          {shop, []string{"failing:45d@156"}, 155},
		"D: 45 days of bad copies":                        {shop, []string{"bad:45d@156"}, 155},
		"D2: bad copies, proven later":                    {proving, []string{"bad:45d@156"}, 155},
		"E: one stamp nine years ahead, then 20 days":     {shop, []string{"stamp:+9y@180"}, 200},
		"F: ten days stamped 2015, and put right":         {shop, []string{"clock:2015-01-01/10d@181"}, 200},
		"F2: ten days stamped 2015, and not put right":    {shop, []string{"clock:2015-01-01@191"}, 200},
		"G: sixty runs by hand in an hour":                {shop, []string{"manual:60@199"}, 200},
		"the drives are full, and the trash makes room":   {shop, []string{"full@156"}, 200},
		"everything at once, and then a night that works": {shop, []string{"off:20d@100", "clock:-10y/30d@125", "bad:20d@160", "failing:19d@181"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			targets := []string{"backup"}
			if c.shop == proving {
				targets = append(targets, "prova")
			}
			s := lived(t, c.shop, Simulation{Targets: targets, From: "2025-12-17", Days: 200, Faults: c.faults})
			if len(s.Lacks) > 0 || len(s.Days) != 200 {
				t.Errorf("%d days, lacks %+v", len(s.Days), s.Lacks)
			}
			for _, shelf := range s.Days[199].Shelves {
				if shelf.Verified < 12 || shelf.Newest != s.Days[c.newest-1].Day || shelf.Oldest > "2026-04" {
					t.Errorf("in the end %+v", shelf)
				}
			}
			neverStorms(t, s)
		})
	}
}

// neverStorms holds that no more goes in a night than a fifth of what there is, or three, and that what goes was paid for.
func neverStorms(t *testing.T, s *Simulated) {
	t.Helper()
	gone, verified := map[string]int{}, 0
	for i, d := range s.Days {
		verified += d.Verified
		today := map[string]int{}
		for _, one := range d.Drop {
			today[one.Destination]++
			gone[one.Destination]++
		}
		for _, shelf := range d.Shelves {
			before := 0
			if i > 0 {
				before = s.Days[i-1].Shelves[0].Verified + s.Days[i-1].Shelves[0].Others
			}
			if most := max(3, (before+d.Made)/5) * max(1, d.Runs); today[shelf.Destination] > most {
				t.Errorf("%s: %d went at %s in one day, of %d", d.Day, today[shelf.Destination], shelf.Destination, before+d.Made)
			}
			if gone[shelf.Destination] > verified+10 {
				t.Errorf("%s: %d went at %s, and %d were ever proven", d.Day, gone[shelf.Destination], shelf.Destination, verified)
			}
		}
	}
}

// Fifteen copies a day for a month, and ten days off: rotation neither stalls nor storms.
func TestAMonthOfManyCopiesAndTenDaysOff(t *testing.T) {
	busy := strings.Replace(shop, `at = ["22:00"]`, "from = \"08:00\"\nuntil = \"22:00\"\nevery = \"60m\"", 1)
	s := lived(t, busy, Simulation{Days: 60, Faults: []string{"off:10d@31"}})
	if made := s.Days[0].Made; made != 15 {
		t.Fatalf("%d copies a day", made)
	}
	neverStorms(t, s)
	for _, d := range s.Days {
		for _, shelf := range d.Shelves {
			off := d.N > 30 && d.N <= 40
			switch {
			case off && (d.Made > 0 || len(d.Drop) > 0):
				t.Errorf("%s: %d made and %d dropped while the PC is off", d.Day, d.Made, len(d.Drop))
			case d.N > 3 && shelf.Verified > 7+4+6+15:
				t.Errorf("%s: the rotation stalls, %d lie at %s", d.Day, shelf.Verified, shelf.Destination)
			case d.N > 8 && shelf.Verified < 7:
				t.Errorf("%s: only %d lie at %s", d.Day, shelf.Verified, shelf.Destination)
			}
		}
	}
	if len(s.Lacks) > 0 {
		t.Errorf("lacks %+v", s.Lacks)
	}
}

func TestASimulationIsTheSameEachTime(t *testing.T) {
	o := Simulation{Days: 40, Faults: []string{"clock:-10y/5d", "manual:9@30"}, Whole: true}
	if diff := cmp.Diff(lived(t, shop, o), lived(t, shop, o), cmp.AllowUnexported(Shelf{})); diff != "" {
		t.Error(diff)
	}
}

// What must never be is seen where it is: copies that vanish by no drop, and drops below the floor.
func TestALackIsSeen(t *testing.T) {
	s := living(t, shop, 30)
	s.at(s.store.world().AddDate(0, 0, 12), simply(func(c *calendar) {
		c.store.copies = nil
		c.store.faults = []*planned{{op: "copy.create", code: "gbak.failed", left: -1}}
	}))
	if err := s.pass(t.Context(), s.store.world().AddDate(0, 0, 20)); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(s.store.diary.lacks, Lack{Day: "2026-01-13", Database: "loja", Floor: 1}) {
		t.Errorf("lacks %+v", s.store.diary.lacks)
	}

	s = living(t, shop, 30)
	s.at(s.store.world().AddDate(0, 0, 12), simply(func(c *calendar) {
		for _, copy := range c.store.visible()[1:] {
			shelf{c.store}.drop("local", copy.At("local"), "nobody knows", copy.Day)
		}
	}))
	if err := s.pass(t.Context(), s.store.world().AddDate(0, 0, 12)); err != nil {
		t.Fatal(err)
	}
	want := []Lack{{Day: "2026-01-13", Destination: "local", Database: "loja", Verified: 2, Floor: 3}}
	if diff := cmp.Diff(want, s.store.diary.lacks); diff != "" {
		t.Error(diff)
	}
}

// weekly is a shop that also copies to five drives, one for each working day.
var weekly = strings.Replace(strings.Replace(shop, `to = ["local", "rede"]`, `to = ["local", "pendrive"]`, 1), "[backup]", `[destination.pendrive]
drive = { enrolled = "AZUL" }
set = ["mon", "tue", "wed", "thu", "fri"]
keep = { weekdays = ["mon", "tue", "wed", "thu", "fri"], weekly = 4 }

[backup]`, 1)

// Five drives are one destination: what lies on those in the drawer counts, and stays as it is.
func TestDrivesOfWeekdaysAreOneDestination(t *testing.T) {
	s := lived(t, weekly, Simulation{Days: 90})
	last := s.Days[89].Shelves[2]
	if last.Destination != "pendrive" || last.Verified < 7 || last.Newest != s.Days[89].Day || len(s.Lacks) > 0 {
		t.Errorf("in the end %+v, lacks %+v", last, s.Lacks)
	}
	for _, d := range s.Days[30:] {
		if there := d.Shelves[2].Verified; there < 7 || there > 25 { // a week and four, and what can not be reached until its drive comes
			t.Errorf("%s: %+v", d.Day, d.Shelves[2])
		}
	}

	life := living(t, weekly, 30)
	if err := life.pass(t.Context(), life.store.world().AddDate(0, 0, 12)); err != nil { // up to the night of a Monday
		t.Fatal(err)
	}
	on := map[string]int{}
	for _, c := range life.store.copies {
		for _, p := range c.Places {
			if p.Destination == "pendrive" {
				on[p.Drive]++
			}
		}
	}
	// 2026-01-01 was a Thursday; on a weekend Friday's drive stays in its slot.
	want := map[string]int{"pendrive-thu": 2, "pendrive-fri": 6, "pendrive-mon": 2, "pendrive-tue": 1, "pendrive-wed": 1}
	if diff := cmp.Diff(want, on); diff != "" {
		t.Error(diff)
	}
	seen := life.store.visible()
	offline := 0
	for _, c := range seen {
		for _, p := range c.At("pendrive").Places {
			if p.State == copies.Offline {
				offline++
			}
		}
	}
	if offline == 0 {
		t.Error("what lies in the drawer is not seen")
	}
}

// Whoever forgets to change the drives has all copies on one: the others keep what they had.
func TestAForgottenChangeOfDrivesLosesNothing(t *testing.T) {
	life := living(t, weekly, 60)
	life.at(life.store.world().AddDate(0, 0, 20), simply(func(c *calendar) { c.store.careless++ }))
	if err := life.pass(t.Context(), life.store.world().AddDate(0, 0, 34)); err != nil {
		t.Fatal(err)
	}
	on := map[string]int{}
	for _, c := range life.store.copies[max(0, len(life.store.copies)-10):] {
		for _, p := range c.At("pendrive").Places {
			on[p.Drive]++
		}
	}
	if diff := cmp.Diff(map[string]int{"pendrive-tue": 10}, on); diff != "" { // 2026-01-20 was a Tuesday
		t.Error(diff)
	}

	s := lived(t, weekly, Simulation{Days: 120, Faults: []string{"wrong:40d@60"}})
	before, after := s.Days[58].Shelves[2], s.Days[98].Shelves[2]
	if len(s.Lacks) > 0 || after.Verified < before.Verified-3 || after.Newest != s.Days[98].Day {
		t.Errorf("before %+v, after %+v, lacks %+v", before, after, s.Lacks)
	}
}

// A policy that would keep one copy meets the floor, whatever befalls the store: there never are fewer than three.
func TestTheFloorHoldsInASimulation(t *testing.T) {
	greedy := strings.ReplaceAll(shop, "{ daily = 7, weekly = 4, monthly = 6 }", "{ last = 1 }")
	s := lived(t, greedy, Simulation{Days: 60, Faults: []string{"off:20d@10", "clock:-10y/5d@40", "manual:20@50"}})
	for _, shelf := range s.Days[59].Shelves {
		if shelf.Least != 3 || shelf.Verified < 3 || shelf.Dropped < 40 {
			t.Errorf("in the end %+v", shelf)
		}
	}
	if len(s.Lacks) > 0 {
		t.Errorf("lacks %+v", s.Lacks)
	}
}

// Whoever makes the policy narrower after a year loses little at once: what goes is paid for, one by one.
func TestDropsArePaidFor(t *testing.T) {
	life := living(t, strings.ReplaceAll(shop, "{ daily = 7, weekly = 4, monthly = 6 }", "{ daily = 90 }"), 200)
	life.at(life.store.world().AddDate(0, 0, 90), func(_ context.Context, c *calendar) error {
		narrow := *c.store.config
		narrow.Destinations = slices.Clone(narrow.Destinations)
		for i := range narrow.Destinations {
			narrow.Destinations[i].Keep = &config.Keep{Policies: []config.Policy{{Last: 3}}}
		}
		c.store.use(&narrow)
		return nil
	})
	if err := life.pass(t.Context(), life.store.world().AddDate(0, 0, 120)); err != nil {
		t.Fatal(err)
	}
	d := life.store.diary
	d.close(d.today())
	gone, made := 0, 0
	for _, day := range d.days {
		gone, made = gone+len(day.Drop)/2, made+day.Made
		if gone > 10+made {
			t.Errorf("%s: %d went, %d were made", day.Day, gone, made)
		}
		if day.N > 95 && len(day.Drop)/2 > 18 {
			t.Errorf("%s: %d went at once", day.Day, len(day.Drop)/2)
		}
	}
	if gone < 20 || d.days[95].Shelves[0].Verified < 55 {
		t.Errorf("%d went; after five nights there were %d", gone, d.days[95].Shelves[0].Verified)
	}
}

func TestManyRunsByHand(t *testing.T) {
	s := lived(t, shop, Simulation{Days: 20, Faults: []string{"manual:30@10"}})
	if day := s.Days[9]; day.Made != 31 || day.Runs != 31 || day.Shelves[0].Oldest != "2026-01-04" {
		t.Errorf("%d runs, %d made, %+v", day.Runs, day.Made, day.Shelves[0])
	}
	if last := s.Days[19].Shelves[0]; last.Verified > 31 || last.Newest != "2026-01-20" {
		t.Errorf("in the end %+v", last)
	}
}
