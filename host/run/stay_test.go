package run

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/copies"
)

// An evening is one run: what the PC's clock said, and the newest proven business day after it.
type evening struct{ clock, proven string }

func (e evening) at() time.Time {
	at, err := time.Parse("2006-01-02 15:04", e.clock)
	if err != nil {
		panic(err)
	}
	return at
}

func TestADriveIsMissedForTooLongByTheClockAndByTheProvenDays(t *testing.T) {
	seen := evening{"2026-11-02 22:00", "2026-11-02"}
	for name, tt := range map[string]struct {
		away []evening
		want string // of each evening: overdue by three days or not
	}{
		"every evening":                          {[]evening{{"2026-11-03 22:00", "2026-11-03"}, {"2026-11-04 22:00", "2026-11-04"}, {"2026-11-05 22:00", "2026-11-05"}, {"2026-11-05 22:01", "2026-11-05"}, {"2026-11-06 22:00", "2026-11-06"}}, "....!"},
		"a week of holidays, then two days":      {[]evening{{"2026-11-10 22:00", "2026-11-10"}, {"2026-11-11 22:00", "2026-11-11"}}, ".!"},
		"a clock nine years ahead, not believed": {[]evening{{"2035-11-03 22:00", "2026-11-02"}, {"2026-11-04 22:00", "2026-11-04"}, {"2026-11-05 22:00", "2026-11-05"}, {"2026-11-06 22:00", "2026-11-06"}}, "...!"},
		"a clock a year ahead, once believed":    {[]evening{{"2027-11-03 22:00", "2027-11-03"}, {"2026-11-04 22:00", "2026-11-04"}, {"2026-11-05 22:00", "2026-11-05"}, {"2026-11-06 22:00", "2026-11-06"}}, "...!"},
		"a clock a year ahead after a good day":  {[]evening{{"2026-11-03 22:00", "2026-11-03"}, {"2027-11-04 22:00", "2027-11-04"}, {"2026-11-05 22:00", "2026-11-05"}, {"2026-11-06 22:00", "2026-11-06"}}, "...!"},
		"a clock a year ahead, then a day off":   {[]evening{{"2026-11-03 22:00", "2026-11-03"}, {"2027-11-04 22:00", "2027-11-04"}, {"2026-11-06 22:00", "2026-11-06"}, {"2026-11-07 22:00", "2026-11-07"}}, "...!"},
		"a clock set back for good":              {[]evening{{"2016-01-01 22:00", "2026-11-02"}, {"2016-01-02 22:00", "2026-11-03"}, {"2016-01-03 22:00", "2026-11-04"}, {"2016-01-04 22:00", "2026-11-05"}, {"2016-01-05 22:00", "2026-11-06"}}, "....!"},
		"nothing is proven any more":             {[]evening{{"2026-11-10 22:00", "2026-11-02"}, {"2026-12-10 22:00", "2026-11-02"}}, ".."},
		"nothing was ever proven":                {[]evening{{"2026-11-10 22:00", ""}, {"2026-12-10 22:00", ""}}, ".."},
		"the newest proven copy was bad":         {[]evening{{"2026-11-10 22:00", "2026-10-01"}, {"2026-11-11 22:00", "2026-11-11"}, {"2026-11-12 22:00", "2026-11-12"}}, "..."},
	} {
		s := stay{}.here(seen.at(), "AZUL", "2026-11-02", seen.proven)
		var got strings.Builder
		for _, e := range tt.away {
			s = s.gone(e.at(), e.proven)
			got.WriteString(map[bool]string{true: "!", false: "."}[s.overdue(e.at(), 72*time.Hour)])
		}
		if got.String() != tt.want {
			t.Errorf("%s: overdue %s, want %s (%+v)", name, got.String(), tt.want, s)
		}
		if back := s.here(seen.at(), "AZUL", "2026-11-20", "2026-11-20"); back.overdue(seen.at().AddDate(9, 0, 0), time.Hour) || back.Proven != nil {
			t.Errorf("%s: overdue when it is back: %+v", name, back)
		}
	}
	never := stay{}.gone(seen.at(), seen.proven)
	if never.Seen || never.Since != "2026-11-02T22:00:00Z" {
		t.Errorf("waited for first: %+v", never)
	}
	hours := stay{}.here(seen.at(), "", "", seen.proven).gone(evening{"2026-11-03 11:00", ""}.at(), "2026-11-03").gone(evening{"2026-11-04 11:00", ""}.at(), "2026-11-04")
	if !hours.overdue(evening{"2026-11-04 11:00", ""}.at(), 36*time.Hour) || hours.overdue(evening{"2026-11-04 10:00", ""}.at(), 36*time.Hour) {
		t.Errorf("hours are not counted: %+v", hours)
	}
	for _, broken := range []stay{{Since: "ontem", Proven: []string{"x", "y"}}, {Since: "2026-11-02T22:00:00Z", Day: "x", Proven: []string{"x", "y"}}} {
		if broken.overdue(seen.at().AddDate(1, 0, 0), time.Hour) {
			t.Errorf("%+v accuses somebody", broken)
		}
	}
}

