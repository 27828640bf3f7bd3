package primitive

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/djscript/djscript/host/cnpj"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type (
	textArgs struct {
		S string `lua:"s,arg"`
	}
	padArgs struct {
		S     string `lua:"s,arg"`
		Width int64  `lua:"width,arg"`
		Side  string `lua:"side" enum:"left,right"`
		With  string `lua:"with"`
		Cut   bool   `lua:"cut"`
	}
)

func textUpper(_ context.Context, a *textArgs) (string, error) { return strings.ToUpper(a.S), nil }

func textLower(_ context.Context, a *textArgs) (string, error) { return strings.ToLower(a.S), nil }

// maxPad is far more than any record has.
const maxPad = 1 << 16

// textPad counts letters: in the code pages of one byte a letter, which such files are in, they are the bytes. A text that is
// too long would move every field after it, and is refused unless it is to be cut.
func textPad(_ context.Context, a *padArgs) (string, error) {
	with := a.With
	if with == "" {
		with = " "
	}
	switch {
	case a.Width < 0 || a.Width > maxPad:
		return "", message.New("option.value", "primitive.pad_width", message.Args{"width": a.Width, "most": maxPad})
	case utf8.RuneCountInString(with) != 1:
		return "", message.New("option.value", "primitive.pad_with", message.Args{"with": with})
	}
	letters := []rune(a.S)
	missing := int(a.Width) - len(letters)
	switch {
	case missing < 0 && !a.Cut:
		return "", message.New("text.long", "primitive.pad_long", message.Args{"text": a.S, "letters": len(letters), "width": a.Width})
	case missing < 0:
		return string(letters[:a.Width]), nil
	case a.Side == "left":
		return strings.Repeat(with, missing) + a.S, nil
	}
	return a.S + strings.Repeat(with, missing), nil
}

func textStripAccents(_ context.Context, a *textArgs) (string, error) {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), a.S)
	return plain, err
}

// textCNPJ is a question: it gives the number without its mask, or nil and why it is none.
func textCNPJ(_ context.Context, a *textArgs) (lua.Results, error) {
	plain, err := cnpj.Parse(a.S)
	switch {
	case err == nil:
		return lua.Results{plain}, nil
	case errors.Is(err, cnpj.ErrDigits):
		return lua.Results{nil, message.Text("primitive.cnpj_digits", nil)}, nil
	}
	return lua.Results{nil, message.Text("primitive.cnpj_form", nil)}, nil
}
