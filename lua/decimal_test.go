package lua

import (
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

// num is dj.num as the host binds it.
func num() Options {
	type args struct {
		Value *Decimal `lua:"value,arg"`
	}
	return Options{Modules: map[string][]Func{"dj": {Bind("num", func(_ *Call, a *args) (*Decimal, error) { return a.Value, nil })}}}
}

func evaluate(t *testing.T, expression string) (string, error) {
	t.Helper()
	chunk, err := Parse("test.lua", []byte("local num = dj.num\nreturn tostring("+expression+")"))
	if err != nil {
		t.Fatal(err)
	}
	value, err := New(t.Context(), num()).Run(chunk)
	return value.String(), err
}

func TestMoneyIsCalculatedExactly(t *testing.T) {
	for expression, want := range map[string]string{
		`num("1234567.89")`:                     "1234567.89",
		`num("0.10") + num("0.20")`:             "0.30",
		`num("1.10") * 3`:                       "3.30",
		`3 * num("1.10")`:                       "3.30",
		`0.1 + num("0.2")`:                      "0.3",
		`"0.1" + num("0.2")`:                    "0.3",
		`num(12) - "0.5"`:                       "11.5",
		`num("-0.05")`:                          "-0.05",
		`-num("0.05")`:                          "-0.05",
		`num("10.00") / 4`:                      "2.50",
		`num(10) / 3`:                           "3.3333333333",
		`num(-2) / 3`:                           "-0.6666666667",
		`num("99999999999999999999.99") + 0.01`: "100000000000000000000.00",
		`num("0.125"):round(2)`:                 "0.13",
		`num("-0.125"):round(2)`:                "-0.13",
		`num("0.1249"):round(2)`:                "0.12",
		`num("2.5"):round()`:                    "3",
		`num("7"):round(2)`:                     "7.00",
		`num("1234567.895"):format{}`:           "1.234.567,90",
		`num("-1234.5"):format{ decimals = 0 }`: "-1.235",
		`num("123"):format{ decimal = ".", thousands = "" }`: "123.00",
		`num("-0.004"):format()`:                             "0,00",
		`num("1234567.89"):number()`:                         "1234567.89",
		`"R$ " .. num("1.50") .. "."`:                        "R$ 1.50.",
		`table.concat({ num("1.50"), 2 }, ";")`:              "1.50;2",
		`("%s|%.2f|%8.1f|%-6d|%06.2f|%+d"):format(num("1.5"), num("1.005"), num("2.25"), num("3.0"), num("-1.5"), num(7))`: "1.5|1.01|     2.3|3     |-01.50|+7",
		`num("1.0") == num("1")`:                          "true",
		`num("1.0") == 1`:                                 "true",
		`1 == num("1.0")`:                                 "true",
		`num("1.0") ~= 1`:                                 "false",
		`num("1") == "1"`:                                 "false",
		`num("1") == nil`:                                 "false",
		`num("0.3") == 0.1 + 0.2`:                         "false",
		`num("2") > 1.5 and 1.5 < num("2")`:               "true",
		`num("2") >= 2 and 2 <= num("2") and num(2) <= 2`: "true",
		`num("2") < num("10")`:                            "true",
		`1 < 2 and 2 <= 2 and "a" < "b" and "b" >= "a"`:   "true",
		`type(num("1"))`:                                  "num",
		`({ [num("1")] = "x" })[num("1")]`:                "nil",
		`num(num("1.50"))`:                                "1.50",
		`(function() local t = { num(3), num("1.5"), num(2) } table.sort(t) return table.concat(t, " ") end)()`: "1.5 2 3",
	} {
		if got, err := evaluate(t, expression); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", expression, got, err, want)
		}
	}
}

