package lua

import (
	"errors"
	"slices"
	"strings"

	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"
)

// ErrUnfinished is a line that goes on in the next one: a block, a table or a call is still open.
var ErrUnfinished = errors.New("unfinished line")

// ParseLine compiles what a person types at a prompt. An expression gives its values, and a variable stays for the lines
// after it, with or without local. The error is ErrUnfinished or a *SyntaxError.
func ParseLine(name string, source string) (*Chunk, error) {
	text, err := clean(name, []byte(source))
	if err != nil {
		return nil, err
	}
	chunk := &Chunk{Name: name, text: text, lines: splitLines(text)}
	tree, noValue := parseTree("return "+text, name)
	if noValue != nil {
		tree, err = parseTree(text, name)
	}
	if err != nil {
		_, wrong := compile(chunk, text)
		if scanTokens(text).fault == nil && (atEnd(err) || atEnd(noValue)) {
			return nil, ErrUnfinished
		}
		return nil, wrong
	}
	seeBefore(text, tree)
	for i, stmt := range tree {
		tree[i] = kept(stmt)
	}
	functions := guardTree(tree, true, true)
	proto, err := compileTree(tree, name)
	if err != nil {
		return nil, chunk.explain(err, scanTokens(text))
	}
	repairLocals(proto, functions)
	repairLists(proto)
	chunk.proto, chunk.rehearsal = proto, func() (*glua.FunctionProto, error) { return proto, nil }
	return chunk, nil
}

func atEnd(err error) bool {
	var parsing *parse.Error
	return errors.As(err, &parsing) && parsing.Pos.Line == parse.EOF
}

// kept makes a variable of one line one that stays.
func kept(stmt ast.Stmt) ast.Stmt {
	local, ok := stmt.(*ast.LocalAssignStmt)
	if !ok {
		return stmt
	}
	assign := &ast.AssignStmt{Rhs: local.Exprs}
	for _, name := range local.Names {
		ident := &ast.IdentExpr{Value: name}
		ident.SetLine(stmt.Line())
		assign.Lhs = append(assign.Lhs, ident)
	}
	for len(assign.Rhs) == 0 {
		assign.Rhs = append(assign.Rhs, &ast.NilExpr{})
	}
	assign.SetLine(stmt.Line())
	assign.SetLastLine(stmt.LastLine())
	return assign
}

// keep is an assignment to a global at a prompt. What the host lends stays as it is.
func (s *State) keep(name string, value glua.LValue) bool {
	if !s.options.Interactive || s.names.RawGetString(name) != glua.LNil && !s.own[name] {
		return false
	}
	s.own[name] = true
	s.names.RawSetString(name, value)
	return true
}

// Eval executes a script and gives all that it returns. The error is a *RunError.
func (s *State) Eval(c *Chunk) ([]Value, error) {
	s.chunks[c.Name] = c
	s.options.Cover.add(c)
	proto := c.proto
	if s.options.Rehearse {
		guarded, err := c.rehearsal()
		if err != nil {
			large := &fault{code: "run.unknown", key: "lua.rehearsal", cause: err}
			return nil, s.runError(s.fromFault(large, "", place(c.Name, max(1, lineOfError(err)))))
		}
		proto = guarded
	}
	results, err := s.call(s.l.NewFunctionFromProto(proto))
	if err != nil {
		return nil, s.runError(err)
	}
	values := make([]Value, len(results))
	for i, result := range results {
		values[i] = Value{s, result}
	}
	return values, nil
}

// lineOfError is where the compiler stopped; 0 where it does not say.
func lineOfError(err error) int {
	if compiling, ok := errors.AsType[*glua.CompileError](err); ok {
		return compiling.Line
	}
	return 0
}

// Complete gives the names that a path such as "dj.copy.cr" can go on to, whole: "dj.copy.create". Nothing runs.
func (s *State) Complete(path string) []string {
	at := strings.LastIndexAny(path, ".:") + 1
	within := s.names
	for part := range strings.FieldsFuncSeq(path[:at], func(r rune) bool { return r == '.' || r == ':' }) {
		switch next := within.RawGetString(part).(type) {
		case *glua.LTable:
			within = next
		case *glua.LUserData:
			thing, ok := next.Value.(*frozen)
			if !ok {
				return nil
			}
			within = thing.fields
		default:
			return nil
		}
	}
	found := []string{}
	for _, name := range keys(within) {
		if strings.HasPrefix(name, path[at:]) {
			found = append(found, path[:at]+name)
		}
	}
	slices.Sort(found)
	return found
}
