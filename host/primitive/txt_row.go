package primitive

import (
	"slices"

	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/lua"
)

// rowType is how the records of one type become rows: the fields that have a name.
type rowType struct {
	row   *lua.RowType
	at    []int // the field of each name
	exact []bool
}

func rowTypes(codec *layout.Codec) []*rowType {
	all := make([]*rowType, len(codec.Layout.Records))
	for i := range all {
		all[i] = newRowType(&codec.Layout.Records[i])
	}
	return all
}

func newRowType(r *layout.Record) *rowType {
	t := &rowType{}
	var names []string
	for i := range r.Fields {
		f := &r.Fields[i]
		if f.Name == "" || f.Type == layout.Blank {
			continue
		}
		names = append(names, f.Name)
		t.at, t.exact = append(t.at, i), append(t.exact, f.Type == layout.Decimal)
	}
	t.row = lua.NewRowType(r.Name, names)
	return t
}

// fields are the values of one record, for a script. They stay as they are.
type fields struct {
	typ    *rowType
	values []layout.Value
}

// keep copies values that are the reader's own.
func (t *rowType) keep(values []layout.Value) *fields {
	kept, size := slices.Clone(values), 0
	for i := range kept {
		size += len(kept[i].Bytes)
	}
	room := make([]byte, 0, size)
	for i := range kept {
		if v := &kept[i]; v.Bytes != nil {
			from := len(room)
			room = append(room, v.Bytes...)
			v.Bytes = room[from:len(room):len(room)]
		}
	}
	return &fields{t, kept}
}

// Cell is a field as a script sees it: a day and a time are texts.
func (f *fields) Cell(i int) lua.Cell {
	v := &f.values[f.typ.at[i]]
	switch {
	case v.Kind == layout.Null:
		return lua.Cell{}
	case v.Kind == layout.Number && (f.typ.exact[i] || v.Places > 0):
		return lua.Cell{Kind: lua.Exact, N: v.N, Places: v.Places}
	case v.Kind == layout.Number:
		return lua.Cell{Kind: lua.Whole, N: v.N}
	case v.Kind == layout.Flag:
		return lua.Cell{Kind: lua.Truth, N: v.N}
	}
	return lua.Cell{Kind: lua.Text, Text: v.String()}
}

// valueOf is what a script gives for a field; of is where those are that it left alone.
func valueOf(c lua.Cell, of lua.Cells) layout.Value {
	switch c.Kind {
	case lua.Same:
		if f, ok := of.(*fields); ok {
			return f.values[f.typ.at[c.N]]
		}
	case lua.Text:
		return layout.NewString(c.Text)
	case lua.Whole, lua.Exact:
		return layout.NewNumber(c.N, c.Places)
	case lua.Truth:
		return layout.Value{Kind: layout.Flag, N: c.N}
	}
	return layout.Value{}
}
