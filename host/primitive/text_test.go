package primitive

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/djscript/djscript/host/message"
)

func TestALongTextEndsWhenTheRunDoes(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	long := &textArgs{S: strings.Repeat("á", 1<<20)}
	for name, fn := range map[string]func(context.Context, *textArgs) (string, error){
		"upper": textUpper, "lower": textLower, "strip_accents": textStripAccents,
	} {
		if got, err := fn(over, long); !errors.Is(err, context.Canceled) || len(got) > piece {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

func TestALongTextIsWorkedOnAsAShortOneIs(t *testing.T) {
	for _, unit := range []string{"a", "á", "xá", "a\u0301", "ação ", "€", "𝒜", "x\xff", "\x80", "\xe1\x80", "ΑΣ "} {
		text := strings.Repeat(unit, 3*piece/len(unit)+1)
		for name, c := range map[string]struct {
			fn   func(context.Context, *textArgs) (string, error)
			want string
		}{
			"upper": {textUpper, strings.ToUpper(text)}, "lower": {textLower, strings.ToLower(text)},
			"strip_accents": {textStripAccents, strings.Repeat(stripped(t, unit), 3*piece/len(unit)+1)},
		} {
			if got, err := c.fn(t.Context(), &textArgs{S: text}); err != nil || got != c.want {
				t.Errorf("%s of %q, many times, is another: %d bytes, not %d, %v", name, unit, len(got), len(c.want), err)
			}
		}
	}
}

func stripped(t *testing.T, text string) string {
	t.Helper()
	plain, err := textStripAccents(t.Context(), &textArgs{S: text})
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestALongTextIsNotToldWhole(t *testing.T) {
	long := strings.Repeat("á", 1<<20)
	if _, err := textPad(t.Context(), &padArgs{S: long, Width: 3}); message.Code(err) != "text.long" || len(err.Error()) > 1000 || !strings.Contains(err.Error(), "1048576") {
		t.Errorf("%.300s", err)
	}
	if got, err := textPad(t.Context(), &padArgs{S: long, Width: 300, Cut: true}); err != nil || utf8.RuneCountInString(got) != 300 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if got, err := textCNPJ(t.Context(), &textArgs{S: strings.Repeat(" ", 1<<20) + "00000000000191"}); err != nil || got[0] != nil {
		t.Errorf("%v, %v", got, err)
	}
	if got, _ := textCNPJ(t.Context(), &textArgs{S: " 00.000.000/0001-91 "}); len(got) != 1 || got[0] != "00000000000191" {
		t.Errorf("%v", got)
	}
}
