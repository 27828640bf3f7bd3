package exchange

import (
	"slices"

	"github.com/djscript/djscript/host/layout"
)

// Record is one record of a file, as scripts and targets see it.
type Record struct {
	Type   *layout.Record
	Line   int64
	Values []layout.Value // one for each field of its type
	Parent *Record        // nil for none
}

// document is a record without a parent and all that stands under it, or a header or trailer alone.
type document struct {
	number   int64
	first    int64 // line
	last     int64
	records  []*Record
	problems []layout.Problem
	room     []byte // the bytes of the values
	keep     bool   // they stay where they are when the next document comes
}

// clear makes it ready for the next.
func (d *document) clear() {
	d.number, d.first, d.last = 0, 0, 0
	d.records, d.problems, d.room = d.records[:0], nil, d.room[:0]
	if d.keep {
		d.room = nil
	}
}

// take adds a line, whose values are copied: the reader's own are gone with its next line.
func (d *document) take(l *layout.Layout, line *layout.Line) {
	if d.first == 0 {
		d.first, d.number = line.Number, line.Document
	}
	d.last = line.Number
	if line.Record < 0 {
		return
	}
	r := &Record{Type: &l.Records[line.Record], Line: line.Number, Values: slices.Clone(line.Values)}
	for i := range r.Values {
		if v := &r.Values[i]; v.Bytes != nil {
			from := len(d.room)
			d.room = append(d.room, v.Bytes...)
			v.Bytes = d.room[from:len(d.room):len(d.room)]
		}
	}
	for _, above := range slices.Backward(d.records) {
		if r.Type.Parent != "" && above.Type.Name == r.Type.Parent {
			r.Parent = above
			break
		}
	}
	d.records = append(d.records, r)
}

// parents are the lines of the records above, by those of the records under them.
func (d *document) parents() map[int64]int64 {
	above := map[int64]int64{}
	for _, r := range d.records {
		if r.Parent != nil {
			above[r.Line] = r.Parent.Line
		}
	}
	return above
}

// documents goes through a file document by document. Each comes with all that is wrong with it, also what shows only when the
// next begins.
func documents(codec *layout.Codec, r *layout.Reader, keep bool, each func(*document) error) error {
	now := document{keep: keep}
	for r.Next() {
		line := r.Line()
		begins := line.Document != now.number || line.Document == 0
		if now.first > 0 && begins {
			for _, p := range line.Problems {
				if p.Document == now.number && p.Line != line.Number {
					now.problems = append(now.problems, p)
				}
			}
			if err := each(&now); err != nil {
				return err
			}
			now.clear()
		}
		now.take(codec.Layout, line)
		for _, p := range line.Problems {
			if p.Document == now.number {
				now.problems = append(now.problems, p)
			}
		}
	}
	if r.Err() != nil || now.first == 0 {
		return r.Err()
	}
	for _, p := range r.End() {
		if p.Document == now.number {
			now.problems = append(now.problems, p)
		}
	}
	return each(&now)
}
