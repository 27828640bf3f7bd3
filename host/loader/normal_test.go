package loader

import (
	"testing"

	"github.com/djscript/djscript/host/layout"
)

// The engine converts all values of a call at once, and could not say which row a wrong one belongs to.
func TestWhatAColumnCanNotHoldIsToldBeforeTheEngineSeesIt(t *testing.T) {
	number := column{name: "N", kind: kindNumber, bits: 16, places: 1}
	for _, one := range []struct {
		column column
		value  layout.Value
		want   string // "" for a refusal
	}{
		{number, layout.NewNumber(32767, 1), "3276.7"},
		{number, layout.NewNumber(-32768, 1), "-3276.8"},
		{number, layout.NewNumber(32768, 1), ""},
		{number, layout.NewNumber(-32769, 1), ""},
		{number, layout.NewNumber(3277, 0), ""},
		{number, layout.NewNumber(12300, 3), "12.3"},
		{number, layout.NewNumber(12345, 3), ""},
		{column{kind: kindDate}, layout.Value{Kind: layout.Day, N: 20260228}, "739674"},
		{column{kind: kindDate}, layout.Value{Kind: layout.Day, N: 20260229}, ""},
		{column{kind: kindDate}, layout.NewString("2026-02-30"), ""},
		{column{kind: kindMoment}, layout.Value{Kind: layout.Instant, N: 20260231*clocks + 1}, ""},
		{column{kind: kindClock}, layout.Value{Kind: layout.Clock, N: 2359599999}, "23:59:59.9999"},
		{column{kind: kindClock}, layout.Value{Kind: layout.Clock, N: 2400000000}, ""},
	} {
		got, wrong := one.column.append(nil, one.value)
		if (wrong != nil) != (one.want == "") || wrong == nil && string(got) != one.want {
			t.Errorf("%v: %s, %v, want %q", one.value, got, wrong, one.want)
		}
	}
}
