package retention

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/message"
)

// night is a verified copy made on that day at ten in the evening.
func night(seq uint64, day string) Copy {
	return Copy{
		ID: fmt.Sprintf("%04d", seq), Seq: seq, Day: day, Created: day + "T22:00:00-03:00", Class: "routine", State: Verified,
		Database: "loja",
	}
}

// nights are verified copies, one a night, oldest first.
func nights(from string, n int) []Copy {
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		panic(err)
	}
	var all []Copy
	for i := range n {
		all = append(all, night(uint64(i+1), first.AddDate(0, 0, i).Format(time.DateOnly)))
	}
	return all
}

// kept are the days that the proposal keeps, each with its rules: "2026-11-21": "last.1 daily.1".
func kept(t *testing.T, copies []Copy, policies ...Policy) map[string]string {
	t.Helper()
	proposal, err := Propose(policies, copies)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, c := range copies {
		var rules []string
		for _, r := range proposal.Keep[c.ID] {
			rule := strings.TrimPrefix(r.Key, "retention.")
			if n, ok := r.Args["n"]; ok {
				rule += fmt.Sprint(".", n)
			}
			rules = append(rules, rule)
		}
		if len(rules) > 0 {
			found[c.Day] = strings.TrimSpace(found[c.Day] + " " + strings.Join(rules, " "))
		}
	}
	return found
}

