package lua

import (
	"math"

	glua "github.com/yuin/gopher-lua"
)

// arithmetic are the operators of texts: "10" + 1 is 11, and "abc" + 1 says so.
func (s *State) arithmetic() map[string]glua.LGFunction {
	binary := map[string]func(a, b float64) float64{
		"__add": func(a, b float64) float64 { return a + b },
		"__sub": func(a, b float64) float64 { return a - b },
		"__mul": func(a, b float64) float64 { return a * b },
		"__div": func(a, b float64) float64 { return a / b },
		"__mod": remainder,
		"__pow": math.Pow,
	}
	functions := map[string]glua.LGFunction{
		"__unm": func(l *glua.LState) int {
			l.Push(glua.LNumber(-s.operand(l, 1)))
			return 1
		},
	}
	for event, calculate := range binary {
		functions[event] = func(l *glua.LState) int {
			if fn := metamethod(l.Get(2), event); fn != nil {
				l.Push(fn)
				l.Push(l.Get(1))
				l.Push(l.Get(2))
				l.Call(2, 1)
				return 1
			}
			l.Push(glua.LNumber(calculate(s.operand(l, 1), s.operand(l, 2))))
			return 1
		}
	}
	return functions
}

func (s *State) operand(l *glua.LState, position int) float64 {
	value := l.Get(position)
	n, ok := asNumber(value)
	if ok {
		return float64(n)
	}
	if text, ok := value.(glua.LString); ok {
		s.raise(l, &fault{
			code: "script.failed", key: "lua.not_a_number", args: map[string]any{"text": cut(string(text), 60)},
		})
	}
	s.raise(l, &fault{code: "script.failed", key: "lua.arithmetic", args: map[string]any{
		"left": s.typeWord(l.Get(1)), "right": s.typeWord(l.Get(2)),
	}})
	return 0
}

// remainder has the sign of the divisor. It is exact, as gopher-lua's own is; a - floor(a/b)*b is not.
func remainder(a, b float64) float64 {
	rest := math.Mod(a, b)
	if rest != 0 && (rest < 0) != (b < 0) {
		rest += b
	}
	return rest
}
