//go:build !windows

package cli

// system has nothing to look at where any supported version will do.
func (d *doctor) system() {}
