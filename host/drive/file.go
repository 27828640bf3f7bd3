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
	"regexp"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Where Publish read the file back from: past the system's memory, or perhaps only from it.
const (
	FromDevice = "device"
	FromCache  = "cache"
)

// File is a file that is being written into a folder and has no name of its own yet. It is used by one goroutine at a
// time.
type File struct {
	dir     string
	name    string
	temp    *os.File // locked for as long as it is open
	expect  int64
	written int64
	failure error // the first error of Write: what follows a hole is never published
	over    bool  // what has the name is replaced
	done    bool
}

// Create starts a file that will be called name in dir, under a hidden temporary name. dir must exist and is never
// made ("drive.not_found"); a file called name must not ("fs.exists").
func Create(dir, name string) (*File, error) {
	if err := vacant(dir, name); err != nil {
		return nil, err
	}
	temp, err := createPart(dir, name)
	if err != nil {
		return nil, explainAt(err, dir, filepath.Join(dir, name))
	}
	return &File{dir: dir, name: name, temp: temp}, nil
}

// Vacant tells why no new file can be made at a path, as Create does.
func Vacant(path string) error { return vacant(filepath.Dir(path), filepath.Base(path)) }

func vacant(dir, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := checkFolder(dir); err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
		return message.New("fs.exists", "drive.exists", message.Args{"path": filepath.Join(dir, name)})
	}
	return nil
}

// CreateOver starts a file that will take the place of the one called name in dir, where there is one: until it is published,
// that one stays.
func CreateOver(dir, name string) (*File, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := checkFolder(dir); err != nil {
		return nil, err
	}
	temp, err := createPart(dir, name)
	if err != nil {
		return nil, explainAt(err, dir, filepath.Join(dir, name))
	}
	return &File{dir: dir, name: name, temp: temp, over: true}, nil
}

// Expect says how many bytes the whole file will have, so that a full drive can be told with the bytes that it lacks.
func (f *File) Expect(bytes int64) { f.expect = bytes }

// Share lets every user of this computer read the file: what is made for others is no secret, a copy is. On Windows the folder
// says who may.
func (f *File) Share() {
	_ = f.temp.Chmod(0o644) // a drive that knows no users refuses it, and lets everybody
}

// Path is where the file will be once it is published.
func (f *File) Path() string { return filepath.Join(f.dir, f.name) }

// Rename gives the file another name to be published under.
func (f *File) Rename(name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	f.name = name
	return nil
}

// Write adds bytes: "drive.full", "drive.read_only", "drive.removed", "fs.denied". After an error the file can only be
// discarded.
func (f *File) Write(p []byte) (int, error) {
	if f.failure != nil {
		return 0, f.failure
	}
	n, err := f.temp.Write(p)
	startFlush(f.temp, f.written, int64(n))
	f.written += int64(n)
	if err != nil {
		f.failure = f.explain(err)
	}
	return n, f.failure
}

// Flush waits until what was written lies on the device: a worn drive takes every byte, and keeps none.
func (f *File) Flush(ctx context.Context) error {
	if f.failure != nil {
		return f.failure
	}
	if err := flush(ctx, f.temp); err != nil {
		f.failure = f.explain(err)
	}
	return f.failure
}

// Publish gives the file its name once it lies on the device: flushed, read back and compared with that SHA-256 (hex),
// renamed (without replacing, but for CreateOver), the folder flushed. It says where it was read back from, FromDevice or FromCache. After an
// error nothing has the name, and the caller discards.
func (f *File) Publish(ctx context.Context, sha256hex string) (readBack string, err error) {
	if err := f.Flush(ctx); err != nil {
		return "", err
	}
	readBack, err = f.compare(ctx, sha256hex)
	if err != nil {
		return "", f.explain(err)
	}
	if err := f.publish(); err != nil {
		return "", f.explain(err)
	}
	return readBack, nil
}

func (f *File) publish() error {
	rename := renameNew
	if f.over {
		rename = renameOver
	}
	if err := rename(f.temp, f.Path()); err != nil {
		return err
	}
	f.done = true
	err := syncFolder(f.dir)
	if err != nil && !f.over {
		// A name that a power cut may take away again was not given.
		_ = os.Remove(f.Path())
	}
	return errors.Join(err, f.temp.Close())
}

