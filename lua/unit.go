package lua

import (
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"
)

// unitKind takes a text with a unit and refuses a bare number, whose unit nobody knows.
func unitKind(want string, parse func(string) (int64, bool)) *kind {
	k := &kind{stub: "string", want: word(want)}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		text, ok := value.(glua.LString)
		if number, bare := value.(glua.LNumber); bare {
			return &fault{code: "option.type", key: "lua.unit", args: map[string]any{
				"option": path, "got": formatNumber(float64(number)), "want": k.want(s),
			}}
		}
		if !ok {
			return k.wrong(s, path, value)
		}
		n, ok := parse(string(text))
		if !ok {
			return refused(s, path, k.want(s), value)
		}
		target.SetInt(n)
		return nil
	}
	return k
}

func timeKind() *kind {
	k := &kind{stub: "string", want: word("lua.a_time")}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		text, ok := value.(glua.LString)
		if !ok {
			return k.wrong(s, path, value)
		}
		for _, layout := range []string{time.RFC3339, time.DateOnly} {
			if t, err := time.Parse(layout, string(text)); err == nil {
				target.Set(reflect.ValueOf(t))
				return nil
			}
		}
		return refused(s, path, k.want(s), value)
	}
	return k
}

// parseDuration reads "90s", "1h30m" or "2d": whole or decimal numbers, each with a unit of ms, s, m, h, d or w.
func parseDuration(text string) (int64, bool) {
	units := map[string]time.Duration{
		"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
	}
	total := 0.0
	if text == "" {
		return 0, false
	}
	for text != "" {
		rest := strings.TrimLeft(text, "0123456789.")
		n, err := strconv.ParseFloat(text[:len(text)-len(rest)], 64)
		after := strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz")
		unit, ok := units[rest[:len(rest)-len(after)]]
		if err != nil || !ok {
			return 0, false
		}
		total += n * float64(unit)
		text = after
	}
	return int64(total), total < math.MaxInt64
}

// ParseDuration reads a text that a script may give as a duration: "90s", "1h30m" or "2d".
func ParseDuration(text string) (time.Duration, bool) {
	n, ok := parseDuration(text)
	return time.Duration(n), ok
}

// parseSize reads "500MB", "1.5 GB" or "64KB".
func parseSize(text string) (int64, bool) {
	rest := strings.TrimLeft(text, "0123456789.")
	n, err := strconv.ParseFloat(text[:len(text)-len(rest)], 64)
	unit := strings.ToUpper(strings.TrimSpace(rest))
	power := map[string]int{"B": 0, "KB": 10, "MB": 20, "GB": 30, "TB": 40, "KIB": 10, "MIB": 20, "GIB": 30, "TIB": 40}
	shift, ok := power[unit]
	size := n * float64(int64(1)<<shift)
	return int64(size), err == nil && ok && size < math.MaxInt64
}
