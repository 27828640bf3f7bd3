package layout

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/djscript/djscript/host/message"
)

// Line is one record of a file as it was read.
type Line struct {
	Record   int   // its type, among those of the layout; -1 where it is none of them
	Number   int64 // from 1
	Offset   int64 // bytes before it in the file
	Document int64 // from 1; 0 for a header or trailer
	// Raw is the line without its end, in the file's own code page, and Values are what its fields hold, in their order. Both
	// are the reader's own until the next line.
	Raw    []byte
	Values []Value
	// Problems are what is wrong with this line, and with the document before it where that has ended with this line. A field
	// with a problem is Null.
	Problems []Problem
	// Tolerated says that the line was too long by no more than the layout allows.
	Tolerated bool
}

// Reader reads the lines of a file one after the other, with memory that does not grow with the file.
type Reader struct {
	codec  *Codec
	in     *bufio.Reader
	line   Line
	values [][]Value // for each type of record, so that its length fits
	parts  [][]byte
	begins []int  // where parts begin that are not simply between two separators
	room   []byte // for values that are not as they stand in the line
	long   []byte // a line that is longer than the buffer
	shape  *structure
	offset int64
	begun  bool
	ended  bool
	err    error
	pages  pageSurvey
}

// readSize is large enough that a disk is read at its speed, and small beside everything else.
const readSize = 256 << 10

// NewReader reads a file of the codec's layout.
func (c *Codec) NewReader(in io.Reader) *Reader {
	r := &Reader{codec: c, in: bufio.NewReaderSize(in, readSize), shape: newStructure(c), values: make([][]Value, len(c.records))}
	for i := range c.records {
		r.values[i] = make([]Value, len(c.records[i].cells))
	}
	r.pages.declared = c.Layout.Encoding
	return r
}

// Line is the line that Next went to.
func (r *Reader) Line() *Line { return &r.line }

// Column is where a field begins in the line that Next went to, in bytes from 1; 0 where the line does not have it.
func (r *Reader) Column(field int) int {
	if r.line.Record < 0 {
		return 0
	}
	c := &r.codec.records[r.line.Record].cells[field]
	switch {
	case r.parts == nil && c.first < len(r.line.Raw):
		return c.first + 1
	case r.parts != nil && c.Part <= len(r.parts):
		return r.column(c.Part-1, r.line.Raw) + c.first + 1
	}
	return 0
}

// Err is why reading stopped before the file's end: an error of the disk, or a Problem for a file that is no text at all.
func (r *Reader) Err() error { return r.err }

// Next goes to the next record; false at the end of the file, or where it can not be read on (Err). Empty lines are passed over.
func (r *Reader) Next() bool {
	r.line.Problems = r.line.Problems[:0]
	if !r.begun {
		r.begun = true
		r.begin()
	}
	for r.err == nil && !r.ended {
		raw, length, ok := r.rawLine()
		if !ok {
			return false
		}
		if len(raw) == 0 || r.ended && string(raw) == "\x1a" { // the end of a file as DOS marks it
			continue
		}
		r.room = r.room[:0]
		r.read(raw, length)
		r.shape.see(&r.line)
		r.place()
		return true
	}
	return false
}

// place says of the fields of this line in which column they begin, where only the line itself tells.
func (r *Reader) place() {
	for i := range r.line.Problems {
		if p := &r.line.Problems[i]; p.Column == 0 && p.Field != "" && p.Line == r.line.Number && r.line.Record >= 0 {
			p.Column = r.Column(r.codec.Field(r.line.Record, p.Field))
		}
	}
}

// End are the problems that show only when the file has ended: a document or a file that lacks something, or is written in
// another code page than its layout says. It is for after Next gave false without an Err.
func (r *Reader) End() []Problem {
	problems := r.shape.end()
	if r.shape.lines == 0 {
		return append(problems, Problem{Err: message.New(codeLayout, "layout.no_lines", nil)})
	}
	if err := r.pages.verdict(); err != nil {
		problems = append(problems, Problem{Err: err})
	}
	return problems
}

// begin looks at how the file begins.
func (r *Reader) begin() {
	head, _ := r.in.Peek(256) // an error comes again with the first line
	if isUTF16(head) {
		r.err = Problem{Err: message.New(codeEncoding, "layout.utf16", nil)}
		return
	}
	if !bytes.HasPrefix(head, markUTF8) {
		return
	}
	if pages[r.codec.Layout.Encoding] != nil {
		r.err = Problem{Err: message.New(codeEncoding, "layout.is_utf8", message.Args{"declared": r.codec.Layout.Encoding.String()})}
		return
	}
	n, _ := r.in.Discard(len(markUTF8))
	r.offset += int64(n)
}

// rawLine is the next line without its end, and how long it is: a line longer than the longest that is read comes cut.
func (r *Reader) rawLine() (raw []byte, length int64, ok bool) {
	raw, err := r.in.ReadSlice('\n')
	length = int64(len(raw))
	if errors.Is(err, bufio.ErrBufferFull) {
		raw, length, err = r.longLine(raw)
	}
	if err != nil {
		r.ended = true
		if !errors.Is(err, io.EOF) {
			r.err = err
			return nil, 0, false
		}
		if length == 0 {
			return nil, 0, false
		}
	}
	r.line.Number++
	r.line.Offset = r.offset
	r.offset += length
	if err == nil {
		length--
	}
	if n := len(raw); n > 0 && raw[n-1] == '\n' {
		raw = raw[:n-1]
	}
	if n := len(raw); n > 0 && raw[n-1] == '\r' {
		raw = raw[:n-1]
		length--
	}
	return raw, length, true
}

