package inbox

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/drive"
)

// Listed are the files of an inbox, wherever they lie.
type Listed struct {
	Waiting  []Lying // in the order in which they are taken
	Claimed  []Held  // oldest first
	Done     []Ended // newest first
	Rejected []Ended // newest first
}

// Lying is a file that nobody has taken yet.
type Lying struct {
	Name    string
	Bytes   int64
	Changed time.Time
}

// Held is a file that a run has, or had.
type Held struct {
	Name   string
	Path   string
	Since  time.Time
	Holder string // who has it; "" where its run died or left it, and the next one takes it
	Final  bool   // it is done or rejected, and only has to be moved
}

// Ended is a file that is through.
type Ended struct {
	Name    string // as it lies there
	File    string // as it was delivered
	Path    string
	At      time.Time
	Outcome Verdict
	Reason  error     // nil where nothing was written beside it
	Changed time.Time // when it was written
}

// List tells what lies in an inbox, and the last few files that went through it. It changes nothing.
func (in *Inbox) List(last int) (Listed, error) {
	var l Listed
	files, err := in.deliveries()
	if err != nil {
		return l, err
	}
	inOrder(files)
	for _, c := range files {
		l.Waiting = append(l.Waiting, Lying{Name: c.name, Bytes: c.size, Changed: c.changed})
	}
	claims, err := in.claims()
	if err != nil {
		return l, err
	}
	for _, c := range claims {
		if exists(in.file(c)) {
			l.Claimed = append(l.Claimed, in.heldBy(c))
		}
	}
	if l.Done, err = in.ended(in.Done, Done); err != nil {
		return l, err
	}
	if l.Rejected, err = in.ended(in.Rejected, Rejected); err != nil {
		return l, err
	}
	l.Done, l.Rejected = l.Done[:min(last, len(l.Done))], l.Rejected[:min(last, len(l.Rejected))]
	return l, nil
}

func (in *Inbox) heldBy(c *claim) Held {
	held := Held{Name: c.name, Path: in.file(c), Final: c.state != stateTaken}
	held.Since, _ = time.ParseInLocation(idTime, c.id[:len(idTime)], in.Now().Location())
	path := in.lockPath(c.id)
	if !exists(path) {
		return held
	}
	lock, err := drive.TryShare(path)
	if err == nil && lock != nil {
		_ = lock.Release()
		return held
	}
	held.Holder = in.holder(c)
	return held
}

// ended are the files of a folder for those that are through, newest first.
func (in *Inbox) ended(dir string, verdict Verdict) ([]Ended, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, drive.Explain(err, dir)
	}
	names := map[string]bool{}
	for _, entry := range entries {
		if entry.Type().IsRegular() {
			names[entry.Name()] = true
		}
	}
	reports := map[string]bool{}
	var found []Ended
	for _, entry := range entries {
		name, ok := strings.CutSuffix(entry.Name(), outcomeSuffix)
		if !ok || !names[name] {
			continue
		}
		r, ok := readRecord(filepath.Join(dir, entry.Name()))
		if !ok {
			continue
		}
		for _, rest := range r.Reports {
			reports[name+rest] = true
		}
		found = append(found, Ended{Name: name, File: r.File, Path: filepath.Join(dir, name), At: r.At, Outcome: r.Outcome, Reason: r.reason()})
		delete(names, name)
	}
	// What was put there on a full disk has no record; what people put there has none either.
	for name := range names {
		if _, ok := in.pattern.Match(name); ok && !reports[name] {
			found = append(found, Ended{Name: name, File: name, Path: filepath.Join(dir, name), Outcome: verdict})
		}
	}
	for i := range found {
		if info, err := os.Lstat(found[i].Path); err == nil {
			found[i].Changed = info.ModTime()
		}
		if found[i].At.IsZero() {
			found[i].At = found[i].Changed
		}
	}
	slices.SortFunc(found, func(a, b Ended) int { return b.At.Compare(a.At) })
	return found, nil
}
