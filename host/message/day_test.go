package message

import "testing"

func TestADayIsShownAsItsLanguageWritesIt(t *testing.T) {
	for _, one := range []struct {
		language, want string
		day            Day
	}{
		{Portuguese, "21/11/2026", "2026-11-21"}, {English, "2026-11-21", "2026-11-21"},
		{Portuguese, "", ""}, {Portuguese, "2026-13-40", "2026-13-40"},
	} {
		speak(t, one.language)
		if got := one.day.String(); got != one.want {
			t.Errorf("%q in %s is %q, want %q", string(one.day), one.language, got, one.want)
		}
	}
}
