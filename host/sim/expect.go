package sim

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type (
	equalArgs struct {
		Got  *lua.Value `lua:"got,arg,optional"`
		Want *lua.Value `lua:"want,arg,optional"`
	}
	containsArgs struct {
		Got  *lua.Value `lua:"got,arg,optional"`
		Part *lua.Value `lua:"part,arg,optional"`
	}
	errorArgs struct {
		Code string        `lua:"code,arg"`
		Fn   *lua.Function `lua:"fn,arg"`
	}
)

// expectations are dj.expect.
func (g *stage) expectations() []lua.Func {
	return []lua.Func{
		flow("expect.equal", func(_ *lua.Call, a *equalArgs) error {
			g.expected++
			return equal(plain(a.Got), plain(a.Want))
		}),
		flow("expect.contains", func(_ *lua.Call, a *containsArgs) error {
			g.expected++
			return contains(plain(a.Got), plain(a.Part))
		}),
		answer("expect.error", func(_ *lua.Call, a *errorArgs) (any, error) {
			g.expected++
			return raises(a.Code, a.Fn)
		}),
	}
}

// plain is a value of a script as Go has it; what Go has no form for, such as a value within itself, is its text.
func plain(v *lua.Value) any {
	if v == nil {
		return nil
	}
	made, err := v.Go()
	if err != nil {
		return v.String()
	}
	return made
}

func equal(got, want any) error {
	at, differ := difference("", got, want)
	if !differ {
		return nil
	}
	args := message.Args{"got": show(got), "want": show(want)}
	if at == "" {
		return message.New("test.failed", "sim.not_equal", args)
	}
	args["at"] = at
	return message.New("test.failed", "sim.not_equal_at", args)
}

// contains: a part of a text, or an element of a list.
func contains(got, part any) error {
	args := message.Args{"got": show(got), "part": show(part)}
	switch got := got.(type) {
	case string:
		if text, ok := part.(string); ok && strings.Contains(got, text) {
			return nil
		}
	case []any:
		if slices.ContainsFunc(got, func(one any) bool { _, differ := difference("", one, part); return !differ }) {
			return nil
		}
	}
	return message.New("test.failed", "sim.not_contained", args)
}

// raises calls a function that has to fail with that code, and gives the error.
func raises(code string, fn *lua.Function) (any, error) {
	_, err := fn.CallValues()
	if err == nil {
		return nil, message.New("test.failed", "sim.no_error", message.Args{"code": code})
	}
	raised, ok := errors.AsType[*lua.Error](err)
	if !ok || !raised.IsCode(code) {
		return nil, message.New("test.failed", "sim.other_error", message.Args{"code": code, "got": strings.TrimSpace(err.Error())})
	}
	return raised, nil
}

// difference is where two values differ first: ".places[1].state"; "" where it is the values themselves.
func difference(at string, got, want any) (string, bool) {
	if isEmpty(got) && isEmpty(want) {
		return "", false // a table without elements is a list and a map
	}
	switch g := got.(type) {
	case []any:
		if w, ok := want.([]any); ok {
			return differentLists(at, g, w)
		}
	case map[string]any:
		if w, ok := want.(map[string]any); ok {
			return differentTables(at, g, w)
		}
	case *lua.Function:
		w, ok := want.(*lua.Function)
		return at, !ok || g.Name() != w.Name()
	case *lua.Error:
		w, ok := want.(*lua.Error)
		return at, !ok || g != w
	default:
		if !isTable(want) {
			return at, !same(got, want)
		}
	}
	return at, true
}

func differentLists(at string, got, want []any) (string, bool) {
	for i := range max(len(got), len(want)) {
		place := at + "[" + strconv.Itoa(i+1) + "]"
		if i >= len(got) || i >= len(want) {
			return place, true
		}
		if at, differ := difference(place, got[i], want[i]); differ {
			return at, true
		}
	}
	return "", false
}

func differentTables(at string, got, want map[string]any) (string, bool) {
	keys := maps.Clone(got)
	maps.Copy(keys, want)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if at, differ := difference(at+"."+key, got[key], want[key]); differ {
			return at, true
		}
	}
	return "", false
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func isTable(v any) bool {
	switch v.(type) {
	case []any, map[string]any, *lua.Function, *lua.Error:
		return true
	}
	return false
}

func same(a, b any) bool {
	if x, ok := a.(float64); ok && math.IsNaN(x) {
		y, ok := b.(float64)
		return ok && math.IsNaN(y)
	}
	return a == b
}

// How a value is shown: on one line where it fits, and not endlessly.
const (
	lineWidth = 80
	mostShown = 2000
)

// show is a value as Lua would write it, its keys in order.
func show(v any) string {
	text := write(v, "", false)
	if len(text) > lineWidth {
		text = write(v, "", true)
	}
	if len(text) > mostShown {
		text = text[:mostShown] + "..."
	}
	return text
}

func write(v any, indent string, wide bool) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case string:
		return strconv.Quote(v)
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			parts[i] = write(one, indent+"  ", wide)
		}
		return braces(parts, indent, wide)
	case map[string]any:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, key+" = "+write(v[key], indent+"  ", wide))
		}
		return braces(parts, indent, wide)
	case *lua.Function:
		return "function " + v.Name()
	case *lua.Error:
		return "error " + v.Code()
	case float64:
		return strconv.FormatFloat(v, 'g', 14, 64)
	}
	return fmt.Sprint(v)
}

func braces(parts []string, indent string, wide bool) string {
	inner := strings.Join(parts, ", ")
	if len(parts) == 0 {
		return "{}"
	}
	if !wide || len(indent)+len(inner) < lineWidth {
		return "{" + inner + "}"
	}
	return "{\n" + indent + "  " + strings.Join(parts, ",\n"+indent+"  ") + "\n" + indent + "}"
}
