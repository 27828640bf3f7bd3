// Package pattern matches the patterns of Lua 5.1: those of string.find, match, gmatch and gsub, %f and %b among them.
//
// It differs from Lua's own matcher in one way: it can be stopped. A short pattern may look at a text for longer than
// anybody waits, so the matcher tells its caller how much it worked and goes on only when it may. A zero byte in a pattern
// is a byte like any other; Lua 5.1 ends the pattern there.
package pattern

import (
	"errors"
	"strings"
)

// What a pattern can do wrong, in the words of Lua 5.1.
var (
	ErrEscape     = errors.New("malformed pattern (ends with '%')")
	ErrBracket    = errors.New("malformed pattern (missing ']')")
	ErrFrontier   = errors.New("missing '[' after '%f' in pattern")
	ErrBalance    = errors.New("unbalanced pattern")
	ErrClose      = errors.New("invalid pattern capture")
	ErrIndex      = errors.New("invalid capture index")
	ErrUnfinished = errors.New("unfinished capture")
	ErrCaptures   = errors.New("too many captures")
	ErrComplex    = errors.New("pattern too complex")
)

const (
	maxCaptures = 32
	// maxDepth is how many items of a pattern may wait for what stands behind them: each takes room on Go's stack.
	maxDepth = 10_000
	// bytesPerStep is how many bytes of a back reference are compared in the time of a step.
	bytesPerStep = 64
	// itemSteps is what trying an item of the pattern at a place costs: many times a look at one more letter.
	itemSteps = 8
	// lettersPerStep is how many letters of a set are.
	lettersPerStep = 8
	// Batch is how many steps are worked before the caller is told of them.
	Batch = 4096
)

const (
	unfinished = -1 // length of a capture that is open
	position   = -2 // length of "()"
	none       = -1 // no match
)

// Matcher looks for one pattern in one text. It is used from one goroutine.
type Matcher struct {
	// Level is how many captures the last match has.
	Level int

	text, pattern string
	tick          func(steps int) error
	err           error
	left          int // steps until tick is called
	depth         int
	captures      [maxCaptures]capture
}

type capture struct{ start, length int }

// New is a Matcher. tick is told of the work after every Batch steps or more, and may end the work with an error of its own; it may be nil.
// What is left when a search has ended, Rest tells.
func New(text, pattern string, tick func(steps int) error) *Matcher {
	return &Matcher{text: text, pattern: pattern, tick: tick, left: Batch}
}

// Plain reports whether a pattern is a plain text, without anything that has a meaning of its own.
func Plain(pattern string) bool { return !strings.ContainsAny(pattern, "^$*+?.([%-") }

// Anchored reports whether the pattern matches at one place only: find, match and gsub ask, gmatch does not.
func (m *Matcher) Anchored() bool { return strings.HasPrefix(m.pattern, "^") }

// Find looks for the first match that begins at from or after it; where the pattern begins with "^", at from alone.
func (m *Matcher) Find(from int) (start, end int, ok bool, err error) {
	if m.Anchored() {
		end, ok, err = m.at(from, 1)
		return from, end, ok, err
	}
	return m.Next(from)
}

// Next is Find for gmatch, to which "^" is a letter like any other.
func (m *Matcher) Next(from int) (start, end int, ok bool, err error) {
	for ; from <= len(m.text); from++ {
		if end, ok, err = m.at(from, 0); ok || err != nil {
			return from, end, ok, err
		}
	}
	return 0, 0, false, nil
}

// At matches at one place only, behind a "^" if the pattern begins with one.
func (m *Matcher) At(from int) (end int, ok bool, err error) {
	if m.Anchored() {
		return m.at(from, 1)
	}
	return m.at(from, 0)
}

func (m *Matcher) at(from, begin int) (int, bool, error) {
	m.Level, m.depth = 0, 0
	end := none
	if m.goOn() {
		end = m.match(from, begin)
	}
	if m.err != nil {
		return 0, false, m.err
	}
	return end, end != none, nil
}

// Capture is the i-th capture of the match from start to end, counted from 0: a text, or where "()" stood the position,
// counted from 1. A pattern without captures has one: all that it matched.
func (m *Matcher) Capture(i, start, end int) (text string, at int, err error) {
	if i >= m.Level {
		if i > 0 {
			return "", 0, ErrIndex
		}
		return m.text[start:end], 0, nil
	}
	switch c := m.captures[i]; c.length {
	case unfinished:
		return "", 0, ErrUnfinished
	case position:
		return "", c.start + 1, nil
	default:
		return m.text[c.start : c.start+c.length], 0, nil
	}
}

func (m *Matcher) fail(err error) int {
	m.err = err
	return none
}

// Rest is the work that tick was not told of yet.
func (m *Matcher) Rest() (steps int) {
	steps, m.left = Batch-m.left, Batch
	return steps
}

// goOn counts a step.
func (m *Matcher) goOn() bool { return m.work(1) }

func (m *Matcher) work(steps int) bool {
	if m.left -= steps; m.left > 0 {
		return true
	}
	return m.report()
}

func (m *Matcher) report() bool {
	worked := m.Rest()
	if m.tick != nil && m.err == nil {
		m.err = m.tick(worked)
	}
	return m.err == nil
}

