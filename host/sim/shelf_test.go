package sim

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
)

func backupOf() run.Request { return run.Request{Target: "backup"} }

// after is the shop after that many nights.
func after(t *testing.T, nights int) shelf {
	t.Helper()
	life := living(t, shop, nights+10)
	if err := life.pass(t.Context(), life.store.world().AddDate(0, 0, nights)); err != nil {
		t.Fatal(err)
	}
	return shelf{life.store}
}

func trashed(t *testing.T, s shelf, where string) []copies.Copy {
	t.Helper()
	found, _, err := s.List(t.Context(), copies.Filter{State: copies.Trashed, Where: where})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// What is dropped lies in the trash for a week of verified copies, and takes its room until then.
func TestTheTrashKeepsForAWeek(t *testing.T) {
	s := after(t, 60)
	lie := trashed(t, s, "local")
	if len(lie) < 6 || len(lie) > 9 {
		t.Fatalf("%d in the trash", len(lie))
	}
	for _, c := range lie {
		p := c.Places[0]
		if c.State != copies.Trashed || p.State != copies.Trashed || p.Why == "" || p.LastDay < "2026-02-28" {
			t.Errorf("in the trash %+v", c.Places)
		}
	}
	used := s.drives[0].Total - s.drives[0].Free - 300*gigabyte
	var want int64
	for _, c := range s.copies {
		for _, p := range c.Places {
			if p.Destination == "local" {
				want += p.Bytes
			}
		}
	}
	if used != want || want == 0 {
		t.Errorf("%d bytes are used, %d lie there", used, want)
	}
}

// Without new copies nothing leaves the trash, however long the PC is on.
func TestTheTrashStaysWhileNothingNewIsProven(t *testing.T) {
	s := after(t, 40)
	before := len(trashed(t, s, "rede"))
	s.now = s.now.AddDate(0, 0, 30)
	if err := s.Sweep(); err != nil || before == 0 || len(trashed(t, s, "rede")) != before {
		t.Errorf("%d, and then %d: %v", before, len(trashed(t, s, "rede")), err)
	}
}

// A copy comes back out of the trash as it was, and its drop never was.
func TestACopyComesBackOutOfTheTrash(t *testing.T) {
	s := after(t, 40)
	history, err := s.History(t.Context(), "local")
	if err != nil {
		t.Fatal(err)
	}
	gone := trashed(t, s, "local")[0]
	back, err := s.Untrash(t.Context(), "local", gone.ID)
	if err != nil || back.At("local").State != copies.Verified {
		t.Fatalf("%+v, %v", back.Places, err)
	}
	now, err := s.History(t.Context(), "local")
	if err != nil || len(now) != len(history)-1 {
		t.Errorf("%d changes, and then %d: %v", len(history), len(now), err)
	}
	if _, err := s.Untrash(t.Context(), "local", gone.ID); message.Code(err) != "copy.not_found" {
		t.Errorf("again: %v", err)
	}
}

// A pin that is over holds nothing: what rotation gives up then goes, as it does in a real store.
func TestAPinHoldsUntilItsLastDay(t *testing.T) {
	s := after(t, 40)
	all := s.visible()
	oldest := s.kept(all[len(all)-1].ID)
	for _, pin := range []struct {
		last string
		held bool
	}{{"", true}, {"2099-12-31", true}, {all[0].Day, true}, {"2020-01-01", false}} {
		oldest.Pinned = &copies.Pin{Reason: "fechamento", LastDay: pin.last}
		gone, err := s.Drop(t.Context(), "local", map[string]string{oldest.ID: "sobra"})
		if (message.Code(err) == "guard.pinned") != pin.held || (len(gone) == 0) != pin.held {
			t.Errorf("until %q: %d went, %v", pin.last, len(gone), err)
		}
	}
}

// A copy that a destination missed is sent there, waits no more, and need not, where a person says so.
func TestACopyIsSentWhereItIsMissing(t *testing.T) {
	s := after(t, 5)
	s.absent["rede"] = true
	made := s.Run(t.Context(), backupOf())
	if len(made.Degraded) == 0 {
		t.Fatal("nothing was missed")
	}
	newest := s.visible()[0]
	if _, missed, err := s.Send(t.Context(), newest, []copies.Destination{s.destination("rede")}); err != nil || len(missed) != 1 {
		t.Fatalf("sent to what is not there: %v, %v", missed, err)
	}
	if err := s.Waive(t.Context(), newest, "rede"); err != nil {
		t.Fatal(err)
	}
	if again := s.visible()[0]; !cmp.Equal(again.Waived, []string{"rede"}) || !cmp.Equal(again.To, []string{"local", "rede"}) {
		t.Errorf("to %v, waived %v", again.To, again.Waived)
	}
	delete(s.absent, "rede")
	sent, missed, err := s.Send(t.Context(), newest, []copies.Destination{s.destination("rede")})
	if err != nil || len(missed) > 0 || sent.At("rede").State != copies.Verified {
		t.Errorf("%+v, %v, %v", sent.Places, missed, err)
	}
	history, err := s.History(t.Context(), "rede")
	if err != nil || len(history) != 6 {
		t.Errorf("%d were proven at rede: %v", len(history), err)
	}
}

// A person accepts a suspect copy, and no other.
func TestASuspectCopyWaitsForAPerson(t *testing.T) {
	s := after(t, 5)
	s.faults = []*planned{{op: "copy.create", code: "copy.suspect", left: 1}}
	if o := s.Run(t.Context(), backupOf()); o.Err != nil || message.Code(errors.Join(o.Degraded...)) != "copy.suspect" {
		t.Fatal(o.Err, o.Degraded)
	}
	odd := s.visible()[0]
	if _, err := s.Accept(t.Context(), s.visible()[1], "why not"); message.Code(err) != "arg.value" {
		t.Errorf("accepted what is not suspect: %v", err)
	}
	accepted, err := s.Accept(t.Context(), odd, "the year was archived")
	if odd.State != copies.Suspect || err != nil || accepted.State != copies.Verified {
		t.Errorf("%s, then %s: %v", odd.State, accepted.State, err)
	}
}

// A copy that is unlike its elders is suspect by itself, as in a real store: nothing is dropped, until a person accepts it.
func TestACopyThatIsUnlikeItsEldersIsSuspect(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*database)
		odd    string
	}{
		"rows are gone":     {func(d *database) { d.rows["VENDA"] = 9000 }, "VENDA"},
		"a company is gone": {func(d *database) { d.companies = d.companies[1:] }, "1"},
		"it is very small":  {func(d *database) { d.rows = map[string]int64{"VENDA": 1} }, "57 %"},
		"it is very large":  {func(d *database) { d.rows["NOVA"] = 1_000_000 }, "%"},
	} {
		t.Run(name, func(t *testing.T) {
			s := after(t, 20)
			there := len(s.visible())
			c.change(s.databases["loja"])
			o := s.Run(t.Context(), backupOf())
			odd := s.visible()[0]
			if o.Err != nil || odd.State != copies.Suspect || len(s.visible()) != there+1 {
				t.Fatalf("%s, %d of %d copies: %v", odd.State, len(s.visible()), there, o.Err)
			}
			if told := odd.Proof.Odd[0]; !strings.Contains(told, c.odd) {
				t.Errorf("it says %q", told)
			}
			if _, err := s.Accept(t.Context(), odd, "the year was archived"); err != nil {
				t.Fatal(err)
			}
			again, _, err := s.Prove(t.Context(), s.visible()[0])
			if err != nil || again.State != copies.Verified || len(s.visible()) != there+1 {
				t.Errorf("once accepted: %s, %v", again.State, err)
			}
		})
	}
}

