package document

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// linesOf finds the line of every key, table and list element of a TOML text: "backup.to", "cron[0].schedule[1]".
// The TOML library does not tell. The text must be valid; what is not is skipped.
func linesOf(text string) map[string]int { return scan(text).found }

// Locate finds what linesOf finds, and from where to where the value of every key stands, for who changes a text that
// somebody has written.
func Locate(text string) (lines map[string]int, values map[string]Span) {
	s := scan(text)
	return s.found, s.spans
}

// maxDepth is far above any file that a person writes, and far below where the TOML library takes minutes.
const maxDepth = 64

func scan(text string) *scanner {
	s := &scanner{text: text, line: 1, found: map[string]int{}, spans: map[string]Span{}, count: map[string]int{}}
	table := ""
	for s.blank(); !s.end(); s.blank() {
		before := s.at
		switch {
		case s.take("[["):
			table = s.header(true)
		case s.take("["):
			table = s.header(false)
		default:
			s.pair(table)
		}
		if s.at == before {
			s.next()
		}
	}
	return s
}

type scanner struct {
	text  string
	at    int
	line  int
	found map[string]int
	spans map[string]Span // of the values of keys
	count map[string]int  // how many elements an array of tables has so far
	depth int
	deep  bool // something was deeper than maxDepth, and was left there
}

func (s *scanner) header(array bool) string {
	parts := s.key()
	path := ""
	for i, part := range parts {
		path = Join(path, part)
		s.note(path)
		last := i == len(parts)-1
		if n := s.count[path]; n > 0 && !(last && array) {
			path = Element(path, n-1)
		}
		if last && array {
			s.count[path]++
			path = Element(path, s.count[path]-1)
			s.note(path)
		}
	}
	for !s.end() && s.take("]") {
	}
	return path
}

func (s *scanner) pair(table string) {
	path := table
	for _, part := range s.key() {
		path = Join(path, part)
		s.note(path)
	}
	s.space()
	if s.take("=") {
		s.space()
		from := s.at
		s.value(path)
		s.spans[path] = Span{from, s.at}
	}
}

// Span is from where to where something stands in a text.
type Span struct{ From, To int }

// A value is skipped to its end; what it holds is noted.
func (s *scanner) value(path string) {
	s.space()
	s.depth++
	defer func() { s.depth-- }()
	if s.depth > maxDepth {
		s.deep, s.at = true, len(s.text)
		return
	}
	switch {
	case s.quoted():
	case s.take("["):
		s.list(path)
	case s.take("{"):
		s.inline(path)
	default:
		for !s.end() && !strings.ContainsRune(",]}#\n", rune(s.text[s.at])) {
			s.next()
		}
	}
}

func (s *scanner) list(path string) {
	for i := 0; ; i++ {
		s.blank()
		if s.end() || s.take("]") {
			return
		}
		before := s.at
		s.note(Element(path, i))
		s.value(Element(path, i))
		s.blank()
		s.take(",")
		if s.at == before {
			return
		}
	}
}

func (s *scanner) inline(path string) {
	for {
		s.blank()
		if s.end() || s.take("}") {
			return
		}
		before := s.at
		s.pair(path)
		s.blank()
		s.take(",")
		if s.at == before {
			return
		}
	}
}

// A key's parts: a.b."c d".
func (s *scanner) key() []string {
	var parts []string
	for {
		s.space()
		start := s.at
		if !s.quoted() {
			for !s.end() && bare(s.text[s.at]) {
				s.next()
			}
		}
		parts = append(parts, unquote(s.text[start:s.at]))
		if len(parts) > maxDepth {
			s.deep, s.at = true, len(s.text)
			return nil
		}
		s.space()
		if !s.take(".") {
			return parts
		}
	}
}

// quoted skips a string of any of the four kinds.
func (s *scanner) quoted() bool {
	for _, mark := range []string{`"""`, `'''`, `"`, `'`} {
		if s.take(mark) {
			s.closing(mark)
			return true
		}
	}
	return false
}

func (s *scanner) closing(mark string) {
	for !s.end() {
		if mark[0] == '"' && s.text[s.at] == '\\' {
			s.next()
			s.next()
			continue
		}
		if s.take(mark) {
			// Up to two quotes may stand before the three that close.
			for len(mark) == 3 && s.take(mark[:1]) {
			}
			return
		}
		s.next()
	}
}

func (s *scanner) blank() {
	for s.space(); !s.end(); s.space() {
		switch s.text[s.at] {
		case '\n':
			s.next()
		case '#':
			for !s.end() && s.text[s.at] != '\n' {
				s.next()
			}
		default:
			return
		}
	}
}

func (s *scanner) space() {
	for !s.end() && strings.ContainsRune(" \t\r", rune(s.text[s.at])) {
		s.next()
	}
}

func (s *scanner) take(mark string) bool {
	if !strings.HasPrefix(s.text[s.at:], mark) {
		return false
	}
	s.at += len(mark)
	return true
}

func (s *scanner) next() {
	if s.end() {
		return
	}
	if s.text[s.at] == '\n' {
		s.line++
	}
	s.at++
}

func (s *scanner) end() bool { return s.at >= len(s.text) }

func (s *scanner) note(path string) {
	if _, known := s.found[path]; !known {
		s.found[path] = s.line
	}
}

func bare(c byte) bool {
	return c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func unquote(key string) string {
	if len(key) > 1 && (key[0] == '"' || key[0] == '\'') {
		return key[1 : len(key)-1]
	}
	return key
}

// isBare says whether a key needs no quotes.
func isBare(part string) bool {
	other := func(r rune) bool { return r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsNumber(r) }
	return part != "" && !strings.ContainsFunc(part, other)
}

// Join is the key of part within path, quoted where TOML would quote it.
func Join(path, part string) string {
	if !isBare(part) {
		part = `"` + part + `"`
	}
	if path == "" {
		return part
	}
	return path + "." + part
}

// Element is the key of the element at i, from 0, of the list at path.
func Element(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// places are the lines of keys, and the names that elements of arrays of tables are known by.
type places struct {
	found map[string]int
	alias map[string]string // "cron.noite" is written as "cron[0]"
	files map[string]string // what stands in a file under the document
}

// of is the line of a key, or of the nearest thing around it; 0 where nothing of it stands in the file.
func (p places) of(key string) int { return p.found[p.Near(key)] }

// fileOf is the file under the document where that is what has the line of a key; else "".
func (p places) fileOf(key string) string { return p.files[p.Near(key)] }

// around is the key of what something stands in.
func around(key string) string { return key[:max(strings.LastIndexAny(key, ".["), 0)] }

// nearest is the key, or the nearest thing around it that stands in the file; "" where there is nothing.
func (p places) Near(key string) string {
	for key = p.written(key); key != ""; key = around(key) {
		if _, ok := p.found[key]; ok {
			return key
		}
	}
	return ""
}

// written is a key as linesOf spells it.
func (p places) written(key string) string {
	for at := len(key); at > 0; at = strings.LastIndexAny(key[:at], ".[") {
		if path, ok := p.alias[key[:at]]; ok {
			return p.written(path) + key[at:]
		}
	}
	return key
}

var trailingIndex = regexp.MustCompile(`(\[\d+\])+$`)

func withoutIndex(key string) string { return trailingIndex.ReplaceAllString(key, "") }
