package retention

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// histories draws the copies of a store: mostly in order, with pauses, wrong clocks, unproven and bad ones.
func histories(faults bool) *rapid.Generator[[]Copy] {
	return rapid.Custom(func(t *rapid.T) []Copy {
		day, _ := time.Parse(time.DateOnly, "2024-12-20")
		var all []Copy
		for seq := range rapid.IntRange(0, 60).Draw(t, "copies") {
			day = day.AddDate(0, 0, rapid.SampledFrom([]int{0, 0, 1, 1, 1, 2, 40}).Draw(t, "pause"))
			c := night(uint64(seq+1), day.Format(time.DateOnly))
			c.Created = day.Format(time.DateOnly) + fmt.Sprintf("T%02d:00:00-03:00", seq%24)
			c.Class = rapid.SampledFrom([]string{"routine", "routine", "routine", "intraday", "closing"}).Draw(t, "class")
			c.State = rapid.SampledFrom([]string{Verified, Verified, Verified, Sealed, Bad}).Draw(t, "state")
			c.Database = rapid.SampledFrom([]string{"loja", "loja", "pdv"}).Draw(t, "database")
			c.Partial = rapid.SampledFrom([]bool{false, false, false, true}).Draw(t, "partial")
			if rapid.IntRange(0, 9).Draw(t, "pinned") == 0 {
				c.Pin = &Pin{Reason: "x"}
			}
			if faults && rapid.IntRange(0, 9).Draw(t, "fault") == 0 {
				c.Day = rapid.SampledFrom([]string{"1980-01-01", "2035-06-01", "2015-02-03", "", "?"}).Draw(t, "wrong day")
			}
			all = append(all, c)
		}
		return all
	})
}

func policies() *rapid.Generator[Policy] {
	return rapid.Custom(func(t *rapid.T) Policy {
		n := func(name string) int { return rapid.SampledFrom([]int{0, 0, 1, 3, 12}).Draw(t, name) }
		p := Policy{
			Last: n("last"), Hourly: n("hourly"), Daily: n("daily"), Weekly: n("weekly"), Monthly: n("monthly"), Yearly: n("yearly"), Within: n("within"),
			Min: rapid.IntRange(0, 4).Draw(t, "min"),
		}
		if rapid.Bool().Draw(t, "weekdays") {
			p.Weekdays = []time.Weekday{time.Monday, time.Saturday}
		}
		if rapid.Bool().Draw(t, "closing too") {
			p.Class = []string{"routine", "closing"}
		}
		if p.Check() != nil {
			p.Last = 1
		}
		return p
	})
}

func guards() *rapid.Generator[Guards] {
	return rapid.Custom(func(t *rapid.T) Guards {
		g := Guards{Min: rapid.IntRange(0, 5).Draw(t, "floor")}
		if rapid.Bool().Draw(t, "credited") {
			g.Credit = map[string]int{"loja": rapid.IntRange(0, 20).Draw(t, "credit")}
		}
		return g
	})
}

// planned is the plan of a policy; a refusal fails the test.
func planned(t *rapid.T, copies []Copy, all []Policy, g Guards) (Proposal, Plan) {
	proposal, err := Propose(all, copies)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Decide(copies, proposal, g)
	if err != nil {
		t.Fatal(err)
	}
	return proposal, plan
}

// gives up tells whether a copy is dropped now or is to be.
func (p Plan) gives(id string) bool { return p.Drop[id] != nil || p.Deferred[id] != nil }

func TestEveryCopyIsInOnePlaceWithAReason(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := histories(true).Draw(t, "history")
		_, plan := planned(t, all, []Policy{policies().Draw(t, "policy")}, guards().Draw(t, "guards"))
		if len(plan.Keep)+len(plan.Drop)+len(plan.Deferred) != len(all) {
			t.Fatalf("%d copies, plan %+v", len(all), plan)
		}
		for _, c := range all {
			if len(plan.Keep[c.ID])+len(plan.Drop[c.ID])+len(plan.Deferred[c.ID]) == 0 {
				t.Fatalf("copy %s has no reason", c.ID)
			}
		}
	})
}

func TestTheNewestAndTheFloorStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, policy, g := histories(true).Draw(t, "history"), policies().Draw(t, "policy"), guards().Draw(t, "guards")
		_, plan := planned(t, all, []Policy{policy}, g)
		floor := max(policy.Min, g.Min)
		if policy.Min == 0 {
			floor = max(DefaultMin, g.Min)
		}
		for _, group := range Groups(all) {
			verified, staying, newest := 0, 0, true
			for i, c := range group.Copies {
				if i == 0 && plan.gives(c.ID) {
					t.Fatalf("the newest copy goes: %+v", c)
				}
				if c.State != Verified {
					continue
				}
				verified++
				if !plan.gives(c.ID) {
					staying++
				} else if newest {
					t.Fatalf("the newest verified copy goes: %+v", c)
				}
				newest = false
			}
			if staying < min(floor, verified) {
				t.Fatalf("of %d verified copies %d stay, the floor is %d", verified, staying, floor)
			}
		}
	})
}

