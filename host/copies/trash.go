package copies

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// trashPath is where a copy that was given up waits, on its own destination: a rename is whole or not at all.
const trashPath = ".djscript/trash"

// TrashDays is for how many business days a copy stays in the trash, counted in verified copies that come after it and
// never by the PC's clock: where nothing new is proven, nothing is deleted.
const TrashDays = 7

// lain is a file as it lay at a destination when its copy was given up.
type lain struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	Beside bool   `json:"beside,omitempty"` // not of the copy itself
}

// trash moves copies between a destination and the trash there, and deletes them from it. Whoever uses it holds the
// destination's turn. Every step may be done again: whoever dies between two is finished for by finish.
type trash struct {
	d     Destination
	root  *os.Root // follows no link out of the destination, whatever somebody planted there
	now   func() time.Time
	after func() // each step; only tests die there
}

func (c *Catalogue) openTrash(d Destination) (*trash, error) {
	root, err := os.OpenRoot(d.Path)
	if err != nil {
		return nil, fmt.Errorf("open destination: %w", err)
	}
	return &trash{d: d, root: root, now: c.Now, after: c.died}, nil
}

func (t *trash) close() { _ = t.root.Close() }

func inTrash(name string) string { return path.Join(trashPath, name) }

func (t *trash) step(fn func() error) error {
	if err := fn(); err != nil {
		return err
	}
	if t.after != nil {
		t.after()
	}
	return nil
}

// enter writes the next word about a tombstone.
func (t *trash) enter(kind string, tombstone event) error {
	tombstone.Event, tombstone.At = kind, t.now().Format(time.RFC3339)
	return t.d.enter(tombstone)
}

// folder makes the trash, and refuses one that is a link to elsewhere.
func (t *trash) folder() error {
	if err := t.plain(); err != nil {
		return err
	}
	if err := t.root.MkdirAll(trashPath, 0o755); err != nil {
		return fmt.Errorf("make trash folder: %w", err)
	}
	return nil
}

func (t *trash) plain() error {
	for _, dir := range []string{path.Dir(trashPath), trashPath} {
		info, err := t.root.Lstat(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil && !info.IsDir() {
			return message.New("guard.identity", "copies.trash_link", message.Args{"path": t.d.file(filepath.FromSlash(dir))})
		}
	}
	return nil
}

// flush makes renames and removals hold before the ledger says that they are done.
func (t *trash) flush() error {
	return errors.Join(drive.SyncFolder(t.d.Path), drive.SyncFolder(t.d.file(filepath.FromSlash(trashPath))))
}

// size is how large a regular file is; -1 where none lies. Anything else under its name is nobody's we know.
func (t *trash) size(name string) (int64, error) {
	info, err := t.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return -1, nil
	case err != nil:
		return -1, err
	case !info.Mode().IsRegular():
		return -1, t.changed(name)
	}
	return info.Size(), nil
}

func (t *trash) changed(name string) error {
	return message.New("guard.identity", "copies.trash_changed", message.Args{"path": t.d.file(filepath.FromSlash(name))})
}

// makeWay deletes from the trash what lies there of the very copy that is given up: it was dropped before and put back by
// hand. Another of that name stays.
func (t *trash) makeWay(one Copy, m *memory) error {
	if m == nil || m.trash == nil || m.trash.returning || m.trash.dropping.ID != one.ID || m.trash.dropping.Store != one.Store {
		return nil
	}
	return t.delete(*m.trash.dropping)
}

// giveUp is one drop: the tombstone, then the copy and after it what lies beside it into the trash, and the word that it
// is there. From the tombstone on the copy counts no more. Known is what the ledger knows of its name.
func (t *trash) giveUp(one Copy, tombstone event, known *memory) error {
	if err := t.makeWay(one, known); err != nil {
		return err
	}
	if err := t.folder(); err != nil {
		return err
	}
	own, beside := one.Places[0].files()
	for i, name := range slices.Concat(own, beside) {
		bytes, err := t.size(name)
		if err != nil {
			return err
		}
		if bytes < 0 && i >= len(own) {
			continue
		}
		if _, err := t.root.Lstat(inTrash(name)); err == nil {
			return message.New("fs.exists", "copies.trash_taken", message.Args{"path": t.d.file(filepath.FromSlash(inTrash(name)))})
		}
		tombstone.Files = append(tombstone.Files, lain{Name: name, Bytes: bytes, Beside: i >= len(own)})
	}
	if err := t.step(func() error { return t.d.enter(tombstone) }); err != nil {
		return err
	}
	return t.bury(tombstone)
}

// bury does what follows the tombstone.
func (t *trash) bury(tombstone event) error {
	if err := t.folder(); err != nil {
		return err
	}
	for _, f := range tombstone.lain() {
		if err := t.step(func() error { return t.move(f.Name, inTrash(f.Name)) }); err != nil {
			return err
		}
	}
	if err := t.step(t.flush); err != nil {
		return err
	}
	return t.step(func() error { return t.enter(eventTrashed, tombstone) })
}