// Two copies are no habit: a new store may do anything.
func TestAYoungStoreHasNoSuspectCopies(t *testing.T) {
	s := after(t, 2)
	s.databases["loja"].rows["VENDA"] = 9000
	if o := s.Run(t.Context(), backupOf()); s.visible()[0].State != copies.Verified {
		t.Errorf("%s: %v, %v", s.visible()[0].State, o.Err, o.Degraded)
	}
}

// An approval holds until a drop has used it, and nothing can be held or approved where nobody can look.
// A copy is where it was seen last, also while its drive lies in a drawer.
func TestACopyOnADriveInTheDrawerCounts(t *testing.T) {
	for state, want := range map[string]string{copies.Present: copies.Verified, copies.Offline: copies.Verified, copies.Missing: copies.Bad, copies.Trashed: copies.Bad} {
		if got := stateOf(copies.Copy{Proof: &copies.Proof{OK: true}, Places: []copies.Place{{State: state}}}); got != want {
			t.Errorf("%s: %s, want %s", state, got, want)
		}
	}
}

// While nobody can prove what is made, the copies lie there unproven: that one is bad is known when somebody restores it.
func TestABadCopyIsKnownWhenItIsRestored(t *testing.T) {
	s := after(t, 2)
	s.flawed++
	o := s.Run(t.Context(), backupOf())
	made := s.visible()[0]
	if o.Err != nil || len(o.Degraded) != 1 || made.State != copies.Sealed {
		t.Fatalf("%s: %v, %v", made.State, o.Err, o.Degraded)
	}
	s.flawed--
	if again, _, err := s.Prove(t.Context(), made); message.Code(err) != "copy.bad" || again.State != copies.Bad {
		t.Errorf("restored: %s, %v", again.State, err)
	}
}

