package retention

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/djscript/djscript/host/message"
)

// The 33 invariants of rotation, I-1 to I-33, each over random histories, policies and faults. Where one speaks of what
// lies outside this room, the part that is a matter of values is here, and the rest is tested where it happens:
//
//	I-7   foreign files beside the copies              host/copies: drop_test.go, trash_test.go
//	I-15  the files of one copy, and their order        host/copies: drop_test.go, trash_test.go
//	I-16  who reads or writes a copy                    host/copies: inuse_test.go
//	I-17  policies as they are written                  host/config; host/primitive: keep_test.go; tests/testdata/policy
//	I-18  the record of an approval                     host/copies: decision_test.go
//	I-19  where a copy is, was to go and need not go    host/copies: decision_test.go, away_test.go
//	I-21  clocks, when a copy is made                   host/copies: clock_test.go
//	I-24  the trash, which goes first                   host/copies: room_linux_test.go
//	I-25  crashes at each step of a drop                host/copies: trash_test.go
//	I-26  files that can not be deleted                 host/copies: drop_test.go, trash_test.go
//	I-27  ledgers that are lost or damaged              host/copies: rebuild_test.go
//	I-28  hashes and manifests                          host/copies: catalogue_test.go, drop_test.go
//	I-29  the turn that two hosts take                  host/copies: turn_test.go
//	I-30  scripts that fail                             host/run: policy_test.go; tests/testdata/policy
//	I-31  what a script is told                         host/primitive: guards_test.go; host/run: rotation_test.go
//	I-32  what is measured of a copy, and accepting it   host/copies: anomaly_test.go, decision_test.go

func TestI01PlanIsPure(t *testing.T) {
	onlyPureImports(t)
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		d.copies = twins(t, d.copies)
		d.plan = d.again(t, d.copies)
		given, err := json.Marshal(d.copies)
		if err != nil {
			t.Fatal(err)
		}
		if first, second := text(t, d.plan), text(t, d.again(t, d.copies)); first != second {
			t.Fatalf("two plans from the same copies:\n%s\n%s", first, second)
		}
		if now, _ := json.Marshal(d.copies); string(now) != string(given) {
			t.Fatalf("planning changed what it was given:\n%s\n%s", given, now)
		}
	})
}

// onlyPureImports reads the room's own source: nothing in it can ask a clock, a disk, the environment or chance.
func onlyPureImports(t *testing.T) {
	t.Helper()
	pure := []string{"cmp", "crypto/sha256", "encoding/hex", "fmt", "maps", "slices", "strings", "time", "github.com/djscript/djscript/host/message"}
	asks := []string{"Now", "Since", "Until", "Local", "After", "Tick", "NewTimer", "LoadLocation"}
	sources, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil || len(sources) < 10 {
		t.Fatalf("sources %v: %v", sources, err)
	}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range file.Imports {
			if path, _ := strconv.Unquote(imported.Path.Value); !slices.Contains(pure, path) {
				t.Errorf("%s imports %s", name, path)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && fmt.Sprint(s.X) == "time" && slices.Contains(asks, s.Sel.Name) {
				t.Errorf("%s asks for time.%s", name, s.Sel.Name)
			}
			return true
		})
	}
}

func TestI02EveryCopyIsInOnePlaceWithAReason(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		eachInOnePlaceWithAReason(t, d)
		d.copies = twins(t, d.copies)
		d.plan = d.again(t, d.copies)
		eachInOnePlaceWithAReason(t, d)
	})
}

func TestI03OrderOfTheInputChangesNothing(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		d.copies = twins(t, d.copies)
		want, got := d.again(t, d.copies), d.again(t, shuffled(t, d.copies))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Once verified copies are gone, one that stays may get a reason more: never proven, it has fewer newer proven ones; and
// its pin may hold again, where no second copy is left to say that the last day is over.
func TestI04APlanThatWasCarriedOutIsAtRest(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, false)
		isAtRest(t, d)
		d.policy.Min, d.guards.Min = 1, 0 // so that little is left to tell
		d.plan = d.again(t, d.copies)
		isAtRest(t, d)
	})
}

