package retention

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/faults.txt anew")

// pc is a PC that makes copies and rotates them, by the rule of the standard screen or by ours.
type pc struct {
	ours    bool
	day     int // that it really is
	clock   int // days that the PC's clock is ahead
	copies  []Copy
	good    map[string]int // the copies that can be restored: the day that each was really made on
	changes []Change
	seq     uint64
}

const firstDay = "2026-01-05"

func (p *pc) today() string { return after(firstDay, p.day+p.clock) }

// backup makes a copy. What is not good looks like a copy, and no restore succeeds; ours tries one.
func (p *pc) backup(good bool) {
	p.seq++
	c := night(p.seq, p.today())
	if good {
		p.good[c.ID] = p.day
		p.changes = append(p.changes, Added)
	} else {
		c.State = Bad
	}
	p.copies = append(p.copies, c)
}

func (p *pc) rotate(t *testing.T) {
	if !p.ours { // "apagar cópias criadas a mais de 30 dias"
		oldest := after(p.today(), -29)
		p.copies = slices.DeleteFunc(p.copies, func(c Copy) bool { return c.Day < oldest })
		return
	}
	proposal, err := Propose([]Policy{{Daily: 7, Weekly: 4, Monthly: 6}}, p.copies)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Decide(p.copies, proposal, Guards{Credit: map[string]int{"loja": Credit(p.changes)}})
	if err != nil {
		t.Fatal(err)
	}
	p.copies = slices.DeleteFunc(p.copies, func(c Copy) bool { return plan.Drop[c.ID] != nil })
	p.changes = append(p.changes, slices.Repeat([]Change{Dropped}, len(plan.Drop))...)
}

// nights go by, each with a copy and a rotation.
func (p *pc) nights(t *testing.T, n int, good bool) {
	for range n {
		p.day++
		p.backup(good)
		p.rotate(t)
	}
}

// left is how many copies can be restored, and how many days ago the newest and the oldest of them were made.
func (p *pc) left() (good, newest, reach int) {
	newest = p.day
	for _, c := range p.copies {
		if made, ok := p.good[c.ID]; ok {
			good++
			newest, reach = min(newest, p.day-made), max(reach, p.day-made)
		}
	}
	return good, newest, reach
}

func (p *pc) said() string {
	good, newest, reach := p.left()
	if good == 0 {
		return "ZERO good copies"
	}
	return fmt.Sprintf("%d good, newest %d d old, reach %d d", good, newest, reach)
}

// The eight everyday faults that rotation by age was measured with, after 200 good nights.
var faults = []struct {
	name, what string
	days       int  // that no good copy could be made for
	empties    bool // rotation by age is left without a good copy
	of         func(t *testing.T, p *pc)
}{
	{"A", "nothing goes wrong", 0, false, func(*testing.T, *pc) {}},
	{"B", "the PC is off for 45 days, then one backup", 0, false, func(t *testing.T, p *pc) {
		p.day += 44
		p.nights(t, 1, true)
	}},
	{"B2", "the PC is off for 45 days, rotates when it starts, and the backup fails", 45, true, func(t *testing.T, p *pc) {
		p.day += 45
		p.rotate(t)
	}},
	{"C", "backups fail for 45 days, and rotation goes on", 45, true, func(t *testing.T, p *pc) {
		for range 45 {
			p.day++
			p.rotate(t)
		}
	}},
	{"D", "45 days of copies that look good and can not be restored", 45, true, func(t *testing.T, p *pc) { p.nights(t, 45, false) }},
	{"E", "one night the clock is nine years ahead, then 20 good nights", 0, false, func(t *testing.T, p *pc) {
		p.clock = 9 * 365
		p.nights(t, 1, true)
		p.clock = 0
		p.nights(t, 20, true)
	}},
	{"F", "for 10 nights the clock says 2015, then it is set right", 10, false, func(t *testing.T, p *pc) {
		p.clock = -11 * 365
		p.nights(t, 10, true)
		p.clock = 0
		p.rotate(t)
	}},
	{"G", "60 backups by hand within an hour", 0, false, func(t *testing.T, p *pc) {
		for range 60 {
			p.backup(true)
			p.rotate(t)
		}
	}},
}

func TestEightFaultsLeaveTwelveGoodCopies(t *testing.T) {
	table := []string{fmt.Sprintf("%-2s  %-72s  %-42s  %s", "", "after 200 good nights", "delete what is older than 30 days", "djscript: 7 daily, 4 weekly, 6 monthly")}
	for _, fault := range faults {
		standard, ours := &pc{good: map[string]int{}}, &pc{good: map[string]int{}, ours: true}
		for _, p := range []*pc{standard, ours} {
			p.nights(t, 200, true)
			fault.of(t, p)
		}
		table = append(table, fmt.Sprintf("%-2s  %-72s  %-42s  %s", fault.name, fault.what, standard.said(), ours.said()))
		if good, newest, _ := ours.left(); good < 12 || newest > fault.days {
			t.Errorf("%s: %d good copies are left, the newest of %d days ago", fault.name, good, newest)
		}
		if good, _, _ := standard.left(); (good == 0) != fault.empties {
			t.Errorf("%s: rotation by age leaves %d good copies", fault.name, good)
		}
	}
	got := strings.Join(table, "\n") + "\n"
	if *update {
		if err := os.WriteFile("testdata/faults.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/faults.txt")
	if err != nil || string(want) != got {
		t.Errorf("testdata/faults.txt (%v) says\n%s\nand it is (-update writes it)\n%s", err, want, got)
	}
}
