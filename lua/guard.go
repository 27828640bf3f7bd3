package lua

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/gopher-lua/ast"
)

// Names of guarded operators. No script can write them.
const (
	concatName     = "(concat)"
	concatListName = "(concat list)"
	lengthName     = "(length)"
	compareName    = "(compare)"
)

// concatGroup is how many operands of a chain a..b..c are given to a call. It holds them in registers, of which a function
// has 200; a longer chain is given as a list.
const concatGroup = 16

// guardTree turns a..b and #t into calls of guarded functions, before the script is compiled: .. would print money as
// 1.2e+06 and could double a text until the machine stops; # would stop counting at MaxArrayIndex and lose what a list
// holds beyond it. It also makes 0010 ten, which gopher-lua reads as octal, and a, b = b, a a swap. In a rehearsal every
// condition is looked at, for something unknown in it. In a script that has to do with Decimals these compare with numbers:
// the interpreter itself compares no two values of different types. It gives the variables of each function.
func guardTree(stmts []ast.Stmt, rehearse, decimals bool) []scopes {
	g := &guard{rehearse: rehearse, decimals: decimals}
	g.function(&ast.FunctionExpr{ParList: &ast.ParList{}, Stmts: stmts}, false)
	return g.functions
}

// guard is one walk over a script. On its way it notes the variables of each function.
type guard struct {
	rehearse  bool
	decimals  bool
	functions []scopes
}

func (g *guard) function(f *ast.FunctionExpr, method bool) {
	place := len(g.functions)
	g.functions = append(g.functions, scopes{})
	g.block(f.Stmts)
	g.functions[place] = scopesOf(f, method)
}

func (g *guard) block(stmts []ast.Stmt) {
	for i, stmt := range stmts {
		g.stmt(stmt)
		if assign, ok := stmt.(*ast.AssignStmt); ok {
			stmts[i] = simultaneous(assign)
		}
	}
}

func (g *guard) stmt(stmt ast.Stmt) {
	switch s := stmt.(type) {
	case *ast.AssignStmt:
		g.list(s.Lhs)
		g.list(s.Rhs)
	case *ast.LocalAssignStmt:
		g.list(s.Exprs)
	case *ast.FuncCallStmt:
		g.expr(&s.Expr)
	case *ast.DoBlockStmt:
		g.block(s.Stmts)
	case *ast.WhileStmt:
		g.test(&s.Condition)
		g.block(s.Stmts)
	case *ast.RepeatStmt:
		g.test(&s.Condition)
		g.block(s.Stmts)
	case *ast.IfStmt:
		g.test(&s.Condition)
		g.block(s.Then)
		g.block(s.Else)
	case *ast.NumberForStmt:
		g.test(&s.Init)
		g.test(&s.Limit)
		g.test(&s.Step)
		g.block(s.Stmts)
	case *ast.GenericForStmt:
		g.list(s.Exprs)
		g.block(s.Stmts)
	case *ast.FuncDefStmt:
		g.function(s.Func, s.Name.Func == nil)
	case *ast.ReturnStmt:
		g.list(s.Exprs)
	}
}

// test is an expression that something depends on.
func (g *guard) test(place *ast.Expr) {
	g.expr(place)
	if g.rehearse && *place != nil {
		*place = call(knownName, *place, *place)
	}
}

// key is what a table is asked for: nothing is found under what is unknown, though the table may have it.
func (g *guard) key(place *ast.Expr) {
	switch (*place).(type) {
	case *ast.StringExpr, *ast.NumberExpr:
		g.expr(place)
	default:
		g.test(place)
	}
}

func (g *guard) list(exprs []ast.Expr) {
	for i := range exprs {
		g.expr(&exprs[i])
	}
}

