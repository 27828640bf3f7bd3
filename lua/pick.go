package lua

import (
	glua "github.com/yuin/gopher-lua"
)

// Pick reads the values of some names from tables, one table after the other, without a map for each.
type Pick struct {
	state *State
	names []string
	known map[string]bool // names that a table may have: those and others
	typ   *RowType        // of the row that was read last
	at    []int           // where its fields lie, for each name; -1 where it has none
}

// NewPick reads these names; others are names that a table may have beside them. Any other name in a table is a mistake, for
// whoever wrote it meant one of these.
func (s *State) NewPick(names, others []string) *Pick {
	p := &Pick{state: s, names: names, known: map[string]bool{}}
	for _, all := range [][]string{names, others} {
		for _, name := range all {
			p.known[name] = true
		}
	}
	return p
}

// Read reads the names from a table, into cells in their order. Of a row that nobody wrote to, or not in that field, the cell
// is Same: the N-th of the Cells that are given back. A value that is no text, number, Decimal or boolean is option.type.
func (p *Pick) Read(v Value, into []Cell) (Cells, error) {
	s := p.state
	table, ok := v.raw().(*glua.LTable)
	if !ok {
		mistake := unknownFault()
		if !isUnknown(v.raw()) {
			mistake = &fault{code: "option.type", key: "lua.no_row", args: map[string]any{"got": s.describe(v.raw())}}
		}
		return nil, s.fromFault(mistake, "", "")
	}
	var mistake *fault
	var cells Cells
	if r := s.rowOf(table); r != nil && r.cells != nil {
		cells, mistake = r.cells, p.row(s, r, into)
	} else {
		mistake = p.table(s, s.whole(table), into)
	}
	if mistake != nil {
		return nil, s.fromFault(mistake, "", "")
	}
	return cells, nil
}

func (p *Pick) row(s *State, r *row, into []Cell) *fault {
	if p.typ != r.typ {
		p.typ, p.at = r.typ, make([]int, len(p.names))
		for i, name := range p.names {
			p.at[i] = -1
			if at, ok := r.typ.index[name]; ok {
				p.at[i] = at
			}
		}
	}
	for i, at := range p.at {
		into[i] = Cell{}
		if at >= 0 {
			into[i] = Cell{Kind: Same, N: int64(at)}
		}
	}
	for _, w := range r.written {
		if w.at < 0 && !p.known[w.name] && w.value != glua.LNil {
			return p.unknown(w.name)
		}
		for i, name := range p.names {
			if w.name != name {
				continue
			}
			var mistake *fault
			if into[i], mistake = s.cellOf(name, w.value); mistake != nil {
				return mistake
			}
		}
	}
	return nil
}

func (p *Pick) table(s *State, table *glua.LTable, into []Cell) *fault {
	for key, _ := table.Next(glua.LNil); key != glua.LNil; key, _ = table.Next(key) {
		if name, ok := key.(glua.LString); !ok || !p.known[string(name)] {
			return p.unknown(s.display(key))
		}
	}
	for i, name := range p.names {
		var mistake *fault
		if into[i], mistake = s.cellOf(name, table.RawGetString(name)); mistake != nil {
			return mistake
		}
	}
	return nil
}

func (p *Pick) unknown(name string) *fault {
	name = cut(name, longestName)
	return &fault{code: "option.unknown", key: "lua.row_unknown", near: nearest(name, p.names), args: map[string]any{
		"name": name, "known": joinNames(p.names),
	}}
}

// cellOf is the cell of a Lua value. A number that was calculated and has more digits than anybody wrote is a mistake.
func (s *State) cellOf(name string, value glua.LValue) (Cell, *fault) {
	switch v := value.(type) {
	case *glua.LNilType:
		return Cell{}, nil
	case glua.LString:
		return Cell{Kind: Text, Text: string(v)}, nil
	case glua.LBool:
		if v {
			return Cell{Kind: Truth, N: 1}, nil
		}
		return Cell{Kind: Truth}, nil
	case glua.LNumber:
		if n, ok := plainNumber(float64(v)).(int64); ok {
			return Cell{Kind: Whole, N: n}, nil
		}
		d, mistake := decimalOf(float64(v))
		if mistake != nil {
			return Cell{}, mistake
		}
		return d.cell(name)
	}
	if d := asDecimal(value); d != nil {
		return d.cell(name)
	}
	if isUnknown(value) {
		return Cell{}, unknownFault()
	}
	return Cell{}, &fault{code: "option.type", key: "lua.option_type", args: map[string]any{
		"option": name, "want": s.word("lua.a_field"), "got": s.describe(value),
	}}
}

// cell is the Decimal as a cell, where it is not too long for one.
func (d *Decimal) cell(name string) (Cell, *fault) {
	if d.large != nil || d.places > maxCellPlaces {
		return Cell{}, &fault{code: "option.value", key: "lua.field_digits", args: map[string]any{"option": name, "got": d.String(), "most": maxCellPlaces}}
	}
	return Cell{Kind: Exact, N: d.small, Places: uint8(d.places)}, nil //nolint:gosec // at most maxCellPlaces
}

// maxCellPlaces is how many decimals a number in a field has at most; an int64 has no more digits.
const maxCellPlaces = 18
