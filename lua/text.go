package lua

import (
	"slices"
	"strings"

	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/pm"
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
	meta.RawSetString("__metatable", glua.LFalse)
	s.define(meta, s.arithmetic())
	s.l.SetMetatable(glua.LString(""), meta)
}

func (s *State) pushText(l *glua.LState, text string) int {
	if len(text) > MaxText {
		s.tooLong(l, len(text))
	}
	l.Push(glua.LString(text))
	return 1
}

func (s *State) tooLong(l *glua.LState, bytes int) {
	s.raise(l, &fault{code: "run.limit", key: "lua.text_limit", args: map[string]any{"bytes": bytes, "most": MaxText}})
}

// concat is the guarded "..": numbers as tostring gives them, errors as their text, and a bound on the result.
func (s *State) concat(l *glua.LState) int {
	parts := make([]string, l.GetTop())
	size := 0
	for i := range parts {
		value := l.Get(i + 1)
		switch v := value.(type) {
		case glua.LString:
			parts[i] = string(v)
		case glua.LNumber:
			parts[i] = formatNumber(float64(v))
		default:
			if e := asError(value); e != nil {
				parts[i] = e.Text()
				break
			}
			return s.concatMeta(l)
		}
		size += len(parts[i])
	}
	if size > MaxText {
		s.tooLong(l, size)
	}
	l.Push(glua.LString(strings.Join(parts, "")))
	return 1
}

