package lua

import (
	"strings"
	"unsafe"

	glua "github.com/yuin/gopher-lua"
)

// A row is a table whose fields lie in Go until a script asks for them: of a record of sixty fields a script looks at three.
// Whoever walks over a row, or does to it what is seldom done, finds it whole, so that it can not be told from any other table;
// but for a name that it does not have, which is an error with the name that was meant.

// RowType is what the rows of one kind have in common: the names of their fields.
type RowType struct {
	called string
	names  []string
	index  map[string]int
}

// NewRowType is made once for many rows. called is what an error calls such a row; the names are in the order in which pairs
// walks over them.
func NewRowType(called string, names []string) *RowType {
	t := &RowType{called: called, names: names, index: make(map[string]int, len(names))}
	for i, name := range names {
		t.index[name] = i
	}
	return t
}

// Names are the names of the fields.
func (t *RowType) Names() []string { return t.names }

// Cells are the fields of one row, in the order of its type's names. They have to stay as they are: a script may keep the row.
type Cells interface {
	Cell(i int) Cell
}

// Cell is one value on its way between Go and a script. The zero Cell is nil.
type Cell struct {
	Kind   CellKind
	Places uint8  // of an Exact, after the point
	N      int64  // a Whole; an Exact without its point: 12.34 is 1234 with 2 Places; a Truth as 0 or 1; which of the row's Cells a Same is
	Text   string // a Text
}

// CellKind is what a Cell holds.
type CellKind uint8

// The kinds.
const (
	Nil CellKind = iota
	Text
	Whole // a number without decimals
	Exact // a Decimal
	Truth
	Same // what the row was made with: nobody wrote to it
)

// row is the table that a script has, and what is behind it. The table comes first, so that one is the address of the other.
type row struct {
	table   glua.LTable
	typ     *RowType
	cells   Cells // nil once the table is whole
	state   *State
	written []written // until then
	added   map[string]bool
}

// written is a field that a script gave a value.
type written struct {
	at    int // among the names of the type; -1 for a name of the script's own
	name  string
	value glua.LValue
}

// fewWritten is how many fields are written before a row is made whole: looked for one by one, more would take too long.
const fewWritten = 16

// Row makes a row of a type.
func (s *State) Row(t *RowType, cells Cells) Value {
	r := &row{typ: t, cells: cells, state: s}
	r.table.Metatable = s.rowMeta
	return Value{s, &r.table}
}

// openRows makes the metatable that all rows share.
func (s *State) openRows() {
	s.rowMeta = s.l.CreateTable(0, 4)
	s.define(s.rowMeta, map[string]glua.LGFunction{
		"__index": func(l *glua.LState) int {
			value, mistake := s.rowOf(l.Get(1)).get(l.Get(2))
			if mistake != nil {
				s.raise(l, mistake)
			}
			if text, ok := value.(glua.LString); ok {
				s.read(l, len(text))
			}
			l.Push(value)
			return 1
		},
		"__newindex": func(l *glua.LState) int {
			s.rowOf(l.Get(1)).set(l, l.Get(2), l.Get(3))
			return 0
		},
	})
	s.rowMeta.RawSetString("__metatable", glua.LFalse)
}

// rowOf is the row that a value is, or nil. No script reaches the metatable, so that no other table has it.
func (s *State) rowOf(value glua.LValue) *row {
	table, ok := value.(*glua.LTable)
	if !ok || table.Metatable != glua.LValue(s.rowMeta) {
		return nil
	}
	return (*row)(unsafe.Pointer(table))
}

// The address of a row is that of its table.
var _ = [1]struct{}{}[unsafe.Offsetof(row{}.table)]

// get is a field that the table itself does not have.
func (r *row) get(key glua.LValue) (glua.LValue, *fault) {
	name, ok := key.(glua.LString)
	if !ok {
		return glua.LNil, nil
	}
	at, known := r.typ.index[string(name)]
	if !known {
		at = -1
	}
	if w := r.write(at, string(name)); w != nil {
		return w.value, nil
	}
	switch {
	case known && r.cells != nil:
		return r.state.cellValue(r.cells.Cell(at)), nil
	case known || r.added[string(name)]:
		return glua.LNil, nil
	}
	return nil, r.unknown(string(name))
}

// unknown is a name that the row has not.
func (r *row) unknown(name string) *fault {
	name = cut(name, longestName)
	return &fault{code: "script.undefined", key: "lua.unknown", near: nearest(name, r.typ.names), args: map[string]any{
		"module": r.typ.called, "name": name, "known": strings.Join(r.typ.names, ", "),
	}}
}

// write is what was written to a field, or nil.
func (r *row) write(at int, name string) *written {
	for i := range r.written {
		if w := &r.written[i]; w.at == at && (at >= 0 || w.name == name) {
			return w
		}
	}
	return nil
}

// set gives a field that the table itself does not have a value.
func (r *row) set(l *glua.LState, key, value glua.LValue) {
	name, ok := key.(glua.LString)
	if !ok || r.cells == nil {
		l.RawSet(r.whole(), key, value)
		r.add(string(name))
		return
	}
	at, known := r.typ.index[string(name)]
	if !known {
		at = -1
	}
	if w := r.write(at, string(name)); w != nil {
		w.value = value
		return
	}
	r.written = append(r.written, written{at, string(name), value})
	if len(r.written) > fewWritten {
		r.whole()
	}
}

// add notes a name of the script's own: it may be asked for, also when it is nil again.
func (r *row) add(name string) {
	if _, known := r.typ.index[name]; known || name == "" {
		return
	}
	if r.added == nil {
		r.added = map[string]bool{}
	}
	r.added[name] = true
}

// whole puts all fields into the table: those of the type in their order, then the others as they were first written.
func (r *row) whole() *glua.LTable {
	if r.cells == nil {
		return &r.table
	}
	r.table = *r.state.l.CreateTable(0, len(r.typ.names)+len(r.written))
	r.table.Metatable = r.state.rowMeta
	for i, name := range r.typ.names {
		value, _ := r.get(glua.LString(name)) // a name of its own type is no mistake
		if value != glua.LNil {
			r.table.RawSetString(r.typ.names[i], value)
		}
	}
	for _, w := range r.written {
		if w.at >= 0 {
			continue
		}
		r.add(w.name)
		if w.value != glua.LNil {
			r.table.RawSetString(w.name, w.value)
		}
	}
	r.cells, r.written = nil, nil
	return &r.table
}

// cellValue is the Lua value of a cell. A whole number that a float64 does not hold to its last digit is a Decimal.
func (s *State) cellValue(c Cell) glua.LValue {
	switch c.Kind {
	case Text:
		return glua.LString(c.Text)
	case Whole:
		if c.N <= exact && c.N >= -exact {
			return glua.LNumber(c.N)
		}
		return s.newDecimalValue(c.N, 0)
	case Exact:
		return s.newDecimalValue(c.N, int(c.Places))
	case Truth:
		return glua.LBool(c.N != 0)
	}
	return glua.LNil
}
