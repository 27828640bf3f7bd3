package lua

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	glua "github.com/yuin/gopher-lua"
)

// record is a table with known keys: the fields of a struct.
type record struct {
	fields []*field
	byName map[string]*field
}

// field is one key of a record, or one argument.
type field struct {
	name     string
	index    []int
	arg      bool
	required bool
	omit     bool // leave out the zero value
	doc      string
	kind     func() *kind // made when it is first needed: some structs are only ever given to scripts
}

func (r *record) add(f *field) {
	r.fields = append(r.fields, f)
	r.byName[f.name] = f
}

// example is how a list is given: to the first option that takes one.
func (r *record) example() string {
	for _, f := range r.fields {
		if strings.HasSuffix(f.kind().stub, "[]") {
			return f.name + ` = { "a", "b" }`
		}
	}
	return r.fields[0].name + " = ..."
}

func (r *record) names() []string {
	names := make([]string, len(r.fields))
	for i, field := range r.fields {
		names[i] = field.name
	}
	return names
}

var records sync.Map // reflect.Type -> *record

// recordOf is newRecord, made once for each type.
func recordOf(typ reflect.Type) *record {
	if known, ok := records.Load(typ); ok {
		return known.(*record)
	}
	known, _ := records.LoadOrStore(typ, newRecord(typ))
	return known.(*record)
}

// newRecord reads the tags of a struct. A field is named by its lua tag, else by its json tag; one without is left out.
func newRecord(typ reflect.Type) *record {
	r := &record{byName: map[string]*field{}}
	forms := formsOf(typ)
	for _, member := range reflect.VisibleFields(typ) {
		tag, ok := member.Tag.Lookup("lua")
		if !ok {
			tag = member.Tag.Get("json")
		}
		name, rest, _ := strings.Cut(tag, ",")
		if name == "" || name == "-" || !member.IsExported() {
			continue
		}
		words := strings.Split(rest, ",")
		has := func(word string) bool { return slices.Contains(words, word) }
		f := &field{name: name, index: member.Index, arg: has("arg"), omit: has("omitempty"), doc: member.Tag.Get("doc")}
		f.required = has("required") || f.arg && !has("optional") && (member.Type.Kind() != reflect.Pointer || member.Type == functionType || member.Type == exactType)
		f.kind = sync.OnceValue(func() *kind {
			k := newKind(member.Type, has("single"), enumOf(member.Tag))
			if form := forms[name]; form != nil {
				k.take(newKind(reflect.TypeOf(form), false, nil))
			}
			return k
		})
		r.add(f)
	}
	return r
}

// complete makes the kinds of all fields, also of the structs within: one that no script can give panics now and not when
// a script first gives it.
func (r *record) complete(done map[*record]bool) {
	done[r] = true
	for _, field := range r.fields {
		for k := field.kind(); k != nil; k = k.of {
			if k.record != nil && !done[k.record()] {
				k.record().complete(done)
			}
		}
	}
}

func enumOf(tag reflect.StructTag) []string {
	values := tag.Get("enum")
	if values == "" {
		return nil
	}
	return strings.Split(values, ",")
}

func (f *field) decode(s *State, path string, value glua.LValue, target reflect.Value) *fault {
	path = f.within(path, value.Type() == glua.LTTable)
	if value == glua.LNil {
		if f.required {
			return &fault{code: missingCode(f.arg), key: "lua.option_missing", args: map[string]any{
				"option": path, "want": f.kind().want(s),
			}}
		}
		return nil
	}
	return f.kind().decode(s, path, value, target.FieldByIndex(f.index))
}

// within is the path of what is in a field. Of a subject that is one table nobody wrote the name.
func (f *field) within(path string, table bool) string {
	if f.arg && table && f.kind().record != nil {
		return path
	}
	return join(path, f.name)
}

func missingCode(arg bool) string {
	if arg {
		return "arg.missing"
	}
	return "option.missing"
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (r *record) decodeOptions(s *State, usage string, value glua.LValue, target reflect.Value) *fault {
	switch v := value.(type) {
	case *glua.LNilType:
		value = &glua.LTable{Metatable: glua.LNil}
	case *glua.LTable:
		_ = v
	default:
		return &fault{code: "option.type", key: "lua.options_wanted", args: map[string]any{
			"usage": usage, "got": s.describe(value),
		}}
	}
	return r.decode(s, "", s.whole(value.(*glua.LTable)), target)
}

// decode fills a struct from a table. Keys are looked at in the order in which the script wrote them, so that the first
// mistake is the one that is told.
func (r *record) decode(s *State, path string, table *glua.LTable, target reflect.Value) *fault {
	for key, _ := table.Next(glua.LNil); key != glua.LNil; key, _ = table.Next(key) {
		name, ok := key.(glua.LString)
		if !ok || r.byName[string(name)] == nil {
			return r.unknown(path, s.display(key))
		}
	}
	for _, field := range r.fields {
		if mistake := field.decode(s, path, table.RawGetString(field.name), target); mistake != nil {
			return mistake
		}
	}
	return nil
}

// unknown is a key that the table does not take. A number is the position of a value without a name.
func (r *record) unknown(path, name string) *fault {
	name = cut(name, longestName)
	if position, err := strconv.Atoi(name); err == nil && position > 0 && path == "" {
		return &fault{code: "option.unknown", key: "lua.positional", args: map[string]any{
			"position": position, "known": strings.Join(r.names(), ", "), "example": r.example(),
		}}
	}
	near := nearest(name, r.names())
	return &fault{code: "option.unknown", key: "lua.option_unknown", near: near, args: map[string]any{
		"option": join(path, name), "known": strings.Join(r.names(), ", "),
	}}
}
