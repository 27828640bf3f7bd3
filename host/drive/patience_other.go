//go:build !windows

package drive

// Patiently does it. Only Windows needs patience, with a file that somebody else has open.
func Patiently(try func() error) error { return try() }
