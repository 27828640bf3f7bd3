package copies

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"filippo.io/age"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/zipfile"
)

// opened is the zip of a copy, wherever and however it lies: its pieces are joined and its ciphertext is decrypted.
type opened struct {
	*zipfile.Reader
	plain *io.SectionReader // the zip's own bytes
	files []*os.File
}

// bytes are all of the zip, from the first.
func (o *opened) bytes() io.Reader { return io.NewSectionReader(o.plain, 0, o.plain.Size()) }

// Close closes the files.
func (o *opened) Close() error {
	var failed []error
	for _, file := range o.files {
		failed = append(failed, file.Close())
	}
	return errors.Join(failed...)
}

// open opens the zip. What is encrypted wants one of the keys that it was made for: copy.encrypted without any,
// copy.key where none fits.
func (a artifact) open(keys []age.Identity) (*opened, error) {
	if a.encrypted() && len(keys) == 0 {
		return nil, message.New("copy.encrypted", "copies.encrypted", message.Args{"path": a.path()})
	}
	o := &opened{}
	err := o.join(a)
	if err == nil && a.encrypted() {
		err = o.decrypt(a, keys)
	}
	if err == nil {
		o.Reader, err = zipfile.NamedReader(o.plain, o.plain.Size(), limits, a.path())
	}
	if err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

// join opens the files and sees them as one.
func (o *opened) join(a artifact) error {
	all := &joined{}
	for _, name := range a.files() {
		path := filepath.Join(a.dir, name)
		file, err := os.Open(path)
		if err != nil {
			return unopened(err, path)
		}
		o.files = append(o.files, file)
		info, err := file.Stat()
		if err != nil {
			return unopened(err, path)
		}
		if !info.Mode().IsRegular() {
			return message.New("copy.bad", "copies.not_a_copy", message.Args{"path": path})
		}
		all.add(file, info.Size())
	}
	o.plain = io.NewSectionReader(withTail(all.reader(), all.size()), 0, all.size())
	return nil
}

// tail has read the end of a file at once: the zip's directory and its manifest lie there, and are asked for in many
// small pieces.
type tail struct {
	io.ReaderAt
	from int64
	data []byte
}

const tailLength = 8 << 10

func withTail(all io.ReaderAt, size int64) io.ReaderAt {
	t := &tail{ReaderAt: all, from: max(0, size-tailLength), data: make([]byte, min(size, tailLength))}
	if n, err := all.ReadAt(t.data, t.from); n < len(t.data) && err != nil {
		return all // whoever asks again is told why
	}
	return t
}

func (t *tail) ReadAt(p []byte, at int64) (int, error) {
	if at < t.from || at+int64(len(p)) > t.from+int64(len(t.data)) {
		return t.ReaderAt.ReadAt(p, at)
	}
	return copy(p, t.data[at-t.from:]), nil
}

func unopened(err error, path string) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return message.Wrap(err, "copy.not_found", "copies.no_file", message.Args{"path": path})
	case errors.Is(err, fs.ErrPermission):
		return message.Wrap(err, "fs.denied", "copies.denied", message.Args{"path": path})
	}
	return fmt.Errorf("open copy: %w", err)
}

// decrypt sees the ciphertext as what it holds; only what is asked for is decrypted.
func (o *opened) decrypt(a artifact, keys []age.Identity) error {
	plain, size, err := age.DecryptReaderAt(&device{o.plain}, o.plain.Size(), keys...)
	if _, unfit := errors.AsType[*age.NoIdentityMatchError](err); unfit {
		return message.New("copy.key", "copies.key_unfit", message.Args{"path": a.path()})
	}
	if err != nil {
		return undecrypted(err, a.path())
	}
	o.plain = io.NewSectionReader(&decrypted{plain, a.path()}, 0, size)
	return nil
}

// device marks what the drive itself says while ciphertext is read: anything else speaks against the ciphertext.
type device struct{ from io.ReaderAt }

func (d *device) ReadAt(p []byte, at int64) (int, error) {
	n, err := d.from.ReadAt(p, at)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &deviceError{err}
	}
	return n, err
}

type deviceError struct{ error }

func (e *deviceError) Unwrap() error { return e.error }

// decrypted tells ciphertext that was tampered with as what it is.
type decrypted struct {
	from io.ReaderAt
	path string
}

func (d *decrypted) ReadAt(p []byte, at int64) (int, error) {
	n, err := d.from.ReadAt(p, at)
	if err != nil && !errors.Is(err, io.EOF) {
		err = undecrypted(err, d.path)
	}
	return n, err
}

func undecrypted(err error, path string) error {
	if drive, ok := errors.AsType[*deviceError](err); ok {
		return fmt.Errorf("read %s: %w", path, drive.error)
	}
	return message.New("copy.bad", "copies.undecrypted", message.Args{"path": path}) // how its cipher noticed is of no use
}

// joined are files read as if they were one.
type joined struct {
	files []io.ReaderAt
	ends  []int64 // where each ends within the whole
}

func (j *joined) add(file io.ReaderAt, size int64) {
	j.files, j.ends = append(j.files, file), append(j.ends, j.size()+size)
}

func (j *joined) size() int64 {
	if len(j.ends) == 0 {
		return 0
	}
	return j.ends[len(j.ends)-1]
}

// reader is the whole; one file alone is read as it is.
func (j *joined) reader() io.ReaderAt {
	if len(j.files) == 1 {
		return j.files[0]
	}
	return j
}

func (j *joined) ReadAt(p []byte, at int64) (n int, err error) {
	for n < len(p) {
		i := sort.Search(len(j.ends), func(i int) bool { return j.ends[i] > at })
		if i == len(j.ends) {
			return n, io.EOF
		}
		from := int64(0)
		if i > 0 {
			from = j.ends[i-1]
		}
		want := min(int64(len(p)-n), j.ends[i]-at)
		got, err := j.files[i].ReadAt(p[n:n+int(want)], at-from)
		n, at = n+got, at+int64(got)
		if int64(got) < want {
			if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF // it became shorter meanwhile
			}
			return n, err
		}
	}
	return n, nil
}
