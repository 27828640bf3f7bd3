//go:build !linux

package tests

import "github.com/rogpeppe/go-internal/testscript"

func signalRun(ts *testscript.TestScript, _ int, _ bool) {
	ts.Fatalf("a run alone is killed on Linux only")
}
