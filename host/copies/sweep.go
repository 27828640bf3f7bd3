package copies

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// Sweep removes what writers that died left on the destinations, finishes the drops that they began, deletes what has
// been in the trash for long enough, and clears the bench. Only the holder of the store's lock may call it.
func (m *Maker) Sweep() error {
	var failed []error
	for _, d := range m.Destinations {
		if d.There() == nil {
			drive.SweepParts(d.Path, func(string) bool { return true })
			failed = append(failed, m.store().tidy(d), m.sweepSums(d), m.sweepUnfinished(d))
		}
	}
	old, err := os.ReadDir(m.Bench.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		failed = append(failed, fmt.Errorf("list scratch folders: %w", err))
	}
	for _, entry := range old {
		failed = append(failed, os.RemoveAll(filepath.Join(m.Bench.Dir, entry.Name())))
	}
	return errors.Join(failed...)
}

// store is the catalogue that the maker works on.
func (m *Maker) store() *Catalogue {
	return &Catalogue{Store: m.Store.ID, Destinations: m.Destinations, Now: m.Now, died: m.died}
}

// sweepSums removes hashes of this store that never got their copy: whoever wrote them died between the hash and the
// name. A hash whose copy the ledger knows stays, since that copy was there and is gone.
func (m *Maker) sweepSums(d Destination) error {
	entries, err := os.ReadDir(d.Path)
	if err != nil {
		return fmt.Errorf("list %s: %w", d.Name, err)
	}
	var sums []string
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), m.Store.ID+"-") && strings.HasSuffix(entry.Name(), zipSuffix+sumSuffix) {
			sums = append(sums, d.file(entry.Name()))
		}
	}
	if len(sums) == 0 {
		return nil
	}
	events, err := readLedger(d.Path)
	if err != nil {
		return err
	}
	known := remembered(events)
	var failed []error
	for _, path := range sums {
		zip := strings.TrimSuffix(path, sumSuffix)
		one := artifact{dir: d.Path, stem: filepath.Base(zip)}
		sum, unreadable := one.sums()
		_, gone := os.Stat(zip)
		if unreadable == nil && sum != nil && !sum.split() && errors.Is(gone, fs.ErrNotExist) && known[one.stem] == nil {
			failed = append(failed, os.Remove(path))
		}
	}
	return errors.Join(failed...)
}

// sweepUnfinished removes what whoever died left of the copies that the ledger says were being published: files without
// the hashes that come last, a hash without the plain file that comes after it.
func (m *Maker) sweepUnfinished(d Destination) error {
	events, err := readLedger(d.Path)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(d.Path) // follows no link out of it
	if err != nil {
		return fmt.Errorf("open destination: %w", err)
	}
	defer root.Close()
	var failed []error
	for _, known := range remembered(events) {
		begun := known.writing
		if begun == nil || begun.Store != m.Store.ID || !plainID.MatchString(begun.ID) {
			continue
		}
		if known.sealed.ID != "" && artifactOf(begun.place(d, Present)).unnamed() {
			continue // it was there, and is gone: its hash stays
		}
		err := d.alone(Copy{ID: begun.ID, Name: begun.Name}, func() error { return begun.sweep(d, root) })
		if message.Code(err) != "copy.degraded" { // else it is being written now
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// sweep removes the files of a copy that was begun and that is none yet. Of a plain file that is not there it removes the hash
// alone: whoever is not dead after all may give the file its name this very moment.
func (e event) sweep(d Destination, root *os.Root) error {
	place := e.place(d, Present)
	one := artifactOf(place)
	var left []string
	switch own, beside := place.files(); {
	case one.name() != e.Name:
	case one.unfinished():
		left = append(own, beside...)
	case one.unnamed():
		left = []string{one.stem + sumSuffix}
	}
	var failed []error
	for _, name := range left {
		stem, _, ok := parseFile(strings.TrimSuffix(strings.TrimSuffix(name, cardSuffix), sumSuffix))
		if !ok || strings.TrimSuffix(stem, ageSuffix) != e.Name {
			continue
		}
		if err := root.Remove(name); !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}
