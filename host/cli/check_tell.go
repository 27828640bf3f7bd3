package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/lua"
)

// How a check tells its mistakes.
const (
	formatText  = "text"
	formatShort = "short" // one line each, as editors and build servers read them
)

// mistake is one thing wrong in a file that a person wrote.
type mistake struct {
	Level   string `json:"level"`
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"` // in bytes, from 1
	Key     string `json:"key,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Source  string `json:"source,omitempty"` // the line itself, of a script
}

// note keeps a mistake, once.
func (i *inspection) note(m mistake) {
	if !i.told[m] {
		i.told[m] = true
		i.mistakes = append(i.mistakes, m)
	}
}

// order puts the mistakes of each file by line; files stay in the order in which they were read.
func (i *inspection) order() {
	slices.SortStableFunc(i.mistakes, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(slices.Index(i.files, a.File), slices.Index(i.files, b.File)), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// count is how many mistakes there are of a level.
func (i *inspection) count(level string) int {
	n := 0
	for _, m := range i.mistakes {
		if m.Level == level {
			n++
		}
	}
	return n
}

func (i *inspection) tell(flags checkFlags) error {
	i.order()
	a := i.app
	end := i.end(flags.strict)
	if a.json {
		told := map[string]any{"ok": end == nil, "checked": i.files, "mistakes": i.mistakes}
		if flags.explain {
			told["scripts"] = i.powers
		}
		return errors.Join(a.printJSON(told), end)
	}
	for _, m := range i.mistakes {
		if flags.format == formatShort {
			m.printShort(a.out)
		} else {
			m.print(a.err)
		}
	}
	if flags.explain {
		for _, e := range i.powers {
			e.print(a.out)
		}
	}
	switch {
	case end == nil && flags.format != formatShort:
		i.tellWell()
	case end != nil && i.count(lua.LevelError) == 0:
		fmt.Fprintln(a.err, message.Plural("cli.check_strict", i.count(lua.LevelWarning), message.Args{"files": i.checkedFiles()}))
	}
	return end
}

// tellWell is the line under a check that found nothing to fail for.
func (i *inspection) tellWell() {
	text := message.Plural("cli.check_well", len(i.files), nil)
	if warnings := i.count(lua.LevelWarning); warnings > 0 {
		text = message.Plural("cli.check_warned", warnings, message.Args{"files": i.checkedFiles()})
	}
	fmt.Fprintln(i.app.out, text)
}

// checkedFiles is how many files were checked, in words.
func (i *inspection) checkedFiles() string {
	return message.Plural("cli.check_files", len(i.files), nil)
}

// end is how the command ends: warnings fail only where that was asked for.
func (i *inspection) end(strict bool) error {
	if i.count(lua.LevelError) > 0 || strict && len(i.mistakes) > 0 {
		return ended(run.ExitWrong)
	}
	return nil
}

// where is "store.lua:17", or the file alone.
func (m mistake) where() string {
	if m.Line == 0 {
		return m.File
	}
	return fmt.Sprintf("%s:%d", m.File, m.Line)
}

// printShort writes "store.lua:17:5: [option.unknown] message".
func (m mistake) printShort(w io.Writer) {
	text := m.Message
	if m.Key != "" {
		text = m.Key + ": " + text
	}
	fmt.Fprintf(w, "%s:%d:%d: [%s] %s\n", m.File, max(m.Line, 1), max(m.Column, 1), m.Code, oneLine(text))
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// print writes the place and what is wrong, the line itself where it is known, and the cure: as any other command does
// that meets the same mistake.
func (m mistake) print(w io.Writer) {
	word := message.Text("cli.error", nil)
	if m.Level == lua.LevelWarning {
		word = message.Text("cli.warning", nil)
	}
	where := m.where()
	if m.Key != "" {
		where += ": " + m.Key
	}
	fmt.Fprintf(w, "%s %s: %s\n", word, where, m.Message)
	if line, caret := m.excerpt(); line != "" {
		fmt.Fprintf(w, "    %s\n", line)
		if caret >= 0 {
			fmt.Fprintf(w, "    %s^\n", strings.Repeat(" ", caret))
		}
	}
	if m.Hint != "" {
		fmt.Fprintf(w, "  → %s\n", m.Hint)
	}
}

// Most signs of a line that are shown, and how many of them stand before the place that is meant.
const (
	excerptWidth = 100
	excerptLead  = 60
)

// excerpt is the part of the line that is meant, and how many signs stand before the place; -1 where it is not known.
func (m mistake) excerpt() (line string, caret int) {
	column := min(max(m.Column-1, 0), len(m.Source))
	before := strings.TrimLeft(m.Source[:column], " \t")
	rest := m.Source[column:]
	if before == "" {
		rest = strings.TrimLeft(rest, " \t")
	}
	runes, caret := []rune(before+strings.TrimRight(rest, " \t\r")), utf8.RuneCountInString(before)
	if caret > excerptLead && len(runes) > excerptWidth {
		cut := caret - excerptLead
		runes, caret = append([]rune("…"), runes[cut:]...), caret-cut+1
	}
	if len(runes) > excerptWidth {
		runes = append(runes[:excerptWidth:excerptWidth], '…')
	}
	for n, r := range runes {
		if r < ' ' || r == utf8.RuneError {
			runes[n] = ' ' // a tab would move the caret
		}
	}
	if m.Column == 0 {
		caret = -1
	}
	return string(runes), caret
}
