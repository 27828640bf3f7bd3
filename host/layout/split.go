package layout

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/djscript/djscript/host/message"
)

// split divides a line into its parts. Where the line's first part is one of fixed width, a separator within it is text.
func (r *Reader) split(raw []byte) *message.Error {
	l := r.codec.Layout
	r.parts, r.begins = r.parts[:0], r.begins[:0]
	rest := raw
	if l.Leading {
		var ok bool
		if rest, ok = bytes.CutPrefix(rest, []byte(l.Separator)); !ok {
			return wrong("layout.leading", message.Args{"separator": l.Separator})
		}
	}
	if s := r.fixedHead(raw); s != nil {
		width := s.parts[0].width
		head := rest[:width]
		for longer := 1; longer <= s.Longer && !r.endsHead(rest[len(head):]); longer++ {
			head = rest[:min(width+longer, len(rest))]
		}
		if !r.endsHead(rest[len(head):]) {
			return wrong("layout.head", message.Args{"separator": l.Separator, "width": width})
		}
		r.parts, r.begins, rest = append(r.parts, head), append(r.begins, offset(raw, head)), rest[len(head):]
		if len(rest) == 0 {
			return r.trailing(false)
		}
		rest = rest[len(l.Separator):]
	}
	return r.splitRest(rest)
}

func (r *Reader) splitRest(rest []byte) *message.Error {
	l := r.codec.Layout
	if len(l.Separator) == 1 && l.Quote == 0 {
		return r.trailing(r.splitAt(rest, l.Separator[0]))
	}
	for {
		if l.Quote != 0 && len(rest) > 0 && rest[0] == l.Quote {
			part, after, err := r.quoted(rest)
			if err != nil {
				return err
			}
			r.parts, r.begins, rest = append(r.parts, part), append(r.begins, offset(r.line.Raw, rest)+1), after
			if len(rest) == 0 {
				return r.trailing(false)
			}
			rest = rest[len(l.Separator):]
			continue
		}
		r.begins = append(r.begins, offset(r.line.Raw, rest))
		at := bytes.Index(rest, []byte(l.Separator))
		if at < 0 {
			r.parts = append(r.parts, rest)
			return r.trailing(len(rest) == 0)
		}
		r.parts, rest = append(r.parts, rest[:at]), rest[at+len(l.Separator):]
	}
}

// splitAt divides the rest of a line where one byte stands; empty says that nothing follows the last. It looks at eight bytes at
// once: most parts are so short that a call for each of them is dearer.
func (r *Reader) splitAt(rest []byte, separator byte) (empty bool) {
	const ones, lows = 0x0101010101010101, 0x7f7f7f7f7f7f7f7f
	parts, from, i := r.parts, 0, 0
	for ; i+8 <= len(rest); i += 8 {
		word := binary.LittleEndian.Uint64(rest[i:]) ^ ones*uint64(separator)
		// The highest bit of each byte that is the separator, and of no other.
		for found := ^(word&lows + lows | word | lows); found != 0; found &= found - 1 {
			at := i + bits.TrailingZeros64(found)/8
			parts, from = append(parts, rest[from:at]), at+1
		}
	}
	for ; i < len(rest); i++ {
		if rest[i] == separator {
			parts, from = append(parts, rest[from:i]), i+1
		}
	}
	r.parts = append(parts, rest[from:])
	return from == len(rest)
}

// trailing deals with the separator after the last part: empty says that nothing follows the last separator.
func (r *Reader) trailing(empty bool) *message.Error {
	switch l := r.codec.Layout; {
	case l.Trailing == Always && !empty:
		return wrong("layout.trailing", message.Args{"separator": l.Separator})
	case empty && (l.Trailing == Always || l.Trailing == Optional):
		r.parts = r.parts[:len(r.parts)-1]
	}
	return nil
}

