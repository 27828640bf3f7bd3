package copies

import (
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
		block, suspect := clock(now, c.previous, c.newest)
		if (suspect != nil) != c.suspect || (block.Suspect != "") != c.suspect {
			t.Errorf("%s: %v, %+v", name, suspect, block)
		}
		if suspect != nil && message.Code(suspect) != "guard.clock" {
			t.Errorf("%s: code %s", name, message.Code(suspect))
		}
	}
}
