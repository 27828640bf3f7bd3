package sim

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkFiveHundredTests is a file of 500 tests as a reseller writes them: a night, a missed drive, a week.
func BenchmarkFiveHundredTests(b *testing.B) {
	var text strings.Builder
	for i := range 500 {
		switch i % 5 {
		case 0, 1:
			fmt.Fprintf(&text, `dj.test("night %d", function(sim)
  local night = sim:run("mine:good")
  dj.expect.equal(night.exit, 0)
  dj.expect.equal(sim:copies()[1].state, "verified")
end)
`, i)
		case 2:
			fmt.Fprintf(&text, `dj.test("without drive %d", function(sim)
  sim:unplug("DJ-BACKUP")
  local night = sim:run("mine:good", { to = "local,pendrive" })
  dj.expect.equal(night.degraded[1].code, "drive.not_found")
end)
`, i)
		case 3:
			fmt.Fprintf(&text, `dj.test("busy %d", function(sim)
  sim:fail("copy.create", "db.busy", { times = 1 })
  dj.expect.equal(sim:run("mine:good").exit, 0)
end)
`, i)
		default:
			fmt.Fprintf(&text, `dj.test("week %d", function(sim)
  sim:config { cron = { { name = "n", schedule = { "0 22 * * *" }, run = "mine:good" } } }
  sim:advance("7d")
  dj.expect.equal(#sim:copies(), 7)
end)
`, i)
		}
	}
	scripts := map[string]string{"mine.lua": strings.ReplaceAll(policies, "dj.copy.prune", "dj.copy.plan")}
	for b.Loop() {
		if r := tried(b, program(b), Options{}, text.String(), scripts); !r.OK() || len(r.Tests) != 500 {
			b.Fatal(summary(r))
		}
	}
}

// BenchmarkYear is a year of nights of the default script, with one database and two destinations.
func BenchmarkYear(b *testing.B) { years(b, 365) }

// BenchmarkTenYears is ten of them.
func BenchmarkTenYears(b *testing.B) { years(b, 3652) }

func years(b *testing.B, days int) {
	for b.Loop() {
		if s := lived(b, shop, Simulation{Days: days}); len(s.Lacks) > 0 || len(s.Days) != days {
			b.Fatal(len(s.Days), s.Lacks)
		}
	}
}
