package message

import (
	"strings"
	"time"
)

// Day is a business day, yyyy-mm-dd, that a sentence shows as people write it: "21/11/2026" in Portuguese.
type Day string

// The day as Portuguese writes it.
const portugueseDay = "02/01/2006"

// String is the day in the current language; what is no day is itself.
func (d Day) String() string {
	if t, err := time.Parse(time.DateOnly, string(d)); err == nil && Language() == Portuguese {
		return t.Format(portugueseDay)
	}
	return string(d)
}

// ReadDay is a day as a person types it, "21/11/2026" or "2026-11-21", as yyyy-mm-dd. What is no day stays as it is, for whoever
// refuses it.
func ReadDay(text string) string {
	if t, err := time.Parse(portugueseDay, strings.TrimSpace(text)); err == nil {
		return t.Format(time.DateOnly)
	}
	return text
}

// Weekday is a day of the week by its short English name, "wed", that a sentence shows in its language: "quarta-feira" in
// Portuguese.
type Weekday string

// String is the day in the current language; what is no day is itself.
func (w Weekday) String() string {
	names := strings.Split(Text("message.weekdays", nil), "|")
	for day := time.Sunday; day <= time.Saturday; day++ {
		if strings.EqualFold(day.String()[:3], string(w)) {
			return names[day]
		}
	}
	return string(w)
}
