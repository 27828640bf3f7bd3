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
	far := filepath.Join(dir, "far")
	ts.Check(os.Rename(folder, far))
	ts.Check(os.Mkdir(folder, 0o777))
	script := func(name, text string, args ...any) string {
		path := filepath.Join(dir, name)
		ts.Check(os.WriteFile(path, fmt.Appendf(nil, "#!/bin/sh\nset -e\n"+text, args...), 0o700))
		return path
	}
	// What other stories have plugged in is let go of there: they wait until nobody holds it.
	inside := script("inside", `awk -v in_tests=%q 'index($2, in_tests) == 1 { print $2 }' /proc/mounts | xargs --no-run-if-empty umount --lazy
mount --bind %q %q
exec %q "$@"
`, os.TempDir(), far, folder, server)
	return script("firebird", `exec unshare --mount %q "$@"`, inside)
}
