package loader

import (
	"bytes"
	"slices"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

// batch holds the rows of units until they are written, every value as the program reads it. What it was given is copied: a
// reader's bytes are its own.
type batch struct {
	plan  *plan
	units []span
	rows  []packed
	cells []cell
	bytes []byte
	// What one call would need for all of it.
	widths  [][]int // of each target's slots
	counts  []int   // rows of each target
	longs   int
	endings [256]bool
}

// span are the rows of a unit.
type span struct{ from, to int }

type packed struct {
	target  int
	line    int64
	deleted bool
	more    bool // the unit goes on
	cells   int  // the first of them
}

// cell is a value within batch.bytes; from is -1 where there is none.
type cell struct {
	from, to int
	long     bool
}

func newBatch(p *plan) *batch {
	b := &batch{plan: p}
	b.clear()
	return b
}

func (b *batch) clear() {
	b.units, b.rows, b.cells, b.bytes, b.longs, b.endings = b.units[:0], b.rows[:0], b.cells[:0], b.bytes[:0], 0, [256]bool{}
	b.counts = make([]int, len(b.plan.targets))
	b.widths = make([][]int, len(b.plan.targets))
	for i, t := range b.plan.targets {
		b.widths[i] = make([]int, len(t.slots))
	}
}

// mistake is a value that its column can not hold.
type mistake struct {
	slot int
	err  *message.Error
}

// add appends a row. The error is every value that does not fit; the row is then of no use.
func (b *batch) add(r Row) (wrong []mistake) {
	t := b.plan.targets[r.Target]
	row := packed{target: r.Target, line: r.Line, deleted: r.Delete, cells: len(b.cells)}
	for i, s := range t.slots {
		v := layout.Value{}
		if s.value < len(r.Values) && (!r.Delete || t.finds(i)) {
			v = r.Values[s.value]
		}
		one := cell{from: -1}
		switch {
		case v.Kind != layout.Null:
			from := len(b.bytes)
			text, err := s.column.append(b.bytes, v)
			if err != nil {
				wrong = append(wrong, mistake{i, err})
				break
			}
			b.bytes = text
			one = cell{from: from, to: len(text), long: s.long && len(text)-from > shortMost}
		case !s.empty && (!r.Delete || t.finds(i)):
			wrong = append(wrong, mistake{i, message.New(codeRecord, "load.required", message.Args{"column": s.column.name, "table": s.relation.name})})
		}
		b.cells = append(b.cells, one)
	}
	b.rows = append(b.rows, row)
	return wrong
}

// finds tells whether a slot helps to find the row that is to be deleted.
func (t *target) finds(slot int) bool {
	if t.slots[slot].relation == t.relation && slices.Contains(t.key, t.slots[slot].column) {
		return true
	}
	return slices.ContainsFunc(t.lookups, func(l lookup) bool { return slices.Contains(l.slots, slot) && slices.Contains(t.key, l.into) })
}

// measure counts rows into what one call would need.
func (b *batch) measure(from, to int) {
	for _, row := range b.rows[from:to] {
		b.counts[row.target]++
		widths := b.widths[row.target]
		for i, c := range b.cells[row.cells : row.cells+len(widths)] {
			switch {
			case c.from < 0:
			case c.long:
				b.longs++
			default:
				widths[i] = max(widths[i], c.to-c.from)
				if c.to > c.from {
					b.endings[b.bytes[c.to-1]] = true
				}
			}
		}
	}
}

// fits tells whether one call takes all that was measured.
func (b *batch) fits() bool {
	size, ends := 0, 0
	for i, t := range b.plan.targets {
		if b.counts[i] > 0 {
			size += b.counts[i] * t.width(b.widths[i])
		}
	}
	for _, used := range b.endings {
		ends += btoi(used)
	}
	return size <= packSize && b.longs <= longTexts && ends < 256
}

// marks is how many marks a row has.
func (t *target) marks() int {
	for _, s := range t.slots {
		if s.empty || s.long {
			return len(t.slots)
		}
	}
	return 0
}

func (t *target) width(widths []int) int {
	width := headWidth + t.marks()
	for _, w := range widths {
		width += w
	}
	return width
}

// pack is one call: rows of a batch, as the program wants them.
type pack struct {
	text   []byte
	starts []int // of each row, from 1 as the program counts
	args   []any
}

// mode is how a call goes about its rows.
type mode struct {
	loud        bool // it fails with the engine's own words
	goon, stays bool // rows of the same unit went before it, and come after it
}

// write makes the call of some rows. The batch's measures are those of these rows.
func (p *pack) write(b *batch, from, to int, m mode) {
	p.text, p.starts, p.args = p.text[:0], p.starts[:0], p.args[:0]
	pad := byte(bytes.IndexByte(flags(b.endings), 0))
	filled := b.filled(from, to)
	longs := make([]any, longTexts)
	used := 0
	for i, row := range b.rows[from:to] {
		t := b.plan.targets[row.target]
		p.starts = append(p.starts, len(p.text)+1)
		p.text = append(p.text, kindOf(t, row.deleted)...)
		p.text = append(p.text, []byte{last, more}[btoi(row.more && from+i+1 < to)], full)
		head := len(p.text)
		cells := b.cells[row.cells : row.cells+len(t.slots)]
		for i := range t.marks() {
			mark := byte(markHere)
			if c := cells[i]; c.from < 0 {
				mark = markNull
				if filled[row.target][i] {
					p.text[head-1] = partial
				}
			} else if c.long {
				mark = byte(markLong + used)
				longs[used] = b.bytes[c.from:c.to:c.to]
				used++
				p.text[head-1] = partial
			}
			p.text = append(p.text, mark)
		}
		for i, c := range cells {
			width := b.widths[row.target][i]
			blank := byte(' ')
			if t.slots[i].column.trims() {
				blank = pad
			}
			if c.from >= 0 && !c.long {
				p.text = append(p.text, b.bytes[c.from:c.to]...)
				width -= c.to - c.from
			}
			for range width {
				p.text = append(p.text, blank)
			}
		}
	}
	p.arguments(b, filled, longs, pad, m)
}

// filled tells of which slots some row has a value. Those of which none has one are read as empty without being marked.
func (b *batch) filled(from, to int) [][]bool {
	all := make([][]bool, len(b.plan.targets))
	for i, t := range b.plan.targets {
		all[i] = make([]bool, len(t.slots))
	}
	for _, row := range b.rows[from:to] {
		for i, c := range b.cells[row.cells : row.cells+len(all[row.target])] {
			if c.from >= 0 {
				all[row.target][i] = true
			}
		}
	}
	return all
}

// arguments are the parameters of the program, in its order.
func (p *pack) arguments(b *batch, filled [][]bool, longs []any, pad byte, m mode) {
	widest := headWidth
	for i, t := range b.plan.targets {
		if b.counts[i] > 0 {
			widest = max(widest, t.width(b.widths[i]))
		}
	}
	p.args = append(p.args, p.text, []byte{pad}, len(p.text)+1, widest, btoi(m.loud), btoi(m.goon), btoi(m.stays))
	if b.plan.long() {
		p.args = append(p.args, longs...)
	}
	for i, t := range b.plan.targets {
		p.args = append(p.args, t.width(b.widths[i]))
		at := headWidth + t.marks() + 1
		for s := range t.slots {
			if filled[i][s] {
				p.args = append(p.args, at, b.widths[i][s])
			} else {
				p.args = append(p.args, at, nil)
			}
			at += b.widths[i][s]
		}
	}
}

func flags(of [256]bool) []byte {
	all := make([]byte, len(of))
	for i, set := range of {
		all[i] = byte(btoi(set))
	}
	return all
}
