package lua

import (
	"strings"

	"github.com/yuin/gopher-lua/ast"
)

// Names of guarded operators. No script can write them.
const (
	concatName = "(concat)"
	lengthName = "(length)"
)

// concatGroup is how many operands of a chain a..b..c are joined in one call. A call holds its operands in registers, of
// which a function has 200.
const concatGroup = 16

// guardTree turns a..b and #t into calls of guarded functions, before the script is compiled: .. would print money as
// 1.2e+06 and could double a text until the machine stops; # would stop counting at MaxArrayIndex and lose what a list
// holds beyond it. It also makes 0010 ten; gopher-lua reads it as octal.
func guardTree(stmts []ast.Stmt) {
	for _, stmt := range stmts {
		guardStmt(stmt)
	}
}

func guardStmt(stmt ast.Stmt) {
	switch s := stmt.(type) {
	case *ast.AssignStmt:
		guardList(s.Lhs)
		guardList(s.Rhs)
	case *ast.LocalAssignStmt:
		guardList(s.Exprs)
	case *ast.FuncCallStmt:
		guardExpr(&s.Expr)
	case *ast.DoBlockStmt:
		guardTree(s.Stmts)
	case *ast.WhileStmt:
		guardExpr(&s.Condition)
		guardTree(s.Stmts)
	case *ast.RepeatStmt:
		guardExpr(&s.Condition)
		guardTree(s.Stmts)
	case *ast.IfStmt:
		guardExpr(&s.Condition)
		guardTree(s.Then)
		guardTree(s.Else)
	case *ast.NumberForStmt:
		guardExpr(&s.Init)
		guardExpr(&s.Limit)
		guardExpr(&s.Step)
		guardTree(s.Stmts)
	case *ast.GenericForStmt:
		guardList(s.Exprs)
		guardTree(s.Stmts)
	case *ast.FuncDefStmt:
		guardTree(s.Func.Stmts)
	case *ast.ReturnStmt:
		guardList(s.Exprs)
	}
}

func guardList(exprs []ast.Expr) {
	for i := range exprs {
		guardExpr(&exprs[i])
	}
}

func guardExpr(place *ast.Expr) {
	switch e := (*place).(type) {
	case *ast.NumberExpr:
		e.Value = decimal(e.Value)
	case *ast.AttrGetExpr:
		guardExpr(&e.Object)
		guardExpr(&e.Key)
	case *ast.TableExpr:
		for _, field := range e.Fields {
			guardExpr(&field.Key)
			guardExpr(&field.Value)
		}
	case *ast.FuncCallExpr:
		guardExpr(&e.Func)
		guardExpr(&e.Receiver)
		guardList(e.Args)
	case *ast.LogicalOpExpr:
		guardExpr(&e.Lhs)
		guardExpr(&e.Rhs)
	case *ast.RelationalOpExpr:
		guardExpr(&e.Lhs)
		guardExpr(&e.Rhs)
	case *ast.ArithmeticOpExpr:
		guardExpr(&e.Lhs)
		guardExpr(&e.Rhs)
	case *ast.UnaryMinusOpExpr:
		guardExpr(&e.Expr)
	case *ast.UnaryNotOpExpr:
		guardExpr(&e.Expr)
	case *ast.UnaryLenOpExpr:
		guardExpr(&e.Expr)
		*place = call(lengthName, e, e.Expr)
	case *ast.FunctionExpr:
		guardTree(e.Stmts)
	case *ast.StringConcatOpExpr:
		*place = concatenation(e)
	}
}

// decimal takes leading zeros off a number that is not hexadecimal.
func decimal(number string) string {
	short := strings.TrimLeft(number, "0")
	if short == "" || short[0] < '0' || short[0] > '9' {
		return number
	}
	return short
}

// concatenation joins the whole chain from left to right, some operands at a time.
func concatenation(chain *ast.StringConcatOpExpr) ast.Expr {
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
	guardList(operands)
	joined := operands[0]
	for rest := operands[1:]; len(rest) > 0; {
		n := min(len(rest), concatGroup-1)
		joined = call(concatName, chain, append([]ast.Expr{joined}, rest[:n]...)...)
		rest = rest[n:]
	}
	return joined
}

// call is a call that gives one value, of operands that each give one value.
func call(name string, at ast.Expr, operands ...ast.Expr) ast.Expr {
	switch last := operands[len(operands)-1].(type) {
	case *ast.FuncCallExpr:
		last.AdjustRet = true
	case *ast.Comma3Expr:
		last.AdjustRet = true
	}
	function := &ast.IdentExpr{Value: name}
	function.SetLine(at.Line())
	function.SetLastLine(at.LastLine())
	result := &ast.FuncCallExpr{Func: function, Args: operands, AdjustRet: true}
	result.SetLine(at.Line())
	result.SetLastLine(at.LastLine())
	return result
}
