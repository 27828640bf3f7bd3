package lua

import (
	"errors"
	"reflect"
	"strconv"

	glua "github.com/yuin/gopher-lua"
)

// Value is a value that stays in Lua: what a script returned, or an argument that is handed on as it is. The zero value
// is nil.
type Value struct {
	state *State
	lua   glua.LValue
}

func (v Value) raw() glua.LValue {
	if v.lua == nil {
		return glua.LNil
	}
	return v.lua
}

// True reports whether a condition takes it for true: anything but nil and false.
func (v Value) True() bool { return glua.LVAsBool(v.raw()) }

// IsNil reports whether it is nil.
func (v Value) IsNil() bool { return v.lua == nil || v.lua == glua.LNil }

// Type is what type(value) is in Lua; "error" for an error value.
func (v Value) Type() string {
	if v.lua == nil {
		return "nil"
	}
	return typeName(v.lua)
}

// String is the value as print shows it, without calling __tostring.
func (v Value) String() string {
	if v.lua == nil {
		return "nil"
	}
	return v.state.display(v.lua)
}

// Described is the value as a sentence names it: a short one itself, else its type, in the reader's language.
func (v Value) Described() string {
	if v.lua == nil || v.state == nil {
		return "nil"
	}
	return v.state.describe(v.lua)
}

// Field is the value of a key of a table, or of something frozen; nil where there is none.
func (v Value) Field(name string) Value {
	switch t := v.lua.(type) {
	case *glua.LTable:
		if value := t.RawGetString(name); value != glua.LNil {
			return Value{v.state, value}
		}
		if r := v.state.rowOf(t); r != nil {
			value, _ := r.get(glua.LString(name)) // that there is none is no mistake of Go's
			return Value{v.state, value}
		}
		return Value{v.state, v.state.lateValue(t, name)}
	case *glua.LUserData:
		if thing, ok := t.Value.(*frozen); ok {
			return Value{v.state, thing.fields.RawGetString(name)}
		}
	}
	return Value{v.state, glua.LNil}
}

// Keys are the text keys of a table, in the order in which they were set.
func (v Value) Keys() []string {
	table, ok := v.lua.(*glua.LTable)
	if !ok {
		return nil
	}
	v.state.whole(table)
	var names []string
	for key, _ := table.Next(glua.LNil); key != glua.LNil; key, _ = table.Next(key) {
		if name, ok := key.(glua.LString); ok {
			names = append(names, string(name))
		}
	}
	return names
}

// Function is the value as a function, or nil.
func (v Value) Function() *Function {
	if fn, ok := v.lua.(*glua.LFunction); ok {
		return &Function{v.state, fn}
	}
	return nil
}

// Err is the value as an error, or nil.
func (v Value) Err() *Error {
	if v.lua == nil {
		return nil
	}
	return asError(v.lua)
}

// Go makes Go values: nil, bool, int64 (a whole number up to 2^53), float64, string, []any (a list), map[string]any (any
// other table; an empty one too), *Decimal, *Function and *Error. It refuses a table within itself and one that is too large.
func (v Value) Go() (any, error) { return v.GoAt("") }

// GoAt is Go for the value of an option: errors name it.
func (v Value) GoAt(option string) (any, error) {
	if v.lua == nil {
		return nil, nil
	}
	v.state.nodes = 0
	plain, mistake := v.state.toGo(option, v.lua)
	if mistake != nil {
		return nil, v.state.fromFault(mistake, "", "")
	}
	return plain, nil
}

// Decode fills a struct, or any other Go value that Bind takes as an argument.
func (v Value) Decode(into any) error { return v.DecodeAt("", into) }

// DecodeAt is Decode for the value of an option: errors name it.
func (v Value) DecodeAt(option string, into any) error {
	if v.state == nil {
		return errors.New("decode: the value belongs to no state")
	}
	v.state.nodes = 0
	target := reflect.ValueOf(into).Elem()
	if mistake := newKind(target.Type(), false, nil).decode(v.state, option, v.lua, target); mistake != nil {
		return v.state.fromFault(mistake, "", "")
	}
	return nil
}

