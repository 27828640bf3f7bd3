package retention

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// What has to be true of any plan. Each promise is held by the test of its invariant, and those that a store relies on
// from night to night by TestNightsGoByAndEveryPromiseHolds too.

// I-2: every copy is in exactly one place, with at least one reason that says something.
func eachInOnePlaceWithAReason(t *rapid.T, d drawn) {
	known := map[string]bool{}
	for _, c := range d.copies {
		known[c.ID] = true
		var reasons []Reason
		places := 0
		for _, place := range []map[string][]Reason{d.plan.Keep, d.plan.Drop, d.plan.Deferred} {
			if found, ok := place[c.ID]; ok {
				reasons = append(reasons, found...)
				places++
			}
		}
		if places != 1 || len(reasons) == 0 || strings.TrimSpace(reasons[0].String()) == "" || reasons[0].String() == reasons[0].Key {
			t.Fatalf("copy %s is in %d places, for %v", c.ID, places, reasons)
		}
	}
	if all := len(d.plan.Keep) + len(d.plan.Drop) + len(d.plan.Deferred); all != len(known) {
		t.Fatalf("%d copies, and a plan for %d", len(known), all)
	}
}

// I-8: of each unit and class, as many verified copies stay as the floor says, or all that there are.
func theFloorStays(t *rapid.T, d drawn) {
	floor := max(d.policy.Min, d.guards.Min)
	if d.policy.Min == 0 {
		floor = max(DefaultMin, d.guards.Min)
	}
	for _, own := range units(d.copies) {
		verified, staying := map[string]int{}, map[string]int{}
		for _, c := range own {
			if c.State == Verified {
				verified[c.Class]++
				if !d.plan.gives(c.ID) {
					staying[c.Class]++
				}
			}
		}
		for class, all := range verified {
			if staying[class] < min(floor, all) {
				t.Fatalf("of %d verified %s copies %d stay, and the floor is %d", all, class, staying[class], floor)
			}
		}
	}
}

// I-9: the newest copy stays, and the newest verified one.
func theNewestStay(t *rapid.T, d drawn) {
	for _, own := range units(d.copies) {
		if newest := own[0]; d.plan.gives(newest.ID) {
			t.Fatalf("the newest copy goes: %+v", newest)
		}
		verified := slices.IndexFunc(own, func(c Copy) bool { return c.State == Verified })
		if verified >= 0 && d.plan.gives(own[verified].ID) {
			t.Fatalf("the newest verified copy goes: %+v", own[verified])
		}
	}
}

// I-10: copies that are not verified make no verified one go: without them, and whatever becomes of them.
func theUnprovenPushNothingOut(t *rapid.T, d drawn) {
	proven := d.again(t, slices.DeleteFunc(slices.Clone(d.copies), func(c Copy) bool { return c.State != Verified }))
	if gone := lost(proven, d.plan); len(gone) > 0 {
		t.Fatalf("%v go for the sake of unproven copies; without them: %v", gone, proven.Keep[gone[0]])
	}
}

// I-16: what somebody uses is not dropped, nor what lies on a drive that is not there.
func whatIsInUseIsNotDropped(t *rapid.T, d drawn) {
	for _, c := range d.copies {
		if (c.Busy || c.Away) && d.plan.Drop[c.ID] != nil {
			t.Fatalf("in use or away, and dropped: %+v", c)
		}
	}
}

// I-18: no more than three of a unit go in one run, or a fifth of it.
func noMoreThanTheBreakerLets(t *rapid.T, d drawn) {
	for _, own := range units(d.copies) {
		dropped := 0
		for _, c := range own {
			if d.plan.Drop[c.ID] != nil {
				dropped++
			}
		}
		if dropped > max(3, len(own)/5) {
			t.Fatalf("%d of %d go at once", dropped, len(own))
		}
	}
}

// I-18: what goes beyond that is what a person approved: the plan to which the hash belongs, and nothing else.
func onlyAnApprovedPlanGoesBeyondTheBreaker(t *rapid.T, d drawn) {
	bare := d
	bare.guards.Approved = ""
	bare.plan = bare.again(t, d.copies)
	noMoreThanTheBreakerLets(t, bare)
	if d.guards.Approved == "" || d.guards.Approved != bare.plan.Hash() {
		noMoreThanTheBreakerLets(t, d)
	}
	for id := range d.plan.Drop {
		if !bare.plan.gives(id) {
			t.Fatalf("%s goes by an approval that does not speak of it", id)
		}
	}
}

