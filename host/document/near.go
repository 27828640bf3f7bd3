package document

import (
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Offer are the places of a sentence about a name that is not known: {{.name}}, {{.near}} (may be empty) and
// {{.known}}.
func Offer(name string, known []string) message.Args {
	near := Near(name, known)
	if rule := message.Rule(name); slices.Contains(known, rule) {
		near = rule
	}
	return message.Args{"name": Clip(name), "near": near, "known": strings.Join(known, ", ")}
}

// Near is the known name that a hand may have meant, or "".
func Near(name string, known []string) string {
	if len(name) > 64 {
		return ""
	}
	best, found := len([]rune(name))/3+1, ""
	for _, candidate := range known {
		d := distance([]rune(strings.ToLower(name)), []rune(strings.ToLower(candidate)))
		if d < best || d == best && found == "" {
			best, found = d, candidate
		}
	}
	return found
}

// distance counts the letters to add, drop, change or swap with a neighbour.
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
