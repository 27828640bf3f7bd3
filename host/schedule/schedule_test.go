package schedule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/message"
)

func TestNextKnowsWhatTheFieldWrites(t *testing.T) {
	tests := []struct {
		spec, after, want string
	}{
		{"0 22 * * MON-SAT", "2026-11-20 22:00", "2026-11-21 22:00"},
		{"0 22 * * MON-SAT", "2026-11-21 22:00", "2026-11-23 22:00"},
		{"0 22 * * seg-sab", "2026-11-21 22:00", "2026-11-23 22:00"},
		{"0 22 * * seg-sáb", "2026-11-21 22:00", "2026-11-23 22:00"},
		{"0 22 * * 7", "2026-11-21 22:00", "2026-11-22 22:00"},
		{"0 22 * * 5-7", "2026-11-20 22:00", "2026-11-21 22:00"},
		{"0 22 * * 5-7", "2026-11-22 22:00", "2026-11-27 22:00"},
		{"0 22 * * sex-seg", "2026-11-21 23:00", "2026-11-22 22:00"},
		{"0 22 * * sex-seg", "2026-11-23 23:00", "2026-11-27 22:00"},
		{"0 22 L * *", "2026-11-21 00:00", "2026-11-30 22:00"},
		{"0 22 l feb *", "2027-12-01 00:00", "2028-02-29 22:00"},
		{"0 22 15,L * *", "2026-11-16 00:00", "2026-11-30 22:00"},
		{"0 22 31,L * *", "2026-11-01 00:00", "2026-11-30 22:00"},
		{"0 22 L * dom", "2026-11-21 00:00", "2026-11-22 22:00"},
		{"0 22 29 2 *", "2026-11-21 00:00", "2028-02-29 22:00"},
		{"0 9 1 jan,abr,jul,out *", "2026-11-21 00:00", "2027-01-01 09:00"},
		{"0 9 1 set-dez *", "2026-11-21 00:00", "2026-12-01 09:00"},
		{"0 22 1 * MON", "2026-11-24 00:00", "2026-11-30 22:00"},
		{"0 22 1 * MON", "2026-11-30 22:00", "2026-12-01 22:00"},
		{"0 22 */1 * MON", "2026-11-24 00:00", "2026-11-30 22:00"},
		{"*/15 8-20/4 * * *", "2026-11-21 08:45", "2026-11-21 12:00"},
		{"20/20 * * * *", "2026-11-21 08:45", "2026-11-21 09:20"},
		{"0  22\t? * *", "2026-11-21 00:00", "2026-11-21 22:00"},
	}
	for _, tt := range tests {
		e := parsed(t, Spec{Cron: []string{tt.spec}})
		got, ok := e.Next(at(t, tt.after, time.UTC))
		if !ok || shown(got) != tt.want {
			t.Errorf("%q after %s is %s %v, want %s", tt.spec, tt.after, shown(got), ok, tt.want)
		}
	}
}

func TestParseRefusesWhatCanNotServe(t *testing.T) {
	tests := map[string]string{
		"":                             "schedule.count",
		"0 22 * *":                     "schedule.count",
		"0 0 22 * * *":                 "schedule.seconds",
		"@every 1h":                    "schedule.descriptor",
		"@every 0s":                    "schedule.descriptor",
		"@daily":                       "schedule.descriptor",
		"TZ=UTC":                       "schedule.zone",
		"CRON_TZ=":                     "schedule.zone",
		"TZ=UTC 0 22 * * *":            "schedule.zone",
		"0 22 31 2 *":                  "schedule.never",
		"0 22 30 fev *":                "schedule.never",
		"0 22 31 abr,jun,set *":        "schedule.never",
		"60 * * * *":                   "schedule.field",
		"*/90 * * * *":                 "schedule.field",
		"*/0 * * * *":                  "schedule.field",
		"0 24 * * *":                   "schedule.field",
		"0 22 0 * *":                   "schedule.field",
		"0 22 * 13 *":                  "schedule.field",
		"0 22 * * 8":                   "schedule.field",
		"0 22 * * segunda":             "schedule.field",
		"0 22 * seg *":                 "schedule.field",
		"0 22 15W * *":                 "schedule.field",
		"0 22 L-3 * *":                 "schedule.field",
		"0 22 * * 5#2":                 "schedule.field",
		"0 22-8 * * *":                 "schedule.field",
		"*-5 22 * * *":                 "schedule.field",
		"0,, 22 * * *":                 "schedule.field",
		", 22 * * *":                   "schedule.field",
		"1-2-3 22 * * *":               "schedule.field",
		"1/2/3 22 * * *":               "schedule.field",
		"-1 22 * * *":                  "schedule.field",
		"99999999999999999999 * * * *": "schedule.field",
	}
	for spec, key := range tests {
		_, err := Parse(Spec{Cron: []string{spec}})
		if _, ok := errors.AsType[Refused](err); !ok {
			t.Errorf("%q was taken", spec)
			continue
		}
		if !errors.Is(err, message.New("option.value", key, nil)) {
			t.Errorf("%q is refused by %v, want %s", spec, err, key)
		}
	}
}

