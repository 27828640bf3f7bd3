package pattern

// classEnd is where the letter, class or set that begins at p ends.
func (m *Matcher) classEnd(p int) int {
	c := m.pattern[p]
	p++
	switch c {
	case '%':
		if p >= len(m.pattern) {
			return m.fail(ErrEscape)
		}
		return p + 1
	case '[':
		return m.setEnd(p)
	}
	return p
}

// setEnd: a "]" that comes first is one of the set.
func (m *Matcher) setEnd(p int) int {
	if p < len(m.pattern) && m.pattern[p] == '^' {
		p++
	}
	for first := true; first || p >= len(m.pattern) || m.pattern[p] != ']'; first = false {
		if p >= len(m.pattern) || !m.goOn() {
			return m.unclosedSet()
		}
		c := m.pattern[p]
		p++
		if c == '%' && p < len(m.pattern) {
			p++
		}
	}
	return p + 1
}

func (m *Matcher) unclosedSet() int {
	if m.err != nil {
		return none
	}
	return m.fail(ErrBracket)
}

// single reports whether a letter is what stands from p to end.
func (m *Matcher) single(c byte, p, end int) bool {
	switch m.pattern[p] {
	case '.':
		return true
	case '%':
		return class(c, m.pattern[p+1])
	case '[':
		return m.set(c, p, end-1)
	}
	return m.pattern[p] == c
}

// set reports whether a letter is in the set from p, its "[", to end, its "]".
func (m *Matcher) set(c byte, p, end int) bool {
	in := true
	m.left -= (end - p) / lettersPerStep
	if p++; m.pattern[p] == '^' {
		in = false
		p++
	}
	for ; p < end; p++ {
		switch {
		case m.pattern[p] == '%':
			p++
			if class(c, m.pattern[p]) {
				return in
			}
		case p+2 < end && m.pattern[p+1] == '-':
			if m.pattern[p] <= c && c <= m.pattern[p+2] {
				return in
			}
			p += 2
		case m.pattern[p] == c:
			return in
		}
	}
	return !in
}

// class reports whether a letter is of %a, %d ...; %A, %D ... are the others. Letters are those of ASCII.
func class(c, name byte) bool {
	var is bool
	switch name | 0x20 {
	case 'a':
		is = isLetter(c)
	case 'c':
		is = c < ' ' || c == 0x7f
	case 'd':
		is = isDigit(c)
	case 'l':
		is = 'a' <= c && c <= 'z'
	case 'p':
		is = '!' <= c && c <= '~' && !isLetter(c) && !isDigit(c)
	case 's':
		is = c == ' ' || '\t' <= c && c <= '\r'
	case 'u':
		is = 'A' <= c && c <= 'Z'
	case 'w':
		is = isLetter(c) || isDigit(c)
	case 'x':
		is = isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f'
	case 'z':
		is = c == 0
	default:
		return name == c
	}
	return is == (name >= 'a')
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
