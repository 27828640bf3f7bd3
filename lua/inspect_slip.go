package lua

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// slips is one more look at a script that could not be read: for what people write who know another language, or a word
// processor. It begins where the parser stopped.
type slips struct {
	chunk  *Chunk
	tokens []token // all that could be told apart
	stop   int     // where the parser stopped: an index of tokens
	open   []token // brackets and blocks open there
	head   *token  // an if, elseif, while or for that still waits for its then or do
	result *token  // a return after which its block must end
	depth  int     // how many were open at it
}

// slip is the error told as the slip that it is, or the error itself.
func (c *Chunk) slip(text string, e *SyntaxError) *SyntaxError {
	if !slices.Contains([]string{"lua.unexpected", "lua.unclosed", "lua.ends", "lua.text_open", "lua.number"}, e.Key) {
		return e
	}
	s := &slips{chunk: c}
	s.read(text, e)
	f := s.typography(e)
	switch {
	case f != nil:
	case e.Key == "lua.unclosed":
		f = s.elseIf(e)
	case e.Key == "lua.unexpected" && s.stop < len(s.tokens):
		f = s.find()
	}
	if f == nil {
		return e
	}
	return c.syntaxError(f)
}

// read collects the tokens, and what is open where the parser stopped.
func (s *slips) read(text string, e *SyntaxError) {
	scan := &scan{text: text, line: 1, operators: []int{0}}
	s.stop = -1
	for scan.fault == nil {
		t, ok := scan.next()
		if !ok {
			break
		}
		s.tokens = append(s.tokens, t)
		if s.stop >= 0 {
			continue
		}
		if t.line > e.Line || t.line == e.Line && (t.column >= e.Column && e.Column > 0 || e.Column == 0 && t.text == e.Near) {
			s.stop, s.open = len(s.tokens)-1, slices.Clone(scan.open)
			continue
		}
		scan.track(t)
		s.note(t, len(scan.open))
	}
	if s.stop < 0 {
		s.stop = len(s.tokens)
	}
}

func (s *slips) note(t token, depth int) {
	switch t.text {
	case "if", "elseif", "while", "for":
		s.head = &t
	case "then", "do":
		s.head = nil
	}
	switch t.text {
	case "return":
		s.result, s.depth = &t, depth
	case "end", "until", "else", "elseif":
		if s.result != nil && depth <= s.depth {
			s.result = nil
		}
	}
}

func (s *slips) at(n int) token {
	if n < 0 || n >= len(s.tokens) {
		return token{text: "\n"}
	}
	return s.tokens[n]
}

func adjacent(a, b token) bool { return a.line == b.line && a.column+len(a.text) == b.column }

func instead(at token, wrote, write string) *syntaxFault {
	return &syntaxFault{line: at.line, column: at.column, near: wrote, key: "lua.instead", args: map[string]any{"wrote": wrote, "write": write}}
}

func slipAt(at token, key string, args map[string]any) *syntaxFault {
	near, _ := args["near"].(string)
	return &syntaxFault{line: at.line, column: at.column, near: near, key: key, args: args}
}

// find goes from the signs that are never Lua to those that are Lua in another place.
func (s *slips) find() *syntaxFault {
	for _, look := range []func(before, t, after token) *syntaxFault{
		s.foreignSign, s.compound, s.foreignWord, s.header, s.colon, s.separator, s.statement,
	} {
		if f := look(s.at(s.stop-1), s.tokens[s.stop], s.at(s.stop+1)); f != nil {
			return f
		}
	}
	return nil
}

func (s *slips) foreignSign(before, t, after token) *syntaxFault {
	switch t.text {
	case "!":
		if adjacent(t, after) && strings.HasPrefix(after.text, "=") {
			return instead(t, "!"+after.text, "~=")
		}
		return instead(t, "!", "not")
	case "&", "|":
		word := map[string]string{"&": "and", "|": "or"}[t.text]
		if adjacent(t, after) && after.text == t.text || adjacent(before, t) && before.text == t.text {
			return instead(t, t.text+t.text, word)
		}
		return slipAt(t, "lua.no_bits", map[string]any{"near": t.text, "write": word})
	case "?":
		return slipAt(t, "lua.ternary", nil)
	case "#":
		return instead(t, "#", "--")
	case "/":
		switch {
		case adjacent(before, t) && before.text == "/":
			return s.slashes(before, s.at(s.stop-2), after)
		case adjacent(t, after) && after.text == "/":
			return s.slashes(t, before, s.at(s.stop+2))
		case adjacent(t, after) && after.text == "*":
			return instead(t, "/* */", "--[[ ]]")
		}
	case "*":
		if adjacent(before, t) && before.text == "/" {
			return instead(before, "/* */", "--[[ ]]")
		}
	case ">", "<":
		if adjacent(before, t) && before.text == "=" {
			return instead(before, "="+t.text, t.text+"=")
		}
	}
	return nil
}

