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

func TestADayIsReadAsPeopleTypeIt(t *testing.T) {
	for text, want := range map[string]string{
		"21/11/2026": "2026-11-21", " 01/02/2026 ": "2026-02-01", "2026-11-21": "2026-11-21", "31/02/2026": "31/02/2026", "1/2/2026": "1/2/2026", "": "", "21/11/26": "21/11/26", "ontem": "ontem",
	} {
		if got := ReadDay(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestAWeekdayIsShownInTheLanguage(t *testing.T) {
	for _, one := range []struct{ language, day, want string }{
		{Portuguese, "wed", "quarta-feira"}, {English, "wed", "Wednesday"}, {Portuguese, "sun", "domingo"}, {Portuguese, "sat", "sábado"}, {Portuguese, "", ""}, {English, "x", "x"},
	} {
		speak(t, one.language)
		if got := Weekday(one.day).String(); got != one.want {
			t.Errorf("%q in %s is %q, want %q", one.day, one.language, got, one.want)
		}
	}
}