func isAtRest(t *rapid.T, d drawn) {
	again := d.again(t, without(d.copies, d.plan.gives))
	for id, reasons := range again.Keep {
		again.Keep[id] = slices.DeleteFunc(slices.Clone(reasons), func(r Reason) bool {
			return (r.Key == "retention.unproven" || r.Key == "retention.pinned") && !d.plan.keepsFor(id, r.Key)
		})
	}
	if diff := cmp.Diff(d.plan.Keep, again.Keep); diff != "" || len(again.Drop)+len(again.Deferred) > 0 {
		t.Fatalf("a second time %v go; %s", ids(again)[1:], diff)
	}
}

func TestI05LargerNumbersNeverDropMore(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		larger, other := d.policy, policy().Draw(t, "other policy")
		all := append(larger.counts(), &larger.Min)
		if larger.Min == 0 {
			larger.Min = DefaultMin
		}
		*all[rapid.IntRange(0, len(all)-1).Draw(t, "number")] += rapid.IntRange(1, 20).Draw(t, "more")
		other.Class = d.policy.Class // naming a class is a permission to drop from it
		for what, policies := range map[string][]Policy{"a larger number": {larger}, "another policy beside it": {d.policy, other}} {
			_, more := planned(t, d.copies, policies, d.guards)
			if gone := lost(d.plan, more); len(gone) > 0 || len(more.Drop) > len(d.plan.Drop) {
				t.Fatalf("%s: %v go, %d instead of %d now", what, gone, len(more.Drop), len(d.plan.Drop))
			}
		}
	})
}

// A destination that is gone holds no copy any more, and is no other device that has one.
func TestI06APinOrALostDestinationNeverDropsMore(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		if len(d.copies) == 0 {
			return
		}
		never := func(what string, after Plan) {
			if gone := lost(d.plan, after); len(gone) > 0 || len(after.Drop) > len(d.plan.Drop) {
				t.Fatalf("%s: %v go, %d instead of %d now", what, gone, len(after.Drop), len(d.plan.Drop))
			}
		}
		pinned := slices.Clone(d.copies)
		pinned[rapid.IntRange(0, len(pinned)-1).Draw(t, "pinned")].Pin = &Pin{Reason: "y"}
		never("a pin", d.again(t, pinned))
		left := slices.Clone(d.copies)
		for i := range left {
			left[i].At = slices.DeleteFunc(slices.Clone(left[i].At), func(where string) bool { return where == "pen" })
		}
		d.guards.Elsewhere = nil
		never("a lost destination", d.again(t, left))
	})
}

func TestI07WhatIsNoCopyIsNeverInAPlan(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		known := func(id string) bool { return slices.ContainsFunc(d.copies, func(c Copy) bool { return c.ID == id }) }
		for _, place := range ids(d.plan) {
			for _, id := range place {
				if !known(id) {
					t.Fatalf("the plan names %s", id)
				}
			}
		}
		d.proposal.Keep["fotos.zip"] = []Reason{Said("da família")}
		if plan, err := Decide(d.copies, d.proposal, d.guards); message.Code(err) != "guard.policy" || len(plan.Drop) > 0 {
			t.Fatalf("a foreign file is let through: %v, %v", err, plan.Drop)
		}
	})
}

func TestI08TheFloorStays(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		theFloorStays(t, d)
		twoDevicesHaveAVerifiedCopy(t, d)
	})
}

func TestI09TheNewestStay(t *testing.T) {
	always(t, func(t *rapid.T) { theNewestStay(t, draw(t, true)) })
}

func TestI10TheUnprovenPushNothingOut(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		theUnprovenPushNothingOut(t, d)
		for i := range d.copies {
			if d.copies[i].State != Verified {
				d.copies[i].State = rapid.SampledFrom([]string{Sealed, Bad, Suspect, Unsure}).Draw(t, "state")
				d.copies[i].Day = rapid.SampledFrom(wrongDays).Draw(t, "day")
			}
		}
		d.plan = d.again(t, d.copies)
		theUnprovenPushNothingOut(t, d)
		for range 3 {
			lie := rapid.SampledFrom(wrongDays[:6]).Draw(t, "a day that others swear to")
			sworn := slices.Clone(d.copies)
			for i := range sworn {
				switch rapid.IntRange(0, 5).Draw(t, "witness") {
				case 0, 1:
					sworn[i].Day, sworn[i].State = lie, Verified
				case 2, 3:
					sworn[i].Day, sworn[i].State = lie, Sealed
				}
			}
			among := d
			among.copies, among.plan = sworn, d.again(t, sworn)
			theUnprovenPushNothingOut(t, among)
		}
	})
}