// Discard removes what was written. It does nothing to a published file, and may be called twice.
func (f *File) Discard() error {
	if f.done {
		return nil
	}
	f.done = true
	err := discardPart(f.temp)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return f.explain(err)
}

// A slow pen drive takes minutes to flush, and a person who gives up waits for none of them: the flush goes on alone,
// on a file that is about to be discarded.
func flush(ctx context.Context, file *os.File) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	flushed := make(chan error, 1)
	go func() { flushed <- file.Sync() }()
	select {
	case err := <-flushed:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *File) compare(ctx context.Context, want string) (string, error) {
	hash := sha256.New()
	from, err := readPart(ctx, f.temp, f.written, hash)
	if err != nil {
		return "", err
	}
	if got := hex.EncodeToString(hash.Sum(nil)); !strings.EqualFold(got, want) {
		return "", message.New("copy.bad", "drive.read_back", message.Args{"path": f.dir, "name": f.name})
	}
	return from, nil
}

func (f *File) explain(err error) error {
	switch faultOf(err) {
	case spaceGone:
		return full(err, f.dir, f.expect-f.written)
	case absent:
		// It was there when Create looked.
		return message.Wrap(err, "drive.removed", "drive.removed", message.Args{"path": f.dir})
	case readOnly:
		return explainMidway(err, f.dir)
	}
	return explainAt(err, f.dir, f.Path())
}

// explainAt names the folder where the drive is at fault, and the file where the file is.
func explainAt(err error, dir, path string) error {
	switch faultOf(err) {
	case exists, busy, fileLimit:
		return explain(err, path)
	}
	return explain(err, dir)
}

// WriteFile puts a small file into dir in one step, in place of the one that is called so: a reader sees the old one
// whole or the new one whole. dir must exist.
func WriteFile(dir, name string, data []byte) error {
	f, err := CreateOver(dir, name)
	if err != nil {
		return err
	}
	f.Expect(int64(len(data)))
	if err := f.replace(data); err != nil {
		return errors.Join(f.explain(err), f.Discard())
	}
	return nil
}

func (f *File) replace(data []byte) error {
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.temp.Sync(); err != nil {
		return err
	}
	if err := renameOver(f.temp, f.Path()); err != nil {
		return err
	}
	f.done = true
	return errors.Join(syncFolder(f.dir), f.temp.Close())
}

// SweepParts removes what dead writers left in dir, of the files that owner claims by the name they would have had,
// and returns those names. What a living process writes is locked, and stays; so does everything on a filesystem that
// has no locks.
func SweepParts(dir string, owner func(name string) bool) (removed []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, entry := range entries {
		match := partName.FindStringSubmatch(entry.Name())
		if match == nil || !entry.Type().IsRegular() || !owner(match[1]) {
			continue
		}
		if removeDead(filepath.Join(dir, entry.Name())) {
			removed = append(removed, match[1])
		}
	}
	return removed
}

var partName = regexp.MustCompile(`^\.(.+)\.part-[a-z2-7]{12}$`)

func newPartName(name string) string {
	return "." + name + ".part-" + strings.ToLower(rand.Text()[:12])
}

const maxName = 255 - len("..part-") - 12

// A name must be good on every filesystem that the file may travel to.
func checkName(name string) error {
	if len(name) <= maxName && plainName.MatchString(name) && !reservedName.MatchString(name) {
		return nil
	}
	return message.New("arg.value", "drive.name", message.Args{"name": name})
}

var (
	plainName    = regexp.MustCompile(`^[^\x00-\x1f<>:"/\\|?*]*[^\x00-\x1f<>:"/\\|?*. ]$`)
	reservedName = regexp.MustCompile(`(?i)^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)`)
)

// Folder tells why there is no such folder: "drive.not_found", "fs.denied".
func Folder(dir string) error { return checkFolder(dir) }

func checkFolder(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return explain(err, dir)
	}
	if !info.IsDir() {
		return message.New("drive.not_found", "drive.not_folder", message.Args{"path": dir})
	}
	return nil
}
