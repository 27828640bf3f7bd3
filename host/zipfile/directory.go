package zipfile

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// record is one entry as the directory tells it.
type record struct {
	Entry
	raw     []byte // the name's own bytes
	area    []byte // the extra fields' own bytes
	folder  bool
	needed  uint16
	flags   uint16
	method  uint16
	time    uint16
	date    uint16
	extra   map[uint16][]byte
	offset  int64
	next    int64 // where the next entry or the directory begins
	zip64   bool
	madeBy  uint16
	outside uint32
}

// place is where the directory lies.
type place struct {
	entries      uint64
	offset, size int64
}

// errDamaged marks a structure that does not hold together; whoever knows where says where.
var errDamaged = errors.New("damaged")

// findDirectory reads the end of the file: the end record, and the zip64 records before it where they are needed.
func findDirectory(r io.ReaderAt, size int64) (place, error) {
	tail, at, err := readEnd(r, size)
	if err != nil {
		return place{}, err
	}
	end := fields(tail[at+4 : at+endLength])
	endAt := size - int64(len(tail)-at)
	disk, firstDisk, here, entries := end.uint16(), end.uint16(), end.uint16(), end.uint16()
	length, offset := end.uint32(), end.uint32()
	found := place{entries: uint64(entries), offset: int64(offset), size: int64(length)}
	found64, locator, err := findZip64(r, endAt)
	if err != nil {
		return place{}, err
	}
	if locator {
		ok := agrees16(entries, found64.entries) && agrees32(length, found64.size) && agrees32(offset, found64.offset)
		if !ok || here != entries || disk != firstDisk || disk != 0 && disk != max16 {
			return place{}, errDamaged
		}
		return found64, nil
	}
	if disk != 0 || firstDisk != 0 || here != entries || found.offset+found.size != endAt {
		return place{}, errDamaged
	}
	return found, nil
}

// readEnd reads the end of the file and tells where in it the end record begins. Nearly no zip has a comment, which may
// make the end much longer.
func readEnd(r io.ReaderAt, size int64) (tail []byte, at int, err error) {
	for _, length := range []int64{endLength, endLength + max16} {
		tail = make([]byte, min(size, length))
		if err := readAt(r, tail, size-int64(len(tail))); err != nil {
			return nil, 0, err
		}
		if at := lastEnd(tail); at >= 0 {
			return tail, at, nil
		}
	}
	return nil, 0, errDamaged
}

// lastEnd is where the end record begins: the last one whose comment ends where the file does.
func lastEnd(tail []byte) int {
	for at := len(tail) - endLength; at >= 0; at-- {
		if binary.LittleEndian.Uint32(tail[at:]) != endSignature {
			continue
		}
		if at+endLength+int(binary.LittleEndian.Uint16(tail[at+20:])) == len(tail) {
			return at
		}
	}
	return -1
}

// findZip64 reads the zip64 records that end at endAt, if the locator is there.
func findZip64(r io.ReaderAt, endAt int64) (found place, locator bool, err error) {
	locatorAt := endAt - locatorLength
	if locatorAt < 0 {
		return place{}, false, nil
	}
	buffer := make([]byte, locatorLength)
	if err := readAt(r, buffer, locatorAt); err != nil {
		return place{}, false, err
	}
	loc := fields(buffer)
	if loc.uint32() != locatorSignature {
		return place{}, false, nil
	}
	disk, at, disks := loc.uint32(), loc.uint64(), loc.uint32()
	if disk != 0 || disks > 1 || at > math.MaxInt64 || int64(at) > locatorAt-end64Length {
		return place{}, false, errDamaged
	}
	buffer = make([]byte, end64Length)
	if err := readAt(r, buffer, int64(at)); err != nil {
		return place{}, false, err
	}
	return parseEnd64(buffer, int64(at), locatorAt)
}

func parseEnd64(buffer []byte, at, locatorAt int64) (place, bool, error) {
	end := fields(buffer)
	signature, size := end.uint32(), end.uint64()
	_, needed := end.uint16(), end.uint16()
	disk, firstDisk := end.uint32(), end.uint32()
	here, entries, length, offset := end.uint64(), end.uint64(), end.uint64(), end.uint64()
	switch {
	case signature != end64Signature, size != uint64(locatorAt-at-12), needed < version45, needed > 63,
		disk != 0, firstDisk != 0, here != entries, length > uint64(at), offset != uint64(at)-length:
		return place{}, false, errDamaged
	}
	return place{entries: entries, offset: int64(offset), size: int64(length)}, true, nil
}

