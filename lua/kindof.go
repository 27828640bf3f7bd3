package lua

import (
	"reflect"
	"strconv"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

func pointerKind(typ reflect.Type) *kind {
	of := newKind(typ.Elem(), false, nil)
	return &kind{stub: of.stub, want: of.want, record: of.record, of: of.of, reads: of.reads,
		decode: func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
			target.Set(reflect.New(typ.Elem()))
			return of.decode(s, path, value, target.Elem())
		}}
}

func listKind(typ reflect.Type, single bool, enum []string) *kind {
	of := newKind(typ.Elem(), false, enum)
	k := &kind{stub: of.stub + "[]", of: of}
	k.want = func(s *State) string {
		return s.options.Say.speak("lua.a_list", map[string]any{"of": of.plural(s)})
	}
	if strings.Contains(of.stub, "|") {
		k.stub = "(" + of.stub + ")[]"
	}
	if single {
		k.stub = of.stub + "|" + k.stub
		k.want = word("lua.a_text_or_list")
	}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		if single && value.Type() == glua.LTString {
			target.Set(reflect.MakeSlice(typ, 1, 1))
			return of.decode(s, path, value, target.Index(0))
		}
		table, ok := value.(*glua.LTable)
		n := 0
		if ok {
			n = length(s.whole(table))
		}
		if !ok || n != countKeys(table) {
			return k.wrong(s, path, value)
		}
		list := reflect.MakeSlice(typ, n, n)
		for i := range n {
			at := path + "[" + strconv.Itoa(i+1) + "]"
			if mistake := of.decode(s, at, table.RawGet(glua.LNumber(i+1)), list.Index(i)); mistake != nil {
				return mistake
			}
		}
		target.Set(list)
		return nil
	}
	return k
}

func (k *kind) plural(s *State) string {
	if k.stub == "string" {
		return s.word("lua.texts")
	}
	return s.word("lua.values")
}

func countKeys(table *glua.LTable) int {
	n := 0
	table.ForEach(func(_, _ glua.LValue) { n++ })
	return n
}

func mapKind(typ reflect.Type) *kind {
	if typ.Key().Kind() != reflect.String {
		panic("lua: a script can not give a " + typ.String())
	}
	of := newKind(typ.Elem(), false, nil)
	k := &kind{stub: "table<string, " + of.stub + ">", want: word("lua.a_table"), of: of}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		table, ok := value.(*glua.LTable)
		if !ok {
			return k.wrong(s, path, value)
		}
		s.whole(table)
		made := reflect.MakeMap(typ)
		for key, item := table.Next(glua.LNil); key != glua.LNil; key, item = table.Next(key) {
			name, ok := key.(glua.LString)
			if !ok {
				return k.wrong(s, path, value)
			}
			element := reflect.New(typ.Elem()).Elem()
			if mistake := of.decode(s, join(path, cut(string(name), longestName)), item, element); mistake != nil {
				return mistake
			}
			made.SetMapIndex(reflect.ValueOf(string(name)).Convert(typ.Key()), element)
		}
		target.Set(made)
		return nil
	}
	return k
}

// structKind reads the tags when the first value comes, so that a type may contain itself.
func structKind(typ reflect.Type) *kind {
	k := &kind{stub: "table", want: word("lua.a_table_of_options"), record: func() *record { return recordOf(typ) }}
	k.decode = func(s *State, path string, value glua.LValue, target reflect.Value) *fault {
		table, ok := value.(*glua.LTable)
		if !ok {
			return k.wrong(s, path, value)
		}
		return recordOf(typ).decode(s, path, s.whole(table), target)
	}
	return k
}
