//go:build !windows

package cli

// systemLanguage is asked only where the environment says nothing.
func systemLanguage() string { return "" }
