package sim

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/schedule"
)

// Day is what happened on one business day of a simulation, and what there was when it ended.
type Day struct {
	N        int               `json:"n"`
	Day      string            `json:"day"`
	Clock    string            `json:"clock,omitempty"` // the day that the PC believed in at its last run, where that is another
	Faults   []string          `json:"faults"`          // that began on this day
	Runs     int               `json:"runs"`
	Failed   int               `json:"failed"`
	Degraded int               `json:"degraded"`
	Made     int               `json:"made"`
	Verified int               `json:"verified"`
	Shelves  []Shelf           `json:"shelves"`
	Drop     []Dropped         `json:"drop"`
	Keep     []Lying           `json:"keep,omitempty"` // where every copy was asked for
	Guards   []primitive.Guard `json:"guards"`         // each once
}

// Shelf is what lies at one destination of one database's copies. Days are those of the world.
type Shelf struct {
	Destination string `json:"destination"`
	Database    string `json:"database"`
	Verified    int    `json:"verified"`
	Others      int    `json:"others"` // not proven, or bad
	Oldest      string `json:"oldest"` // of the verified ones, by the order in which they were made; "" where there is none
	Newest      string `json:"newest"`
	Least       int    `json:"least"`   // the fewest verified ones since the first was dropped here; 0 while none was
	Dropped     int    `json:"dropped"` // so far

	days []string // of the verified ones, newest first
}

// Days are the business days of the verified copies, newest first.
func (s Shelf) Days() []string { return slices.Clone(s.days) }

// Dropped is a copy that was given up.
type Dropped struct {
	Destination string `json:"destination"`
	Database    string `json:"database"`
	Seq         string `json:"seq"`
	Day         string `json:"day"` // business day, as the copy has it
	State       string `json:"state"`
	Why         string `json:"why"`
}

// Lying is a copy that stays, and why.
type Lying struct {
	Destination string   `json:"destination"`
	Database    string   `json:"database"`
	Seq         string   `json:"seq"`
	Day         string   `json:"day"`
	State       string   `json:"state"`
	Class       string   `json:"class"`
	Why         []string `json:"why"` // as the last rotation of the day said it; none where there was no rotation
}

// Lack is a moment at which there were fewer verified copies than the guards promise: it must never come.
type Lack struct {
	Day         string `json:"day"`
	Destination string `json:"destination,omitempty"` // "": everywhere
	Database    string `json:"database"`
	Verified    int    `json:"verified"`
	Floor       int    `json:"floor"`
}

// diary writes down what happens in a simulation. A nil diary writes nothing.
type diary struct {
	store *Store
	whole bool           // with every copy that stays
	lived func(days int) // called after each day; nil: nobody looks

	days   []*Day
	lacks  []Lack
	born   map[string]string // business day of the world on which a copy was made, by its id
	proved map[string]int    // copies of a database that were ever verified
	given  map[shelfKey]*given
	plans  []primitive.Decision // of today
}

type shelfKey struct{ destination, database string }

// given is what was given up at a shelf.
type given struct {
	all      int
	verified map[string]int // by class
	least    int
}

func newDiary(s *Store, whole bool) *diary {
	return &diary{store: s, whole: whole, born: map[string]string{}, proved: map[string]int{}, given: map[shelfKey]*given{}}
}

// begin opens the first day.
func (d *diary) begin() { d.days = append(d.days, d.blank(1, d.day())) }

func (d *diary) blank(n int, day string) *Day {
	return &Day{N: n, Day: day, Faults: []string{}, Drop: []Dropped{}, Guards: []primitive.Guard{}}
}

// day is the world's business day.
func (d *diary) day() string { return d.store.businessDay(d.store.world()) }

// today is the page of the world's business day; pages before it are closed, also those on which nothing happened.
func (d *diary) today() *Day {
	day := d.day()
	for {
		last := d.days[len(d.days)-1]
		if last.Day >= day {
			return last
		}
		d.close(last)
		if d.lived != nil {
			d.lived(last.N)
		}
		next, _ := time.Parse(time.DateOnly, last.Day) // ours
		d.days = append(d.days, d.blank(last.N+1, next.AddDate(0, 0, 1).Format(time.DateOnly)))
	}
}

// turn turns the pages up to the world's day, before anything happens on it.
func (d *diary) turn() {
	if d != nil {
		d.today()
	}
}

// close writes what there is when a day ends, and what the guards said on it.
func (d *diary) close(page *Day) {
	page.Shelves = d.shelves()
	for _, plan := range d.plans {
		for _, g := range plan.Guards() {
			if !slices.ContainsFunc(page.Guards, func(known primitive.Guard) bool { return known.Key == g.Key }) {
				page.Guards = append(page.Guards, g)
			}
		}
	}
	if d.whole {
		page.Keep = d.lying()
	}
	d.plans = nil
}

// shelves are the copies at each destination, of each database.
func (d *diary) shelves() []Shelf {
	var all []Shelf
	for _, where := range d.store.config.Destinations {
		for _, database := range d.store.config.Databases {
			all = append(all, d.shelf(shelfKey{where.Name, database.Name}))
		}
	}
	return all
}

