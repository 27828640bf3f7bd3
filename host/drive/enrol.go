package drive

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Enrolment is what came of enrolling a drive.
type Enrolment struct {
	Mark     Mark   `json:"mark"`
	Drive    Drive  `json:"drive"`
	Probed   int64  `json:"probed"`    // bytes that were written all over the free space and read back
	Spread   bool   `json:"spread"`    // all of the free space was reached
	ReadBack string `json:"read_back"` // FromDevice or FromCache
}

// Enrol makes the drive that is mounted at root one of the store's: it tries whether the drive can be trusted, and
// writes the mark. An id and the hardware are filled in; a drive of this store that is enrolled again keeps its id.
//
// It refuses the disk that the system or one of the paths in apart lies on ("drive.system"), what another store marked
// ("drive.foreign"), what nothing tells from another drive ("drive.unknown"), and what does not give back what was
// written to it ("drive.fake"). What it wrote to try the drive is gone afterwards.
func Enrol(ctx context.Context, root string, m Mark, apart []string, progress func(done, total int64)) (Enrolment, error) {
	d, err := Of(root)
	if err != nil {
		return Enrolment{}, err
	}
	hardware, err := enrollable(ctx, d, root, apart)
	if err != nil {
		return Enrolment{}, err
	}
	m.Hardware = hardware
	if m.ID, err = idFor(d.Path, m); err != nil {
		return Enrolment{}, err
	}
	if m.Name == "" {
		m.Name = d.Label
	}
	e := Enrolment{Mark: m, Drive: d}
	e.Drive.Name, e.Drive.Enrolled, e.Drive.Set = m.Name, m.ID, m.Slot
	tried, err := try(ctx, d, progress)
	if err != nil {
		return e, err
	}
	e.Probed, e.Spread, e.ReadBack = tried.bytes, tried.spread, tried.readBack
	if err := writeMark(d.Path, m); err != nil {
		return e, err
	}
	written, err := ReadMark(d.Path)
	if err == nil && (written == nil || written.ID != m.ID) {
		err = message.New("drive.fake", "drive.not_kept", message.Args{"path": d.Path})
	}
	return e, err
}

// OnSystem tells whether a path lies on the disk that the system runs from.
func OnSystem(path string) bool { return !apartFromSystem(path) || SameDisk(path, SystemFolder()) }

// enrollable tells what keeps a drive from being one that copies are carried away on.
func enrollable(ctx context.Context, d Drive, root string, apart []string) (Hardware, error) {
	args := message.Args{"path": d.Path, "root": root}
	switch {
	case d.State == Locked:
		return Hardware{}, message.New("drive.locked", "drive.bitlocker", args)
	case d.State == ReadOnly:
		return Hardware{}, message.New("drive.read_only", "drive.read_only", args)
	case OnSystem(d.Path):
		return Hardware{}, message.New("drive.system", "drive.system", args)
	case !SameFile(d.Path, root):
		return Hardware{}, message.New("drive.not_found", "drive.not_root", args)
	}
	for _, path := range apart {
		if SameDisk(d.Path, path) {
			return Hardware{}, message.New("drive.system", "drive.holds", message.Args{"path": d.Path, "what": path})
		}
	}
	signs, err := SystemSigns(d.Path)
	if err != nil {
		return Hardware{}, err
	}
	if len(signs) > 0 {
		return Hardware{}, message.New("drive.system", "drive.system_signs", message.Args{"path": d.Path, "what": strings.Join(signs, ", ")})
	}
	hardware, err := HardwareOf(ctx, d)
	if err == nil && !hardware.Matches(hardware) {
		err = message.New("drive.unknown", "drive.unknown", args)
	}
	return hardware, err
}

// idFor is the id that a drive has already, where its mark was made on it, or a new one.
func idFor(root string, m Mark) (string, error) {
	old, err := ReadMark(root)
	switch {
	case err != nil:
		return "", err
	case old == nil:
		return rand.Text(), nil
	case old.Store != m.Store:
		return "", message.New("drive.foreign", "drive.other_store", message.Args{"path": root, "store": old.Store, "own": m.Store})
	case old.Hardware.Matches(m.Hardware):
		return old.ID, nil
	}
	return rand.Text(), nil
}

// The folder in which a drive is tried. What a killed trial left there goes with it.
const trialName = "trial"

// try writes a file, gives it its name, reads it back, and probes the free space.
func try(ctx context.Context, d Drive, progress func(done, total int64)) (found probed, err error) {
	held, err := os.OpenRoot(d.Path)
	if err != nil {
		return found, explain(err, d.Path)
	}
	defer held.Close()
	if _, err := ours(held, d.Path); err != nil {
		return found, err
	}
	fresh := false
	if err := held.Mkdir(markFolder, 0o755); err == nil {
		fresh = true
	} else if !errors.Is(err, fs.ErrExist) {
		return found, explain(err, d.Path)
	}
	trial := filepath.Join(markFolder, trialName)
	if err := held.RemoveAll(trial); err != nil {
		return found, explain(err, d.Path)
	}
	if err := held.Mkdir(trial, 0o700); err != nil {
		return found, explain(err, d.Path)
	}
	defer func() {
		gone := explain(held.RemoveAll(trial), d.Path)
		if fresh {
			_ = held.Remove(markFolder) // unless a mark lies there
		}
		if err == nil { // else the drive is at fault in any case
			err = gone
		}
	}()
	folder := filepath.Join(d.Path, trial)
	if err := writeAndRead(ctx, folder); message.Code(err) == "copy.bad" {
		return found, message.Wrap(err, "drive.fake", "drive.not_kept", message.Args{"path": d.Path})
	} else if err != nil {
		return found, err
	}
	return probe(ctx, folder, d, progress)
}

func writeAndRead(ctx context.Context, folder string) error {
	text := []byte(rand.Text())
	sum := sha256.Sum256(text)
	file, err := Create(folder, "first")
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		_, err = file.Publish(ctx, hex.EncodeToString(sum[:]))
	}
	return errors.Join(err, file.Discard())
}
