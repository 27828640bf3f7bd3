package lua

import (
	"cmp"
	"math"
	"math/big"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// Decimal is an exact decimal number, such as an amount of money: so many units of a decimal place. It keeps the places
// that it was written with: 1.10 + 2.20 is 3.30. Two are equal whose values are: 1.0 is 1.
type Decimal struct {
	small  int64    // the units, where an int64 holds them
	large  *big.Int // the units, where it does not
	places int      // after the point, 0 or more
}

const (
	maxDigits      = 100 // of one Decimal, and after its point
	divisionPlaces = 10  // of a quotient, at least; the rest is rounded
	exactDigits    = 15  // so many digits of a float64 are those that were written
)

var decimalShape = regexp.MustCompile(`^([+-]?)([0-9]*)(?:\.([0-9]*))?$`)

// ParseDecimal reads "1234567.89": digits, with a dot before the decimals, and blanks around it.
func ParseDecimal(text string) (*Decimal, error) {
	d, mistake := parseDecimal(text)
	if mistake != nil {
		return nil, mistake
	}
	return d, nil
}

func parseDecimal(text string) (*Decimal, *fault) {
	text = strings.Trim(text, " \t\n\v\f\r")
	if d := shortDecimal(text); d != nil {
		return d, nil
	}
	m := decimalShape.FindStringSubmatch(text[:min(len(text), 3*maxDigits)])
	if m == nil || m[2]+m[3] == "" {
		return nil, &fault{code: "num.bad", key: "lua.num_text", args: map[string]any{"text": cut(text, 60)}}
	}
	if len(m[2])+len(m[3]) > 2*maxDigits {
		return nil, tooManyDigits()
	}
	units, _ := new(big.Int).SetString(m[1]+m[2]+m[3], 10)
	return decimalUnits(units, len(m[3])).checked()
}

// shortDecimal reads what an int64 holds; nil for what is longer, and for what is no number.
func shortDecimal(text string) *Decimal {
	digits := strings.TrimLeft(text, "+-")
	if len(text)-len(digits) > 1 || len(digits) > len(powers) {
		return nil
	}
	n, places := int64(0), -1
	for i := range len(digits) {
		switch c := digits[i]; {
		case isDigit(c):
			n = n*10 + int64(c-'0')
		case c == '.' && places < 0:
			places = len(digits) - 1 - i
		default:
			return nil
		}
	}
	if len(digits) == 0 || places >= 0 && len(digits) == 1 || places < 0 && len(digits) == len(powers) {
		return nil
	}
	if text[0] == '-' {
		n = -n
	}
	return newDecimal(n, max(places, 0))
}

func newDecimal(n int64, places int) *Decimal { return &Decimal{small: n, places: places} }

func decimalUnits(units *big.Int, places int) *Decimal {
	if units.IsInt64() {
		return newDecimal(units.Int64(), places)
	}
	return &Decimal{large: units, places: places}
}

// units are the number without its point.
func (d *Decimal) units() *big.Int {
	if d.large != nil {
		return d.large
	}
	return big.NewInt(d.small)
}

// decimalOf is the Decimal that somebody wrote as this number. A number that was calculated, such as 0.1 + 0.2, has more
// digits than anybody wrote, and is none.
func decimalOf(n float64) (*Decimal, *fault) {
	text := strconv.FormatFloat(n, 'f', -1, 64)
	whole := n == math.Trunc(n) && math.Abs(n) < exact
	digits := strings.Trim(strings.Replace(text, ".", "", 1), "-0")
	if math.IsNaN(n) || math.IsInf(n, 0) || !whole && len(digits) > exactDigits {
		return nil, &fault{code: "num.bad", key: "lua.num_inexact", args: map[string]any{"n": formatNumber(n)}}
	}
	return parseDecimal(text)
}

func tooManyDigits() *fault {
	return &fault{code: "num.size", key: "lua.num_size", args: map[string]any{"most": maxDigits}}
}

func (d *Decimal) checked() (*Decimal, *fault) {
	// A digit takes more than three bits; to write out what is far too long would take longer than to refuse it.
	if d.places > maxDigits || d.large != nil && (d.large.BitLen() > 4*maxDigits || len(d.digits()) > maxDigits) {
		return nil, tooManyDigits()
	}
	return d, nil
}

func (d *Decimal) digits() string {
	if d.large != nil {
		return new(big.Int).Abs(d.large).String()
	}
	return strings.TrimPrefix(strconv.FormatInt(d.small, 10), "-")
}

func (d *Decimal) negative() bool { return d.small < 0 || d.large != nil && d.large.Sign() < 0 }

// String is the number in digits, with a dot before its decimals: "1234567.89".
func (d *Decimal) String() string {
	whole, fraction := d.split()
	if fraction != "" {
		whole += "." + fraction
	}
	return d.sign() + whole
}

func (d *Decimal) sign() string {
	if d.negative() {
		return "-"
	}
	return ""
}

// split are the digits before the point and those after it.
func (d *Decimal) split() (whole, fraction string) {
	digits := d.digits()
	if missing := d.places + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - d.places
	return digits[:point], digits[point:]
}

// MarshalText is String: in JSON it is a text, which no reader rounds.
func (d *Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is ParseDecimal.
func (d *Decimal) UnmarshalText(text []byte) error {
	read, err := ParseDecimal(string(text))
	if err == nil {
		*d = *read
	}
	return err
}

// Cmp is -1, 0 or 1: less than, equal to, greater than the other.
func (d *Decimal) Cmp(other *Decimal) int {
	if a, b, ok := alignedSmall(d, other); ok {
		return cmp.Compare(a, b)
	}
	a, b, _ := aligned(d, other)
	return a.Cmp(b)
}

// Round is the number with so many places; a half is rounded away from zero, as on a till receipt: 0.125 is 0.13, and
// -0.125 is -0.13.
func (d *Decimal) Round(places int) *Decimal {
	if d.large == nil && places <= d.places && d.places-places < len(powers) {
		return newDecimal(roundedSmall(d.small, powers[d.places-places]), places)
	}
	if places >= d.places {
		return decimalUnits(new(big.Int).Mul(d.units(), power(places-d.places)), places)
	}
	return decimalUnits(quotient(d.units(), power(d.places-places)), places)
}

// Format writes the number with so many places, a sign of its own before the decimals and one between thousands.
func (d *Decimal) Format(places int, decimal, thousands string) string {
	rounded := d.Round(places)
	whole, fraction := rounded.split()
	var b strings.Builder
	b.WriteString(rounded.sign())
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(thousands)
		}
		b.WriteRune(digit)
	}
	if fraction != "" {
		b.WriteString(decimal + fraction)
	}
	return b.String()
}

