package exchange

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"io"
	"os"

	"github.com/djscript/djscript/host/drive"
	"github.com/djscript/djscript/host/layout"
)

// spool keeps the rows of a type of record on the disk until they are written under their parents. In memory is where each
// lies, in the order in which they came, by a hash of the parent's key.
type spool struct {
	file   *os.File
	out    *bufio.Writer
	at     int64
	chains map[uint64]chain
	places []place64
	seen   []bool

	window []byte // what was read of the file, from that place on
	from   int64
	room   []byte
}

// chain are the rows of one hash: the first, the last, and each one's next.
type chain struct{ first, last int32 }

type place64 struct {
	at   int64
	next int32 // -1 for none
}

// windowSize is how much is read at once: rows mostly lie in the order in which they are asked for.
const windowSize = 32 << 10

var seed = maphash.MakeSeed()

const spoolPrefix = "spool-"

func newSpool(dir string) (*spool, error) {
	file, err := os.CreateTemp(dir, spoolPrefix)
	if err != nil {
		return nil, drive.Explain(err, dir)
	}
	return &spool{file: file, out: bufio.NewWriterSize(file, 1<<18), chains: map[uint64]chain{}}, nil
}

func (s *spool) close() { _ = errors.Join(s.file.Close(), os.Remove(s.file.Name())) }

// add writes a row.
func (s *spool) add(r *row) error {
	s.room = r.append(s.room[:0])
	var length [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(length[:], uint64(len(s.room)))
	_, err := s.out.Write(length[:n])
	if err == nil {
		_, err = s.out.Write(s.room)
	}
	if err != nil {
		return drive.Explain(err, s.file.Name())
	}
	i := int32(len(s.places))
	s.places = append(s.places, place64{s.at, -1})
	s.at += int64(n + len(s.room))
	hash := maphash.Bytes(seed, r.parent)
	before, there := s.chains[hash]
	if there {
		s.places[before.last].next = i
		s.chains[hash] = chain{before.first, i}
		return nil
	}
	s.chains[hash] = chain{i, i}
	return nil
}

// rest is to be called when all rows are there.
func (s *spool) rest() error {
	s.seen = make([]bool, len(s.places))
	return drive.Explain(s.out.Flush(), s.file.Name())
}

// under gives the rows under a parent, one by one. The row is good until the next of this spool.
func (s *spool) under(key []byte, r *row, each func(*row) error) error {
	found, there := s.chains[maphash.Bytes(seed, key)]
	if !there {
		return nil
	}
	for i := found.first; i >= 0; i = s.places[i].next {
		if err := s.read(i, r); err != nil {
			return err
		}
		if !bytes.Equal(r.parent, key) {
			continue
		}
		s.seen[i] = true
		if err := each(r); err != nil {
			return err
		}
	}
	return nil
}

func (s *spool) read(i int32, r *row) error {
	at := s.places[i].at
	text, err := s.bytes(at, binary.MaxVarintLen64)
	if err != nil {
		return err
	}
	length, n := binary.Uvarint(text)
	if text, err = s.bytes(at+int64(n), int(length)); err != nil {
		return err
	}
	r.take(text[:length])
	return nil
}

// bytes are at least n bytes of the file, or all that there are.
func (s *spool) bytes(at int64, n int) ([]byte, error) {
	end := min(at+int64(n), s.at)
	if at < s.from || end > s.from+int64(len(s.window)) {
		s.window = append(s.window[:0], make([]byte, max(windowSize, n))...)
		read, err := s.file.ReadAt(s.window, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, drive.Explain(err, s.file.Name())
		}
		s.from, s.window = at, s.window[:read]
	}
	return s.window[at-s.from:], nil
}

// row is one row of a query, ready to be written.
type row struct {
	values []layout.Value // of the record's fields
	told   layout.Value   // what a person knows it by
	parent []byte         // the key of the row that it stands under
	keys   [][]byte       // by which rows of other types stand under it
	gone   bool           // it went out before
	id     rowKey
	mark   int64 // its value of the cursor
}

func (r *row) append(to []byte) []byte {
	to = appendBytes(to, r.parent)
	gone := byte(0)
	if r.gone {
		gone = 1
	}
	to = append(append(to, gone), r.id[:]...)
	to = binary.AppendVarint(to, r.mark)
	to = appendValue(to, r.told)
	for _, key := range r.keys {
		to = appendBytes(to, key)
	}
	for _, v := range r.values {
		to = appendValue(to, v)
	}
	return to
}

// take reads what append wrote, for a row with as many keys and values.
func (r *row) take(text []byte) {
	r.parent, text = takeBytes(text)
	r.gone, text = text[0] == 1, text[1:]
	r.id, text = rowKey(text), text[keySize:]
	var n int
	r.mark, n = binary.Varint(text)
	r.told, text = takeValue(text[n:])
	for i := range r.keys {
		r.keys[i], text = takeBytes(text)
	}
	for i := range r.values {
		r.values[i], text = takeValue(text)
	}
}

func appendBytes(to, text []byte) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

func takeBytes(from []byte) (text, rest []byte) {
	length, n := binary.Uvarint(from)
	end := n + int(length)
	return from[n:end:end], from[end:]
}

func appendValue(to []byte, v layout.Value) []byte {
	to = append(to, byte(v.Kind))
	switch v.Kind {
	case layout.Null:
		return to
	case layout.String:
		return appendBytes(append(to, byte(v.Encoding)), v.Bytes)
	}
	return binary.AppendVarint(append(to, v.Places), v.N)
}

func takeValue(from []byte) (v layout.Value, rest []byte) {
	v.Kind, rest = layout.Kind(from[0]), from[1:]
	switch v.Kind {
	case layout.Null:
		return v, rest
	case layout.String:
		v.Encoding = layout.Encoding(rest[0])
		v.Bytes, rest = takeBytes(rest[1:])
		return v, rest
	}
	v.Places = rest[0]
	var n int
	v.N, n = binary.Varint(rest[1:])
	return v, rest[1+n:]
}
