// Package cnpj reads the numbers of a Brazilian company (CNPJ) and of a person (CPF), with or without their masks.
package cnpj

import (
	"bytes"
	"errors"
)

// Why a text is no CNPJ, or no CPF.
var (
	ErrForm   = errors.New("a CNPJ has 12 letters or digits and 2 check digits, a CPF 9 digits and 2")
	ErrDigits = errors.New("the check digits are wrong")
)

// Parse is a CNPJ without its mask: 14 positions, letters allowed since July 2026 (IN RFB 2.229/2024), the last two its
// check digits.
func Parse(text string) (string, error) { return parse(text, Check) }

// ParseCPF is a CPF without its mask: 11 digits, the last two its check digits.
func ParseCPF(text string) (string, error) { return parse(text, CheckCPF) }

func parse(text string, check func([]byte) error) (string, error) {
	plain := AppendPlain(nil, []byte(text))
	if err := check(plain); err != nil {
		return "", err
	}
	return string(plain), nil
}

// AppendPlain appends a number without its mask, in capitals.
func AppendPlain(to, text []byte) []byte {
	for _, c := range text {
		switch {
		case c == '.' || c == '/' || c == '-' || c == ' ':
		case c >= 'a' && c <= 'z':
			to = append(to, c-'a'+'A')
		default:
			to = append(to, c)
		}
	}
	return to
}

// Check says what is wrong with a CNPJ without its mask: ErrForm, ErrDigits or nil.
func Check(plain []byte) error {
	if len(plain) != 14 || bytes.Count(plain, plain[:1]) == len(plain) {
		return ErrForm
	}
	for i, c := range plain {
		if digit := c >= '0' && c <= '9'; !digit && (i >= 12 || c < 'A' || c > 'Z') {
			return ErrForm
		}
	}
	if plain[12] != checkDigit(plain[:12], 8) || plain[13] != checkDigit(plain[:13], 8) {
		return ErrDigits
	}
	return nil
}

// CheckCPF says what is wrong with a CPF without its mask, as Check does.
func CheckCPF(plain []byte) error {
	if len(plain) != 11 || bytes.Count(plain, plain[:1]) == len(plain) {
		return ErrForm
	}
	for _, c := range plain {
		if c < '0' || c > '9' {
			return ErrForm
		}
	}
	if plain[9] != checkDigit(plain[:9], 10) || plain[10] != checkDigit(plain[:10], 10) {
		return ErrDigits
	}
	return nil
}

// checkDigit counts a character as its ASCII code less 48, with weights from 2 on from the right, of which there are so many.
func checkDigit(text []byte, weights int) byte {
	sum := 0
	for i := range text {
		sum += int(text[len(text)-1-i]-'0') * (2 + i%weights)
	}
	if rest := sum % 11; rest > 1 {
		return byte('0' + 11 - rest)
	}
	return '0'
}
