package lua

import (
	"reflect"
	"strconv"

	glua "github.com/yuin/gopher-lua"
)

// Former is a struct of arguments or options that takes a Value whose tables have a form: by the name of the field, a
// struct of the options that such a table has. The value may be one such table or a list of them; what is no table, such as
// a function, stays as free as any Value. A map of Values has the form in each of them.
type Former interface {
	LuaForms() map[string]any
}

// Checker is a form that can tell more of what is wrong with it than its types do.
type Checker interface {
	Check() error
}

// formsOf are the forms that a struct tells. A struct embedded in it tells its own.
func formsOf(typ reflect.Type) map[string]any {
	if former, ok := reflect.TypeAssert[Former](reflect.Zero(typ)); ok {
		return former.LuaForms()
	}
	return nil
}

// take makes a kind, or that of its elements, hold tables against a form before it takes them as they are.
func (k *kind) take(form *kind) {
	for k.of != nil {
		k = k.of
	}
	keep := k.decode
	k.form = form
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		if table, ok := value.(*glua.LTable); ok {
			if mistake := form.holds(s, path, table); mistake != nil {
				return mistake
			}
		}
		return keep(s, path, value, target)
	}
}

// holds tells what is wrong with a table that should have the form, or with one of a list of them.
func (k *kind) holds(s *State, path string, table *glua.LTable) *fault {
	n := length(s.whole(table))
	if n == 0 || n != countKeys(table) {
		return k.one(s, path, table)
	}
	for i := range n {
		if mistake := k.one(s, path+"["+strconv.Itoa(i+1)+"]", table.RawGet(glua.LNumber(i+1))); mistake != nil {
			return mistake
		}
	}
	return nil
}

func (k *kind) one(s *State, path string, value glua.LValue) *fault {
	read := reflect.New(k.typ)
	if mistake := k.decode(s, path, value, read.Elem()); mistake != nil {
		return mistake
	}
	checker, ok := reflect.TypeAssert[Checker](read)
	if !ok {
		return nil
	}
	if err := checker.Check(); err != nil {
		return &fault{code: valueCode(err), key: "lua.option_wrong", cure: hintOf(err), args: map[string]any{"option": path, "text": err.Error()}}
	}
	return nil
}
