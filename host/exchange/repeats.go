package exchange

import (
	"hash/maphash"
	"math/bits"

	"github.com/djscript/djscript/host/layout"
)

// A key that stands in a file twice is found without holding the file's keys in memory. The first reading marks each key in a
// field of bits, of which a few are set for every key: one whose bits are all set already may have been there before, and is
// a suspect. A second reading, if there are suspects at all, looks at these alone.

// repeats finds them.
type repeats struct {
	keys     [][]int // the fields of the key, by the type of record
	seed     maphash.Seed
	marks    []uint64
	suspects map[uint64]int64 // by the key's hash: the line of the first, in the second reading
	again    bool             // this is the second reading
	text     []byte
}

const (
	usualRecord = 64 // bytes: at least eight bits for every key where records have that many
	leastMarks  = 1 << 17
	// mostMarks are 16 MB: the 17 million records of a file of 2 GB then have a few more suspects, and not more memory.
	mostMarks = 1 << 21
	// mostSuspects are far more than there are by chance. A file with more has its keys twice, and is not taken anyhow.
	mostSuspects = 1 << 21
)

func newRepeats(codec *layout.Codec, names map[string][]string, size int64) *repeats {
	r := &repeats{keys: make([][]int, len(codec.Layout.Records)), seed: maphash.MakeSeed()}
	for record, fields := range names {
		for _, name := range fields {
			if at := codec.Record(record); at >= 0 && codec.Field(at, name) >= 0 {
				r.keys[at] = append(r.keys[at], codec.Field(at, name))
			}
		}
	}
	words := min(max(size/usualRecord/8, leastMarks), mostMarks)
	r.marks, r.suspects = make([]uint64, 1<<bits.Len64(uint64(words-1))), map[uint64]int64{}
	return r
}

// repeat begins the second reading.
func (r *repeats) repeat() { r.again, r.marks = true, nil }

// take looks at a record. In the second reading it gives the line of the first with the same key.
func (r *repeats) take(line *layout.Line) (before int64, repeated bool) {
	sum, ok := r.sum(line)
	if !ok {
		return 0, false
	}
	if !r.again {
		if r.marked(sum) && len(r.suspects) < mostSuspects {
			r.suspects[sum] = 0
		}
		return 0, false
	}
	before, suspect := r.suspects[sum]
	if suspect && before == 0 {
		r.suspects[sum] = line.Number
	}
	return before, before > 0
}

// sum is the hash of a record's key; false where it has none.
func (r *repeats) sum(line *layout.Line) (uint64, bool) {
	if line.Record < 0 || len(r.keys[line.Record]) == 0 {
		return 0, false
	}
	r.text = append(r.text[:0], byte(line.Record))
	for _, field := range r.keys[line.Record] {
		v := line.Values[field]
		if v.Kind == layout.Null {
			return 0, false
		}
		r.text = append(v.Append(r.text), 0)
	}
	return maphash.Bytes(r.seed, r.text), true
}

// marked marks a key, and says whether all its marks were there before.
func (r *repeats) marked(sum uint64) bool {
	before := true
	places := uint64(len(r.marks)) * 64
	step := sum>>32 | 1
	for range 4 {
		at := sum % places
		if r.marks[at/64]&(1<<(at%64)) == 0 {
			before = false
			r.marks[at/64] |= 1 << (at % 64)
		}
		sum += step
	}
	return before
}