// match is where a match of the rest of the pattern, from p on, ends that begins at s.
func (m *Matcher) match(s, p int) int {
	if m.depth++; m.depth > maxDepth {
		return m.fail(ErrComplex)
	}
	defer func() { m.depth-- }()
	for p < len(m.pattern) {
		if !m.work(itemSteps) {
			return none
		}
		switch c := m.pattern[p]; {
		case c == '(':
			return m.open(s, p)
		case c == ')':
			return m.close(s, p)
		case c == '$' && p+1 == len(m.pattern):
			if s != len(m.text) {
				return none
			}
			return s
		case c == '%' && p+1 < len(m.pattern) && isSpecial(m.pattern[p+1]):
			if s, p = m.special(s, p); s == none {
				return none
			}
		default:
			next, nextPattern, done := m.item(s, p)
			if done || m.err != nil {
				return next
			}
			s, p = next, nextPattern
		}
	}
	return s
}

// isSpecial: %b, %f and %1 stand for more than one letter.
func isSpecial(c byte) bool { return c == 'b' || c == 'f' || isDigit(c) }

// special gives where the text and the pattern go on.
func (m *Matcher) special(s, p int) (int, int) {
	switch m.pattern[p+1] {
	case 'b':
		return m.balance(s, p+2), p + 4
	case 'f':
		return m.frontier(s, p+2)
	}
	return m.back(s, m.pattern[p+1]), p + 2
}

// item is one letter or class with what says how often it may stand. done: the rest of the pattern was matched, or not.
func (m *Matcher) item(s, p int) (next, nextPattern int, done bool) {
	end := m.classEnd(p)
	if end == none {
		return none, 0, true
	}
	var suffix byte
	if end < len(m.pattern) {
		suffix = m.pattern[end]
	}
	switch suffix {
	case '?':
		if s < len(m.text) && m.single(m.text[s], p, end) {
			if found := m.match(s+1, end+1); found != none || m.err != nil {
				return found, 0, true
			}
		}
		return s, end + 1, false
	case '*':
		return m.most(s, p, end, 0), 0, true
	case '+':
		return m.most(s, p, end, 1), 0, true
	case '-':
		return m.least(s, p, end), 0, true
	}
	if s < len(m.text) && m.single(m.text[s], p, end) {
		return s + 1, end, false
	}
	return none, 0, true
}

// most takes as many as there are and gives one after the other back.
func (m *Matcher) most(s, p, end, least int) int {
	count := 0
	for s+count < len(m.text) && m.single(m.text[s+count], p, end) {
		if count++; !m.goOn() {
			return none
		}
	}
	if end+1 == len(m.pattern) && count >= least {
		return s + count
	}
	for ; count >= least; count-- {
		if found := m.match(s+count, end+1); found != none || m.err != nil {
			return found
		}
	}
	return none
}

func (m *Matcher) least(s, p, end int) int {
	for {
		if found := m.match(s, end+1); found != none || m.err != nil {
			return found
		}
		if s >= len(m.text) || !m.single(m.text[s], p, end) {
			return none
		}
		s++
	}
}

func (m *Matcher) open(s, p int) int {
	if m.Level >= maxCaptures {
		return m.fail(ErrCaptures)
	}
	length := unfinished
	p++
	if p < len(m.pattern) && m.pattern[p] == ')' {
		length = position
		p++
	}
	m.captures[m.Level] = capture{s, length}
	m.Level++
	found := m.match(s, p)
	if found == none {
		m.Level--
	}
	return found
}

func (m *Matcher) close(s, p int) int {
	i := m.Level - 1
	for i >= 0 && m.captures[i].length != unfinished {
		i--
	}
	if i < 0 {
		return m.fail(ErrClose)
	}
	m.captures[i].length = s - m.captures[i].start
	found := m.match(s, p+1)
	if found == none {
		m.captures[i].length = unfinished
	}
	return found
}

func (m *Matcher) balance(s, p int) int {
	if p+1 >= len(m.pattern) {
		return m.fail(ErrBalance)
	}
	if s >= len(m.text) || m.text[s] != m.pattern[p] {
		return none
	}
	opener, closer, depth := m.pattern[p], m.pattern[p+1], 1
	for s++; s < len(m.text); s++ {
		if !m.goOn() {
			return none
		}
		switch m.text[s] {
		case closer:
			if depth--; depth == 0 {
				return s + 1
			}
		case opener:
			depth++
		}
	}
	return none
}

// frontier is where a letter that is not of the set is followed by one that is; before and behind the text stands a zero.
func (m *Matcher) frontier(s, p int) (int, int) {
	if p >= len(m.pattern) || m.pattern[p] != '[' {
		return m.fail(ErrFrontier), 0
	}
	end := m.classEnd(p)
	if end == none {
		return none, 0
	}
	var before, after byte
	if s > 0 {
		before = m.text[s-1]
	}
	if s < len(m.text) {
		after = m.text[s]
	}
	if m.set(before, p, end-1) || !m.set(after, p, end-1) {
		return none, 0
	}
	return s, end
}

// back matches what a capture matched before.
func (m *Matcher) back(s int, digit byte) int {
	i := int(digit) - '1'
	if i < 0 || i >= m.Level || m.captures[i].length == unfinished {
		return m.fail(ErrIndex)
	}
	c := m.captures[i]
	if c.length == position {
		return none
	}
	m.left -= c.length / bytesPerStep
	if strings.HasPrefix(m.text[s:], m.text[c.start:c.start+c.length]) {
		return s + c.length
	}
	return none
}
