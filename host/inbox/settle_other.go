//go:build !windows

package inbox

import "context"

// alone tells whether no other program has the file open. Only Windows can be asked.
func alone(string) bool { return true }

// patiently does it.
func patiently(_ context.Context, try func() error) error { return try() }