func TestI11NothingGoesBeforeANewVerifiedCopyCame(t *testing.T) {
	always(t, func(t *rapid.T) {
		s := newStore(t)
		for range rapid.IntRange(5, 25).Draw(t, "nights") {
			s.make(t, Verified)
		}
		first := s.draw(t)
		s.carryOut(first.plan, nil)
		if second := s.draw(t); len(first.plan.Drop) > 0 && len(second.plan.Drop) > 0 {
			t.Fatalf("%v went, and then %v without a new copy", ids(first.plan)[1], ids(second.plan)[1])
		}
		for _, state := range []string{Sealed, Bad, Suspect} {
			s.make(t, state)
		}
		if third := s.draw(t); len(first.plan.Drop) > 0 && len(third.plan.Drop) > 0 {
			t.Fatalf("copies that prove nothing paid for %v", ids(third.plan)[1])
		}
	})
}

func TestI12DropsArePaidForByVerifiedCopies(t *testing.T) {
	always(t, func(t *rapid.T) {
		s := newStore(t)
		for range rapid.IntRange(1, 15).Draw(t, "nights") {
			for range rapid.SampledFrom([]int{0, 1, 1, 4, 40}).Draw(t, "copies") {
				s.make(t, Verified)
			}
			d := s.draw(t)
			for database, credit := range d.guards.Credit {
				if of := func(c Copy) bool { return c.Database == database && d.plan.Drop[c.ID] != nil }; count(d.copies, of) > min(credit, 30) {
					t.Fatalf("%d of %s go, and %d are paid for", count(d.copies, of), database, credit)
				}
			}
			s.carryOut(d.plan, nil)
			s.dropsArePaidFor(t)
		}
	})
}

// Each period's newest verified copy is found from the oldest on, by another way than the rules go.
func TestI13TheNewestOfEachPeriodStays(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		p := d.policy
		for _, g := range Groups(d.copies) {
			for _, rule := range []struct {
				n      int
				period func(c Copy, at time.Time) string
			}{
				{p.Hourly, func(c Copy, _ time.Time) string { return c.Created[:len("2006-01-02T15")] }},
				{p.Daily, func(c Copy, _ time.Time) string { return c.Day }},
				{p.Weekly, func(_ Copy, at time.Time) string { return at.AddDate(0, 0, -(int(at.Weekday())+6)%7).String() }}, // its Monday
				{p.Monthly, func(_ Copy, at time.Time) string { return fmt.Sprint(at.Year(), at.Month()) }},
				{p.Yearly, func(_ Copy, at time.Time) string { return fmt.Sprint(at.Year()) }},
			} {
				newest := map[string]Copy{}
				for _, c := range slices.Backward(g.Copies) {
					if at, err := time.Parse(time.DateOnly, c.Day); err == nil && c.State == Verified && !c.Doubted && slices.Contains(d.proposal.Classes, c.Class) {
						newest[rule.period(c, at)] = c
					}
				}
				periods := slices.SortedFunc(maps.Values(newest), func(a, b Copy) int { return int(b.Seq) - int(a.Seq) })
				for _, c := range periods[:min(rule.n, len(periods))] {
					if d.plan.gives(c.ID) {
						t.Fatalf("goes, and is the newest of its period: %+v", c)
					}
				}
			}
		}
	})
}

func TestI14EveryDayOfTheWindowCanBeGoneBackTo(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		d.policy.Within = rapid.IntRange(1, 60).Draw(t, "days")
		d.plan = d.again(t, d.copies)
		for _, g := range Groups(d.copies) {
			var verified []Copy // newest first
			for _, c := range g.Copies {
				if c.State == Verified && !c.Doubted && slices.Contains(d.proposal.Classes, c.Class) {
					verified = append(verified, c)
				}
			}
			if len(verified) == 0 {
				continue
			}
			for back := range d.policy.Within + 2 { // one day before the window too
				day := after(verified[0].Day, -back)
				at := slices.IndexFunc(verified, func(c Copy) bool { return c.Day <= day })
				if at >= 0 && d.plan.gives(verified[at].ID) {
					t.Fatalf("%s can not be gone back to: %s goes", day, verified[at].ID)
				}
			}
		}
	})
}

