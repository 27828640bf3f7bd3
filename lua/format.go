package lua

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// textFormat is string.format of Lua 5.1 that raises where a value is missing, is of the wrong kind, or would lose its
// decimals: "%d" of 3.7 is an error, not 3.
func (s *State) textFormat(l *glua.LState) int {
	format := s.stringArg(l, "format", 1)
	var b strings.Builder
	position := 1
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		i++
		if i < len(format) && format[i] == '%' {
			b.WriteByte('%')
			continue
		}
		end := i
		for end < len(format) && strings.IndexByte("-+ #0123456789.", format[end]) >= 0 {
			end++
		}
		if end == len(format) {
			s.badFormat(l, format[i:], "lua.format_unknown")
		}
		flags, verb := format[i:end], format[end]
		if !goodFlags(flags) {
			s.badFormat(l, format[i:end+1], "lua.format_unknown")
		}
		position++
		if position > l.GetTop() {
			s.badFormat(l, format[i:end+1], "lua.format_missing")
		}
		b.WriteString(s.formatOne(l, flags, verb, position))
		if b.Len() > MaxText {
			s.tooLong(l, b.Len())
		}
		i = end
	}
	return s.pushText(l, b.String())
}

func (s *State) badFormat(l *glua.LState, option, why string) {
	s.raise(l, &fault{code: "arg.type", key: "lua.format", args: map[string]any{
		"option": option, "text": s.options.Say.speak(why, nil),
	}})
}

// goodFlags accepts flags, at most two digits of width and at most two of precision, as Lua does.
func goodFlags(flags string) bool {
	rest := strings.TrimLeft(flags, "-+ #0")
	width, precision, _ := strings.Cut(rest, ".")
	return len(flags)-len(rest) <= 5 && len(width) <= 2 && len(precision) <= 2 &&
		strings.Trim(width+precision, "0123456789") == ""
}

func (s *State) formatOne(l *glua.LState, flags string, verb byte, position int) string {
	switch verb {
	case 'd', 'i', 'u':
		return fmt.Sprintf("%"+integerFlags(flags)+"d", s.wholeArg(l, flags+string(verb), position))
	case 'o', 'x', 'X':
		return fmt.Sprintf("%"+flags+string(verb), uint64(s.wholeArg(l, flags+string(verb), position))) //nolint:gosec // as C prints it
	case 'c':
		return string([]byte{byte(s.wholeArg(l, flags+string(verb), position))}) //nolint:gosec // as C prints it
	case 'e', 'E', 'f', 'g', 'G':
		return formatFloat(flags, verb, s.number(l, "format", position))
	case 'q':
		return quoteText(s.stringArg(l, "format", position))
	case 's':
		return formatText(flags, s.tostring(l, l.Get(position)))
	}
	s.badFormat(l, flags+string(verb), "lua.format_unknown")
	return ""
}

// integerFlags drops the zero flag where a precision is given, as C does.
func integerFlags(flags string) string {
	if strings.Contains(flags, ".") {
		rest := strings.TrimLeft(flags, "-+ #0")
		return strings.ReplaceAll(flags[:len(flags)-len(rest)], "0", "") + rest
	}
	return strings.ReplaceAll(flags, "#", "")
}

func (s *State) wholeArg(l *glua.LState, option string, position int) int64 {
	n := s.number(l, "format", position)
	if n != math.Trunc(n) || math.Abs(n) > math.MaxInt64/2 {
		s.badFormat(l, option, "lua.format_whole")
	}
	return int64(n)
}

func formatFloat(flags string, verb byte, n float64) string {
	if math.IsInf(n, 0) || math.IsNaN(n) {
		text := formatNumber(n)
		if verb < 'a' {
			text = strings.ToUpper(text)
		}
		return formatText(strings.ReplaceAll(flags, "0", ""), text)
	}
	if (verb == 'g' || verb == 'G') && !strings.Contains(flags, ".") {
		flags += ".6"
	}
	return fmt.Sprintf("%"+flags+string(verb), n)
}

// formatText pads by bytes, as C does: the columns of a file are bytes.
func formatText(flags, text string) string {
	left := strings.HasPrefix(flags, "-")
	widthText, precisionText, cutShort := strings.Cut(strings.TrimLeft(flags, "-+ #0"), ".")
	if cutShort {
		precision, _ := strconv.Atoi(precisionText)
		text = text[:min(precision, len(text))]
	}
	width, _ := strconv.Atoi(widthText)
	padding := strings.Repeat(" ", max(0, width-len(text)))
	if left {
		return text + padding
	}
	return padding + text
}

// quoteText is %q: a text as Lua would read it back.
func quoteText(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(text) {
		switch c := text[i]; c {
		case '"', '\\', '\n':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\r':
			b.WriteString(`\r`)
		case 0:
			b.WriteString(`\000`)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
