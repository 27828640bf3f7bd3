package layout

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/djscript/djscript/host/message"
)

// Writer writes the lines of a file. It fills in what stands there by the layout (tags, constants, counts) and holds the
// records to their order, as a reader would.
type Writer struct {
	codec  *Codec
	shape  *structure
	line   Line
	before int64 // lines
	room   []byte
	mark   *structure // where the file stood
	marked int64
	held   []held

	markedHeld int
}

// held is a line that counts what comes after it, and waits for that.
type held struct {
	record int
	number int64
	values []Value
}

// NewWriter begins a file of the codec's layout.
func (c *Codec) NewWriter() *Writer { return &Writer{codec: c, shape: newStructure(c)} }

// Append appends a line to the file: its end and, before the first, the mark that its code page may want. A value that does not
// fit its field is a problem, never cut. For a line that Waits nothing is appended.
func (w *Writer) Append(to []byte, record int, values []Value) ([]byte, []Problem) {
	from := len(to)
	w.begin(record, w.before+1, values)
	if w.Waits(record, values) {
		w.held = append(w.held, held{record, w.line.Number, clone(values)})
	} else {
		to = w.appendLine(to)
	}
	w.before++
	if w.shape.see(&w.line); len(w.line.Problems) > 0 {
		return to[:from], w.line.Problems
	}
	return to, nil
}

// Waits says whether a line is left to say how many records come after it, in the file or under itself. Its place is where it
// was appended; Held gives it when they have been.
func (w *Writer) Waits(record int, values []Value) bool {
	s := &w.codec.records[record]
	if !s.counts {
		return false
	}
	for i := range s.cells {
		if values[i].Kind == Null && w.shape.counts(record, &s.cells[i]) {
			return true
		}
	}
	return false
}

// Held appends the last line that waits, with its counts as they are now.
func (w *Writer) Held(to []byte) ([]byte, []Problem) {
	last := w.held[len(w.held)-1]
	w.held = w.held[:len(w.held)-1]
	w.begin(last.record, last.number, last.values)
	s, of := &w.codec.records[last.record], last.record
	if s.Role == Header {
		of = -1
	}
	for i := range s.cells {
		if c := &s.cells[i]; w.line.Values[i].Kind == Null && w.shape.counts(last.record, c) {
			w.line.Values[i] = NewNumber(w.shape.count(c, of), 0)
		}
	}
	to = w.appendLine(to)
	return to, w.line.Problems
}

func (w *Writer) begin(record int, number int64, values []Value) {
	w.line.Record, w.line.Number, w.line.Values, w.line.Problems = record, number, append(w.line.Values[:0], values...), nil
}

// clone copies values, and what their bytes are.
func clone(values []Value) []Value {
	all := slices.Clone(values)
	for i := range all {
		all[i].Bytes = bytes.Clone(all[i].Bytes)
	}
	return all
}

// appendLine appends the line with its end; nothing where it has problems.
func (w *Writer) appendLine(to []byte) []byte {
	from := len(to)
	if w.line.Number == 1 && w.codec.Layout.Encoding == UTF8BOM {
		to = append(to, markUTF8...)
	}
	if to = w.appendFields(to); len(w.line.Problems) > 0 {
		return to[:from]
	}
	return append(to, cmp.Or(w.codec.Layout.Newline, "\r\n")...)
}

// Mark remembers where the file stands, for Return.
func (w *Writer) Mark() {
	w.marked, w.mark, w.markedHeld = w.before, w.shape.copyTo(w.mark), len(w.held)
}

// Return takes the lines back that were appended since Mark; the caller does so with what he has of them.
func (w *Writer) Return() {
	w.before, w.shape, w.mark, w.held = w.marked, w.mark, w.shape, w.held[:w.markedHeld]
}

// End are the problems of the file as a whole; see Reader.End.
func (w *Writer) End() []Problem { return w.shape.end() }

