package lua

import (
	"math"

	glua "github.com/yuin/gopher-lua"
)

// The standard library's own arguments; bound functions have theirs checked by their struct.

func (s *State) badArgument(l *glua.LState, op string, position int, want string) {
	s.known(l, l.Get(position))
	got := s.word("lua.nothing")
	if position <= l.GetTop() {
		got = s.describe(l.Get(position))
	}
	s.raise(l, &fault{code: "arg.type", key: "lua.bad_argument", args: map[string]any{
		"op": op, "position": position, "want": s.word(want), "got": got,
	}})
}

// word is a part of a sentence, in the reader's language.
func (s *State) word(key string) string { return s.options.Say.speak(key, nil) }

// nameArg is the key that a script asked something frozen for. It may be any value, of any length.
func (s *State) nameArg(l *glua.LState) string { return cut(s.display(l.Get(2)), longestName) }

func (s *State) need(l *glua.LState, op string, count int) {
	if l.GetTop() < count {
		s.badArgument(l, op, count, "lua.a_value")
	}
}

// table takes a table, or the fields of something frozen, to read, as the first argument.
func (s *State) table(l *glua.LState, op string) *glua.LTable {
	switch value := l.Get(1).(type) {
	case *glua.LTable:
		return s.whole(value)
	case *glua.LUserData:
		if thing, ok := value.Value.(*frozen); ok {
			return thing.fields
		}
	}
	s.badArgument(l, op, 1, "lua.a_table")
	return nil
}

func (s *State) plainTable(l *glua.LState, op string, position int) *glua.LTable {
	if table, ok := l.Get(position).(*glua.LTable); ok {
		return s.whole(table)
	}
	s.badArgument(l, op, position, "lua.own_table")
	return nil
}

func (s *State) function(l *glua.LState, op string, position int) *glua.LFunction {
	if fn, ok := l.Get(position).(*glua.LFunction); ok {
		return fn
	}
	s.badArgument(l, op, position, "lua.a_function")
	return nil
}

func (s *State) number(l *glua.LState, op string, position int) float64 {
	n, ok := asNumber(l.Get(position))
	if !ok {
		s.badArgument(l, op, position, "lua.a_number")
	}
	return float64(n)
}

// integer takes a number and cuts its decimals off, as Lua 5.1 does for positions and counts.
func (s *State) integer(l *glua.LState, op string, position int) int {
	n := s.number(l, op, position)
	if math.IsNaN(n) || math.Abs(n) > exact {
		s.badArgument(l, op, position, "lua.a_whole_number")
	}
	return int(n)
}

func (s *State) optionalInteger(l *glua.LState, op string, position, otherwise int) int {
	if l.Get(position) == glua.LNil {
		return otherwise
	}
	return s.integer(l, op, position)
}

// stringArg takes a text, a number or a Decimal as it would be printed, or the text of an error: in Lua 5.1 errors are
// texts.
func (s *State) stringArg(l *glua.LState, op string, position int) string {
	switch value := l.Get(position).(type) {
	case glua.LString:
		return string(value)
	case glua.LNumber:
		return formatNumber(float64(value))
	case *glua.LUserData:
		if text, ok := ownText(value); ok {
			return text
		}
	}
	s.badArgument(l, op, position, "lua.a_text")
	return ""
}

// ownText is the text that an error or a Decimal is wherever a text is wanted.
func ownText(value glua.LValue) (string, bool) {
	if e := asError(value); e != nil {
		return e.Text(), true
	}
	if d := asDecimal(value); d != nil {
		return d.String(), true
	}
	return "", false
}

func asNumber(value glua.LValue) (glua.LNumber, bool) {
	switch v := value.(type) {
	case glua.LNumber:
		return v, true
	case glua.LString:
		n, ok := parseNumber(string(v))
		return glua.LNumber(n), ok
	}
	return 0, false
}
