package lua

import (
	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// scopes are the variables of one function in the order in which they are declared. gopher-lua keeps them too, but once
// a block has ended it mixes up where the later ones end, and a failure would show values under wrong names.
type scopes struct {
	line, lastLine int
	variables      []variable
}

type variable struct {
	name     string
	register int
	lastLine int // of the block that it lives in
}

func scopesOf(f *ast.FunctionExpr, method bool) scopes {
	s := &scopes{line: f.Line(), lastLine: f.LastLine()}
	const whole = 1 << 30
	next := 0
	if method {
		next = s.declare(next, whole, "self")
	}
	next = s.declare(next, whole, f.ParList.Names...)
	if f.ParList.HasVargs {
		next = s.declare(next, whole, "arg")
	}
	s.block(f.Stmts, next, whole)
	return *s
}

func (s *scopes) declare(next, lastLine int, names ...string) int {
	for _, name := range names {
		s.variables = append(s.variables, variable{name, next, lastLine})
		next++
	}
	return next
}

// block walks in the order of the compiler; variables take registers one after the other and give them back at its end.
func (s *scopes) block(stmts []ast.Stmt, next, lastLine int) {
	for _, stmt := range stmts {
		within := lastLine
		if own := stmt.LastLine(); own > 0 {
			within = min(own, lastLine)
		}
		switch t := stmt.(type) {
		case *ast.LocalAssignStmt:
			next = s.declare(next, lastLine, t.Names...)
		case *ast.DoBlockStmt:
			s.block(t.Stmts, next, within)
		case *ast.WhileStmt:
			s.block(t.Stmts, next, within)
		case *ast.RepeatStmt:
			s.block(t.Stmts, next, within)
		case *ast.IfStmt:
			s.block(t.Then, next, within)
			s.block(t.Else, next, within)
		case *ast.NumberForStmt:
			inner := s.declare(next, within, "(for index)", "(for limit)", "(for step)", t.Name)
			s.block(t.Stmts, inner, within)
		case *ast.GenericForStmt:
			inner := s.declare(next, within, "(for generator)", "(for state)", "(for control)")
			s.block(t.Stmts, s.declare(inner, within, t.Names...), within)
		}
	}
}

// repairLocals corrects where the variables of a compiled function and of those within it end.
func repairLocals(proto *glua.FunctionProto, functions []scopes) {
	for _, f := range functions {
		if (proto.LineDefined == 0 || f.line == proto.LineDefined && f.lastLine == proto.LastLineDefined) && f.fits(proto) {
			f.repair(proto)
			break
		}
	}
	for _, inner := range proto.FunctionPrototypes {
		repairLocals(inner, functions)
	}
}

// fits reports whether these are the variables that the compiler declared.
func (s *scopes) fits(proto *glua.FunctionProto) bool {
	if len(s.variables) != len(proto.DbgLocals) {
		return false
	}
	for i, v := range s.variables {
		if v.name != proto.DbgLocals[i].Name {
			return false
		}
	}
	return true
}

// repair: a variable ends with the last instruction of its block, and before another takes its register.
func (s *scopes) repair(proto *glua.FunctionProto) {
	for i, v := range s.variables {
		local := proto.DbgLocals[i]
		end := len(proto.Code)
		for j := i + 1; j < len(s.variables); j++ {
			if s.variables[j].register <= v.register {
				end = proto.DbgLocals[j].StartPc
				break
			}
		}
		for end > local.StartPc && proto.DbgSourcePositions[end-1] > v.lastLine {
			end--
		}
		local.EndPc = end
	}
}
