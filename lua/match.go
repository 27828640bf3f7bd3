package lua

import (
	"strings"

	glua "github.com/yuin/gopher-lua"

	"github.com/djscript/djscript/lua/pattern"
)

// matcherSteps is how many steps of the matcher cost one of the run: they are that much shorter.
const matcherSteps = 8

// searchSteps is what a search costs before anything is looked at: what it needs is made anew each time.
const searchSteps = 8

// matcher looks for a pattern within the budget of the run.
func (s *State) matcher(l *glua.LState, text, form string) *matcher {
	s.spend(l, searchSteps)
	m := &matcher{state: s, l: l, form: form, text: text}
	m.Matcher = pattern.New(text, form, func(steps int) error {
		m.state.spend(m.l, int64(steps/matcherSteps))
		return nil
	})
	return m
}

type matcher struct {
	*pattern.Matcher
	state      *State
	l          *glua.LState // whoever asks: an iterator may be called from another coroutine than it was made in
	form, text string
	start, end int // of the last match
}

// find is the next match that begins at from or after it.
func (m *matcher) find(from int) bool { return m.found(m.Find(from)) }

// next is find for gmatch.
func (m *matcher) next(from int) bool { return m.found(m.Next(from)) }

func (m *matcher) found(start, end int, ok bool, err error) bool {
	m.check(err)
	m.state.spend(m.l, int64(m.Rest()/matcherSteps))
	m.start, m.end = start, end
	return ok
}

func (m *matcher) check(err error) {
	if err != nil {
		m.state.raise(m.l, &fault{code: "script.failed", key: "lua.pattern", args: map[string]any{
			"pattern": m.form, "text": err.Error(),
		}})
	}
}

// capture is the i-th capture of the last match, counted from 0.
func (m *matcher) capture(i int) glua.LValue {
	text, at, err := m.Capture(i, m.start, m.end)
	m.check(err)
	if at > 0 {
		return glua.LNumber(at)
	}
	return glua.LString(text)
}

// push pushes the captures, or all that was matched where there are none.
func (m *matcher) push() int {
	count := max(1, m.Level)
	for i := range count {
		m.l.Push(m.capture(i))
	}
	return count
}

// spend takes steps for work that a Go function does in a loop, and ends the run where it is over.
func (s *State) spend(l *glua.LState, steps int64) {
	if end := s.pay(steps); end != nil {
		s.raise(l, end)
	}
}

// pay is spend for work in a loop that has mistakes of its own to give back: it gives the end of the run, or nil.
func (s *State) pay(steps int64) *fault {
	c := s.counter
	c.left -= steps
	c.sample -= int(steps)
	if (c.left < 0 || c.sample <= 0 || c.over.Load()) && c.look() != nil {
		return c.end
	}
	return nil
}

// read takes steps for so many bytes of a text that are read or written.
func (s *State) read(l *glua.LState, bytes int) { s.spend(l, int64(bytes/textSteps)) }

// visit takes steps for so many elements of a list that are read or written.
func (s *State) visit(l *glua.LState, elements int) { s.spend(l, int64(elements/listSteps)) }

// listSteps is how many elements of a list are read or written in the time of a step.
const listSteps = 4

// start is the position that a search begins at; one beyond the end is the end.
func (s *State) start(l *glua.LState, op string, length int) int {
	start, _ := span(length, s.optionalInteger(l, op, 3, 1), -1)
	return start
}

func (s *State) textFind(l *glua.LState) int {
	text, form := s.stringArg(l, "find", 1), s.stringArg(l, "find", 2)
	start := s.start(l, "find", len(text))
	if glua.LVAsBool(l.Get(4)) || pattern.Plain(form) {
		s.read(l, len(text)-start+len(form))
		at := strings.Index(text[start:], form)
		if at < 0 {
			l.Push(glua.LNil)
			return 1
		}
		l.Push(glua.LNumber(start + at + 1))
		l.Push(glua.LNumber(start + at + len(form)))
		return 2
	}
	m := s.matcher(l, text, form)
	if !m.find(start) {
		l.Push(glua.LNil)
		return 1
	}
	l.Push(glua.LNumber(m.start + 1))
	l.Push(glua.LNumber(m.end))
	if m.Level == 0 {
		return 2
	}
	return 2 + m.push()
}