func TestWhatIsNotExactIsRefused(t *testing.T) {
	for expression, want := range map[string]string{
		`num("1,50")`:               `test.lua:2: num: "1,50" is no decimal number (num.bad)`,
		`num("1.234.567")`:          `test.lua:2: num: "1.234.567" is no decimal number (num.bad)`,
		`num("")`:                   `test.lua:2: num: "" is no decimal number (num.bad)`,
		`num(".")`:                  `test.lua:2: num: "." is no decimal number (num.bad)`,
		`num("1e3")`:                `test.lua:2: num: "1e3" is no decimal number (num.bad)`,
		`num("nan")`:                `test.lua:2: num: "nan" is no decimal number (num.bad)`,
		`num(0 / 0)`:                `test.lua:2: num: the number nan is not exact (num.bad)`,
		`num(1 / 0)`:                `test.lua:2: num: the number inf is not exact (num.bad)`,
		`num(0.1 + 0.2)`:            `test.lua:2: num: the number 0.3 is not exact (num.bad)`,
		`num(2 ^ 53)`:               `test.lua:2: num: the number 9007199254740992 is not exact (num.bad)`,
		`num({})`:                   `test.lua:2: num: "value" must be a decimal number such as "1234.56", but it is a table (option.type)`,
		`num()`:                     `test.lua:2: num: "value" is missing: it is called as num(value) (arg.missing)`,
		`num(1) / num("0.00")`:      `test.lua:2: can not divide 1 by zero (num.zero)`,
		`num(1) + 1 / 3`:            `test.lua:2: the number 0.33333333333333 is not exact (num.bad)`,
		`num(1) + {}`:               `test.lua:2: can not calculate with a decimal number and a table (script.failed)`,
		`num(1) < "2"`:              `test.lua:2: can not compare a decimal number with a text (script.failed)`,
		`num(1) < nil`:              `test.lua:2: can not compare a decimal number with nil (script.failed)`,
		`num(7) % 2`:                `test.lua:2: there is no % of decimal numbers (num.bad)`,
		`num(7) ^ 2`:                `test.lua:2: there is no ^ of decimal numbers (num.bad)`,
		`num(1).cents`:              `test.lua:2: num has nothing called "cents" (api.unknown)`,
		`num(1):round(-1)`:          `test.lua:2: argument 2 of num:round must be a whole number from 0 to 100, but it is the number -1 (arg.type)`,
		`num(1):format{ dec = 1 }`:  `test.lua:2: num:format: unknown option "dec" (option.unknown)`,
		`("%d"):format(num("1.5"))`: `test.lua:2: %d in string.format: it takes a whole number; use %.0f, or math.floor first (arg.type)`,
		`num(("9"):rep(101))`:       `test.lua:2: num: a decimal number has at most 100 digits (num.size)`,
		`num(("9"):rep(60)) * num(("9"):rep(60))`:     `test.lua:2: a decimal number has at most 100 digits (num.size)`,
		`(function() local x = num(1) x.y = 2 end)()`: `test.lua:2: "num.y" can not be changed (api.frozen)`,
	} {
		_, err := evaluate(t, expression)
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v\nwant %s", expression, err, want)
		}
	}
}

// The reference is math/big.Rat, which never rounds.
func TestDecimalsCalculateAsRationalsDo(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	rat := func(d *Decimal) *big.Rat {
		r, ok := new(big.Rat).SetString(d.String())
		if !ok {
			t.Fatalf("%s is no number", d)
		}
		return r
	}
	for range 20000 {
		a, b := randomDecimal(t, random), randomDecimal(t, random)
		for operator, exact := range map[string]func(z, x, y *big.Rat) *big.Rat{
			"+": (*big.Rat).Add, "-": (*big.Rat).Sub, "*": (*big.Rat).Mul,
		} {
			got, mistake := a.calculate(operator, b)
			if mistake != nil || rat(got).Cmp(exact(new(big.Rat), rat(a), rat(b))) != 0 {
				t.Fatalf("%s %s %s is %s, %v", a, operator, b, got, mistake)
			}
		}
		if a.Cmp(b) != rat(a).Cmp(rat(b)) {
			t.Fatalf("%s compared with %s is %d", a, b, a.Cmp(b))
		}
		places := random.IntN(6)
		if got, want := a.Round(places).String(), halfAway(rat(a), places); got != want {
			t.Fatalf("%s rounded to %d is %s, not %s", a, places, got, want)
		}
		if b.units().Sign() != 0 {
			got, mistake := a.calculate("/", b)
			if mistake != nil {
				t.Fatal(mistake)
			}
			want := halfAway(new(big.Rat).Quo(rat(a), rat(b)), max(10, a.places, b.places))
			if exact, _ := new(big.Rat).SetString(want); rat(got).Cmp(exact) != 0 {
				t.Fatalf("%s / %s is %s, not %s", a, b, got, want)
			}
		}
		again, err := ParseDecimal(a.String())
		if err != nil || again.String() != a.String() {
			t.Fatalf("%s is read as %s, %v", a, again, err)
		}
	}
}