func (r *Reader) longLine(first []byte) (raw []byte, length int64, err error) {
	r.long = append(r.long[:0], first...)
	length = int64(len(first))
	for {
		more, err := r.in.ReadSlice('\n')
		length += int64(len(more))
		if room := r.codec.longest + len("\r\n") - len(r.long); room > 0 {
			r.long = append(r.long, more[:min(room, len(more))]...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return r.long, length, err
		}
	}
}

// read understands a line.
func (r *Reader) read(raw []byte, length int64) {
	r.line.Raw, r.line.Record, r.line.Tolerated, r.line.Values = raw, -1, false, nil
	if length > int64(r.codec.longest) {
		r.wrong(0, nil, nil, wrong("layout.endless", message.Args{"bytes": length, "most": r.codec.longest}))
		return
	}
	if until := plainUntil(raw); until < len(raw) && !r.legible(raw, until) {
		return
	}
	if r.codec.Layout.Separator != "" {
		if err := r.split(raw); err != nil {
			r.wrong(0, nil, nil, err)
			return
		}
	} else {
		r.parts = nil
	}
	which := r.codec.known(raw, r.parts)
	if which < 0 {
		err, tag := r.codec.unknown(raw, r.parts)
		r.wrong(0, nil, tag, err)
		return
	}
	r.line.Record, r.line.Values = which, r.values[which]
	s := &r.codec.records[which]
	if r.parts == nil {
		r.readPart(s, &s.parts[0], raw, 0, true)
		return
	}
	r.readParts(s, raw)
}

// legible tells whether a line with something else than ASCII, from that byte on, is a text of the code page, and tells of what
// is not.
func (r *Reader) legible(raw []byte, from int) bool {
	r.pages.see(raw)
	e := r.codec.Layout.Encoding
	at := e.strange(raw[from:])
	if at < 0 {
		return true
	}
	at += from
	err := message.New(codeEncoding, "layout.letter", message.Args{"byte": int(raw[at]), "encoding": e.String()})
	switch {
	case raw[at] == 0:
		err = message.New(codeEncoding, "layout.nul", nil)
	case raw[at] < ' ':
		err = message.New(codeEncoding, "layout.control", message.Args{"byte": int(raw[at])})
	}
	r.wrong(at+1, nil, raw[at:min(at+1, len(raw))], err)
	return false
}

// wrong notes a problem of the line.
func (r *Reader) wrong(column int, c *cell, value []byte, err *message.Error) {
	p := Problem{Line: r.line.Number, Column: column, Value: r.codec.Layout.Encoding.shown(value), Err: err}
	if r.line.Record >= 0 {
		p.Record = r.codec.records[r.line.Record].Name
	}
	if c != nil {
		p.Field = c.Name
	}
	r.line.Problems = append(r.line.Problems, p)
}

// readPart understands the fields that have places within one part; at is where the part begins in the line, and whole says
// that it is the first, whose length is that of the record.
func (r *Reader) readPart(s *shape, p *part, text []byte, at int, whole bool) {
	extra, takesFrom := 0, 0
	if whole && len(text) > p.width {
		extra = len(text) - p.width
		if s.takes < 0 || extra > s.Longer {
			r.wrong(p.width+1, nil, text[p.width:], wrong("layout.long", message.Args{"bytes": len(text), "most": p.width}))
			clear(r.line.Values)
			return
		}
		takesFrom, r.line.Tolerated = s.cells[s.takes].first, true
	}
	if len(text) < p.width && (!whole || s.Short == 0 || len(text) < s.Short) {
		r.wrong(at+len(text)+1, r.missing(s, p, len(text)), nil, wrong("layout.short", message.Args{"bytes": len(text), "least": least(s, p, whole)}))
		clear(r.line.Values)
		return
	}
	e := r.codec.Layout.Encoding
	for _, i := range p.cells {
		c := &s.cells[i]
		first, last := c.first, c.last
		if extra > 0 && first >= takesFrom {
			last += extra
			if i != s.takes {
				first += extra
			}
		}
		if last > len(text) {
			if first = min(first, len(text)); first < len(text) && c.Type != Text {
				r.wrongField(at+first+1, c, i, text[first:], wrong("layout.cut", message.Args{"bytes": len(text) - first, "width": c.width}))
				continue
			}
			last = len(text)
		}
		if err := c.read(text[first:last], e, &r.line.Values[i], &r.room); err != nil {
			r.wrongField(at+first+1, c, i, text[first:last], err)
		}
	}
}

func least(s *shape, p *part, whole bool) int {
	if whole && s.Short > 0 {
		return s.Short
	}
	return p.width
}

// missing is the field that a line ends in.
func (r *Reader) missing(s *shape, p *part, length int) *cell {
	for _, i := range p.cells {
		if c := &s.cells[i]; c.last > length {
			return c
		}
	}
	return nil
}

// wrongField notes a problem of a field, which is empty then.
func (r *Reader) wrongField(column int, c *cell, i int, text []byte, err *message.Error) {
	r.wrong(column, c, text, err)
	r.line.Values[i] = Value{}
}
