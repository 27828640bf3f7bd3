package primitive

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/retention"
)

const (
	// MostNights is how far ahead a rotation is foreseen.
	MostNights = 400
	// So many copies are judged to foresee, by rules or by a function of a script: a person waits for it. Of a destination
	// that has ten thousand, some weeks are enough.
	mostJudged = 400_000
	mostAsked  = 16_000
	// The nights to come are like those of the last weeks.
	rhythmWeeks = 4
)

// Ahead is what nights to come would bring to a destination: each the proven copies that such a night brought in the
// last weeks, and the rotation after them.
type Ahead struct {
	Nights int               // that were foreseen
	Last   string            // the business day of the last of them; "" where there is none
	Goes   map[string]string // the business day on which a copy would go, by its id
	Gone   []copies.Copy     // in the order in which they would go
	After  *Rotation         // the destination as it would be then
}

// Ahead foresees so many nights.
func (d *Desk) Ahead(ctx context.Context, r *Rotation, nights int) (*Ahead, error) {
	after := r.clone()
	a := &Ahead{Goes: map[string]string{}, After: after}
	usual := rhythmOf(r)
	if usual == nil {
		return a, nil
	}
	first, most := usual.next(d.today), mostJudged
	if r.rule.fn != nil {
		most = mostAsked
	}
	for judged := 0; a.Nights < nights && judged < most; a.Nights++ {
		a.Last = dayText(first + a.Nights)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		made := usual.night(first + a.Nights)
		if len(made) == 0 {
			continue // nothing is proven that night, and so nothing goes
		}
		after.bring(made, usual.made, a.Last)
		plan, err := d.host.decide(after)
		if err != nil {
			return nil, err
		}
		for _, c := range after.oldestFirst(plan.Drop) {
			a.Goes[c.ID] = a.Last
			a.Gone = append(a.Gone, c)
			after.lose(c)
		}
		judged += len(after.known)
	}
	var err error
	after.Plan, err = d.host.decide(after)
	return a, err
}

// clone is a rotation of its own, to go on with.
func (r *Rotation) clone() *Rotation {
	own := *r
	own.Copies, own.known, own.Future = maps.Clone(r.Copies), slices.Clone(r.known), maps.Clone(r.Future)
	if own.Future == nil {
		own.Future = map[string]bool{}
	}
	own.changes = map[string][]retention.Change{}
	for database, all := range r.changes {
		own.changes[database] = slices.Clone(all)
	}
	return &own
}

// bring puts a night's copies there, each like one of the last weeks.
func (r *Rotation) bring(like []retention.Copy, made map[string]copies.Copy, day string) {
	var newest uint64
	for _, c := range r.known {
		newest = max(newest, c.Seq)
	}
	for i, c := range like {
		own := made[c.ID]
		c.Seq = newest + uint64(i) + 1
		c.ID, c.Day, c.Pin = fmt.Sprintf("%s-%d", day, c.Seq), day, nil
		c.At, c.Waived, c.Away, c.Busy, c.Checked = slices.Concat(c.At, c.To), nil, false, false, day
		if len(c.Created) > len(time.DateOnly) {
			c.Created = day + c.Created[len(time.DateOnly):]
		}
		own.ID, own.Seq, own.Day, own.Created, own.Name, own.Pinned = c.ID, strconv.FormatUint(c.Seq, 10), c.Day, c.Created, "", nil
		r.Copies[c.ID], r.Future[c.ID] = own, true
		r.known = append(r.known, c)
		r.changes[c.Database] = append(r.changes[c.Database], retention.Added)
	}
}

func (r *Rotation) lose(c copies.Copy) {
	delete(r.Copies, c.ID)
	r.known = slices.DeleteFunc(r.known, func(own retention.Copy) bool { return own.ID == c.ID })
	r.changes[c.Database] = append(r.changes[c.Database], retention.Dropped)
}

func (r *Rotation) oldestFirst(ids map[string][]retention.Reason) []copies.Copy {
	var all []copies.Copy
	for id := range ids {
		all = append(all, r.Copies[id])
	}
	slices.SortFunc(all, compareSeq)
	return all
}

// rhythm is which proven copies the days of the last weeks brought. Days are counted.
type rhythm struct {
	newest int
	period int
	days   map[int][]retention.Copy
	made   map[string]copies.Copy // by id
}

// rhythmOf is that of these copies: of the classes that come by themselves, not of those that somebody makes. Where they
// go back less than a week, every night brings one like the newest; nil where nothing is proven.
func rhythmOf(r *Rotation) *rhythm {
	w := &rhythm{days: map[int][]retention.Copy{}, made: maps.Clone(r.Copies)}
	oldest := 0
	for _, g := range retention.Groups(r.known) {
		for _, c := range slices.Backward(g.Copies) {
			day, ok := dayNumber(c.Day)
			if c.State != retention.Verified || c.Doubted || !ok || !slices.Contains(retention.DefaultClasses(), c.Class) {
				continue
			}
			if len(w.days) == 0 || day < oldest {
				oldest = day
			}
			if len(w.days) == 0 || day > w.newest {
				w.newest = day
			}
			w.days[day] = append(w.days[day], c)
		}
	}
	if len(w.days) == 0 {
		return nil
	}
	if weeks := (w.newest - oldest + 1) / 7; weeks > 0 {
		w.period = 7 * min(weeks, rhythmWeeks)
		return w
	}
	w.period, w.days = 1, map[int][]retention.Copy{w.newest: newestOfEach(w.days[w.newest])}
	return w
}

// newestOfEach is the newest of these copies of each unit.
func newestOfEach(all []retention.Copy) []retention.Copy {
	var found []retention.Copy
	for _, g := range retention.Groups(all) {
		found = append(found, g.Copies[0])
	}
	return found
}

// next is the first night to come: today's, where a shop was closed for some time and its clock can be believed.
func (w *rhythm) next(today string) int {
	day, ok := dayNumber(today)
	if ok && day > w.newest && day-w.newest <= MostNights {
		return day
	}
	return w.newest + 1
}

// night are the copies that a night to come is like.
func (w *rhythm) night(day int) []retention.Copy {
	periods := (day - w.newest + w.period - 1) / w.period
	return w.days[day-periods*w.period]
}

const daySeconds = 24 * 60 * 60

// dayNumber counts civil days; ok is false for what is no day.
func dayNumber(day string) (n int, ok bool) {
	t, err := time.Parse(time.DateOnly, day)
	return int(t.Unix() / daySeconds), err == nil
}

func dayText(n int) string { return time.Unix(int64(n)*daySeconds, 0).UTC().Format(time.DateOnly) }