// move renames what is there, unless an earlier try did. It never takes the place of anything: what got there meanwhile
// is somebody else's.
func (t *trash) move(from, to string) error {
	if _, err := t.root.Lstat(to); err == nil {
		return nil
	}
	err := t.root.Rename(from, to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// delete takes a copy out of the trash for good. Only what is as it was put there goes, and where one of its files is
// not, none does.
func (t *trash) delete(tombstone event) error {
	if err := t.plain(); err != nil {
		return err
	}
	var there []string
	for _, f := range tombstone.lain() {
		name := inTrash(f.Name)
		bytes, err := t.size(name)
		switch {
		case err != nil:
			return err
		case bytes < 0:
			continue // whoever died while he deleted it came that far
		case f.Bytes >= 0 && bytes != f.Bytes:
			return t.changed(name)
		}
		there = append(there, name)
	}
	for _, name := range there {
		if err := t.step(func() error { return t.root.Remove(name) }); err != nil {
			return err
		}
	}
	if err := t.step(t.flushed); err != nil {
		return err
	}
	if err := t.step(func() error { return t.enter(eventDropped, tombstone) }); err != nil {
		return err
	}
	_ = t.root.Remove(trashPath) // unless something else lies there
	return nil
}

// flushed is flush where the trash may be gone.
func (t *trash) flushed() error {
	if _, err := t.root.Lstat(trashPath); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return t.flush()
}

// lain are the files of a tombstone, the copy itself first. A ledger lies where anybody can write: a name that is not one
// of the copy's own is passed over.
func (e event) lain() []lain {
	files := e.Files
	if len(files) == 0 { // written before the trash had any grace
		files = []lain{{e.Name, e.Bytes, false}, {e.Name + sumSuffix, -1, true}, {e.Name + proofSuffix, -1, true}}
	}
	return slices.DeleteFunc(slices.Clone(files), func(f lain) bool {
		return !strings.HasPrefix(f.Name, e.Name) || e.Name == "" || f.Name != filepath.Base(f.Name) || strings.ContainsAny(f.Name, `/\:`)
	})
}

// tidy completes the ledger of a destination, finishes what was begun there and deletes what has been in the trash for
// long enough, unless somebody else is at it.
func (c *Catalogue) tidy(d Destination) error {
	events, err := readLedger(d.Path)
	if err != nil {
		return err
	}
	known := remembered(events)
	unsettled := slices.ContainsFunc(sorted(known), func(name string) bool { return known[name].unsettled(c.Store) })
	if !unsettled && !newer(events, c.Store) && len(c.gaps(d, events)) == 0 {
		return nil
	}
	err = c.hold(context.Background(), d.Name, 0, func() error {
		t, err := c.openTrash(d)
		if err != nil {
			return err
		}
		defer t.close()
		return errors.Join(t.finish(c.Store), c.rebuild(t), c.expire(t))
	})
	if message.Code(err) == "lock.timeout" {
		return nil
	}
	return err
}

// unsettled tells a copy of the store that is given up and not gone.
func (m *memory) unsettled(store string) bool {
	return m.dropping != nil && m.dropping.Store == store || m.trash != nil && m.trash.dropping.Store == store
}

// finish ends what somebody who died had begun: drops, and copies on their way back. A file that took the name of one
// meanwhile is somebody else's, and stays. What can not be ended now keeps none of the others.
func (t *trash) finish(store string) error {
	events, err := readLedger(t.d.Path)
	if err != nil {
		return err
	}
	all := remembered(events)
	var failed []error
	for _, name := range sorted(all) {
		m := all[name]
		if m.dropping != nil && m.dropping.Store == store {
			failed = append(failed, t.finishDrop(*m.dropping))
		}
		if m.trash != nil && m.trash.returning && m.trash.dropping.Store == store {
			failed = append(failed, t.bringBack(*m.trash.dropping))
		}
	}
	return errors.Join(failed...)
}

// finishDrop ends a drop, unless somebody reads the copy now.
func (t *trash) finishDrop(tombstone event) error {
	ours, err := t.given(tombstone)
	if err != nil || !ours {
		return err
	}
	return t.d.alone(Copy{ID: tombstone.ID, Name: tombstone.Name}, func() error { return t.bury(tombstone) })
}

// given tells whether what lies under the names of a tombstone is the copy that was given up. What can not be read as a
// copy is, where its sizes and its hash are; else it is damaged, or somebody else's: it stays, and that is told.
func (t *trash) given(tombstone event) (bool, error) {
	files := tombstone.lain()
	if len(files) == 0 {
		return true, nil
	}
	if _, err := t.root.Lstat(inTrash(files[0].Name)); err == nil {
		return true, nil // on its way: its first file was looked at before it went
	}
	lies, err := Open(t.d.file(files[0].Name))
	switch {
	case message.Code(err) == "copy.not_found":
		return true, nil
	case err == nil:
		return lies.ID == tombstone.ID, nil
	}
	if t.unlike(context.Background(), tombstone, func(name string) string { return name }) != nil {
		return false, t.told(err, tombstone)
	}
	return true, nil
}

func sorted(all map[string]*memory) []string {
	var names []string
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// trashed are the tombstones of the store's copies that lie in the trash of a destination, those given up first before
// the others.
func trashed(events []event, store string) []event {
	var found []event
	for _, m := range remembered(events) {
		if m.trash != nil && !m.trash.returning && m.trash.dropping.Store == store {
			found = append(found, *m.trash.dropping)
		}
	}
	order := map[string]int{}
	for i, e := range events {
		if e.Event == eventTrashed {
			order[e.ID] = i
		}
	}
	sort.Slice(found, func(i, j int) bool { return order[found[i].ID] < order[found[j].ID] })
	return found
}

// due tells whether a copy has been in the trash for long enough, by the days of the copies that were verified since. A
// day that no other agrees with is not enough.
func (e event) due(days []string) bool {
	if len(days) < 2 || days[1] < e.Day {
		return false
	}
	after, ok := daysAfter(days[0], e.Day)
	return ok && after > TrashDays
}

// lastDay is the last business day that a tombstone's copy stays in the trash; "" where no day is known.
func (e event) lastDay() string {
	day, err := time.Parse(time.DateOnly, e.Day)
	if err != nil {
		return ""
	}
	return day.AddDate(0, 0, TrashDays).Format(time.DateOnly)
}

// expire deletes what has been in the trash for long enough.
func (c *Catalogue) expire(t *trash) error {
	events, err := readLedger(t.d.Path)
	if err != nil {
		return err
	}
	waiting := trashed(events, c.Store)
	if len(waiting) == 0 || newer(events, c.Store) { // a newer version may keep what lies there
		return nil
	}
	shelf, err := openShelf(context.Background(), t.d, c.Store)
	if err != nil {
		return err
	}
	days := Believed(shelf.here(t.d))
	var failed []error
	for _, tombstone := range waiting {
		if tombstone.due(days) {
			failed = append(failed, t.told(t.delete(tombstone), tombstone))
		}
	}
	return errors.Join(failed...)
}

func (t *trash) told(err error, tombstone event) error {
	if err == nil || message.Code(err) == "copy.degraded" {
		return err
	}
	return message.Wrap(err, "copy.degraded", "copies.not_dropped", message.Args{"name": tombstone.Name, "destination": t.d.Name})
}

// here are the copies as this destination alone tells of them.
func (s *shelf) here(d Destination) []Copy {
	var all []Copy
	for _, one := range s.copies {
		all = append(all, one.At(d.Name))
	}
	return all
}

// trashed are the copies in the trash of a destination, and what can not be read there.
func (d Destination) trashed(_ context.Context, store string) (all []Copy, problems []error) {
	if err := d.There(); err != nil {
		return nil, []error{err}
	}
	events, err := readLedger(d.Path)
	if err != nil {
		return nil, []error{err}
	}
	for _, m := range remembered(events) {
		for _, gone := range m.givenUp(store) {
			found, lies, err := gone.binned(d, gone == m || gone.returning)
			if err != nil {
				problems = append(problems, err)
			}
			if lies {
				all = append(all, found)
			}
		}
	}
	return all, problems
}

// givenUp are the copies of a name that lie in the trash, and the one that is on its way there: whoever gave that up may
// have died.
func (m *memory) givenUp(store string) (all []*memory) {
	for _, one := range []*memory{m, m.trash} {
		if one != nil && one.dropping != nil && (store == "" || one.dropping.Store == store) {
			all = append(all, one)
		}
	}
	return all
}

// binned is a copy in the trash, by what lies there, or where that can not be read by what its ledger knows. One that is on
// its way there or back may lie in its place.
func (m *memory) binned(d Destination, onItsWay bool) (c Copy, lies bool, err error) {
	files := m.dropping.lain()
	if len(files) == 0 {
		return c, false, nil
	}
	path := d.file(filepath.FromSlash(inTrash(files[0].Name)))
	c, err = Open(path)
	if message.Code(err) == "copy.not_found" && onItsWay {
		path = d.file(files[0].Name)
		c, err = Open(path)
	}
	switch {
	case message.Code(err) == "copy.not_found":
		return c, false, nil
	case err == nil && c.ID != m.dropping.ID:
		err = message.New("guard.identity", "copies.trash_changed", message.Args{"path": path})
	}
	if err != nil {
		c = m.copy(d, Trashed)
	}
	m.bin(&c, d)
	return c, true, err
}

// bin tells a copy in the trash what its tombstone knows.
func (m *memory) bin(c *Copy, d Destination) {
	p := &c.Places[0]
	p.Destination, p.State, p.ReadBack = d.Name, Trashed, m.sealed.ReadBack
	p.SHA256, p.Bytes = m.dropping.SHA256, m.dropping.Bytes
	p.LastDay, p.Why = m.dropping.lastDay(), m.dropping.Why
	if c.Proof == nil {
		c.Proof = m.proven.proof()
	}
}
