package recovery

import (
	"encoding/binary"
	"io"
)

// role is what Firebird's own table RDB$PAGES says that a page is for: it knows every page that others are found by.
type role struct {
	kind     byte
	relation uint16
	sequence uint32
}

// Where a record stands on a data page, and what it begins with.
const (
	recordTable  = 24 // of offset and length, two bytes each
	recordFlags  = 10
	recordFormat = 12
	recordBegin  = 13
	// An older version, a piece, a large object, a difference, one that was deleted or is damaged, or of the long form.
	recordOther = 0x01 | 0x02 | 0x04 | 0x08 | 0x10 | 0x20 | 0x80 | 0x400
)

// A record of RDB$PAGES: which fields are null, then the page's number, the relation, the sequence, the kind.
const (
	pagesNumber   = 4
	pagesRelation = 8
	pagesSequence = 12
	pagesKind     = 16
	pagesLength   = 18
)

// roles reads RDB$PAGES past the engine: with it one knows what a page was that is nothing any more.
func (s *survey) roles(file io.ReaderAt) map[int]role {
	found := map[int]role{}
	page := make([]byte, s.size)
	for n, of := range s.own {
		if s.kind[n] != pageData || !of.known || of.relation != 0 || !readAt(file, page, int64(n)*int64(s.size)) {
			continue
		}
		for i := range int(short(page, atDataCount)) {
			if r, number, ok := roleOf(page, recordTable+4*i); ok {
				found[number] = r
			}
		}
	}
	return found
}

// roleOf reads one record of RDB$PAGES by its entry on the page.
func roleOf(page []byte, entry int) (r role, number int, ok bool) {
	if entry+4 > len(page) {
		return r, 0, false
	}
	from, length := int(short(page, entry)), int(short(page, entry+2))
	if from == 0 || length <= recordBegin || from+length > len(page) {
		return r, 0, false
	}
	record := page[from : from+length]
	if short(record, recordFlags)&recordOther != 0 {
		return r, 0, false
	}
	data := unpack(record[recordBegin:], pagesLength)
	if len(data) < pagesLength {
		return r, 0, false
	}
	r = role{kind: byte(short(data, pagesKind)), relation: short(data, pagesRelation), sequence: long(data, pagesSequence)}
	return r, int(long(data, pagesNumber)), true
}

// unpack undoes Firebird's packing of records: a count and so many bytes, or a negative count and one byte to repeat. It
// gives at most that many bytes.
func unpack(packed []byte, most int) []byte {
	data := make([]byte, 0, most)
	for len(packed) > 1 && len(data) < most {
		n := int(int8(packed[0]))
		packed = packed[1:]
		if n < 0 {
			for range min(-n, most-len(data)) {
				data = append(data, packed[0])
			}
			packed = packed[1:]
			continue
		}
		n = min(n, len(packed))
		data = append(data, packed[:min(n, most-len(data))]...)
		packed = packed[n:]
	}
	return data
}

// blank is a page of that kind and number with nothing in it.
func (s *survey) blank(kind byte, number int) []byte {
	page := make([]byte, s.size)
	page[0] = kind
	binary.LittleEndian.PutUint32(page[4:], 1) // how often it was written
	putLong(page, atNumber, uint32(number))
	return page
}
