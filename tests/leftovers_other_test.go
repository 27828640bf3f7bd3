//go:build !linux

package tests

func processes(string) []string { return nil }
