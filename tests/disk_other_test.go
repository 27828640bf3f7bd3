//go:build !linux

package tests

import "github.com/rogpeppe/go-internal/testscript"

func mount(ts *testscript.TestScript, _, _ string) { ts.Fatalf("small drives are made on Linux only") }

func unmount(string) {}

func remountReadOnly(ts *testscript.TestScript, _ string) {
	ts.Fatalf("read-only drives are made on Linux only")
}