// Whatever the clock says on single evenings, a drive that was away for fewer days than it may is not missed.
func TestNoWrongClockAccusesBeforeTheTime(t *testing.T) {
	first := time.Date(2026, 1, 1, 22, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(2, 6).Draw(t, "days it may be away")
		var s stay
		seen, proven, lied := 0, "", false
		for day := range rapid.IntRange(1, 40).Draw(t, "days") {
			now := first.AddDate(0, 0, day)
			believed := now.Format(time.DateOnly)
			if !lied && rapid.IntRange(0, 4).Draw(t, fmt.Sprint("clock of ", day)) == 0 {
				off := rapid.IntRange(-4000, 4000).Draw(t, fmt.Sprint("off by ", day))
				now = now.AddDate(0, 0, off)
				if believed = proven; off > 0 && off <= 400 { // nobody noticed
					believed = now.Format(time.DateOnly)
				}
				lied = true
			} else {
				lied = false
			}
			proven = believed
			if day == 0 || rapid.IntRange(0, most+2).Draw(t, fmt.Sprint("plugged ", day)) == 0 {
				s, seen = s.here(now, "A", now.Format(time.DateOnly), proven), day
				continue
			}
			s = s.gone(now, proven)
			if s.overdue(now, time.Duration(most)*24*time.Hour) && day-seen < most {
				t.Fatalf("away for %d days of %d: %+v", day-seen, most, s)
			}
		}
	})
}

func TestTheSameDriveHasATurnADay(t *testing.T) {
	s := stay{}
	var got []int
	for _, turn := range []struct{ id, day string }{
		{"A", "2026-11-02"}, {"A", "2026-11-02"}, {"A", "2026-11-03"}, {"B", "2026-11-04"}, {"A", "2026-11-05"}, {"A", "2026-11-06"}, {"A", "2026-11-09"}, {"", "2026-11-10"},
	} {
		got = append(got, s.turns(turn.id, turn.day))
		s = s.here(time.Now(), turn.id, turn.day, "")
	}
	if want := "[1 1 2 1 1 2 3 1]"; fmt.Sprint(got) != want {
		t.Errorf("turns are %v, want %s", got, want)
	}
}

func TestOnlyProvenCopiesOfAGoodClockTellWhatDayItIs(t *testing.T) {
	all := []copies.Copy{
		{Day: "2026-11-06", State: copies.Sealed}, {Day: "2035-11-05", State: copies.Verified, Suspect: "o relógio"}, {Day: "2026-11-04", State: copies.Verified},
		{Day: "2026-11-05", State: copies.Verified},
	}
	if got := newestProven(all); got != "2026-11-04" {
		t.Errorf("the newest proven day is %q", got)
	}
	if got := newestProven(all[:2]); got != "" {
		t.Errorf("it is %q", got)
	}
}
