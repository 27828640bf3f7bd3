package lua

import (
	"fmt"
	"strings"
)

// Signature is how the function is called, from the root: dj.copy.create(opts).
func (f *StubFunc) Signature() string {
	names := make([]string, len(f.Params))
	for i, param := range f.Params {
		names[i] = param.Name
		if param.Optional {
			names[i] += "?"
		}
	}
	return f.stub.Root + "." + f.Name + "(" + strings.Join(names, ", ") + ")"
}

// Text is the function as a person reads it in a terminal: how it is called, what it does, each parameter and option, its
// results and its examples.
func (f *StubFunc) Text() string {
	var b strings.Builder
	b.WriteString(f.Signature() + "\n")
	if f.Prose != "" {
		b.WriteString("\n" + indent(f.Prose, "  ") + "\n")
	}
	f.writeParams(&b)
	for _, result := range f.Returns {
		b.WriteString(strings.TrimRight("\n  -> "+result.Type.String()+"  "+result.Prose, " ") + "\n")
		f.writeFields(&b, f.resultFields(result.Type))
	}
	for _, example := range f.Examples {
		b.WriteString("\n" + indent(strings.TrimRight(example.Code, "\n"), "      ") + "\n")
	}
	return b.String()
}

// Fields are the keys of a parameter that is a table; none where it is none.
func (f *StubFunc) Fields(param StubField) []StubField {
	if param.Type == nil {
		return nil
	}
	fields, _ := f.stub.fields(param.Type)
	return fields
}

func (f *StubFunc) writeParams(b *strings.Builder) {
	for _, param := range f.Params {
		if fields, ok := f.stub.fields(param.Type); ok && param.Type != nil {
			b.WriteString(strings.TrimRight("\n  "+param.Name+"  "+param.Prose, " ") + "\n")
			f.writeFields(b, fields)
			continue
		}
		if param.Type != nil || param.Prose != "" {
			b.WriteByte('\n')
			f.writeFields(b, []StubField{param})
		}
	}
}

// resultFields are the keys of a result, or of the elements of a list.
func (f *StubFunc) resultFields(t *Type) []StubField {
	t = f.stub.resolve(t)
	if t.List != nil {
		t = t.List
	}
	fields, _ := f.stub.fields(t)
	return fields
}

func (f *StubFunc) writeFields(b *strings.Builder, fields []StubField) {
	widest, widestType := 0, 0
	for _, field := range fields {
		widest = max(widest, len(fieldName(field)))
		if n := len(field.Type.String()); n <= 40 {
			widestType = max(widestType, n)
		}
	}
	for _, field := range fields {
		line := fmt.Sprintf("    %-*s  %-*s  %s", widest, fieldName(field), widestType, field.Type.String(), field.Prose)
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

func fieldName(f StubField) string {
	if f.Optional {
		return f.Name + "?"
	}
	return f.Name
}

func indent(text, margin string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = margin + line
		}
	}
	return strings.Join(lines, "\n")
}
