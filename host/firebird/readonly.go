package firebird

import (
	"strings"

	"github.com/djscript/djscript/host/message"
)

// query is the statement without its final semicolon, if it is one SELECT or WITH and nothing else; the error is
// arg.sql. Refused too are the three ways in which a SELECT outlives the rollback or holds others up: moving a
// generator (GEN_ID by anything but 0, NEXT VALUE FOR) and WITH LOCK. A procedure that writes is rolled back.
func query(statement string) (string, error) {
	words := sqlWords(statement)
	if len(words) > 0 && words[len(words)-1] == ";" {
		words = words[:len(words)-1]
		statement = statement[:strings.LastIndexByte(statement, ';')]
	}
	refused := ""
	switch {
	case len(words) == 0:
		refused = `""`
	case words[0] != "SELECT" && words[0] != "WITH":
		refused = words[0]
	}
	for i, word := range words {
		next := func(n int) string {
			if i+n < len(words) {
				return words[i+n]
			}
			return ""
		}
		switch {
		case word == ";":
			refused = "; " + next(1)
		case word == "NEXT" && next(1) == "VALUE":
			refused = "NEXT VALUE FOR"
		case word == "WITH" && next(1) == "LOCK":
			refused = "WITH LOCK"
		case word == "GEN_ID" && next(1) == "(" && (next(4) != "0" || next(5) != ")"):
			refused = "GEN_ID"
		}
		if refused != "" {
			break
		}
	}
	if refused != "" {
		return "", message.New("arg.sql", "firebird.read_only", message.Args{"found": refused})
	}
	return strings.TrimSpace(statement), nil
}

// sqlWords are the words and signs of a statement in capitals, without comments; a text counts as ', a quoted name
// as ".
func sqlWords(text string) []string {
	var words []string
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c <= ' ':
			i++
		case strings.HasPrefix(text[i:], "--"):
			i += until(text[i:], "\n", 2)
		case strings.HasPrefix(text[i:], "/*"):
			i += until(text[i:], "*/", 2)
		case (c == 'q' || c == 'Q') && i+2 < len(text) && text[i+1] == '\'':
			words = append(words, "'")
			i += until(text[i:], closing(text[i+2])+"'", 3)
		case c == '\'' || c == '"':
			words = append(words, string(c))
			i += until(text[i:], string(c), 1)
		case isWordByte(c):
			end := i
			for end < len(text) && isWordByte(text[end]) {
				end++
			}
			words = append(words, strings.ToUpper(text[i:end]))
			i = end
		default:
			words = append(words, string(c))
			i++
		}
	}
	return words
}

// until is the length of a text up to the end of the first mark from that place on, or all of it.
func until(text, mark string, from int) int {
	if at := strings.Index(text[from:], mark); at >= 0 {
		return from + at + len(mark)
	}
	return len(text)
}

// closing is the sign that ends a text of the form q'{...}'.
func closing(open byte) string {
	if at := strings.IndexByte("({[<", open); at >= 0 {
		return ")}]>"[at : at+1]
	}
	return string(open)
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c >= 0x80
}
