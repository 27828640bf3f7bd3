package zipfile

import (
	"bytes"
	"hash/crc32"
	"io"
	"time"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zip"

	"github.com/djscript/djscript/host/message"
)

// DefaultLevel deflates gbak's stream several times faster than gbak gives it.
const DefaultLevel = 3

// Writer writes a zip to a stream, entry after entry, without ever going back.
type Writer struct {
	zip   *zip.Writer
	level int
	tree  tree
}

// NewWriter writes to w, deflating at level 1 (fastest) to 9 (smallest).
func NewWriter(w io.Writer, level int) *Writer {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, level) })
	return &Writer{zip: z, level: level, tree: tree{}}
}

// Create begins an entry; what is written to it is deflated as it comes, and ends where the next entry or Close
// begins. name is ASCII, relative, with "/" between folders, and good on Windows too ("arg.value"). Errors of writing
// are those of the underlying writer.
func (z *Writer) Create(name string, modified time.Time) (io.Writer, error) {
	if err := z.claim(name); err != nil {
		return nil, err
	}
	return z.zip.CreateHeader(&zip.FileHeader{Name: name, NonUTF8: true, Method: zip.Deflate, Modified: inRange(modified)})
}

// Add writes a small entry whole. Its sizes stand before it, so that even a program that reads the zip as a stream
// knows where it ends.
func (z *Writer) Add(name string, modified time.Time, data []byte) error {
	if err := z.claim(name); err != nil {
		return err
	}
	packed, method, err := z.pack(data)
	if err != nil {
		return err
	}
	header := &zip.FileHeader{Name: name, Method: method, CreatorVersion: version20, ReaderVersion: version20}
	header.CRC32 = crc32.ChecksumIEEE(data)
	header.CompressedSize64, header.UncompressedSize64 = uint64(len(packed)), uint64(len(data))
	stamp(header, inRange(modified))
	w, err := z.zip.CreateRaw(header)
	if err != nil {
		return err
	}
	_, err = w.Write(packed)
	return err
}

// Close writes the directory. It does not close the underlying writer.
func (z *Writer) Close() error { return z.zip.Close() }

func (z *Writer) claim(name string) error {
	if !isASCII(name) || !safeName(name) {
		return message.New("arg.value", "zipfile.new_name", message.Args{"name": name})
	}
	if !z.tree.add(name) {
		return message.New("arg.value", "zipfile.new_twice", message.Args{"name": name})
	}
	return nil
}

func (z *Writer) pack(data []byte) (packed []byte, method uint16, err error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, z.level)
	if err != nil {
		return nil, 0, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, 0, err
	}
	if err := w.Close(); err != nil {
		return nil, 0, err
	}
	if out.Len() >= len(data) {
		return data, zip.Store, nil
	}
	return out.Bytes(), zip.Deflate, nil
}

// stamp dates a raw entry as the library dates the others: in the zone it was given for old programs, and to the
// second in UTC beside it.
func stamp(header *zip.FileHeader, at time.Time) {
	// The raw writer leaves the old fields to us, although it calls them deprecated.
	header.ModifiedDate = uint16(at.Day() + int(at.Month())<<5 + (at.Year()-1980)<<9) //nolint:staticcheck // as above
	header.ModifiedTime = uint16(at.Second()/2 + at.Minute()<<5 + at.Hour()<<11)      //nolint:staticcheck // as above
	seconds := uint32(at.Unix())
	header.Extra = []byte{
		extTimestamp & 0xff, extTimestamp >> 8, 5, 0, 1,
		byte(seconds), byte(seconds >> 8), byte(seconds >> 16), byte(seconds >> 24),
	}
}

// inRange is the time as a zip can hold it: a PC whose clock battery is flat wakes up in 1970.
func inRange(at time.Time) time.Time {
	first := time.Date(1980, 1, 1, 0, 0, 0, 0, at.Location())
	last := time.Date(2100, 1, 1, 0, 0, 0, 0, at.Location())
	if at.Before(first) {
		return first
	}
	if at.After(last) {
		return last
	}
	return at
}
