package lua

import "github.com/yuin/gopher-lua/ast"

// Link is a file that a script names: extends = "default", or require "lib.days".
type Link struct {
	Name string // "" where it is not written as a text in quotes
	Line int
}

// Links are the files that a script names. What it names otherwise than by a text in quotes has no name.
type Links struct {
	Extends  *Link // nil: nothing
	Requires []Link
}

// Links reads the links from the script's text, without running it.
func (c *Chunk) Links() Links {
	c.linked.Do(func() { c.links = c.readLinks() })
	return c.links
}

func (c *Chunk) readLinks() Links {
	var links Links
	tree, err := parseTree(c.text, c.Name)
	if err != nil {
		return links
	}
	everyNode(tree, func(node any) {
		call, ok := node.(*ast.FuncCallExpr)
		switch {
		case !ok:
		case isIdent(call.Func, "require"):
			var name ast.Expr
			if len(call.Args) > 0 {
				name = call.Args[0]
			}
			links.Requires = append(links.Requires, linkOf(name, call.Line()))
		case isMember(call.Func, "dj", "script") && len(call.Args) > 0:
			if field := valueOf(call.Args[0], "extends"); field != nil {
				link := linkOf(field, call.Line())
				links.Extends = &link
			}
		}
	})
	return links
}

// linkOf is what an expression names; an expression of more than one word stands where its call does.
func linkOf(e ast.Expr, line int) Link {
	if text, ok := e.(*ast.StringExpr); ok {
		return Link{Name: text.Value, Line: text.Line()}
	}
	return Link{Line: line}
}

func isIdent(e ast.Expr, name string) bool {
	ident, ok := e.(*ast.IdentExpr)
	return ok && ident.Value == name
}

func isMember(e ast.Expr, object, name string) bool {
	get, ok := e.(*ast.AttrGetExpr)
	if !ok || !isIdent(get.Object, object) {
		return false
	}
	key, ok := get.Key.(*ast.StringExpr)
	return ok && key.Value == name
}

func valueOf(e ast.Expr, name string) ast.Expr {
	table, ok := e.(*ast.TableExpr)
	if !ok {
		return nil
	}
	for _, field := range table.Fields {
		if key, ok := field.Key.(*ast.StringExpr); ok && key.Value == name {
			return field.Value
		}
	}
	return nil
}

// File is the file of the script's line that called.
func (c *Call) File() string {
	file, _ := splitPlace(c.Where())
	return file
}
