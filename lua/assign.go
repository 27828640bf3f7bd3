package lua

import (
	"slices"
	"strconv"

	"github.com/yuin/gopher-lua/ast"
)

// simultaneous makes a, b = b, a swap. gopher-lua gives a variable its value while the other values are still to be worked
// out, and both become b. Here all that stands on either side is worked out first, into variables that no script can name,
// and then given away from right to left.
func simultaneous(assign *ast.AssignStmt) ast.Stmt {
	if len(assign.Lhs) < 2 || !assignsVariable(assign) {
		return assign
	}
	w := &workings{at: assign, first: &ast.LocalAssignStmt{}}
	targets := make([]ast.Expr, len(assign.Lhs))
	for i, target := range assign.Lhs {
		targets[i] = w.target(target)
	}
	values := make([]ast.Expr, len(assign.Lhs))
	for i := range values {
		values[i] = w.name()
	}
	w.first.Exprs = append(w.first.Exprs, assign.Rhs...)
	block := &ast.DoBlockStmt{Stmts: []ast.Stmt{w.first}}
	for i := range slices.Backward(targets) {
		block.Stmts = append(block.Stmts, &ast.AssignStmt{Lhs: targets[i : i+1], Rhs: values[i : i+1]})
	}
	for _, stmt := range append([]ast.Stmt{block}, block.Stmts...) {
		stmt.SetLine(assign.Line())
		stmt.SetLastLine(assign.Line())
	}
	return block
}

func assignsVariable(assign *ast.AssignStmt) bool {
	for _, target := range assign.Lhs {
		if _, ok := target.(*ast.IdentExpr); ok {
			return true
		}
	}
	return false
}

// workings are the variables of one assignment.
type workings struct {
	at    *ast.AssignStmt
	first *ast.LocalAssignStmt
}

func (w *workings) name() *ast.IdentExpr {
	name := "(" + strconv.Itoa(len(w.first.Names)+1) + ")"
	w.first.Names = append(w.first.Names, name)
	ident := &ast.IdentExpr{Value: name}
	ident.SetLine(w.at.Line())
	ident.SetLastLine(w.at.Line())
	return ident
}

// target is the same target, with what its table and its key are worked out beforehand.
func (w *workings) target(target ast.Expr) ast.Expr {
	place, ok := target.(*ast.AttrGetExpr)
	if !ok {
		return target
	}
	moved := &ast.AttrGetExpr{Object: w.value(place.Object), Key: place.Key}
	switch place.Key.(type) {
	case *ast.StringExpr, *ast.NumberExpr:
	default:
		moved.Key = w.value(place.Key)
	}
	moved.SetLine(place.Line())
	moved.SetLastLine(place.LastLine())
	return moved
}

func (w *workings) value(e ast.Expr) ast.Expr {
	oneValue(e)
	w.first.Exprs = append(w.first.Exprs, e)
	return w.name()
}
