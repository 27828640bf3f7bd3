//go:build !windows

package cli

// showEscapes makes the terminal understand the cursor's movements; here it always does.
func showEscapes() (undo func(), err error) { return func() {}, nil }
