package tests

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
)

// elsewhere is a program that starts the server where the folder is what it was, and leaves an empty one here.
func elsewhere(ts *testscript.TestScript, server, folder string) string {
	dir, err := os.MkdirTemp("", "")
	ts.Check(err)
	ts.Defer(func() { _ = os.RemoveAll(dir) })
	far, program := filepath.Join(dir, "far"), filepath.Join(dir, "firebird")
	ts.Check(os.Rename(folder, far))
	ts.Check(os.Mkdir(folder, 0o777))
	text := fmt.Sprintf("#!/bin/sh\nexec unshare --mount sh -c 'mount --bind %s %s && exec %s \"$@\"' sh \"$@\"\n", far, folder, server)
	ts.Check(os.WriteFile(program, []byte(text), 0o700))
	return program
}
