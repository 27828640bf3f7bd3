package lua

import "math"

// Nearly all amounts fit in an int64, and are worked out in it. What does not fit, on the way or in the end, is worked out in
// a big.Int, with the same result.

// powers are those of ten that an int64 holds.
var powers = [...]int64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
}

// calculateSmall is nil for what does not fit, and for divisions.
func (d *Decimal) calculateSmall(operator string, other *Decimal) *Decimal {
	if operator == "*" {
		if n, ok := product64(d.small, other.small); ok && d.large == nil && other.large == nil {
			return newDecimal(n, d.places+other.places)
		}
		return nil
	}
	a, b, ok := alignedSmall(d, other)
	if !ok {
		return nil
	}
	switch n := a; operator {
	case "+":
		if n += b; (n > a) == (b > 0) {
			return newDecimal(n, max(d.places, other.places))
		}
	case "-":
		if n -= b; (n < a) == (b > 0) {
			return newDecimal(n, max(d.places, other.places))
		}
	}
	return nil
}

// alignedSmall are the units of both at the same places.
func alignedSmall(d, other *Decimal) (a, b int64, ok bool) {
	if d.large != nil || other.large != nil {
		return 0, 0, false
	}
	a, b = d.small, other.small
	switch by := d.places - other.places; {
	case by == 0:
		return a, b, true
	case by > 0 && by < len(powers):
		b, ok = product64(b, powers[by])
	case by < 0 && -by < len(powers):
		a, ok = product64(a, powers[-by])
	}
	return a, b, ok
}

// product64 is a * b, where an int64 holds it.
func product64(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	if a == math.MinInt64 || b == math.MinInt64 {
		return 0, false
	}
	n := a * b
	return n, n/b == a && n != math.MinInt64
}

// roundedSmall is n / unit, a half rounded away from zero.
func roundedSmall(n, unit int64) int64 {
	result, rest := n/unit, n%unit
	switch {
	case rest >= unit-rest && rest > 0:
		result++
	case -rest >= unit+rest && rest < 0:
		result--
	}
	return result
}
