package lua

import (
	"cmp"
	"math"
	"reflect"
	"slices"
	"strconv"

	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// constant is the value of an expression that needs no run to be known; nil where it does. A table is given with what is
// known of it; whole tells that this is all.
func (i *inspector) constant(expr ast.Expr) (value glua.LValue, whole bool) {
	switch e := expr.(type) {
	case *ast.NilExpr:
		return glua.LNil, true
	case *ast.TrueExpr:
		return glua.LTrue, true
	case *ast.FalseExpr:
		return glua.LFalse, true
	case *ast.StringExpr:
		return glua.LString(e.Value), true
	case *ast.NumberExpr:
		if n, ok := parseNumber(decimal(e.Value)); ok {
			return glua.LNumber(n), true
		}
	case *ast.UnaryMinusOpExpr:
		if n, ok := i.constantNumber(e.Expr); ok {
			return -n, true
		}
	case *ast.FunctionExpr:
		return &glua.LFunction{}, true
	case *ast.TableExpr:
		return i.constantTable(e)
	case *ast.IdentExpr:
		return i.constantName(e)
	case *ast.AttrGetExpr:
		if is := i.quietly(e); is != nil && is.fn != nil {
			return &glua.LFunction{}, true
		}
	}
	return nil, false
}

func (i *inspector) constantNumber(expr ast.Expr) (glua.LNumber, bool) {
	value, _ := i.constant(expr)
	n, ok := value.(glua.LNumber)
	return n, ok
}

// constantName is a variable that is given one value for good. A table may be filled later, so it is not known.
func (i *inspector) constantName(e *ast.IdentExpr) (glua.LValue, bool) {
	v := i.lookup(e.Value)
	if v == nil {
		if known := i.words[e.Value]; known != nil && known.function {
			return &glua.LFunction{}, true
		}
		return nil, false
	}
	if v.is != nil && v.is.fn != nil {
		return &glua.LFunction{}, true
	}
	switch v.expr.(type) {
	case *ast.StringExpr, *ast.NumberExpr, *ast.TrueExpr, *ast.FalseExpr, *ast.FunctionExpr, *ast.UnaryMinusOpExpr:
		if inner, ok := v.expr.(*ast.UnaryMinusOpExpr); ok {
			if _, plain := inner.Expr.(*ast.NumberExpr); !plain {
				return nil, false
			}
		}
		return i.constant(v.expr)
	}
	return nil, false
}

// quietly is what a path of names means, without telling of mistakes again.
func (i *inspector) quietly(expr ast.Expr) *thing {
	switch e := expr.(type) {
	case *ast.IdentExpr:
		if v := i.lookup(e.Value); v != nil {
			return v.is
		}
		return i.words[e.Value]
	case *ast.AttrGetExpr:
		name, ok := e.Key.(*ast.StringExpr)
		if object := i.quietly(e.Object); ok && object.noun() {
			return object.members[name.Value]
		}
	}
	return nil
}

func (i *inspector) constantTable(e *ast.TableExpr) (glua.LValue, bool) {
	table, whole, position := i.state.l.NewTable(), true, 0
	for _, field := range e.Fields {
		var key glua.LValue
		if field.Key == nil {
			position++
			key = glua.LNumber(position)
		} else {
			key, _ = i.constant(field.Key)
		}
		value, known := i.constant(field.Value)
		whole = whole && known
		if !keyable(key) {
			whole = false
			continue
		}
		if value != nil {
			table.RawSet(key, value)
		}
	}
	return table, whole
}

func keyable(key glua.LValue) bool {
	switch k := key.(type) {
	case glua.LString, glua.LBool:
		return true
	case glua.LNumber:
		return !math.IsNaN(float64(k))
	}
	return false
}

// callCheck holds the arguments of one call against the function's own decoding.
type callCheck struct {
	*inspector
	fn           *Func
	line, column int // of the call
}

func (c *callCheck) tell(line int, word string, f *fault) {
	op := ""
	if c.fn != nil {
		op = c.fn.Name
	}
	if m := c.report(LevelError, line, word, op, f); m.Column == 0 && line == c.line {
		m.Column = c.column
	}
}

// arguments goes through them as Func.decode does, but on to the end.
func (c *callCheck) arguments(args []ast.Expr) {
	rest, taken := args, 0
	take := func() (e ast.Expr, unseen bool) {
		if len(rest) == 0 {
			return nil, len(args) > 0 && several(args[len(args)-1])
		}
		e, rest = rest[0], rest[1:]
		taken++
		if len(rest) == 0 && several(e) {
			return e, true
		}
		return e, false
	}
	for _, subject := range c.fn.shape.subjects {
		e, unseen := take()
		if !unseen {
			c.field(subject, "", e, c.line)
		}
	}
	if c.fn.shape.options != nil && !c.leftOut(rest) {
		if e, unseen := take(); !unseen {
			c.options(e)
		}
	}
	if function := c.fn.shape.function; function != nil {
		if e, unseen := take(); !unseen {
			c.field(function, "", e, c.line)
		}
	}
	c.extra(rest, taken, len(args))
}

// extra arguments have no place; one that is nil is none.
func (c *callCheck) extra(rest []ast.Expr, taken, given int) {
	if slices.ContainsFunc(rest, c.decimalComma) {
		return
	}
	for _, e := range rest {
		if value, _ := c.constant(e); value != glua.LNil && !several(e) {
			c.tell(c.line, "", &fault{code: "arg.count", key: "lua.arg_count", args: map[string]any{
				"most": taken, "got": given, "usage": c.fn.Usage(),
			}})
			return
		}
	}
}

// leftOut is Func.optionsLeftOut; a single argument that is not known is taken for the function.
func (c *callCheck) leftOut(rest []ast.Expr) bool {
	if c.fn.shape.function == nil || len(rest) == 0 {
		return false
	}
	for _, option := range c.fn.shape.options.fields {
		if option.required {
			return false
		}
	}
	value, _ := c.constant(rest[0])
	_, function := value.(*glua.LFunction)
	return function || value == nil && len(rest) == 1
}

func (c *callCheck) options(e ast.Expr) {
	if e == nil {
		e = &ast.TableExpr{}
		e.SetLine(c.line)
	}
	value, _ := c.constant(e)
	switch value.(type) {
	case nil:
	case *glua.LTable:
		if table, ok := e.(*ast.TableExpr); ok {
			c.record(c.fn.shape.options, "", table)
		}
	case *glua.LNilType:
		c.record(c.fn.shape.options, "", &ast.TableExpr{})
	default:
		c.tell(e.Line(), "", &fault{code: "option.type", key: "lua.options_wanted", args: map[string]any{
			"usage": c.fn.written(), "got": c.state.describe(value),
		}})
	}
}

// field is one argument or option; e is nil where it is not given.
func (c *callCheck) field(f *field, path string, e ast.Expr, line int) {
	if e == nil {
		e = &ast.NilExpr{}
	}
	if value, _ := c.constant(e); value == glua.LNil {
		if mistake := f.decode(c.state, path, glua.LNil, reflect.Value{}); mistake != nil {
			if f.arg {
				mistake = c.fn.missed(mistake)
			}
			c.tell(line, "", mistake)
		}
		return
	}
	_, table := e.(*ast.TableExpr)
	c.value(f.kind(), f.within(path, table), e, line)
}

// value holds a literal against a kind: a table piece by piece, anything else as a run would decode it.
func (c *callCheck) value(k *kind, path string, e ast.Expr, line int) {
	value, whole := c.constant(e)
	if e.Line() > 0 {
		line = e.Line()
	}
	if table, ok := e.(*ast.TableExpr); ok {
		typ := k.typ
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		switch {
		case k.form != nil:
			before := c.counts[LevelError]
			if c.form(k.form, path, table); !whole || c.counts[LevelError] > before {
				return
			}
		case k.record != nil:
			c.record(k.record(), path, table)
			return
		case k.of != nil && typ.Kind() == reflect.Slice:
			c.list(k, path, table)
			return
		case k.of != nil && typ.Kind() == reflect.Map:
			c.table(k, path, table)
			return
		case k.reads && !whole:
			return
		}
	}
	if value == nil {
		return
	}
	c.state.nodes = 0
	if mistake := k.decode(c.state, path, value, reflect.New(k.typ).Elem()); mistake != nil {
		c.tell(line, lastName(path), mistake)
	}
}

// record holds a table with known keys against them.
func (c *callCheck) record(r *record, path string, table *ast.TableExpr) {
	given, computed, position := map[string]ast.Expr{}, false, 0
	for n, field := range table.Fields {
		if field.Key == nil {
			if position++; n == len(table.Fields)-1 && several(field.Value) {
				computed = true
				continue
			}
			if value, _ := c.constant(field.Value); value != glua.LNil && !c.decimalComma(field.Value) {
				c.tell(field.Value.Line(), "", r.unknown(path, strconv.Itoa(position)))
			}
			continue
		}
		key, _ := c.constant(field.Key)
		name, ok := key.(glua.LString)
		switch {
		case key == nil:
			computed = true
		case !ok || r.byName[string(name)] == nil:
			if value, _ := c.constant(field.Value); value != glua.LNil {
				c.tell(lineOf(field), c.state.display(key), r.unknown(path, c.state.display(key)))
			}
		default:
			given[string(name)] = field.Value
			c.given(r.byName[string(name)], path, field.Value, lineOf(field))
		}
	}
	for _, f := range r.fields {
		value, _ := c.constant(given[f.name])
		if f.required && !computed && (given[f.name] == nil || value == glua.LNil) {
			c.field(f, path, nil, cmp.Or(table.Line(), c.line))
		}
	}
}

// form holds a table that has a form against it, or each of a list of them.
func (c *callCheck) form(k *kind, path string, table *ast.TableExpr) {
	named := func(f *ast.Field) bool { return f.Key != nil }
	if len(table.Fields) == 0 || slices.ContainsFunc(table.Fields, named) {
		c.record(k.record(), path, table)
		return
	}
	for n, field := range table.Fields {
		if n < len(table.Fields)-1 || !several(field.Value) {
			c.value(k, path+"["+strconv.Itoa(n+1)+"]", field.Value, table.Line())
		}
	}
}

// given is a key that stands in the table.
func (c *callCheck) given(f *field, path string, e ast.Expr, line int) {
	if value, _ := c.constant(e); value != glua.LNil {
		c.value(f.kind(), join(path, f.name), e, line)
	}
}

func lineOf(field *ast.Field) int {
	if line := field.Key.Line(); line > 0 {
		return line
	}
	return field.Value.Line()
}

func (c *callCheck) list(k *kind, path string, table *ast.TableExpr) {
	value, _ := c.constant(table)
	for n, field := range table.Fields {
		if field.Key != nil {
			if key, _ := c.constant(field.Key); key == nil {
				return
			} else if _, isText := key.(glua.LString); isText {
				c.tell(table.Line(), lastName(path), k.wrong(c.state, path, value))
			}
			return
		}
		at := path + "[" + strconv.Itoa(n+1) + "]"
		element, _ := c.constant(field.Value)
		if element == glua.LNil || n == len(table.Fields)-1 && several(field.Value) {
			return
		}
		c.value(k.of, at, field.Value, table.Line())
	}
}

func (c *callCheck) table(k *kind, path string, table *ast.TableExpr) {
	value, _ := c.constant(table)
	for _, field := range table.Fields {
		var key glua.LValue = glua.LNumber(1)
		if field.Key != nil {
			key, _ = c.constant(field.Key)
		}
		element, _ := c.constant(field.Value)
		name, isText := key.(glua.LString)
		switch {
		case key == nil || element == glua.LNil || field.Key == nil && several(field.Value):
		case !isText:
			c.tell(table.Line(), lastName(path), k.wrong(c.state, path, value))
			return
		default:
			c.value(k.of, join(path, string(name)), field.Value, lineOf(field))
		}
	}
}
