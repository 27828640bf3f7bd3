//go:build !linux

package tests

import "github.com/rogpeppe/go-internal/testscript"

func driveWords() map[string]func(*testscript.TestScript, []string) { return nil }

func deviceChild() bool { return false }
