package firebird

import (
	"context"
	"fmt"

	"github.com/djscript/djscript/host/message"
)

// Mend has gfix make a damaged database readable: what can not be read is taken out of it, so that a backup passes it
// over. Never give it anything but a copy: what it takes out is gone. It gives what gfix said.
func (e *Engine) Mend(ctx context.Context, fdb string) ([]string, error) {
	return e.gfix(ctx, fdb, "-mend", "-full", "-ignore")
}

// Limbo is what gfix says of the transactions that were left in limbo: half of a commit over two databases whose other
// half never came. None: nothing.
func (e *Engine) Limbo(ctx context.Context, fdb string) ([]string, error) {
	return e.gfix(ctx, fdb, "-list")
}

// gfix runs gfix on a database file and gives what it said. It ends with 0 whatever it finds.
func (e *Engine) gfix(ctx context.Context, fdb string, args ...string) ([]string, error) {
	return e.tool(ctx, fdb, "gfix", e.tools.Gfix, append(args, fdb))
}

// Header is what gstat says of the header of a database, line by line. It reads the file past the engine, so that one
// which the engine does not open shows its header too.
func (e *Engine) Header(ctx context.Context, fdb string) ([]string, error) {
	return e.tool(ctx, fdb, "gstat", e.tools.Gstat, []string{"-h", fdb})
}

// tool runs one of Firebird's small programs to its end.
func (e *Engine) tool(ctx context.Context, fdb, name, program string, args []string) ([]string, error) {
	if program == "" {
		return nil, message.New("gbak.failed", "gbak.no_tool", message.Args{"tool": name, "path": e.tools.Dir})
	}
	var out cappedBuffer
	p, err := start(ctx, child{path: program, args: args, dir: e.root.tmp(), env: e.env(), stdout: &out, stderr: &out})
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", name, err)
	}
	err = p.wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	words := toolWords(out.String())
	if err != nil {
		return words, e.toolError(fdb, name, out.String())
	}
	return words, nil
}
