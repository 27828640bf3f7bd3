package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Mistake is one thing wrong in a file.
type Mistake struct {
	File string
	Line int    // from 1; 0: the file as a whole
	Key  string // "destination.local.path", "cron.noite.schedule"; "" where the line is no key
	Code string // as in message.Code
	Err  *message.Error
}

// Error is one line: "djscript.toml:12: destination.local.path: " and what is wrong.
func (m Mistake) Error() string {
	where := m.File
	if m.Line > 0 {
		where = fmt.Sprintf("%s:%d", m.File, m.Line)
	}
	if m.Key != "" {
		where += ": " + m.Key
	}
	return where + ": " + m.Err.Sentence()
}

// Hint is what to do about it.
func (m Mistake) Hint() string { return m.Err.Hint() }

// Unwrap is the error without its place.
func (m Mistake) Unwrap() error { return m.Err }

// Mistakes are all that is wrong in a file, or in several that belong together.
type Mistakes []Mistake

// Error is a line for each mistake, and its hint, indented, on the next.
func (all Mistakes) Error() string {
	var lines []string
	for _, m := range all {
		lines = append(lines, m.Error())
		if hint := m.Hint(); hint != "" {
			lines = append(lines, "  "+hint)
		}
	}
	return strings.Join(lines, "\n")
}

// Sorted are the mistakes in the order of their files.
func (all Mistakes) Sorted() Mistakes {
	slices.SortStableFunc(all, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key))
	})
	return all
}

// Unwrap are the mistakes, one by one.
func (all Mistakes) Unwrap() []error {
	errs := make([]error, len(all))
	for i, m := range all {
		errs[i] = m
	}
	return errs
}
