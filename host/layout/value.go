package layout

import (
	"bytes"
	"strconv"
)

// Value is what a field holds. The zero Value is an empty field.
type Value struct {
	Kind Kind
	// Places are the decimals of a Number: 12.34 has N 1234 and Places 2.
	Places uint8
	// Encoding is that of Bytes.
	Encoding Encoding
	// N is a Number without its point, a Day as 20261231, a Clock as HHMMSS0000 (ten-thousandths of a second, as in
	// Firebird), an Instant as the Day times 10^10 and the Clock, or a Flag as 0 or 1.
	N int64
	// Bytes are a String's. Those of a line that was read are the reader's own, until its next line.
	Bytes []byte
}

// Kind is what a Value is.
type Kind uint8

// The kinds.
const (
	Null Kind = iota
	String
	Number
	Day
	Clock
	Instant
	Flag
)

// clockRoom is what a day is multiplied by to have a time beside it.
const clockRoom = 10_000_000_000

// NewString is a text in UTF-8.
func NewString(text string) Value { return Value{Kind: String, Bytes: []byte(text)} }

// NewNumber is n with so many decimals.
func NewNumber(n int64, places uint8) Value { return Value{Kind: Number, N: n, Places: places} }

// Append appends the value as people and databases read it: text in UTF-8, "-12.50", "2026-12-31", "23:59:59",
// "2026-12-31T23:59:59", "true"; nothing for Null.
func (v Value) Append(to []byte) []byte {
	switch v.Kind {
	case String:
		return v.Encoding.appendUTF8(to, v.Bytes)
	case Number:
		return appendNumber(to, v.N, int(v.Places), '.')
	case Day:
		return appendDay(to, v.N)
	case Clock:
		return appendClock(to, v.N)
	case Instant:
		return appendClock(append(appendDay(to, v.N/clockRoom), 'T'), v.N%clockRoom)
	case Flag:
		return strconv.AppendBool(to, v.N != 0)
	}
	return to
}

// String is Append's text.
func (v Value) String() string { return string(v.Append(nil)) }

// Equal says whether two values are the same, whatever code page they are written in.
func (v Value) Equal(other Value) bool {
	if v.Kind == String && other.Kind == String {
		if v.Encoding.same(other.Encoding) {
			return bytes.Equal(v.Bytes, other.Bytes)
		}
		return v.String() == other.String()
	}
	if v.Kind == Number && other.Kind == Number && v.Places != other.Places {
		return compareNumbers(v, other) == 0
	}
	return v.Kind == other.Kind && v.N == other.N
}

// Parts are the numbers of a Day, a Clock or an Instant.
func (v Value) Parts() Parts {
	date, clock := int64(0), int64(0)
	switch v.Kind {
	case Day:
		date = v.N
	case Clock:
		clock = v.N
	case Instant:
		date, clock = v.N/clockRoom, v.N%clockRoom
	}
	return Parts{
		Year: int(date / 10000), Month: int(date / 100 % 100), Day: int(date % 100),
		Hour: int(clock / 100000000), Minute: int(clock / 1000000 % 100), Second: int(clock / 10000 % 100), Hundredth: int(clock % 10000 / 100),
	}
}

// appendNumber writes n with that many decimals after the point, without a point where there are none.
func appendNumber(to []byte, n int64, places int, point byte) []byte {
	if n < 0 {
		to = append(to, '-')
	}
	digits := magnitude(n)
	if places == 0 {
		return strconv.AppendUint(to, digits, 10)
	}
	unit := uint64(power(places))
	to = append(strconv.AppendUint(to, digits/unit, 10), point)
	return appendPadded(to, int64(digits%unit), places)
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return uint64(-n)
	}
	return uint64(n)
}

func appendDay(to []byte, n int64) []byte {
	to = append(appendPadded(to, n/10000, 4), '-')
	to = append(appendPadded(to, n/100%100, 2), '-')
	return appendPadded(to, n%100, 2)
}

func appendClock(to []byte, n int64) []byte {
	to = append(appendPadded(to, n/100000000, 2), ':')
	to = append(appendPadded(to, n/1000000%100, 2), ':')
	to = appendPadded(to, n/10000%100, 2)
	if fraction := n % 10000; fraction > 0 {
		to = append(to, '.')
		to = bytes.TrimRight(appendPadded(to, fraction, 4), "0")
	}
	return to
}

// power is ten to the n.
func power(n int) int64 { return powers[n] }

// compareNumbers is below, at or above 0 as a is to b.
func compareNumbers(a, b Value) int {
	pa, pb := power(int(a.Places)), power(int(b.Places))
	if whole, other := a.N/pa, b.N/pb; whole != other {
		return sign(whole - other)
	}
	most := int(max(a.Places, b.Places))
	return sign(a.N%pa*power(most-int(a.Places)) - b.N%pb*power(most-int(b.Places)))
}

func sign(n int64) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
