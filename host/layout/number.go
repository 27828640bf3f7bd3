package layout

import (
	"bytes"

	"github.com/djscript/djscript/host/message"
)

// mostDigits are as many as a database keeps exactly, and as fit into an int64.
const mostDigits = 18

// readPlainNumber understands what nearly all numbers are: digits, with the field's own point in them or none. It gives up on
// all else, without a word.
func (c *cell) readPlainNumber(text []byte, v *Value) bool {
	if len(text) == 0 || len(text)+c.Places > mostDigits {
		return false
	}
	n, places, point := int64(0), c.places, -1
	for i, sign := range text {
		switch digit := sign - '0'; {
		case digit <= 9:
			n = n*10 + int64(digit)
		case sign == c.point && point < 0 && i > 0:
			point = i
			places = c.Places - (len(text) - 1 - i)
		default:
			return false
		}
	}
	if places < 0 || point == len(text)-1 {
		return false
	}
	v.Kind, v.Places, v.N = Number, uint8(c.Places), n*powers[places]
	return !c.limited || c.bounded(v) == nil
}

var powers = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// readNumber understands a whole number or a decimal, as the field says that it is written. Money is never a float.
func (c *cell) readNumber(text []byte, v *Value) *message.Error {
	body, negative := text, false
	if c.fill != ' ' && c.fill != '0' {
		if body = c.unfilled(body); len(body) == 0 {
			return nil
		}
	}
	if body[0] == '-' || body[0] == '+' {
		negative = body[0] == '-'
		body = trim(body[1:])
	}
	n, rest := leadingDigits(body)
	places := 0
	if len(rest) > 0 || len(body) == 0 {
		var err *message.Error
		if n, places, err = c.readPoint(body); err != nil {
			return err
		}
	} else if c.point == 0 {
		places = c.Places
	}
	if n < 0 || c.Places > places && n > power(mostDigits-c.Places+places)-1 {
		return wrong("layout.too_big", message.Args{"most": mostDigits})
	}
	n *= power(c.Places - places)
	if negative {
		n = -n
	}
	*v = Value{Kind: Number, N: n, Places: uint8(c.Places)}
	return c.bounded(v)
}

func (c *cell) bounded(v *Value) *message.Error {
	if c.Min != nil && compareNumbers(*v, *c.Min) < 0 {
		return wrong("layout.below", message.Args{"min": c.Min.String()})
	}
	if c.Max != nil && compareNumbers(*v, *c.Max) > 0 {
		return wrong("layout.above", message.Args{"max": c.Max.String()})
	}
	return nil
}

// leadingDigits is the number that a text begins with, and what follows it; n is -1 for more digits than mostDigits.
func leadingDigits(text []byte) (n int64, rest []byte) {
	i := 0
	for i < len(text) && text[i] == '0' {
		i++
	}
	for from := i; i < len(text); i++ {
		digit := text[i] - '0'
		if digit > 9 {
			break
		}
		if i-from >= mostDigits {
			n = -1
			continue
		}
		n = n*10 + int64(digit)
	}
	return n, text[i:]
}

// readPoint understands a number with something in it beside digits: the digits, and how many stand after the point.
func (c *cell) readPoint(body []byte) (n int64, places int, err *message.Error) {
	dot, comma := bytes.LastIndexByte(body, '.'), bytes.LastIndexByte(body, ',')
	at, point := dot, byte('.')
	if comma > dot {
		at, point = comma, ','
	}
	other := byte('.' + ',' - point)
	if at < 0 {
		return 0, 0, c.notNumber()
	}
	whole, fraction := body[:at], body[at+1:]
	if !c.mayBePoint(point) {
		// 1.234 where the point is a comma: a thousand.
		if !c.Thousands || bytes.IndexByte(body, other) >= 0 || c.point == 0 {
			return 0, 0, c.wrongPoint(point)
		}
		whole, fraction, other = body, nil, point
	}
	var digits [64]byte
	kept := digits[:0]
	if bytes.IndexByte(whole, other) >= 0 {
		if !c.Thousands {
			return 0, 0, wrong("layout.thousands", message.Args{"sign": string(other)})
		}
		if kept = ungrouped(kept, whole, other); kept == nil {
			return 0, 0, c.notNumber()
		}
	} else {
		kept = append(kept, whole...)
	}
	for len(fraction) > c.Places && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
	}
	if len(fraction) > c.Places && onlyDigits(fraction) {
		return 0, 0, wrong("layout.places", message.Args{"places": c.Places})
	}
	kept = append(kept, fraction...)
	if !onlyDigits(kept) || len(whole) == 0 && len(fraction) == 0 {
		return 0, 0, c.notNumber()
	}
	n, _ = leadingDigits(kept)
	return n, len(fraction), nil
}

func onlyDigits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(text) > 0
}

// ungrouped takes the signs out that set the thousands off; nil where they stand elsewhere.
func ungrouped(to, whole []byte, sign byte) []byte {
	groups := bytes.Split(whole, []byte{sign})
	for i, group := range groups {
		if i > 0 && len(group) != 3 || i == 0 && (len(group) == 0 || len(group) > 3) {
			return nil
		}
		to = append(to, group...)
	}
	return to
}

func (c *cell) mayBePoint(sign byte) bool {
	if sign == c.point {
		return true
	}
	for _, also := range c.Also {
		if also == Dot && sign == '.' || also == Comma && sign == ',' {
			return true
		}
	}
	return false
}

func (c *cell) wrongPoint(got byte) *message.Error {
	if c.point == 0 {
		return wrong("layout.no_point", message.Args{"got": string(got), "places": c.Places})
	}
	return wrong("layout.other_point", message.Args{"got": string(got), "want": string(c.point)})
}

func (c *cell) notNumber() *message.Error {
	if c.Type == Integer {
		return wrong("layout.no_integer", nil)
	}
	return wrong("layout.no_number", nil)
}
