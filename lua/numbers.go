package lua

import (
	"math"
	"strconv"
	"strings"
)

// exact is the largest whole number up to which every whole number is a float64.
const exact = 1 << 53

// formatNumber writes a number as Lua 5.1 does, "%.14g", with two differences: a whole number that a float64 holds
// exactly is written out in full, because 123456789012345 is an id to a script and 1.2345678901234e+14 is a different one;
// and zero has no sign, because the interpreter makes -5 % 5 a -0.
func formatNumber(n float64) string {
	switch {
	case math.IsNaN(n):
		return "nan"
	case math.IsInf(n, 1):
		return "inf"
	case math.IsInf(n, -1):
		return "-inf"
	case n == math.Trunc(n) && math.Abs(n) <= exact:
		return strconv.FormatInt(int64(n), 10)
	}
	return strconv.FormatFloat(n, 'g', 14, 64)
}

// longestNumber is how many digits a number may have: to read some million of them would take longer than to refuse.
const longestNumber = 1 << 16

// parseNumber reads what Lua 5.1 takes for a number: decimal with an exponent, or whole hexadecimal, blanks around it.
// It does not take octal, underscores, inf or nan.
func parseNumber(text string) (float64, bool) {
	text = strings.Trim(text, " \t\n\v\f\r")
	if len(text) > longestNumber {
		return 0, false
	}
	digits := strings.TrimLeft(text, "+-")
	if len(text)-len(digits) > 1 {
		return 0, false
	}
	if len(digits) > 2 && (digits[:2] == "0x" || digits[:2] == "0X") {
		n, ok := parseBase(digits[2:], 16)
		if text[0] == '-' {
			n = -n
		}
		return n, ok
	}
	if !isDecimal(digits) {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil || math.IsInf(n, 0)
}

// isDecimal accepts digits with at most one dot and an exponent, and at least one digit before the exponent.
func isDecimal(text string) bool {
	rest := strings.TrimLeft(text, "0123456789")
	count := len(text) - len(rest)
	if strings.HasPrefix(rest, ".") {
		fraction := rest[1:]
		rest = strings.TrimLeft(fraction, "0123456789")
		count += len(fraction) - len(rest)
	}
	if count == 0 {
		return false
	}
	if rest == "" {
		return true
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return false
	}
	rest = rest[1:]
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		rest = rest[1:]
	}
	return rest != "" && strings.Trim(rest, "0123456789") == ""
}

// parseBase reads digits of a base from 2 to 36, of any length.
func parseBase(digits string, base int) (float64, bool) {
	if digits == "" {
		return 0, false
	}
	n := 0.0
	for i := range len(digits) {
		digit := strings.IndexByte("0123456789abcdefghijklmnopqrstuvwxyz", digits[i]|0x20)
		if digits[i] <= '9' {
			digit = int(digits[i]) - '0'
		}
		if digit < 0 || digit >= base {
			return 0, false
		}
		n = n*float64(base) + float64(digit)
	}
	return n, true
}