// What lies in several pieces or places is one copy here, under one id. Where two lie under one, nothing of it goes.
func TestI15ACopyIsKeptOrDroppedWhole(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		d.copies = twins(t, d.copies)
		d.plan = d.again(t, d.copies)
		times := map[string]int{}
		for _, c := range d.copies {
			if times[c.ID]++; times[c.ID] > 1 && d.plan.gives(c.ID) {
				t.Fatalf("two lie there as %s, and it goes: %v", c.ID, d.plan.Drop[c.ID])
			}
		}
		eachInOnePlaceWithAReason(t, d)
	})
}

func TestI16WhatIsInUseIsNotDropped(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		whatIsInUseIsNotDropped(t, d)
		busy := scattered(t, d.plan.Drop, "in use")
		for i := range d.copies {
			d.copies[i].Busy = d.copies[i].Busy || busy[d.copies[i].ID]
		}
		d.plan = d.again(t, d.copies)
		whatIsInUseIsNotDropped(t, d)
	})
}

func TestI17APolicyThatCanNotBeMeantDropsNothing(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		spoilt := d.policy
		rapid.SampledFrom([]func(){
			func() { spoilt = Policy{} },
			func() { spoilt = Policy{Min: 5, Class: []string{"routine"}} },
			func() {
				*spoilt.counts()[rapid.IntRange(0, 6).Draw(t, "rule")] = -rapid.IntRange(1, 1<<40).Draw(t, "below zero")
			},
			func() { spoilt.Min = -1 },
			func() { spoilt.Class = []string{"routine", "rotina"} },
		}).Draw(t, "spoilt")()
		policies := rapid.SampledFrom([][]Policy{{spoilt}, {d.policy, spoilt}, {spoilt, d.policy}, {}}).Draw(t, "policies")
		proposal, err := Propose(policies, d.copies)
		if message.Code(err) != "option.value" {
			t.Fatalf("let through: %+v (%v)", policies, err)
		}
		if plan, err := Decide(d.copies, proposal, d.guards); err != nil || len(plan.Drop)+len(plan.Deferred) > 0 {
			t.Fatalf("%v go by a refused policy (%v)", ids(plan)[1:], err)
		}
	})
}

func TestI18NoMoreThanTheBreakerLets(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		noMoreThanTheBreakerLets(t, d)
		hash := d.plan.Hash()
		d.guards.Approved = rapid.SampledFrom([]string{"", "another", d.again(t, d.copies[:len(d.copies)/2]).Hash()}).Draw(t, "approved")
		d.plan = d.again(t, d.copies)
		if d.guards.Approved != hash {
			noMoreThanTheBreakerLets(t, d)
		}
		d.guards.Credit = rapid.SampledFrom([]map[string]int{nil, {}, {"loja": 3, "pdv": 100}}).Draw(t, "credit")
		if got := d.again(t, d.copies).Hash(); got != hash && d.guards.Approved != hash {
			t.Fatalf("the hash is %q with one credit and %q with another", hash, got)
		}
		if hash == "" {
			return
		}
		d.guards.Credit, d.guards.Approved = nil, hash
		lifted := d.again(t, d.copies)
		for id, why := range lifted.Deferred {
			if why[0].Key == "retention.breaker" {
				t.Fatalf("%s is held back though the plan was approved", id)
			}
		}
		d.plan = lifted
		onlyAnApprovedPlanGoesBeyondTheBreaker(t, d)
		whatIsInUseIsNotDropped(t, d)
		theFloorStays(t, d)
		nothingGoesAfterAnUnusualCopy(t, d)
		twoDevicesHaveAVerifiedCopy(t, d)
		d.guards.Credit = map[string]int{}
		if unpaid := d.again(t, d.copies); len(unpaid.Drop) > 0 {
			t.Fatalf("%v go, and an approval pays for nothing", ids(unpaid)[1])
		}
	})
}

func TestI19WhatOthersWaitForStays(t *testing.T) {
	always(t, func(t *rapid.T) { whatOthersWaitForStays(t, draw(t, true)) })
}

