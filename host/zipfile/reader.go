package zipfile

import (
	"bufio"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/klauspost/compress/flate"

	"github.com/djscript/djscript/host/message"
)

// Limits are what a zip may be. A zero takes the default.
type Limits struct {
	Bytes   int64 // unpacked, all entries together; 1 TiB
	Ratio   int   // unpacked to packed, for entries of more than 64 MiB unpacked; 200
	Entries int   // 100,000
}

// codeBad is the code of every zip that is not taken.
const codeBad = "zip.bad"

const (
	defaultBytes   = 1 << 40
	defaultRatio   = 200
	defaultEntries = 100_000
	ratioFrom      = 64 << 20
)

// Entry is a file in a zip.
type Entry struct {
	Name     string // relative, with "/"
	Bytes    int64  // unpacked
	Packed   int64
	Modified time.Time
	CRC32    uint32
}

// Reader reads a zip whose directory was found sound. It may be used from several goroutines.
type Reader struct {
	path    string
	in      io.ReaderAt
	file    io.Closer
	start   int64     // of the directory
	records []*record // folders included, in the directory's order
	laid    []*record // by where they lie
	byName  map[string]*record
}

// Open reads the directory of a zip file: "zip.bad" where it is none, is damaged, or breaks a limit.
func Open(path string, l Limits) (*Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, unopened(err, path)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(unopened(err, path), file.Close())
	}
	if !info.Mode().IsRegular() {
		return nil, errors.Join(message.New(codeBad, "zipfile.end", message.Args{"path": path}), file.Close())
	}
	r, err := newReader(file, info.Size(), l, path)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	r.file = file
	return r, nil
}

// NewReader is Open for a zip that lies elsewhere than in a file.
func NewReader(in io.ReaderAt, size int64, l Limits) (*Reader, error) {
	return newReader(in, size, l, "zip")
}

// NamedReader is NewReader for a zip that lies somewhere all the same: errors say so.
func NamedReader(in io.ReaderAt, size int64, l Limits, path string) (*Reader, error) {
	return newReader(in, size, l, path)
}

func newReader(in io.ReaderAt, size int64, l Limits, path string) (*Reader, error) {
	r := &Reader{path: path, in: in}
	at, err := findDirectory(in, size)
	if err != nil {
		return nil, r.explain(err, message.New(codeBad, "zipfile.end", message.Args{"path": path}))
	}
	r.start = at.offset
	l = l.orDefaults()
	if at.entries > uint64(l.Entries) {
		return nil, message.New(codeBad, "zipfile.entries", message.Args{"path": path, "limit": l.Entries})
	}
	records, stopped, err := readDirectory(in, at)
	if err != nil {
		return nil, r.explain(err, message.New(codeBad, "zipfile.directory", message.Args{"path": path, "at": stopped}))
	}
	if err := r.admit(records, l); err != nil {
		return nil, err
	}
	laid, over := lay(records, at.offset)
	if over != nil {
		return nil, r.bad("zipfile.overlap", over)
	}
	r.records, r.laid = records, laid
	return r, nil
}

func (l Limits) orDefaults() Limits {
	if l.Bytes == 0 {
		l.Bytes = defaultBytes
	}
	if l.Ratio == 0 {
		l.Ratio = defaultRatio
	}
	if l.Entries == 0 {
		l.Entries = defaultEntries
	}
	return l
}

// admit refuses what must not be unpacked.
func (r *Reader) admit(records []*record, l Limits) error {
	names, total := tree{}, int64(0)
	r.byName = map[string]*record{}
	for _, e := range records {
		if key := e.refusal(); key != "" {
			return r.bad(key, e)
		}
		if fresh := e.folder && names.addFolder(e.Name) || !e.folder && names.add(e.Name); !fresh {
			return r.bad("zipfile.twice", e)
		}
		if e.Bytes > l.Bytes-total {
			return message.New(codeBad, "zipfile.bytes", message.Args{"path": r.path, "limit": l.Bytes})
		}
		total += e.Bytes
		if e.Bytes > ratioFrom && e.Bytes/int64(l.Ratio) > e.Packed {
			return r.bad("zipfile.ratio", e)
		}
		if !e.folder {
			r.byName[e.Name] = e
		}
	}
	return nil
}

const (
	methodStore   = 0
	methodDeflate = 8
)

