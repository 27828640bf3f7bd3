package layout

import (
	"regexp"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

var fieldShape = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

var types = []Type{Text, Integer, Decimal, Date, Time, Moment, Boolean, CNPJ, CPF, CNPJCPF, EAN, Blank}

// field reads one field of a record, the settings of its type, and what must fit into it.
func (r *reading) field(t *document.Table, rec *Record, p *places) Field {
	defer t.Close()
	t.Require("name")
	f := Field{Name: t.Words("name")}
	switch {
	case f.Name == "":
	case !fieldShape.MatchString(f.Name):
		t.Bad("name", bad("layout.toml_field_name", message.Args{"name": document.Clip(f.Name)}))
	case slices.ContainsFunc(rec.Fields, func(other Field) bool { return other.Name == f.Name }):
		t.Bad("name", bad("document.repeated", message.Args{"name": f.Name}))
	default:
		t.Rename(f.Name)
	}
	f.About = words(t, "about")
	known := make([]string, len(types))
	for i, one := range types {
		known[i] = string(one)
	}
	if f.Type = Type(t.OneOf("type", known...)); f.Type == "" {
		f.Type = Text
	}
	p.place(t, &f)
	f.Required, f.Key = t.Flag("required"), t.Flag("key")
	f.ForeignKey = t.Words("foreign_key")
	f.Align = Align(t.OneOf("align", string(Left), string(Right)))
	f.Fill = fill(t)
	misplaced(t, f.Type)
	number(t, &f)
	form(t, &f)
	choices(t, &f)
	f.Mask = t.Flag("mask")
	if checked, ok := document.Typed[bool](t, "check", "document.want_flag"); ok {
		f.Unchecked = !checked
	}
	if t.Flag("upper") {
		f.Case = Upper
	}
	f.Count = counted(t)
	fixed(t, &f)
	r.room(t, &f)
	r.otherwise(t, &f)
	return f
}

// only are the settings that belong to some types.
var only = []struct {
	key   string
	types []Type
}{
	{"places", []Type{Decimal}}, {"point", []Type{Decimal}}, {"also", []Type{Decimal}}, {"thousands", []Type{Decimal}},
	{"min", []Type{Integer, Decimal}}, {"max", []Type{Integer, Decimal}}, {"form", []Type{Date, Time, Moment}},
	{"values", []Type{Text, Boolean}}, {"mask", []Type{CNPJ, CPF, CNPJCPF}}, {"check", []Type{EAN}}, {"upper", []Type{Text}},
	{"tag", []Type{Text}}, {"const", []Type{Text}}, {"count", []Type{Integer}},
}

// misplaced notes the settings that mean nothing for the field's type.
func misplaced(t *document.Table, of Type) {
	for _, one := range only {
		if !t.Has(one.key) || slices.Contains(one.types, of) || !slices.Contains(types, of) {
			continue
		}
		names := make([]string, len(one.types))
		for i, name := range one.types {
			names[i] = string(name)
		}
		t.Bad(one.key, bad("layout.toml_only", message.Args{"type": string(of), "types": strings.Join(names, ", ")}))
	}
	for _, key := range []string{"default", "required", "key"} {
		if of == Blank && t.Has(key) {
			t.Bad(key, bad("layout.toml_blank", nil))
		}
	}
}

// fill is the one byte that a field is filled up with.
func fill(t *document.Table) byte {
	text, ok := t.Text("fill")
	if !ok {
		return 0
	}
	if len(text) != 1 || text[0] < ' ' || text[0] >= 0x7f {
		t.Bad("fill", bad("layout.toml_fill", message.Args{"value": document.Short(text)}))
		return 0
	}
	return text[0]
}

var formSentences = map[Type]string{Date: "layout.toml_form_date", Time: "layout.toml_form_time", Moment: "layout.toml_form_datetime"}

// form is how a date or a time is written, which nobody guesses.
func form(t *document.Table, f *Field) {
	dated := f.Type == Date || f.Type == Time || f.Type == Moment
	if dated {
		t.Require("form")
	}
	text := t.Words("form")
	if !dated || text == "" {
		return
	}
	read, ok := ReadForm(text)
	if !ok || read.Day() != (f.Type != Time) || read.Clock() != (f.Type != Date) {
		t.Bad("form", bad(formSentences[f.Type], message.Args{"value": document.Clip(text)}))
		return
	}
	f.Form = text
}

// choices are all that may stand in the field: a list, or a table of what each means.
func choices(t *document.Table, f *Field) {
	if f.Type == Boolean {
		t.Require("values")
	}
	value, _ := t.Get("values")
	switch value := value.(type) {
	case nil:
		return
	case map[string]any:
		in := t.Table(t.Key("values"), value)
		for _, code := range in.InOrder() {
			f.Values = append(f.Values, Choice{Code: code, Means: words(in, code)})
		}
	case []any:
		for _, code := range t.Texts("values") {
			f.Values = append(f.Values, Choice{Code: code})
		}
		if slices.ContainsFunc(value, func(one any) bool { _, text := one.(string); return !text }) {
			return
		}
	default:
		t.Bad("values", document.Mistyped("layout.toml_values", value))
		return
	}
	if _, listed := value.([]any); f.Type == Boolean && (!listed || len(f.Values) != 2) {
		t.Bad("values", bad("layout.toml_boolean", nil))
		return
	}
	if len(f.Values) == 0 {
		t.Bad("values", bad("document.empty_list", nil))
	}
	codes(t, f)
}

// codes holds the values that may stand in a field against one another. A boolean's may be blank.
func codes(t *document.Table, f *Field) {
	for i, choice := range f.Values {
		same := func(other Choice) bool { return other.Code == choice.Code }
		switch {
		case choice.Code == "" && f.Type == Text:
			t.Bad("values", bad("document.empty", nil))
		case strings.Trim(choice.Code, " ") != choice.Code || document.HasControl(choice.Code):
			t.Bad("values", bad("layout.toml_blanks", message.Args{"value": document.Short(choice.Code)}))
		case slices.ContainsFunc(f.Values[:i], same):
			t.Bad("values", bad("document.repeated", message.Args{"name": document.Short(choice.Code)}))
		}
	}
}

// counted are the records that a field counts.
func counted(t *document.Table) []string {
	if _, list := t.Values["count"].([]any); list {
		t.Filled("count")
		return t.Texts("count")
	}
	if name := t.Words("count"); name != "" {
		return []string{name}
	}
	return nil
}

// fixed is what always stands in the field.
func fixed(t *document.Table, f *Field) {
	f.Tag, f.Const = t.Words("tag"), t.Words("const")
	set := ""
	for _, key := range []string{"tag", "const", "values", "default", "count"} {
		if !t.Has(key) {
			continue
		}
		if set == "tag" || set == "const" {
			t.Bad(key, bad("layout.toml_both", message.Args{"key": set}))
		}
		if set == "" {
			set = key
		}
	}
	if strings.Trim(f.Tag, " ") != f.Tag {
		t.Bad("tag", bad("layout.toml_blanks", message.Args{"value": document.Short(f.Tag)}))
	}
}
