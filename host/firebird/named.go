package firebird

import "strings"

// Named makes a statement with named parameters (":from") one as the server wants it, with a "?" in the place of each, and
// gives their names in that order, in small letters. What stands in texts, quoted names and comments stays as it is.
func Named(statement string) (positional string, names []string) {
	var out strings.Builder
	for i := 0; i < len(statement); {
		n := plainLength(statement[i:])
		if n == 0 && statement[i] == ':' && i+1 < len(statement) && isNameStart(statement[i+1]) {
			end := i + 1
			for end < len(statement) && isWordByte(statement[end]) {
				end++
			}
			names = append(names, strings.ToLower(statement[i+1:end]))
			out.WriteByte('?')
			i = end
			continue
		}
		n = max(n, 1)
		out.WriteString(statement[i : i+n])
		i += n
	}
	return out.String(), names
}

// plainLength is how long the comment, the text, the quoted name or the word is that begins here; 0 for a sign.
func plainLength(text string) int {
	c := text[0]
	switch {
	case strings.HasPrefix(text, "--"):
		return until(text, "\n", 2)
	case strings.HasPrefix(text, "/*"):
		return until(text, "*/", 2)
	case (c == 'q' || c == 'Q') && len(text) > 2 && text[1] == '\'':
		return until(text, closing(text[2])+"'", 3)
	case c == '\'' || c == '"':
		return until(text, string(c), 1)
	}
	n := 0
	for n < len(text) && isWordByte(text[n]) {
		n++
	}
	return n
}

func isNameStart(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }
