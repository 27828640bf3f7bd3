package copies

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/djscript/djscript/host/drive"
)

// Sweep removes what writers that died left on the destinations, and all that lies on the bench. Only the holder of the store's lock
// may call it.
func (m *Maker) Sweep() error {
	var failed []error
	for _, d := range m.Destinations {
		if d.There() == nil {
			drive.SweepParts(d.Path, func(string) bool { return true })
			failed = append(failed, m.sweepSums(d))
		}
	}
	old, err := filepath.Glob(filepath.Join(m.Bench.Dir, "*"))
	if err != nil {
		return fmt.Errorf("list scratch folders: %w", err)
	}
	for _, path := range old {
		failed = append(failed, os.RemoveAll(path))
	}
	return errors.Join(failed...)
}

// sweepSums removes hashes of this store that never got their copy: whoever wrote them died between the hash and the
// name. A hash whose copy the ledger knows stays, since that copy was there and is gone.
func (m *Maker) sweepSums(d Destination) error {
	sums, err := filepath.Glob(filepath.Join(d.Path, m.Store.ID+"-*.zip"+sumSuffix))
	if err != nil || len(sums) == 0 {
		return err
	}
	events, err := readLedger(d.Path)
	if err != nil {
		return err
	}
	known := remembered(events)
	var failed []error
	for _, path := range sums {
		zip := strings.TrimSuffix(path, sumSuffix)
		sum, unreadable := readSum(zip, filepath.Base(zip))
		_, gone := os.Stat(zip)
		if unreadable == nil && sum != "" && errors.Is(gone, fs.ErrNotExist) && known[filepath.Base(zip)] == nil {
			failed = append(failed, os.Remove(path))
		}
	}
	return errors.Join(failed...)
}
