package firebird

import (
	"slices"
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

// changing are the words that a statement begins with which changes data or the structure of tables.
var changing = []string{
	"INSERT", "UPDATE", "DELETE", "MERGE", "EXECUTE", "CREATE", "ALTER", "RECREATE", "DROP", "COMMENT", "GRANT", "REVOKE", "SET",
}

// Reads refuses, with arg.sql, what is not one query, and a number of values that is not that of the places for them.
func Reads(statement string, args []any) error {
	if _, err := query(statement); err != nil {
		return err
	}
	return counted(statement, args)
}

// Changes refuses, with arg.sql, what is not one statement that changes data or structure, and what a transaction can not
// take back: an end of the transaction itself, and what is done to the database as a file or to its users; and a number of
// values that is not that of the places for them.
func Changes(statement string, args []any) error {
	words := sqlWords(statement)
	if len(words) > 0 && words[len(words)-1] == ";" {
		words = words[:len(words)-1]
	}
	refused := ""
	switch {
	case len(words) == 0:
		refused = `""`
	case !slices.Contains(changing, words[0]):
		refused = words[0]
	case beyond(words), words[0] == "SET" && (len(words) == 1 || words[1] != "GENERATOR"):
		refused = strings.Join(words[:min(2, len(words))], " ")
	case words[0] != "EXECUTE" && !holdsCode(words) && slices.Contains(words, ";"):
		refused = "; " + words[slices.Index(words, ";")+1]
	}
	if refused != "" {
		return message.New("arg.sql", "firebird.no_change", message.Args{"found": refused})
	}
	return counted(statement, args)
}

// beyond tells whether a statement is about the database as a file, or its users.
func beyond(words []string) bool {
	if !slices.Contains([]string{"CREATE", "ALTER", "DROP", "RECREATE"}, words[0]) {
		return false
	}
	if words = words[1:]; len(words) > 2 && words[0] == "OR" && words[1] == "ALTER" {
		words = words[2:]
	}
	return len(words) > 0 && slices.Contains([]string{"DATABASE", "SHADOW", "USER"}, words[0])
}

// holdsCode tells whether a statement has statements within: EXECUTE BLOCK, a procedure, a trigger.
func holdsCode(words []string) bool { return slices.Contains(words, "BEGIN") }

func counted(statement string, args []any) error {
	want := 0
	for _, word := range sqlWords(statement) {
		if word == "?" {
			want++
		}
	}
	if want != len(args) {
		return message.New("arg.sql", "firebird.parameters", message.Args{"want": want, "got": len(args)})
	}
	return nil
}
