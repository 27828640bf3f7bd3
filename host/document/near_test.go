package document

import "testing"

func TestNearestForgivesAsMuchAsAHandSlips(t *testing.T) {
	known := []string{"timezone", "day_starts", "language", "id"}
	for text, want := range map[string]string{
		"timezne": "timezone", "timezoen": "timezone", "TimeZone": "timezone", "day-starts": "day_starts", "lang": "",
		"di": "id", "x": "", "": "", "completely": "",
	} {
		if got := Near(text, known); got != want {
			t.Errorf("nearest to %q is %q, want %q", text, got, want)
		}
	}
}
