package secret

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Mask returns a function that puts "***" where a text holds one of these values, as it is or as JSON, Go or a URL
// writes it. Values that overlap are hidden together, the longest whole.
func Mask(known []Text) func(string) string {
	var values []string
	for _, secret := range known {
		values = append(values, spellings(secret.Reveal())...)
	}
	slices.SortFunc(values, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	values = slices.Compact(values)
	return func(text string) string {
		spans := occurrences(text, values)
		if len(spans) == 0 {
			return text
		}
		return cover(text, spans)
	}
}

func spellings(value string) []string {
	if value == "" {
		return nil
	}
	inJSON, _ := json.Marshal(value) // a string always marshals
	return []string{
		value, unquoted(string(inJSON)), unquoted(strconv.Quote(value)), url.QueryEscape(value), url.PathEscape(value),
	}
}

func unquoted(quoted string) string { return quoted[1 : len(quoted)-1] }

type span struct{ from, to int }

func occurrences(text string, values []string) []span {
	var spans []span
	for _, value := range values {
		for from := 0; ; {
			at := strings.Index(text[from:], value)
			if at < 0 {
				break
			}
			spans = append(spans, span{from + at, from + at + len(value)})
			from += at + 1
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	return spans
}

// cover hides spans that overlap under one mask: what two secrets share must not show where one of them ends.
func cover(text string, spans []span) string {
	var out strings.Builder
	end := 0
	for i, s := range spans {
		if i == 0 || s.from >= end {
			out.WriteString(text[end:s.from])
			out.WriteString(hidden)
		}
		end = max(end, s.to)
	}
	out.WriteString(text[end:])
	return out.String()
}
