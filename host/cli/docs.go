package cli

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/djscript/djscript/host/config"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/sim"
	"github.com/djscript/djscript/lua"
)

func (a *app) docsCommand() *cobra.Command {
	var markdown bool
	c := &cobra.Command{
		Use: "docs [NAME | layout NAME]", Short: message.Text("cli.docs_short", nil), Long: message.Text("cli.docs_long", nil), Args: between(0, 2),
		Example: "  djscript docs\n  djscript docs copy\n  djscript docs copy.create\n  djscript docs dj.Copy\n  djscript docs default\n  djscript docs capabilities\n  djscript docs layout dj-kit",
		RunE: func(c *cobra.Command, args []string) error {
			stubs, err := readStubs(primitive.Stubs(message.Language()), sim.Stubs(message.Language()))
			if err != nil {
				return err
			}
			switch {
			case len(args) == 2 && args[0] == "layout":
				return a.layoutShow(args[1])
			case len(args) == 2:
				return message.New("arg.count", "cli.arg_count", message.Args{"usage": c.UseLine(), "n": len(args)})
			case markdown && len(args) > 0:
				return message.New("arg.count", "cli.docs_whole", message.Args{"name": args[0]})
			case markdown:
				page, err := writeReference()
				fmt.Fprint(a.out, page)
				return err
			case len(args) == 0:
				return a.docsIndex(stubs.functions)
			case args[0] == capabilities:
				return a.docsCapabilities()
			}
			return a.docsOf(c.Context(), stubs, args[0])
		},
	}
	c.Flags().BoolVar(&markdown, "markdown", false, message.Text("cli.flag_markdown", nil))
	return c
}

// stubs are all that the nouns say of themselves.
type stubs struct {
	functions []*lua.StubFunc
	classes   map[string]*lua.Class
}

