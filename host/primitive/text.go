package primitive

import (
	"context"
	"errors"
	"io"
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

func textUpper(ctx context.Context, a *textArgs) (string, error) {
	return piecewise(ctx, a.S, strings.ToUpper)
}

func textLower(ctx context.Context, a *textArgs) (string, error) {
	return piecewise(ctx, a.S, strings.ToLower)
}

// piece is how many bytes of a text are worked on between two looks at whether the run is over.
const piece = 1 << 16

// piecewise does to a text what can be done letter by letter.
func piecewise(ctx context.Context, text string, do func(string) string) (string, error) {
	var b strings.Builder
	for text != "" {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		end := len(text)
		if end > piece {
			end = piece
			for i := end; i > end-utf8.UTFMax; i-- {
				if utf8.RuneStart(text[i]) {
					end = i
					break
				}
			}
		}
		b.WriteString(do(text[:end]))
		text = text[end:]
	}
	return b.String(), nil
}

// untilOver reads a text while the run is not over.
type untilOver struct {
	ctx  context.Context
	text *strings.Reader
}

// Read gives the error of the context once it has one.
func (r untilOver) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.text.Read(p)
}

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
	letters := utf8.RuneCountInString(a.S)
	missing := int(a.Width) - letters
	switch {
	case missing < 0 && !a.Cut:
		return "", message.New("text.long", "primitive.pad_long", message.Args{"text": firstLetters(a.S, longestShown), "letters": letters, "width": a.Width})
	case missing < 0:
		return firstLetters(a.S, int(a.Width)), nil
	case a.Side == "left":
		return strings.Repeat(with, missing) + a.S, nil
	}
	return a.S + strings.Repeat(with, missing), nil
}

// longestShown is how much of a text is told that does not fit.
const longestShown = 200

// firstLetters are at most so many letters of a text.
func firstLetters(text string, most int) string {
	for at := range text {
		if most == 0 {
			return text[:at]
		}
		most--
	}
	return text
}

func textStripAccents(ctx context.Context, a *textArgs) (string, error) {
	if !strings.ContainsFunc(a.S, func(letter rune) bool { return letter >= utf8.RuneSelf }) {
		return a.S, nil
	}
	strip := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	var plain strings.Builder
	_, err := io.Copy(&plain, transform.NewReader(untilOver{ctx, strings.NewReader(a.S)}, strip))
	return plain.String(), err
}

// longestNumber is far more than a CNPJ or CPF with its mask and blanks.
const longestNumber = 1 << 10

// textCNPJ is a question: it gives the number without its mask, or nil and why it is none.
func textCNPJ(_ context.Context, a *textArgs) (lua.Results, error) {
	plain, err := number(a.S, cnpj.Parse)
	switch {
	case err == nil:
		return lua.Results{plain}, nil
	case errors.Is(err, cnpj.ErrDigits):
		return lua.Results{nil, message.Text("primitive.cnpj_digits", nil)}, nil
	}
	return lua.Results{nil, message.Text("primitive.cnpj_form", nil)}, nil
}

// textCPF is the same question of a person's number.
func textCPF(_ context.Context, a *textArgs) (lua.Results, error) {
	plain, err := number(a.S, cnpj.ParseCPF)
	switch {
	case err == nil:
		return lua.Results{plain}, nil
	case errors.Is(err, cnpj.ErrDigits):
		return lua.Results{nil, message.Text("primitive.cpf_digits", nil)}, nil
	}
	return lua.Results{nil, message.Text("primitive.cpf_form", nil)}, nil
}

func number(text string, parse func(string) (string, error)) (string, error) {
	if len(text) > longestNumber {
		return "", cnpj.ErrForm
	}
	return parse(text)
}
