//go:build !linux

package tests

import "github.com/rogpeppe/go-internal/testscript"

func killRun(ts *testscript.TestScript, _ int) { ts.Fatalf("a run alone is killed on Linux only") }
