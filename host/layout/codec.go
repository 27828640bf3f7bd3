package layout

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Codec reads and writes the lines of one layout. It may be used by many at once.
type Codec struct {
	Layout  *Layout
	records []shape
	// byTag are the records in the order in which a line is held against them: the longest tag first.
	byTag   []int
	longest int // line that is read
}

// shape is a record, ready for reading and writing.
type shape struct {
	*Record
	cells []cell
	tags  []*cell
	// parts are how the parts of a line are made up where separators divide it; one for the whole line where none do.
	parts  []part
	least  int // parts
	takes  int // the cell that has what a line is too long by; -1 for none
	under  int // the record that is its parent; -1 for none
	counts bool
	direct bool // each field is a part of its own, in order
}

// part is one part of a line.
type part struct {
	cells []int // in the order of their places
	width int   // bytes, where the cells have places; else 0
}

// cell is a field, ready for reading and writing.
type cell struct {
	*Field
	first, last int // bytes of its part, from 0 and exclusive; 0, 0 for the whole part
	width       int // 0 for the whole part
	form        *Form
	codes       [][]byte // of Values
	tag, fixed  []byte
	fill        byte
	right       bool
	point       byte // 0 for none
	otherwise   Value
	counted     []int // records
	countsAll   bool
	op          op
	kind        Kind // of a date or time
	limited     bool
	places      int // decimals that a number without a point lacks
}

// defaultMaxLine is far more than any record of fixed width, and holds the XML of a sale of some hundred items.
const defaultMaxLine = 1 << 20

// NewCodec makes a layout ready. The layout is one that Read took, or as good: what it gives as an error is a programmer's
// mistake.
func NewCodec(l *Layout) (*Codec, error) {
	c := &Codec{Layout: l, longest: cmp.Or(l.MaxLine, defaultMaxLine)}
	for i := range l.Records {
		s, err := c.shape(&l.Records[i])
		if err != nil {
			return nil, fmt.Errorf("record %s: %w", l.Records[i].Name, err)
		}
		c.records = append(c.records, s)
		c.byTag = append(c.byTag, i)
	}
	length := func(i int) (n int) {
		for _, t := range c.records[i].tags {
			n += len(t.tag)
		}
		return n
	}
	slices.SortStableFunc(c.byTag, func(a, b int) int { return length(b) - length(a) })
	return c, nil
}

// Record is the number of a type of record; -1 where the layout has none of that name.
func (c *Codec) Record(name string) int {
	return slices.IndexFunc(c.records, func(s shape) bool { return s.Name == name })
}

// Field is the number of a field among those of a record; -1 where there is none.
func (c *Codec) Field(record int, name string) int {
	return slices.IndexFunc(c.records[record].Fields, func(f Field) bool { return f.Name == name })
}

func (c *Codec) shape(r *Record) (shape, error) {
	s := shape{Record: r, takes: -1, under: -1, least: r.Parts}
	if r.Parent != "" {
		s.under = slices.IndexFunc(c.Layout.Records, func(other Record) bool { return other.Name == r.Parent })
		if s.under < 0 {
			return s, fmt.Errorf("no parent %q", r.Parent)
		}
	}
	s.cells = make([]cell, len(r.Fields))
	for i := range r.Fields {
		one, err := c.cell(&r.Fields[i])
		if err != nil {
			return s, fmt.Errorf("field %s: %w", r.Fields[i].Name, err)
		}
		s.cells[i] = one
		s.counts = s.counts || one.Count != nil
		for len(s.parts) < one.Part {
			s.parts = append(s.parts, part{})
		}
		at := &s.parts[one.Part-1]
		at.cells = append(at.cells, i)
		at.width = max(at.width, one.last)
		if r.Takes == one.Name {
			s.takes = i
		}
	}
	for i := range s.cells {
		if s.cells[i].tag != nil {
			s.tags = append(s.tags, &s.cells[i])
		}
	}
	if len(s.parts) == 0 {
		return s, fmt.Errorf("no fields")
	}
	if s.parts[0].width > 0 {
		s.parts[0].width = max(s.parts[0].width, r.Width)
	}
	s.least = cmp.Or(s.least, len(s.parts))
	s.direct = len(s.parts) == len(s.cells)
	for i := range s.cells {
		s.direct = s.direct && s.cells[i].Part == i+1 && s.cells[i].width == 0
	}
	return s, nil
}

