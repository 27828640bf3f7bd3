package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/retention"
)

// What becomes of a copy at a destination.
const (
	fateKeep  = "keep"
	fateDrop  = "drop"  // it goes at the next rotation
	fateLater = "later" // it is to go, and something puts it off
	fateTrash = "trash" // it went, and can come back
)

// fate is what becomes of one copy, and why.
type fate struct {
	ID       string   `json:"id"`
	Seq      string   `json:"seq"`
	Day      string   `json:"day"`
	Database string   `json:"database"`
	Class    string   `json:"class"`
	State    string   `json:"state"`
	Bytes    int64    `json:"bytes"`
	Fate     string   `json:"fate"`
	Reasons  []string `json:"reasons"`
	Goes     string   `json:"goes,omitempty"`   // the business day on which it would go, about
	Future   bool     `json:"future,omitempty"` // it is not made yet

	copy copies.Copy
	why  []retention.Reason
	unit string // what it is a copy of, where there are others of its database; "": there are none
}

// outlook is a destination, what becomes of the copies there, and when.
type outlook struct {
	Destination string   `json:"destination"`
	Copies      []fate   `json:"copies"` // newest first, those in the trash after them
	Gone        []fate   `json:"gone"`   // with --days: those that would have gone by then
	Guards      []string `json:"guards"`
	Hash        string   `json:"hash,omitempty"` // of the plan, where the breaker holds something of it back
	Held        int      `json:"held,omitempty"` // copies that it holds back
	Nights      int      `json:"nights"`         // that were foreseen
}

// look foresees a destination, as it is now or after so many nights.
func look(ctx context.Context, desk *primitive.Desk, where string, by *primitive.Pruning, days int) (*outlook, error) {
	r, err := desk.Plan(ctx, where, by)
	if err != nil {
		return nil, err
	}
	o := &outlook{Destination: where, Copies: []fate{}, Gone: []fate{}, Guards: []string{}}
	last := "" // the day that is shown; "" is today
	if days > 0 {
		soon, err := desk.Ahead(ctx, r, days)
		if err != nil {
			return nil, err
		}
		for _, c := range soon.Gone {
			o.Gone = append(o.Gone, fateOf(c, fateDrop, nil, soon.Goes[c.ID]))
		}
		r, last = soon.After, soon.Last
	}
	ahead, err := desk.Ahead(ctx, r, primitive.MostNights)
	if err != nil {
		return nil, err
	}
	o.Nights, o.Hash, o.Held = ahead.Nights, r.Hash(), r.Waiting()
	for _, g := range r.Guards {
		o.Guards = append(o.Guards, g.String())
	}
	for id, c := range r.Copies {
		f := fateOf(c, fateKeep, r.Keep[id], ahead.Goes[id])
		switch {
		case r.Drop[id] != nil:
			f = fateOf(c, fateDrop, r.Drop[id], "")
		case r.Deferred[id] != nil:
			f = fateOf(c, fateLater, r.Deferred[id], ahead.Goes[id])
		}
		f.Future = r.Future[id]
		o.Copies = append(o.Copies, f)
	}
	sortFates(o.Copies)
	nameUnits(o.Copies)
	trash, err := desk.Trash(ctx, where)
	for _, c := range trash {
		if f := binned(c.At(where)); f.Goes == "" || f.Goes >= last {
			o.Copies = append(o.Copies, f)
		}
	}
	return o, err
}

// nameUnits says of each copy what it is one of, where copies of one database are not all of the same: those of other
// companies, and those that leave something out, never stand in for one another.
func nameUnits(all []fate) {
	unit := func(f fate) retention.Copy {
		of := f.copy.Retained()
		return retention.Copy{Database: of.Database, Companies: of.Companies, Partial: of.Partial}
	}
	var groups []retention.Copy
	for _, f := range all {
		groups = append(groups, unit(f))
	}
	several := map[string]int{}
	for _, g := range retention.Groups(groups) {
		several[g.Unit.Database]++
	}
	for i, of := range groups {
		if several[of.Database] > 1 {
			companies := strings.ReplaceAll(of.Companies, ",", ", ")
			all[i].unit = message.Text("cli.unit", message.Args{"companies": companies, "partial": of.Partial})
		}
	}
}

// binned is a copy in the trash, with why it went and until when it can come back.
func binned(c copies.Copy) fate {
	f := fateOf(c, fateTrash, nil, "")
	for _, p := range c.Places {
		if f.Goes = p.LastDay; p.Why != "" {
			f.why = []retention.Reason{retention.Said(p.Why)}
			f.Reasons = []string{p.Why}
		}
	}
	return f
}

func fateOf(c copies.Copy, what string, why []retention.Reason, goes string) fate {
	f := fate{
		ID: c.ID, Seq: c.Seq, Day: c.Day, Database: c.Database, Class: c.Class, State: c.State, Bytes: bytesOf(c), Fate: what,
		Reasons: []string{}, Goes: goes, copy: c, why: why,
	}
	for _, r := range why {
		f.Reasons = append(f.Reasons, r.String())
	}
	return f
}

// sortFates puts the newest first.
func sortFates(all []fate) {
	slices.SortFunc(all, func(a, b fate) int {
		return cmp.Or(cmp.Compare(b.copy.Number(), a.copy.Number()), cmp.Compare(b.ID, a.ID))
	})
}

