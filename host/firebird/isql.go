package firebird

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// isql runs a script through Firebird's isql and gives back all that it said. The script goes in by a pipe: it may
// hold a password, which neither the list of processes nor a file should see.
func isql(ctx context.Context, program string, env map[string]string, script string, args ...string) (string, error) {
	stdin, feed, err := os.Pipe()
	if err != nil {
		return "", fmt.Errorf("run isql: %w", err)
	}
	defer func() { _ = stdin.Close() }()
	var out cappedBuffer
	p, err := start(ctx, child{path: program, args: append(scriptInput(), args...), env: env, stdin: stdin, stdout: &out, stderr: &out})
	if err != nil {
		_ = feed.Close()
		return "", fmt.Errorf("run isql: %w", err)
	}
	written := make(chan struct{})
	go func() {
		defer close(written)
		_, _ = io.Copy(feed, strings.NewReader(script)) // isql that ends early says why
		_ = feed.Close()
	}()
	err = p.wait()
	_ = stdin.Close() // wakes a writer that nobody reads from any more
	<-written
	if ctx.Err() != nil {
		return out.String(), ctx.Err()
	}
	if err != nil {
		return out.String(), fmt.Errorf("run isql: %w", err)
	}
	return out.String(), nil
}

// cappedBuffer keeps the first bytes that a program wrote.
type cappedBuffer struct {
	mu   sync.Mutex
	text []byte
}

const cappedBytes = 1 << 20

// Write takes everything and keeps what fits.
func (b *cappedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p[:min(len(p), cappedBytes-len(b.text))]...)
	return len(p), nil
}

// String is what was kept.
func (b *cappedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.text)
}
