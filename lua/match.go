package lua

import (
	"strings"

	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/pm"
)

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
