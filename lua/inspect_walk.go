package lua

import (
	"strings"

	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// role is what a function is to the host, which calls it.
type role struct {
	in     string
	object *thing
	params bool // its second parameter are the params
}

// function walks over a body; given are what is known of its parameters.
func (i *inspector) function(f *ast.FunctionExpr, receiver *local) {
	before := i.in
	i.open()
	if receiver != nil {
		i.add(receiver)
	}
	part, known := i.roles[f]
	if known {
		i.in = part.in
	}
	for n, name := range f.ParList.Names {
		v := &local{name: name, line: f.Line(), free: true}
		switch {
		case known && n == 0:
			v.is = part.object
		case known && n == 1 && part.params && i.params != nil:
			v.is = &thing{name: name, params: i.params}
		}
		i.add(v)
	}
	if f.ParList.HasVargs {
		i.add(&local{name: "arg", line: f.Line(), free: true})
		if known && i.params != nil {
			i.params.whole = true
		}
	}
	i.block(f.Stmts)
	i.close()
	i.in = before
}

func (i *inspector) scoped(stmts []ast.Stmt, variables ...*local) {
	i.open()
	for _, v := range variables {
		i.add(v)
	}
	i.block(stmts)
	i.close()
}

func (i *inspector) block(stmts []ast.Stmt) {
	for _, stmt := range stmts {
		i.stmt(stmt)
	}
}

func (i *inspector) stmt(stmt ast.Stmt) {
	switch s := stmt.(type) {
	case *ast.AssignStmt:
		i.values(s.Rhs)
		for _, target := range s.Lhs {
			i.assignment(target, false)
		}
	case *ast.LocalAssignStmt:
		i.local(s)
	case *ast.FuncCallStmt:
		i.expr(s.Expr)
	case *ast.DoBlockStmt:
		i.scoped(s.Stmts)
	case *ast.WhileStmt:
		i.condition(s.Condition)
		i.scoped(s.Stmts)
	case *ast.RepeatStmt:
		i.open()
		i.block(s.Stmts)
		i.condition(s.Condition)
		i.close()
	case *ast.IfStmt:
		i.condition(s.Condition)
		i.scoped(s.Then)
		i.scoped(s.Else)
	case *ast.NumberForStmt:
		i.values([]ast.Expr{s.Init, s.Limit, s.Step})
		i.scoped(s.Stmts, &local{name: s.Name, line: s.Line(), free: true})
	case *ast.GenericForStmt:
		i.values(s.Exprs)
		i.looped(s)
		variables := i.free(s.Names, s.Line())
		i.each(s, variables)
		i.scoped(s.Stmts, variables...)
	case *ast.FuncDefStmt:
		i.definition(s)
	case *ast.ReturnStmt:
		i.values(s.Exprs)
	}
}

func (i *inspector) free(names []string, line int) []*local {
	variables := []*local{}
	for _, name := range names {
		variables = append(variables, &local{name: name, line: line, free: true})
	}
	return variables
}

// local declares variables. A noun, a function or an object may so be given a shorter name.
func (i *inspector) local(s *ast.LocalAssignStmt) {
	variables := []*local{}
	for _, name := range s.Names {
		variables = append(variables, &local{name: name, line: s.Line()})
	}
	if len(s.Names) == 1 && len(s.Exprs) == 1 {
		if f, ok := s.Exprs[0].(*ast.FunctionExpr); ok && !i.plain[s] {
			variables[0].expr = f
			i.add(variables[0]) // a local function may call itself
			i.function(f, nil)
			return
		}
	}
	for n, e := range s.Exprs {
		if n >= len(variables) {
			i.value(e)
			continue
		}
		variables[n].expr = e
		variables[n].is = i.expr(e)
		i.handedOn(e, variables[n].is)
	}
	if len(s.Exprs) > len(s.Names) && !i.decimalComma(s.Exprs[len(s.Exprs)-1]) {
		i.odd(s.Line(), "", "lua.values_dropped", map[string]any{"names": len(s.Names), "values": len(s.Exprs)})
	}
	if len(s.Exprs) < len(s.Names) {
		for _, v := range variables {
			v.with = variables
		}
	}
	for _, v := range variables {
		i.add(v)
	}
}

func (i *inspector) definition(s *ast.FuncDefStmt) {
	if s.Name.Func != nil {
		i.assignment(s.Name.Func, true)
		i.function(s.Func, nil)
		return
	}
	i.assignment(&ast.AttrGetExpr{Object: s.Name.Receiver, Key: &ast.StringExpr{Value: s.Name.Method}}, true)
	i.function(s.Func, &local{name: "self", line: s.Line(), free: true})
}

// assignment is what stands on the left of "=", or behind "function".
func (i *inspector) assignment(target ast.Expr, function bool) {
	switch t := target.(type) {
	case *ast.IdentExpr:
		i.assignName(t, function)
	case *ast.AttrGetExpr:
		i.assignField(t)
	}
}

func (i *inspector) assignName(t *ast.IdentExpr, function bool) {
	if v := i.lookup(t.Value); v != nil {
		if v.is.noun() && v.is.module {
			i.opaque(t.Line(), t.Value, v.is.name)
		}
		return
	}
	key, args := "lua.undeclared", map[string]any{"name": t.Value}
	switch {
	case i.words[t.Value] != nil:
		key = "lua.frozen"
	case i.blamed[t.Value]:
		return
	case function:
		key = "lua.undeclared_function"
	}
	i.blamed[t.Value] = true
	i.wrong(t.Line(), t.Value, &fault{code: "script.undeclared", key: key, args: args})
}

func (i *inspector) assignField(t *ast.AttrGetExpr) {
	object := i.expr(t.Object)
	name, isName := t.Key.(*ast.StringExpr)
	switch {
	case object.noun() && isName:
		i.wrong(t.Object.Line(), name.Value, &fault{code: "api.frozen", key: "lua.frozen", args: map[string]any{"name": object.name + "." + name.Value}})
		return
	case object.noun():
		i.wrong(t.Object.Line(), "", &fault{code: "api.frozen", key: "lua.frozen", args: map[string]any{"name": object.name}})
	case object != nil && object.params != nil && isName:
		object.params.set[name.Value] = true
		return
	}
	i.key(t)
}

// values are expressions whose values go somewhere.
func (i *inspector) values(exprs []ast.Expr) {
	for _, e := range exprs {
		if e != nil {
			i.value(e)
		}
	}
}

// value is an expression whose value goes where Inspect does not follow it.
func (i *inspector) value(e ast.Expr) {
	is := i.expr(e)
	i.handedOn(e, is)
	i.whole(e, is)
}

// whole is a thing that is used otherwise than by naming what is in it.
func (i *inspector) whole(e ast.Expr, is *thing) {
	switch {
	case is == nil:
	case is.noun() && is.module:
		i.opaque(e.Line(), lastName(is.name), is.name)
	case is == i.words["require"]:
		i.wrong(e.Line(), "require", &fault{code: "script.opaque", key: "lua.require_literal"})
	case is.params != nil:
		is.params.whole = true
	}
}

// handedOn notes a function that is named, but not called here.
func (i *inspector) handedOn(e ast.Expr, is *thing) {
	if is != nil && is.fn != nil {
		i.use(is, e.Line(), false, nil)
	}
}

func (i *inspector) opaque(line int, word, name string) {
	i.wrong(line, word, &fault{code: "script.opaque", key: "lua.opaque", args: map[string]any{"name": name}})
}

// expr walks over an expression and gives what is known of its value.
func (i *inspector) expr(expr ast.Expr) *thing {
	switch e := expr.(type) {
	case *ast.IdentExpr:
		return i.ident(e)
	case *ast.AttrGetExpr:
		return i.field(e)
	case *ast.FuncCallExpr:
		return i.call(e)
	case *ast.TableExpr:
		for _, field := range e.Fields {
			i.values([]ast.Expr{field.Key, field.Value})
		}
	case *ast.FunctionExpr:
		i.function(e, nil)
	case *ast.LogicalOpExpr:
		i.values([]ast.Expr{e.Lhs, e.Rhs})
	case *ast.RelationalOpExpr:
		i.values([]ast.Expr{e.Lhs, e.Rhs})
		i.comparison(e)
	case *ast.StringConcatOpExpr:
		i.values([]ast.Expr{e.Lhs, e.Rhs})
		i.joined(e.Lhs)
		i.joined(e.Rhs)
	case *ast.ArithmeticOpExpr:
		i.values([]ast.Expr{e.Lhs, e.Rhs})
		i.calculated(e)
	case *ast.UnaryMinusOpExpr:
		i.value(e.Expr)
	case *ast.UnaryNotOpExpr:
		i.value(e.Expr)
	case *ast.UnaryLenOpExpr:
		i.value(e.Expr)
	}
	return nil
}

func (i *inspector) ident(e *ast.IdentExpr) *thing {
	if v := i.lookup(e.Value); v != nil {
		v.used = true
		return v.is
	}
	if known := i.words[e.Value]; known != nil {
		return known
	}
	if !i.blamed[e.Value] {
		i.blamed[e.Value] = true
		i.wrong(e.Line(), e.Value, undefinedName(e.Value, i.inSight()))
	}
	return nil
}

// field is object.name or object[key].
func (i *inspector) field(e *ast.AttrGetExpr) *thing {
	object := i.expr(e.Object)
	name, isName := e.Key.(*ast.StringExpr)
	if object == nil || !isName {
		if object.noun() && object.module {
			i.opaque(e.Object.Line(), lastName(object.name), object.name)
		}
		if object != nil && object.params != nil {
			object.params.whole = true
		}
		i.key(e)
		if object != nil {
			return object.element
		}
		return nil
	}
	return i.member(object, name.Value, name.Line())
}

// member is what an object has under a name.
func (i *inspector) member(object *thing, name string, line int) *thing {
	switch {
	case object.params != nil:
		i.readParam(object, name, line)
	case object.given():
		return i.ofResult(object, name, line)
	case object.members != nil && object.members[name] == nil:
		i.wrong(line, name, unknownName(object.name, name, object.names()))
	case object.members != nil:
		return object.members[name]
	case object.function && object.name != "":
		i.wrong(line, name, &fault{code: "api.unknown", key: "lua.function_field", args: map[string]any{"function": object.name, "name": name}})
	}
	return nil
}

// key is the key of a table of the script's own.
func (i *inspector) key(e *ast.AttrGetExpr) {
	i.value(e.Key)
	value, _ := i.constant(e.Key)
	switch {
	case value == glua.LValue(glua.LNumber(0)) && !i.hasZero(e.Object):
		i.odd(e.Object.Line(), "0", "lua.index_zero", nil)
	case value == glua.LNil:
		i.odd(e.Object.Line(), "nil", "lua.index_nil", nil)
	}
}

// hasZero: a table that the script itself gives a [0] is no list.
func (i *inspector) hasZero(object ast.Expr) bool {
	name, ok := object.(*ast.IdentExpr)
	if !ok {
		return false
	}
	v := i.lookup(name.Value)
	if v == nil {
		return false
	}
	if i.survey.filled[name.Value] {
		return true
	}
	table, ok := v.expr.(*ast.TableExpr)
	if !ok {
		return false
	}
	for _, field := range table.Fields {
		if n, ok := field.Key.(*ast.NumberExpr); ok && strings.Trim(n.Value, "0") == "" {
			return true
		}
	}
	return false
}
