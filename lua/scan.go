package lua

import "strings"

// maxDepth is how many brackets and blocks may be open at once. The parser and the compiler are recursive, and reading
// can not be cancelled: 250,000 open braces would take a gigabyte.
const maxDepth = 180

// maxOperators is how many operators one expression may have at one level, ".." aside. gopher-lua takes a time that grows
// with their square: 100,000 additions would be read for minutes.
const maxOperators = 200

// maxConstants is how many different names, numbers and texts a script may have, and maxBranches how many elseif an if may
// have. gopher-lua compiles both in a time that grows with their square: 40,000 numbers in a table took five seconds.
const (
	maxConstants = 8000
	maxBranches  = 1000
)

// token is a word or a sign of a script: enough to find the block that was left open, no more.
type token struct {
	text         string
	line, column int
	first        bool   // first of its line
	indent       int    // blanks before the first of its line
	branches     int    // elseif of an if that is open
	quoted       string // of a text, all of it with its quotes
}

// syntaxFault is what is wrong with a script, before the file is known.
type syntaxFault struct {
	line, column int
	near, key    string
	args         map[string]any
}

// scan is what one look at the words of a script found, before and beside the real parser.
type scan struct {
	open     []token // blocks and brackets that were never closed, outermost first
	suspect  *token  // the first block that was closed by an "end" standing further left than itself
	closed   int     // the line of that "end"
	stray    *token  // the first closing word that does not close what is open
	blamed   *token  // the block that was open then; nil where none was
	lastLine int
	fault    *syntaxFault

	operators []int               // of the expression at each level of brackets and blocks
	constants map[string]struct{} // the different names, numbers and texts

	text    string
	at      int
	line    int
	begins  int // offset where the line begins
	started bool
	indent  int
}

// scanTokens walks over a script. It stops at the first thing that no parser could read.
func scanTokens(text string) *scan {
	s := &scan{text: text, line: 1, lastLine: 1, operators: []int{0}}
	for s.fault == nil {
		t, ok := s.next()
		if !ok {
			break
		}
		s.lastLine = t.line
		s.count(t)
		s.track(t)
	}
	return s
}

// unclosed is the block that was most probably forgotten. Counting alone blames the outermost one: the "end" that was
// meant for it closed the inner one. The indentation tells them apart.
func (s *scan) unclosed() *token {
	if len(s.open) == 0 {
		return nil
	}
	open := s.open[len(s.open)-1]
	if s.suspect != nil {
		open = *s.suspect
	}
	open.text = strings.TrimSuffix(open.text, "?")
	return &open
}

// strays tells whether this is the word that closes nothing.
func (s *scan) strays(line int, text string) bool {
	return s.stray != nil && s.stray.line == line && s.stray.text == text
}

var closers = map[string]string{"(": ")", "{": "}", "[": "]", "repeat": "until"}

func closer(opener string) string {
	if c, ok := closers[opener]; ok {
		return c
	}
	return "end"
}

func (s *scan) track(t token) {
	switch t.text {
	case "do":
		if n := len(s.open); n > 0 && (s.open[n-1].text == "while?" || s.open[n-1].text == "for?") {
			s.open[n-1].text = strings.TrimSuffix(s.open[n-1].text, "?")
			return
		}
		s.push(t)
	case "while", "for":
		t.text += "?" // its own "do" opens nothing
		s.push(t)
	case "function", "if", "repeat", "(", "{", "[":
		s.push(t)
	case "elseif":
		s.branch(t)
	case "end", "until", ")", "}", "]":
		s.pop(t)
	}
}

func (s *scan) branch(t token) {
	n := len(s.open)
	if n == 0 {
		return
	}
	if s.open[n-1].branches++; s.open[n-1].branches > maxBranches {
		s.refuse(t, "lua.too_many_branches", maxBranches)
	}
}

// refuse stops at what is more than may be.
func (s *scan) refuse(t token, key string, most int) {
	s.fault = &syntaxFault{line: t.line, column: t.column, near: t.text, key: key, args: map[string]any{"most": most}}
}

// constant counts a name, number or text that was not seen before.
func (s *scan) constant(t token, text string) {
	if s.constants == nil {
		s.constants = map[string]struct{}{}
	}
	s.constants[text] = struct{}{}
	if len(s.constants) > maxConstants && s.fault == nil {
		s.refuse(t, "lua.too_many_constants", maxConstants)
	}
}

// count counts the operators of an expression. What can not stand within one begins the next.
func (s *scan) count(t token) {
	level := len(s.operators) - 1
	switch t.text {
	case "+", "-", "*", "/", "%", "^", "#", "<", ">", "<=", ">=", "==", "~=", "not", "and", "or":
		s.operators[level]++
	case "=", ",", ";", "local", "return", "then", "else", "elseif", "do", "in", "until", "break", "goto":
		s.operators[level] = 0
	}
	if s.operators[level] > maxOperators {
		s.refuse(t, "lua.too_many", maxOperators)
	}
}

func (s *scan) push(t token) {
	if len(s.open) == maxDepth {
		s.refuse(t, "lua.too_deep", maxDepth)
		return
	}
	s.open = append(s.open, t)
	s.operators = append(s.operators, 0)
}

