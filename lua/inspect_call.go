package lua

import (
	"cmp"
	"regexp"
	"slices"

	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// call walks over a call, and checks the arguments of one that is known.
func (i *inspector) call(e *ast.FuncCallExpr) *thing {
	if e.Receiver != nil {
		i.methodCall(e)
		return nil
	}
	is := i.expr(e.Func)
	if is.noun() {
		i.wrong(e.Line(), lastName(is.name), &fault{code: "api.unknown", key: "lua.noun_called", args: map[string]any{
			"name": is.name, "known": joinNames(is.names()),
		}})
	}
	switch {
	case is != nil && is.fn != nil:
		args := e.Args
		if is.method && len(args) > 0 && i.isObject(args[0], is) {
			args = args[1:] // job.degraded(job, "...")
		}
		i.bound(is, args, e.Line())
		i.values(e.Args)
		return i.given(is)
	case is == i.words["require"] && is != nil:
		return i.require(e)
	case is == i.words["pcall"] && is != nil && len(e.Args) > 0:
		return i.protected(e)
	}
	i.values(e.Args)
	return nil
}

// protected is pcall(dj.copy.prove, copy): a call of its first argument.
func (i *inspector) protected(e *ast.FuncCallExpr) *thing {
	is := i.expr(e.Args[0])
	switch {
	case is != nil && is.fn != nil:
		i.bound(is, e.Args[1:], e.Args[0].Line())
	default:
		i.whole(e.Args[0], is)
	}
	i.values(e.Args[1:])
	return nil
}

func (i *inspector) isObject(arg ast.Expr, method *thing) bool {
	name, ok := arg.(*ast.IdentExpr)
	if !ok {
		return false
	}
	v := i.lookup(name.Value)
	return v != nil && v.is.noun() && v.is.members[lastName(method.name)] == method
}

func (i *inspector) methodCall(e *ast.FuncCallExpr) {
	is := i.expr(e.Receiver)
	if value, ok := i.constant(e.Receiver); ok && is == nil {
		if _, text := value.(glua.LString); text {
			is = i.words["string"]
		}
	}
	switch {
	case is == nil:
	case is.params != nil:
		is.params.whole = true
	default:
		member := i.member(is, e.Method, e.Line())
		switch {
		case member == nil:
		case is.module && member.function:
			i.wrong(e.Line(), e.Method, &fault{code: "arg.type", key: "lua.colon_call", args: map[string]any{"name": member.name}})
			i.use(member, e.Line(), true, nil)
		case member.fn != nil:
			i.bound(member, e.Args, e.Line())
		case is.module && member.noun():
			i.opaque(e.Line(), e.Method, member.name)
		}
	}
	i.values(e.Args)
}

// require: a library is inspected for itself. The module of the host has its name as well.
func (i *inspector) require(e *ast.FuncCallExpr) *thing {
	if len(e.Args) == 1 {
		if name, ok := e.Args[0].(*ast.StringExpr); ok {
			if is := i.words[name.Value]; is != nil && is.module {
				return is
			}
			i.found.Requires = append(i.found.Requires, Require{name.Value, e.Line()})
			return nil
		}
	}
	i.wrong(e.Line(), "require", &fault{code: "script.opaque", key: "lua.require_literal"})
	i.values(e.Args)
	return nil
}

// bound is a call of a bound function.
func (i *inspector) bound(is *thing, args []ast.Expr, line int) {
	column := i.use(is, line, true, args)
	if is.fn.shape != nil {
		(&callCheck{i, is.fn, line, column}).arguments(args)
	}
}

// use notes that a bound function is named; args are nil where it is not called.
func (i *inspector) use(is *thing, line int, called bool, args []ast.Expr) (column int) {
	u := Use{Func: *is.fn, Line: line, Column: i.named.take(line, lastName(is.name)), In: i.in, Called: called, Open: !called && is.fn.Object != ""}
	if called && is.fn.Object != "" && is.fn.shape != nil {
		i.object(&u, args)
	}
	if called && is.fn.shape != nil {
		u.Names = i.texted(is.fn, args, line)
	}
	i.found.Uses = append(i.found.Uses, u)
	return u.Column
}

// texted are the texts that a call gives for its arguments and options.
func (i *inspector) texted(f *Func, args []ast.Expr, line int) []Named {
	fields := slices.Clone(f.shape.subjects)
	if f.shape.options != nil {
		fields = append(fields, f.shape.options.fields...)
	}
	var all []Named
	for _, field := range fields {
		expr, _ := f.argument(field.name, args)
		if expr == nil {
			continue
		}
		found, _ := i.texts(expr)
		for _, text := range found {
			all = append(all, Named{field.name, text, cmp.Or(expr.Line(), line)})
		}
	}
	return all
}

// object reads what a call is done to.
func (i *inspector) object(u *Use, args []ast.Expr) {
	expr, given := u.Func.argument(u.Func.Object, args)
	switch {
	case !given:
	case expr == nil:
		u.Open = true
	case i.paramOf(expr) != "":
		u.Param = i.paramOf(expr)
	default:
		u.Objects, u.Open = i.texts(expr)
	}
}

// argument finds an argument or option by its name; nil where it may be there, but can not be seen.
func (f Func) argument(name string, args []ast.Expr) (expr ast.Expr, given bool) {
	for n, subject := range f.shape.subjects {
		if subject.name == name {
			return at(args, n)
		}
	}
	options, given := at(args, len(f.shape.subjects))
	table, ok := options.(*ast.TableExpr)
	if !ok {
		return nil, given
	}
	given = false
	for _, field := range table.Fields {
		key, ok := field.Key.(*ast.StringExpr)
		switch {
		case ok && key.Value == name:
			expr, given = field.Value, true
		case field.Key != nil && !ok && expr == nil:
			given = true // [key] = value, whatever the key is
		}
	}
	return expr, given
}

// at is an argument by its position. A last one that gives several values may be any that follow.
func at(args []ast.Expr, n int) (ast.Expr, bool) {
	switch {
	case n < len(args) && !several(args[n]):
		return args[n], true
	case len(args) > 0 && several(args[len(args)-1]):
		return nil, true
	case n < len(args):
		return args[n], true
	}
	return nil, false
}

// several: a call or "..." may give any number of values.
func several(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.FuncCallExpr:
		return !e.AdjustRet
	case *ast.Comma3Expr:
		return !e.AdjustRet
	}
	return false
}

