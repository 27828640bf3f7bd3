package loader

import (
	"bytes"
	"math"
	"strconv"
	"time"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

// A value is made what its column can hold before the database sees it: the engine converts the values of a whole call
// before it runs the first line, and could not say which row a wrong one belongs to.

const (
	codeRecord   = "txt.record"
	codeEncoding = "txt.encoding"
)

// append appends a value, which is not Null, as the program of a load reads it for this column.
func (c *column) append(to []byte, v layout.Value) ([]byte, *message.Error) {
	switch c.kind {
	case kindChar, kindVarchar, kindMemo, kindBlob:
		return c.appendText(to, v)
	case kindNumber, kindFloat:
		return c.appendNumber(to, v)
	case kindDate, kindMoment, kindClock:
		return c.appendTime(to, v)
	case kindTruth:
		if v.Kind != layout.Flag {
			return to, c.unfit("load.not_truth")
		}
		return strconv.AppendBool(to, v.N != 0), nil
	}
	return to, c.unfit("load.strange_column")
}

func (c *column) unfit(key string) *message.Error {
	args := message.Args{"column": c.name, "type": c.describe()}
	return message.New(codeRecord, key, args)
}

func (c *column) appendText(to []byte, v layout.Value) ([]byte, *message.Error) {
	from := len(to)
	if v.Kind != layout.String {
		return plainText(to, v), c.tooLong(plainText(nil, v))
	}
	to, bad := c.encoded(to, v)
	if bad != "" {
		return to[:from], message.New(codeEncoding, "load.letter", message.Args{"column": c.name, "letter": bad, "charset": c.charset})
	}
	to = to[:from+len(c.cut(to[from:]))]
	if wrong := c.tooLong(to[from:]); wrong != nil {
		return to[:from], wrong
	}
	return to, nil
}

// cut takes the blanks off the end of a text that are too many for the column, as the engine does.
func (c *column) cut(text []byte) []byte {
	if c.kind == kindChar && c.charset != "OCTETS" {
		return bytes.TrimRight(text, " ")
	}
	for c.over(text) && text[len(text)-1] == ' ' {
		text = text[:len(text)-1]
	}
	return text
}

func (c *column) over(text []byte) bool {
	if c.kind != kindChar && c.kind != kindVarchar {
		return false
	}
	return len(text) > c.bytes || c.charset == unicodeSet && letters(text) > c.letters
}

// letters counts the letters of UTF-8.
func letters(text []byte) (n int) {
	for _, b := range text {
		if b&0xC0 != 0x80 {
			n++
		}
	}
	return n
}

func (c *column) tooLong(text []byte) *message.Error {
	if !c.over(text) {
		return nil
	}
	has, most := len(text), c.bytes
	if c.charset == unicodeSet {
		has, most = letters(text), c.letters
	}
	return message.New(codeRecord, "load.too_long", message.Args{"column": c.name, "most": most, "has": has})
}

// plainText appends what is no text as one.
func plainText(to []byte, v layout.Value) []byte {
	switch v.Kind {
	case layout.Number:
		return decimal(to, v.N, int(v.Places))
	case layout.Day, layout.Instant:
		day := v.N
		if v.Kind == layout.Instant {
			day /= clocks
		}
		to = dashed(to, day)
		if v.Kind == layout.Instant {
			to = colons(append(to, ' '), v.N%clocks)
		}
		return to
	case layout.Clock:
		return colons(to, v.N)
	case layout.Flag:
		return strconv.AppendInt(to, v.N, 10)
	}
	return append(to, v.Bytes...)
}

// decimal appends n with so many of its digits behind a point.
func decimal(to []byte, n int64, places int) []byte {
	if places <= 0 {
		return strconv.AppendInt(to, n, 10)
	}
	if n < 0 {
		to = append(to, '-')
	}
	var digits [24]byte
	text := strconv.AppendUint(digits[:0], magnitude(n), 10)
	for range places + 1 - len(text) {
		text = append([]byte{'0'}, text...)
	}
	to = append(to, text[:len(text)-places]...)
	to = append(to, '.')
	return append(to, text[len(text)-places:]...)
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func (c *column) appendNumber(to []byte, v layout.Value) ([]byte, *message.Error) {
	n, places, ok := v.N, int(v.Places), true
	switch v.Kind {
	case layout.Number:
	case layout.Flag:
		places = 0
	case layout.String:
		n, places, ok = readNumber(v.Bytes)
	default:
		ok = false
	}
	if !ok {
		return to, c.unfit("load.not_number")
	}
	if c.kind == kindFloat {
		return decimal(to, n, places), nil
	}
	for ; places > c.places && n%10 == 0; places-- {
		n /= 10
	}
	if places > c.places {
		return to, message.New(codeRecord, "load.too_exact", message.Args{"column": c.name, "places": c.places})
	}
	// What the engine keeps is the number without its point, in so many bits; it does not mind the precision of NUMERIC.
	whole := n
	for range c.places - places {
		if whole > math.MaxInt64/10 || whole < math.MinInt64/10 {
			return to, c.unfit("load.too_large")
		}
		whole *= 10
	}
	if most := int64(1)<<(c.bits-1) - 1; whole > most || whole < -most-1 {
		return to, c.unfit("load.too_large")
	}
	return decimal(to, n, places), nil
}

// readNumber reads a number as a script or a text field has it: "-1234.50".
func readNumber(text []byte) (n int64, places int, ok bool) {
	text = bytes.TrimSpace(text)
	whole, fraction, point := bytes.Cut(text, []byte{'.'})
	if point && (len(fraction) == 0 || fraction[0] == '-' || fraction[0] == '+') || len(fraction) > 18 {
		return 0, 0, false
	}
	n, err := strconv.ParseInt(string(whole)+string(fraction), 10, 64)
	return n, len(fraction), err == nil && len(whole) > 0
}

// clocks is what a Day stands before in an Instant.
const clocks = 10_000_000_000

func (c *column) appendTime(to []byte, v layout.Value) ([]byte, *message.Error) {
	day, of := int64(0), int64(0)
	hasDay, hasClock := true, true
	switch v.Kind {
	case layout.Day:
		day, hasClock = v.N, false
	case layout.Clock:
		of, hasDay = v.N, false
	case layout.Instant:
		day, of = v.N/clocks, v.N%clocks
	case layout.String:
		var ok bool
		if day, of, hasDay, hasClock, ok = readTime(string(v.Bytes)); !ok {
			return to, c.unfit("load.not_time")
		}
	default:
		return to, c.unfit("load.not_time")
	}
	days, valid := daysOf(day)
	switch {
	case hasDay && !valid, of >= 24*1_00_00_0000, c.kind != kindClock && !hasDay, c.kind == kindClock && !hasClock:
		return to, c.unfit("load.not_time")
	case c.kind == kindDate && hasClock && of != 0:
		return to, c.unfit("load.has_clock")
	case c.kind == kindDate:
		return strconv.AppendInt(to, days, 10), nil
	case c.kind == kindMoment:
		to = append(dashed(to, day), ' ')
	}
	return colons(to, of), nil
}

// daysOf counts the days since 1 January of the year 1, the first that Firebird knows; its last is in 9999.
func daysOf(day int64) (int64, bool) {
	year, month, of := int(day/10000), int(day/100%100), int(day%100)
	if year < 1 || year > 9999 || month < 1 || month > 12 || of < 1 || of > 31 {
		return 0, false
	}
	t := time.Date(year, time.Month(month), of, 0, 0, 0, 0, time.UTC)
	return (t.Unix() - firstDay) / 86400, t.Day() == of
}

var firstDay = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

// dayOf is a day, counted as daysOf does, as people write it.
func dayOf(days []byte) string {
	n, err := strconv.ParseInt(string(days), 10, 64)
	if err != nil {
		return string(days)
	}
	return message.Day(time.Unix(firstDay+n*86400, 0).UTC().Format(time.DateOnly)).String()
}

// readTime reads a day, a time of day or both as a script has them: "2026-12-31", "23:59:59", "2026-12-31T23:59:59.1234".
func readTime(text string) (day, of int64, hasDay, hasClock, ok bool) {
	for _, form := range []struct {
		layout     string
		day, clock bool
	}{{time.DateOnly, true, false}, {time.TimeOnly, false, true}, {"15:04", false, true}, {"2006-01-02T15:04:05", true, true}, {time.DateTime, true, true}} {
		if t, err := time.Parse(form.layout, text); err == nil {
			day = int64(t.Year()*10000 + int(t.Month())*100 + t.Day())
			of = int64(t.Hour()*10000+t.Minute()*100+t.Second())*10000 + int64(t.Nanosecond()/100_000)
			return day, of, form.day, form.clock, true
		}
	}
	return 0, 0, false, false, false
}

// dashed appends a Day as 2026-12-31, colons a Clock as 23:59:59.0000.
func dashed(to []byte, day int64) []byte {
	to = append(padded(to, day/10000, 4), '-')
	to = append(padded(to, day/100%100, 2), '-')
	return padded(to, day%100, 2)
}

func colons(to []byte, of int64) []byte {
	second, fraction := of/10000, of%10000
	to = append(padded(to, second/10000, 2), ':')
	to = append(padded(to, second/100%100, 2), ':')
	to = append(padded(to, second%100, 2), '.')
	return padded(to, fraction, 4)
}

func padded(to []byte, n int64, width int) []byte {
	for unit := int64(math.Pow10(width - 1)); unit > 0; unit /= 10 {
		to = append(to, byte('0'+n/unit%10))
	}
	return to
}