// telling are the reasons by how much they tell: a copy that is pinned stays for that and for nothing else, and one that
// is the last of its month outlives all that is said of its week.
var telling = []string{
	"retention.pinned", "retention.bad", "retention.unlike", "retention.unsure", "retention.doubted", "retention.newest_verified", "retention.newest", "",
	"retention.awaited", "retention.stale", "retention.yearly", "retention.monthly", "retention.weekly", "retention.within", "retention.daily",
	"retention.weekday", "retention.hourly", "retention.last", "retention.unproven", "retention.other_class", "retention.floor", "retention.device",
	"retention.arrived",
}

// because is the reason that tells most, as a clause for a shop owner.
func (f fate) because() string {
	if len(f.why) == 0 {
		return ""
	}
	rank := func(r retention.Reason) int {
		if i := slices.Index(telling, r.Key); i >= 0 {
			return i
		}
		return slices.Index(telling, "") // what a guard or a script says is said in its own words
	}
	return f.clause(slices.MinFunc(f.why, func(a, b retention.Reason) int { return rank(a) - rank(b) }))
}

// clauses say for a shop owner what the rules say in their own terms.
var clauses = map[string]string{
	"retention.pinned": "cli.why_pinned", "retention.newest_verified": "cli.why_newest", "retention.newest": "cli.why_newest_any",
	"retention.yearly": "cli.why_year", "retention.monthly": "cli.why_month", "retention.weekly": "cli.why_week", "retention.daily": "cli.why_day",
	"retention.hourly": "cli.why_hour", "retention.weekday": "cli.why_weekday", "retention.within": "cli.why_within", "retention.last": "cli.why_last",
	"retention.floor": "cli.why_floor", "retention.spare": "cli.why_spare", "retention.never_proven": "cli.why_never_proven",
	"retention.other_class": "cli.why_other_class", "retention.unlike": "cli.why_unlike",
	"retention.unsure": "cli.why_unsure", "retention.doubted": "cli.why_doubted", "retention.unproven": "cli.why_unproven",
	"retention.stale": "cli.why_stale", "retention.awaited": "cli.why_awaited", "retention.arrived": "cli.why_arrived",
	"retention.device": "cli.why_device", "retention.devices": "cli.why_devices", "retention.suspect": "cli.why_suspect",
	"retention.breaker": "cli.why_breaker", "retention.unpaid": "cli.why_unpaid", "retention.busy": "cli.why_busy", "retention.away": "cli.why_away",
}

// clause is one reason for a shop owner; what a script says is said in its own words.
func (f fate) clause(r retention.Reason) string {
	key, ok := clauses[r.Key]
	if !ok {
		return r.String()
	}
	args := message.Args{"seq": f.Seq, "last": "", "unit": f.unit}
	maps.Copy(args, r.Args)
	if pin := f.copy.Pinned; pin != nil && pin.LastDay != "" {
		args["last"] = dayWord(pin.LastDay)
	}
	if day, err := time.Parse(time.DateOnly, f.Day); err == nil {
		args["weekday"] = columns("message.weekdays")[day.Weekday()]
		newest, _ := time.Parse(time.DateOnly, fmt.Sprint(r.Args["newest"]))
		days, _ := r.Args["days"].(int)
		args["older"] = day.AddDate(0, 0, days).Before(newest)
	}
	for _, name := range []string{"period", "day", "newest"} {
		if text, ok := r.Args[name].(string); ok {
			args[name] = periodText(text)
		}
	}
	if class, ok := r.Args["class"].(string); ok {
		args["class"] = classWord(class)
	}
	return message.Text(key, args)
}

// periodText is a day, a week, a month, an hour as people write it: "2026-11" is november 2026.
func periodText(text string) string {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return dayText(day)
	}
	if month, err := time.Parse("2006-01", text); err == nil {
		return message.Text("cli.month", message.Args{"month": columns("cli.months")[month.Month()-1], "year": month.Year()})
	}
	if hour, err := time.Parse("2006-01-02 15h Z07:00", text); err == nil {
		return dayText(hour) + hour.Format(" 15h")
	}
	if year, week, ok := strings.Cut(text, "-W"); ok {
		return weekText(year, week)
	}
	return text
}

// weekText names a week of the calendar by its Monday.
func weekText(year, week string) string {
	fourth, err := time.Parse(time.DateOnly, year+"-01-04") // lies in the first week
	first := fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7)
	n := 0
	for _, digit := range week {
		n = n*10 + int(digit-'0')
	}
	if err != nil || n < 1 || n > 53 {
		return year + "-W" + week
	}
	return dayText(first.AddDate(0, 0, 7*(n-1)))
}

func classWord(class string) string {
	switch class {
	case copies.Routine:
		return message.Text("cli.class_routine", nil)
	case copies.Intraday:
		return message.Text("cli.class_intraday", nil)
	case copies.Extra:
		return message.Text("cli.class_extra", nil)
	case copies.PreUpdate:
		return message.Text("cli.class_pre_update", nil)
	case copies.PreRestore:
		return message.Text("cli.class_pre_restore", nil)
	case copies.Closing:
		return message.Text("cli.class_closing", nil)
	}
	return class
}

// dayWord is a day of a JSON result for a person, or "-".
func dayWord(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "-"
	}
	return dayText(t)
}
