package message

import "time"

// Day is a business day, yyyy-mm-dd, that a sentence shows as people write it: "21/11/2026" in Portuguese.
type Day string

// String is the day in the current language; what is no day is itself.
func (d Day) String() string {
	if t, err := time.Parse(time.DateOnly, string(d)); err == nil && Language() == Portuguese {
		return t.Format("02/01/2006")
	}
	return string(d)
}
