package layout

// Tally is how many records of a file were taken out of it.
type Tally struct {
	of    []int64 // by type
	total int64
}

// Take takes one more in.
func (t *Tally) Take(codec *Codec, line *Line) {
	if len(t.of) == 0 {
		t.of = make([]int64, len(codec.records))
	}
	if line.Record >= 0 {
		t.of[line.Record]++
	}
	t.total++
}

// Add takes in what another one has.
func (t *Tally) Add(other Tally) {
	if len(t.of) == 0 {
		t.of = make([]int64, len(other.of))
	}
	for i, n := range other.of {
		t.of[i] += n
	}
	t.total += other.total
}

// Reset makes it empty.
func (t *Tally) Reset() {
	clear(t.of)
	t.total = 0
}

// Total is how many they are, of all types and of none.
func (t *Tally) Total() int64 { return t.total }

// CountsAhead says whether a header tells how many records follow it.
func (c *Codec) CountsAhead() bool {
	for i := range c.records {
		if c.records[i].Role == Header && c.records[i].counts {
			return true
		}
	}
	return false
}

// Recounted is a header or trailer as it has to be in a file of those records, itself among them, without the end of its line. One
// that counts nothing is what it was, byte for byte.
func (c *Codec) Recounted(line *Line, t Tally) ([]byte, []Problem) {
	shape := &c.records[line.Record]
	if !shape.counts {
		return line.Raw, nil
	}
	w := c.NewWriter()
	w.line.Record, w.line.Number, w.line.Values = line.Record, line.Number, append(w.line.Values, line.Values...)
	for f := range shape.cells {
		cell := &shape.cells[f]
		if cell.Count == nil || line.Values[f].Kind != Number {
			continue
		}
		n := t.total
		if !cell.countsAll {
			n = 0
			for _, k := range cell.counted {
				n += t.of[k]
			}
		}
		w.line.Values[f] = NewNumber(n, 0)
	}
	return w.appendFields(nil), w.line.Problems
}
