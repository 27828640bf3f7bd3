package drive

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/djscript/djscript/host/message"
)

// Known is what a store remembers of its drives, whether they are plugged in or not: .djscript/drives.json in the
// store's folder. It is a memory and no more: where it is lost, each drive's own mark says what it was.
type Known struct {
	Drives map[string]Member `json:"drives"` // by the id of the mark
	// Apart are the folders, of destinations that are plain folders, that once lay on another volume than the system.
	Apart map[string]bool `json:"apart,omitempty"`

	folder  string
	changed map[string]bool
}

// Member is a drive that was enrolled for a destination.
type Member struct {
	Mark
	Seen string `json:"seen"` // RFC 3339: when it was last plugged in and known again
	Day  string `json:"day"`  // the business day of that
}

const (
	knownName = "drives.json"
	knownLock = "drives.lock"
)

// LoadKnown reads what the store of that folder remembers; nothing where it never had a drive. What it can not read is
// an error, and nothing is remembered: the drives are still known by their marks.
func LoadKnown(storeFolder string) (*Known, error) {
	k := &Known{Drives: map[string]Member{}, Apart: map[string]bool{}, folder: filepath.Join(storeFolder, markFolder), changed: map[string]bool{}}
	path := filepath.Join(k.folder, knownName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	var read Known
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	if err != nil {
		return k, message.Wrap(err, "copy.degraded", "drive.known_unreadable", message.Args{"path": path})
	}
	for id, member := range read.Drives {
		if member.ID == id && markID.MatchString(id) {
			k.Drives[id] = member
		}
	}
	maps.Copy(k.Apart, read.Apart)
	return k, nil
}

// Remember keeps a drive that was enrolled, or was plugged in and known again, until Save.
func (k *Known) Remember(m Mark, now time.Time, day string) {
	k.Drives[m.ID] = Member{Mark: m, Seen: now.Format(time.RFC3339), Day: day}
	k.changed[m.ID] = true
}

// Folder looks at the folder of a destination that is no drive. One that once lay on a volume of its own and now lies on
// the system's is what is left of a mount point: "drive.not_found". A folder that is not there is no concern of this.
func (k *Known) Folder(destination, folder string) error {
	folder = filepath.Clean(folder)
	switch apart := apartFromSystem(folder); {
	case nearest(folder) != folder:
	case apart && !k.Apart[folder]:
		k.Apart[folder] = true
		k.changed[folder] = true
	case !apart && k.Apart[folder]:
		return message.New("drive.not_found", "drive.unmounted", message.Args{"destination": destination, "path": folder})
	}
	return nil
}

// Save keeps what was remembered since it was loaded, beside what other processes remembered meanwhile.
func (k *Known) Save() error {
	if len(k.changed) == 0 {
		return nil
	}
	if err := os.MkdirAll(k.folder, 0o755); err != nil {
		return explain(err, k.folder)
	}
	lock, err := os.OpenFile(filepath.Join(k.folder, knownLock), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return explain(err, k.folder)
	}
	defer func() { _ = lock.Close() }()
	unlock, err := lockFile(lock)
	if err != nil {
		return err
	}
	defer unlock()
	now, _ := LoadKnown(filepath.Dir(k.folder)) // what can not be read is written anew
	for key := range k.changed {
		if member, ok := k.Drives[key]; ok {
			now.Drives[key] = member
		} else {
			now.Apart[key] = true
		}
	}
	text, err := json.MarshalIndent(now, "", "  ")
	if err != nil {
		return err
	}
	if err := WriteFile(k.folder, knownName, append(text, '\n')); err != nil {
		return err
	}
	k.Drives, k.Apart, k.changed = now.Drives, now.Apart, map[string]bool{}
	return nil
}
