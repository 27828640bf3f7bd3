package layout

import (
	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// width is how many bytes a field has; 0 where there is no end.
func (f *Field) width() int {
	if f.First > 0 {
		return f.Last - f.First + 1
	}
	return f.Size
}

// room holds everything that is to stand in a field against its width.
func (r *reading) room(t *document.Table, f *Field) {
	width := f.width()
	for _, one := range []struct{ key, text string }{{"tag", f.Tag}, {"const", f.Const}} {
		r.fits(t, f, one.key, one.text)
	}
	for _, choice := range f.Values {
		r.fits(t, f, "values", choice.Code)
	}
	if text, ok := r.encode(t, "tag", f.Tag); ok && f.Tag != "" && f.First > 0 && len(text) < width {
		t.Bad("tag", bad("layout.toml_tag_short", message.Args{"value": f.Tag, "width": width}))
	}
	if width == 0 {
		return
	}
	least := 0
	switch {
	case f.Form != "":
		form, _ := ReadForm(f.Form)
		least = form.Length()
	case f.Type == CPF && f.Mask:
		least = len("000.000.000-00")
	case f.Type == CPF:
		least = 11
	case (f.Type == CNPJ || f.Type == CNPJCPF) && f.Mask:
		least = len("00.000.000/0000-00")
	case f.Type == CNPJ || f.Type == CNPJCPF:
		least = 14
	case f.Type == EAN && !f.Unchecked:
		least = 8
	case f.Type == Decimal && f.Point == Implied:
		least = f.Places
	case f.Type == Decimal && f.Places > 0:
		least = f.Places + 2
	}
	if width < least {
		t.Bad(place(t), bad("layout.toml_narrow", message.Args{"width": width, "least": least}))
	}
}

// place is the key that says how wide a field is.
func place(t *document.Table) string {
	if t.Has("at") {
		return "at"
	}
	return "size"
}

// fits holds one text that is to stand in a field against its width.
func (r *reading) fits(t *document.Table, f *Field, key, text string) {
	in, ok := r.encode(t, key, text)
	if width := f.width(); ok && width > 0 && len(in) > width {
		t.Bad(key, bad("layout.toml_too_long", message.Args{"value": document.Short(text), "width": width}))
	}
}

// otherwise is the value of an empty field, which the field has to be able to hold.
func (r *reading) otherwise(t *document.Table, f *Field) {
	text := t.Words("default")
	if text == "" || t.Has("tag") || t.Has("const") {
		return
	}
	r.fits(t, f, "default", text)
	in, ok := r.encode(t, "default", text)
	if !ok || f.Type == Boolean && len(f.Values) != 2 || f.Form == "" && (f.Type == Date || f.Type == Time || f.Type == Moment) {
		return
	}
	one, err := (&Codec{Layout: r.layout}).cell(f)
	if err != nil {
		return
	}
	var value Value
	if wrong := one.read(in, r.layout.Encoding, &value, new([]byte)); wrong != nil {
		t.Bad("default", message.Wrap(wrong, codeValue, "layout.toml_default", message.Args{"value": document.Short(text)}))
		return
	}
	if value.Kind == Null {
		t.Bad("default", bad("layout.toml_default_empty", message.Args{"value": document.Short(text)}))
		return
	}
	f.Default = text
}