// pop closes the innermost block that this word can close; one that closes nothing is left to the parser.
func (s *scan) pop(t token) {
	n := len(s.open)
	if s.stray == nil && (n == 0 || closer(s.open[n-1].text) != t.text) {
		s.stray, s.blamed = &t, s.unclosed()
	}
	if n == 0 || closer(s.open[n-1].text) != t.text {
		return
	}
	opener := s.open[n-1]
	if s.suspect == nil && t.first && t.indent < opener.indent {
		s.suspect, s.closed = &opener, t.line
	}
	s.open, s.operators = s.open[:n-1], s.operators[:n]
}

// next is the next word or sign; comments and blanks are passed over.
func (s *scan) next() (token, bool) {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '\n' || c == '\r':
			s.newline()
		case c == ' ' || c == '\t' || c == '\f' || c == '\v':
			s.at++
			if !s.started {
				s.indent++
			}
		case strings.HasPrefix(s.text[s.at:], "--"):
			s.comment()
		default:
			return s.word(c), true
		}
	}
	return token{}, false
}

func (s *scan) newline() {
	if strings.HasPrefix(s.text[s.at:], "\r\n") {
		s.at++
	}
	s.at++
	s.line++
	s.begins, s.started, s.indent = s.at, false, 0
}

func (s *scan) comment() {
	s.at += 2
	if s.long() {
		return
	}
	for s.at < len(s.text) && s.text[s.at] != '\n' && s.text[s.at] != '\r' {
		s.at++
	}
}

// long passes over [[...]] or [=[...]=] when one begins here.
func (s *scan) long() bool {
	rest := s.text[s.at:]
	if !strings.HasPrefix(rest, "[") {
		return false
	}
	level := len(rest[1:]) - len(strings.TrimLeft(rest[1:], "="))
	if !strings.HasPrefix(rest[1+level:], "[") {
		return false
	}
	end := "]" + strings.Repeat("=", level) + "]"
	length := strings.Index(rest, end)
	if length < 0 {
		length = len(rest)
	} else {
		length += len(end)
	}
	for stop := s.at + length; s.at < stop; {
		if c := s.text[s.at]; c == '\n' || c == '\r' {
			s.newline()
			continue
		}
		s.at++
	}
	s.started = true
	return true
}

func (s *scan) word(c byte) token {
	t := token{line: s.line, column: s.at - s.begins + 1, first: !s.started, indent: s.indent}
	s.started = true
	start := s.at
	switch {
	case isLetter(c):
		for s.at < len(s.text) && (isLetter(s.text[s.at]) || isDigit(s.text[s.at])) {
			s.at++
		}
	case isDigit(c) || c == '.' && s.at+1 < len(s.text) && isDigit(s.text[s.at+1]):
		s.number()
		if _, ok := parseNumber(s.text[start:s.at]); !ok {
			near := s.text[start:s.at]
			s.fault = &syntaxFault{line: t.line, column: t.column, near: near,
				key: "lua.number", args: map[string]any{"near": near}}
		}
	case c == '"' || c == '\'':
		s.quoted(c, t)
		t.quoted = s.text[start:s.at]
		s.constant(t, t.quoted)
		return t
	case c == '[' && s.long():
		s.constant(t, s.text[start:s.at])
		return t
	default:
		s.at++
		if s.at < len(s.text) && s.text[s.at] == '=' && strings.IndexByte("=~<>", c) >= 0 {
			s.at++
		}
		t.text = s.text[start:s.at]
		return t
	}
	t.text = s.text[start:s.at]
	s.constant(t, t.text)
	return t
}

// number passes over all that Lua would take for one malformed number rather than for two tokens.
func (s *scan) number() {
	for s.at < len(s.text) {
		c := s.text[s.at]
		if (c == '+' || c == '-') && (s.text[s.at-1]|0x20) == 'e' && !isHex(s.text[:s.at]) {
			s.at++
			continue
		}
		if c == '.' && strings.HasPrefix(s.text[s.at:], "..") && s.at > 0 && s.text[s.at-1] != '.' {
			return // 1..2 is left to the parser
		}
		if !isLetter(c) && !isDigit(c) && c != '.' {
			return
		}
		s.at++
	}
}

// isHex reports whether the number that ends here began with 0x.
func isHex(text string) bool {
	start := len(text)
	for start > 0 && (isLetter(text[start-1]) || isDigit(text[start-1])) {
		start--
	}
	return strings.HasPrefix(strings.ToLower(text[start:]), "0x")
}

func (s *scan) quoted(quote byte, t token) {
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == quote:
			s.at++
			return
		case c == '\\' && s.at+1 < len(s.text):
			s.at++
			if c := s.text[s.at]; c == '\n' || c == '\r' {
				s.newline()
				s.started = true
				s.at--
			}
		case c == '\n' || c == '\r':
			s.unfinished(t)
			return
		}
	}
	s.unfinished(t)
}

func (s *scan) unfinished(t token) {
	s.fault = &syntaxFault{line: t.line, column: t.column, key: "lua.text_open"}
}

func isLetter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
