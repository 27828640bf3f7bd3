package lua

import (
	"slices"
	"strings"
	"unicode/utf8"

	glua "github.com/yuin/gopher-lua"
)

// openText makes string, and its functions the methods of every text. Arithmetic with texts is here too: gopher-lua
// reads "010" as octal.
func (s *State) openText() {
	s.text = s.library("string", map[string]glua.LGFunction{
		"byte": s.textByte, "char": s.textChar, "find": s.textFind, "format": s.textFormat, "gmatch": s.textGmatch,
		"gsub": s.textGsub, "len": s.textLen, "lower": s.textLower, "match": s.textMatch, "rep": s.textRep,
		"reverse": s.textReverse, "sub": s.textSub, "upper": s.textUpper,
	})
	meta := s.l.CreateTable(0, 10)
	meta.RawSetString("__index", s.text)
	s.define(meta, s.arithmetic())
	s.l.SetMetatable(glua.LString(""), meta)
}

func (s *State) pushText(l *glua.LState, text string) int {
	if len(text) > MaxText {
		s.tooLong(l, len(text))
	}
	s.read(l, len(text))
	l.Push(glua.LString(text))
	return 1
}

// textSteps is how many bytes of a text are read or written in the time of a step.
const textSteps = 1 << 9

func (s *State) tooLong(l *glua.LState, bytes int) {
	s.raise(l, &fault{code: "run.limit", key: "lua.text_limit", args: map[string]any{"bytes": bytes, "most": MaxText}})
}

// concat is the guarded "..": numbers as tostring gives them, errors as their text, and a bound on the result.
func (s *State) concat(l *glua.LState) int {
	left, ok := l.Get(1).(glua.LString)
	if right, both := l.Get(2).(glua.LString); ok && both && l.GetTop() == 2 && len(left)+len(right) <= MaxText {
		return s.pushText(l, string(left)+string(right))
	}
	var few [concatGroup]string
	return s.concatParts(l, few[:l.GetTop()], l.Get)
}

// concatList is concat of a list and how many are in it.
func (s *State) concatList(l *glua.LState) int {
	list, count := s.plainTable(l, "..", 1), s.integer(l, "..", 2)
	return s.concatParts(l, make([]string, count), func(i int) glua.LValue { return list.RawGet(glua.LNumber(i)) })
}

func (s *State) concatParts(l *glua.LState, parts []string, operand func(i int) glua.LValue) int {
	size := 0
	for i := range parts {
		switch value := operand(i + 1).(type) {
		case glua.LString:
			parts[i] = string(value)
		case glua.LNumber:
			parts[i] = formatNumber(float64(value))
		default:
			text, ok := ownText(value)
			if !ok {
				return s.concatMeta(l, len(parts), operand)
			}
			parts[i] = text
		}
		size += len(parts[i])
	}
	if size > MaxText {
		s.tooLong(l, size)
	}
	return s.pushText(l, strings.Join(parts, ""))
}

// concatMeta joins from the right with __concat, as Lua does.
func (s *State) concatMeta(l *glua.LState, count int, operand func(i int) glua.LValue) int {
	result := operand(count)
	for i := count - 1; i >= 1; i-- {
		left := operand(i)
		fn := metamethod(left, "__concat")
		if fn == nil {
			fn = metamethod(result, "__concat")
		}
		switch {
		case fn != nil:
			l.Push(fn)
			l.Push(left)
			l.Push(result)
			l.Call(2, 1)
			result = l.Get(-1)
			l.Pop(1)
		case s.joins(left) && s.joins(result):
			a, b := s.display(left), s.display(result)
			if len(a)+len(b) > MaxText {
				s.tooLong(l, len(a)+len(b))
			}
			s.read(l, len(a)+len(b))
			result = glua.LString(a + b)
		case s.joins(left):
			s.cannotJoin(l, result)
		default:
			s.cannotJoin(l, left)
		}
	}
	l.Push(result)
	return 1
}

