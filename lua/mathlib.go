package lua

import (
	"math"

	glua "github.com/yuin/gopher-lua"
)

// openMath makes math. Its random numbers come from the seed of the run: a run can be replayed.
func (s *State) openMath() {
	functions := map[string]glua.LGFunction{
		"frexp": s.mathFrexp, "ldexp": s.mathLdexp, "max": s.mathMost("max", func(a, b float64) bool { return b > a }), "min": s.mathMost("min", func(a, b float64) bool { return b < a }),
		"modf": s.mathModf, "random": s.mathRandom, "randomseed": s.mathRandomseed,
	}
	for name, calculate := range map[string]func(float64) float64{
		"abs": math.Abs, "acos": math.Acos, "asin": math.Asin, "atan": math.Atan, "ceil": math.Ceil, "cos": math.Cos,
		"cosh": math.Cosh, "exp": math.Exp, "floor": math.Floor, "log": logarithm, "log10": logarithm10, "sin": math.Sin,
		"sinh": math.Sinh, "sqrt": math.Sqrt, "tan": math.Tan, "tanh": math.Tanh,
		"deg": func(x float64) float64 { return x * 180 / math.Pi },
		"rad": func(x float64) float64 { return x * math.Pi / 180 },
	} {
		functions[name] = func(l *glua.LState) int {
			l.Push(glua.LNumber(calculate(s.number(l, name, 1))))
			return 1
		}
	}
	for name, calculate := range map[string]func(a, b float64) float64{
		"atan2": math.Atan2, "fmod": math.Mod, "pow": math.Pow,
	} {
		functions[name] = func(l *glua.LState) int {
			l.Push(glua.LNumber(calculate(s.number(l, name, 1), s.number(l, name, 2))))
			return 1
		}
	}
	library := s.library("math", functions)
	library.RawSetString("pi", glua.LNumber(math.Pi))
	library.RawSetString("huge", glua.LNumber(math.Inf(1)))
}

// logarithm also knows the smallest numbers, below 1e-308. Go's own gives the same for all of them on some processors.
func logarithm(x float64) float64 {
	if x > 0 && x < 0x1p-1022 {
		return math.Log(x*0x1p54) - 54*math.Ln2
	}
	return math.Log(x)
}

// logarithm10 is a whole number for 10, 100, 1000 ...: programs count digits with it, and Go's own gives less than 3 for
// 1000.
func logarithm10(x float64) float64 {
	n := logarithm(x) / math.Ln10
	whole := math.Round(n)
	if power, ok := parseNumber("1e" + formatNumber(whole)); ok && power == x && x > 0 && !math.IsInf(x, 1) {
		return whole
	}
	return n
}

func (s *State) mathMost(name string, beats func(most, n float64) bool) glua.LGFunction {
	return func(l *glua.LState) int {
		most := s.number(l, name, 1)
		for i := 2; i <= l.GetTop(); i++ {
			if n := s.number(l, name, i); beats(most, n) {
				most = n
			}
		}
		l.Push(glua.LNumber(most))
		return 1
	}
}

func (s *State) mathFrexp(l *glua.LState) int {
	fraction, exponent := math.Frexp(s.number(l, "frexp", 1))
	l.Push(glua.LNumber(fraction))
	l.Push(glua.LNumber(exponent))
	return 2
}

func (s *State) mathLdexp(l *glua.LState) int {
	l.Push(glua.LNumber(math.Ldexp(s.number(l, "ldexp", 1), s.integer(l, "ldexp", 2))))
	return 1
}

func (s *State) mathModf(l *glua.LState) int {
	n := s.number(l, "modf", 1)
	whole, fraction := math.Modf(n)
	if math.IsInf(n, 0) {
		fraction = 0
	}
	l.Push(glua.LNumber(whole))
	l.Push(glua.LNumber(fraction))
	return 2
}

// mathRandom is splitmix64: small, and the same on every machine.
func (s *State) mathRandom(l *glua.LState) int {
	s.random += 0x9e3779b97f4a7c15
	z := s.random
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	fraction := float64((z^z>>31)>>11) / (1 << 53)
	low, high := 1, 0
	switch l.GetTop() {
	case 0:
		l.Push(glua.LNumber(fraction))
		return 1
	case 1:
		high = s.integer(l, "random", 1)
	default:
		low, high = s.integer(l, "random", 1), s.integer(l, "random", 2)
	}
	switch {
	case high >= low:
	case l.GetTop() == 1:
		s.badArgument(l, "random", 1, "lua.from_one")
	default:
		s.badArgument(l, "random", 2, "lua.a_range")
	}
	l.Push(glua.LNumber(math.Floor(fraction*float64(high-low+1)) + float64(low)))
	return 1
}

func (s *State) mathRandomseed(l *glua.LState) int {
	s.random = uint64(int64(s.number(l, "randomseed", 1))) //nolint:gosec // any bits are a seed
	return 0
}
