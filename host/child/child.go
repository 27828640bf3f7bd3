// Package child starts this program once more, as a child process with a limit of memory: what a script does wrong in
// there ends that process and no other.
//
// The child is handed its request on its standard input, and does nothing before the limit stands. That input stays open: its
// end asks the child to end, on systems too that have no signals. It answers in lines on its standard output; its
// standard error is for last words, which no person should read. A child never outlives its parent, however that dies.
package child

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// Options are what a child is started with.
type Options struct {
	Program string
	Args    []string
	Dir     string   // "": ours
	Env     []string // nil: ours

	Memory  int64             // bytes that it may take for its work; 0: no limit. What it starts in its turn is not limited
	Request any               // what it is handed, as JSON
	Line    func(line []byte) // is told of each line that it writes; called from one goroutine
	Answers <-chan any        // what it is told while it works, as JSON, a line each; nil: nothing
	Grace   time.Duration     // how long it may take to end by itself when the context ends
}

// Child is a child process that was started.
type Child struct {
	cmd       *exec.Cmd
	options   Options
	input     *os.File
	lines     *lines
	words     *head
	enclosure enclosure
	over      chan struct{}
	ended     Ended
	err       error
}

// Ended is how a child ended.
type Ended struct {
	Exit        int    // -1: by a signal
	Signal      string // "killed"; "" where it exited, and on Windows
	OutOfMemory bool   // it asked for more memory than it may have
	PeakMemory  int64  // bytes; 0: not known
	LastWords   string // what it wrote to its standard error, cut where it is long
}

// Start starts a child. When ctx ends it is asked to end, and killed after Grace.
func Start(ctx context.Context, o Options) (*Child, error) {
	c := &Child{
		cmd: exec.CommandContext(ctx, o.Program, o.Args...), options: o, lines: &lines{tell: o.Line}, words: &head{}, over: make(chan struct{}),
	}
	c.cmd.Dir, c.cmd.Env = o.Dir, o.Env
	c.cmd.Stdout, c.cmd.Stderr = c.lines, c.words
	c.cmd.Cancel = func() error { return c.input.Close() }
	c.cmd.WaitDelay = max(o.Grace, time.Millisecond) // zero would wait for ever
	c.cmd.SysProcAttr = attributes()
	started := make(chan error)
	go c.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", o.Program, err)
	}
	return c, nil
}

// Kill ends the child at once, where asking is of no use any more.
func (c *Child) Kill() { _ = c.cmd.Process.Kill() } // one that has ended needs no killing

// Linux tells a child of its parent's death when the thread that started it ends, which may be long before the
// process does: so one thread starts the child and stays with it.
func (c *Child) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := c.begin()
	started <- err
	if err != nil {
		return
	}
	err = c.cmd.Wait()
	_ = c.input.Close()
	c.end(err)
	close(c.over)
}

func (c *Child) begin() error {
	letter, err := c.letter()
	if err != nil {
		return err
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	c.cmd.Stdin, c.input = theirs, ours
	err = errors.Join(c.cmd.Start(), theirs.Close())
	if err == nil {
		c.enclosure, err = enclose(c.cmd.Process, c.options.Memory)
	}
	if err != nil {
		_ = ours.Close()
		if c.cmd.Process != nil {
			_ = c.cmd.Process.Kill()
			_ = c.cmd.Wait()
		}
		return err
	}
	go c.talk(letter)
	return nil
}

// talk writes what the child reads. A child that died meanwhile is told of by its end.
func (c *Child) talk(letter []byte) {
	_, err := c.input.Write(letter)
	for err == nil {
		select {
		case answer := <-c.options.Answers:
			err = json.NewEncoder(c.input).Encode(answer)
		case <-c.over:
			return
		}
	}
}

func (c *Child) letter() ([]byte, error) {
	request, err := json.Marshal(c.options.Request)
	if err != nil {
		return nil, fmt.Errorf("write request: %w", err)
	}
	letter, err := json.Marshal(envelope{Memory: c.options.Memory, Request: request})
	return append(letter, '\n'), err
}

func (c *Child) end(err error) {
	defer c.enclosure.close()
	state := c.cmd.ProcessState
	if state == nil {
		c.err = fmt.Errorf("wait for %s: %w", c.options.Program, err)
		return
	}
	c.ended = Ended{
		Exit: state.ExitCode(), Signal: signalOf(state), PeakMemory: c.enclosure.peak(state),
		LastWords: c.words.String(), OutOfMemory: noMemory.MatchString(c.words.String()),
	}
}

// Wait waits for the end. How the child ended is no error.
func (c *Child) Wait() (Ended, error) {
	<-c.over
	return c.ended, c.err
}

// What Go says when it dies for want of memory: of the heap, of its own tables, of a stack, on Windows of a thread; and what
// the C library and the race detector say.
var noMemory = regexp.MustCompile(`(?m)^fatal error: .*(out of memory|cannot allocate memory|stack overflow|page summary memory` +
	`|failed to commit pages|runtime\.newosproc)` +
	`|^runtime/cgo: pthread_create failed|ThreadSanitizer.* failed to allocate`)

// Cause is the one line of its last words that says why it died, without Go's frames; "" where there is none.
func (e Ended) Cause() string {
	for line := range strings.Lines(e.LastWords) {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// lines cuts what is written into lines.
type lines struct {
	tell func([]byte)
	rest []byte
}

func (l *lines) Write(text []byte) (int, error) {
	n := len(text)
	for {
		line, after, found := bytes.Cut(text, []byte{'\n'})
		l.rest = append(l.rest, line...)
		if !found {
			return n, nil
		}
		if l.tell != nil {
			l.tell(l.rest)
		}
		l.rest, text = l.rest[:0], after
	}
}

// maxWords is enough for why a Go program died; the frames of all its goroutines may be many times that.
const maxWords = 16 << 10

// head keeps the beginning of what is written.
type head struct{ text []byte }

func (h *head) Write(text []byte) (int, error) {
	h.text = append(h.text, text[:min(len(text), maxWords-len(h.text))]...)
	return len(text), nil
}

func (h *head) String() string { return string(h.text) }
