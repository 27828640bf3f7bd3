package lua

import (
	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// Habits of other languages that Lua runs, but not as they were meant.

// condition: in Lua only false and nil are false.
func (i *inspector) condition(e ast.Expr) {
	i.value(e)
	value, _ := i.constant(e)
	switch v := value.(type) {
	case glua.LNumber:
		i.odd(e.Line(), formatNumber(float64(v)), "lua.always_true", map[string]any{"value": formatNumber(float64(v))})
	case glua.LString:
		i.odd(e.Line(), "", "lua.always_true", map[string]any{"value": i.state.describe(v)})
	}
}

// comparison of values whose types differ whatever the run brings.
func (i *inspector) comparison(e *ast.RelationalOpExpr) {
	left, right := i.typeOf(e.Lhs), i.typeOf(e.Rhs)
	if left == "" || right == "" || left == right {
		return
	}
	args := map[string]any{"left": i.shown(e.Lhs), "right": i.shown(e.Rhs)}
	switch e.Operator {
	case "==":
		i.odd(e.Line(), "==", "lua.never_equal", args)
	case "~=":
		i.odd(e.Line(), "~=", "lua.always_unequal", args)
	default:
		i.wrong(e.Line(), e.Operator, &fault{code: "script.failed", key: "lua.compare", args: args})
	}
}

// looped: a "for" over a list needs ipairs, and of the functions of the program only those that give an Iterator give one to loop with.
func (i *inspector) looped(s *ast.GenericForStmt) {
	if len(s.Exprs) != 1 {
		return
	}
	e := s.Exprs[0]
	if name, ok := e.(*ast.IdentExpr); ok {
		if v := i.lookup(name.Value); v != nil && v.expr != nil && !i.survey.assigned[name.Value] {
			e = v.expr
		}
	}
	got := ""
	switch e := e.(type) {
	case *ast.FuncCallExpr:
		if is := i.quietly(e.Func); is != nil && is.fn != nil && is.fn.result != iteratorType {
			got = i.state.options.Say.speak("lua.a_result", map[string]any{"op": is.name})
		}
	case *ast.TableExpr:
		got = i.state.word("lua.a_table")
	default:
		if value, _ := i.constant(e); value != nil && value.Type() != glua.LTFunction {
			got = i.state.describe(value)
		}
	}
	if got != "" {
		i.wrong(s.Line(), "in", &fault{code: "script.failed", key: "lua.no_loop", args: map[string]any{"got": got, "name": s.Names[len(s.Names)-1]}})
	}
}

// typeOf is what type() would say of an expression; "" where only a run knows.
func (i *inspector) typeOf(expr ast.Expr) string {
	switch e := expr.(type) {
	case *ast.StringConcatOpExpr:
		return "string"
	case *ast.UnaryLenOpExpr:
		return "number"
	case *ast.AttrGetExpr:
		object, key := i.quietly(e.Object), ast.Expr(e.Key)
		if name, ok := key.(*ast.StringExpr); ok && object != nil && object.params != nil && !object.params.set[name.Value] {
			if p := object.params.declared[name.Value]; p != nil {
				return p.typ
			}
		}
		return ""
	case *ast.FuncCallExpr:
		name, ok := e.Func.(*ast.IdentExpr)
		if ok && name.Value == "tostring" && i.lookup("tostring") == nil {
			return "string"
		}
		return ""
	}
	value, _ := i.constant(expr)
	switch value.(type) {
	case nil, *glua.LNilType, *glua.LTable, *glua.LFunction:
		return ""
	}
	return typeName(value)
}

// shown is a side of an operator as a sentence names it.
func (i *inspector) shown(e ast.Expr) string {
	if value, _ := i.constant(e); value != nil {
		return i.state.describe(value)
	}
	switch i.typeOf(e) {
	case "number":
		return i.state.word("lua.a_number")
	case "boolean":
		return i.state.word("lua.a_boolean")
	case "table":
		return i.state.word("lua.a_table")
	}
	return i.state.word("lua.a_text")
}

// joined is a side of "..", which takes texts and numbers.
func (i *inspector) joined(e ast.Expr) {
	value, _ := i.constant(e)
	switch value.(type) {
	case nil, glua.LString, glua.LNumber:
		return
	}
	i.wrong(e.Line(), "", &fault{code: "script.failed", key: "lua.join", args: map[string]any{"got": i.state.describe(value)}})
}

// calculated: texts are joined with "..", and only a text that is a number can be calculated with.
func (i *inspector) calculated(e *ast.ArithmeticOpExpr) {
	for _, side := range []ast.Expr{e.Lhs, e.Rhs} {
		value, _ := i.constant(side)
		text, ok := value.(glua.LString)
		if _, number := parseNumber(string(text)); !ok || number {
			continue
		}
		i.wrong(e.Line(), e.Operator, &fault{code: "script.failed", key: "lua.not_a_number", args: map[string]any{"text": cut(string(text), 60)}})
		return
	}
}

// meant are the words of other languages for what Lua writes in small letters.
var meant = map[string]string{
	"null": "nil", "NULL": "nil", "None": "nil", "Null": "nil", "Nil": "nil", "NIL": "nil", "undefined": "nil", "nulo": "nil", "none": "nil",
	"True": "true", "TRUE": "true", "verdadeiro": "true", "Verdadeiro": "true",
	"False": "false", "FALSE": "false", "falso": "false", "Falso": "false",
}

// undefinedName is a name that nothing has. candidates are the names that it could have been meant for.
func undefinedName(name string, candidates []string) *fault {
	f := &fault{code: "script.undefined", key: "lua.undefined", args: map[string]any{"name": name}}
	if why := whyAbsent(name); why != "" {
		f.key, f.why = "lua.absent", why
		return f
	}
	if f.near = meant[name]; f.near == "" {
		f.near = nearest(name, candidates)
	}
	return f
}
