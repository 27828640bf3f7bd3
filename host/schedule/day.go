package schedule

import "time"

const minutesADay = 24 * 60

// date is a civil day, counted from 1 January 1970.
type date int64

func civil(year int, month time.Month, day int) date {
	seconds := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()
	return date(floor(seconds, 24*60*60))
}

func dateOf(t time.Time) date { return civil(t.Date()) }

func (d date) ymd() (int, time.Month, int) { return d.utc().Date() }

func (d date) utc() time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }

func (d date) weekday() time.Weekday { return d.utc().Weekday() }

func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// instant is when the clocks of a place show that minute of that day: the first time where they show it twice, and
// the first instant after the gap where a change of clocks skips it.
func instant(d date, minute int, loc *time.Location) time.Time {
	wall := d.utc().Add(time.Duration(minute) * time.Minute)
	year, month, day := wall.Date()
	t := time.Date(year, month, day, wall.Hour(), wall.Minute(), 0, 0, loc)
	start, end := t.ZoneBounds()
	switch shown := clockOf(t); {
	case shown.After(wall):
		return start.In(loc)
	case shown.Before(wall):
		return end.In(loc)
	}
	if start.IsZero() {
		return t
	}
	_, offset := start.Add(-time.Second).Zone()
	earlier := time.Unix(wall.Unix()-int64(offset), 0).In(loc)
	if earlier.Before(start) && clockOf(earlier).Equal(wall) {
		return earlier
	}
	return t
}

// clockOf is what the clocks of t's place show, as if it were UTC.
func clockOf(t time.Time) time.Time {
	_, offset := t.Zone()
	return time.Unix(t.Unix()+int64(offset), int64(t.Nanosecond())).UTC()
}

// BusinessDay is the day that what happens at t belongs to, as yyyy-mm-dd: the local date, or the one before it where
// the clock has not yet reached dayStarts.
func BusinessDay(t time.Time, loc *time.Location, dayStarts time.Duration) string {
	t = t.In(loc)
	d := dateOf(t)
	if time.Duration(t.Hour())*time.Hour+time.Duration(t.Minute())*time.Minute < dayStarts {
		d--
	}
	return d.utc().Format(time.DateOnly)
}
