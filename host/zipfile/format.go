package zipfile

import "encoding/binary"

// The records of a zip and the marks of those fields that matter here: APPNOTE.TXT 6.3.10 §4.3.
const (
	localSignature      = 0x04034b50
	centralSignature    = 0x02014b50
	endSignature        = 0x06054b50
	end64Signature      = 0x06064b50
	locatorSignature    = 0x07064b50
	descriptorSignature = 0x08074b50

	localLength   = 30
	centralLength = 46
	endLength     = 22
	end64Length   = 56
	locatorLength = 20

	extZip64     = 0x0001
	extTimestamp = 0x5455

	flagEncrypted  = 1 << 0
	flagDescriptor = 1 << 3
	flagUTF8       = 1 << 11
	knownFlags     = flagEncrypted | 1<<1 | 1<<2 | flagDescriptor | flagUTF8

	version20 = 20
	version45 = 45

	max16 = 1<<16 - 1
	max32 = 1<<32 - 1
)

// fields takes little-endian numbers off the front of a record. It is given records of full length.
type fields []byte

func (f *fields) take(n int) []byte {
	head := (*f)[:n]
	*f = (*f)[n:]
	return head
}

func (f *fields) uint16() uint16 { return binary.LittleEndian.Uint16(f.take(2)) }
func (f *fields) uint32() uint32 { return binary.LittleEndian.Uint32(f.take(4)) }
func (f *fields) uint64() uint64 { return binary.LittleEndian.Uint64(f.take(8)) }

// extras finds the fields of an extra area by their marks; ok is false where the area does not end where its last
// field does, or holds a field twice.
func extras(area []byte) (found map[uint16][]byte, ok bool) {
	found = map[uint16][]byte{}
	rest := fields(area)
	for len(rest) > 0 {
		if len(rest) < 4 {
			return nil, false
		}
		mark, size := rest.uint16(), int(rest.uint16())
		if size > len(rest) {
			return nil, false
		}
		if _, twice := found[mark]; twice {
			return nil, false
		}
		found[mark] = rest.take(size)
	}
	return found, true
}