func randomDecimal(t *testing.T, random *rand.Rand) *Decimal {
	t.Helper()
	digits := make([]byte, 1+random.IntN(20))
	for i := range digits {
		digits[i] = "0000123456789555"[random.IntN(16)]
	}
	point := random.IntN(len(digits) + 1)
	sign := []string{"", "-"}[random.IntN(2)]
	d, err := ParseDecimal(sign + string(digits[:point]) + "." + string(digits[point:]))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// halfAway is written anew: big.Rat's own FloatString rounds a half away from zero too, but keeps the sign of -0.
func halfAway(r *big.Rat, places int) string {
	text := r.FloatString(places)
	if strings.Trim(text, "-0.") == "" {
		return strings.TrimPrefix(text, "-")
	}
	return text
}

func TestEveryAmountThatSomebodyWritesIsTakenFromANumber(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 20000 {
		cents := random.Int64N(999_999_999_999)
		d, mistake := decimalOf(float64(cents) / 100)
		if mistake != nil || d.Cmp(newDecimal(cents, 2)) != 0 {
			t.Fatalf("%d cents are %v, %v", cents, d, mistake)
		}
	}
	for _, n := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1.0 / 3, 1 << 53, 1e300} {
		if d, mistake := decimalOf(n); mistake == nil {
			t.Errorf("%v is taken as %s", n, d)
		}
	}
}

func TestADecimalCrossesToGoAndBackAsItself(t *testing.T) {
	type args struct {
		Amount   *Decimal   `lua:"amount,arg"`
		Discount *Decimal   `lua:"discount"`
		List     []*Decimal `lua:"list"`
	}
	var got args
	take := Bind("take", func(_ *Call, a *args) (map[string]any, error) {
		got = *a
		return map[string]any{"amount": a.Amount, "all": a.List, "none": (*Decimal)(nil)}, nil
	})
	take.Effect = "read"
	chunk, err := Parse("test.lua", []byte(`local r = dj.take("1.50", { discount = 0.5, list = { 1, "2.0" } })
return { amount = r.amount + 1, list = r.all, none = r.none }`))
	if err != nil {
		t.Fatal(err)
	}
	value, err := New(t.Context(), Options{Modules: map[string][]Func{"dj": {take}}}).Run(chunk)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := value.Go()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(plain)
	if want := `{"amount":"2.50","list":["1","2.0"]}`; err != nil || string(text) != want {
		t.Errorf("it came back as %s, %v", text, err)
	}
	if got.Discount.String() != "0.5" || value.String() != "{amount = 2.50, list = {1, 2.0}}" {
		t.Errorf("the discount is %s, the value %s", got.Discount, value)
	}
	if param := take.Params()[0]; param.Type != "dj.Num" || !param.Required {
		t.Errorf("the argument is %+v", param)
	}
}

func FuzzDecimal(f *testing.F) {
	for _, seed := range []string{"1", "-0.50", "1234567.89", ".5", "5.", "", "1e9", "--1", "0x10", "1_0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDecimal(text)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(strings.TrimSpace(text))
		if got, _ := new(big.Rat).SetString(d.String()); !ok || got.Cmp(want) != 0 {
			t.Errorf("%q is read as %s", text, d)
		}
	})
}