// No test can change "now": the room has none (I-1). By days that are not 400 years, only rules that know no calendar
// can stay as they are.
func TestI20ShiftingEveryStampChangesNothing(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, false)
		fourCenturiesLaterAllIsAsItWas(t, d)
		days := rapid.IntRange(-3000, 3000).Draw(t, "days")
		d.policy.Weekly, d.policy.Monthly, d.policy.Yearly, d.policy.Weekdays = 0, 0, 0, nil
		d.policy.Last = max(d.policy.Last, 1)
		shifted := slices.Clone(d.copies)
		for i := range shifted {
			shift(&shifted[i], 0, days)
		}
		if diff := cmp.Diff(ids(d.again(t, d.copies)), ids(d.again(t, shifted))); diff != "" {
			t.Fatalf("%d days later: %s", days, diff)
		}
	})
}

func TestI21OneWrongStampCostsNoOtherCopy(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, false)
		oneWrongStampCostsNoOtherCopy(t, d)
		d.policy = Policy{Within: rapid.IntRange(10, 40).Draw(t, "within"), Min: 1}
		for range 3 {
			oneWrongStampCostsNoOtherCopy(t, d)
		}
	})
}

// The day is a text that was written once. Whatever zone and hour a copy was made in, only the rule of hours asks.
func TestI22AClockChangeNeverMovesABusinessDay(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		d.policy.Hourly, d.policy.Last = 0, max(d.policy.Last, 1)
		want := d.again(t, d.copies)
		offset := rapid.SampledFrom([]string{"-02:00", "-03:00", "-05:00", "+14:00", "Z", "?"})
		for i := range d.copies {
			hour := rapid.IntRange(0, 23).Draw(t, "hour")
			d.copies[i].Created = fmt.Sprintf("%sT%02d:59:59%s", after("2018-02-17", hour%3), hour, offset.Draw(t, "offset"))
		}
		if diff := cmp.Diff(want, d.again(t, d.copies)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// On 18 February 2018, in São Paulo, the hour from 23 to 24 came twice.
func TestI23CopiesOfTheSameSecondAreDistinct(t *testing.T) {
	always(t, func(t *rapid.T) {
		var all []Copy
		for i := range rapid.IntRange(1, 30).Draw(t, "copies") {
			c := night(uint64(i+1), "2018-02-17")
			c.Created = "2018-02-17T23:10:05-02:00"
			if i >= 15 {
				c.Created = "2018-02-17T23:10:05-03:00"
			}
			all = append(all, c)
		}
		last := rapid.IntRange(1, 40).Draw(t, "last")
		_, plan := planned(t, all, []Policy{{Last: last, Min: 1}}, Guards{})
		if len(plan.Keep) != min(last, len(all)) || len(plan.Keep)+len(plan.Drop)+len(plan.Deferred) != len(all) {
			t.Fatalf("of %d copies of one second, %d stay by last = %d", len(all), len(plan.Keep), last)
		}
		_, hourly := planned(t, all, []Policy{{Hourly: 3, Min: 1}}, Guards{})
		if want := min(1+(len(all)-1)/15, 2); len(hourly.Keep) != want {
			t.Fatalf("%d hours have a copy, want %d", len(hourly.Keep), want)
		}
	})
}

func TestI24AFullDiskTakesTheWorthlessAndTheDoubledOnly(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		classes := d.proposal.Classes
		need := rapid.SampledFrom([]int64{1, -1, 3, 9, 27, 100}).Draw(t, "bytes")
		for i := range d.copies {
			if rapid.IntRange(0, 5).Draw(t, "never proven") == 0 {
				d.copies[i].State = Sealed
			}
		}
		give, short := Sacrifice(shuffled(t, d.copies), classes, d.guards, need)
		gone := map[string]bool{}
		var got int64
		for i, c := range give {
			if got >= need {
				t.Fatalf("%s goes, and %d of %d bytes are free already", c.ID, got, need)
			}
			got += c.Bytes
			gone[c.ID] = true
			if i > 0 && (give[i-1].State == Verified) == (c.State == Verified) && give[i-1].Seq > c.Seq {
				t.Fatalf("%s goes before the older %s", give[i-1].ID, c.ID)
			}
			if i > 0 && give[i-1].State == Verified && c.State != Verified {
				t.Fatalf("verified %s goes before %s", give[i-1].ID, c.ID)
			}
		}
		if short != max(need-got, 0) {
			t.Fatalf("%d bytes needed, %d got, %d short", need, got, short)
		}
		left := without(d.copies, func(id string) bool { return gone[id] })
		spared(t, d, classes, gone)
		more, _ := Sacrifice(left, classes, d.guards, short)
		more = slices.DeleteFunc(more, func(c Copy) bool { return doubted(d.copies, c.ID) }) // by those that went
		if short > 0 && len(more) > 0 {
			t.Fatalf("%d bytes are short, and %s could still go", short, more[0].ID)
		}
	})
}

