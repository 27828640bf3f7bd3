package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"
)

// lines are what is typed at the terminal, with history and completion, or what comes through a pipe; sits tells whether
// a person sits there.
func (a *app) lines(complete *completer, dir string) (reader lineReader, sits bool, err error) {
	file, sits := a.terminal()
	if !sits {
		scanner := bufio.NewScanner(a.in)
		scanner.Buffer(nil, longestLine)
		return piped{scanner}, false, nil
	}
	before, err := term.MakeRaw(int(file.Fd()))
	if err != nil {
		return nil, true, fmt.Errorf("open terminal: %w", err)
	}
	undo, err := showEscapes()
	if err != nil {
		return nil, true, errors.Join(fmt.Errorf("open terminal: %w", err), term.Restore(int(file.Fd()), before))
	}
	t := &typed{file: file, raw: before, undo: undo, answers: make(chan answer), keys: &keys{from: file}, complete: complete}
	t.terminal = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{t.keys, os.Stderr}, "")
	if width, height, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
		_ = t.terminal.SetSize(width, height) // a width that is not taken wraps where it always did
	}
	t.terminal.AutoCompleteCallback = t.tab
	t.terminal.History = readHistory(filepath.Join(dir, "repl_history"))
	return t, true, nil
}

// longestLine is how long a line may be that comes through a pipe.
const longestLine = 1 << 20

// errDropped is a line that was given up with Ctrl-C.
var errDropped = errors.New("line dropped")

// typed are lines that a person types. The terminal is raw only while a line is read: what a line does may be cancelled
// as anywhere else.
type typed struct {
	file     *os.File
	terminal *term.Terminal
	raw      *term.State // as it was
	undo     func()
	keys     *keys
	answers  chan answer
	complete *completer
	open     string // what the line goes on from
}

type answer struct {
	line string
	err  error
}

func (t *typed) read(ctx context.Context, prompt, open string) (string, error) {
	if _, err := term.MakeRaw(int(t.file.Fd())); err != nil {
		return "", fmt.Errorf("read terminal: %w", err)
	}
	defer func() { _ = term.Restore(int(t.file.Fd()), t.raw) }()
	t.terminal.SetPrompt(prompt)
	t.open = open
	go func() {
		line, err := t.terminal.ReadLine()
		if t.keys.dropped {
			t.keys.dropped, err = false, errDropped
		}
		t.answers <- answer{line, err}
	}()
	select {
	case got := <-t.answers:
		return got.line, got.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// tab goes on with the word before the cursor, as far as all that it can be agree; where they do not, it shows them.
func (t *typed) tab(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' {
		return "", 0, false
	}
	begin, found := t.complete.at(t.open, line[:pos])
	if len(found) == 0 {
		return line, pos, true
	}
	common := found[0]
	for _, other := range found {
		for !strings.HasPrefix(other, common) {
			common = common[:len(common)-1]
		}
	}
	if common == line[begin:pos] && len(found) > 1 {
		fmt.Fprintln(t.terminal, strings.Join(shortNames(found), "  "))
	}
	return line[:begin] + common + line[pos:], begin + len(common), true
}

// shortNames are names without what they all begin with, up to a dot.
func shortNames(names []string) []string {
	short := make([]string, len(names))
	for i, name := range names {
		short[i] = strings.TrimSpace(name[strings.LastIndexAny(name, ".:")+1:])
	}
	return short
}

func (t *typed) close() {
	_ = term.Restore(int(t.file.Fd()), t.raw)
	t.undo()
}

// keys are what the keyboard sends. The terminal's library ends a session at Ctrl-C; here it drops the line: the line is
// cleared, and ended.
type keys struct {
	from    io.Reader
	pending []byte
	dropped bool
}

const ctrlC = 3

// clearLine are the keys that go to the end of a line, clear it, and end it.
const clearLine = "\x05\x15\r"

// Read gives what was typed up to the next Ctrl-C.
func (k *keys) Read(p []byte) (int, error) {
	if len(k.pending) == 0 {
		buffer := make([]byte, len(p))
		n, err := k.from.Read(buffer)
		if k.pending = buffer[:n]; n == 0 {
			return 0, err
		}
	}
	if k.pending[0] == ctrlC {
		k.pending, k.dropped = k.pending[1:], true
		return copy(p, clearLine), nil
	}
	n := bytes.IndexByte(k.pending, ctrlC)
	if n < 0 {
		n = len(k.pending)
	}
	n = copy(p, k.pending[:n])
	k.pending = k.pending[n:]
	return n, nil
}

// mostLines is how many lines are kept for the next session.
const mostLines = 1000

// history are the lines that were typed, oldest first, those of earlier sessions included. Each is kept in the file as it
// comes; that it can not be written there is no reason to stop.
type history struct {
	path  string
	lines []string
}

func readHistory(path string) *history {
	h := &history{path: path}
	text, err := os.ReadFile(path)
	if err != nil {
		return h // the first session
	}
	for line := range strings.Lines(string(text)) {
		h.lines = append(h.lines, strings.TrimRight(line, "\r\n"))
	}
	if len(h.lines) > mostLines {
		h.lines = h.lines[len(h.lines)-mostLines:]
		_ = os.WriteFile(path, []byte(strings.Join(h.lines, "\n")+"\n"), 0o600)
	}
	return h
}

// Add keeps a line, unless it is empty or the same again.
func (h *history) Add(line string) {
	if line = strings.TrimSpace(line); line == "" || len(h.lines) > 0 && h.lines[len(h.lines)-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	file, err := os.OpenFile(h.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return
	}
	_, err = file.WriteString(line + "\n")
	_ = errors.Join(err, file.Close())
}

// Len is how many lines there are.
func (h *history) Len() int { return len(h.lines) }

// At is a line, 0 the newest.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }
