package run

import "testing"

func TestADestinationKnowsWhereItsVolumeIsMounted(t *testing.T) {
	s := newShop(t, drivenStore)
	s.Config.Destinations[0].Path = "/proc"
	if p := s.places(t.Context()).all[0]; p.Path != "/proc" || p.Mount != "/proc" {
		t.Errorf("%+v", p.Destination)
	}
}