// spared holds what a full disk took against every guard.
func spared(t *rapid.T, d drawn, classes []string, gone map[string]bool) {
	d.policy.Min, d.plan = 0, Plan{Drop: map[string][]Reason{}}
	for id := range gone {
		d.plan.Drop[id] = []Reason{Said("")}
	}
	theFloorStays(t, d)
	theNewestStay(t, d)
	whatIsInUseIsNotDropped(t, d)
	nothingGoesAfterAnUnusualCopy(t, d)
	twoDevicesHaveAVerifiedCopy(t, d)
	for _, g := range Groups(d.copies) {
		verified := 0
		for i, c := range g.Copies {
			twin := func(newer Copy) bool {
				return newer.State == Verified && !newer.Doubted && newer.Class == c.Class && newer.Day == c.Day && !gone[newer.ID]
			}
			day, known := g.reached()
			switch {
			case !gone[c.ID]:
			case c.Doubted || c.State == Suspect || c.State == Unsure || c.Pin.holds(day, known) || !slices.Contains(classes, c.Class):
				t.Fatalf("a full disk takes %+v", c)
			case c.State == Verified && !slices.ContainsFunc(g.Copies[:i], twin):
				t.Fatalf("a full disk takes the last copy of its day: %+v", c)
			case c.State != Verified && verified < 3:
				t.Fatalf("a full disk takes what has %d newer verified copies: %+v", verified, c)
			}
			if c.State == Verified {
				verified++
			}
		}
	}
}

// A crash leaves some of the drops done. What was to stay is there, and the next runs finish the rest.
func TestI25ACrashMidwayLosesNothingAndIsFinishedLater(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, false)
		d.guards.Credit = nil
		d.plan = d.again(t, d.copies)
		kept := d.plan
		done := scattered(t, d.plan.Drop, "is gone")
		left := without(d.copies, func(id string) bool { return done[id] })
		for range len(d.copies) + 1 {
			plan := d.again(t, left)
			if gone := lost(kept, plan); len(gone) > 0 {
				t.Fatalf("%v were to stay, and go after a crash", gone)
			}
			if len(plan.Drop) == 0 {
				break
			}
			left = without(left, func(id string) bool { return plan.Drop[id] != nil })
		}
		plan := d.again(t, left)
		for _, c := range left {
			if plan.Drop[c.ID] != nil || plan.Keep[c.ID] != nil && kept.Keep[c.ID] == nil && !plan.doubts(c.ID) {
				t.Fatalf("%s is left: %v", c.ID, plan.Keep[c.ID])
			}
		}
	})
}

func TestI26ADropThatFailsIsTriedAgain(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, false)
		failed := scattered(t, d.plan.Drop, "can not be deleted")
		again := d.again(t, without(d.copies, func(id string) bool { return d.plan.Drop[id] != nil && !failed[id] }))
		for id := range failed {
			if again.Drop[id] == nil && !again.doubts(id) {
				t.Fatalf("%s could not be deleted, and stays now for %v, or %v", id, again.Keep[id], again.Deferred[id])
			}
		}
	})
}

// Before a catalogue is whole again, nothing is known of what was paid for: the credit is counted, and empty.
func TestI27ALostCatalogueDropsNothing(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		d.guards.Credit = map[string]int{}
		some := slices.DeleteFunc(slices.Clone(d.copies), func(Copy) bool { return rapid.Bool().Draw(t, "not found yet") })
		if plan := d.again(t, some); len(plan.Drop) > 0 {
			t.Fatalf("%v go while the catalogue is rebuilt", ids(plan)[1])
		}
	})
}

func TestI28TheSuspectNeverCountAndNeverGo(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		theDoubtfulStay(t, d)
		forged := slices.Clone(d.copies)
		for i := range forged {
			if rapid.IntRange(0, 4).Draw(t, "forged") == 0 {
				forged[i].State = rapid.SampledFrom([]string{Suspect, Bad, Unsure}).Draw(t, "as")
			}
		}
		d.copies, d.plan = forged, d.again(t, forged)
		theDoubtfulStay(t, d)
		theUnprovenPushNothingOut(t, d)
	})
}

