package copies

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/djscript/djscript/host/drive"
)

// Sweep removes what writers that died left on the destinations, and all that lies on the bench. Only the holder of the store's lock
// may call it.
func (m *Maker) Sweep() error {
	for _, d := range m.Destinations {
		if d.There() == nil {
			drive.SweepParts(d.Path, func(string) bool { return true })
		}
	}
	old, err := filepath.Glob(filepath.Join(m.Bench.Dir, "*"))
	if err != nil {
		return fmt.Errorf("list scratch folders: %w", err)
	}
	var failed []error
	for _, path := range old {
		failed = append(failed, os.RemoveAll(path))
	}
	return errors.Join(failed...)
}