// Number is the nearest float64.
func (d *Decimal) Number() float64 {
	n, _ := strconv.ParseFloat(d.String(), 64) // at most maxDigits digits: always in range
	return n
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// quotient is a / b, a half rounded away from zero.
func quotient(a, b *big.Int) *big.Int {
	result, rest := new(big.Int).QuoRem(a, b, new(big.Int))
	if rest.Lsh(rest.Abs(rest), 1).CmpAbs(b) >= 0 {
		result.Add(result, big.NewInt(int64(a.Sign()*b.Sign())))
	}
	return result
}

// aligned are the units of both at the same places.
func aligned(a, b *Decimal) (x, y *big.Int, places int) {
	places = max(a.places, b.places)
	return new(big.Int).Mul(a.units(), power(places-a.places)), new(big.Int).Mul(b.units(), power(places-b.places)), places
}

func (d *Decimal) calculate(operator string, other *Decimal) (*Decimal, *fault) {
	if result := d.calculateSmall(operator, other); result != nil {
		return result.checked()
	}
	a, b, places := aligned(d, other)
	switch operator {
	case "+":
		return decimalUnits(a.Add(a, b), places).checked()
	case "-":
		return decimalUnits(a.Sub(a, b), places).checked()
	case "*":
		return decimalUnits(a.Mul(d.units(), other.units()), d.places+other.places).checked()
	}
	if b.Sign() == 0 {
		return nil, &fault{code: "num.zero", key: "lua.num_zero", args: map[string]any{"n": d.String()}}
	}
	most := max(divisionPlaces, places)
	return shortened(quotient(a.Mul(a, power(most)), b), most, places).checked()
}

// shortened takes zeros off the end, down to so many places.
func shortened(units *big.Int, places, least int) *Decimal {
	ten, rest := big.NewInt(10), new(big.Int)
	for places > least {
		shorter := new(big.Int)
		if shorter.QuoRem(units, ten, rest); rest.Sign() != 0 {
			break
		}
		units = shorter
		places--
	}
	return decimalUnits(units, places)
}

// decimalValue is the Lua value of a Decimal. Two of one value are equal, but not the same key of a table.
func (s *State) decimalValue(d *Decimal) glua.LValue {
	if d == nil {
		return glua.LNil
	}
	return &glua.LUserData{Value: d, Metatable: s.decimals}
}

// newDecimalValue is decimalValue of a new one, both in one piece of memory.
func (s *State) newDecimalValue(n int64, places int) glua.LValue {
	made := &struct {
		value   glua.LUserData
		decimal Decimal
	}{decimal: Decimal{small: n, places: places}}
	made.value = glua.LUserData{Value: &made.decimal, Metatable: s.decimals}
	return &made.value
}

func asDecimal(value glua.LValue) *Decimal {
	if thing, ok := value.(*glua.LUserData); ok {
		if d, ok := thing.Value.(*Decimal); ok {
			return d
		}
	}
	return nil
}

// toDecimal reads a Decimal, a number that is one, or a text that is one. wrong is true of any other value.
func toDecimal(value glua.LValue) (d *Decimal, mistake *fault, wrong bool) {
	switch v := value.(type) {
	case glua.LNumber:
		d, mistake = decimalOf(float64(v))
	case glua.LString:
		d, mistake = parseDecimal(string(v))
	default:
		d = asDecimal(value)
	}
	return d, mistake, d == nil && mistake == nil
}

// openDecimals makes the metatable that all Decimals share.
func (s *State) openDecimals() {
	s.decimals = s.l.CreateTable(0, 16)
	methods := s.l.CreateTable(0, 3)
	s.define(methods, map[string]glua.LGFunction{"round": s.decimalRound, "format": s.decimalFormat, "number": s.decimalNumber})
	functions := map[string]glua.LGFunction{
		"__index": func(l *glua.LState) int {
			name := s.nameArg(l)
			method := methods.RawGetString(name)
			if method == glua.LNil {
				s.raise(l, unknownName("num", name, keys(methods)))
			}
			l.Push(method)
			return 1
		},
		"__newindex": func(l *glua.LState) int {
			s.raise(l, &fault{code: "api.frozen", key: "lua.frozen", args: map[string]any{"name": "num." + s.nameArg(l)}})
			return 0
		},
		"__unm": func(l *glua.LState) int {
			d := asDecimal(l.Get(1))
			l.Push(s.decimalValue(decimalUnits(new(big.Int).Neg(d.units()), d.places)))
			return 1
		},
		"__eq": func(l *glua.LState) int { l.Push(glua.LBool(s.compareDecimals(l, 1, 2) == 0)); return 1 },
		"__lt": func(l *glua.LState) int { l.Push(glua.LBool(s.compareDecimals(l, 1, 2) < 0)); return 1 },
		"__le": func(l *glua.LState) int { l.Push(glua.LBool(s.compareDecimals(l, 1, 2) <= 0)); return 1 },
	}
	for event, operator := range map[string]string{"__add": "+", "__sub": "-", "__mul": "*", "__div": "/"} {
		functions[event] = func(l *glua.LState) int { return s.decimalArithmetic(l, operator) }
	}
	for event, operator := range map[string]string{"__mod": "%", "__pow": "^"} {
		functions[event] = func(l *glua.LState) int {
			s.raise(l, &fault{code: "num.bad", key: "lua.num_operator", args: map[string]any{"operator": operator}})
			return 0
		}
	}
	s.define(s.decimals, functions)
	s.decimals.RawSetString("__metatable", glua.LFalse)
}

func (s *State) decimalArithmetic(l *glua.LState, operator string) int {
	result, mistake := s.decimalOperand(l, 1).calculate(operator, s.decimalOperand(l, 2))
	if mistake != nil {
		s.raise(l, mistake)
	}
	l.Push(s.decimalValue(result))
	return 1
}

func (s *State) decimalOperand(l *glua.LState, position int) *Decimal {
	d, mistake, wrong := toDecimal(s.known(l, l.Get(position)))
	if wrong {
		s.raise(l, &fault{code: "script.failed", key: "lua.arithmetic", args: map[string]any{
			"left": s.typeWord(l.Get(1)), "right": s.typeWord(l.Get(2)),
		}})
	}
	if mistake != nil {
		s.raise(l, mistake)
	}
	return d
}

// compare is the guarded comparison of a script that has to do with Decimals: its operator, and two values.
func (s *State) compare(l *glua.LState) int {
	operator, left, right := l.Get(1).String(), 2, 3
	if strings.HasPrefix(operator, ">") {
		operator, left, right = "<"+operator[1:], 3, 2
	}
	a, b := l.Get(left), l.Get(right)
	exactly := asDecimal(a) != nil || asDecimal(b) != nil
	var truth bool
	switch operator {
	case "==", "~=":
		if exactly && comparable(a) && comparable(b) {
			truth = s.compareDecimals(l, left, right) == 0
		} else {
			truth = l.Equal(a, b)
		}
		truth = truth == (operator == "==")
	case "<":
		truth = exactly && s.compareDecimals(l, left, right) < 0 || !exactly && l.LessThan(a, b)
	default:
		truth = exactly && s.compareDecimals(l, left, right) <= 0 || !exactly && s.lessOrEqual(l, a, b)
	}
	l.Push(glua.LBool(truth))
	return 1
}

// comparable is a Decimal, or a number that compares with one.
func comparable(value glua.LValue) bool {
	n, ok := value.(glua.LNumber)
	return asDecimal(value) != nil || ok && math.Abs(float64(n)) < 1e90
}

// lessOrEqual is a <= b as the interpreter does it.
func (s *State) lessOrEqual(l *glua.LState, a, b glua.LValue) bool {
	n, number := a.(glua.LNumber)
	if m, both := b.(glua.LNumber); number && both {
		return n <= m
	}
	if fn := metamethod(a, "__le"); fn != nil && a.Type() == b.Type() {
		l.Push(fn)
		l.Push(a)
		l.Push(b)
		l.Call(2, 1)
		result := l.Get(-1)
		l.Pop(1)
		return glua.LVAsBool(result)
	}
	return !l.LessThan(b, a)
}

// compareDecimals compares two values of which one at least is a Decimal.
func (s *State) compareDecimals(l *glua.LState, left, right int) int {
	var both [2]*Decimal
	for i, position := range []int{left, right} {
		value := s.known(l, l.Get(position))
		d := asDecimal(value)
		if n, ok := value.(glua.LNumber); ok && !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) {
			// How two numbers compare is known of any, to its last digit.
			d, _ = parseDecimal(strconv.FormatFloat(float64(n), 'f', -1, 64))
		}
		if d == nil {
			s.raise(l, &fault{code: "script.failed", key: "lua.compare", args: map[string]any{
				"left": s.typeWord(l.Get(left)), "right": s.typeWord(l.Get(right)),
			}})
		}
		both[i] = d
	}
	return both[0].Cmp(both[1])
}

