package lua

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	glua "github.com/yuin/gopher-lua"
)

// tostring is what tostring and print give: __tostring where there is one, else display.
func (s *State) tostring(l *glua.LState, value glua.LValue) string {
	if table, ok := value.(*glua.LTable); ok {
		if meta, ok := table.Metatable.(*glua.LTable); ok {
			if fn, ok := meta.RawGetString("__tostring").(*glua.LFunction); ok {
				s.spend(l, 1) // it may be a function of Go, which takes none
				l.Push(fn)
				l.Push(value)
				l.Call(1, 1)
				result := l.Get(-1)
				l.Pop(1)
				return s.display(result)
			}
		}
	}
	return s.display(value)
}

const (
	shownDepth = 4
	shownBytes = 4000
	maxMasked  = 1 << 16 // bytes of a text that are looked through for secrets before some of the first are shown
)

// display is a value as a person reads it, never an address: what a run prints is the same when it is run again.
func (s *State) display(value glua.LValue) string {
	switch v := value.(type) {
	case glua.LString:
		return string(v)
	case glua.LNumber:
		return formatNumber(float64(v))
	case *glua.LFunction:
		return (&Function{s, v}).describe()
	case *glua.LUserData:
		return displayThing(v)
	case *glua.LState:
		return "thread"
	case *glua.LTable:
		var b strings.Builder
		s.write(&b, v, map[*glua.LTable]bool{}, shownDepth)
		return cut(b.String(), shownBytes)
	}
	return value.String()
}

func (f *Function) describe() string { return "function: " + f.Name() }

func displayThing(thing *glua.LUserData) string {
	switch v := thing.Value.(type) {
	case *Error:
		return v.Text()
	case *frozen:
		return v.name
	case Unknown:
		return "(unknown)"
	case *Decimal:
		return v.String()
	}
	return "userdata"
}

// quote is display with texts in quotes, as in a listing of variables. Secrets go before anything is cut: the half of one
// would not be known again.
func (s *State) quote(value glua.LValue) string {
	if text, ok := value.(glua.LString); ok {
		return strconv.Quote(cut(s.mask(string(text[:min(len(text), maxMasked)])), maxShown))
	}
	return s.display(value)
}

func (s *State) mask(text string) string {
	if s.options.Mask == nil {
		return text
	}
	return s.options.Mask(text)
}

func (s *State) write(b *strings.Builder, table *glua.LTable, above map[*glua.LTable]bool, depth int) {
	if above[table] || depth == 0 {
		b.WriteString("{...}")
		return
	}
	s.whole(table)
	above[table] = true
	defer delete(above, table)
	b.WriteByte('{')
	next := 1
	for key, value := table.Next(glua.LNil); key != glua.LNil; key, value = table.Next(key) {
		if b.Len() > shownBytes {
			break
		}
		if b.String()[b.Len()-1] != '{' {
			b.WriteString(", ")
		}
		if key == glua.LValue(glua.LNumber(next)) {
			next++
		} else {
			s.writeKey(b, key)
		}
		if inner, ok := value.(*glua.LTable); ok {
			s.write(b, inner, above, depth-1)
		} else {
			b.WriteString(s.quote(value))
		}
	}
	b.WriteByte('}')
}

func (s *State) writeKey(b *strings.Builder, key glua.LValue) {
	if name, ok := key.(glua.LString); ok && len(name) <= maxShown && isName(string(name)) {
		b.WriteString(string(name) + " = ")
		return
	}
	b.WriteString("[" + s.quote(key) + "] = ")
}

func isName(text string) bool {
	for i := range len(text) {
		if !isLetter(text[i]) && (i == 0 || !isDigit(text[i])) {
			return false
		}
	}
	return text != ""
}

// describe is a value in an error: its type, and itself where it is short.
func (s *State) describe(value glua.LValue) string {
	switch v := value.(type) {
	case glua.LString:
		return strconv.Quote(cut(string(v), 60))
	case glua.LNumber:
		switch {
		case math.IsNaN(float64(v)):
			return s.word("lua.no_such_number")
		case math.IsInf(float64(v), 0):
			return s.word("lua.an_infinite_number")
		}
		return s.options.Say.speak("lua.the_number", map[string]any{"n": formatNumber(float64(v))})
	case *glua.LTable:
		return s.word("lua.a_table")
	case *glua.LFunction:
		return s.word("lua.a_function")
	case *glua.LState:
		return s.word("lua.a_coroutine")
	case *glua.LUserData:
		switch thing := v.Value.(type) {
		case *frozen:
			return thing.name
		case *Decimal:
			return s.options.Say.speak("lua.the_decimal", map[string]any{"n": thing.String()})
		}
		return s.word("lua.an_error")
	}
	return value.String()
}

// cut shortens a text to about n bytes, never within a letter.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "..."
}