const (
	maxValueDepth = 64
	maxValueNodes = 1_000_000
	nodeBytes     = 64 // of a text, that count as one value more
)

// toGo is one walk over a value; path names it in an error. What is walked over counts in State.nodes: a table that stands
// in many places is made anew for each of them.
func (s *State) toGo(path string, value glua.LValue) (any, *fault) {
	w := &walk{state: s, path: path, above: map[*glua.LTable]bool{}}
	return w.value(value)
}

type walk struct {
	state *State
	path  string
	above map[*glua.LTable]bool
}

func (w *walk) refuse(value glua.LValue, want string) *fault {
	return refused(w.state, w.path, w.state.word(want), value)
}

func (w *walk) value(value glua.LValue) (any, *fault) {
	w.state.nodes++
	switch v := value.(type) {
	case *glua.LNilType:
		return nil, nil
	case glua.LBool:
		return bool(v), nil
	case glua.LNumber:
		return plainNumber(float64(v)), nil
	case glua.LString:
		if w.state.nodes += len(v) / nodeBytes; w.state.nodes > maxValueNodes+MaxText/nodeBytes { // one text of any length passes
			return nil, w.refuse(value, "lua.too_large")
		}
		return string(v), nil
	case *glua.LFunction:
		return &Function{w.state, v}, nil
	case *glua.LTable:
		return w.table(v)
	case *glua.LUserData:
		switch thing := v.Value.(type) {
		case *Error:
			return thing, nil
		case Unknown:
			return thing, nil
		case *Decimal:
			return thing, nil
		case *frozen:
			return w.table(thing.fields)
		}
	}
	return nil, w.refuse(value, "lua.anything")
}

func plainNumber(n float64) any {
	if whole := int64(n); float64(whole) == n && whole <= exact && whole >= -exact {
		return whole
	}
	return n
}

func (w *walk) table(table *glua.LTable) (any, *fault) {
	if w.above[table] {
		return nil, w.refuse(table, "lua.cycle")
	}
	w.state.whole(table)
	n, keys := length(table), countKeys(table)
	if len(w.above) >= maxValueDepth || w.state.nodes+keys > maxValueNodes {
		return nil, w.refuse(table, "lua.too_large")
	}
	w.above[table] = true
	defer delete(w.above, table)
	if n == keys && (n > 0 || table.Metatable == glua.LValue(w.state.emptyList)) {
		return w.list(table, n)
	}
	made := make(map[string]any, keys)
	for key, item := table.Next(glua.LNil); key != glua.LNil; key, item = table.Next(key) {
		name := w.state.display(key)
		if _, twice := made[name]; twice {
			return nil, w.refuse(key, "lua.cycle")
		}
		plain, mistake := w.value(item)
		if mistake != nil {
			return nil, mistake
		}
		made[name] = plain
	}
	return made, nil
}

func (w *walk) list(table *glua.LTable, n int) (any, *fault) {
	list := make([]any, n)
	for i := range list {
		plain, mistake := w.value(table.RawGet(glua.LNumber(i + 1)))
		if mistake != nil {
			return nil, mistake
		}
		list[i] = plain
	}
	return list, nil
}

// Get is the element of a list, counted from 1.
func (v Value) Get(i int) Value {
	if table, ok := v.lua.(*glua.LTable); ok {
		return Value{v.state, table.RawGet(glua.LNumber(i))}
	}
	return Value{v.state, glua.LNil}
}

// Len is the length of a list or a text.
func (v Value) Len() int {
	switch t := v.lua.(type) {
	case *glua.LTable:
		return length(t)
	case glua.LString:
		return len(t)
	}
	return 0
}

// GoString shows the value in a test's output.
func (v Value) GoString() string { return "lua.Value(" + strconv.Quote(v.String()) + ")" }