func (w *Writer) appendFields(to []byte) []byte {
	s := &w.codec.records[w.line.Record]
	l, from := w.codec.Layout, len(to)
	parts := w.written(s)
	for n := range parts {
		p := &s.parts[n]
		if n > 0 || l.Leading {
			to = append(to, l.Separator...)
		}
		if p.width == 0 {
			for _, i := range p.cells {
				to = w.appendWhole(to, s, i)
			}
			continue
		}
		to = w.appendFixed(to, s, p)
	}
	if l.Trailing == Always && l.Separator != "" {
		to = append(to, l.Separator...)
	}
	if at := l.Encoding.strange(to[from:]); at >= 0 {
		w.line.Problems = append(w.line.Problems, Problem{
			Line: w.line.Number, Column: at + 1, Record: s.Name, Err: message.New(codeEncoding, "layout.control", message.Args{"byte": int(to[from+at])}),
		})
	}
	return to
}

// written is how many parts are written: those that have to be there, and those before the last with something in it.
func (w *Writer) written(s *shape) int {
	n := len(s.parts)
	for n > s.least {
		for _, i := range s.parts[n-1].cells {
			if c := &s.cells[i]; w.line.Values[i].Kind != Null || c.fixed != nil || c.tag != nil {
				return n
			}
		}
		n--
	}
	return n
}

// appendFixed writes a part whose fields have places.
func (w *Writer) appendFixed(to []byte, s *shape, p *part) []byte {
	from := len(to)
	for range p.width {
		to = append(to, ' ')
	}
	for _, i := range p.cells {
		c := &s.cells[i]
		text := w.text(s, i)
		place := to[from+c.first : from+c.last]
		if len(text) > len(place) {
			w.wrong(s, c, text, wrong("layout.size", message.Args{"bytes": len(text), "most": c.width}))
			continue
		}
		put(place, text, c)
	}
	return to
}

// put writes a text into its place, on its side, filled up.
func put(place, text []byte, c *cell) {
	fill := c.fill
	if len(text) == 0 && !c.emptyFilled() {
		fill = ' '
	}
	for i := range place {
		place[i] = fill
	}
	if !c.right {
		copy(place, text)
		return
	}
	at := place[len(place)-len(text):]
	copy(at, text)
	if fill == '0' && len(text) > 0 && text[0] == '-' {
		at[0], place[0] = '0', '-'
	}
}

// emptyFilled says that a field with nothing in it is filled up all the same. A number is not: zeros would be read as 0.
func (c *cell) emptyFilled() bool { return c.Type != Integer && c.Type != Decimal && c.Type != Time }

func (w *Writer) appendWhole(to []byte, s *shape, i int) []byte {
	c, l := &s.cells[i], w.codec.Layout
	text := w.text(s, i)
	if c.Size > 0 && len(text) > c.Size {
		w.wrong(s, c, text, wrong("layout.size", message.Args{"bytes": len(text), "most": c.Size}))
	}
	breaks := bytes.Contains(text, []byte(l.Separator))
	for n := 1; n < len(l.Separator); n++ { // "a#" before "##"
		breaks = breaks || bytes.HasSuffix(text, []byte(l.Separator[:n]))
	}
	if l.Quote == 0 {
		if breaks {
			w.wrong(s, c, text, wrong("layout.separator_within", message.Args{"separator": l.Separator}))
		}
		return append(to, text...)
	}
	if !breaks && bytes.IndexByte(text, l.Quote) < 0 {
		return append(to, text...)
	}
	to = append(to, l.Quote)
	for _, b := range text {
		if b == l.Quote {
			to = append(to, l.Quote)
		}
		to = append(to, b)
	}
	return append(to, l.Quote)
}