// slashes are a comment of another language, or its division of whole numbers: then a value stands on both sides.
func (s *slips) slashes(at, before, after token) *syntaxFault {
	if before.line == at.line && endsValue(before) && after.line == at.line && (isDigit(firstByte(after)) || s.endsLine(after)) {
		return slipAt(at, "lua.whole_division", nil)
	}
	return instead(at, "//", "--")
}

func firstByte(t token) byte { return (t.text + " ")[0] }

// endsLine tells a name that is the last of its line, but for what closes a bracket.
func (s *slips) endsLine(t token) bool {
	if !isName(t.text) {
		return false
	}
	for n := s.indexOf(t) + 1; s.at(n).line == t.line; n++ {
		if !strings.Contains(")]},;", s.at(n).text) {
			return false
		}
	}
	return true
}

// compound: x += 1, x++ and x--; the last is a comment to Lua, and the line after it is where the parser stops.
func (s *slips) compound(before, t, after token) *syntaxFault {
	name := func(n int) string {
		if word := s.at(n).text; isName(word) {
			return word
		}
		return "x"
	}
	write := func(n int, operator, operand string) string {
		return name(n) + " = " + name(n) + " " + operator + " " + operand
	}
	switch {
	case strings.Contains("+-*/%", t.text) && t.text != "" && adjacent(t, after) && after.text == "=":
		return instead(t, t.text+"=", write(s.stop-1, t.text, "..."))
	case strings.HasPrefix(t.text, "=") && adjacent(before, t) && before.text != "" && strings.Contains("+-*/%", before.text):
		return instead(before, before.text+"=", write(s.stop-2, before.text, "..."))
	case t.text == "." && after.text == "." && s.at(s.stop+2).text == "=" && adjacent(t, after):
		return instead(t, "..=", write(s.stop-1, "..", "..."))
	case t.text == "+" && after.text == "+" && adjacent(t, after):
		return instead(t, "++", write(s.stop-1, "+", "1"))
	case t.text == "+" && before.text == "+" && adjacent(before, t):
		return instead(before, "++", write(s.stop-2, "+", "1"))
	case before.first && isName(before.text) && t.line > before.line &&
		strings.HasPrefix(s.rest(before), before.text+"--"):
		return instead(before, "--", write(s.stop-1, "-", "1"))
	}
	return nil
}

// rest is the line from a token on.
func (s *slips) rest(t token) string {
	line := s.chunk.Line(t.line)
	return line[min(max(t.column-1, 0), len(line)):]
}

var foreignDeclarations = []string{"var", "let", "const", "int", "float", "double", "string", "dim", "Dim"}

func (s *slips) foreignWord(before, t, _ token) *syntaxFault {
	for n := s.stop; n >= 0 && s.at(n).line == t.line; n-- {
		switch word := s.at(n); word.text {
		case "elif", "elsif", "elsei", "elseIf", "ElseIf", "senao", "senaose":
			return instead(word, word.text, "elseif")
		}
	}
	if slices.Contains(foreignDeclarations, before.text) && isName(t.text) {
		return instead(before, before.text, "local")
	}
	return nil
}

// header: an if without then, a loop without do, and "=" in a condition.
func (s *slips) header(_, t, _ token) *syntaxFault {
	if s.head == nil {
		return nil
	}
	word := "then"
	if s.head.text == "for" || s.head.text == "while" {
		word = "do"
	}
	if t.text == "=" && s.head.text != "for" {
		return slipAt(t, "lua.equals", map[string]any{"opener": s.head.text})
	}
	for n := s.stop; s.at(n).line == s.head.line; n++ {
		if s.at(n).text == word {
			return nil
		}
	}
	if t.text == "then" || t.text == "do" {
		return instead(t, t.text, word)
	}
	if t.line == s.head.line && t.text != "{" && t.text != "return" && !isName(t.text) {
		return nil
	}
	return slipAt(*s.head, "lua.header", map[string]any{"opener": s.head.text, "word": word, "line": s.head.line})
}

// colon: a field is read with a dot; in a table a name is given its value with "=".
func (s *slips) colon(before, t, after token) *syntaxFault {
	one, name := s.at(s.stop-2), before
	if t.text == ":" {
		one, name = t, after
	} else if before.text == ":" {
		one, name = before, t
	}
	if one.text != ":" {
		return nil
	}
	if s.innermost() == "{" {
		first := s.at(s.indexOf(one) - 2).text
		if first == "{" || first == "," || first == ";" {
			return slipAt(one, "lua.colon_in_table", map[string]any{"near": ":"})
		}
	}
	if isName(name.text) {
		return slipAt(one, "lua.colon_field", map[string]any{"near": ":", "name": name.text})
	}
	return nil
}

func (s *slips) indexOf(t token) int {
	return slices.IndexFunc(s.tokens, func(o token) bool { return o.line == t.line && o.column == t.column })
}

func (s *slips) innermost() string {
	if len(s.open) == 0 {
		return ""
	}
	return s.open[len(s.open)-1].text
}

