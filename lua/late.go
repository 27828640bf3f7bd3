package lua

import (
	"fmt"
	"reflect"
	"slices"

	glua "github.com/yuin/gopher-lua"
)

// A state of Options.Late makes what hangs in a struct when the script first looks at it. Of ten thousand copies a policy looks at
// their days, and never at the rows of a hundred tables in each. Whoever walks over such a table, or changes it, finds it
// whole: it can not be told from any other.

// lateField is a field that is not made yet.
type lateField struct {
	name  string
	value reflect.Value
}

// openLate makes the metatable of tables that are not whole yet.
func (s *State) openLate() {
	if !s.options.Late {
		return
	}
	s.late = map[*glua.LTable][]lateField{}
	s.lateMeta = s.l.CreateTable(0, 2)
	s.define(s.lateMeta, map[string]glua.LGFunction{
		"__index": func(l *glua.LState) int {
			table, _ := l.Get(1).(*glua.LTable)
			name, _ := l.Get(2).(glua.LString)
			l.Push(s.lateValue(table, string(name)))
			return 1
		},
		"__newindex": func(l *glua.LState) int {
			table, _ := l.Get(1).(*glua.LTable)
			name, _ := l.Get(2).(glua.LString)
			s.late[table] = slices.DeleteFunc(s.late[table], func(f lateField) bool { return f.name == string(name) })
			l.RawSet(table, l.Get(2), l.Get(3))
			return 0
		},
	})
}

// isLate tells whether a field of a struct is made later: what a table is made of.
func (s *State) isLate(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Map, reflect.Slice, reflect.Struct, reflect.Pointer:
		return s.options.Late && !isNil(v)
	}
	return false
}

// lateValue makes a field, where it is one that is not made yet.
func (s *State) lateValue(table *glua.LTable, name string) glua.LValue {
	fields := s.late[table]
	i := slices.IndexFunc(fields, func(f lateField) bool { return f.name == name })
	if i < 0 {
		return glua.LNil
	}
	value, err := s.encodeReflect(fields[i].value, 1)
	if err != nil {
		panic(fmt.Sprintf("lua: field %s: %v", name, err))
	}
	s.late[table] = slices.Delete(fields, i, i+1)
	table.RawSetString(name, value)
	return value
}

// whole makes all of a table that is not made yet.
func (s *State) whole(table *glua.LTable) *glua.LTable {
	if r := s.rowOf(table); r != nil {
		return r.whole()
	}
	if s.lateMeta == nil || table.Metatable != glua.LValue(s.lateMeta) {
		return table
	}
	for len(s.late[table]) > 0 {
		s.lateValue(table, s.late[table][0].name)
	}
	delete(s.late, table)
	table.Metatable = glua.LNil
	return table
}
