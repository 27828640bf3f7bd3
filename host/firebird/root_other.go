//go:build !windows

package firebird

func serverArgs() []string { return nil }

// scriptInput makes isql read its standard input as a file: otherwise Debian's isql edits lines, and drops every byte
// that is no ASCII.
func scriptInput() []string { return []string{"-i", "/dev/stdin"} }
