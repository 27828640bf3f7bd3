package retention

import (
	"fmt"
	"testing"
	"time"
)

// years are copies of three units, every quarter of an hour and each with some of what goes wrong, until there are n.
func years(n int) []Copy {
	all := make([]Copy, n)
	at := time.Date(2016, 1, 1, 0, 0, 0, 0, time.FixedZone("", -3*60*60))
	for i := range all {
		c := Copy{
			ID: fmt.Sprintf("01JD%022d", i), Seq: uint64(i + 1), Day: at.Format(time.DateOnly), Created: at.Format(time.RFC3339),
			Class: "routine", State: Verified, Database: "loja", Companies: "1,2,3", Bytes: 1 << 30, To: []string{"local", "pen"}, At: []string{"local", "pen"},
			Device: "A", Checked: at.Format(time.DateOnly),
		}
		switch i % 3 {
		case 1:
			c.Class = "intraday"
			c.Partial = true
		case 2:
			c.Database = "pdv"
			at = at.Add(15 * time.Minute)
		}
		switch {
		case i%97 == 0:
			c.State = Sealed
		case i%1009 == 0:
			c.State = Bad
		case i%503 == 0:
			c.Day = "2015-01-01"
		case i%701 == 0:
			c.Pin = &Pin{Reason: "auditoria", LastDay: "2020-01-01"}
		}
		all[i] = c
	}
	return all
}

func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			copies := years(n)
			b.ReportAllocs()
			for b.Loop() {
				proposal, err := Propose([]Policy{{Hourly: 24, Daily: 31, Weekly: 8, Monthly: 24, Yearly: 10, Within: 30}}, copies)
				if err != nil {
					b.Fatal(err)
				}
				plan, err := Decide(copies, proposal, Guards{Credit: map[string]int{"loja": 30, "pdv": 30}, ScrubDays: 35, Devices: 3, Elsewhere: map[Unit]int{}})
				if err != nil || len(plan.Keep)+len(plan.Deferred)+len(plan.Drop) != n {
					b.Fatalf("%d copies: %v", n, err)
				}
			}
		})
	}
}
