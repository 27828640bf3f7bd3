package lua

import "github.com/yuin/gopher-lua/ast"

// surveyed is what must be known of a script before it is walked.
type surveyed struct {
	assigned map[string]bool     // variables that are given another value somewhere, by name
	filled   map[string]bool     // variables whose fields are assigned somewhere
	added    map[string]bool     // lists to which table.insert adds
	written  map[string]bool     // fields that are assigned somewhere, by name
	outer    map[string]ast.Expr // locals of the file itself, and what they are given
	calls    []*ast.FuncCallExpr
	locals   []*ast.LocalAssignStmt // in the order of the text
}

func survey(tree []ast.Stmt) *surveyed {
	s := &surveyed{assigned: map[string]bool{}, filled: map[string]bool{}, added: map[string]bool{}, written: map[string]bool{}, outer: map[string]ast.Expr{}}
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
	everyNode(tree, s.note)
	return s
}

func (s *surveyed) note(node any) {
	switch t := node.(type) {
	case *ast.AssignStmt:
		for _, target := range t.Lhs {
			s.assign(target)
		}
	case *ast.FuncDefStmt:
		if t.Name.Func != nil {
			s.assign(t.Name.Func)
		} else {
			s.assign(&ast.AttrGetExpr{Object: t.Name.Receiver})
		}
	case *ast.LocalAssignStmt:
		s.locals = append(s.locals, t)
	case *ast.FuncCallExpr:
		s.calls = append(s.calls, t)
		s.insert(t)
	}
}

// insert notes table.insert(list, value).
func (s *surveyed) insert(call *ast.FuncCallExpr) {
	path, ok := call.Func.(*ast.AttrGetExpr)
	if !ok || len(call.Args) == 0 {
		return
	}
	name, _ := path.Key.(*ast.StringExpr)
	if list, ok := call.Args[0].(*ast.IdentExpr); ok && name != nil && name.Value == "insert" {
		s.added[list.Value] = true
	}
}

func (s *surveyed) assign(target ast.Expr) {
	switch t := target.(type) {
	case *ast.IdentExpr:
		s.assigned[t.Value] = true
	case *ast.AttrGetExpr:
		if name, ok := t.Key.(*ast.StringExpr); ok {
			s.written[name.Value] = true
		}
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
