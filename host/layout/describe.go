package layout

import (
	"fmt"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// In is the words in the current language, or in the other where they are said in that alone.
func (w Words) In(language string) string {
	if text := w[language]; text != "" {
		return text
	}
	for _, other := range []string{message.Portuguese, message.English} {
		if w[other] != "" {
			return w[other]
		}
	}
	return ""
}

// Described is a field as a person reads of it in a table.
type Described struct {
	Name  string `json:"name"`
	Place string `json:"place"` // "1-20", "2", "3:1-35" for bytes of the third part
	Size  int    `json:"size,omitempty"`
	Type  string `json:"type"`
	Due   bool   `json:"required,omitempty"`
	Notes string `json:"notes,omitempty"`
}

// Describe is a record's fields for people, in the current language.
func (l *Layout) Describe(r *Record) []Described {
	all := make([]Described, len(r.Fields))
	for i := range r.Fields {
		f := &r.Fields[i]
		all[i] = Described{Name: f.Name, Place: l.place(f), Size: f.Size, Type: f.kind(), Due: f.Required || f.Tag != "" || f.Const != "", Notes: f.notes()}
		if f.First > 0 {
			all[i].Size = f.Last - f.First + 1
		}
	}
	return all
}

func (l *Layout) place(f *Field) string {
	bytes := fmt.Sprintf("%d-%d", f.First, f.Last)
	switch {
	case l.Separator == "":
		return bytes
	case f.First == 0:
		return fmt.Sprint(f.Part)
	}
	return fmt.Sprintf("%d:%s", f.Part, bytes)
}

// kind is what the field holds, in words.
func (f *Field) kind() string {
	args := message.Args{"places": f.Places, "form": f.Form}
	switch f.Type {
	case Integer:
		return message.Text("layout.type_integer", nil)
	case Decimal:
		switch f.Point {
		case Dot:
			return message.Text("layout.type_dot", args)
		case Comma:
			return message.Text("layout.type_comma", args)
		}
		return message.Text("layout.type_implied", args)
	case Date, Time, Moment:
		return message.Text("layout.type_date", args)
	case Boolean:
		return message.Text("layout.type_boolean", message.Args{"yes": f.Values[0].Code, "no": f.Values[1].Code})
	case CNPJ:
		return "CNPJ"
	case CPF:
		return "CPF"
	case CNPJCPF:
		return "CNPJ/CPF"
	case EAN:
		return "EAN"
	case Blank:
		return message.Text("layout.type_blank", nil)
	}
	return message.Text("layout.type_text", nil)
}

// notes are what else is to be known of a field.
func (f *Field) notes() string {
	var notes []string
	say := func(when bool, text string) {
		if when {
			notes = append(notes, text)
		}
	}
	language := message.Language()
	say(f.About.In(language) != "", f.About.In(language))
	say(f.Tag != "", message.Text("layout.note_tag", message.Args{"tag": f.Tag}))
	say(f.Const != "", message.Text("layout.note_const", message.Args{"text": f.Const}))
	if f.Type != Boolean {
		var choices []string
		for _, c := range f.Values {
			choices = append(choices, strings.TrimSuffix(c.Code+" "+c.Means.In(language), " "))
		}
		say(len(choices) > 0, strings.Join(choices, "; "))
	}
	say(f.Key, message.Text("layout.note_key", nil))
	say(f.ForeignKey != "", message.Text("layout.note_refers", message.Args{"table": f.ForeignKey}))
	say(f.Default != "", message.Text("layout.note_default", message.Args{"text": f.Default}))
	if f.Min != nil {
		notes = append(notes, message.Text("layout.note_min", message.Args{"min": f.Min.String()}))
	}
	if f.Max != nil {
		notes = append(notes, message.Text("layout.note_max", message.Args{"max": f.Max.String()}))
	}
	say(f.Mask, message.Text("layout.note_mask", nil))
	say(len(f.Count) > 0, message.Text("layout.note_count", message.Args{"of": strings.Join(f.Count, ", ")}))
	return strings.Join(notes, ". ")
}