func TestParseTellsEveryRefusedSpec(t *testing.T) {
	_, err := Parse(Spec{Cron: []string{"a", "0 22 * * *", "@daily"}})
	var refused Refused
	if !errors.As(err, &refused) || len(refused) != 2 || refused[0].Index != 0 || refused[1].Index != 2 {
		t.Errorf("refused %v", err)
	}
}

func TestWindowCountsFromItsStartAndIncludesItsEnd(t *testing.T) {
	tests := []struct {
		from, until, every time.Duration
		want               string
	}{
		{hm(8, 0), hm(9, 40), 50 * time.Minute, "21 08:00, 21 08:50, 21 09:40"},
		{hm(8, 0), hm(9, 39), 50 * time.Minute, "21 08:00, 21 08:50"},
		{hm(8, 0), hm(8, 0), time.Hour, "21 08:00"},
		{hm(22, 30), hm(1, 30), time.Hour, "21 00:30, 21 01:30, 21 22:30, 21 23:30"},
	}
	for _, tt := range tests {
		e := parsed(t, Spec{Window: &Window{tt.from, tt.until, tt.every}})
		due := e.Between(at(t, "2026-11-20 23:59", time.UTC), at(t, "2026-11-21 23:59", time.UTC))
		if got := list(due, "02 15:04"); got != tt.want {
			t.Errorf("from %v until %v every %v is %s, want %s", tt.from, tt.until, tt.every, got, tt.want)
		}
	}
}

