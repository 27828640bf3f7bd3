package cnpj

import (
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"12ABC34501DE35": "12ABC34501DE35", "12.abc.345/01de-35": "12ABC34501DE35", "11.222.333/0001-81": "11222333000181",
		"00000000000191": "00000000000191", " 06255692000103 ": "06255692000103",
	} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
	for text, want := range map[string]error{
		"": ErrForm, "1122233300018": ErrForm, "112223330001811": ErrForm, "12ÃBC34501DE35": ErrForm, "1122233300018A": ErrForm,
		"00000000000000": ErrForm, "11222333000l81": ErrDigits, "11222333000182": ErrDigits, "11222333000191": ErrDigits, "12ABC34501DE53": ErrDigits,
	} {
		if got, err := Parse(text); !errors.Is(err, want) {
			t.Errorf("%q is %q, %v; want %v", text, got, err, want)
		}
	}
}

// One wrong character is always found, but where its value differs by 11.
func TestOneWrongDigitIsFound(t *testing.T) {
	const right = "11222333000181"
	for i := range len(right) {
		for digit := byte('0'); digit <= '9'; digit++ {
			if digit == right[i] {
				continue
			}
			wrong := right[:i] + string(digit) + right[i+1:]
			if _, err := Parse(wrong); err == nil {
				t.Errorf("%s is taken", wrong)
			}
		}
	}
}