func TestEachRuleKeepsTheNewestVerifiedCopyOfItsPeriods(t *testing.T) {
	year := nights("2026-01-01", 325) // to Saturday, 2026-11-21
	for name, tt := range map[string]struct {
		policy Policy
		want   map[string]string
	}{
		"last": {Policy{Last: 2}, map[string]string{"2026-11-21": "last.1", "2026-11-20": "last.2"}},
		"a week, a month, a year": {Policy{Daily: 2, Weekly: 2, Monthly: 2, Yearly: 1}, map[string]string{
			"2026-11-21": "daily.1 weekly.1 monthly.1 yearly.1", "2026-11-20": "daily.2", "2026-11-15": "weekly.2", "2026-10-31": "monthly.2",
		}},
		"more years than there are": {Policy{Yearly: 5}, map[string]string{"2026-11-21": "yearly.1"}},
		"the days back, and the one before them": {Policy{Within: 2}, map[string]string{
			"2026-11-21": "within", "2026-11-20": "within", "2026-11-19": "within", "2026-11-18": "within",
		}},
		"working days": {Policy{Weekdays: []time.Weekday{time.Friday, time.Monday}}, map[string]string{
			"2026-11-20": "weekday", "2026-11-16": "weekday",
		}},
	} {
		if diff := cmp.Diff(tt.want, kept(t, year, tt.policy)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestPeriodsWithoutAVerifiedCopyAreNotCounted(t *testing.T) {
	all := []Copy{night(1, "2026-01-05"), night(2, "2026-06-10"), night(3, "2026-06-11"), night(4, "2026-11-21")}
	all[2].State = Sealed
	want := map[string]string{"2026-11-21": "daily.1 monthly.1", "2026-06-10": "daily.2 monthly.2", "2026-01-05": "daily.3 monthly.3"}
	if diff := cmp.Diff(want, kept(t, all, Policy{Daily: 3, Monthly: 3})); diff != "" {
		t.Error(diff)
	}
}

func TestAnHourThatAClockChangeRepeatsIsTwo(t *testing.T) {
	first, second, third := night(1, "2018-02-17"), night(2, "2018-02-17"), night(3, "2018-02-17")
	first.Created, second.Created, third.Created = "2018-02-17T23:10:00-02:00", "2018-02-17T23:10:00-03:00", "2018-02-17T23:50:00-03:00"
	want := map[string]string{"2018-02-17": "hourly.2 hourly.1"} // the first and the third
	if diff := cmp.Diff(want, kept(t, []Copy{first, second, third}, Policy{Hourly: 3})); diff != "" {
		t.Error(diff)
	}
}

func TestAListOfPoliciesIsTheirUnion(t *testing.T) {
	all := nights("2026-11-01", 21)
	all[9].Class = "closing"
	want := map[string]string{"2026-11-21": "last.1", "2026-11-10": "monthly.1"}
	if diff := cmp.Diff(want, kept(t, all, Policy{Last: 1}, Policy{Class: []string{"closing"}, Monthly: 1})); diff != "" {
		t.Error(diff)
	}
}

func TestAPolicyThatSaysNothingIsRefused(t *testing.T) {
	for _, policies := range [][]Policy{nil, {{}}, {{Min: 5}}, {{Last: -1}}, {{Daily: 7, Min: -1}}, {{Within: -3}}, {{Last: 1}, {}}, {{Last: 1, Class: []string{"rotina"}}}} {
		if _, err := Propose(policies, nights("2026-11-01", 3)); message.Code(err) != "option.value" {
			t.Errorf("%+v: %v", policies, err)
		}
	}
}

// decided is the plan of a policy, by sequence numbers.
func decided(t *testing.T, copies []Copy, policy Policy, guards Guards) (plan Plan, keep, drop, deferred []uint64) {
	t.Helper()
	proposal, err := Propose([]Policy{policy}, copies)
	if err != nil {
		t.Fatal(err)
	}
	if plan, err = Decide(copies, proposal, guards); err != nil {
		t.Fatal(err)
	}
	for _, c := range copies {
		for _, into := range []struct {
			from map[string][]Reason
			to   *[]uint64
		}{{plan.Keep, &keep}, {plan.Drop, &drop}, {plan.Deferred, &deferred}} {
			if _, ok := into.from[c.ID]; ok {
				*into.to = append(*into.to, c.Seq)
			}
		}
	}
	return plan, keep, drop, deferred
}

func TestTheFloorHoldsWhateverThePolicySays(t *testing.T) {
	for _, tt := range []struct {
		min, guard, copies int
		drop               []uint64
	}{
		{0, 0, 3, nil}, {0, 0, 5, []uint64{1, 2}}, {1, 0, 4, []uint64{1, 2, 3}}, {1, 2, 4, []uint64{1, 2}}, {4, 0, 5, []uint64{1}}, {2, 3, 2, nil},
	} {
		_, _, drop, _ := decided(t, nights("2026-11-01", tt.copies), Policy{Last: 1, Min: tt.min}, Guards{Min: tt.guard})
		if !slices.Equal(drop, tt.drop) {
			t.Errorf("%+v: dropped %v", tt, drop)
		}
	}
}

func TestWhatTheGuardsKeepIsSaid(t *testing.T) {
	all := nights("2026-11-01", 12)
	all[0].Pin = &Pin{Reason: "auditoria"}
	all[1].Pin = &Pin{Reason: "passou", LastDay: "2026-11-11"}
	all[2].Class = "closing"
	all[3].State = Bad
	all[4].State = Sealed
	all[5].Doubted = true
	all[6].Partial = true
	all[7].Pin = &Pin{Reason: "até hoje", LastDay: "2026-11-12"}
	all[10].State = Sealed
	plan, keep, drop, deferred := decided(t, all, Policy{Last: 1}, Guards{})
	if !slices.Equal(keep, []uint64{1, 3, 4, 6, 7, 8, 9, 10, 11, 12}) || !slices.Equal(drop, []uint64{2, 5}) || deferred != nil {
		t.Errorf("kept %v, dropped %v, deferred %v", keep, drop, deferred)
	}
	var guards []string
	for _, g := range plan.Guards {
		guards = append(guards, strings.TrimPrefix(g.Key, "retention."))
	}
	// The newest stays by the policy already; the partial copy is a unit of its own.
	want := []string{"unproven", "floor", "doubted", "pinned", "bad", "other_class", "pinned"}
	slices.Sort(guards)
	slices.Sort(want)
	if diff := cmp.Diff(want, guards); diff != "" {
		t.Error(diff)
	}
	var newest []string
	for _, r := range plan.Keep["0012"] {
		newest = append(newest, strings.TrimPrefix(r.Key, "retention."))
	}
	if diff := cmp.Diff([]string{"last", "newest", "newest_verified", "floor"}, newest); diff != "" {
		t.Error(diff)
	}
}

func TestADoubtedCopyIsKeptBesideTheFloor(t *testing.T) {
	all := nights("2026-11-01", 5)
	all[4].Doubted = true
	_, keep, drop, _ := decided(t, all, Policy{Last: 1}, Guards{})
	if !slices.Equal(keep, []uint64{2, 3, 4, 5}) || !slices.Equal(drop, []uint64{1}) {
		t.Errorf("kept %v, dropped %v", keep, drop)
	}
}

func TestNoVerifiedCopyGoesWhileOnlySealedOnesAreNewer(t *testing.T) {
	all := nights("2026-11-01", 30)
	for i := range all[1:] {
		all[i+1].State = Sealed
	}
	_, keep, drop, _ := decided(t, all, Policy{Last: 1, Min: 1}, Guards{})
	if len(keep) != 30 || drop != nil {
		t.Errorf("kept %v, dropped %v", keep, drop)
	}
}

func TestAMistakeDropsAFifthAtMost(t *testing.T) {
	plan, _, drop, deferred := decided(t, nights("2026-01-01", 100), Policy{Last: 1}, Guards{})
	if len(drop) != 20 || drop[0] != 1 || drop[19] != 20 || len(deferred) != 77 || plan.Guards[len(plan.Guards)-1].Key != "retention.breaker" {
		t.Errorf("dropped %v, deferred %d, %v", drop, len(deferred), plan.Guards)
	}
}

func TestDropsArePaidForByNewVerifiedCopies(t *testing.T) {
	_, _, drop, deferred := decided(t, nights("2026-01-01", 20), Policy{Last: 5}, Guards{Credit: map[string]int{"loja": 2}})
	if !slices.Equal(drop, []uint64{1, 2}) || len(deferred) != 13 {
		t.Errorf("dropped %v, deferred %v", drop, deferred)
	}
	_, _, drop, _ = decided(t, nights("2026-01-01", 20), Policy{Last: 5}, Guards{Credit: map[string]int{}})
	if drop != nil {
		t.Errorf("without credit %v went", drop)
	}
	for n, want := range map[int]int{0: 10, 5: 15, 500: 30} {
		if got := Credit(slices.Repeat([]Change{Added}, n)); got != want {
			t.Errorf("after %d copies the credit is %d, want %d", n, got, want)
		}
	}
	if got := Credit(append(slices.Repeat([]Change{Added}, 20), Dropped)); got != 0 {
		t.Errorf("before a new copy came the credit is %d", got)
	}
	if got := Credit(append(slices.Repeat([]Change{Dropped}, 100), Added)); got != 1 {
		t.Errorf("debts are remembered: %d", got)
	}
}

func TestAProposalThatCanNotBeMeantIsRefusedWhole(t *testing.T) {
	all := nights("2026-11-01", 9)
	for name, keep := range map[string]map[string][]Reason{
		"foreign": {"0001": {Said("x")}, "foto.zip": {Said("y")}}, "no reason": {"0001": nil},
	} {
		plan, err := Decide(all, Proposal{Keep: keep, Classes: DefaultClasses()}, Guards{})
		if message.Code(err) != "guard.policy" || plan.Drop != nil {
			t.Errorf("%s: %v, %+v", name, err, plan)
		}
	}
}

func TestDaysThatContradictTheOrderAreDoubted(t *testing.T) {
	for name, tt := range map[string]struct {
		days    string
		doubted string
	}{
		"all is well":            {"01-01 01-02 01-02 01-05", ""},
		"sealed, all is well":    {"01-01 01-02s 01-02 01-05s", ""},
		"sealed, ahead":          {"05-01 05-09s 05-02 05-03", "1"},
		"sealed, behind":         {"05-01 05-06 05-02s 05-07", "2"},
		"sealed, the newest":     {"05-01 05-02 +9s", "2"},
		"sealed, the first":      {"-11s 05-01 05-02", "0"},
		"a battery":              {"05-01 05-02 -11 05-03 05-04", "2"},
		"one wrong year":         {"05-01 05-02 +9 05-03 05-04", "2"},
		"the newest is wrong":    {"05-01 05-02 05-03 +9", "3"},
		"the first was wrong":    {"-11 05-01 05-02 05-03", "0"},
		"a day that is none":     {"05-01 x 05-02", "1"},
		"days that go on wrong":  {"05-01 05-02 05-03 05-04 -11 -11 05-05", "4 5"},
		"of two the nearer day":  {"05-02 05-01 05-03", "1"},
		"a few days went wrong":  {"05-01 05-02 05-09 05-03 05-04", "2"},
		"of two the newer":       {"05-01 -11", "0"},
		"nothing":                {"", ""},
		"the only one is so bad": {"x", "0"},
	} {
		var newestFirst []Copy
		for i, day := range strings.Fields(tt.days) {
			day, sealed := strings.CutSuffix(day, "s")
			c := night(uint64(i+1), "2026-"+day)
			if sealed {
				c.State = Sealed
			}
			if day[0] == '+' || day[0] == '-' {
				c.Day = map[string]string{"+9": "2035-05-03", "-11": "2015-01-01"}[day]
			}
			newestFirst = slices.Insert(newestFirst, 0, c)
		}
		doubt(newestFirst)
		var got []string
		for i, c := range slices.Backward(newestFirst) {
			if c.Doubted {
				got = append(got, fmt.Sprint(len(newestFirst)-1-i))
			}
		}
		if strings.Join(got, " ") != tt.doubted {
			t.Errorf("%s: doubted %v, want %s", name, got, tt.doubted)
		}
	}
}

func TestReasonsAreSentencesInTheReadersLanguage(t *testing.T) {
	proposal, err := Propose([]Policy{{Daily: 7}}, nights("2026-11-21", 1))
	if err != nil {
		t.Fatal(err)
	}
	if got := proposal.Keep["0001"][0].String(); got != "daily 1 of 7 (2026-11-21)" {
		t.Errorf("%q", got)
	}
	for want, r := range map[string]Reason{
		"no rule keeps it; there is a newer proven copy":       (&Copy{State: Verified}).spare(1),
		"no rule keeps it; there are 2 newer proven copies":    (&Copy{State: Verified}).spare(2),
		"never proven; there is a newer proven copy":           (&Copy{State: Sealed}).spare(1),
		"the newest proven copy, which always stays":           {"retention.floor", message.Args{"of": 1}},
		"one of the 3 newest proven copies, which always stay": {"retention.floor", message.Args{"of": 3}},
	} {
		if got := r.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := Said("fechamento do mês").String(); got != "fechamento do mês" {
		t.Errorf("%q", got)
	}
}

// What each guard says of the copies that it keeps, of twelve nights that a policy of one copy would drop nine of.
func TestEachGuardIsASentenceForAShopOwner(t *testing.T) {
	language := message.Language()
	t.Cleanup(func() { _ = message.SetLanguage(language) })
	if err := message.SetLanguage(message.Portuguese); err != nil {
		t.Fatal(err)
	}
	lies := func(to, at []string) func(*Copy) { return func(c *Copy) { c.To, c.At = to, at } }
	local, both := []string{"local"}, []string{"local", "pendrive"}
	for name, tt := range map[string]struct {
		guards   Guards
		of       func(all []Copy)
		id, want string
	}{
		"newest":  {of: func([]Copy) {}, id: "0012", want: "a cópia provada mais nova sempre fica"},
		"suspect": {of: func(all []Copy) { all[0].State = Suspect }, id: "0001", want: "foi restaurada, mas é diferente demais das cópias anteriores: fica, e só conta depois que uma pessoa a aceitar"},
		"waiting": {of: func(all []Copy) {
			for i := range all {
				lies(both, local)(&all[i])
			}
		}, id: "0001", want: "pendrive ainda espera por ela"},
		"arrived": {of: func(all []Copy) {
			for i := range all {
				lies(both, both)(&all[i])
			}
			for i := range 9 {
				lies(both, local)(&all[i+3])
			}
		}, id: "0003", want: "por causa dela nenhuma mais antiga precisa ser levada para pendrive"},
		"unlike": {of: func(all []Copy) { all[11].State = Suspect }, id: "0001", want: "as cópias mais novas são diferentes demais das anteriores: nada é apagado até uma pessoa as examinar"},
		"in use": {of: func(all []Copy) { all[0].Busy = true }, id: "0001", want: "está em uso agora: fica para outra vez"},
		"away":   {of: func(all []Copy) { all[0].Away = true }, id: "0001", want: "está em uma unidade que não está conectada: sai quando a unidade voltar"},
		"old hashes": {guards: Guards{ScrubDays: 35}, of: func([]Copy) {}, id: "0001",
			want: "faz mais de 35 dias que os bytes dela não são conferidos: fica, e volta a contar quando forem"},
		"one device": {guards: Guards{Devices: 3}, of: func([]Copy) {}, id: "0001",
			want: "só uma das 3 unidades da loja tem uma cópia provada: nada é apagado até uma segunda ter"},
		"two devices": {guards: Guards{Devices: 3}, of: func(all []Copy) {
			for i := range all {
				all[i].Device = map[bool]string{true: "A", false: "B"}[i > 2]
			}
		}, id: "0003", want: "uma das cópias provadas mais novas em duas unidades diferentes"},
	} {
		all := nights("2026-11-01", 12)
		tt.of(all)
		plan, _, _, _ := decided(t, all, Policy{Last: 1}, tt.guards)
		said := func(r Reason) bool { return r.String() == tt.want }
		if !slices.ContainsFunc(slices.Concat(plan.Keep[tt.id], plan.Deferred[tt.id]), said) {
			t.Errorf("%s: kept %v, deferred %v, want %q", name, plan.Keep[tt.id], plan.Deferred[tt.id], tt.want)
		}
	}
}

func TestAPlanThatAPersonApprovedGoesAtOnce(t *testing.T) {
	all := nights("2026-01-01", 100)
	plan, _, drop, _ := decided(t, all, Policy{Last: 1}, Guards{Credit: map[string]int{"loja": 5}})
	hash := plan.Hash()
	if len(drop) != 5 || len(hash) != 64 {
		t.Fatalf("dropped %v, hash %q", drop, hash)
	}
	for approved, want := range map[string]int{hash: 97, "": 20, "another": 20} {
		if lifted, _, drop, _ := decided(t, all, Policy{Last: 1}, Guards{Approved: approved}); len(drop) != want || (lifted.Hash() == "") != (approved == hash) {
			t.Errorf("approved %q: %d went, hash %q", approved, len(drop), lifted.Hash())
		}
	}
	if plan, _, _, _ := decided(t, all[:5], Policy{Last: 1}, Guards{}); plan.Hash() != "" {
		t.Errorf("the breaker holds nothing back, and the hash is %q", plan.Hash())
	}
}

func TestAFullDiskTakesTheOldestOfTheWorthlessFirst(t *testing.T) {
	all := nights("2026-11-01", 9)
	for i := range all {
		all[i].Bytes = 10
	}
	all[1].State, all[3].State, all[8].State = Sealed, Bad, Sealed
	all[0].Day, all[2].Day = "2026-11-02", "2026-11-03"
	all[4].Day = "2026-11-06"
	for need, want := range map[int64]struct {
		give  string
		short int64
	}{0: {"", 0}, 1: {"0002", 0}, 11: {"0002 0004", 0}, 30: {"0002 0004 0005", 0}, 45: {"0002 0004 0005", 15}} {
		give, short := Sacrifice(all, DefaultClasses(), Guards{}, need)
		var ids []string
		for _, c := range give {
			ids = append(ids, c.ID)
		}
		if got := strings.Join(ids, " "); got != want.give || short != want.short {
			t.Errorf("%d bytes: %s go, %d are short; want %+v", need, got, short, want)
		}
	}
}

func TestWithFewCopiesToCompareOnlyTheMissingIsUnusual(t *testing.T) {
	usual := Measure{Bytes: 100 << 20, Packed: 25 << 20, Companies: []string{"1"}, Rows: map[string]int64{"VENDAS": 50_000, "FILA": 900}}
	empty := Measure{Bytes: 1 << 20, Packed: 1 << 20}
	for n, want := range map[int][]string{
		0: nil,
		1: {"retention.company_gone", "retention.rows_fell"},
		3: {"retention.shrunk", "retention.packs_badly", "retention.company_gone", "retention.rows_fell"},
		9: {"retention.shrunk", "retention.packs_badly", "retention.company_gone", "retention.rows_fell"},
	} {
		var got []string
		for _, r := range Unusual(empty, slices.Repeat([]Measure{usual}, n)) {
			got = append(got, r.Key)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after %d copies: %s", n, diff)
		}
	}
	// One of the last was unlike the others, and was accepted.
	odd := Measure{Bytes: 1 << 20, Packed: 1 << 18, Companies: usual.Companies, Rows: map[string]int64{"VENDAS": 2_000}}
	if got := Unusual(usual, []Measure{usual, odd, usual}); len(got) > 0 {
		t.Errorf("what is as the others is told: %v", got)
	}
	// A table that comes and goes.
	full := usual
	full.Rows = map[string]int64{"VENDAS": 50_000, "FILA": 90_000}
	half := usual
	half.Rows = map[string]int64{"VENDAS": 50_000, "FILA": 2_000}
	if got := Unusual(half, []Measure{full, half, full}); len(got) > 0 {
		t.Errorf("a table that comes and goes is told: %v", got)
	}
	// A store that shrank for good, a week ago.
	large := Measure{Bytes: 9 * usual.Bytes, Packed: 9 * usual.Packed, Companies: usual.Companies, Rows: map[string]int64{"VENDAS": 450_000}}
	if got := Unusual(usual, append(slices.Repeat([]Measure{usual}, 5), slices.Repeat([]Measure{large}, 50)...)); len(got) > 0 {
		t.Errorf("what was usual long ago is asked for: %v", got)
	}
}
