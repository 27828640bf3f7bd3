//go:build !linux

package firebirdtest

func processes(string) []string { return nil }