func (s *State) joins(value glua.LValue) bool {
	_, own := ownText(value)
	return own || glua.LVCanConvToString(value)
}

func (s *State) cannotJoin(l *glua.LState, value glua.LValue) {
	s.known(l, value)
	s.raise(l, &fault{code: "script.failed", key: "lua.join", args: map[string]any{"got": s.describe(value)}})
}

func metamethod(value glua.LValue, name string) *glua.LFunction {
	var own glua.LValue
	switch v := value.(type) {
	case *glua.LTable:
		own = v.Metatable
	case *glua.LUserData:
		own = v.Metatable
	}
	meta, ok := own.(*glua.LTable)
	if !ok {
		return nil
	}
	fn, _ := meta.RawGetString(name).(*glua.LFunction)
	return fn
}

func (s *State) textByte(l *glua.LState) int {
	text := s.stringArg(l, "byte", 1)
	from := s.optionalInteger(l, "byte", 2, 1)
	start, end := span(len(text), from, s.optionalInteger(l, "byte", 3, from))
	if end-start > maxUnpack {
		s.badArgument(l, "byte", 3, "lua.shorter_list")
	}
	s.visit(l, end-start)
	for i := start; i < end; i++ {
		l.Push(glua.LNumber(text[i]))
	}
	return max(0, end-start)
}

func (s *State) textChar(l *glua.LState) int {
	bytes := make([]byte, l.GetTop())
	s.visit(l, len(bytes))
	for i := range bytes {
		n := s.integer(l, "char", i+1)
		if n < 0 || n > 255 {
			s.badArgument(l, "char", i+1, "lua.a_byte")
		}
		bytes[i] = byte(n)
	}
	l.Push(glua.LString(bytes))
	return 1
}

func (s *State) textLen(l *glua.LState) int {
	l.Push(glua.LNumber(len(s.stringArg(l, "len", 1))))
	return 1
}

func (s *State) textLower(l *glua.LState) int {
	return s.pushText(l, changeCase(s.stringArg(l, "lower", 1), 'A', 'Z', strings.ToLower))
}

func (s *State) textUpper(l *glua.LState) int {
	return s.pushText(l, changeCase(s.stringArg(l, "upper", 1), 'a', 'z', strings.ToUpper))
}

// changeCase knows the letters of UTF-8. In a text that is none, such as one read from a file in the code page of Windows,
// it changes those of ASCII and leaves all other bytes as they are; Go would replace them.
func changeCase(text string, first, last byte, change func(string) string) string {
	if utf8.ValidString(text) {
		return change(text)
	}
	bytes := []byte(text)
	for i, c := range bytes {
		if first <= c && c <= last {
			bytes[i] = c ^ 0x20
		}
	}
	return string(bytes)
}

func (s *State) textReverse(l *glua.LState) int {
	bytes := []byte(s.stringArg(l, "reverse", 1))
	slices.Reverse(bytes)
	return s.pushText(l, string(bytes))
}

func (s *State) textRep(l *glua.LState) int {
	text, n := s.stringArg(l, "rep", 1), max(0, s.integer(l, "rep", 2))
	if len(text) > 0 && n > MaxText/len(text) {
		s.tooLong(l, MaxText+1)
	}
	s.read(l, len(text)*n) // before it is made: nothing else in a script takes so much memory at once
	l.Push(glua.LString(strings.Repeat(text, n)))
	return 1
}

func (s *State) textSub(l *glua.LState) int {
	text := s.stringArg(l, "sub", 1)
	start, end := span(len(text), s.integer(l, "sub", 2), s.optionalInteger(l, "sub", 3, -1))
	return s.pushText(l, text[start:max(start, end)])
}

// span turns Lua's positions, which count from 1 or from the end, into a range that lies within the text.
func span(length, from, to int) (int, int) {
	if from < 0 {
		from = max(length+from+1, 1)
	}
	if to < 0 {
		to = length + to + 1
	}
	return min(max(from, 1)-1, length), min(max(to, 0), length)
}
