package lua

import "github.com/yuin/gopher-lua/ast"

// everyNode calls fn for each statement and each expression of a tree, outer ones first, in the order of the text.
func everyNode(tree []ast.Stmt, fn func(node any)) {
	w := nodes(fn)
	w.block(tree)
}

type nodes func(node any)

func (w nodes) block(stmts []ast.Stmt) {
	for _, stmt := range stmts {
		w.stmt(stmt)
	}
}

func (w nodes) stmt(stmt ast.Stmt) {
	w(stmt)
	switch t := stmt.(type) {
	case *ast.AssignStmt:
		w.list(t.Lhs...)
		w.list(t.Rhs...)
	case *ast.LocalAssignStmt:
		w.list(t.Exprs...)
	case *ast.FuncCallStmt:
		w.expr(t.Expr)
	case *ast.DoBlockStmt:
		w.block(t.Stmts)
	case *ast.WhileStmt:
		w.expr(t.Condition)
		w.block(t.Stmts)
	case *ast.RepeatStmt:
		w.block(t.Stmts)
		w.expr(t.Condition)
	case *ast.IfStmt:
		w.expr(t.Condition)
		w.block(t.Then)
		w.block(t.Else)
	case *ast.NumberForStmt:
		w.list(t.Init, t.Limit, t.Step)
		w.block(t.Stmts)
	case *ast.GenericForStmt:
		w.list(t.Exprs...)
		w.block(t.Stmts)
	case *ast.FuncDefStmt:
		w.block(t.Func.Stmts)
	case *ast.ReturnStmt:
		w.list(t.Exprs...)
	}
}

func (w nodes) list(exprs ...ast.Expr) {
	for _, e := range exprs {
		w.expr(e)
	}
}

func (w nodes) expr(expr ast.Expr) {
	if expr == nil {
		return
	}
	w(expr)
	switch e := expr.(type) {
	case *ast.AttrGetExpr:
		w.list(e.Object, e.Key)
	case *ast.TableExpr:
		for _, field := range e.Fields {
			w.list(field.Key, field.Value)
		}
	case *ast.FuncCallExpr:
		w.list(e.Func, e.Receiver)
		w.list(e.Args...)
	case *ast.FunctionExpr:
		w.block(e.Stmts)
	case *ast.UnaryMinusOpExpr:
		w.expr(e.Expr)
	case *ast.UnaryNotOpExpr:
		w.expr(e.Expr)
	case *ast.UnaryLenOpExpr:
		w.expr(e.Expr)
	default:
		if left, right, ok := operands(expr); ok {
			w.list(left, right)
		}
	}
}

// operands are the two sides of an operator.
func operands(expr ast.Expr) (left, right ast.Expr, ok bool) {
	switch e := expr.(type) {
	case *ast.LogicalOpExpr:
		return e.Lhs, e.Rhs, true
	case *ast.RelationalOpExpr:
		return e.Lhs, e.Rhs, true
	case *ast.StringConcatOpExpr:
		return e.Lhs, e.Rhs, true
	case *ast.ArithmeticOpExpr:
		return e.Lhs, e.Rhs, true
	}
	return nil, nil, false
}
