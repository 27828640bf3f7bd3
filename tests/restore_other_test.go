//go:build !linux

package tests

import "github.com/rogpeppe/go-internal/testscript"

func lockFile(ts *testscript.TestScript, _ string) (release func()) {
	ts.Fatalf("files are locked on Linux only")
	return nil
}
