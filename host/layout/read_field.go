package layout

import (
	"bytes"
	"errors"
	"strings"

	"github.com/djscript/djscript/host/cnpj"
	"github.com/djscript/djscript/host/message"
)

// op is how a field is read: what is asked for every field of every line is settled when the codec is made.
type op uint8

const (
	readsText op = iota // as it stands
	readsWord           // filled up, or one of some
	readsNumber
	readsDate
	readsFlag
	readsPerson
	readsEAN
	readsFixed
	readsNothing
)

func opOf(c *cell) op {
	switch {
	case c.Tag != "" || c.Const != "":
		return readsFixed
	case c.Type == Text && c.fill == ' ' && c.Values == nil:
		return readsText
	}
	known := map[Type]op{
		Integer: readsNumber, Decimal: readsNumber, Date: readsDate, Time: readsDate, Moment: readsDate, Boolean: readsFlag,
		CNPJ: readsPerson, CPF: readsPerson, CNPJCPF: readsPerson, EAN: readsEAN, Blank: readsNothing,
	}
	if one, ok := known[c.Type]; ok {
		return one
	}
	return readsWord
}

// read understands what stands in a field. Text stays in the line's own bytes; what has to be changed to be understood (a
// mask, a small letter) goes to room.
func (c *cell) read(text []byte, e Encoding, v *Value, room *[]byte) (err *message.Error) {
	text = trim(text)
	if len(text) == 0 && c.op != readsFixed && c.op != readsFlag && c.op != readsNothing {
		return c.empty(v)
	}
	switch c.op {
	case readsText:
		v.Kind, v.Encoding, v.Bytes = String, e, text
		return nil
	case readsNumber:
		if c.readPlainNumber(text, v) {
			return nil
		}
		err = c.readNumber(text, v)
	case readsDate:
		err = c.readDate(text, e, v)
	case readsWord:
		err = c.readText(text, e, v)
	case readsFlag:
		return c.readFlag(text, v)
	case readsPerson:
		err = c.readPerson(text, e, v, room)
	case readsEAN:
		err = c.readEAN(text, e, v)
	case readsFixed:
		return c.readFixed(text, e, v)
	case readsNothing:
		*v = Value{}
		return nil
	}
	if err == nil && v.Kind == Null {
		return c.empty(v)
	}
	return err
}

// empty is a field with nothing in it.
func (c *cell) empty(v *Value) *message.Error {
	*v = c.otherwise
	if v.Kind == Null && c.Required {
		return wrong("layout.missing", nil)
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
		return wrong("layout.const", message.Args{"want": e.shown(want)})
	}
	return nil
}

func (c *cell) readFlag(text []byte, v *Value) *message.Error {
	for i, code := range c.codes {
		if bytes.Equal(text, code) {
			v.Kind, v.N = Flag, int64(1-i)
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
	return wrong("layout.choice", message.Args{"codes": strings.Join(codes, ", ")})
}

func (c *cell) readText(text []byte, e Encoding, v *Value) *message.Error {
	v.Kind = Null
	if c.fill != ' ' {
		if text = c.unfilled(text); len(text) == 0 {
			return nil
		}
	}
	v.Kind, v.Encoding, v.Bytes = String, e, text
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
	v.Kind = Null
	p, ok := c.form.Read(text)
	switch {
	case c.kind != Clock && (!ok || p.Day == 0) && noDigit(text):
		return nil
	case !ok:
		return wrong("layout.form", message.Args{"form": c.Form})
	case c.kind != Clock && !p.IsDay():
		return wrong("layout.no_day", message.Args{"value": e.shown(text)})
	case c.kind != Day && !p.IsClock():
		return wrong("layout.no_clock", message.Args{"value": e.shown(text)})
	}
	v.Kind, v.N = c.kind, p.number(c.kind)
	return nil
}

// dateKinds are what dates and times hold.
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
	v.Kind = Null
	if len(bytes.TrimLeft(number, "0")) == 0 {
		return nil
	}
	v.Kind, v.Encoding, v.Bytes = String, e, number
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

// badNumbers are what is said of a number that is none, and of one with wrong check digits.
var badNumbers = map[Type][2]string{
	CNPJ: {"layout.cnpj_form", "layout.cnpj_digits"}, CPF: {"layout.cpf_form", "layout.cpf_digits"}, CNPJCPF: {"layout.cnpj_cpf_form", "layout.cnpj_cpf_digits"},
}

func (c *cell) badNumber(err error) *message.Error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, cnpj.ErrDigits):
		return wrong(badNumbers[c.Type][1], nil)
	}
	return wrong(badNumbers[c.Type][0], nil)
}

// readEAN understands a bar code. Zeros that only fill the field are no part of it.
func (c *cell) readEAN(text []byte, e Encoding, v *Value) *message.Error {
	v.Kind = Null
	if c.fill != ' ' {
		text = c.unfilled(text)
	}
	if len(text) == 0 {
		return nil
	}
	v.Kind, v.Encoding, v.Bytes = String, e, text
	if !onlyDigits(text) {
		return wrong("layout.ean_form", nil)
	}
	switch {
	case c.Unchecked:
		return nil
	case len(text) < 8 || len(text) > 14:
		return wrong("layout.ean_form", nil)
	case eanSum(text)%10 != 0:
		return wrong("layout.ean_digit", nil)
	}
	return nil
}

// eanSum adds the digits of a bar code, with weights 1 and 3 from the right.
func eanSum(digits []byte) (sum int) {
	i := len(digits) - 1
	for ; i > 0; i -= 2 {
		sum += int(digits[i]-'0') + 3*int(digits[i-1]-'0')
	}
	if i == 0 {
		sum += int(digits[0] - '0')
	}
	return sum
}