// self is the Decimal that a method is called on.
func (s *State) self(l *glua.LState, method string) *Decimal {
	d := asDecimal(l.Get(1))
	if d == nil {
		s.badArgument(l, method, 1, "lua.a_decimal")
	}
	return d
}

func (s *State) decimalRound(l *glua.LState) int {
	d, places := s.self(l, "num:round"), s.optionalInteger(l, "num:round", 2, 0)
	if places < 0 || places > maxDigits {
		s.badArgument(l, "num:round", 2, "lua.a_places")
	}
	return s.pushDecimal(l, d.Round(places))
}

func (s *State) pushDecimal(l *glua.LState, d *Decimal) int {
	if _, mistake := d.checked(); mistake != nil {
		s.raise(l, mistake)
	}
	l.Push(s.decimalValue(d))
	return 1
}

func (s *State) decimalNumber(l *glua.LState) int {
	l.Push(glua.LNumber(s.self(l, "num:number").Number()))
	return 1
}

// decimalForm is how an amount of money is written in Brazil, unless it says otherwise.
type decimalForm struct {
	Decimals  *int64  `lua:"decimals"`
	Decimal   *string `lua:"decimal"`
	Thousands *string `lua:"thousands"`
}

func (s *State) decimalFormat(l *glua.LState) int {
	d, form := s.self(l, "num:format"), decimalForm{}
	options := recordOf(reflect.TypeFor[decimalForm]())
	if mistake := options.decodeOptions(s, "num:format({ ... })", l.Get(2), reflect.ValueOf(&form).Elem()); mistake != nil {
		s.raiseIn(l, "num:format", mistake)
	}
	places, decimal, thousands := int64(2), ",", "."
	if form.Decimals != nil {
		places = *form.Decimals
	}
	if form.Decimal != nil {
		decimal = *form.Decimal
	}
	if form.Thousands != nil {
		thousands = *form.Thousands
	}
	if places < 0 || places > maxDigits {
		s.raiseIn(l, "num:format", refused(s, "decimals", s.word("lua.a_places"), glua.LNumber(places)))
	}
	return s.pushText(l, d.Format(int(places), decimal, thousands))
}
