package exchange

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/layout"
)

// valueOf is what a value of the database or of a script is in a file. A text is appended to room, and the value's bytes lie
// there; false for what no file can hold.
func valueOf(from any, kind string, room []byte) (layout.Value, []byte, bool) {
	switch v := from.(type) {
	case nil:
		return layout.Value{}, room, true
	case layout.Value:
		return v, room, true
	case int64:
		return layout.NewNumber(v, 0), room, true
	case int:
		return layout.NewNumber(int64(v), 0), room, true
	case firebird.Decimal:
		n, ok := decimalOf(string(v))
		return n, room, ok
	case float64:
		if math.Abs(v) >= 1e15 || math.IsNaN(v) {
			return layout.Value{}, room, false
		}
		n, ok := decimalOf(strconv.FormatFloat(v, 'f', -1, 64))
		return n, room, ok
	case bool:
		flag := layout.Value{Kind: layout.Flag}
		if v {
			flag.N = 1
		}
		return flag, room, true
	case time.Time:
		switch kind {
		case "DATE":
			return dayValue(v), room, true
		case "TIME":
			return layout.Value{Kind: layout.Clock, N: clockOf(v)}, room, true
		}
		return instant(v), room, true
	case string:
		room = append(room, v...)
		return textOf(room, len(v)), room, true
	case []byte:
		room = append(room, v...)
		return textOf(room, len(v)), room, true
	}
	return layout.Value{}, room, false
}

func textOf(room []byte, n int) layout.Value {
	at := len(room) - n
	return layout.Value{Kind: layout.String, Encoding: layout.UTF8, Bytes: room[at:len(room):len(room)]}
}

// decimalOf reads "-1234.50". What has more digits than a file can hold is no number.
func decimalOf(text string) (layout.Value, bool) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	if len(fraction) > 18 || len(whole)+len(fraction) == 0 {
		return layout.Value{}, false
	}
	var n uint64
	for _, part := range [2]string{whole, fraction} {
		for i := range len(part) {
			digit := part[i] - '0'
			if digit > 9 || n > (math.MaxInt64-9)/10 && (n > math.MaxInt64/10 || uint64(digit) > math.MaxInt64%10) {
				return layout.Value{}, false
			}
			n = n*10 + uint64(digit)
		}
	}
	if negative {
		return layout.NewNumber(-int64(n), uint8(len(fraction))), true
	}
	return layout.NewNumber(int64(n), uint8(len(fraction))), true
}

// dayClock is what a day is multiplied by in an Instant.
const dayClock = 10_000_000_000

func dayOf(t time.Time) int64 {
	year, month, day := t.Date()
	return int64(year)*10000 + int64(month)*100 + int64(day)
}

func clockOf(t time.Time) int64 {
	hour, minute, second := t.Clock()
	return int64(hour)*100000000 + int64(minute)*1000000 + int64(second)*10000 + int64(t.Nanosecond()/100000)
}

func dayValue(t time.Time) layout.Value { return layout.Value{Kind: layout.Day, N: dayOf(t)} }

func instant(t time.Time) layout.Value {
	return layout.Value{Kind: layout.Instant, N: dayOf(t)*dayClock + clockOf(t)}
}

// Bound is a whole number as a bound of a cursor; false for a text that is none.
func Bound(text string) (layout.Value, bool) {
	v, ok := decimalOf(text)
	return v, ok && v.Places == 0
}

// Moment is a day or a time as a bound of a cursor.
func Moment(t time.Time, day bool) layout.Value {
	if day {
		return dayValue(t)
	}
	return instant(t)
}

// appendKey appends what a value is compared by, whatever its type in this table or in that: 7, 7.00 and a BIGINT 7 are one, and
// so are "AB" and a CHAR's "AB   ".
func appendKey(to []byte, v layout.Value) []byte {
	from := len(to)
	to = append(to, 0, 0, 0)
	switch v.Kind {
	case layout.Number:
		for v.Places > 0 && v.N%10 == 0 {
			v.N, v.Places = v.N/10, v.Places-1
		}
		to = v.Append(append(to, 'n'))
	case layout.String:
		to = v.Append(append(to, 't'))
		for to[len(to)-1] == ' ' {
			to = to[:len(to)-1]
		}
	default:
		to = v.Append(append(to, '0'+byte(v.Kind)))
	}
	n := len(to) - from - 3
	to[from], to[from+1], to[from+2] = byte(n>>16), byte(n>>8), byte(n)
	return to
}

// fitting is a value as its field wants it, where the database keeps it in another way: a flag as 0 and 1 or as its letters, a
// code of digits as text, a day with its time, a date of a script. What does not fit stays, and is told when it is written.
func fitting(v layout.Value, f *layout.Field) layout.Value {
	switch f.Type {
	case layout.Boolean:
		return flagOf(v, f)
	case layout.Integer, layout.Decimal:
		if v.Kind == layout.String {
			text := strings.TrimSpace(string(v.Bytes))
			if text == "" {
				return layout.Value{}
			}
			if n, ok := decimalOf(text); ok {
				return n
			}
		}
	case layout.Date, layout.Moment, layout.Time:
		return timeFitting(v, f.Type)
	}
	return v
}

func flagOf(v layout.Value, f *layout.Field) layout.Value {
	switch {
	case v.Kind == layout.Number && v.Places == 0 && (v.N == 0 || v.N == 1):
		return layout.Value{Kind: layout.Flag, N: v.N}
	case v.Kind == layout.String:
		text := strings.TrimSpace(string(v.Bytes))
		if text == "" {
			return layout.Value{}
		}
		for i := range min(2, len(f.Values)) {
			if text == f.Values[i].Code {
				return layout.Value{Kind: layout.Flag, N: int64(1 - i)}
			}
		}
	}
	return v
}

func timeFitting(v layout.Value, want layout.Type) layout.Value {
	if v.Kind == layout.String {
		v = timeText(v)
	}
	switch {
	case v.Kind == layout.Instant && want == layout.Date:
		return layout.Value{Kind: layout.Day, N: v.N / dayClock}
	case v.Kind == layout.Instant && want == layout.Time:
		return layout.Value{Kind: layout.Clock, N: v.N % dayClock}
	case v.Kind == layout.Day && want == layout.Moment:
		return layout.Value{Kind: layout.Instant, N: v.N * dayClock}
	}
	return v
}

// timeText reads a day, a time or both as scripts write them.
func timeText(v layout.Value) layout.Value {
	text := strings.TrimSpace(string(v.Bytes))
	if text == "" {
		return layout.Value{}
	}
	if t, err := time.Parse("2006-01-02", text); err == nil {
		return dayValue(t)
	}
	if t, err := time.Parse("15:04:05", text); err == nil {
		return layout.Value{Kind: layout.Clock, N: clockOf(t)}
	}
	for _, form := range [...]string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", time.RFC3339} { // the wall clock of the store
		if t, err := time.Parse(form, text); err == nil {
			return instant(t)
		}
	}
	return v
}
