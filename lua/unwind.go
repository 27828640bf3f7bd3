package lua

import (
	"reflect"
	"unsafe"

	glua "github.com/yuin/gopher-lua"
)

// When an error is raised, gopher-lua closes the upvalues of every function on the stack, also of those that a pcall shields.
// From then on a closure and the function that it was made in have a variable each, and count or collect into different ones.
// Here those of the functions that the error ends are closed, and no others. gopher-lua lets nobody do that: what it takes is
// found by its name, and a version of gopher-lua that calls it otherwise stops the program at once.

var (
	offsetErrorFunc = offsetOf(reflect.TypeFor[glua.LState](), "hasErrorFunc", reflect.Bool)
	offsetUpvalues  = offsetOf(reflect.TypeFor[glua.LState](), "uvcache", reflect.Pointer)
	offsetNext      = offsetOf(reflect.TypeFor[glua.Upvalue](), "next", reflect.Pointer)
	offsetIndex     = offsetOf(reflect.TypeFor[glua.Upvalue](), "index", reflect.Int)
	frameLocalBase  = fieldIndex(frameType, "LocalBase")
)

func offsetOf(typ reflect.Type, name string, kind reflect.Kind) uintptr {
	field, ok := typ.FieldByName(name)
	if !ok || field.Type.Kind() != kind {
		panic("lua: gopher-lua's " + typ.Name() + " has no " + name)
	}
	return field.Offset
}

// keepUpvalues keeps gopher-lua from closing any itself: it does not where somebody looks at the stack first.
func keepUpvalues(l *glua.LState) {
	*(*bool)(unsafe.Add(unsafe.Pointer(l), offsetErrorFunc)) = true
}

// closeUpvalues closes those of registers from this one on. They stand in the order of their registers.
func closeUpvalues(l *glua.LState, from int) {
	place := (**glua.Upvalue)(unsafe.Add(unsafe.Pointer(l), offsetUpvalues))
	for *place != nil && *(*int)(unsafe.Add(unsafe.Pointer(*place), offsetIndex)) < from {
		place = (**glua.Upvalue)(unsafe.Add(unsafe.Pointer(*place), offsetNext))
	}
	ended := *place
	*place = nil
	for ended != nil {
		ended.Close()
		ended = *(**glua.Upvalue)(unsafe.Add(unsafe.Pointer(ended), offsetNext))
	}
}

// shielded is the first register that an error ends: that of the innermost protected call, or of the whole coroutine.
func (s *State) shielded(l *glua.LState) int {
	for level := 0; ; level++ {
		debug, ok := l.GetStack(level)
		if !ok {
			return 0
		}
		if f := frameOf(debug); f.value.Elem().Field(frameFunction).UnsafePointer() == unsafe.Pointer(s.enter) {
			return int(f.value.Elem().Field(frameLocalBase).Int())
		}
	}
}