// texts are the texts of a literal, or of a list of them; open where there is more than that.
func (i *inspector) texts(e ast.Expr) (found []string, open bool) {
	if table, ok := e.(*ast.TableExpr); ok {
		for _, field := range table.Fields {
			inner, unread := i.texts(field.Value)
			found, open = append(found, inner...), open || unread || field.Key != nil
		}
		return found, open
	}
	value, _ := i.constant(e)
	switch v := value.(type) {
	case glua.LString:
		return []string{string(v)}, false
	case *glua.LNilType:
		return nil, false
	}
	return nil, true
}

// paramOf is the param that p.name reads.
func (i *inspector) paramOf(e ast.Expr) string {
	field, ok := e.(*ast.AttrGetExpr)
	if !ok {
		return ""
	}
	object, isName := field.Object.(*ast.IdentExpr)
	key, isKey := field.Key.(*ast.StringExpr)
	if !isName || !isKey {
		return ""
	}
	if v := i.lookup(object.Value); v != nil && v.is != nil && v.is.params != nil && !v.is.params.set[key.Value] {
		return key.Value
	}
	return ""
}

var commaBetweenDigits = regexp.MustCompile(`[^\w.](\d+),(\d+)\b`)

// decimalComma tells of 1,5 written for 1.5; e is what follows the comma.
func (i *inspector) decimalComma(e ast.Expr) bool {
	n, ok := e.(*ast.NumberExpr)
	if !ok {
		return false
	}
	whole := i.decimals(e.Line())[n.Value]
	if whole == "" {
		return false
	}
	i.wrong(e.Line(), whole, &fault{code: "script.syntax", key: "lua.decimal_comma", args: map[string]any{
		"wrote": whole + "," + n.Value, "write": whole + "." + n.Value,
	}})
	return true
}

// decimals are the numbers of a line that follow a comma at once, and what stands before it.
func (i *inspector) decimals(line int) map[string]string {
	found, ok := i.commas[line]
	if !ok {
		found = map[string]string{}
		for _, m := range commaBetweenDigits.FindAllStringSubmatch(" "+i.chunk.Line(line), -1) {
			found[m[2]] = m[1]
		}
		i.commas[line] = found
	}
	return found
}
