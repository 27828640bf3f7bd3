package schedule

import (
	"fmt"
	"slices"
	"time"
)

// Calendar is a set of days. Its zero value holds none.
type Calendar struct {
	days   []yearDay
	easter []int
	dates  []date
}

type yearDay struct {
	month time.Month
	day   int
}

// NewCalendar is the calendar of those days of every year ("mm-dd"), days after Easter Sunday of the same year, and
// dates ("yyyy-mm-dd").
func NewCalendar(days []string, easter []int, dates []string) (Calendar, error) {
	c := Calendar{easter: slices.Clone(easter)}
	for _, text := range days {
		// 2000 had a 29 February.
		t, err := time.Parse(time.DateOnly, "2000-"+text)
		if err != nil {
			return Calendar{}, fmt.Errorf("parse day of the year %q: %w", text, err)
		}
		c.days = append(c.days, yearDay{t.Month(), t.Day()})
	}
	for _, text := range dates {
		t, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return Calendar{}, fmt.Errorf("parse date %q: %w", text, err)
		}
		c.dates = append(c.dates, dateOf(t))
	}
	return c, nil
}

// On says whether a date is in the calendar.
func (c Calendar) On(year int, month time.Month, day int) bool { return c.on(civil(year, month, day)) }

func (c Calendar) on(d date) bool {
	year, month, day := d.ymd()
	return slices.Contains(c.days, yearDay{month, day}) ||
		slices.Contains(c.dates, d) ||
		len(c.easter) > 0 && slices.Contains(c.easter, int(d-easterSunday(year)))
}

// easterSunday is the Gregorian Easter, by the anonymous computus (Nature, 1876).
func easterSunday(year int) date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	day := (h + l - 7*m + 33*month + 19) % 32
	return civil(year, time.Month(month), day)
}