// quoted is a part between quotes, without them; a quote within is doubled.
func (r *Reader) quoted(rest []byte) (part, after []byte, err *message.Error) {
	l := r.codec.Layout
	from := len(r.room)
	for i := 1; i < len(rest); i++ {
		if rest[i] != l.Quote {
			r.room = append(r.room, rest[i])
			continue
		}
		if i+1 < len(rest) && rest[i+1] == l.Quote {
			r.room = append(r.room, l.Quote)
			i++
			continue
		}
		after = rest[i+1:]
		if len(after) > 0 && !bytes.HasPrefix(after, []byte(l.Separator)) {
			return nil, nil, wrong("layout.after_quote", message.Args{"quote": string(l.Quote)})
		}
		return r.room[from:], after, nil
	}
	return nil, nil, wrong("layout.quote", message.Args{"quote": string(l.Quote)})
}

// fixedHead is the record of a line whose first part is one of fixed width, which ends where the separators begin; nil where
// it is not.
func (r *Reader) fixedHead(raw []byte) *shape {
	for _, i := range r.codec.byTag {
		s := &r.codec.records[i]
		if width := s.parts[0].width; width > 0 && width <= len(raw) && (len(r.codec.byTag) == 1 || s.is(raw, nil)) {
			return s
		}
	}
	return nil
}

// endsHead says whether the first part may end before the rest.
func (r *Reader) endsHead(rest []byte) bool {
	return len(rest) == 0 || bytes.HasPrefix(rest, []byte(r.codec.Layout.Separator))
}

// readParts understands a line that separators divide.
func (r *Reader) readParts(s *shape, raw []byte) {
	e := r.codec.Layout.Encoding
	if n := len(r.parts); n < s.least || n > len(s.parts) {
		args := message.Args{"got": n, "least": s.least, "most": len(s.parts)}
		if s.least == len(s.parts) {
			r.wrong(0, nil, nil, wrong("layout.parts_exactly", args))
		} else {
			r.wrong(0, nil, nil, wrong("layout.parts", args))
		}
		clear(r.line.Values)
		return
	}
	from := 0
	if s.direct {
		for n, text := range r.parts {
			c := &s.cells[n]
			if c.Size > 0 && len(text) > c.Size {
				r.readWhole(c, n, text, raw, e)
			} else if err := c.read(text, e, &r.line.Values[n], &r.room); err != nil {
				r.wrongField(r.column(n, raw)+1, c, n, text, err)
			}
		}
		from = len(r.parts)
	}
	for n := from; n < len(s.parts); n++ {
		p := &s.parts[n]
		if n >= len(r.parts) {
			for _, i := range p.cells {
				if err := s.cells[i].empty(&r.line.Values[i]); err != nil {
					r.wrongField(len(raw)+1, &s.cells[i], i, nil, err)
				}
			}
			continue
		}
		text := r.parts[n]
		switch {
		case p.width == 0:
			for _, i := range p.cells {
				r.readWhole(&s.cells[i], i, text, raw, e)
			}
		case len(text) == 0 && n > 0:
			for _, i := range p.cells {
				r.readWhole(&s.cells[i], i, nil, raw, e)
			}
		default:
			r.readPart(s, p, text, r.column(n, raw), n == 0)
		}
	}
}

func (r *Reader) readWhole(c *cell, i int, text, raw []byte, e Encoding) {
	if c.Size > 0 && len(text) > c.Size && len(trim(text)) > c.Size {
		r.wrongField(r.column(c.Part-1, raw)+1, c, i, text, wrong("layout.size", message.Args{"bytes": len(text), "most": c.Size}))
		return
	}
	if err := c.read(text, e, &r.line.Values[i], &r.room); err != nil {
		r.wrongField(r.column(c.Part-1, raw)+1, c, i, text, err)
	}
}

// column is where a part begins in its line, from 0: behind its quote, where it has one.
func (r *Reader) column(part int, raw []byte) int {
	if part < len(r.begins) {
		return r.begins[part]
	}
	return offset(raw, r.parts[part])
}

// offset is where a piece that was cut out of a line begins in it.
func offset(raw, piece []byte) int { return cap(raw) - cap(piece) }