func (c *Codec) cell(f *Field) (cell, error) {
	one := cell{Field: f, fill: f.Fill}
	if f.Part == 0 {
		f.Part = 1
	}
	if f.First > 0 {
		one.first, one.last, one.width = f.First-1, f.Last, f.Last-f.First+1
	}
	number := f.Type == Integer || f.Type == Decimal
	one.right = f.Align == Right || f.Align == "" && number
	if one.fill == 0 {
		one.fill = ' '
		if number && one.right {
			one.fill = '0'
		}
	}
	one.op, one.kind = opOf(&one), dateKinds[f.Type]
	one.limited = f.Min != nil || f.Max != nil
	if f.Point == Dot || f.Point == Comma {
		one.places = f.Places
	}
	switch f.Point {
	case Dot:
		one.point = '.'
	case Comma:
		one.point = ','
	}
	if f.Tag != "" {
		one.tag = []byte(f.Tag)
	}
	if f.Const != "" {
		one.fixed, _ = c.Layout.Encoding.Append(nil, []byte(f.Const), UTF8, false)
	}
	for _, choice := range f.Values {
		code, _ := c.Layout.Encoding.Append(nil, []byte(choice.Code), UTF8, false)
		one.codes = append(one.codes, code)
	}
	if f.Form != "" {
		form, ok := ReadForm(f.Form)
		if !ok {
			return one, fmt.Errorf("no form of a date: %q", f.Form)
		}
		one.form = form
	}
	for _, name := range f.Count {
		if name == "*" {
			one.countsAll = true
			continue
		}
		one.counted = append(one.counted, slices.IndexFunc(c.Layout.Records, func(r Record) bool { return r.Name == name }))
	}
	if f.Default != "" {
		text, bad := c.Layout.Encoding.Append(nil, []byte(f.Default), UTF8, false)
		if bad != 0 {
			return one, fmt.Errorf("default %q is not in %s", f.Default, c.Layout.Encoding)
		}
		if err := one.read(text, c.Layout.Encoding, &one.otherwise, new([]byte)); err != nil {
			return one, fmt.Errorf("default: %w", err)
		}
		one.otherwise.Bytes = bytes.Clone(one.otherwise.Bytes)
	}
	return one, nil
}

// known is the record that a line is of, by its tags; -1 where there is none. The parts are those of the line.
func (c *Codec) known(line []byte, parts [][]byte) int {
	for _, i := range c.byTag {
		if c.records[i].is(line, parts) {
			return i
		}
	}
	return -1
}

func (s *shape) is(line []byte, parts [][]byte) bool {
	for _, t := range s.tags {
		in := line
		if parts != nil && (t.width == 0 || t.Part > 1) {
			if t.Part > len(parts) {
				return false
			}
			in = parts[t.Part-1]
		}
		if t.width > 0 {
			if t.last > len(in) {
				return false
			}
			in = in[t.first:t.last]
		}
		if !bytes.Equal(in, t.tag) {
			return false
		}
	}
	return true
}

// unknown tells of a line whose record is none of the layout's.
func (c *Codec) unknown(line []byte, parts [][]byte) (*message.Error, []byte) {
	var tags []string
	found := line
	for _, i := range c.byTag {
		for _, t := range c.records[i].tags {
			tags = append(tags, t.Tag)
			switch {
			case t.width > 0 && t.last <= len(line):
				found = line[t.first:t.last]
			case t.width == 0 && t.Part <= len(parts):
				found = parts[t.Part-1]
			}
		}
	}
	slices.Sort(tags)
	return wrong("layout.unknown", message.Args{"tag": c.Layout.Encoding.shown(found), "tags": strings.Join(tags, ", ")}), found
}
