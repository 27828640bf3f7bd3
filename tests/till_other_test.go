//go:build !linux

package tests

import "github.com/rogpeppe/go-internal/testscript"

func elsewhere(ts *testscript.TestScript, _, _ string) string {
	ts.Fatalf("a folder can be hidden on Linux only")
	return ""
}