// I-19: a verified copy stays until it is where it was made to go, or a person said that it need not, or a newer one of
// its class is there or was not made to go there. Each copy is held against each that is newer.
func whatOthersWaitForStays(t *rapid.T, d drawn) {
	for _, own := range units(d.copies) {
		for i, c := range own {
			for _, where := range c.To {
				freed := slices.ContainsFunc(own[:i], func(newer Copy) bool {
					return newer.State == Verified && newer.Class == c.Class && (slices.Contains(newer.At, where) || !slices.Contains(newer.To, where))
				})
				awaited := c.State == Verified && !slices.Contains(c.At, where) && !slices.Contains(c.Waived, where) && !freed
				said := slices.ContainsFunc(d.plan.Keep[c.ID], func(r Reason) bool { return r.Key == "retention.awaited" && r.Args["where"] == where })
				if awaited != said {
					t.Fatalf("%s is awaited at %s: %v; the plan keeps it for %v", c.ID, where, awaited, d.plan.Keep[c.ID])
				}
			}
		}
	}
}

// I-20: the calendar repeats itself every 400 years, weekdays and all; so does the plan, reason by reason.
func fourCenturiesLaterAllIsAsItWas(t *rapid.T, d drawn) {
	const years = 400
	later := slices.Clone(d.copies)
	for i := range later {
		shift(&later[i], years, 0)
	}
	if diff := cmp.Diff(ids(d.plan), ids(d.again(t, later))); diff != "" {
		t.Fatal(diff)
	}
}

// shift moves every stamp of a copy; what is no day stays as it is.
func shift(c *Copy, years, days int) {
	move := func(form, stamp string) string {
		at, err := time.Parse(form, stamp)
		if err != nil {
			return stamp
		}
		return at.AddDate(years, 0, days).Format(form)
	}
	c.Day, c.Checked, c.Created = move(time.DateOnly, c.Day), move(time.DateOnly, c.Checked), move(time.RFC3339, c.Created)
	if c.Pin != nil {
		c.Pin = &Pin{c.Pin.Reason, move(time.DateOnly, c.Pin.LastDay)}
	}
}

// I-21: one stamp of any day of 137 years. Where it contradicts the others, none of them goes for it. Where it does not,
// a shop could have made that copy on that day: it may take one place of each rule of the calendar, and it makes nothing
// older by more than a week. How old a hash is, only the days can say: hashes are left out.
func oneWrongStampCostsNoOtherCopy(t *rapid.T, d drawn) {
	if len(d.copies) == 0 {
		return
	}
	d.guards.ScrubDays = 0
	before := d.again(t, d.copies)
	copies := slices.Clone(d.copies)
	wrong := &copies[len(copies)-1]
	if rapid.Bool().Draw(t, "any") {
		wrong = &copies[rapid.IntRange(0, len(copies)-1).Draw(t, "wrong")]
	}
	wrong.Day = after("1970-01-01", rapid.IntRange(0, 137*365).Draw(t, "day"))
	if rapid.Bool().Draw(t, "near") {
		wrong.Day = after(d.copies[len(d.copies)-1].Day, rapid.IntRange(-40, 450).Draw(t, "days"))
	}
	gone := slices.DeleteFunc(lost(before, d.again(t, copies)), func(id string) bool { return id == wrong.ID })
	contradicts, newest := heldAgainstOthers(*wrong, copies)
	if contradicts && len(gone) > 0 {
		t.Fatalf("%v go since %s is dated %s", gone, wrong.ID, wrong.Day)
	}
	aged := func(id string) bool {
		c := d.copies[slices.IndexFunc(d.copies, func(c Copy) bool { return c.ID == id })]
		ended := before.keepsFor(id, "retention.pinned") && c.Pin.LastDay != "" && c.Pin.LastDay < after(newest, 7)
		return ended || d.policy.Within > 0 && c.Day < after(newest, 7-d.policy.Within)
	}
	rules := 0
	for _, n := range []int{d.policy.Hourly, d.policy.Daily, d.policy.Weekly, d.policy.Monthly, d.policy.Yearly, len(d.policy.Weekdays)} {
		rules += min(n, 1)
	}
	if gone = slices.DeleteFunc(gone, aged); len(gone) > rules {
		t.Fatalf("%v go since %s is dated %s, by %d rules of the calendar", gone, wrong.ID, wrong.Day, rules)
	}
}