// concatMeta joins from the right with __concat, as Lua does.
func (s *State) concatMeta(l *glua.LState) int {
	result := l.Get(l.GetTop())
	for i := l.GetTop() - 1; i >= 1; i-- {
		left := l.Get(i)
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
			result = glua.LString(s.display(left) + s.display(result))
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
	return glua.LVCanConvToString(value) || asError(value) != nil
}

func (s *State) cannotJoin(l *glua.LState, value glua.LValue) {
	s.raise(l, &fault{code: "script.failed", key: "lua.join", args: map[string]any{"got": s.describe(value)}})
}

func metamethod(value glua.LValue, name string) *glua.LFunction {
	table, ok := value.(*glua.LTable)
	if !ok {
		return nil
	}
	meta, ok := table.Metatable.(*glua.LTable)
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
	for i := start; i < end; i++ {
		l.Push(glua.LNumber(text[i]))
	}
	return max(0, end-start)
}

func (s *State) textChar(l *glua.LState) int {
	bytes := make([]byte, l.GetTop())
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
	return s.pushText(l, strings.ToLower(s.stringArg(l, "lower", 1)))
}

func (s *State) textUpper(l *glua.LState) int {
	return s.pushText(l, strings.ToUpper(s.stringArg(l, "upper", 1)))
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
	return s.pushText(l, strings.Repeat(text, n))
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

// Matching itself is gopher-lua's; what is done with the matches is ours: gopher-lua's gsub copies the whole text once for
// each match, and writes numbers wrongly.

// match finds the first match at or after a position.
func (s *State) match(l *glua.LState, text, pattern string, from int) *pm.MatchData {
	found, err := pm.Find(pattern, []byte(text), from, 1)
	if err != nil {
		s.badPattern(l, pattern, err)
	}
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

func (s *State) badPattern(l *glua.LState, pattern string, err error) {
	s.raise(l, &fault{code: "script.failed", key: "lua.pattern", args: map[string]any{
		"pattern": pattern, "text": err.Error(),
	}})
}

// start is the position that a search begins at; one beyond the end is the end.
func (s *State) start(l *glua.LState, op string, length int) int {
	start, _ := span(length, s.optionalInteger(l, op, 3, 1), -1)
	return start
}

func (s *State) textFind(l *glua.LState) int {
	text, pattern := s.stringArg(l, "find", 1), s.stringArg(l, "find", 2)
	start := s.start(l, "find", len(text))
	if glua.LVAsBool(l.Get(4)) || !strings.ContainsAny(pattern, "^$*+?.([%-") {
		at := strings.Index(text[start:], pattern)
		if at < 0 {
			l.Push(glua.LNil)
			return 1
		}
		l.Push(glua.LNumber(start + at + 1))
		l.Push(glua.LNumber(start + at + len(pattern)))
		return 2
	}
	m := s.match(l, text, pattern, start)
	if m == nil {
		l.Push(glua.LNil)
		return 1
	}
	l.Push(glua.LNumber(m.Capture(0) + 1))
	l.Push(glua.LNumber(m.Capture(1)))
	captured := captures(text, m)
	if m.CaptureLength() == 2 {
		captured = nil
	}
	return 2 + pushAll(l, captured)
}

func (s *State) textMatch(l *glua.LState) int {
	text, pattern := s.stringArg(l, "match", 1), s.stringArg(l, "match", 2)
	start := s.start(l, "match", len(text))
	m := s.match(l, text, pattern, start)
	if m == nil {
		l.Push(glua.LNil)
		return 1
	}
	return pushAll(l, captures(text, m))
}

// captures are what the parentheses matched, or all of it where there are none.
func captures(text string, m *pm.MatchData) []glua.LValue {
	if m.CaptureLength() == 2 {
		return []glua.LValue{glua.LString(text[m.Capture(0):m.Capture(1)])}
	}
	var values []glua.LValue
	for i := 2; i < m.CaptureLength(); i += 2 {
		if m.IsPosCapture(i) {
			values = append(values, glua.LNumber(m.Capture(i)))
			continue
		}
		values = append(values, glua.LString(text[m.Capture(i):m.Capture(i+1)]))
	}
	return values
}

// matchBatch is how many matches are looked for at a time: a text of 64 MB may have as many.
const matchBatch = 256

// matches gives one match after the other, nil at the end.
func (s *State) matches(l *glua.LState, text, pattern string) func() *pm.MatchData {
	source, at := []byte(text), 0
	var batch []*pm.MatchData
	return func() *pm.MatchData {
		if len(batch) == 0 && at <= len(source) {
			s.spend(l, matchBatch)
			found, err := pm.Find(pattern, source, at, matchBatch)
			if err != nil {
				s.badPattern(l, pattern, err)
			}
			batch, at = found, len(source)+1
			if len(found) == matchBatch {
				last := found[matchBatch-1]
				at = max(last.Capture(1), last.Capture(0)+1)
			}
		}
		if len(batch) == 0 {
			return nil
		}
		first := batch[0]
		batch = batch[1:]
		return first
	}
}

// spend takes steps for work that a Go function does in a loop, and ends the run where it is over.
func (s *State) spend(l *glua.LState, steps int64) {
	s.counter.left -= steps
	if s.counter.look() != nil {
		s.raise(l, s.counter.end)
	}
}

func (s *State) textGmatch(l *glua.LState) int {
	text, pattern := s.stringArg(l, "gmatch", 1), s.stringArg(l, "gmatch", 2)
	next := s.matches(l, text, pattern)
	l.Push(l.NewFunction(func(l *glua.LState) int {
		m := next()
		if m == nil {
			return 0
		}
		return pushAll(l, captures(text, m))
	}))
	return 1
}

func (s *State) textGsub(l *glua.LState) int {
	text, pattern := s.stringArg(l, "gsub", 1), s.stringArg(l, "gsub", 2)
	replace := s.replacement(l)
	limit := len(text) + 1
	if l.Get(4) != glua.LNil {
		limit = s.integer(l, "gsub", 4)
	}
	next := s.matches(l, text, pattern)
	var b strings.Builder
	count, end := 0, 0
	for ; count < limit; count++ {
		m := next()
		if m == nil {
			break
		}
		b.WriteString(text[end:m.Capture(0)])
		b.WriteString(replace(text, m))
		end = m.Capture(1)
		if b.Len() > MaxText {
			s.tooLong(l, b.Len())
		}
	}
	b.WriteString(text[end:])
	s.pushText(l, b.String())
	l.Push(glua.LNumber(count))
	return 2
}

// replacement is what gsub puts in place of a match: from a text with %1, a table or a function.
func (s *State) replacement(l *glua.LState) func(string, *pm.MatchData) string {
	var look func([]glua.LValue) glua.LValue
	switch with := l.Get(3).(type) {
	case *glua.LTable:
		look = func(captured []glua.LValue) glua.LValue { return l.GetTable(with, captured[0]) }
	case *glua.LFunction:
		look = func(captured []glua.LValue) glua.LValue {
			l.Push(with)
			l.Call(pushAll(l, captured), 1)
			result := l.Get(-1)
			l.Pop(1)
			return result
		}
	default:
		template := s.stringArg(l, "gsub", 3)
		return func(text string, m *pm.MatchData) string { return s.expand(l, template, text, m) }
	}
	return func(text string, m *pm.MatchData) string {
		result := look(captures(text, m))
		if !glua.LVAsBool(result) {
			return text[m.Capture(0):m.Capture(1)]
		}
		if !glua.LVCanConvToString(result) {
			s.cannotJoin(l, result)
		}
		return s.display(result)
	}
}

func (s *State) expand(l *glua.LState, template, text string, m *pm.MatchData) string {
	if !strings.Contains(template, "%") {
		return template
	}
	captured := captures(text, m)
	var b strings.Builder
	for i := 0; i < len(template); i++ {
		if template[i] != '%' || i+1 == len(template) {
			b.WriteByte(template[i])
			continue
		}
		i++
		digit := int(template[i]) - '0'
		switch {
		case digit == 0:
			b.WriteString(text[m.Capture(0):m.Capture(1)])
		case digit > 0 && digit <= len(captured):
			b.WriteString(s.display(captured[digit-1]))
		case digit > 0 && digit <= 9:
			s.badArgument(l, "gsub", 3, "lua.fewer_captures")
		default:
			b.WriteByte(template[i])
		}
	}
	return b.String()
}