// text is what stands in a field.
func (w *Writer) text(s *shape, i int) []byte {
	c, v := &s.cells[i], &w.line.Values[i]
	switch {
	case c.tag != nil:
		return c.tag
	case c.fixed != nil:
		return c.fixed
	case c.Type == Blank:
		return nil
	case c.Count != nil && v.Kind == Null:
		*v = w.counted(s, c)
	}
	if v.Kind == Null {
		*v = c.otherwise
	}
	if v.Kind == Null {
		if c.Required {
			w.wrong(s, c, nil, wrong("layout.missing", nil))
		}
		return nil
	}
	w.room = w.room[:0]
	text, err := w.format(c, v)
	if err != nil {
		w.wrong(s, c, v.Append(nil), err)
		return nil
	}
	// What was written has to be what will be read.
	var back Value
	var room []byte
	if err := c.read(text, w.codec.Layout.Encoding, &back, &room); err != nil {
		w.wrong(s, c, text, err)
	}
	return text
}

// counted is the number that a field will say: this line is one of all.
func (w *Writer) counted(s *shape, c *cell) Value {
	n := w.shape.count(c, s.under)
	if c.countsAll {
		n++
	}
	return NewNumber(n, 0)
}

func (w *Writer) wrong(s *shape, c *cell, value []byte, err *message.Error) {
	w.line.Problems = append(w.line.Problems, Problem{
		Line: w.line.Number, Record: s.Name, Field: c.Name, Value: w.codec.Layout.Encoding.shown(value), Err: err,
	})
}

// format writes a value as its field wants it, without what fills it up.
func (w *Writer) format(c *cell, v *Value) ([]byte, *message.Error) {
	switch c.Type {
	case Integer, Decimal:
		return w.formatNumber(c, v)
	case Date, Time, Moment:
		if v.Kind != dateKinds[c.Type] {
			return nil, wrong("layout.kind", message.Args{"type": string(c.Type)})
		}
		w.room = c.form.Append(w.room, v.Parts())
		return w.room, nil
	case Boolean:
		if v.Kind != Flag {
			return nil, wrong("layout.kind", message.Args{"type": string(c.Type)})
		}
		return c.codes[1-v.N], nil
	}
	if v.Kind != String {
		w.room = v.Append(w.room)
		return w.room, nil
	}
	if c.Mask {
		w.room = masked(w.room, v.Bytes)
		return w.room, nil
	}
	text := v.Bytes
	if c.Case == Upper {
		text = bytes.ToUpper(v.Append(nil))
		return w.encode(text, UTF8)
	}
	return w.encode(text, v.Encoding)
}

func (w *Writer) encode(text []byte, from Encoding) ([]byte, *message.Error) {
	l := w.codec.Layout
	out, bad := l.Encoding.Append(w.room, text, from, l.Fold)
	w.room = out
	if bad != 0 {
		return nil, message.New(codeEncoding, "layout.no_letter", message.Args{"letter": string(bad), "encoding": l.Encoding.String()})
	}
	return trim(out), nil
}

func (w *Writer) formatNumber(c *cell, v *Value) ([]byte, *message.Error) {
	if v.Kind != Number {
		return nil, wrong("layout.kind", message.Args{"type": string(c.Type)})
	}
	n, ok := rescaled(v.N, int(v.Places), c.Places)
	if !ok {
		return nil, wrong("layout.places", message.Args{"places": c.Places})
	}
	if c.point == 0 {
		w.room = appendNumber(w.room, n, 0, 0)
	} else {
		w.room = appendNumber(w.room, n, c.Places, c.point)
	}
	return w.room, nil
}

// rescaled is n with other decimals; false where that loses something, or is too large.
func rescaled(n int64, from, to int) (int64, bool) {
	for ; from > to; from-- {
		if n%10 != 0 {
			return 0, false
		}
		n /= 10
	}
	for ; from < to; from++ {
		if n > (1<<63-1)/10 || n < -(1<<63-1)/10 {
			return 0, false
		}
		n *= 10
	}
	return n, true
}

// masked is a CNPJ or CPF as people write it; anything else as it is.
func masked(to, number []byte) []byte {
	mask := ""
	switch len(number) {
	case 14:
		mask = "##.###.###/####-##"
	case 11:
		mask = "###.###.###-##"
	default:
		return append(to, number...)
	}
	for _, c := range []byte(mask) {
		if c == '#' {
			c, number = number[0], number[1:]
		}
		to = append(to, c)
	}
	return to
}
