package company

import (
	"regexp"
	"strings"
)

const sqlName = `("(?:[^"]|"")+"|[\w$]+)`

var (
	// The first table that is read, and the name that it goes by in the query.
	fromTable = regexp.MustCompile(`(?is)\bfrom\s+` + sqlName + `(?:\s+(?:as\s+)?` + sqlName + `)?`)
	// A plain column, perhaps with its table before it and another name behind it.
	plainItem = regexp.MustCompile(`(?is)^\s*(?:` + sqlName + `\s*\.\s*)?` + sqlName + `(?:\s+(?:as\s+)?` + sqlName + `)?\s*$`)
)

// keeperOf reads from a profile's query which table the companies lie in and which of its columns is the id. Of a
// query that is not plain it tells nothing.
func keeperOf(query string) (table, column string) {
	at := fromTable.FindStringSubmatchIndex(query)
	if at == nil {
		return "", ""
	}
	head, ok := cutWord(query[:at[0]], "select")
	if !ok {
		return "", ""
	}
	head, _ = cutWord(head, "distinct")
	for item := range strings.SplitSeq(head, ",") {
		m := plainItem.FindStringSubmatch(item)
		if m == nil {
			continue
		}
		name, alias := plainName(m[2]), plainName(m[3])
		if strings.EqualFold(alias, "id") || m[3] == "" && strings.EqualFold(name, "id") {
			return plainName(query[at[2]:at[3]]), name
		}
	}
	return "", ""
}

// cutWord takes a word off the beginning of a text.
func cutWord(text, word string) (string, bool) {
	text = strings.TrimSpace(text)
	if len(text) <= len(word) || !strings.EqualFold(text[:len(word)], word) || !strings.ContainsAny(text[len(word):len(word)+1], " \t\r\n") {
		return text, false
	}
	return strings.TrimSpace(text[len(word):]), true
}

// plainName takes the quotes off a name.
func plainName(name string) string {
	if strings.HasPrefix(name, `"`) && len(name) > 1 {
		return strings.ReplaceAll(name[1:len(name)-1], `""`, `"`)
	}
	return name
}