func TestDropsNeverTouchWhatIsNotTheirs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := histories(true).Draw(t, "history")
		proposal, plan := planned(t, all, []Policy{policies().Draw(t, "policy")}, guards().Draw(t, "guards"))
		for _, group := range Groups(all) {
			verified, dropped := 0, 0
			for _, c := range group.Copies {
				gone := plan.gives(c.ID)
				fresh := c.State == Sealed && verified < provenAfter
				if gone && (c.Pin != nil || c.State == Bad || c.Doubted || fresh || !slices.Contains(proposal.Classes, c.Class) || proposal.Keep[c.ID] != nil) {
					t.Fatalf("goes: %+v", c)
				}
				if c.State == Verified {
					verified++
				}
				if plan.Drop[c.ID] != nil {
					dropped++
				}
			}
			if dropped > max(breakerLeast, len(group.Copies)/breakerShare) {
				t.Fatalf("%d of %d go at once", dropped, len(group.Copies))
			}
		}
	})
}

func TestTheOrderOfTheInputChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, policy, g := histories(true).Draw(t, "history"), policies().Draw(t, "policy"), guards().Draw(t, "guards")
		_, want := planned(t, all, []Policy{policy}, g)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		_, got := planned(t, all, []Policy{policy}, g)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestMoreRulesNeverKeepLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, one, other := histories(true).Draw(t, "history"), policies().Draw(t, "one"), policies().Draw(t, "other")
		other.Class = one.Class // naming a class is a permission to drop from it
		more := one
		more.Daily, more.Last, more.Within, more.Monthly = one.Daily+2, one.Last+1, one.Within+10, one.Monthly+1
		_, plan := planned(t, all, []Policy{one}, Guards{})
		for name, wider := range map[string][]Policy{"union": {one, other}, "larger numbers": {more}} {
			_, wide := planned(t, all, wider, Guards{})
			for id := range plan.Keep {
				if wide.gives(id) {
					t.Fatalf("%s: %s goes, which stayed", name, id)
				}
			}
		}
	})
}

func TestAPinNeverDropsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, policy := histories(true).Draw(t, "history"), policies().Draw(t, "policy")
		_, before := planned(t, all, []Policy{policy}, Guards{})
		if len(all) == 0 {
			return
		}
		all[rapid.IntRange(0, len(all)-1).Draw(t, "pinned")].Pin = &Pin{Reason: "y"}
		_, after := planned(t, all, []Policy{policy}, Guards{})
		for id := range before.Keep {
			if after.gives(id) {
				t.Fatalf("%s goes since another copy is pinned", id)
			}
		}
	})
}

func TestAPlanThatWasCarriedOutIsAtRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, policy := histories(false).Draw(t, "history"), policies().Draw(t, "policy")
		_, plan := planned(t, all, []Policy{policy}, Guards{})
		left := slices.DeleteFunc(slices.Clone(all), func(c Copy) bool { return plan.gives(c.ID) })
		proposal, again := planned(t, left, []Policy{policy}, Guards{})
		if len(again.Drop)+len(again.Deferred) > 0 {
			t.Fatalf("a second time %v go, proposal %v", slices.Collect(maps.Keys(again.Drop)), proposal)
		}
	})
}

func TestUnprovenCopiesTakeNoSlot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, policy := histories(false).Draw(t, "history"), policies().Draw(t, "policy")
		proven := slices.DeleteFunc(slices.Clone(all), func(c Copy) bool { return c.State != Verified })
		_, plan := planned(t, proven, []Policy{policy}, Guards{})
		_, with := planned(t, all, []Policy{policy}, Guards{})
		for id, reasons := range plan.Keep {
			// A day that stood alone may be believed once more copies tell of the days around it.
			doubted := slices.ContainsFunc(reasons, func(r Reason) bool { return r.Key == "retention.doubted" })
			if with.gives(id) && !doubted {
				t.Fatalf("%s goes for the sake of an unproven copy; kept before: %v; now: %v", id, reasons, with.Drop[id])
			}
		}
	})
}

// The calendar of the Gregorian rules repeats itself every 400 years, weekdays and all.
func TestShiftingEveryStampChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, policy := histories(false).Draw(t, "history"), policies().Draw(t, "policy")
		_, want := planned(t, all, []Policy{policy}, Guards{})
		for i, c := range all {
			all[i].Day, all[i].Created = "24"+c.Day[2:], "24"+c.Created[2:]
		}
		_, got := planned(t, all, []Policy{policy}, Guards{})
		same := func(a, b map[string][]Reason) bool {
			return slices.Equal(slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
		}
		if !same(want.Keep, got.Keep) || !same(want.Drop, got.Drop) || !same(want.Deferred, got.Deferred) {
			t.Fatalf("%+v, %+v", want, got)
		}
	})
}

func TestOneWrongYearDropsNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, policy := histories(false).Draw(t, "history"), policies().Draw(t, "policy")
		all = slices.DeleteFunc(all, func(c Copy) bool { return c.Database != "loja" || c.Partial })
		if len(all) < 4 {
			return
		}
		_, before := planned(t, all, []Policy{policy}, Guards{})
		all[rapid.IntRange(0, len(all)-1).Draw(t, "wrong")].Day = rapid.SampledFrom([]string{"1970-01-01", "2106-02-07", "2009-12-31", "2037-05-05"}).Draw(t, "day")
		_, after := planned(t, all, []Policy{policy}, Guards{})
		for id := range before.Keep {
			if after.gives(id) {
				t.Fatalf("%s goes since another copy has a wrong year", id)
			}
		}
	})
}