// heldAgainstOthers tells whether the day of a copy can not be right, because two verified copies at least speak against
// it or because it tells no day at all, and the newest day that the others tell.
func heldAgainstOthers(wrong Copy, copies []Copy) (contradicts bool, newest string) {
	against := 0
	for _, c := range units(copies)[Unit{wrong.Database, wrong.Companies, wrong.Partial}] {
		if c.ID == wrong.ID {
			continue
		}
		newest = max(newest, c.Day)
		if c.State == Verified && !c.Doubted && (c.Seq < wrong.Seq && c.Day > wrong.Day || c.Seq > wrong.Seq && c.Day < wrong.Day) {
			against++
		}
	}
	return against >= 2 || wrong.State != Verified || wrong.Doubted, newest
}

// I-28: what is suspect, bad or not certain stays until a person has looked.
func theDoubtfulStay(t *rapid.T, d drawn) {
	for _, g := range Groups(d.copies) {
		for _, c := range g.Copies {
			if (c.Doubted || c.State != Verified && c.State != Sealed) && d.plan.gives(c.ID) {
				t.Fatalf("goes: %+v", c)
			}
		}
	}
}

// I-32: nothing of a unit goes while its newest copies are unlike those before them.
func nothingGoesAfterAnUnusualCopy(t *rapid.T, d drawn) {
	for _, own := range units(d.copies) {
		unlike := slices.IndexFunc(own, func(c Copy) bool { return c.State == Suspect })
		verified := slices.IndexFunc(own, func(c Copy) bool { return c.State == Verified })
		if unlike < 0 || verified >= 0 && verified < unlike {
			continue
		}
		for _, c := range own {
			if d.plan.Drop[c.ID] != nil {
				t.Fatalf("%s goes, and the newest copy %s is unlike the others", c.ID, own[unlike].ID)
			}
		}
	}
}

// Reliability 4.6: with three devices or more nothing goes before two of them have a verified copy, and they keep it.
func twoDevicesHaveAVerifiedCopy(t *rapid.T, d drawn) {
	if d.guards.Devices < 3 {
		return
	}
	for unit, own := range units(d.copies) {
		devices, dropped := map[string]bool{}, 0
		for _, c := range own {
			if d.plan.Drop[c.ID] != nil {
				dropped++
			}
			if c.State == Verified && !d.plan.gives(c.ID) && c.Device != "" {
				devices[c.Device] = true
			}
		}
		if dropped > 0 && d.guards.Elsewhere[unit] == 0 && len(devices) < 2 {
			t.Fatalf("%d go, and verified copies stay on %v alone", dropped, slices.Collect(maps.Keys(devices)))
		}
	}
}

// units are copies by unit, newest first, as a test reads the words of Unit and Seq.
func units(copies []Copy) map[Unit][]Copy {
	all := map[Unit][]Copy{}
	for _, c := range copies {
		unit := Unit{c.Database, c.Companies, c.Partial}
		all[unit] = append(all[unit], c)
	}
	for _, own := range all {
		slices.SortFunc(own, func(a, b Copy) int { return int(b.Seq) - int(a.Seq) })
	}
	return all
}

func shuffled(t *rapid.T, copies []Copy) []Copy {
	copies = slices.Clone(copies)
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	r.Shuffle(len(copies), func(i, j int) { copies[i], copies[j] = copies[j], copies[i] })
	return copies
}

// twins puts a second copy under the id of another into the history, on another drive or of another day.
func twins(t *rapid.T, copies []Copy) []Copy {
	if len(copies) == 0 {
		return copies
	}
	twin := copies[rapid.IntRange(0, len(copies)-1).Draw(t, "twin of")]
	rapid.SampledFrom([]oddity{
		{"on another drive", func(c *Copy) { c.Device = "C" }},
		{"of another day", func(c *Copy) { c.Day, c.Created = "2025-03-01", "2025-03-01T10:00:00-03:00" }},
		{"of another number", func(c *Copy) { c.Seq += 3 }},
		{"of another unit", func(c *Copy) { c.Companies = "1,2" }},
		{"of another state", func(c *Copy) { c.State = Sealed }},
		{"the same", func(*Copy) {}},
	}).Draw(t, "twin").of(&twin)
	return append(slices.Clone(copies), twin)
}

// scattered draws some of the ids.
func scattered(t *rapid.T, all map[string][]Reason, what string) map[string]bool {
	some := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if rapid.Bool().Draw(t, fmt.Sprintf("%s %s", id, what)) {
			some[id] = true
		}
	}
	return some
}
