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
	if d := asDecimal(l.Get(position)); d != nil && (verb == 'f' || verb == 'd') {
		return s.formatDecimal(l, flags, verb, d)
	}
	switch verb {
	case 'd', 'i':
		n := s.wholeArg(l, flags+string(verb), position)
		return formatInteger(flags, verb, n < 0, uint64(max(n, -n))) //nolint:gosec // without its sign
	case 'o', 'u', 'x', 'X':
		n := s.wholeArg(l, flags+string(verb), position)
		return formatInteger(flags, verb, false, uint64(n)) //nolint:gosec // as C prints it
	case 'c':
		return formatText(flags, string([]byte{byte(s.wholeArg(l, flags+string(verb), position))})) //nolint:gosec // as C prints it
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

// formatInteger is printf of a whole number. Go's own puts signs before hexadecimal and counts 0x out of the width.
func formatInteger(flags string, verb byte, negative bool, n uint64) string {
	marks, width, precision, cutShort := splitFlags(flags)
	digits := strconv.FormatUint(n, baseOf(verb))
	if cutShort && precision == 0 && n == 0 {
		digits = ""
	}
	digits = strings.Repeat("0", max(0, precision-len(digits))) + digits
	prefix := ""
	switch {
	case negative:
		prefix = "-"
	case verb == 'd' || verb == 'i':
		prefix = plusOrBlank(marks)
	case strings.Contains(marks, "#") && verb == 'o' && !strings.HasPrefix(digits, "0"):
		prefix = "0"
	case strings.Contains(marks, "#") && verb != 'o' && verb != 'u' && n != 0:
		prefix = "0x"
	}
	if strings.Contains(marks, "0") && !strings.Contains(marks, "-") && !cutShort {
		digits = strings.Repeat("0", max(0, width-len(prefix)-len(digits))) + digits
	}
	text := prefix + digits
	if verb == 'X' {
		text = strings.ToUpper(text)
	}
	return pad(marks, width, text)
}

func baseOf(verb byte) int {
	switch verb {
	case 'o':
		return 8
	case 'x', 'X':
		return 16
	}
	return 10
}

func plusOrBlank(marks string) string {
	switch {
	case strings.Contains(marks, "+"):
		return "+"
	case strings.Contains(marks, " "):
		return " "
	}
	return ""
}

// splitFlags splits "-08.3" into its marks, its width and its precision; cutShort tells whether there is a precision.
func splitFlags(flags string) (marks string, width, precision int, cutShort bool) {
	rest := strings.TrimLeft(flags, "-+ #0")
	widthText, precisionText, cutShort := strings.Cut(rest, ".")
	width, _ = strconv.Atoi(widthText)
	precision, _ = strconv.Atoi(precisionText)
	return flags[:len(flags)-len(rest)], width, precision, cutShort
}

func pad(marks string, width int, text string) string {
	padding := strings.Repeat(" ", max(0, width-len(text)))
	if strings.Contains(marks, "-") {
		return text + padding
	}
	return padding + text
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
		marks, width, _, _ := splitFlags(flags)
		if text[0] != '-' {
			text = plusOrBlank(marks) + text
		}
		return pad(marks, width, text)
	}
	if (verb == 'g' || verb == 'G') && !strings.Contains(flags, ".") {
		flags += ".6"
	}
	return fmt.Sprintf("%"+flags+string(verb), n)
}

// formatDecimal is printf of a Decimal, to its last digit.
func (s *State) formatDecimal(l *glua.LState, flags string, verb byte, d *Decimal) string {
	marks, width, places, cutShort := splitFlags(flags)
	if verb == 'd' && d.Cmp(d.Round(0)) != 0 {
		s.badFormat(l, flags+"d", "lua.format_whole")
	}
	switch {
	case verb == 'd':
		places = 0
	case !cutShort:
		places = 6
	}
	text := d.Round(places).String()
	sign, digits := plusOrBlank(marks), strings.TrimPrefix(text, "-")
	if digits != text {
		sign = "-"
	}
	if strings.Contains(marks, "0") && !strings.Contains(marks, "-") {
		digits = strings.Repeat("0", max(0, width-len(sign)-len(digits))) + digits
	}
	return pad(marks, width, sign+digits)
}

// formatText pads by bytes, as C does: the columns of a file are bytes.
func formatText(flags, text string) string {
	marks, width, precision, cutShort := splitFlags(flags)
	if cutShort {
		text = text[:min(precision, len(text))]
	}
	return pad(marks, width, text)
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
