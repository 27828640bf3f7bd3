package layout

import (
	"bytes"
	"errors"
	"strings"

	"github.com/djscript/djscript/host/cnpj"
	"github.com/djscript/djscript/host/message"
)

// read understands what stands in a field. Text stays in the line's own bytes; what has to be changed to be understood (a
// mask, a small letter) goes to room.
func (c *cell) read(text []byte, e Encoding, v *Value, room *[]byte) *message.Error {
	*v = Value{}
	if c.Type == Blank {
		return nil
	}
	text = trim(text)
	if c.tag != nil || c.fixed != nil {
		return c.readFixed(text, e, v)
	}
	if c.Type == Boolean {
		return c.readFlag(text, e, v)
	}
	if len(text) == 0 {
		return c.empty(v)
	}
	err := c.readValue(text, e, v, room)
	if err == nil && v.Kind == Null {
		return c.empty(v)
	}
	return err
}

func (c *cell) readValue(text []byte, e Encoding, v *Value, room *[]byte) *message.Error {
	switch c.Type {
	case Integer, Decimal:
		return c.readNumber(text, e, v)
	case Date, Time, Moment:
		return c.readDate(text, e, v)
	case CNPJ, CPF, CNPJCPF:
		return c.readPerson(text, e, v, room)
	case EAN:
		return c.readEAN(text, e, v)
	}
	return c.readText(text, e, v)
}

// empty is a field with nothing in it.
func (c *cell) empty(v *Value) *message.Error {
	*v = c.otherwise
	if v.Kind == Null && c.Required {
		return wrong("missing", nil)
	}
	return nil
}

// trim takes the blanks off both ends.
func trim(text []byte) []byte {
	for len(text) > 0 && text[len(text)-1] == ' ' {
		text = text[:len(text)-1]
	}
	for len(text) > 0 && text[0] == ' ' {
		text = text[1:]
	}
	return text
}

func (c *cell) readFixed(text []byte, e Encoding, v *Value) *message.Error {
	want := c.tag
	if want == nil {
		want = trim(c.fixed)
	}
	*v = Value{Kind: String, Bytes: text, Encoding: e}
	if !bytes.Equal(text, want) {
		return wrong("const", message.Args{"want": e.shown(want)})
	}
	return nil
}

func (c *cell) readFlag(text []byte, e Encoding, v *Value) *message.Error {
	for i, code := range c.codes {
		if bytes.Equal(text, code) {
			*v = Value{Kind: Flag, N: int64(1 - i)}
			return nil
		}
	}
	if len(text) == 0 {
		return c.empty(v)
	}
	return c.notChosen()
}

func (c *cell) notChosen() *message.Error {
	codes := make([]string, len(c.Values))
	for i, choice := range c.Values {
		codes[i] = choice.Code
	}
	return wrong("choice", message.Args{"codes": strings.Join(codes, ", ")})
}

func (c *cell) readText(text []byte, e Encoding, v *Value) *message.Error {
	if c.fill != ' ' {
		if text = c.unfilled(text); len(text) == 0 {
			return nil
		}
	}
	*v = Value{Kind: String, Bytes: text, Encoding: e}
	if c.codes == nil {
		return nil
	}
	for _, code := range c.codes {
		if bytes.Equal(text, code) {
			return nil
		}
	}
	return c.notChosen()
}

// unfilled takes off what a value was filled up with.
func (c *cell) unfilled(text []byte) []byte {
	if c.right {
		for len(text) > 0 && text[0] == c.fill {
			text = text[1:]
		}
		return text
	}
	for len(text) > 0 && text[len(text)-1] == c.fill {
		text = text[:len(text)-1]
	}
	return text
}

func (c *cell) readDate(text []byte, e Encoding, v *Value) *message.Error {
	if c.Type != Time && noDigit(text) {
		return nil
	}
	p, ok := c.form.Read(text)
	if !ok {
		return wrong("form", message.Args{"form": c.Form})
	}
	if c.Type != Time && !p.IsDay() {
		return wrong("no_day", message.Args{"value": e.shown(text)})
	}
	if c.Type != Date && !p.IsClock() {
		return wrong("no_clock", message.Args{"value": e.shown(text)})
	}
	*v = p.value(dateKinds[c.Type])
	return nil
}

var dateKinds = map[Type]Kind{Date: Day, Time: Clock, Moment: Instant}

// noDigit says that a date was left empty: zeros, blanks, and the mask's own signs.
func noDigit(text []byte) bool {
	for _, c := range text {
		if c >= '1' && c <= '9' || c >= 'A' {
			return false
		}
	}
	return true
}

// readPerson understands a CNPJ, a CPF, or either. A CPF may have zeros before it: fields of 14 digits hold both.
func (c *cell) readPerson(text []byte, e Encoding, v *Value, room *[]byte) *message.Error {
	start := len(*room)
	*room = cnpj.AppendPlain(*room, text)
	number := (*room)[start:]
	if len(bytes.TrimLeft(number, "0")) == 0 {
		return nil
	}
	*v = Value{Kind: String, Bytes: number, Encoding: e}
	company, person := cnpj.Check(number), cnpj.ErrForm
	tail := number
	if zeros := len(number) - 11; zeros >= 0 && len(bytes.TrimLeft(number[:zeros], "0")) == 0 {
		tail = number[zeros:]
		person = cnpj.CheckCPF(tail)
	}
	switch {
	case c.Type == CNPJ:
		return c.badNumber(company)
	case c.Type == CPF || company != nil && person == nil || person == nil && meansPerson(number):
		v.Bytes = tail
		return c.badNumber(person)
	case company != nil && len(number) == 11:
		return c.badNumber(person)
	}
	return c.badNumber(company)
}

// meansPerson settles what is a CNPJ and, without the zeros before it, a CPF as well: the check digits of both come out the
// same where a CPF begins with two zeros, as many do. No company's number begins with five, but that of the Banco do Brasil
// with eight.
func meansPerson(number []byte) bool {
	return bytes.HasPrefix(number, []byte("00000")) && !bytes.HasPrefix(number, []byte("00000000"))
}

func (c *cell) badNumber(err error) *message.Error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, cnpj.ErrDigits):
		return wrong(string(c.Type)+"_digits", nil)
	}
	return wrong(string(c.Type)+"_form", nil)
}

// readEAN understands a bar code. Zeros that only fill the field are no part of it.
func (c *cell) readEAN(text []byte, e Encoding, v *Value) *message.Error {
	if c.fill != ' ' {
		text = c.unfilled(text)
	}
	if len(text) == 0 {
		return nil
	}
	*v = Value{Kind: String, Bytes: text, Encoding: e}
	sum := 0
	for i := range text {
		digit := int(text[len(text)-1-i] - '0')
		if digit < 0 || digit > 9 {
			return wrong("ean_form", nil)
		}
		sum += digit * (1 + 2*(i%2))
	}
	switch {
	case c.Unchecked:
		return nil
	case len(text) < 8 || len(text) > 14:
		return wrong("ean_form", nil)
	case sum%10 != 0:
		return wrong("ean_digit", nil)
	}
	return nil
}