func agrees16(short uint16, long uint64) bool { return short == max16 || uint64(short) == long }

func agrees32(short uint32, long int64) bool { return short == max32 || int64(short) == long }

// readDirectory reads every entry of the directory, in the directory's order. at is where it stopped.
func readDirectory(r io.ReaderAt, p place) (records []*record, at int64, err error) {
	in := bufio.NewReader(io.NewSectionReader(r, p.offset, p.size))
	at = p.offset
	for range p.entries {
		record, length, err := readCentral(in)
		if err != nil {
			return nil, at, err
		}
		records = append(records, record)
		at += length
	}
	if at != p.offset+p.size {
		return nil, at, errDamaged
	}
	return records, at, nil
}

func readCentral(in io.Reader) (*record, int64, error) {
	head := make([]byte, centralLength)
	if err := readFull(in, head); err != nil {
		return nil, 0, err
	}
	f := fields(head)
	if f.uint32() != centralSignature {
		return nil, 0, errDamaged
	}
	e := &record{madeBy: f.uint16(), needed: f.uint16(), flags: f.uint16(), method: f.uint16(), time: f.uint16(), date: f.uint16()}
	e.CRC32 = f.uint32()
	packed, size := f.uint32(), f.uint32()
	name, extra, comment := int(f.uint16()), int(f.uint16()), int(f.uint16())
	disk, _ := f.uint16(), f.uint16()
	e.outside = f.uint32()
	offset := f.uint32()
	rest := make([]byte, name+extra+comment)
	if err := readFull(in, rest); err != nil {
		return nil, 0, err
	}
	e.raw, e.area = rest[:name], rest[name:name+extra]
	var ok bool
	if e.extra, ok = extras(e.area); !ok || !e.setSizes(size, packed, offset) || disk != 0 && disk != max16 {
		return nil, 0, errDamaged
	}
	e.setName()
	e.setModified()
	return e, int64(centralLength + len(rest)), nil
}

// setSizes takes the numbers of the record, or of its zip64 field where the record says "look there". Some writers put
// more numbers into that field than the record asks for; then they must say the same.
func (e *record) setSizes(size, packed, offset uint32) bool {
	long, zip64 := e.extra[extZip64]
	e.zip64 = zip64
	rest := fields(long)
	for _, number := range []struct {
		short uint32
		long  *int64
	}{{size, &e.Bytes}, {packed, &e.Packed}, {offset, &e.offset}} {
		*number.long = int64(number.short)
		if len(rest) < 8 {
			if number.short == max32 {
				return false
			}
			continue
		}
		value := rest.uint64()
		if value > math.MaxInt64/4 || number.short != max32 && uint64(number.short) != value {
			return false
		}
		*number.long = int64(value)
	}
	return len(rest) == 0 || len(rest) == 4
}

// setName decodes the name: UTF-8 where it is that, else the code page of DOS in Brazil, which old tools use.
func (e *record) setName() {
	name := string(e.raw)
	if !utf8.ValidString(name) && e.flags&flagUTF8 == 0 {
		name, _ = charmap.CodePage850.NewDecoder().String(name) // every byte is a letter there
	}
	e.Name, e.folder = strings.CutSuffix(name, "/")
}

func (e *record) setModified() {
	if seconds, ok := timestamp(e.extra); ok {
		e.Modified = time.Unix(int64(seconds), 0).UTC()
		return
	}
	e.Modified = time.Date(
		int(e.date>>9)+1980, time.Month(e.date>>5&0xf), int(e.date&0x1f),
		int(e.time>>11), int(e.time>>5&0x3f), int(e.time&0x1f)*2, 0, time.UTC)
}

func timestamp(extra map[uint16][]byte) (int32, bool) {
	field := extra[extTimestamp]
	if len(field) < 5 || field[0]&1 == 0 {
		return 0, false
	}
	return int32(binary.LittleEndian.Uint32(field[1:])), true
}