// Each decides anew under the lock that they share, by its own policy, and may be stopped halfway.
func TestI29TwoHostsOnOneDestinationLoseNothingTogether(t *testing.T) {
	always(t, func(t *rapid.T) {
		s := newStore(t)
		for range rapid.IntRange(0, 30).Draw(t, "copies") {
			s.make(t, rapid.SampledFrom([]string{Verified, Verified, Verified, Sealed, Bad, Suspect}).Draw(t, "state"))
		}
		hosts := []Policy{s.policy, policy().Draw(t, "other policy")}
		start := slices.Clone(s.copies)
		for range rapid.IntRange(1, 8).Draw(t, "turns") {
			s.policy = rapid.SampledFrom(hosts).Draw(t, "host")
			d := s.draw(t)
			theNewestStay(t, d)
			theUnprovenPushNothingOut(t, d)
			whatIsInUseIsNotDropped(t, d)
			noMoreThanTheBreakerLets(t, d)
			s.carryOut(d.plan, scattered(t, d.plan.Drop, "can not be deleted"))
			s.dropsArePaidFor(t)
			if rapid.Bool().Draw(t, "a new copy") {
				s.make(t, Verified)
				start = append(start, s.copies[len(s.copies)-1])
			}
		}
		least := s.guards.Min // of both policies
		for i, p := range hosts {
			if p.Min == 0 {
				hosts[i].Min = DefaultMin
			}
		}
		both := drawn{copies: start, policy: Policy{Min: min(hosts[0].Min, hosts[1].Min)}, guards: Guards{Min: least}, plan: Plan{Drop: map[string][]Reason{}}}
		for _, c := range start {
			if !slices.ContainsFunc(s.copies, func(left Copy) bool { return left.ID == c.ID }) {
				both.plan.Drop[c.ID] = []Reason{Said("")}
			}
		}
		theFloorStays(t, both)
		theNewestStay(t, both)
		whatIsInUseIsNotDropped(t, both)
	})
}

// A script that fails proposes nothing: no copy and no class.
func TestI30AFailedScriptDropsNothing(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		failed := rapid.SampledFrom([]Proposal{{}, {Keep: map[string][]Reason{}}, {Min: 1}, {Classes: []string{}, Min: -1}}).Draw(t, "proposal")
		plan, err := Decide(d.copies, failed, d.guards)
		if err != nil || len(plan.Drop)+len(plan.Deferred) > 0 {
			t.Fatalf("%v go though the script failed (%v)", ids(plan)[1:], err)
		}
	})
}

func TestI31TheHostAddsItsKeepsAndSaysSo(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		wanted := map[string][]Reason{}
		for _, c := range d.copies {
			if rapid.IntRange(0, 3).Draw(t, "kept") == 0 {
				wanted[c.ID] = []Reason{Said("o roteiro quer")}
			}
		}
		proposal := Proposal{Keep: wanted, Classes: d.proposal.Classes, Min: d.proposal.Min}
		var err error
		if d.plan, err = Decide(d.copies, proposal, d.guards); err != nil {
			t.Fatal(err)
		}
		theFloorStays(t, d)
		said := func(r Reason) bool {
			return slices.ContainsFunc(d.plan.Guards, func(g Reason) bool { return g.String() == r.String() })
		}
		for id, reasons := range d.plan.Keep {
			if wanted[id] == nil && !said(reasons[0]) {
				t.Fatalf("%s stays for %v, and no guard says so", id, reasons)
			}
		}
		for id := range wanted {
			if !d.plan.keepsFor(id, "") {
				t.Fatalf("%s, which the script keeps, stays for %v", id, d.plan.Keep[id])
			}
		}
		oldestGoFirst(t, d, said)
		if len(d.copies) > 0 {
			wanted[d.copies[0].ID] = nil
			if plan, err := Decide(d.copies, proposal, d.guards); message.Code(err) != "guard.policy" || plan.Drop != nil {
				t.Fatalf("a keep for no reason is let through: %v, %v", err, plan.Drop)
			}
		}
	})
}

