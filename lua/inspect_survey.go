package lua

import "github.com/yuin/gopher-lua/ast"

// surveyed is what must be known of a script before it is walked.
type surveyed struct {
	assigned map[string]bool     // variables that are given another value somewhere, by name
	filled   map[string]bool     // variables whose fields are assigned somewhere
	outer    map[string]ast.Expr // locals of the file itself, and what they are given
	calls    []*ast.FuncCallExpr
	locals   []*ast.LocalAssignStmt // in the order of the text
}

func survey(tree []ast.Stmt) *surveyed {
	s := &surveyed{assigned: map[string]bool{}, filled: map[string]bool{}, outer: map[string]ast.Expr{}}
	for _, stmt := range tree {
		if t, ok := stmt.(*ast.LocalAssignStmt); ok && len(t.Names) == len(t.Exprs) {
			for n, name := range t.Names {
				if _, twice := s.outer[name]; twice {
					s.assigned[name] = true
				}
				s.outer[name] = t.Exprs[n]
			}
		}
	}
	s.block(tree)
	return s
}

func (s *surveyed) assign(target ast.Expr) {
	switch t := target.(type) {
	case *ast.IdentExpr:
		s.assigned[t.Value] = true
	case *ast.AttrGetExpr:
		for object := t.Object; ; {
			switch o := object.(type) {
			case *ast.AttrGetExpr:
				object = o.Object
				continue
			case *ast.IdentExpr:
				s.filled[o.Value] = true
			}
			break
		}
	}
}

func (s *surveyed) block(stmts []ast.Stmt) {
	for _, stmt := range stmts {
		s.stmt(stmt)
	}
}

func (s *surveyed) stmt(stmt ast.Stmt) {
	switch t := stmt.(type) {
	case *ast.AssignStmt:
		for _, target := range t.Lhs {
			s.assign(target)
			s.expr(target)
		}
		s.list(t.Rhs)
	case *ast.LocalAssignStmt:
		s.locals = append(s.locals, t)
		s.list(t.Exprs)
	case *ast.FuncCallStmt:
		s.expr(t.Expr)
	case *ast.DoBlockStmt:
		s.block(t.Stmts)
	case *ast.WhileStmt:
		s.expr(t.Condition)
		s.block(t.Stmts)
	case *ast.RepeatStmt:
		s.block(t.Stmts)
		s.expr(t.Condition)
	case *ast.IfStmt:
		s.expr(t.Condition)
		s.block(t.Then)
		s.block(t.Else)
	case *ast.NumberForStmt:
		s.list([]ast.Expr{t.Init, t.Limit, t.Step})
		s.block(t.Stmts)
	case *ast.GenericForStmt:
		s.list(t.Exprs)
		s.block(t.Stmts)
	case *ast.FuncDefStmt:
		if t.Name.Func != nil {
			s.assign(t.Name.Func)
		} else {
			s.assign(&ast.AttrGetExpr{Object: t.Name.Receiver})
		}
		s.block(t.Func.Stmts)
	case *ast.ReturnStmt:
		s.list(t.Exprs)
	}
}

func (s *surveyed) list(exprs []ast.Expr) {
	for _, e := range exprs {
		s.expr(e)
	}
}

func (s *surveyed) expr(expr ast.Expr) {
	switch e := expr.(type) {
	case *ast.AttrGetExpr:
		s.list([]ast.Expr{e.Object, e.Key})
	case *ast.TableExpr:
		for _, field := range e.Fields {
			s.list([]ast.Expr{field.Key, field.Value})
		}
	case *ast.FuncCallExpr:
		s.calls = append(s.calls, e)
		s.list([]ast.Expr{e.Func, e.Receiver})
		s.list(e.Args)
	case *ast.FunctionExpr:
		s.block(e.Stmts)
	case *ast.UnaryMinusOpExpr:
		s.expr(e.Expr)
	case *ast.UnaryNotOpExpr:
		s.expr(e.Expr)
	case *ast.UnaryLenOpExpr:
		s.expr(e.Expr)
	default:
		if left, right, ok := operands(expr); ok {
			s.list([]ast.Expr{left, right})
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