func (s *State) textMatch(l *glua.LState) int {
	text, form := s.stringArg(l, "match", 1), s.stringArg(l, "match", 2)
	m := s.matcher(l, text, form)
	if !m.find(s.start(l, "match", len(text))) {
		l.Push(glua.LNil)
		return 1
	}
	return m.push()
}

func (s *State) textGmatch(l *glua.LState) int {
	m := s.matcher(l, s.stringArg(l, "gmatch", 1), s.stringArg(l, "gmatch", 2))
	at := 0
	l.Push(l.NewFunction(func(l *glua.LState) int {
		m.l = l
		if !m.next(at) {
			at = len(m.text) + 1
			return 0
		}
		at = m.end
		if m.start == m.end {
			at++ // an empty match would be found again
		}
		return m.push()
	}))
	return 1
}

func (s *State) textGsub(l *glua.LState) int {
	text, form := s.stringArg(l, "gsub", 1), s.stringArg(l, "gsub", 2)
	m := s.matcher(l, text, form)
	replace := s.replacement(l, m)
	limit := len(text) + 1
	if l.Get(4) != glua.LNil {
		limit = s.integer(l, "gsub", 4)
	}
	var b strings.Builder
	count, at := 0, 0
	for count < limit && m.find(at) {
		count++
		b.WriteString(text[at:m.start])
		replace(&b)
		if b.Len() > MaxText {
			s.tooLong(l, b.Len())
		}
		at = m.end
		if m.start == m.end && at < len(text) {
			b.WriteByte(text[at])
			at++
		} else if m.start == m.end {
			break
		}
		if m.Anchored() {
			break
		}
	}
	b.WriteString(text[min(at, len(text)):])
	s.pushText(l, b.String())
	l.Push(glua.LNumber(count))
	return 2
}

// replacement is what gsub puts in place of a match: from a text with %1, a table or a function.
func (s *State) replacement(l *glua.LState, m *matcher) func(b *strings.Builder) {
	var look func() glua.LValue
	switch with := l.Get(3).(type) {
	case *glua.LTable:
		look = func() glua.LValue { return l.GetTable(with, m.capture(0)) }
	case *glua.LFunction:
		look = func() glua.LValue {
			l.Push(with)
			l.Call(m.push(), 1)
			result := l.Get(-1)
			l.Pop(1)
			return result
		}
	default:
		template := s.stringArg(l, "gsub", 3)
		return func(b *strings.Builder) { s.expand(b, template, m) }
	}
	return func(b *strings.Builder) {
		result := look()
		if !glua.LVAsBool(result) {
			b.WriteString(m.text[m.start:m.end])
			return
		}
		if !s.joins(result) {
			s.cannotJoin(l, result)
		}
		b.WriteString(s.display(result))
	}
}

// room ends the run where so many bytes more would make a text too long.
func (s *State) room(l *glua.LState, b *strings.Builder, more int) {
	if b.Len()+more > MaxText {
		s.tooLong(l, b.Len()+more)
	}
}

// expand writes a template with its captures. A "%" at its end, and one before what is no digit, stands for nothing.
func (s *State) expand(b *strings.Builder, template string, m *matcher) {
	for {
		percent := strings.IndexByte(template, '%')
		if percent < 0 || percent+1 == len(template) {
			b.WriteString(template)
			return
		}
		b.WriteString(template[:percent])
		switch c := template[percent+1]; {
		case c == '0':
			s.room(m.l, b, m.end-m.start)
			b.WriteString(m.text[m.start:m.end])
		case c >= '1' && c <= '9' && int(c-'0') > max(1, m.Level):
			s.badArgument(m.l, "gsub", 3, "lua.fewer_captures")
		case c >= '1' && c <= '9':
			part := s.display(m.capture(int(c - '1')))
			s.room(m.l, b, len(part))
			b.WriteString(part)
		default:
			b.WriteByte(c)
		}
		template = template[percent+2:]
	}
}
