package lua

import (
	"reflect"
	"slices"
	"strings"

	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// thing is what Inspect knows of a value that has a name: a module or one of its nouns, a function, an object, the params.
type thing struct {
	name     string
	members  map[string]*thing // of a noun or an object; nil where nothing is known of what is inside
	function bool
	fn       *Func // of a bound function
	method   bool  // fn may be called with its object as the first argument
	module   bool  // the host's: every use of it must be readable, because powers are read from it
	params   *paramSet
	typ      reflect.Type // of a table that a bound function gives: the struct that it was
	element  *thing       // of a list that it gives
}

func (t *thing) given() bool { return t != nil && (t.typ != nil || t.element != nil) }

func (t *thing) noun() bool { return t != nil && t.members != nil }

func (t *thing) names() []string {
	names := []string{}
	for name := range t.members {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// vocabulary are the global names: those of a fresh state, so that there is no second list of them.
func (i *inspector) vocabulary() map[string]*thing {
	words := map[string]*thing{"require": {name: "require", function: true}}
	i.state.names.ForEach(func(key, value glua.LValue) {
		if name := key.String(); !strings.HasPrefix(name, "(") {
			words[name] = thingOf(name, value)
		}
	})
	for module, functions := range i.known.Modules {
		root := words[module]
		if module == "" {
			root = &thing{members: words} // global functions
		}
		for _, f := range functions {
			at := root
			for part := range strings.SplitSeq(f.Name, ".") {
				at.module = true
				at = at.members[part]
			}
			at.fn, at.module = &f, true
		}
	}
	return words
}

func thingOf(name string, value glua.LValue) *thing {
	t := &thing{name: name}
	switch v := value.(type) {
	case *glua.LFunction:
		t.function = true
	case *glua.LUserData:
		if frozen, ok := v.Value.(*frozen); ok {
			t.members = map[string]*thing{}
			frozen.fields.ForEach(func(key, value glua.LValue) {
				t.members[key.String()] = thingOf(name+"."+key.String(), value)
			})
		}
	}
	return t
}

func (o Object) thing() *thing {
	t := &thing{name: o.Name, members: map[string]*thing{}}
	for _, field := range o.Fields {
		t.members[field] = &thing{name: o.Name + "." + field}
	}
	for _, f := range o.Methods {
		name := lastPart(f.Name)
		t.members[name] = &thing{name: o.Name + "." + name, function: true, fn: &f, method: true}
	}
	return t
}

// scope is a block with the variables declared in it.
type scope struct {
	above     *scope
	variables []*local
}

// local is a variable of the script.
type local struct {
	name string
	line int
	used bool
	is   *thing   // nil where nothing is known
	expr ast.Expr // what it is given where it is declared; nil where it is given something else later
	with []*local // declared from the same call
	free bool     // nobody is told that it is not used: a parameter, a variable of a loop
}

func (i *inspector) open() { i.scope = &scope{above: i.scope} }

func (i *inspector) close() {
	for _, v := range i.scope.variables {
		if !v.used && !v.free && v.name[0] != '_' && !slices.ContainsFunc(v.with, func(w *local) bool { return w.used }) {
			i.report(LevelWarning, v.line, v.name, "", &fault{code: "script.unused", key: "lua.unused", args: map[string]any{"name": v.name}})
		}
	}
	i.scope = i.scope.above
}

func (i *inspector) add(v *local) {
	if i.survey.assigned[v.name] {
		v.expr = nil
		if !v.is.noun() && v.is != i.words["require"] {
			v.is = nil
		}
	}
	if v.is.given() && (i.survey.filled[v.name] || i.survey.handed[v.name]) {
		v.is = nil
	}
	if own := i.words[v.name]; own.noun() && own.module && v.is != own {
		i.odd(v.line, v.name, "lua.shadow", map[string]any{"name": v.name})
	}
	i.scope.variables = append(i.scope.variables, v)
}

func (i *inspector) lookup(name string) *local {
	for s := i.scope; s != nil; s = s.above {
		for _, v := range slices.Backward(s.variables) {
			if v.name == name {
				return v
			}
		}
	}
	return nil
}

// inSight are the names that could have been meant.
func (i *inspector) inSight() []string {
	names := []string{}
	for s := i.scope; s != nil; s = s.above {
		for _, v := range s.variables {
			names = append(names, v.name)
		}
	}
	for name := range i.words {
		names = append(names, name)
	}
	return names
}