func TestAnApprovalIsUsedOnce(t *testing.T) {
	s := after(t, 12)
	if err := s.Approve(t.Context(), "local", "abc"); err != nil {
		t.Fatal(err)
	}
	if hash, err := s.Approved(t.Context(), "local"); hash != "abc" || err != nil {
		t.Errorf("%q, %v", hash, err)
	}
	old := s.visible()[len(s.visible())-1]
	if _, err := s.Drop(t.Context(), "local", map[string]string{old.ID: "a test"}); err != nil {
		t.Fatal(err)
	}
	if hash, err := s.Approved(t.Context(), "local"); hash != "" || err != nil {
		t.Errorf("%q, %v", hash, err)
	}
	s.absent["local"] = true
	held := errors.New("held")
	if err := s.Hold(t.Context(), "local", func() error { return held }); message.Code(err) != "drive.not_found" {
		t.Error(err)
	}
	if err := s.Hold(t.Context(), "rede", func() error { return held }); !errors.Is(err, held) {
		t.Error(err)
	}
}

// Where there is no room, the trash goes first, then what may be spared, and then the copy is missed.
func TestRoomIsMadeInOrder(t *testing.T) {
	s := after(t, 30)
	was := len(trashed(t, s, "local"))
	on := s.driveOf("C:/Copias")
	bytes := s.visible()[0].Places[0].Bytes
	on.Free = 0
	if gone, err := s.room(t.Context(), nil, s.destination("local"), bytes); gone != 0 || err != nil || len(trashed(t, s, "local")) != was-1 {
		t.Errorf("%d went, %v; %d of %d in the trash", gone, err, len(trashed(t, s, "local")), was)
	}
	asked := int64(0)
	spare := func(_ context.Context, _ string, missing int64) (map[string]string, error) {
		asked = missing
		return map[string]string{s.visible()[5].ID: "a test"}, nil
	}
	gone, err := s.room(t.Context(), spare, s.destination("local"), bytes*int64(was+1))
	if gone != 1 || err != nil || asked != bytes || len(trashed(t, s, "local")) != 0 {
		t.Errorf("%d went, %v; %d bytes were asked for; %d in the trash", gone, err, asked, len(trashed(t, s, "local")))
	}
}
