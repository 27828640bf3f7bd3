package cli

import (
	"strconv"

	"github.com/djscript/djscript/host/journal"
	"github.com/djscript/djscript/host/message"
)

const (
	usualRuns  = 30 // how many runs before tell what is usual
	fewestRuns = 3  // and how many it takes to speak of it
	much       = 2  // times the usual
)

// used is one resource of a run beside what its job takes as a rule.
type used struct {
	name       string // as in JSON
	now, usual float64
	little     float64 // less than that is nothing to speak of
	show       func(float64) string
}

func usedOf(now, usual journal.Usage) []used {
	count := func(n float64) string { return strconv.FormatInt(int64(n), 10) }
	bytes := func(n float64) string {
		if n == 0 {
			return "-"
		}
		return size(int64(n))
	}
	return []used{
		{"steps", float64(now.Steps), float64(usual.Steps), 1e6, count},
		{"seconds", now.Seconds, usual.Seconds, 10, lasted},
		{"memory", float64(now.Memory), float64(usual.Memory), 64 << 20, bytes},
		{"files_written", float64(now.FilesWritten), float64(usual.FilesWritten), 3, count},
		{"bytes_written", float64(now.BytesWritten), float64(usual.BytesWritten), 1 << 20, bytes},
		{"files_dropped", float64(now.FilesDropped), float64(usual.FilesDropped), 3, count},
	}
}

func (u used) much() bool { return u.now >= u.little && u.now > much*u.usual }

// usualOf is what the runs of the same job took as a rule before; nil where they are too few to say.
func usualOf(kept journal.Journal, e *journal.Entry) (*journal.Usage, error) {
	before, err := kept.Before(e, usualRuns)
	if err != nil || len(before) < fewestRuns {
		return nil, err
	}
	usual := journal.Usual(before)
	return &usual, nil
}

// unusual are the names of what a run took much more of than usual.
func unusual(now, usual *journal.Usage) []string {
	names := []string{}
	if now == nil || usual == nil {
		return names
	}
	for _, u := range usedOf(*now, *usual) {
		if u.much() {
			names = append(names, u.name)
		}
	}
	return names
}

// usage shows what a run took of its limits.
func (s *story) usage(now, usual *journal.Usage) error {
	if now == nil {
		return nil
	}
	words := columns("cli.usage_words")
	known := journal.Usage{}
	if usual != nil {
		known = *usual
	}
	var rows [][]string
	for i, u := range usedOf(*now, known) {
		row := []string{"  " + words[i], u.show(u.now), "-", ""}
		if usual != nil {
			row[2] = u.show(u.usual)
		}
		if usual != nil && u.much() {
			row[3] = message.Text("cli.usage_much", nil)
		}
		rows = append(rows, row)
	}
	head := columns("cli.usage_columns")
	head[0] = "  " + head[0]
	return table(s.out, head, rows)
}