func TestAfterMidnightBelongsToTheBusinessDayBefore(t *testing.T) {
	holiday, err := NewCalendar([]string{"12-25"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := parsed(t, Spec{
		At: []time.Duration{hm(1, 0), hm(5, 0)}, DayStarts: hm(4, 0), Except: []Calendar{holiday},
		Days: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday},
	})
	// The 25th is a Friday: 01:00 of the 25th is still Thursday's, 01:00 of the 26th would be Christmas'. The 27th is a
	// Sunday: its 01:00 is Saturday's; 01:00 of Monday would be Sunday's.
	want := "24 05:00, 25 01:00, 26 05:00, 27 01:00, 28 05:00, 29 01:00"
	due := e.Between(at(t, "2026-12-24 01:00", time.UTC), at(t, "2026-12-29 01:00", time.UTC))
	if got := list(due, "02 15:04"); got != want {
		t.Errorf("due %s, want %s", got, want)
	}
}

func TestASkippedTimeIsDueAfterTheGapAndARepeatedOneOnce(t *testing.T) {
	tests := []struct {
		name, zone, spec, from, to, want string
	}{
		{"midnight is skipped in São Paulo", "America/Sao_Paulo", "0 0 * * *", "2018-11-03 12:00", "2018-11-05 12:00",
			"2018-11-04T01:00:00-02:00, 2018-11-05T00:00:00-02:00"},
		{"two skipped and a real one are one", "America/Sao_Paulo", "0,30 0,1 4 11 *", "2018-11-03 12:00", "2018-11-05 12:00",
			"2018-11-04T01:00:00-02:00, 2018-11-04T01:30:00-02:00"},
		{"23:30 comes twice in São Paulo", "America/Sao_Paulo", "30 23 * * *", "2018-02-16 12:00", "2018-02-18 12:00",
			"2018-02-16T23:30:00-02:00, 2018-02-17T23:30:00-02:00"},
		{"01:30 is skipped in Lisbon", "Europe/Lisbon", "30 1 * * *", "2027-03-27 12:00", "2027-03-29 12:00",
			"2027-03-28T02:00:00+01:00, 2027-03-29T01:30:00+01:00"},
		{"01:30 comes twice in Lisbon", "Europe/Lisbon", "30 1 * * *", "2027-10-30 12:00", "2027-11-01 12:00",
			"2027-10-31T01:30:00+01:00, 2027-11-01T01:30:00Z"},
		{"a whole day is skipped in Samoa", "Pacific/Apia", "0 22 * * *", "2011-12-29 12:00", "2012-01-01 00:00",
			"2011-12-29T22:00:00-10:00, 2011-12-31T00:00:00+14:00, 2011-12-31T22:00:00+14:00"},
	}
	for _, tt := range tests {
		loc := zone(t, tt.zone)
		e := parsed(t, Spec{Cron: []string{tt.spec}, Location: loc})
		due := e.Between(at(t, tt.from, loc), at(t, tt.to, loc))
		if got := list(due, time.RFC3339); got != tt.want {
			t.Errorf("%s: due %s, want %s", tt.name, got, tt.want)
		}
	}
}

// The library that parses the specs runs a midnight job of Monday to Saturday on the Sunday whose midnight is skipped.
func TestAYearOfNightsIsEveryNightOnceAndNeverASunday(t *testing.T) {
	for _, name := range []string{"America/Sao_Paulo", "Europe/Lisbon", "Asia/Tokyo"} {
		for _, spec := range []string{"0 0 * * MON-SAT", "30 1 * * MON-SAT", "30 23 * * MON-SAT", "0 22 * * MON-SAT"} {
			loc := zone(t, name)
			e := parsed(t, Spec{Cron: []string{spec}, Location: loc})
			due := e.Between(at(t, "2017-12-31 23:59", loc), at(t, "2018-12-31 23:59", loc))
			days := map[string]int{}
			for _, one := range due {
				if one.Weekday() == time.Sunday {
					t.Errorf("%s %q is due on Sunday %v", name, spec, one)
				}
				days[one.Format(time.DateOnly)]++
			}
			// 2018 had 365 days, 52 of them Sundays.
			if len(due) != 313 || len(days) != 313 {
				t.Errorf("%s %q is due %d times on %d days, want 313", name, spec, len(due), len(days))
			}
		}
	}
}

func TestARareDayIsFoundAndAnImpossibleOneEnds(t *testing.T) {
	monday := parsed(t, Spec{Cron: []string{"0 22 29 2 *"}, Days: []time.Weekday{time.Monday}})
	if got, ok := monday.Next(at(t, "2026-11-21 00:00", time.UTC)); !ok || shown(got) != "2044-02-29 22:00" {
		t.Errorf("next Monday, 29 February is %v %v", got, ok)
	}
	christmas, err := NewCalendar([]string{"12-25"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	never := parsed(t, Spec{Cron: []string{"0 22 25 12 *"}, Except: []Calendar{christmas}})
	if got, ok := never.Next(at(t, "2026-11-21 00:00", time.UTC)); ok {
		t.Errorf("an excepted day is due %v", got)
	}
	if got, ok := parsed(t, Spec{}).Next(at(t, "2026-11-21 00:00", time.UTC)); ok {
		t.Errorf("an entry by hand only is due %v", got)
	}
}

func TestSpecsOfOneEntryAddUpInTheOrderOfTheDay(t *testing.T) {
	e := parsed(t, Spec{
		Cron: []string{"0 22 * * *", "30 12 * * dom", "0 22 22 * *"}, At: []time.Duration{hm(23, 0), hm(6, 0)},
	})
	due := e.Between(at(t, "2026-11-20 23:30", time.UTC), at(t, "2026-11-22 23:00", time.UTC))
	want := "21 06:00, 21 22:00, 21 23:00, 22 06:00, 22 12:30, 22 22:00, 22 23:00"
	if got := list(due, "02 15:04"); got != want {
		t.Errorf("due %s, want %s", got, want)
	}
}

func TestMergeIsEarliestFirstAndStable(t *testing.T) {
	a := parsed(t, Spec{Name: "a", Cron: []string{"0 22 * * *"}})
	b := parsed(t, Spec{Name: "b", Window: &Window{hm(20, 0), hm(22, 0), time.Hour}})
	c := parsed(t, Spec{Name: "c"})
	var got []string
	for _, due := range Merge([]*Entry{a, b, c}, at(t, "2026-11-21 20:00", time.UTC), 5) {
		got = append(got, due.Name+" "+due.Time.Format("02 15:04"))
	}
	want := []string{"b 21 21:00", "a 21 22:00", "b 21 22:00", "b 22 20:00", "b 22 21:00"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if left := Merge([]*Entry{a}, at(t, "2026-11-21 20:00", time.UTC), -1); len(left) != 0 {
		t.Errorf("fewer than none are %v", left)
	}
}

func TestBusinessDayIsTheLocalDateFromTheHourItStartsAt(t *testing.T) {
	loc := zone(t, "America/Sao_Paulo")
	for text, want := range map[string]string{
		"2026-11-21 03:59": "2026-11-20", "2026-11-21 04:00": "2026-11-21", "2026-01-01 00:00": "2025-12-31",
		"2028-03-01 01:00": "2028-02-29",
	} {
		if got := BusinessDay(at(t, text, loc).UTC(), loc, hm(4, 0)); got != want {
			t.Errorf("business day of %s is %s, want %s", text, got, want)
		}
	}
}

func TestCalendarKnowsEasterYearDaysAndDates(t *testing.T) {
	c, err := NewCalendar([]string{"12-25", "02-29"}, []int{-47, -2, 0, 60}, []string{"2027-03-01"})
	if err != nil {
		t.Fatal(err)
	}
	// Easter Sundays as published.
	for _, day := range []string{"2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2026-04-05", "2027-03-28", "2038-04-25",
		"2026-02-17", "2026-04-03", "2026-06-04", "2026-12-25", "2028-02-29", "2027-03-01"} {
		if !c.On(at(t, day+" 00:00", time.UTC).Date()) {
			t.Errorf("%s is not in the calendar", day)
		}
	}
	for _, day := range []string{"2026-04-06", "2026-03-01", "2027-02-28", "2026-12-24"} {
		if c.On(at(t, day+" 00:00", time.UTC).Date()) {
			t.Errorf("%s is in the calendar", day)
		}
	}
	for _, wrong := range []string{"02-30", "13-01", "1-1", ""} {
		if _, err := NewCalendar([]string{wrong}, nil, nil); err == nil {
			t.Errorf("%q is a day of the year", wrong)
		}
	}
}

// A drawn schedule is told twice: to Parse in words, and to the oracle as sets.
type drawn struct {
	spec                               string
	minutes, hours, days, months, week map[int]bool // nil: every
}

func (s drawn) due(wall time.Time) bool {
	in := func(set map[int]bool, v int) bool { return set == nil || set[v] }
	byMonth, byWeek := in(s.days, wall.Day()), in(s.week, int(wall.Weekday()))
	day := byMonth && byWeek
	if s.days != nil && s.week != nil {
		day = byMonth || byWeek
	}
	return in(s.minutes, wall.Minute()) && in(s.hours, wall.Hour()) && in(s.months, int(wall.Month())) && day
}

func drawSchedule(t *rapid.T) drawn {
	names := []string{"dom", "SEG", "tue", "qua", "THU", "sex", "sáb"}
	var s drawn
	draw := func(label string, low, high, most int, name func(int) string) (string, map[int]bool) {
		if most == 0 || rapid.Bool().Draw(t, label+" any") {
			return "*", nil
		}
		values := rapid.SliceOfN(rapid.IntRange(low, high), 1, most).Draw(t, label)
		set, words := map[int]bool{}, []string{}
		for _, v := range values {
			set[v] = true
			words = append(words, name(v))
		}
		return strings.Join(words, ","), set
	}
	number := func(v int) string { return fmt.Sprint(v) }
	var parts [5]string
	parts[0], s.minutes = draw("minutes", 0, 59, 3, number)
	parts[1], s.hours = draw("hours", 0, 23, 3, number)
	parts[2], s.days = draw("days", 1, 28, 4, number)
	parts[3], s.months = draw("months", 1, 12, 0, number)
	parts[4], s.week = draw("week", 0, 6, 3, func(v int) string { return names[v] })
	s.spec = strings.Join(parts[:], " ")
	return s
}

// Every minute of some days around a change of clocks is looked at, as a person with a calendar would.
func TestNextAgreesWithLookingAtEveryMinute(t *testing.T) {
	around := []struct{ zone, day string }{
		{"America/Sao_Paulo", "2018-11-04"}, {"America/Sao_Paulo", "2018-02-18"}, {"Europe/Lisbon", "2027-03-28"},
		{"Europe/Lisbon", "2027-10-31"}, {"Asia/Tokyo", "2027-01-01"}, {"Pacific/Apia", "2011-12-30"},
		{"Australia/Lord_Howe", "2027-04-04"}, {"Australia/Lord_Howe", "2027-10-03"},
	}
	rapid.Check(t, func(t *rapid.T) {
		where := rapid.SampledFrom(around).Draw(t, "where")
		loc, err := time.LoadLocation(where.zone)
		if err != nil {
			t.Fatal(err)
		}
		middle, err := time.ParseInLocation(time.DateOnly, where.day, loc)
		if err != nil {
			t.Fatal(err)
		}
		s := drawSchedule(t)
		dayStarts := time.Duration(rapid.IntRange(0, 6).Draw(t, "day starts")) * time.Hour
		weekdays := rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 0, 6, rapid.ID).Draw(t, "weekdays")
		spec := Spec{Cron: []string{s.spec}, Location: loc, DayStarts: dayStarts}
		for _, day := range weekdays {
			spec.Days = append(spec.Days, time.Weekday(day))
		}
		e, err := Parse(spec)
		if err != nil {
			t.Fatal(err)
		}
		a := middle.Add(-time.Duration(rapid.IntRange(0, 36*60).Draw(t, "before")) * time.Minute)
		b := a.Add(time.Duration(rapid.IntRange(0, 72*60).Draw(t, "span")) * time.Minute)
		want := look(s, spec, a, b)
		if diff := cmp.Diff(want, stamps(e.Between(a, b))); diff != "" {
			t.Fatalf("%q in %s: %s", s.spec, where.zone, diff)
		}
		next, ok := e.Next(a)
		if len(want) > 0 && (!ok || stamps([]time.Time{next})[0] != want[0]) {
			t.Fatalf("next is %v, want %v", next, want[0])
		}
	})
}

// look steps through the minutes from two days before a, so that it knows which wall times were shown before.
func look(s drawn, spec Spec, a, b time.Time) []string {
	var due []string
	seen := map[time.Time]bool{}
	wallAt := func(t time.Time) time.Time {
		t = t.In(spec.Location)
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
	}
	start := a.Add(-48 * time.Hour)
	expected := wallAt(start)
	for now := start; !now.After(b); now = now.Add(time.Minute) {
		hit := false
		// After a gap, every wall time that was jumped over is looked at now.
		for wall := expected; !wall.After(wallAt(now)); wall = wall.Add(time.Minute) {
			if !seen[wall] {
				seen[wall] = true
				hit = hit || s.due(wall) && onBusinessDay(spec, wall)
			}
		}
		seen[wallAt(now)] = true
		expected = wallAt(now).Add(time.Minute)
		if hit && now.After(a) {
			due = append(due, now.UTC().Format(time.RFC3339))
		}
	}
	return due
}

func onBusinessDay(spec Spec, wall time.Time) bool {
	return len(spec.Days) == 0 || slices.Contains(spec.Days, wall.Add(-spec.DayStarts).Weekday())
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"0 22 * * MON-SAT", "TZ=", "CRON_TZ=UTC", "@every 0s", "*/90 * * * *", "0 22 31 2 *", "0 22 L * dom-7",
		"?/3 1-2/3 L,1 jan *", "0 0 29 2 1"} {
		f.Add(seed)
	}
	after := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(Spec{Cron: []string{text}})
		if err != nil {
			return
		}
		next, ok := e.Next(after)
		if !ok || !next.After(after) || next.Sub(after) > 9*366*24*time.Hour {
			t.Errorf("%q was taken, and is next due %v %v", text, next, ok)
		}
	})
}

func BenchmarkNext(b *testing.B) {
	e, err := Parse(Spec{Cron: []string{"0 22 29 2 *"}, Days: []time.Weekday{time.Monday}})
	if err != nil {
		b.Fatal(err)
	}
	after := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		e.Next(after)
	}
}

func parsed(t *testing.T, s Spec) *Entry {
	t.Helper()
	e, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func at(t *testing.T, text string, loc *time.Location) time.Time {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", text, loc)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func shown(t time.Time) string { return t.Format("2006-01-02 15:04") }

func hm(hour, minute time.Duration) time.Duration { return hour*time.Hour + minute*time.Minute }

func list(times []time.Time, layout string) string {
	var all []string
	for _, t := range times {
		all = append(all, t.Format(layout))
	}
	return strings.Join(all, ", ")
}

func stamps(times []time.Time) []string {
	var all []string
	for _, t := range times {
		all = append(all, t.UTC().Format(time.RFC3339))
	}
	return all
}