func (d *diary) shelf(key shelfKey) Shelf {
	s := Shelf{Destination: key.destination, Database: key.database}
	for _, c := range slices.Backward(d.store.copies) {
		switch state := d.state(c, key); state {
		case "":
		case copies.Verified:
			s.days = append(s.days, d.born[c.ID])
		default:
			s.Others++
		}
	}
	if s.Verified = len(s.days); s.Verified > 0 {
		s.Newest, s.Oldest = s.days[0], s.days[s.Verified-1]
	}
	if gone := d.given[key]; gone != nil {
		s.Dropped, s.Least = gone.all, gone.least
	}
	return s
}

// state is that of a copy at a shelf, whether or not anybody can reach it now; "" where it does not lie there.
func (d *diary) state(c *copies.Copy, key shelfKey) string {
	if c.Database != key.database {
		return ""
	}
	for _, p := range c.Places {
		if p.Destination == key.destination && p.State != copies.Trashed {
			return stateOf(copies.Copy{Places: []copies.Place{p}, Proof: c.Proof})
		}
	}
	return ""
}

// lying is every copy that stays, with the reasons that the day's rotations gave.
func (d *diary) lying() []Lying {
	why := map[string]map[string][]string{}
	for _, plan := range d.plans {
		why[plan.Where] = plan.Keep()
		maps.Copy(why[plan.Where], plan.Deferred())
	}
	all := []Lying{}
	for _, where := range d.store.config.Destinations {
		for _, c := range slices.Backward(d.store.copies) {
			state := d.state(c, shelfKey{where.Name, c.Database})
			if state == "" {
				continue
			}
			reasons := why[where.Name][c.ID]
			if reasons == nil {
				reasons = []string{}
			}
			all = append(all, Lying{Destination: where.Name, Database: c.Database, Seq: c.Seq, Day: c.Day, State: state, Class: c.Class, Why: reasons})
		}
	}
	return all
}

// made writes down a new copy.
func (d *diary) made(c *copies.Copy) {
	if d == nil {
		return
	}
	page := d.today()
	page.Made++
	d.born[c.ID] = page.Day
}

// proven writes down a copy that was verified.
func (d *diary) proven(c *copies.Copy) {
	if d == nil {
		return
	}
	d.today().Verified++
	d.proved[c.Database]++
}

// dropped writes down a copy that was given up, and looks at what is left.
func (d *diary) dropped(where string, c copies.Copy, why string) {
	if d == nil {
		return
	}
	page, key := d.today(), shelfKey{where, c.Database}
	page.Drop = append(page.Drop, Dropped{Destination: where, Database: c.Database, Seq: c.Seq, Day: c.Day, State: c.State, Why: why})
	gone := d.given[key]
	if gone == nil {
		gone = &given{verified: map[string]int{}, least: math.MaxInt}
		d.given[key] = gone
	}
	gone.all++
	if c.State == copies.Verified {
		gone.verified[c.Class]++
	}
	d.look(page)
}

// befell writes down a fault that begins.
func (d *diary) befell(t trouble) {
	if d == nil {
		return
	}
	page := d.today()
	page.Faults = append(page.Faults, t.text)
}

// decided writes down what a rotation decided.
func (d *diary) decided(plan primitive.Decision) {
	if d == nil {
		return
	}
	d.plans = append(d.plans, plan)
}

// ran writes down how a run went.
func (d *diary) ran(o *run.Outcome) {
	page := d.today()
	page.Runs++
	switch {
	case run.ExitCode(o) == run.ExitSkipped:
	case o.Err != nil:
		page.Failed++
	case len(o.Degraded) > 0:
		page.Degraded++
	}
	page.Clock = ""
	if believed := d.store.businessDay(d.store.now); believed != page.Day {
		page.Clock = believed
	}
	d.look(page)
}

// look asks whether there is what the guards promise: of each class as many verified copies as its floor, or all that there
// ever were, and of each database at least one from its first on.
func (d *diary) look(page *Day) {
	left := map[string]int{} // verified copies of a database, wherever they lie
	for _, where := range d.store.config.Destinations {
		for _, database := range d.store.config.Databases {
			left[database.Name] += d.lookAt(page, shelfKey{where.Name, database.Name})
		}
	}
	for _, database := range d.store.config.Databases {
		if d.proved[database.Name] > 0 && left[database.Name] == 0 {
			d.lack(Lack{Day: page.Day, Database: database.Name, Floor: 1})
		}
	}
}

// lookAt looks at one shelf, and counts its verified copies.
func (d *diary) lookAt(page *Day, key shelfKey) int {
	all, of := 0, map[string]int{}
	for _, c := range d.store.copies {
		if d.state(c, key) == copies.Verified {
			of[c.Class]++
			all++
		}
	}
	gone := d.given[key]
	if gone == nil {
		return all
	}
	gone.least = min(gone.least, all)
	floor := run.Floor(d.store.config, key.destination)
	for class, lost := range gone.verified {
		if lost > 0 && of[class] < floor {
			d.lack(Lack{Day: page.Day, Destination: key.destination, Database: key.database, Verified: of[class], Floor: floor})
		}
	}
	return all
}

// lack writes it down once a day.
func (d *diary) lack(l Lack) {
	same := func(known Lack) bool {
		return known.Day == l.Day && known.Destination == l.Destination && known.Database == l.Database
	}
	if !slices.ContainsFunc(d.lacks, same) {
		d.lacks = append(d.lacks, l)
	}
}

// businessDay is the store's day at an instant.
func (s *Store) businessDay(at time.Time) string {
	return schedule.BusinessDay(at, s.config.Store.Location, s.config.Store.DayStarts)
}
