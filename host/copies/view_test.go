package copies

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/retention"
)

// lyingAt is a copy that was proven, with those places.
func lyingAt(n int, places ...Place) Copy {
	sum := fmt.Sprint("hash", n)
	for i := range places {
		places[i].SHA256 = sum
	}
	return Copy{
		ID: fmt.Sprint("id", n), Seq: fmt.Sprint(n), Store: "loja", Database: "loja", Class: Routine, State: Verified,
		Proof: &Proof{OK: true, SHA256: sum}, Places: places,
	}
}

func TestOnlyPlacesWhereAProvenCopyLiesAreDevicesThatHaveIt(t *testing.T) {
	all := []Copy{
		lyingAt(1, Place{Destination: "local", State: Present}, Place{Destination: "set", Drive: "A", State: Missing}, Place{Destination: "set", Drive: "B", State: Offline}),
		lyingAt(2, Place{Destination: "local", State: Present}, Place{Destination: "set", Drive: "C", State: Bad}, Place{Destination: "rede", State: Present}),
		lyingAt(3, Place{Destination: "cofre", State: Present}),
	}
	all[2].Proof = nil
	devices := Devices{"cofre": "safe", "local": "disk", "rede": "disk", "set": "destination set"}
	unit := retention.Unit{Database: "loja"}
	for what, tt := range map[string]struct {
		view View
		want retention.Guards
	}{
		"a folder that shares its disk": {View{Where: "local"}, retention.Guards{Devices: 2, Elsewhere: map[retention.Unit]int{unit: 1}}},
		"a set":                         {View{Where: "set", Removable: true}, retention.Guards{Devices: 2, Elsewhere: map[retention.Unit]int{unit: 1}, ScrubDays: scrubDays}},
		"one drive of it":               {View{Where: "set", Drive: "C", Removable: true}, retention.Guards{Devices: 2, Elsewhere: map[retention.Unit]int{unit: 2}, ScrubDays: scrubDays}},
	} {
		tt.view.Devices = devices
		if diff := cmp.Diff(tt.want, tt.view.Guards(all)); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
}

func TestRotationSeesACopyWhereItLiesBesideAllOfItsPlaces(t *testing.T) {
	c := lyingAt(1, Place{Destination: "set", Drive: "A", State: Offline, Bytes: 7}, Place{Destination: "set", Drive: "B", State: Present, Bytes: 9, Checked: "2026-11-02T01:00:00-03:00"},
		Place{Destination: "rede", State: Present, Bytes: 5}, Place{Destination: "local", State: Missing}, Place{Destination: "cofre", Drive: "C", State: Offline})
	c.Pinned, c.To, c.Waived = &Pin{Reason: "fechamento", LastDay: "2026-12-31"}, []string{"set", "rede"}, []string{"nuvem"}
	c.Suspect, c.Busy, c.Companies = "o relógio", true, []firebird.Company{{ID: "2"}, {ID: "1"}}
	view := View{Where: "set", Devices: Devices{}, Day: func(at time.Time) string { return at.AddDate(0, 0, -1).Format(time.DateOnly) }}
	want := retention.Copy{
		ID: "id1", Seq: 1, Class: Routine, State: retention.Verified, Database: "loja", Pin: &retention.Pin{Reason: "fechamento", LastDay: "2026-12-31"},
		Bytes: 9, To: c.To, Waived: c.Waived, Doubted: true, Busy: true, Companies: "1,2", At: []string{"set", "rede", "cofre"}, Device: "B", Checked: "2026-11-01",
	}
	if diff := cmp.Diff(want, view.Retained(c)); diff != "" {
		t.Error(diff)
	}
	for what, tt := range map[string]struct {
		change func(*Copy)
		want   retention.Copy
	}{
		"on a drive that is not plugged in": {func(c *Copy) { c.Places = c.Places[:1] }, retention.Copy{State: Verified, Away: true, Bytes: 7}},
		"without its hash":                  {func(c *Copy) { c.Places, c.Proof = c.Places[1:2], nil; c.Places[0].SHA256 = "" }, retention.Copy{State: retention.Unsure, Bytes: 9}},
		"damaged":                           {func(c *Copy) { c.Places = c.Places[1:2]; c.Places[0].State = Bad }, retention.Copy{State: Bad, Bytes: 9}},
		"unlike its elders": {func(c *Copy) {
			c.Places = c.Places[1:2]
			c.Proof = &Proof{OK: true, SHA256: c.Places[0].SHA256, Odd: []string{"x"}}
		}, retention.Copy{State: Suspect, Bytes: 9}},
		"twice": {func(c *Copy) { c.Places[0].State = Present }, retention.Copy{State: retention.Unsure, Bytes: 7}},
	} {
		one := c
		one.Places = append([]Place(nil), c.Places...)
		tt.change(&one)
		got := view.Retained(one)
		if got.State != tt.want.State || got.Away != tt.want.Away || got.Bytes != tt.want.Bytes {
			t.Errorf("%s: %+v", what, got)
		}
	}
}

func TestTwoFoldersOfOneDiskAreOneDevice(t *testing.T) {
	s := newShelves(t, "local", "rede")
	s.Destinations = append(s.Destinations, Destination{Name: "absent"})
	devices := DevicesOf(s.Destinations, drive.Of)
	if devices["local"] != devices["rede"] || devices["local"] == devices["absent"] {
		t.Errorf("%v", devices)
	}
}