// readStubs reads every stub; functions are in the order of their names.
func readStubs(from ...fs.FS) (*stubs, error) {
	all := &stubs{classes: map[string]*lua.Class{}}
	for _, folder := range from {
		files, err := fs.Glob(folder, "*.lua")
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if err := all.read(folder, file); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(all.functions, func(x, y *lua.StubFunc) int {
		return cmp.Or(cmp.Compare(x.Noun(), y.Noun()), cmp.Compare(x.Name, y.Name))
	})
	return all, nil
}

func (s *stubs) read(folder fs.FS, file string) error {
	source, err := fs.ReadFile(folder, file)
	if err != nil {
		return fmt.Errorf("read stub: %w", err)
	}
	stub, err := lua.ParseStub(file, source)
	if err != nil {
		return err
	}
	s.functions = append(s.functions, stub.Functions...)
	maps.Copy(s.classes, stub.Classes)
	return nil
}

func (s *stubs) function(name string) *lua.StubFunc {
	for _, f := range s.functions {
		if strings.EqualFold(plainDocName(f.Name), plainDocName(name)) {
			return f
		}
	}
	return nil
}

// plainDocName is a name without root, a method's colon taken for a dot.
func plainDocName(name string) string {
	return strings.TrimSuffix(strings.ReplaceAll(strings.TrimPrefix(name, "dj."), ":", "."), "()")
}

func (s *stubs) noun(name string) []*lua.StubFunc {
	var found []*lua.StubFunc
	for _, f := range s.functions {
		if f.Noun() != "" && strings.EqualFold(f.Noun(), plainDocName(name)) {
			found = append(found, f)
		}
	}
	return found
}

// class is the class of that name, and whether its letters are just so: the noun "copy" is not the class "Copy".
func (s *stubs) class(name string) (class *lua.Class, exact bool) {
	for known, class := range s.classes {
		known = plainDocName(known)
		if strings.EqualFold(known, plainDocName(name)) && len(class.Fields) > 0 {
			return class, known == plainDocName(name)
		}
	}
	return nil, false
}

// names are all that docs can be asked for.
func (s *stubs) names() []string {
	all := []string{capabilities}
	for _, f := range s.functions {
		all = append(all, plainDocName(f.Name), plainDocName(f.Noun()))
	}
	for name := range s.classes {
		all = append(all, plainDocName(name))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// documented is a function in JSON.
type documented struct {
	Name      string   `json:"name"`
	Signature string   `json:"signature"`
	Prose     string   `json:"prose"`
	Text      string   `json:"text"`
	Examples  []string `json:"examples"`
}

func describeFunctions(all []*lua.StubFunc) []documented {
	found := []documented{}
	for _, f := range all {
		d := documented{Name: f.Name, Signature: f.Signature(), Prose: f.Prose, Text: f.Text(), Examples: []string{}}
		for _, e := range f.Examples {
			d.Examples = append(d.Examples, e.Code)
		}
		found = append(found, d)
	}
	return found
}

// docsIndex is a line for each function, noun by noun.
func (a *app) docsIndex(all []*lua.StubFunc) error {
	if a.json {
		return a.printJSON(map[string]any{"functions": describeFunctions(all)})
	}
	var rows [][]string
	for _, f := range all {
		rows = append(rows, []string{f.Signature(), firstSentence(f.Prose)})
	}
	return table(a.out, columns("cli.docs_columns"), rows)
}

// firstSentence is what of the prose fits on a line.
func firstSentence(prose string) string {
	line := strings.Join(strings.Fields(prose), " ")
	if before, _, ok := strings.Cut(line, ". "); ok {
		line = before + "."
	}
	if runes := []rune(line); len(runes) > 100 {
		return string(runes[:99]) + "…"
	}
	return line
}

// docsOf is a function whole, a noun's functions, the fields of a class, or what a script says of itself.
func (a *app) docsOf(ctx context.Context, s *stubs, name string) error {
	if f := s.function(name); f != nil {
		if a.json {
			return a.printJSON(describeFunctions([]*lua.StubFunc{f})[0])
		}
		fmt.Fprint(a.out, f.Text())
		return nil
	}
	class, exact := s.class(name)
	if found := s.noun(name); len(found) > 0 && !exact {
		return a.docsIndex(found)
	}
	if class != nil {
		return a.docsClass(class, s.noun(class.Name))
	}
	script, known, err := a.describeScript(ctx, name)
	if err != nil {
		return err
	}
	if script != nil {
		return a.docsScript(script)
	}
	args := message.Args{"name": name}
	if meant := near(plainDocName(name), append(s.names(), known...)); meant != "" {
		args["near"] = meant
		return message.New("arg.value", "cli.docs_near", args)
	}
	return message.New("arg.value", "cli.docs_unknown", args)
}

// docsClass is what a class holds, and its methods.
func (a *app) docsClass(class *lua.Class, methods []*lua.StubFunc) error {
	type field struct {
		Name     string `json:"name"`
		Type     string `json:"type"`
		Optional bool   `json:"optional,omitempty"`
		Prose    string `json:"prose,omitempty"`
	}
	fields := []field{}
	var rows [][]string
	for _, f := range class.Fields {
		fields = append(fields, field{f.Name, f.Type.String(), f.Optional, f.Prose})
		rows = append(rows, []string{f.Name, f.Type.String(), f.Prose})
	}
	if a.json {
		return a.printJSON(map[string]any{"class": class.Name, "prose": class.Prose, "fields": fields, "methods": describeFunctions(methods)})
	}
	fmt.Fprintln(a.out, joinWords(class.Name, class.Prose))
	if err := table(a.out, columns("cli.docs_fields"), rows); err != nil || len(methods) == 0 {
		return err
	}
	fmt.Fprintln(a.out)
	return a.docsIndex(methods)
}

// describeScript is what a script of the store or a built-in one says of itself; nil and the names of those there are
// when there is none of that name. Outside a store there are the built-in ones.
func (a *app) describeScript(ctx context.Context, name string) (*run.Description, []string, error) {
	host := a.hostOf(&config.Config{Dir: a.dir})
	if c, err := a.load(); err == nil {
		host = a.hostOf(c)
	}
	known := host.Scripts()
	if !slices.Contains(known, name) && !strings.HasSuffix(name, ".lua") {
		return nil, known, nil
	}
	script, err := host.Describe(ctx, name)
	return script, known, err
}

// param is a param of a script in JSON.
type param struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	List     bool     `json:"list,omitempty"`
	Required bool     `json:"required,omitempty"`
	Default  any      `json:"default,omitempty"`
	Values   []string `json:"values,omitempty"`
	Help     string   `json:"help"`
	From     string   `json:"from,omitempty"` // the file that it is inherited from
}

func describeParams(s *run.Description) []param {
	found := []param{}
	for _, name := range slices.Sorted(maps.Keys(s.Params)) {
		p := s.Params[name]
		found = append(found, param{name, p.Type, p.List, p.Required, p.Default, p.Values, string(p.Help), s.From["param."+name]})
	}
	return found
}

// kind is the param's type as a person gives it.
func (p param) kind() string {
	text := p.Type
	if len(p.Values) > 0 {
		text = strings.Join(p.Values, "|")
	}
	if p.List {
		text += ",..."
	}
	return text
}

func (p param) otherwise() string {
	switch {
	case p.Required:
		return message.Text("cli.docs_required", nil)
	case p.Default == nil:
		return "-"
	}
	return strings.Trim(compact(p.Default), `"`)
}

// inheritedFrom tells where something comes from that a script did not say itself.
func inheritedFrom(file string) string {
	if file == "" {
		return ""
	}
	return "  " + message.Text("cli.docs_from", message.Args{"file": file})
}

func (a *app) docsScript(s *run.Description) error {
	jobs := slices.Sorted(maps.Keys(s.Jobs))
	if a.json {
		return a.printJSON(map[string]any{"script": s.Name, "version": s.Version, "extends": append([]string{}, s.Extends...), "jobs": jobs, "params": describeParams(s)})
	}
	fmt.Fprintln(a.out, joinWords(s.Name, s.Version))
	for _, job := range jobs {
		fmt.Fprintf(a.out, "  djscript run %s:%s%s\n", s.Name, job, inheritedFrom(s.From["job."+job]))
	}
	var rows [][]string
	for _, p := range describeParams(s) {
		rows = append(rows, []string{p.Name, p.kind(), p.otherwise(), p.Help + inheritedFrom(p.From)})
	}
	if len(rows) == 0 {
		return nil
	}
	fmt.Fprintln(a.out)
	return table(a.out, columns("cli.docs_params"), rows)
}
