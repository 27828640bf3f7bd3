package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/message"
)

// Keep says how long what went out is kept: so many days and so many files, whichever is more; zeros are 90 days. The last one is
// always kept.
type Keep struct{ Days, Files int }

const usualKeep = 90

// kept is a file that went out, as it is kept in the store's own folder: compressed, under its number and its content.
type kept struct {
	path    string
	number  int64
	content string
}

var keptName = regexp.MustCompile(`^([0-9]{8,19})-([0-9a-f]{64})\.gz$`)

func keptPath(dir string, number int64, content string) string {
	return filepath.Join(dir, fmt.Sprintf("%08d-%s.gz", number, content))
}

// keptIn are what is kept, oldest first.
func keptIn(dir string) ([]kept, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, drive.Explain(err, dir)
	}
	var all []kept
	for _, e := range entries {
		if m := keptName.FindStringSubmatch(e.Name()); m != nil {
			number, _ := strconv.ParseInt(m[1], 10, 64)
			all = append(all, kept{filepath.Join(dir, e.Name()), number, m[2]})
		}
	}
	slices.SortStableFunc(all, func(a, b kept) int { return int(max(-1, min(1, a.number-b.number))) })
	return all, nil
}

// prune takes away what has been kept long enough.
func (k Keep) prune(dir string, now time.Time) error {
	all, err := keptIn(dir)
	if err != nil {
		return err
	}
	days := k.Days
	if days == 0 && k.Files == 0 {
		days = usualKeep
	}
	for _, one := range all[:max(0, len(all)-max(1, k.Files))] {
		info, err := os.Stat(one.path)
		if err == nil && now.Sub(info.ModTime()) > time.Duration(days)*24*time.Hour {
			err = os.Remove(one.path)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return drive.Explain(err, one.path)
		}
	}
	return nil
}

// sweep takes away what runs that died were writing here.
func sweep(dir string) {
	drive.SweepParts(dir, func(string) bool { return true })
	left, _ := filepath.Glob(filepath.Join(dir, spoolPrefix+"*"))
	for _, path := range left {
		_ = os.Remove(path)
	}
}

// forget takes away what a run kept that died before it told anybody: numbers from the next one on.
func forget(dir string, next int64) {
	all, _ := keptIn(dir) // what stays is in the way of nothing
	for _, one := range all {
		if one.number >= next {
			_ = os.Remove(one.path)
		}
	}
}

// open reads what is kept; the error of a copy that is not whole is txt.file.
func (k kept) open() (io.ReadCloser, error) {
	file, err := os.Open(k.path)
	if err != nil {
		return nil, drive.Explain(err, k.path)
	}
	in, err := gzip.NewReader(file)
	if err != nil {
		return nil, errors.Join(k.bad(err), file.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{in, file}, nil
}

func (k kept) bad(err error) error {
	return message.Wrap(err, "txt.file", "export.kept_bad", message.Args{"path": k.path, "number": k.number})
}

// put writes what is kept to its place, where nothing lies or the same.
func (k kept) put(ctx context.Context, dir, name string) (err error) {
	path := filepath.Join(dir, name)
	if content, err := contentOf(ctx, path); err == nil && content == k.content {
		return nil
	}
	in, err := k.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	file, err := drive.Create(dir, name)
	if err != nil {
		return taken(err, path, k.number)
	}
	file.Share()
	defer func() { err = errors.Join(err, file.Discard()) }()
	sum := sha256.New()
	from := faults{from: drive.Until(ctx, in)}
	if _, err := io.Copy(io.MultiWriter(sum, file), &from); err != nil {
		if from.err != nil && ctx.Err() == nil {
			err = k.bad(from.err)
		}
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != k.content {
		return k.bad(errors.New("other content"))
	}
	_, err = file.Publish(ctx, k.content)
	return taken(err, path, k.number)
}

// faults is a reader that remembers its error.
type faults struct {
	from io.Reader
	err  error
}

// Read reads.
func (f *faults) Read(p []byte) (int, error) {
	n, err := f.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

// taken tells what to do where a file of another content has a number's name.
func taken(err error, path string, number int64) error {
	if message.Code(err) != "fs.exists" {
		return err
	}
	return message.Wrap(err, "fs.exists", "export.taken", message.Args{"path": path, "number": number})
}

func contentOf(ctx context.Context, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, drive.Until(ctx, file)); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// outlet is where a file is written to: its place, under a temporary name, and beside it what is kept of it.
type outlet struct {
	file   *drive.File // nil for a rehearsal
	copy   *drive.File // nil where nothing is kept
	zip    *gzip.Writer
	sum    hash.Hash
	bytes  int64
	zipped hash.Hash // of copy
}

// newOutlet begins a file; dir is where it is kept, "" for nowhere.
func newOutlet(begin func() (*drive.File, error), dir string) (t *outlet, err error) {
	t = &outlet{sum: sha256.New(), zipped: sha256.New()}
	if t.file, err = begin(); err != nil || dir == "" {
		return t, err
	}
	if t.copy, err = drive.Create(dir, "kept"); err != nil {
		return nil, errors.Join(err, t.discard())
	}
	t.zip, err = gzip.NewWriterLevel(io.MultiWriter(t.zipped, t.copy), gzip.BestSpeed)
	return t, err
}

// Write writes to all of them.
func (t *outlet) Write(p []byte) (int, error) {
	t.bytes += int64(len(p))
	t.sum.Write(p)
	if t.file != nil {
		if n, err := t.file.Write(p); err != nil {
			return n, err
		}
	}
	if t.zip != nil {
		if n, err := t.zip.Write(p); err != nil {
			return n, err
		}
	}
	return len(p), nil
}

func (t *outlet) content() string { return hex.EncodeToString(t.sum.Sum(nil)) }

// keep gives what is kept its name.
func (t *outlet) keep(ctx context.Context, number int64) error {
	if t.copy == nil {
		return nil
	}
	if err := t.zip.Close(); err != nil {
		return err
	}
	path := keptPath(filepath.Dir(t.copy.Path()), number, t.content())
	if err := t.copy.Rename(filepath.Base(path)); err != nil {
		return err
	}
	_, err := t.copy.Publish(ctx, t.copySum())
	if message.Code(err) == "fs.exists" { // a run that died before its intent left the same
		return nil
	}
	return err
}

func (t *outlet) copySum() string { return hex.EncodeToString(t.zipped.Sum(nil)) }

func (t *outlet) discard() error {
	var errs []error
	for _, file := range []*drive.File{t.file, t.copy} {
		if file != nil {
			errs = append(errs, file.Discard())
		}
	}
	return errors.Join(errs...)
}

// folderName is a name as a folder has it on every system.
func folderName(name string) string {
	var b strings.Builder
	for _, c := range []byte(strings.ToLower(name)) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02x", c)
	}
	return b.String()
}
