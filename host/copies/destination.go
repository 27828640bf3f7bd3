package copies

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// Destination is a place for copies, by its name in djscript.toml. Its folder is never made by us: a folder that is
// not there is a drive that is not there, and making it would fill the disk beneath.
type Destination struct {
	Name       string
	Path       string   // "" where its drive is not plugged in
	Mount      string   // the folder by which its volume is reached, as drive.MountOf tells it; "": it need not be mounted
	Absent     error    // why Path is ""
	Drive      string   // id of the enrolled drive that it is now; "" for a folder
	Slot       string   // the drive's place in its set: "wed"
	Removable  bool     // what lies there leaves the shop
	Recipients []string // age public keys: what lies there is encrypted for them; none: it is plain
	// Away gives what lay on those of its drives that are not plugged in, when they were last seen. It may be nil.
	Away func() ([]Copy, []error)

	limit int64 // bytes of a file there; 0: what its filesystem can hold
}

// MissedError is a destination that a copy did not reach.
type MissedError struct {
	Destination string
	Err         error
}

// Error names the destination.
func (e *MissedError) Error() string {
	return message.Text("copies.missed", message.Args{"destination": e.Destination, "why": e.Err.Error()})
}

// Unwrap is why.
func (e *MissedError) Unwrap() error { return e.Err }

func namesOf(all []Destination) []string {
	var names []string
	for _, d := range all {
		names = append(names, d.Name)
	}
	return names
}

// There tells whether the destination can be reached now, and why not.
func (d Destination) There() error {
	if d.Path == "" && d.Absent != nil {
		return d.Absent
	}
	info, err := os.Stat(d.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return message.New("drive.not_found", "copies.destination_absent", message.Args{"destination": d.Name, "path": d.Path})
	case err != nil:
		return message.Wrap(err, "drive.not_found", "copies.destination_unreadable", message.Args{"destination": d.Name, "path": d.Path})
	case !info.IsDir():
		return message.New("drive.not_found", "copies.destination_no_folder", message.Args{"destination": d.Name, "path": d.Path})
	case d.Mount != "" && drive.MountOf(d.Mount) != d.Mount: // what is written now would fill the disk beneath
		return message.New("drive.not_found", "drive.unmounted", message.Args{"destination": d.Name, "path": d.Path})
	}
	return nil
}

// apart refuses a destination that is the database itself, by whatever name.
func (d Destination) apart(database string) error {
	if drive.SameFile(d.Path, database) {
		return message.New("guard.live_db", "copies.destination_is_database", message.Args{"destination": d.Name, "path": d.Path})
	}
	return nil
}

func (d Destination) file(name string) string { return filepath.Join(d.Path, name) }

func (d Destination) remove(names ...string) error {
	var failed []error
	for _, name := range names {
		if err := os.Remove(d.file(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, fmt.Errorf("remove %s: %w", name, err))
		}
	}
	return errors.Join(failed...)
}

// twins refuses two destinations that are one folder by two names: they would be one copy.
func twins(all []Destination) (refused []error) {
	for i, d := range all {
		for _, other := range all[:i] {
			if d.Path != "" && drive.SameFile(d.Path, other.Path) { // two that are absent are two
				refused = append(refused, message.New("guard.identity", "copies.twins", message.Args{
					"one": other.Name, "other": d.Name, "path": d.Path,
				}))
			}
		}
	}
	return refused
}
