package firebird

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

// A pipe that a grandchild holds open must not hold us: this long after the child's end it is closed over its head.
const pipeDelay = 500 * time.Millisecond

// child is a program to start.
type child struct {
	path string
	args []string
	dir  string
	// env is set over what we inherit; of Firebird's own variables nothing is inherited.
	env map[string]string
	// stdin is the null device when nil: gbak asks questions that nobody answers.
	stdin          *os.File
	stdout, stderr io.Writer
}

// process is a child with all its descendants. When its context ends, or we die, none of them is left.
type process struct {
	cmd   *exec.Cmd
	group group
	ended chan struct{}
	err   error

	mu     sync.Mutex
	reaped bool
}

// start starts the child. The process is over once done is closed, killed within a second of ctx's end.
func start(ctx context.Context, c child) (*process, error) {
	cmd := exec.CommandContext(ctx, c.path, c.args...)
	p := &process{cmd: cmd, ended: make(chan struct{})}
	cmd.Env = environment(cmd.Environ(), c.env)
	cmd.Dir = c.dir
	if c.stdin != nil {
		cmd.Stdin = c.stdin
	}
	cmd.Stdout, cmd.Stderr = c.stdout, c.stderr
	cmd.WaitDelay = pipeDelay
	cmd.Cancel = func() error { p.kill(); return nil }
	cmd.SysProcAttr = processAttributes()
	started := make(chan error)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.path, err)
	}
	return p, nil
}

// Linux sends the parent-death signal when the thread that started the child ends, not the process: so this one
// thread starts the child and stays until its end.
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p.mu.Lock()
	err := p.cmd.Start()
	if err == nil {
		p.group, err = newGroup(p.cmd.Process)
	}
	p.mu.Unlock()
	if err != nil && p.cmd.Process != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
	started <- err
	if err != nil {
		return
	}
	p.group.waitLeader()
	p.bury()
	p.err = p.cmd.Wait()
	close(p.ended)
}

// While the leader is dead but not yet waited for, its number can not be given to another process: this is the
// moment to kill what it left behind.
func (p *process) bury() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.group.kill()
	p.group.close()
	p.reaped = true
}

// done is closed when the child is over and its output has been taken.
func (p *process) done() <-chan struct{} { return p.ended }

// wait gives the child's end: nil for exit 0, an *exec.ExitError, or the context's error when that killed it.
func (p *process) wait() error {
	<-p.ended
	if errors.Is(p.err, exec.ErrWaitDelay) {
		return nil // the child itself ended well; only a pipe had to be taken away
	}
	return p.err
}

// kill ends the child and all its descendants at once. It does not wait.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.reaped && p.cmd.Process != nil {
		p.group.kill()
	}
}

// ask tells the child to end by itself, where the system has a way to say so, and kills it where not.
func (p *process) ask() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.reaped {
		p.group.ask()
	}
}

// environment is the inherited environment without what would change Firebird's ways, and with what is set. In another
// locale Firebird's tools drop or refuse every letter beyond ASCII in their arguments and their input.
func environment(inherited []string, set map[string]string) []string {
	env := make([]string, 0, len(inherited)+len(set)+1)
	for _, entry := range inherited {
		name, _, _ := strings.Cut(entry, "=")
		name = strings.ToUpper(name)
		// LC_MESSAGES would choose gbak's language, and we read what it says.
		if strings.HasPrefix(name, "ISC_") || strings.HasPrefix(name, "FIREBIRD") || name == "LC_MESSAGES" || name == "LC_ALL" {
			continue
		}
		env = append(env, entry)
	}
	for name, value := range set {
		env = append(env, name+"="+value)
	}
	return append(env, "LC_ALL=C.UTF-8")
}
