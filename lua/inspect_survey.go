package lua

import (
	"slices"
	"strings"

	"github.com/yuin/gopher-lua/ast"
)

// surveyed is what must be known of a script before it is walked.
type surveyed struct {
	assigned map[string]bool     // variables that are given another value somewhere, by name
	filled   map[string]bool     // variables whose fields are assigned somewhere
	handed   map[string]bool     // variables that somebody else may change: given to a function, or to another variable
	written  map[string]bool     // fields that are assigned somewhere, by name
	outer    map[string]ast.Expr // locals of the file itself, and what they are given
	calls    []*ast.FuncCallExpr
	locals   []*ast.LocalAssignStmt // in the order of the text
}

func survey(tree []ast.Stmt) *surveyed {
	s := &surveyed{assigned: map[string]bool{}, filled: map[string]bool{}, handed: map[string]bool{}, written: map[string]bool{}, outer: map[string]ast.Expr{}}
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
		s.hand(t.Rhs)
	case *ast.FuncDefStmt:
		if t.Name.Func != nil {
			s.assign(t.Name.Func)
		} else {
			s.assign(&ast.AttrGetExpr{Object: t.Name.Receiver})
		}
	case *ast.LocalAssignStmt:
		s.locals = append(s.locals, t)
		s.hand(t.Exprs)
	case *ast.FuncCallExpr:
		s.calls = append(s.calls, t)
		if !onlyLooks(t) {
			s.hand(t.Args)
		}
	}
}

// hand notes the variables that stand by themselves among some values: whoever has them may write to what they hold.
func (s *surveyed) hand(values []ast.Expr) {
	for _, value := range values {
		if variable, ok := value.(*ast.IdentExpr); ok {
			s.handed[variable.Value] = true
		}
	}
}

// looking are functions that change nothing of what they are given: those of the host and of its objects, and some of Lua.
var looking = strings.Fields("dj job h string math os assert error ipairs next pairs print select tonumber tostring type unpack table.concat table.sort")

func onlyLooks(call *ast.FuncCallExpr) bool {
	name, function := "", call.Func
	if call.Receiver != nil {
		function = call.Receiver
	}
	for {
		switch f := function.(type) {
		case *ast.IdentExpr:
			return slices.Contains(looking, f.Value) || slices.Contains(looking, f.Value+"."+name)
		case *ast.AttrGetExpr:
			if key, ok := f.Key.(*ast.StringExpr); ok {
				name = key.Value
			}
			function = f.Object
		default:
			return false
		}
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