// lay sorts the entries by where they lie and tells each where it must end. It returns an entry that lies over another
// or over the directory.
func lay(records []*record, directory int64) (sorted []*record, over *record) {
	sorted = slices.Clone(records)
	slices.SortStableFunc(sorted, func(a, b *record) int {
		switch {
		case a.offset < b.offset:
			return -1
		case a.offset > b.offset:
			return 1
		}
		return 0
	})
	for i, e := range sorted {
		e.next = directory
		if i+1 < len(sorted) {
			e.next = sorted[i+1].offset
		}
		if e.offset+localLength+int64(len(e.raw))+e.Packed > e.next {
			return nil, e
		}
	}
	return sorted, nil
}

// local is an entry's own header, and where its data begins.
type local struct {
	needed, flags, method, time, date uint16
	crc, packed, size                 uint32
	name, area                        []byte
	extra                             map[uint16][]byte
	data                              int64
}

func readLocal(r io.ReaderAt, e *record) (*local, error) {
	head := make([]byte, localLength)
	if err := readAt(r, head, e.offset); err != nil {
		return nil, err
	}
	f := fields(head)
	if f.uint32() != localSignature {
		return nil, errDamaged
	}
	l := &local{needed: f.uint16(), flags: f.uint16(), method: f.uint16(), time: f.uint16(), date: f.uint16()}
	l.crc, l.packed, l.size = f.uint32(), f.uint32(), f.uint32()
	name, extra := int(f.uint16()), int(f.uint16())
	l.data = e.offset + localLength + int64(name+extra)
	if l.data+e.Packed > e.next {
		return nil, errDamaged
	}
	rest := make([]byte, name+extra)
	if err := readAt(r, rest, e.offset+localLength); err != nil {
		return nil, err
	}
	l.name, l.area = rest[:name], rest[name:]
	var ok bool
	if l.extra, ok = extras(l.area); !ok {
		return nil, errDamaged
	}
	return l, nil
}

// agrees says whether the header tells what the directory tells.
func (l *local) agrees(e *record) bool {
	if !bytes.Equal(l.name, e.raw) || l.flags != e.flags || l.method != e.method || l.time != e.time || l.date != e.date {
		return false
	}
	// One who writes in a stream does not know yet that it will need zip64.
	if l.needed != e.needed && !(e.needed == version45 && l.needed == version20) {
		return false
	}
	if !l.sameExtra(e) {
		return false
	}
	if l.flags&flagDescriptor != 0 && l.crc == 0 && l.packed == 0 && l.size == 0 {
		return true
	}
	size, packed, ok := l.sizes()
	return ok && l.crc == e.CRC32 && size == e.Bytes && packed == e.Packed
}

// sameExtra: most writers put the same extra fields into both headers. Where they differ in length they were meant to,
// and only the time must be one.
func (l *local) sameExtra(e *record) bool {
	if len(l.area) == len(e.area) {
		return bytes.Equal(l.area, e.area)
	}
	here, okHere := timestamp(l.extra)
	there, okThere := timestamp(e.extra)
	return !okHere || !okThere || here == there
}

func (l *local) sizes() (size, packed int64, ok bool) {
	sizes := record{extra: l.extra}
	ok = sizes.setSizes(l.size, l.packed, 0)
	return sizes.Bytes, sizes.Packed, ok
}

// describes says whether the bytes behind an entry's data are its data descriptor, in one of the four forms there are.
func describes(after []byte, e *record) bool {
	rest := fields(after)
	if len(rest) == 16 || len(rest) == 24 {
		if rest.uint32() != descriptorSignature {
			return false
		}
	}
	switch len(rest) {
	case 12:
		return rest.uint32() == e.CRC32 && int64(rest.uint32()) == e.Packed && int64(rest.uint32()) == e.Bytes
	case 20:
		return rest.uint32() == e.CRC32 && rest.uint64() == uint64(e.Packed) && rest.uint64() == uint64(e.Bytes)
	}
	return false
}

func readAt(r io.ReaderAt, buffer []byte, at int64) error {
	n, err := r.ReadAt(buffer, at)
	if n == len(buffer) {
		return nil
	}
	return shortIsDamaged(err)
}

func readFull(r io.Reader, buffer []byte) error {
	_, err := io.ReadFull(r, buffer)
	return shortIsDamaged(err)
}

// shortIsDamaged tells a file that ends too early from a disk that does not answer.
func shortIsDamaged(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errDamaged
	}
	return err
}
