//go:build !linux

package tests

import "github.com/rogpeppe/go-internal/testscript"

func cmdTalk(ts *testscript.TestScript, _ []string) { ts.Fatalf("a story at a terminal needs Linux") }
