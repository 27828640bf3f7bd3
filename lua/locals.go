package lua

import (
	"strings"

	"github.com/yuin/gopher-lua/ast"
)

// plainFunctions are the statements local f = function ... end. To gopher-lua they are local function f, whose body sees the
// new f: a function that stands in for another of the same name would call itself. In Lua 5.1 it sees the f before. The tree
// does not tell the two apart; the words do.
func plainFunctions(text string, tree []ast.Stmt) map[*ast.LocalAssignStmt]bool {
	found := map[*ast.LocalAssignStmt]bool{}
	if !strings.Contains(text, "local") {
		return found
	}
	recursive := localFunctions(text)
	for n, local := range survey(tree).locals {
		if len(local.Names) != 1 || len(local.Exprs) != 1 || n >= len(recursive) {
			continue
		}
		if _, ok := local.Exprs[0].(*ast.FunctionExpr); ok && !recursive[n] {
			found[local] = true
		}
	}
	return found
}

// localFunctions tells of each word "local" of a script whether "function" follows.
func localFunctions(text string) []bool {
	var found []bool
	scan := &scan{text: text, line: 1, operators: []int{0}}
	before := ""
	for {
		t, ok := scan.next()
		if !ok || scan.fault != nil {
			return found
		}
		if before == "local" {
			found = append(found, t.text == "function")
		}
		before = t.text
	}
}

// seeBefore makes the functions of such statements see the variable before: with two values it is declared after them.
func seeBefore(text string, tree []ast.Stmt) {
	for local := range plainFunctions(text, tree) {
		local.Exprs = append(local.Exprs, &ast.NilExpr{})
	}
}
