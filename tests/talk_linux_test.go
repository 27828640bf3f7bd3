package tests

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// openTerminal opens a terminal of its own: the end that a person types at and looks at, and the end that a program has.
func openTerminal() (person, program *os.File, err error) {
	person, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	raw := int(person.Fd())
	if err := unix.IoctlSetPointerInt(raw, unix.TIOCSPTLCK, 0); err != nil {
		return nil, nil, err
	}
	n, err := unix.IoctlGetInt(raw, unix.TIOCGPTN)
	if err != nil {
		return nil, nil, err
	}
	if err := unix.IoctlSetWinsize(raw, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 160}); err != nil {
		return nil, nil, err
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	return person, program, err
}

// talk EXIT FILE COMMAND...: a person at a terminal. Each line of the file is what the person types ("> text", with Enter),
// a key ("key tab"), or waits to see ("see text"); at the end the command must end with that exit code.
func cmdTalk(ts *testscript.TestScript, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: talk EXIT FILE COMMAND...")
	}
	person, program, err := openTerminal()
	ts.Check(err)
	defer person.Close()
	path, err := exec.LookPath(args[2])
	ts.Check(err)
	cmd := exec.Command(path, args[3:]...)
	cmd.Dir, cmd.Env = ts.Getenv("WORK"), environment(ts)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(cmd.Start())
	ts.Check(program.Close())
	defer func() { _, _ = cmd.Process.Kill(), cmd.Wait() }()
	d := &dialogue{ts: ts, person: person, shown: make(chan []byte)}
	go d.look()
	text, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	for line := range strings.Lines(string(text)) {
		d.do(strings.TrimSuffix(line, "\n"))
	}
	for range d.shown { // until the program is gone
	}
	if got := exitOf(cmd.Wait()); got != args[0] {
		ts.Fatalf("exit code %s, want %s; shown since: %q", got, args[0], d.seen)
	}
}

// dialogue is what a person does at a terminal.
type dialogue struct {
	ts     *testscript.TestScript
	person *os.File
	shown  chan []byte
	seen   []byte // what was shown and not looked for yet
}

func (d *dialogue) look() {
	defer close(d.shown)
	for {
		buffer := make([]byte, 4096)
		n, err := d.person.Read(buffer)
		if err != nil { // the program's end is closed
			return
		}
		d.shown <- buffer[:n]
	}
}

var keyboard = map[string]string{"tab": "\t", "enter": "\r", "up": "\x1b[A", "ctrl-c": "\x03", "ctrl-d": "\x04"}

func (d *dialogue) do(line string) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "", "#":
	case ">":
		d.types(rest + "\r")
	case "type":
		d.types(rest)
	case "key":
		if keyboard[rest] == "" {
			d.ts.Fatalf("no key %q", rest)
		}
		d.types(keyboard[rest])
	case "see":
		d.see(rest)
	default:
		d.ts.Fatalf("what is %q?", line)
	}
}

func (d *dialogue) types(text string) {
	_, err := d.person.WriteString(text)
	d.ts.Check(err)
}

// see waits until that was shown after what was seen before.
func (d *dialogue) see(text string) {
	patience := time.NewTimer(time.Minute)
	defer patience.Stop()
	for {
		if _, after, ok := bytes.Cut(d.seen, []byte(text)); ok {
			d.seen = after
			return
		}
		select {
		case more, ok := <-d.shown:
			if !ok {
				d.ts.Fatalf("it ended without %q: %q", text, d.seen)
			}
			d.seen = append(d.seen, more...)
		case <-patience.C:
			d.ts.Fatalf("%q is not there: %q", text, d.seen)
		}
	}
}
