package config

import (
	"strings"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// Set gives values to keys of a djscript.toml that somebody has written, and leaves all else of it as it stands: a key that
// stands there gets another value, one that does not stand there goes right below the header of its table, and a table that
// is not there to the end. Where the text is written in a way that this can not do, it is refused.
func Set(data []byte, values ...Value) ([]byte, error) {
	text := string(data)
	for _, v := range values {
		text = set(text, v)
		doc, mistakes, ok := parse("djscript.toml", []byte(text))
		if !ok || len(mistakes) > 0 || textAt(doc, v.Key) != v.Value {
			return nil, message.New("option.value", "config.not_set", message.Args{"key": v.Key, "value": literal(v.Value)})
		}
	}
	return []byte(text), nil
}

func set(text string, v Value) string {
	found, spans := document.Locate(text)
	if at, ok := spans[v.Key]; ok {
		return text[:at.From] + literal(v.Value) + text[at.To:]
	}
	dot := strings.LastIndex(v.Key, ".")
	table, setting := v.Key[:max(dot, 0)], v.Key[dot+1:]+" = "+literal(v.Value)+"\n"
	line, ok := found[table]
	if !ok {
		return strings.TrimRight(text, "\r\n") + "\n\n[" + table + "]\n" + setting
	}
	lines := strings.SplitAfter(text, "\n")
	if last := len(lines) - 1; !strings.HasSuffix(lines[min(line, last+1)-1], "\n") {
		lines[line-1] += "\n"
	}
	return strings.Join(lines[:line], "") + setting + strings.Join(lines[line:], "")
}

// textAt is the text at a key, as it was read; nil where none is.
func textAt(doc *document.Document, key string) any {
	var at any = doc.Values
	for part := range strings.SplitSeq(key, ".") {
		table, _ := at.(map[string]any)
		at = table[part]
	}
	if text, ok := at.(string); ok {
		return text
	}
	return nil
}