func (g *guard) expr(place *ast.Expr) {
	switch e := (*place).(type) {
	case *ast.NumberExpr:
		e.Value = decimal(e.Value)
	case *ast.AttrGetExpr:
		g.expr(&e.Object)
		g.key(&e.Key)
	case *ast.TableExpr:
		for _, field := range e.Fields {
			g.key(&field.Key)
			g.expr(&field.Value)
		}
	case *ast.FuncCallExpr:
		g.expr(&e.Func)
		g.expr(&e.Receiver)
		g.list(e.Args)
	case *ast.LogicalOpExpr:
		g.test(&e.Lhs)
		g.expr(&e.Rhs)
	case *ast.RelationalOpExpr:
		g.test(&e.Lhs)
		g.test(&e.Rhs)
		if g.decimals {
			*place = compared(e)
		}
	case *ast.ArithmeticOpExpr:
		g.expr(&e.Lhs)
		g.expr(&e.Rhs)
	case *ast.UnaryMinusOpExpr:
		g.expr(&e.Expr)
	case *ast.UnaryNotOpExpr:
		g.test(&e.Expr)
	case *ast.UnaryLenOpExpr:
		g.expr(&e.Expr)
		*place = call(lengthName, e, e.Expr)
	case *ast.FunctionExpr:
		g.function(e, false)
	case *ast.StringConcatOpExpr:
		*place = g.concatenation(e)
	}
}

// namesDecimals finds dj.num, whatever a script calls dj.
var namesDecimals = regexp.MustCompile(`\bnum\b`)

// compared is the call for a comparison of any two values.
func compared(e *ast.RelationalOpExpr) ast.Expr {
	operator := &ast.StringExpr{Value: e.Operator}
	operator.SetLine(e.Line())
	oneValue(e.Lhs)
	return call(compareName, e, operator, e.Lhs, e.Rhs)
}

// decimal takes leading zeros off a number that is not hexadecimal.
func decimal(number string) string {
	short := strings.TrimLeft(number, "0")
	if short == "" || short[0] < '0' || short[0] > '9' {
		return number
	}
	return short
}

// concatenation joins the whole chain at once.
func (g *guard) concatenation(chain *ast.StringConcatOpExpr) ast.Expr {
	operands := []ast.Expr{}
	var last ast.Expr = chain
	for {
		e, ok := last.(*ast.StringConcatOpExpr)
		if !ok {
			break
		}
		operands, last = append(operands, e.Lhs), e.Rhs
	}
	operands = append(operands, last)
	g.list(operands)
	if len(operands) <= concatGroup {
		return call(concatName, chain, operands...)
	}
	return concatList(chain, operands)
}

// concatList is the call for a long chain: of a list, and how many are in it, for some may be nil.
func concatList(chain ast.Expr, operands []ast.Expr) ast.Expr {
	oneValue(operands[len(operands)-1])
	list := &ast.TableExpr{Fields: make([]*ast.Field, len(operands))}
	list.SetLine(chain.Line())
	list.SetLastLine(chain.LastLine())
	for i, operand := range operands {
		list.Fields[i] = &ast.Field{Value: operand}
	}
	count := &ast.NumberExpr{Value: strconv.Itoa(len(operands))}
	count.SetLine(chain.Line())
	return call(concatListName, chain, list, count)
}

// oneValue makes a call or "..." at the end of a list give one value.
func oneValue(e ast.Expr) {
	switch last := e.(type) {
	case *ast.FuncCallExpr:
		last.AdjustRet = true
	case *ast.Comma3Expr:
		last.AdjustRet = true
	}
}

// call is a call that gives one value, of operands that each give one value.
func call(name string, at ast.Expr, operands ...ast.Expr) ast.Expr {
	oneValue(operands[len(operands)-1])
	function := &ast.IdentExpr{Value: name}
	function.SetLine(at.Line())
	function.SetLastLine(at.LastLine())
	result := &ast.FuncCallExpr{Func: function, Args: operands, AdjustRet: true}
	result.SetLine(at.Line())
	result.SetLastLine(at.LastLine())
	return result
}
