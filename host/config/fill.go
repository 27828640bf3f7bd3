package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/document"
)

// Value is one setting for Fill.
type Value struct {
	Key   string // "store.id", "database.loja.path"
	Value any    // string, bool, int or []string
}

// Fill is the documented configuration with those values set, for `djscript init`.
//
// In the documented configuration "# " begins prose, and "#" with no space after it switches an example off:
// "#[destination.local]", "#path = ...". A value's line is switched on, with the table it stands in, and keeps its
// prose; a key without an example goes right below its table's header; a table without one goes to the end.
func Fill(template []byte, values ...Value) []byte {
	lines := strings.Split(strings.TrimRight(string(template), "\n"), "\n")
	for _, v := range values {
		at := strings.LastIndex(v.Key, ".")
		lines = fill(lines, v.Key[:max(at, 0)], v.Key[at+1:]+" = "+literal(v.Value), v.Key[at+1:])
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

func fill(lines []string, table, setting, key string) []string {
	header := find(lines, 0, headerLine(table))
	if header < 0 {
		return append(lines, "", "["+table+"]", setting)
	}
	lines[header] = "[" + table + "]"
	end := find(lines, header+1, anyHeader)
	if end < 0 {
		end = len(lines)
	}
	if i := find(lines[:end], header+1, settingLine(key)); i >= 0 {
		lines[i] = setting
		return lines
	}
	rest := append([]string{setting}, lines[header+1:]...)
	return append(lines[:header+1], rest...)
}

var anyHeader = regexp.MustCompile(`^#?\[`)

func headerLine(table string) *regexp.Regexp {
	return regexp.MustCompile(`^#?\[` + regexp.QuoteMeta(table) + `\]`)
}

func settingLine(key string) *regexp.Regexp {
	return regexp.MustCompile(`^#?` + regexp.QuoteMeta(key) + `\s*=`)
}

func find(lines []string, from int, shape *regexp.Regexp) int {
	for i := from; i < len(lines); i++ {
		if shape.MatchString(lines[i]) {
			return i
		}
	}
	return -1
}

// literal is a value as TOML, with Windows paths left readable.
func literal(value any) string {
	switch value := value.(type) {
	case string:
		return quoted(value)
	case []string:
		all := make([]string, len(value))
		for i, one := range value {
			all[i] = quoted(one)
		}
		return "[" + strings.Join(all, ", ") + "]"
	}
	return fmt.Sprint(value)
}

func quoted(text string) string {
	if strings.Contains(text, `\`) && !strings.Contains(text, "'") && !document.HasControl(text) {
		return "'" + text + "'"
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			b.WriteString(`\u` + strings.ToUpper(strconv.FormatInt(0x10000+int64(r), 16))[1:])
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}
