// Package cnpj reads the number of a Brazilian company, with or without its mask.
package cnpj

import (
	"errors"
	"regexp"
	"strings"
)

// Why a text is no CNPJ.
var (
	ErrForm   = errors.New("a CNPJ has 12 letters or digits and 2 check digits")
	ErrDigits = errors.New("the check digits are wrong")
)

var form = regexp.MustCompile(`^[0-9A-Z]{12}[0-9]{2}$`)

// Parse is a CNPJ without its mask: 14 positions, letters allowed since July 2026 (IN RFB 2.229/2024), the last two its
// check digits.
func Parse(text string) (string, error) {
	plain := strings.ToUpper(strings.NewReplacer(".", "", "/", "", "-", "", " ", "").Replace(text))
	if !form.MatchString(plain) || strings.Count(plain, plain[:1]) == len(plain) {
		return "", ErrForm
	}
	if plain[12] != checkDigit(plain[:12]) || plain[13] != checkDigit(plain[:13]) {
		return "", ErrDigits
	}
	return plain, nil
}

// A character counts as its ASCII code less 48, with weights 2 to 9 from the right, over and over.
func checkDigit(text string) byte {
	sum := 0
	for i := range len(text) {
		sum += int(text[len(text)-1-i]-'0') * (2 + i%8)
	}
	if rest := sum % 11; rest > 1 {
		return byte('0' + 11 - rest)
	}
	return '0'
}