// separator: a comma forgotten between the fields of a table, or between arguments.
func (s *slips) separator(before, t, _ token) *syntaxFault {
	in := s.innermost()
	if in == "{" && t.text == "=" && before.text == "" {
		return slipAt(before, "lua.key_quoted", nil)
	}
	if in != "{" && in != "(" || !endsValue(before) || !beginsValue(t) {
		return nil
	}
	shown := s.rest(before)
	if before.line == t.line {
		shown = shown[:min(max(t.column-before.column, 0), len(shown))]
	}
	return slipAt(before, "lua.comma", map[string]any{"after": cut(strings.TrimSpace(shown), 60)})
}

// A text has no word of its own among the tokens.
func endsValue(t token) bool {
	switch t.text {
	case "", "}", ")", "]", "end", "nil", "true", "false":
		return true
	}
	return isDigit(t.text[0]) || isName(t.text) && !slices.Contains(keywords, t.text)
}

func beginsValue(t token) bool {
	switch t.text {
	case "", "{", "[", "function", "nil", "true", "false", "not":
		return true
	}
	return isDigit(t.text[0]) || isName(t.text) && !slices.Contains(keywords, t.text)
}

var keywords = []string{
	"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil", "not", "or", "repeat",
	"return", "then", "true", "until", "while",
}

// statement: one that stands where none can stand.
func (s *slips) statement(_, t, _ token) *syntaxFault {
	switch {
	case s.result != nil && t.first && len(s.open) == s.depth && t.text != "end":
		return slipAt(t, "lua.after_return", map[string]any{"line": s.result.line})
	case t.text == "==" && s.innermost() != "(" && s.innermost() != "{":
		return slipAt(t, "lua.assigns", map[string]any{"near": "=="})
	}
	return nil
}

// elseIf: "else if" opens a second block, whose "end" nobody writes.
func (s *slips) elseIf(e *SyntaxError) *syntaxFault {
	for n, t := range s.tokens {
		if t.text == "else" && t.line >= e.Line && s.at(n+1).text == "if" && s.at(n+1).line == t.line {
			return instead(t, "else if", "elseif")
		}
	}
	return nil
}

var (
	cp1252Quotes = "\x91\x92\x93\x94"
	cp1252Dashes = "\x96\x97"
	nameLetters  = regexp.MustCompile(`[\pL\pN_]+`)
)

// typography are the signs of a word processor, and letters that no name has. Outside of a text none of them is Lua.
func (s *slips) typography(e *SyntaxError) *syntaxFault {
	for _, t := range s.tokens {
		if t.text == "" || t.text[0] < utf8.RuneSelf || t.line > e.Line {
			continue
		}
		return s.foreignLetter(t)
	}
	if e.Key == "lua.text_open" {
		line := s.chunk.Line(e.Line)
		if n := strings.IndexAny(line, "“”„‘’"); n >= max(e.Column-1, 0) {
			sign, _ := utf8.DecodeRuneInString(line[n:])
			return slipAt(token{line: e.Line, column: n + 1}, "lua.quotes", map[string]any{"near": string(sign)})
		}
	}
	return nil
}

func (s *slips) foreignLetter(t token) *syntaxFault {
	line := s.chunk.Line(t.line)
	column := min(max(t.column-1, 0), len(line))
	sign, size := utf8.DecodeRuneInString(line[column:])
	near := string(sign)
	switch {
	case strings.ContainsRune("“”„‟‘’‚«»´", sign):
		return slipAt(t, "lua.quotes", map[string]any{"near": near})
	case strings.ContainsRune("‐‑‒–—―−", sign):
		return instead(t, near, "-")
	case sign == '…':
		return instead(t, near, "...")
	case sign == '\u00a0' || sign == '\u200b' || sign == '\ufeff' || sign == '\u3000' || sign == '\u2009':
		return slipAt(t, "lua.blank", nil)
	case sign == utf8.RuneError && size <= 1 && column < len(line):
		return s.oldLetter(t, line[column])
	case unicode.IsLetter(sign):
		return slipAt(t, "lua.letter", map[string]any{"near": near, "name": wordAround(line, column)})
	}
	return nil
}

// oldLetter is one of a file that was saved in the code page of Windows.
func (s *slips) oldLetter(t token, c byte) *syntaxFault {
	switch {
	case strings.IndexByte(cp1252Quotes, c) >= 0:
		return slipAt(t, "lua.quotes", map[string]any{"near": map[byte]string{0x91: "‘", 0x92: "’", 0x93: "“", 0x94: "”"}[c]})
	case strings.IndexByte(cp1252Dashes, c) >= 0:
		return instead(t, "–", "-")
	case c == 0xa0:
		return slipAt(t, "lua.blank", nil)
	}
	return nil
}

func wordAround(line string, column int) string {
	for _, span := range nameLetters.FindAllStringIndex(line, -1) {
		if span[0] <= column && column < span[1] {
			return line[span[0]:span[1]]
		}
	}
	return ""
}
