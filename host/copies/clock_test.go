package copies

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/message"
)

func TestAClockIsBelievedUntilItContradictsTheCopyBeforeOrTheData(t *testing.T) {
	now := time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC)
	before := func(d time.Duration) moment { return moment{seq: 7, at: now.Add(-d)} }
	for name, c := range map[string]struct {
		previous moment
		newest   string
		suspect  bool
	}{
		"the first copy":                    {moment{}, "", false},
		"the night after":                   {before(24 * time.Hour), "2026-11-21 21:59:00", false},
		"daylight saving ends":              {before(-time.Hour), "", false},
		"a day and two hours back":          {before(-26 * time.Hour), "", false},
		"further back":                      {before(-26*time.Hour - time.Second), "", true},
		"a flat battery":                    {moment{seq: 7, at: now.AddDate(11, 0, 0)}, "", true},
		"closed for a year":                 {before(400 * 24 * time.Hour), "", false},
		"nine years ahead":                  {moment{seq: 7, at: now.AddDate(-9, 0, 0)}, "", true},
		"data of tomorrow":                  {moment{}, "2026-11-22", false},
		"data of years to come":             {moment{}, "2031-01-01 10:00:00.0000", true},
		"a newest record that is no date":   {moment{}, "banana", false},
		"a newest record that is not there": {moment{}, "", false},
	} {
		var made []time.Time
		if c.previous.seq > 0 {
			made = []time.Time{c.previous.at}
		}
		block, suspect := clock(now, time.Time{}, c.previous, made, c.newest)
		if (suspect != nil) != c.suspect || (block.Suspect != "") != c.suspect {
			t.Errorf("%s: %v, %+v", name, suspect, block)
		}
		if suspect != nil && message.Code(suspect) != "guard.clock" {
			t.Errorf("%s: code %s", name, message.Code(suspect))
		}
	}
}

// A PC is bought after the program is built, and its battery dies after that: the first night finds it, and each that follows,
// whatever the nights before said.
func TestAClockBeforeTheProgramWasBuiltIsNeverBelieved(t *testing.T) {
	built := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	flat := time.Date(2015, 1, 1, 22, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		now, built time.Time
		made       []time.Time
		suspect    bool
	}{
		"the first copy":                      {flat, built, nil, true},
		"the night after":                     {flat.AddDate(0, 0, 1), built, []time.Time{flat}, true},
		"set right":                           {built.Add(time.Hour), built, []time.Time{flat}, true}, // eleven years after the copy before
		"set right, a night ago":              {built.Add(25 * time.Hour), built, []time.Time{flat, built.Add(time.Hour)}, false},
		"the very moment":                     {built, built, nil, false},
		"a second before":                     {built.Add(-time.Second), built, nil, true},
		"nobody knows when it was, and first": {flat, time.Time{}, nil, false},
	} {
		err := ClockDoubt(c.now, c.built, c.made)
		if (err != nil) != c.suspect || err != nil && message.Code(err) != "guard.clock" {
			t.Errorf("%s: %v", name, err)
		}
		if block, suspect := clock(c.now, c.built, moment{}, c.made, ""); (suspect != nil) != c.suspect || (block.Suspect != "") != c.suspect {
			t.Errorf("%s: %+v", name, block)
		}
	}
}

// A clock that was wrong for some nights is believed again on the night when it is right, and one that is wrong is found
// whatever came before it.
func TestTheFirstNightOfAClockSetRightIsBelieved(t *testing.T) {
	now := time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		made    string // years of the copies before; 2026 is the night before
		at      int
		suspect bool
	}{
		"one night of a flat battery":             {"2026 2015", 2026, false},
		"ten nights of it":                        {"2026 2026 2015 2015 2015", 2026, false},
		"ten nights, and it is still flat":        {"2026 2026 2015 2015 2015", 2015, false},
		"one wrong year":                          {"2026 2035", 2026, false},
		"a second wrong year":                     {"2026 2035", 2044, true},
		"another wrong year back":                 {"2026 2035", 2015, true},
		"the first of all was wrong":              {"1980", 2026, true},
		"the first of all was wrong, a night ago": {"1980 2026", 2026, false},
		"the first night of a flat battery":       {"2026 2026", 2015, true},
	} {
		var made []time.Time
		for i, year := range strings.Fields(c.made) {
			y, err := strconv.Atoi(year)
			if err != nil {
				t.Fatal(err)
			}
			made = append(made, now.AddDate(y-now.Year(), 0, i-9))
		}
		if got := ClockDoubt(now.AddDate(c.at-now.Year(), 0, 0), time.Time{}, made); (got != nil) != c.suspect {
			t.Errorf("%s: %v", name, got)
		}
	}
}
