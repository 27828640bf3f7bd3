package cli

import (
	"os"

	"golang.org/x/sys/windows"
)

// showEscapes makes the console understand the cursor's movements, until undo.
func showEscapes() (undo func(), err error) {
	console := windows.Handle(os.Stderr.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(console, &mode); err != nil {
		return nil, err
	}
	if err := windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING); err != nil {
		return nil, err
	}
	return func() { _ = windows.SetConsoleMode(console, mode) }, nil
}
