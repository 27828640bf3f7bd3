package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/grant"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/host/sim"
	"github.com/djscript/djscript/lua"
)

// reference is the page of the manual that describes every function and every table: made of the stubs, so that it can
// say nothing else than the editor does.
type reference struct {
	strings.Builder
	bound map[string]lua.Func
}

// writeReference is that page, in the reader's language.
func writeReference() (string, error) {
	language := message.Language()
	scripts, err := readStubs(primitive.Stubs(language))
	if err != nil {
		return "", err
	}
	tests, err := readStubs(sim.Stubs(language))
	if err != nil {
		return "", err
	}
	r := &reference{bound: map[string]lua.Func{}}
	for _, f := range (&primitive.Host{}).All() {
		r.bound[f.Name] = f
	}
	r.WriteString(message.Text("cli.reference_head", nil) + "\n")
	r.functions(scripts, "## ")
	r.title("## ", message.Text("cli.reference_tables", nil))
	r.classes(scripts)
	r.title("## ", message.Text("cli.reference_tests", nil))
	r.paragraph(message.Text("cli.reference_tests_head", nil))
	r.functions(tests, "")
	r.classes(tests)
	r.title("## ", message.Text("cli.reference_powers", nil))
	r.paragraph(message.Text("cli.reference_powers_head", nil))
	r.powers()
	return r.String(), nil
}

func (r *reference) title(level, text string) { r.WriteString("\n" + level + text + "\n") }

func (r *reference) paragraph(text string) {
	if text = strings.TrimSuffix(strings.TrimSpace(text), ":"); text != "" {
		r.WriteString("\n" + text + "\n")
	}
}

// functions are those of a folder of stubs, noun by noun; each noun under a title of that level, or under none.
func (r *reference) functions(s *stubs, level string) {
	for i, f := range s.functions {
		if noun := f.Noun(); level != "" && (i == 0 || noun != s.functions[i-1].Noun()) {
			r.title(level, strings.TrimSuffix("dj."+noun, "."))
		}
		r.function(f)
	}
}

func (r *reference) function(f *lua.StubFunc) {
	r.title("### ", "`"+f.Signature()+"`")
	r.paragraph(f.Prose)
	bound := r.bound[f.Name]
	switch {
	case bound.Power != "":
		r.paragraph(message.Text("cli.reference_power", message.Args{"effect": bound.Effect, "power": powerOf(f.Name)}))
	case bound.Effect != "":
		r.paragraph(message.Text("cli.reference_effect", message.Args{"effect": bound.Effect}))
	}
	var rows []lua.StubField
	for _, param := range f.Params {
		rows = append(rows, param)
		for _, field := range f.Fields(param) {
			field.Name = param.Name + "." + field.Name
			rows = append(rows, field)
		}
	}
	r.rows(message.Text("cli.reference_argument", nil), rows)
	for _, result := range f.Returns {
		r.paragraph(strings.TrimSpace("→ `" + result.Type.String() + "` " + result.Prose))
	}
	for _, example := range f.Examples {
		fmt.Fprintf(r, "\n```lua\n%s```\n", example.Code)
	}
}

func (r *reference) classes(s *stubs) {
	for _, name := range slices.Sorted(maps.Keys(s.classes)) {
		if class := s.classes[name]; len(class.Fields) > 0 {
			r.title("### ", "`"+name+"`")
			r.paragraph(class.Prose)
			r.rows(columns("cli.docs_fields")[0], class.Fields)
		}
	}
}

// rows are fields with their types; what a field that is a table holds stands in rows of its own.
func (r *reference) rows(first string, fields []lua.StubField) {
	if len(fields) == 0 {
		return
	}
	cell := strings.NewReplacer("|", "\\|", "\n", " ")
	fmt.Fprintf(r, "\n| %s | %s | |\n| --- | --- | --- |\n", first, columns("cli.docs_fields")[1])
	for _, f := range fields {
		name, kind := f.Name, f.Type.String()
		if f.Optional {
			name += "?"
		}
		if f.Type != nil && f.Type.Record {
			kind = "table"
		}
		fmt.Fprintf(r, "| `%s` | `%s` | %s |\n", name, cell.Replace(kind), cell.Replace(f.Prose))
	}
}

// powerOf is the power that a primitive needs, as djscript.toml grants it.
func powerOf(function string) string {
	for _, p := range run.Powers() {
		if slices.Contains(p.Funcs, function) {
			return asGranted(p.Name, p.Over)
		}
	}
	return ""
}

// asGranted is a power with the name of what it is over, where it is over something.
func asGranted(power, over string) string {
	if over != "" {
		power += "[:" + over + "]"
	}
	return power
}

func (r *reference) powers() {
	titles := columns("cli.docs_capabilities")
	fmt.Fprintf(r, "\n| %s |\n|%s\n", strings.Join(titles, " | "), strings.Repeat(" --- |", len(titles)))
	powers := run.Powers()
	for _, p := range powers {
		usual := ""
		if slices.Contains(powers.Usual(), grant.Grant{Power: p.Name}) {
			usual = message.Text("cli.docs_usual", nil)
		}
		fmt.Fprintf(r, "| `%s` | %s | %s | `dj.%s` |\n", asGranted(p.Name, p.Over), usual, p.Says(), strings.Join(p.Funcs, "`, `dj."))
	}
}
