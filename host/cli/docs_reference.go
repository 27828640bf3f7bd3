package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/host/primitive"
	"github.com/djscript/djscript/lua"
)

// reference is the page of the manual that describes every function and every table: made of the stubs, so that it can
// say nothing else than the editor does.
func (s *stubs) reference() string {
	powers := map[string]lua.Func{}
	for _, f := range (&primitive.Host{}).All() {
		powers[f.Name] = f
	}
	var b strings.Builder
	b.WriteString(message.Text("cli.reference_head", nil) + "\n")
	noun := "?"
	for _, f := range s.functions {
		if f.Noun() != noun {
			noun = f.Noun()
			fmt.Fprintf(&b, "\n## %s\n", strings.TrimSuffix("dj."+noun, "."))
		}
		writeFunction(&b, f, powers[f.Name])
	}
	b.WriteString("\n## " + message.Text("cli.reference_tables", nil) + "\n")
	for _, name := range slices.Sorted(maps.Keys(s.classes)) {
		if class := s.classes[name]; len(class.Fields) > 0 {
			fmt.Fprintf(&b, "\n### %s\n", name)
			paragraph(&b, class.Prose)
			writeRows(&b, class.Fields)
		}
	}
	return b.String()
}

func writeFunction(b *strings.Builder, f *lua.StubFunc, bound lua.Func) {
	fmt.Fprintf(b, "\n### %s\n", f.Signature())
	paragraph(b, f.Prose)
	if bound.Power != "" {
		paragraph(b, message.Text("cli.reference_power", message.Args{"power": bound.Power}))
	}
	for _, param := range f.Params {
		if fields := f.Fields(param); len(fields) > 0 {
			paragraph(b, "`"+param.Name+"`: "+param.Prose)
			writeRows(b, fields)
		} else if param.Type != nil {
			writeRows(b, []lua.StubField{param})
		}
	}
	for _, result := range f.Returns {
		paragraph(b, strings.TrimSpace("→ `"+result.Type.String()+"` "+result.Prose))
	}
	for _, example := range f.Examples {
		fmt.Fprintf(b, "\n```lua\n%s```\n", example.Code)
	}
}

func paragraph(b *strings.Builder, text string) {
	if text = strings.TrimSuffix(strings.TrimSpace(text), ":"); text != "" {
		b.WriteString("\n" + text + "\n")
	}
}

func writeRows(b *strings.Builder, fields []lua.StubField) {
	b.WriteString("\n| " + strings.Join(columns("cli.docs_fields"), " | ") + " |\n| --- | --- | --- |\n")
	cell := strings.NewReplacer("|", "\\|", "\n", " ")
	for _, f := range fields {
		name := f.Name
		if f.Optional {
			name += "?"
		}
		fmt.Fprintf(b, "| `%s` | `%s` | %s |\n", name, cell.Replace(f.Type.String()), cell.Replace(f.Prose))
	}
}