// refusal is the sentence that says why an entry is not taken, whatever its data; "" where it is.
func (e *record) refusal() string {
	switch {
	case !safeName(e.Name):
		return "zipfile.name"
	case e.isSpecial():
		return "zipfile.link"
	case e.flags&flagEncrypted != 0:
		return "zipfile.encrypted"
	case e.flags&^knownFlags != 0, e.method != methodStore && e.method != methodDeflate, e.needed > version45:
		return "zipfile.method"
	case e.folder && e.Bytes != 0, e.method == methodStore && e.Bytes != e.Packed:
		return "zipfile.header"
	}
	return ""
}

// isSpecial says whether the entry is anything but a file or a folder to the system that made it: a link, a device, a
// Windows reparse point, or a folder that has a file's name.
func (e *record) isSpecial() bool {
	const (
		typeBits, typeFile, typeFolder   = 0xf000, 0x8000, 0x4000
		dosVolume, dosFolder, dosReparse = 0x08, 0x10, 0x400
	)
	kind := e.outside >> 16 & typeBits
	switch {
	case kind == typeFolder && !e.folder, kind == typeFile && e.folder:
		return true
	case kind != 0 && kind != typeFile && kind != typeFolder:
		return true
	case e.outside&dosVolume != 0, e.outside&dosReparse != 0, e.outside&dosFolder != 0 && !e.folder:
		return true
	}
	return false
}

// Close closes the file that Open opened.
func (r *Reader) Close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

// Entries is the files of the zip, in the directory's order. Folders are not told.
func (r *Reader) Entries() []Entry {
	entries := make([]Entry, 0, len(r.byName))
	for _, e := range r.records {
		if !e.folder {
			entries = append(entries, e.Entry)
		}
	}
	return entries
}

// Open reads a file of the zip. The last Read gives io.EOF only where length, CRC and the end of the packed data are
// what the directory says, and "zip.bad" otherwise.
func (r *Reader) Open(name string) (io.ReadCloser, error) {
	e, ok := r.byName[name]
	if !ok {
		return nil, message.New(codeBad, "zipfile.missing", message.Args{"path": r.path, "name": name})
	}
	return r.open(e)
}

func (r *Reader) open(e *record) (*content, error) {
	header, err := r.header(e)
	if err != nil {
		return nil, err
	}
	section := io.NewSectionReader(r.in, header.data, e.Packed)
	packed := bufio.NewReaderSize(section, int(min(e.Packed, 64<<10)))
	c := &content{zip: r, entry: e, section: section, packed: packed, crc: crc32.NewIEEE()}
	c.plain = io.NopCloser(packed)
	if e.method == methodDeflate {
		c.plain = inflate(packed)
	}
	return c, nil
}

// inflaters are used again: whoever looks into thousands of zips opens one small entry of each.
var inflaters sync.Pool

func inflate(packed io.Reader) io.ReadCloser {
	if used, ok := inflaters.Get().(io.ReadCloser); ok && used.(flate.Resetter).Reset(packed, nil) == nil {
		return &inflater{used}
	}
	return &inflater{flate.NewReader(packed)}
}

// inflater goes back when it is closed.
type inflater struct{ io.ReadCloser }

func (i *inflater) Read(p []byte) (int, error) {
	if i.ReadCloser == nil {
		return 0, fs.ErrClosed
	}
	return i.ReadCloser.Read(p)
}

func (i *inflater) Close() error {
	if i.ReadCloser == nil {
		return nil
	}
	err := i.ReadCloser.Close()
	inflaters.Put(i.ReadCloser)
	i.ReadCloser = nil
	return err
}

func (r *Reader) header(e *record) (*local, error) {
	header, err := readLocal(r.in, e)
	if err == nil && !header.agrees(e) {
		err = errDamaged
	}
	if err != nil {
		return nil, r.explain(err, r.bad("zipfile.header", e))
	}
	return header, nil
}

func (r *Reader) bad(key string, e *record) error {
	args := message.Args{"path": r.path, "name": e.Name}
	return message.New(codeBad, key, args)
}

func (r *Reader) stray(at int64) error {
	return message.New(codeBad, "zipfile.stray", message.Args{"path": r.path, "at": at})
}

// explain is the error that a person is told: damage as it is described, and a disk that does not answer as that.
func (r *Reader) explain(err, damage error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errDamaged):
		return damage
	case message.Code(err) != "":
		return err
	}
	return message.Wrap(err, "drive.removed", "zipfile.unread", message.Args{"path": r.path})
}

func unopened(err error, path string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return message.Wrap(err, "arg.path", "zipfile.absent", message.Args{"path": path})
	}
	if errors.Is(err, fs.ErrPermission) {
		return message.Wrap(err, "fs.denied", "zipfile.denied", message.Args{"path": path})
	}
	return message.Wrap(err, "drive.removed", "zipfile.unread", message.Args{"path": path})
}
