package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"github.com/djscript/djscript/host/run"
)

// lines are what is typed at the terminal, with history and completion, or what comes through a pipe; sits tells whether
// a person sits there.
func (a *app) lines(session *run.Session, dir string) (reader lineReader, sits bool, err error) {
	file, sits := a.terminal()
	if !sits {
		return piped{bufio.NewScanner(a.in)}, false, nil
	}
	before, err := term.MakeRaw(int(file.Fd()))
	if err != nil {
		return nil, true, fmt.Errorf("open terminal: %w", err)
	}
	undo, err := showEscapes()
	if err != nil {
		return nil, true, errors.Join(fmt.Errorf("open terminal: %w", err), term.Restore(int(file.Fd()), before))
	}
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{file, os.Stderr}, "")
	if width, height, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
		_ = t.SetSize(width, height) // a width that is not taken wraps where it always did
	}
	typed := &typed{
		file: file, terminal: t, raw: before, undo: undo, answers: make(chan answer),
		history: filepath.Join(dir, "repl_history"),
	}
	t.AutoCompleteCallback = func(line string, pos int, key rune) (string, int, bool) {
		if key != '\t' {
			return "", 0, false
		}
		return complete(session, line, pos)
	}
	typed.load()
	return typed, true, nil
}

// typed are lines that a person types. The terminal is raw only while a line is read: what a line does may be cancelled
// as anywhere else.
type typed struct {
	file     *os.File
	terminal *term.Terminal
	raw      *term.State // as it was
	undo     func()
	answers  chan answer
	history  string
}

type answer struct {
	line string
	err  error
}

func (t *typed) read(ctx context.Context, prompt string) (string, error) {
	if _, err := term.MakeRaw(int(t.file.Fd())); err != nil {
		return "", fmt.Errorf("read terminal: %w", err)
	}
	defer func() { _ = term.Restore(int(t.file.Fd()), t.raw) }()
	t.terminal.SetPrompt(prompt)
	go func() {
		line, err := t.terminal.ReadLine()
		t.answers <- answer{line, err}
	}()
	select {
	case got := <-t.answers:
		return got.line, got.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// load gives the terminal the lines of the sessions before.
func (t *typed) load() {
	text, err := os.ReadFile(t.history)
	if err != nil {
		return // the first session, or a history that can not be read: nothing is lost
	}
	for line := range strings.Lines(string(text)) {
		t.terminal.History.Add(strings.TrimSuffix(line, "\n"))
	}
}

// close keeps the lines for the next session.
func (t *typed) close() {
	var lines []string
	for i := range t.terminal.History.Len() {
		lines = append([]string{t.terminal.History.At(i) + "\n"}, lines...)
	}
	_ = os.WriteFile(t.history, []byte(strings.Join(lines, "")), 0o600) // a convenience: its loss harms nobody
	_ = term.Restore(int(t.file.Fd()), t.raw)
	t.undo()
}

// complete goes on with the name before the cursor: as far as all that it can be agree.
func complete(session *run.Session, line string, pos int) (string, int, bool) {
	begin := pos
	for begin > 0 && strings.ContainsRune(nameRunes, rune(line[begin-1])) {
		begin--
	}
	found := session.Complete(line[begin:pos])
	if len(found) == 0 {
		return "", 0, false
	}
	common := found[0]
	for _, other := range found {
		for !strings.HasPrefix(other, common) {
			common = common[:len(common)-1]
		}
	}
	return line[:begin] + common + line[pos:], begin + len(common), true
}

const nameRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:"
