package layout

import (
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// structure follows a file's records: which stands under which, in what order, how many there are, and what headers and
// trailers say of that. It keeps numbers only.
type structure struct {
	codec    *Codec
	seen     []int64  // records of each type in the file
	total    int64    // all records
	unread   int64    // of those, lines that could not be told
	open     []bool   // a record of this type is the one that others may stand under
	opened   []opened // where it began
	under    []int64  // how many of each type stand under the open parent, or in the file
	last     []int    // the type that came last under each parent; at the end, at the top
	document int64
	trailer  int64 // the line of the trailer; 0 before it
	lines    int64
	flat     bool // there is nothing to follow
}

// opened is where a record began that others stand under.
type opened struct {
	line, document int64
	seen           []int64       // at that time, where somebody counts
	total, unread  int64         // at that time
	counts         map[int]Value // its own fields that count what follows, by field
}

func newStructure(c *Codec) *structure {
	n := len(c.records)
	s := &structure{codec: c, seen: make([]int64, n), open: make([]bool, n), opened: make([]opened, n), under: make([]int64, n), last: make([]int, n+1)}
	for i := range s.last {
		s.last[i] = -1
	}
	only := &c.records[0]
	s.flat = n == 1 && only.Role == Body && only.Most == 0 && !only.counts
	return s
}

// copyTo makes another the same; nil makes a new one.
func (s *structure) copyTo(to *structure) *structure {
	if to == nil {
		to = newStructure(s.codec)
	}
	seen, open, before, under, last := to.seen, to.open, to.opened, to.under, to.last
	*to = *s
	to.seen, to.open = append(seen[:0], s.seen...), append(open[:0], s.open...)
	to.under, to.last = append(under[:0], s.under...), append(last[:0], s.last...)
	for i, o := range s.opened {
		room := before[i].seen
		before[i] = o // its counts are never changed
		before[i].seen = append(room[:0], o.seen...)
	}
	to.opened = before
	return to
}

// see takes one line in, and adds to its problems.
func (s *structure) see(line *Line) {
	s.lines++
	if line.Record < 0 {
		s.total++
		s.unread++
		line.Document = s.document
		s.place(line, 0)
		return
	}
	if s.flat { // each line is a document
		s.seen[0]++
		s.document++
		line.Document = s.document
		s.place(line, 0)
		return
	}
	from := len(line.Problems)
	i := line.Record
	shape := &s.codec.records[i]
	s.closeFor(i, line)
	s.seen[i]++
	s.total++
	ended := len(line.Problems) - from // of what came before
	switch {
	case shape.Role != Body:
		line.Document = 0
	case shape.under < 0:
		s.document++
		line.Document = s.document
	default:
		line.Document = s.document
	}
	if err, whole := s.misplaced(i, shape); err != nil {
		line.Problems = append(line.Problems, Problem{Line: line.Number, Record: shape.Name, Whole: whole, Err: err})
	}
	s.begin(i, shape, line)
	s.place(line, from+ended)
	for k := range line.Problems[:from] {
		line.Problems[k].Document = line.Document
	}
}

// place gives the line's own problems its document: those from that number on.
func (s *structure) place(line *Line, from int) {
	for k := range line.Problems[from:] {
		line.Problems[from+k].Document = line.Document
	}
}

// misplaced is what is wrong with a record at its place; whole says that the whole file is in doubt for it.
func (s *structure) misplaced(i int, shape *shape) (err *message.Error, whole bool) {
	if shape.under < 0 || s.open[shape.under] {
		s.under[i]++
	}
	top := len(s.codec.records)
	switch {
	case s.trailer > 0:
		return wrong("layout.after_trailer", message.Args{"line": s.trailer}), true
	case shape.Role == Header && s.lines > 1:
		return wrong("layout.late_header", nil), true
	case shape.under >= 0 && !s.open[shape.under]:
		return wrong("layout.orphan", message.Args{"parent": s.codec.records[shape.under].Name}), false
	}
	at := top
	if shape.under >= 0 {
		at = shape.under
	}
	if before := s.last[at]; s.codec.Layout.Ordered && shape.Role == Body && before > i {
		return wrong("layout.order", message.Args{"before": s.codec.records[before].Name}), false
	}
	s.last[at] = i
	if shape.Most > 0 && s.under[i] > int64(shape.Most) {
		return wrong("layout.most", message.Args{"most": shape.Most}), false
	}
	return nil, false
}

// begin opens a record for those under it, and holds what it counts against what was seen.
func (s *structure) begin(i int, shape *shape, line *Line) {
	if shape.Role == Trailer {
		s.trailer = line.Number
	}
	s.open[i] = true
	o := &s.opened[i]
	o.line, o.document, o.total, o.unread, o.counts = line.Number, line.Document, s.total, s.unread, nil
	o.seen = append(o.seen[:0], s.seen...)
	s.last[i] = -1
	for k := range s.codec.records {
		if s.codec.records[k].under == i {
			s.under[k] = 0
		}
	}
	if !shape.counts {
		return
	}
	for f := range shape.cells {
		c := &shape.cells[f]
		if c.Count == nil || line.Values[f].Kind != Number {
			continue
		}
		if s.counts(i, c) {
			if o.counts == nil {
				o.counts = map[int]Value{}
			}
			o.counts[f] = line.Values[f]
			continue
		}
		if got := s.count(c, shape.under); got != line.Values[f].N && s.unread == s.unreadAt(shape.under) {
			line.Problems = append(line.Problems, Problem{
				Line: line.Number, Column: s.column(c), Record: shape.Name, Field: c.Name, Value: line.Values[f].String(),
				Err: wrong("layout.count", c.told(line.Values[f], got)),
			})
		}
	}
}

// column is where a field begins; 0 where that depends on the line.
func (s *structure) column(c *cell) int {
	if s.codec.Layout.Separator != "" {
		return 0
	}
	return c.first + 1
}

// told is what a field says, and how many records of which types there are.
func (c *cell) told(says Value, got int64) message.Args {
	return message.Args{"says": says.String(), "got": got, "of": strings.Join(slices.DeleteFunc(slices.Clone(c.Count), func(of string) bool { return of == "*" }), ", ")}
}

// counts says whether a field of record i counts what comes after it: a header does, and one that counts what stands under its own
// record.
func (s *structure) counts(i int, c *cell) bool {
	if c.Count == nil {
		return false
	}
	if s.codec.records[i].Role == Header {
		return true
	}
	for _, k := range c.counted {
		for ; k >= 0; k = s.codec.records[k].under {
			if s.codec.records[k].under == i {
				return true
			}
		}
	}
	return false
}

// count is how many records a field counts since the record of type parent began, or in the whole file. The line itself is one
// of all.
func (s *structure) count(c *cell, parent int) int64 {
	var n int64
	for _, k := range c.counted {
		n += s.seen[k]
		if parent >= 0 {
			n -= s.opened[parent].seen[k]
		}
	}
	if c.countsAll {
		n = s.total
		if parent >= 0 {
			n -= s.opened[parent].total - 1
		}
	}
	return n
}

// unreadAt is how many lines could not be told when the record of type parent began; none when the file did.
func (s *structure) unreadAt(parent int) int64 {
	if parent < 0 {
		return 0
	}
	return s.opened[parent].unread
}

// closeFor ends the records that a record of type i can not stand under.
func (s *structure) closeFor(i int, line *Line) {
	parent := s.codec.records[i].under
	for k := range s.codec.records {
		if s.open[k] && k != parent && !s.above(k, parent) && s.codec.records[k].Role == Body {
			s.close(k, &line.Problems)
		}
	}
}

// above says whether type k is an ancestor of type i.
func (s *structure) above(k, i int) bool {
	for i >= 0 {
		if i = s.codec.records[i].under; i == k {
			return true
		}
	}
	return false
}

// close ends a record: what must stand under it did, and what it said of them is so.
func (s *structure) close(k int, problems *[]Problem) {
	if !s.open[k] {
		return
	}
	s.open[k] = false
	shape, o := &s.codec.records[k], &s.opened[k]
	if s.unread > o.unread { // told already; what was under it is not known
		return
	}
	for child := range s.codec.records {
		c := &s.codec.records[child]
		if c.under == k && int64(c.Least) > s.under[child] {
			*problems = append(*problems, Problem{
				Line: o.line, Document: o.document, Record: shape.Name,
				Err: wrong("layout.lacks", message.Args{"record": c.Name, "least": c.Least, "got": s.under[child]}),
			})
		}
	}
	for f, want := range o.counts {
		c := &shape.cells[f]
		parent := k
		if shape.Role == Header {
			parent = -1
		}
		if got := s.count(c, parent); got != want.N {
			*problems = append(*problems, Problem{
				Line: o.line, Column: s.column(c), Document: o.document, Record: shape.Name, Field: c.Name, Value: want.String(),
				Err: wrong("layout.count", c.told(want, got)),
			})
		}
	}
}

// end closes all, and tells what the file lacks.
func (s *structure) end() []Problem {
	var problems []Problem
	for k := range s.codec.records {
		s.close(k, &problems)
	}
	if s.lines == 0 {
		return problems
	}
	for k := range s.codec.records {
		c := &s.codec.records[k]
		least := int64(c.Least)
		if c.Role != Body {
			least = 1
		}
		if c.under < 0 && s.seen[k] < least && s.unread == 0 {
			problems = append(problems, Problem{Record: c.Name, Err: wrong("layout.file_lacks", message.Args{"record": c.Name, "least": least, "got": s.seen[k]})})
		}
	}
	return problems
}
