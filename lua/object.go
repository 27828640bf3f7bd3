package lua

import (
	"slices"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// frozen is what stands behind a module or an object: a script can read its fields, call its functions and walk over
// both with pairs, and can change nothing. It is userdata, which rawset and table.insert do not take.
type frozen struct {
	name   string
	fields *glua.LTable
}

// freeze makes a value of fields that no script can change. name is what errors call it.
func (s *State) freeze(name string, fields *glua.LTable) *glua.LUserData {
	thing := &glua.LUserData{Value: &frozen{name, fields}}
	missing := s.l.CreateTable(0, 1)
	missing.RawSetString("__index", s.l.NewFunction(func(l *glua.LState) int {
		s.raise(l, unknownName(name, s.nameArg(l), keys(fields)))
		return 0
	}))
	fields.Metatable = missing
	meta := s.l.CreateTable(0, 2)
	meta.RawSetString("__index", fields)
	meta.RawSetString("__newindex", s.l.NewFunction(func(l *glua.LState) int {
		s.raise(l, &fault{
			code: "api.frozen", key: "lua.frozen", args: map[string]any{"name": name + "." + s.nameArg(l)},
		})
		return 0
	}))
	thing.Metatable = meta
	return thing
}

func unknownName(module, name string, known []string) *fault {
	if full := module + "." + name; whyAbsent(full) != "" {
		return &fault{code: "api.unknown", key: "lua.absent", why: whyAbsent(full), args: map[string]any{"name": full}}
	}
	return &fault{
		code: "api.unknown", key: "lua.unknown", near: nearest(name, known),
		args: map[string]any{"module": module, "name": name, "known": strings.Join(known, ", ")},
	}
}

// keys are the text keys of a table that a script could write, in order.
func keys(table *glua.LTable) []string {
	names := []string{}
	table.ForEach(func(key, _ glua.LValue) {
		if name, ok := key.(glua.LString); ok && !strings.HasPrefix(string(name), "(") {
			names = append(names, string(name))
		}
	})
	slices.Sort(names)
	return names
}

// Object is a value with fields and methods, such as the job: reading an unknown one raises api.unknown, writing raises
// too. The last part of a method's name is what it is called by; name is what errors call the object.
func (s *State) Object(name string, fields map[string]any, methods []Func) Value {
	table := s.l.NewTable()
	object := s.freeze(name, table)
	for field, value := range fields {
		encoded, err := s.encode(value)
		if err != nil {
			panic("lua: field " + field + " of " + name + ": " + err.Error())
		}
		table.RawSetString(field, encoded)
	}
	for _, method := range methods {
		table.RawSetString(lastPart(method.Name), s.bound(method, object))
	}
	return Value{s, object}
}

func lastPart(name string) string { return name[strings.LastIndexAny(name, ".:")+1:] }

// openModules builds the global of each module, its nouns as frozen values within.
func (s *State) openModules() {
	trees := map[string]*tree{}
	for global, functions := range s.options.Modules {
		root := trees[global]
		if root == nil {
			root = &tree{}
			trees[global] = root
		}
		for _, function := range functions {
			root.put(strings.Split(function.Name, "."), s.bound(function, nil))
		}
	}
	for path, value := range s.options.Values {
		global, rest, _ := strings.Cut(path, ".")
		encoded, err := s.encode(value)
		if err != nil {
			panic("lua: value " + path + ": " + err.Error())
		}
		if rest == "" {
			s.names.RawSetString(global, encoded)
			continue
		}
		if trees[global] == nil {
			trees[global] = &tree{}
		}
		trees[global].put(strings.Split(rest, "."), encoded)
	}
	for global, root := range trees {
		if global == "" {
			for name, function := range root.branches {
				s.names.RawSetString(name, function.value)
			}
			continue
		}
		s.names.RawSetString(global, root.build(s, global))
	}
}

// tree is a module while it is being built.
type tree struct {
	value    glua.LValue
	branches map[string]*tree
}

func (t *tree) put(path []string, value glua.LValue) {
	for _, name := range path {
		if t.branches == nil {
			t.branches = map[string]*tree{}
		}
		if t.branches[name] == nil {
			t.branches[name] = &tree{}
		}
		t = t.branches[name]
	}
	if t.value != nil || t.branches != nil {
		panic("lua: two things are called " + strings.Join(path, "."))
	}
	t.value = value
}

func (t *tree) build(s *State, name string) glua.LValue {
	if t.value != nil {
		return t.value
	}
	fields := s.l.CreateTable(0, len(t.branches))
	for branch, sub := range t.branches {
		fields.RawSetString(branch, sub.build(s, name+"."+branch))
	}
	return s.freeze(name, fields)
}
