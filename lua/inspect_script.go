package lua

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// paramSet are the params of a script, and which of them something reads.
type paramSet struct {
	declared map[string]*param
	read     map[string]bool
	set      map[string]bool // given by the script itself
	whole    bool            // handed on as a whole: anything may read any of them
	open     bool            // there are more, that are not written out
	extends  bool            // there are more, in another script
}

type param struct {
	line int
	typ  string // as type() would name its value; "" where that is not known
}

// declare reads the table that tells what the script is, before the walk: its functions are written before it, mostly.
func (i *inspector) declare() {
	i.roles = map[*ast.FunctionExpr]role{}
	spec := i.spec()
	if spec == nil {
		return
	}
	fields, whole := i.entries(spec)
	d := &Declared{Line: spec.Line()}
	i.found.Script = d
	d.Name, d.Extends = i.literalText(fields["name"]), i.literalText(fields["extends"])
	extends := fields["extends"].value != nil
	if fields["params"].value == nil {
		fields["params"] = entry{value: &ast.TableExpr{}}
	}
	params, written := i.tableOf(fields["params"].value)
	if i.found.open = !written || !whole; !i.found.open {
		i.declareParams(d, params, extends)
	}
	seen := i.declareFunctions(&d.Jobs, "jobs", fields["jobs"].value)
	seen = i.declareFunctions(&d.Policies, "policies", fields["policies"].value) && seen
	if health := fields["health"].value; health != nil {
		d.Health = true
		seen = i.play(health, "health", "health") && seen
	}
	if i.params != nil && (!seen || !whole) {
		i.params.whole = true
	}
}

// spec is the table of the first call of Known.Declare.
func (i *inspector) spec() *ast.TableExpr {
	module, name, _ := strings.Cut(i.known.Declare, ".")
	for _, call := range i.survey.calls {
		field, ok := call.Func.(*ast.AttrGetExpr)
		if !ok || len(call.Args) != 1 {
			continue
		}
		object, isName := field.Object.(*ast.IdentExpr)
		key, isKey := field.Key.(*ast.StringExpr)
		if isName && isKey && object.Value == module && key.Value == name {
			table, _ := i.tableOf(call.Args[0])
			return table
		}
	}
	return nil
}

// tableOf is a table that is written out, here or in a local of the file that nothing changes.
func (i *inspector) tableOf(e ast.Expr) (*ast.TableExpr, bool) {
	if name, ok := e.(*ast.IdentExpr); ok && !i.survey.assigned[name.Value] && !i.survey.filled[name.Value] {
		e = i.survey.outer[name.Value]
	}
	table, ok := e.(*ast.TableExpr)
	return table, ok
}

func (i *inspector) functionOf(e ast.Expr) *ast.FunctionExpr {
	if name, ok := e.(*ast.IdentExpr); ok && !i.survey.assigned[name.Value] {
		e = i.survey.outer[name.Value]
	}
	f, _ := e.(*ast.FunctionExpr)
	return f
}

type entry struct {
	value ast.Expr
	line  int
}

// entries are the values of a table by their names; whole tells that all its keys are names.
func (i *inspector) entries(table *ast.TableExpr) (map[string]entry, bool) {
	found, whole := map[string]entry{}, true
	for _, field := range table.Fields {
		key, ok := field.Key.(*ast.StringExpr)
		if !ok {
			whole = false
			continue
		}
		found[key.Value] = entry{field.Value, lineOf(field)}
	}
	return found, whole
}

func (i *inspector) literalText(e entry) string {
	if name, ok := e.value.(*ast.IdentExpr); ok && !i.survey.assigned[name.Value] {
		e.value = i.survey.outer[name.Value]
	}
	if text, ok := e.value.(*ast.StringExpr); ok {
		return text.Value
	}
	return ""
}

// declareFunctions gives each function of a table its role; false where one can not be seen.
func (i *inspector) declareFunctions(into *[]DeclaredFunction, kind string, e ast.Expr) bool {
	if e == nil {
		return true
	}
	table, ok := i.tableOf(e)
	if !ok {
		return false
	}
	functions, seen := i.entries(table)
	for _, name := range byLine(functions) {
		*into = append(*into, DeclaredFunction{name, functions[name].line})
		seen = i.play(functions[name].value, kind+"."+name, kind) && seen
	}
	return seen
}

func byLine(entries map[string]entry) []string {
	names := slices.Sorted(maps.Keys(entries))
	slices.SortStableFunc(names, func(a, b string) int { return entries[a].line - entries[b].line })
	return names
}

// play gives a function its role.
func (i *inspector) play(e ast.Expr, in, kind string) bool {
	f := i.functionOf(e)
	if f == nil {
		_, table := e.(*ast.TableExpr)
		return table // a policy may be a table of rules
	}
	part := role{in: in, params: kind != "policies"}
	if object, ok := i.known.Objects[kind]; ok {
		part.object = object.thing()
	}
	i.roles[f] = part
	return true
}