// oldestGoFirst: what is put off and could go is newer than all that goes, and a guard says why.
func oldestGoFirst(t *rapid.T, d drawn, said func(Reason) bool) {
	for _, own := range units(d.copies) {
		newest := uint64(0)
		for _, c := range own {
			if d.plan.Drop[c.ID] != nil {
				newest = max(newest, c.Seq)
			}
		}
		for _, c := range own {
			if why := d.plan.Deferred[c.ID]; why != nil && (!said(why[0]) || !c.Busy && !c.Away && c.Seq < newest) {
				t.Fatalf("%d goes, and the older %d is put off: %v", newest, c.Seq, why)
			}
		}
	}
}

func TestI32AnUnusualCopyStopsRotation(t *testing.T) {
	always(t, func(t *rapid.T) {
		unusualCopiesAreTold(t)
		d := draw(t, true)
		nothingGoesAfterAnUnusualCopy(t, d)
		if len(d.copies) > 0 {
			newest := Groups(d.copies)[0].Copies[0]
			newest.ID, newest.Seq, newest.State = "unlike", newest.Seq+1, Suspect
			d.copies = append(d.copies, newest)
			d.plan = d.again(t, d.copies)
			nothingGoesAfterAnUnusualCopy(t, d)
		}
	})
}

// A store of any size that grows and shrinks by a tenth is usual; each disaster by itself is not.
func unusualCopiesAreTold(t *rapid.T) {
	size := rapid.Int64Range(1<<20, 1<<40).Draw(t, "bytes")
	measure := func() Measure {
		share := rapid.Int64Range(97, 103)
		return Measure{
			Bytes: size / 100 * share.Draw(t, "size"), Packed: size / 400 * share.Draw(t, "packed"), Companies: []string{"1", "2"},
			Rows: map[string]int64{"VENDAS": 500 * share.Draw(t, "rows"), "FILA": rapid.Int64Range(0, 400).Draw(t, "queue")},
		}
	}
	var last []Measure
	for range rapid.IntRange(3, 7).Draw(t, "copies") {
		last = append(last, measure())
	}
	if got := Unusual(measure(), last); len(got) > 0 {
		t.Fatalf("a usual copy is told: %v", got)
	}
	now := measure()
	disaster := rapid.SampledFrom([]oddMeasure{
		{"retention.shrunk", func() { now.Bytes, now.Packed = now.Bytes/2, now.Packed/2 }},
		{"retention.grown", func() { now.Bytes, now.Packed = now.Bytes*4, now.Packed*4 }},
		{"retention.company_gone", func() { now.Companies = []string{"2"} }},
		{"retention.rows_fell", func() { now.Rows["VENDAS"] = 500 * 97 * 85 / 100 }},
		{"retention.rows_fell", func() { delete(now.Rows, "VENDAS") }},
		{"retention.packs_badly", func() { now.Packed = now.Bytes }},
	}).Draw(t, "disaster")
	disaster.of()
	if got := Unusual(now, last); len(got) != 1 || got[0].Key != disaster.key || got[0].String() == got[0].Key {
		t.Fatalf("%s is told as %v", disaster.key, got)
	}
}

type oddMeasure struct {
	key string
	of  func()
}

func (o oddMeasure) String() string { return o.key }

// The newest copies stay until as many of them as the floor says were hashed within the shelf life.
func TestI33VerifiedHasAShelfLife(t *testing.T) {
	always(t, func(t *rapid.T) {
		d := draw(t, true)
		d.guards.ScrubDays = rapid.IntRange(1, 60).Draw(t, "scrub days")
		d.plan = d.again(t, d.copies)
		floor := max(d.proposal.Min, d.guards.Min)
		for _, g := range Groups(d.copies) {
			newest, _ := time.Parse(time.DateOnly, g.NewestDay)
			fresh := map[string]int{}
			for _, c := range g.Copies {
				if c.State != Verified || c.Doubted || fresh[c.Class] >= floor {
					continue
				}
				if d.plan.gives(c.ID) {
					t.Fatalf("%s goes, and only %d copies were hashed lately", c.ID, fresh[c.Class])
				}
				if hashed, err := time.Parse(time.DateOnly, c.Checked); err == nil {
					if newest.Sub(hashed).Abs() <= time.Duration(d.guards.ScrubDays)*24*time.Hour {
						fresh[c.Class]++
					}
				}
			}
		}
		for i := range d.copies {
			d.copies[i].Checked = ""
		}
		if gone := lost(d.plan, d.again(t, d.copies)); len(gone) > 0 {
			t.Fatalf("%v go since no hash is known any more", gone)
		}
	})
}
