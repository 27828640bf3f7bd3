package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/sim"
)

// lived is a simulation of so many days, with a copy on each.
func lived(t *testing.T, days int, lacks ...sim.Lack) (*simulated, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	s := &simulated{app: &app{out: &out}, Simulated: &sim.Simulated{Lacks: lacks}}
	first := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := range days {
		day := first.AddDate(0, 0, n).Format(time.DateOnly)
		s.Days = append(s.Days, &sim.Day{
			N: n + 1, Day: day, Made: 1, Verified: 1,
			Shelves: []sim.Shelf{{Destination: "local", Database: "loja", Verified: n + 1, Oldest: "2026-01-01", Newest: day}},
		})
	}
	return s, &out
}

func TestATableOfAnyLengthFitsAPerson(t *testing.T) {
	for days, want := range map[int]string{
		1: "day 1 2026-01-01 1", 40: "day 40 2026-01-01 1", 41: "week from 6 2026-01-01 7", 280: "week from 40 2026-01-01 7",
		281: "month 10 2026-01 31", 365: "month 12 2026-01 31", 1500: "3 months from 17 2026-01 90", 3652: "3 months from 40 2026-01 90",
		3700: "year 11 2026 365", 10_000: "year 28 2026 365",
	} {
		s, _ := lived(t, days)
		head, rows := s.rows()
		made := 0
		for _, r := range rows {
			made += r.made
		}
		if got := fmt.Sprint(head, " ", len(rows), " ", rows[0].name, " ", rows[0].made); got != want || made != days {
			t.Errorf("%d days: %s, %d made; want %s", days, got, made, want)
		}
	}
}

// What must never be is the first that is said, and the exit code says it too.
func TestALackIsSaidFirst(t *testing.T) {
	s, out := lived(t, 3,
		sim.Lack{Day: "2026-01-02", Destination: "local", Database: "loja", Verified: 2, Floor: 3}, sim.Lack{Day: "2026-01-03", Database: "loja", Floor: 1})
	if err := s.end(nil); !errors.Is(err, ended(run.ExitDegraded)) {
		t.Errorf("ends with %v", err)
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{
		"THIS MUST NEVER HAPPEN: on 2026-01-02 there were only 2 proven copies of loja at local, and the minimum is 3",
		"THIS MUST NEVER HAPPEN: on 2026-01-03 no proven copy of loja was left",
		"After 3 days: 3 proven copies at local, the newest of the last day, the oldest of 2026-01-01; none was dropped.",
	} {
		if lines[i] != want {
			t.Errorf("says %q, want %q", lines[i], want)
		}
	}
	s, out = lived(t, 3)
	s.json = true
	if err := s.end([]string{"backup"}); err != nil || !strings.Contains(out.String(), `"ok": true`) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestAGuardIsToldOnceBelowTheTable(t *testing.T) {
	s, out := lived(t, 3)
	s.Days[0].Guards = []primitive.Guard{{Key: "x.two", Text: "the second"}}
	s.Days[2].Guards = []primitive.Guard{{Key: "x.one", Text: "the first"}, {Key: "x.two", Text: "in other words"}}
	s.Days[2].Faults, s.Days[2].Failed = []string{"off:3d"}, 2
	if err := s.tellTable(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"off:3d, 2 runs failed, [a b]\n", "[a] the second\n[b] the first\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// Everything is said in both languages: no key stands for a sentence.
func TestASimulationIsToldInBothLanguages(t *testing.T) {
	defer func() { _ = message.SetLanguage(message.English) }()
	for _, language := range []string{message.Portuguese, message.English} {
		if err := message.SetLanguage(language); err != nil {
			t.Fatal(err)
		}
		for _, days := range []int{2, 50, 300, 1500, 4000} {
			s, out := lived(t, days, sim.Lack{Day: "2026-01-02", Database: "loja"}, sim.Lack{Day: "2026-01-02", Destination: "x", Database: "loja"})
			s.flags.why = true
			last := s.Days[days-1].Shelves
			last[0].Dropped, last[0].Least, last[0].Others = 1, 1, 1
			s.Days[days-1].Shelves = append(last, sim.Shelf{Destination: "rede"}, sim.Shelf{Destination: "old", Verified: 1, Oldest: "2026-01-01", Newest: "2026-01-01"})
			if err := s.tellAll(); err != nil || strings.Contains(out.String(), "cli.simulate") {
				t.Errorf("%v\n%s", err, out)
			}
		}
	}
}

func TestTheStripShowsHowFarBackTheCopiesReach(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound+"[backup]\nto = [\"local\"]\nat = [\"22:00\"]\ndelete_after = \"3d\"\n")
	d.run("", "simulate", "backup", "--days", "20", "--from", "2026-01-01").wants(t, 0, "local       ■■■■■")
}

// A day that no fault waits for says nothing, and was meant to.
func TestADayWithoutAFaultIsRefused(t *testing.T) {
	d := newDesk(t)
	d.write("djscript.toml", sound+"[backup]\nto = [\"local\"]\nat = [\"22:00\"]\n")
	d.run("", "simulate", "backup", "--days", "3", "--at-day", "2").wants(t, 2, "--at-day 2 says nothing", "--fault off:45d --at-day 2")
	d.run("", "simulate", "backup", "--days", "3", "--at-day", "0").wants(t, 2)
	d.run("", "simulate", "backup", "--days", "3", "--at-day", "2", "--fault", "full@1").wants(t, 2)
	d.run("", "simulate", "backup", "--days", "3", "--at-day", "2", "--fault", "full").wants(t, 0)
	d.run("", "simulate", "backup", "--days", "3", "--fault", "clock:0001-01-01").wants(t, 2, "up to 100 years", "clock:1980-01-01")
	d.run("", "simulate", "backup", "--days", "3", "--fault", "clock:9999-12-31/1d").wants(t, 2, "up to 100 years")
	d.run("", "simulate", "backup", "--days", "3", "--fault", "clock:1980-01-01").wants(t, 0)
	d.run("", "simulate", "backup", "--days", "3", "--fault", "wrong:30d").wants(t, 2, `"wrong:30d" says nothing here: no destination of the store is a set of drives`)
	d.run("", "simulate", "backup", "--days", "3", "--fault", "manual:99999999").wants(t, 2, "for example: manual:60, manual:60@120; from 1 to 9999 times\n")
	d.run("", "simulate", "backup", "--days", "3", "--fault", "full:3d").wants(t, 2, "for example: full, full@120\n")
	if s := d.run("", "simulate", "backup", "--days", "3", "--at-day", "500", "--fault", "full", "--fault", "off:1d"); s.exit != 2 || strings.Count(s.err, "error:") != 1 {
		t.Errorf("told more than once:\n%s", s.err)
	}
	d.run("", "simulate", "nobody", "else", "--days", "0", "--from", "soon", "--fault", "fulll", "--fault", "clock:noon").wants(t, 2, "nobody", "else", "not 0", "soon", "fulll", "clock:noon")
}