func (i *inspector) declareParams(d *Declared, table *ast.TableExpr, extends bool) {
	params, whole := i.entries(table)
	i.found.open = !whole
	i.params = &paramSet{declared: map[string]*param{}, read: map[string]bool{}, set: map[string]bool{}, open: !whole, extends: extends}
	i.found.set = i.params.set
	for _, name := range byLine(params) {
		e := params[name]
		declared := DeclaredParam{Name: name, Line: e.line}
		if spec, ok := i.tableOf(e.value); ok {
			i.declareParam(&declared, spec)
		}
		d.Params = append(d.Params, declared)
		i.params.declared[name] = &param{e.line, typeOfParam(declared)}
	}
}

// paramTypes are the Go types that the literals of a param's type are read as; a type that is not here is not looked at.
var paramTypes = map[string]reflect.Type{
	"text": reflect.TypeFor[string](), "path": reflect.TypeFor[string](), "destination": reflect.TypeFor[string](),
	"database": reflect.TypeFor[string](), "company": reflect.TypeFor[string](), "channel": reflect.TypeFor[string](),
	"integer": reflect.TypeFor[int64](), "boolean": reflect.TypeFor[bool](), "duration": reflect.TypeFor[time.Duration](),
	"date": reflect.TypeFor[time.Time](), "enum": reflect.TypeFor[string](),
}

func typeOfParam(p DeclaredParam) string {
	switch {
	case p.List:
		return "table"
	case p.Type == "integer":
		return "number"
	case p.Type == "boolean":
		return "boolean"
	case paramTypes[p.Type] != nil:
		return "string"
	}
	return ""
}

// declareParam reads one param, and holds its default against its type.
func (i *inspector) declareParam(p *DeclaredParam, spec *ast.TableExpr) {
	fields, _ := i.entries(spec)
	p.Type = i.literalText(fields["type"])
	_, p.List = fields["list"].value.(*ast.TrueExpr)
	given, values := fields["default"], fields["values"]
	if given.value == nil {
		return
	}
	if value, whole := i.constant(given.value); whole && value.Type() != glua.LTFunction {
		i.state.nodes = 0
		if plain, mistake := i.state.toGo("", value); mistake == nil {
			p.Default = plain
		}
	}
	typ, enum := paramTypes[p.Type], []string(nil)
	if typ == nil {
		return
	}
	if p.Type == "enum" {
		table, written := i.tableOf(values.value)
		if !written {
			return
		}
		var open bool
		if enum, open = i.texts(table); open || len(enum) == 0 {
			return
		}
	}
	c := &callCheck{i, nil, given.line, 0}
	k, path := newKind(typ, false, enum), "params."+p.Name+".default"
	if !p.List {
		c.value(k, path, given.value, given.line)
		return
	}
	list := newKind(reflect.SliceOf(typ), false, nil)
	list.of = k
	c.value(list, path, given.value, given.line)
}

// readParam is p.name.
func (i *inspector) readParam(object *thing, name string, line int) {
	p := object.params
	p.read[name] = true
	if p.declared[name] != nil || p.set[name] || p.open {
		return
	}
	f := unknownParam(name, slices.Sorted(maps.Keys(p.declared)))
	switch {
	case p.extends && len(i.found.asked) < maxMistakes:
		i.found.asked = append(i.found.asked, asked{name, i.mistake(LevelWarning, line, name, "", f)})
	case p.extends:
	case len(p.declared) == 0: // it may be given to super by whoever extends it
		i.oddly(line, name, f)
	default:
		i.wrong(line, name, f)
	}
}

func unknownParam(name string, known []string) *fault {
	f := &fault{code: "api.unknown", key: "lua.param_unknown", near: nearest(name, known), args: map[string]any{
		"name": name, "known": joinNames(known),
	}}
	if len(known) == 0 {
		f.key = "lua.no_params"
	}
	return f
}

// Inherits are what only the scripts which this one extends can show, the nearest first: the params that it reads and none
// of them declares or sets. There are none where one of them does not write its params out.
func (i *Inspection) Inherits(extended []*Inspection) []*Mistake {
	names := map[string]bool{}
	for _, one := range append([]*Inspection{i}, extended...) {
		if one.Script == nil || one.open {
			return nil
		}
		for _, p := range one.Script.Params {
			names[p.Name] = true
		}
		for name := range one.set {
			names[name] = true
		}
	}
	known := slices.Sorted(maps.Keys(names))
	var mistakes []*Mistake
	for _, a := range i.asked {
		if !names[a.name] {
			f, m := unknownParam(a.name, known), *a.mistake
			m.Key, m.Args, m.Message, m.Hint = f.key, f.args, i.say.speak(f.key, f.args), f.hint(i.say)
			mistakes = append(mistakes, &m)
		}
	}
	return mistakes
}

func (i *inspector) unusedParams() {
	p := i.params
	if p == nil || p.whole || p.open || p.extends {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(p.declared)) {
		if !p.read[name] {
			i.report(LevelWarning, p.declared[name].line, name, "", &fault{
				code: "script.unused_param", key: "lua.unused_param", args: map[string]any{"name": name},
			})
		}
	}
}

func joinNames(names []string) string { return strings.Join(names, ", ") }
