package lua

import (
	"encoding"
	"reflect"

	"github.com/yuin/gopher-lua/ast"
)

// What the functions of the host give is a table with the fields of a struct, or a list of such tables. A script may write
// to its own, so that only a field that nothing in the file ever writes is told, and as a warning.

var ownForms = []reflect.Type{
	reflect.TypeFor[Encoder](), reflect.TypeFor[error](), reflect.TypeFor[encoding.TextMarshaler](),
}

// result is what is known of a value of a Go type: its fields, or those of its elements; nil where that is nothing.
//
//nolint:unparam // element is what the things in a list are called
func (i *inspector) result(typ reflect.Type, name, element string) *thing {
	for typ != nil && typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case typ == nil:
	case typ.Kind() == reflect.Slice:
		if each := i.result(typ.Elem(), element, element); each != nil {
			return &thing{name: name, element: each}
		}
	case fixed(typ):
		return &thing{name: name, typ: typ}
	}
	return nil
}

// fixed tells a struct that becomes a table with its fields and nothing else.
func fixed(typ reflect.Type) bool {
	if typ.Kind() != reflect.Struct || typ == valueType || typ == exactType.Elem() || typ == functionType.Elem() || typ == iteratorType || typ == reflect.TypeFor[Unknown]() {
		return false
	}
	for _, own := range ownForms {
		if typ.Implements(own) || reflect.PointerTo(typ).Implements(own) {
			return false
		}
	}
	return len(recordOf(typ).fields) > 0
}

// given is what a call of a bound function gives.
func (i *inspector) given(is *thing) *thing {
	args := map[string]any{"op": is.name}
	return i.result(is.fn.result, i.state.options.Say.speak("lua.a_result", args), i.state.options.Say.speak("lua.an_element", args))
}

// quietResult is given, or what is known of a variable, without walking over the expression again.
func (i *inspector) quietResult(expr ast.Expr) *thing {
	switch e := expr.(type) {
	case *ast.IdentExpr:
		if v := i.lookup(e.Value); v != nil {
			return v.is
		}
	case *ast.FuncCallExpr:
		if is := i.quietly(e.Func); e.Receiver == nil && is != nil && is.fn != nil {
			return i.given(is)
		}
	case *ast.AttrGetExpr:
		object := i.quietResult(e.Object)
		name, isName := e.Key.(*ast.StringExpr)
		switch {
		case object == nil:
		case isName && object.typ != nil:
			return i.fieldOf(object, name.Value)
		case !isName:
			return object.element
		}
	}
	return nil
}

// fieldOf is what is known of a field of a result.
func (i *inspector) fieldOf(object *thing, name string) *thing {
	field := recordOf(object.typ).byName[name]
	if field == nil {
		return nil
	}
	return i.result(object.typ.FieldByIndex(field.index).Type, object.name, object.name)
}

// ofResult is a field of a result that a script reads.
func (i *inspector) ofResult(object *thing, name string, line int) *thing {
	switch {
	case i.survey.written[name]:
	case object.element != nil:
		i.oddly(line, name, &fault{code: "script.suspect", key: "lua.list_field", args: map[string]any{"module": object.name, "name": name}})
	case recordOf(object.typ).byName[name] == nil:
		known := recordOf(object.typ).names()
		i.oddly(line, name, &fault{code: "script.suspect", key: "lua.unknown", near: nearest(name, known), args: map[string]any{
			"module": object.name, "name": name, "known": joinNames(known),
		}})
	default:
		return i.fieldOf(object, name)
	}
	return nil
}

func (i *inspector) oddly(line int, word string, f *fault) { i.report(LevelWarning, line, word, "", f) }

// each is what a loop over ipairs(list) gives its variables.
func (i *inspector) each(s *ast.GenericForStmt, variables []*local) {
	if len(s.Exprs) != 1 || len(variables) < 2 {
		return
	}
	call, ok := s.Exprs[0].(*ast.FuncCallExpr)
	if !ok || len(call.Args) != 1 {
		return
	}
	name, ok := call.Func.(*ast.IdentExpr)
	if !ok || name.Value != "ipairs" || i.lookup(name.Value) != nil {
		return
	}
	if list := i.quietResult(call.Args[0]); list != nil {
		variables[1].is = list.element
	}
}
