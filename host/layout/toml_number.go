package layout

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// number are the settings of numbers.
func number(t *document.Table, f *Field) {
	if f.Type == Decimal {
		t.Require("places")
	}
	if places, ok := t.Integer("places"); ok && (places < 0 || places > mostDigits) {
		t.Bad("places", bad("layout.toml_range", message.Args{"value": places, "least": 0, "most": mostDigits}))
	} else if f.Type == Decimal {
		f.Places = int(places)
	}
	point := Point(t.OneOf("point", string(Implied), string(Dot), string(Comma)))
	also := points(t)
	f.Thousands = t.Flag("thousands")
	if f.Type == Decimal {
		f.Point, f.Also = point, also
		if point == "" {
			f.Point = f.usualPoint()
		}
		if i := slices.Index(also, f.Point); i >= 0 {
			t.BadElement("also", i, bad("document.repeated", message.Args{"name": string(f.Point)}))
		}
	}
	f.Min, f.Max = bound(t, f, "min"), bound(t, f, "max")
	if f.Min != nil && f.Max != nil && compareNumbers(*f.Min, *f.Max) > 0 {
		t.Bad("max", bad("layout.toml_bounds", message.Args{"min": f.Min.String(), "max": f.Max.String()}))
	}
}

// usualPoint is none in a place of bytes, and a dot between separators.
func (f *Field) usualPoint() Point {
	if f.First == 0 {
		return Dot
	}
	return Implied
}

func points(t *document.Table) []Point {
	known := []string{string(Dot), string(Comma)}
	t.Filled("also")
	var all []Point
	for i, one := range t.Texts("also") {
		switch {
		case one == "": // no text, or told as none of them
			t.BadElement("also", i, bad("document.one_of", document.Offer(one, known)))
		case !slices.Contains(known, one):
			t.BadElement("also", i, bad("document.one_of", document.Offer(one, known)))
		case slices.Contains(all, Point(one)):
			t.BadElement("also", i, bad("document.repeated", message.Args{"name": one}))
		}
		all = append(all, Point(one))
	}
	return all
}

var boundShape = regexp.MustCompile(`^-?\d{1,18}(\.\d{1,18})?$`)

// bound is the least or the largest number; nil where there is none.
func bound(t *document.Table, f *Field, name string) *Value {
	value, ok := t.Get(name)
	if !ok || f.Type != Integer && f.Type != Decimal {
		return nil
	}
	var text string
	switch value := value.(type) {
	case int64:
		text = strconv.FormatInt(value, 10)
	case float64:
		text = strconv.FormatFloat(value, 'f', -1, 64)
	case string:
		text = value
	}
	if !boundShape.MatchString(text) {
		t.Bad(name, document.Mistyped("layout.toml_number", value))
		return nil
	}
	whole, fraction, _ := strings.Cut(text, ".")
	if len(fraction) > f.Places {
		t.Bad(name, bad("layout.toml_places", message.Args{"value": text, "places": f.Places}))
		return nil
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", f.Places-len(fraction)), 10, 64)
	if width, length := f.width(), f.length(n); err != nil || width > 0 && length > width {
		t.Bad(name, bad("layout.toml_too_long", message.Args{"value": text, "width": width}))
		return nil
	}
	bound := NewNumber(n, uint8(f.Places))
	return &bound
}

// length is how many bytes a number takes in a field, in units of its last place.
func (f *Field) length(n int64) int {
	if f.Type == Decimal && f.Point != Implied {
		return len(appendNumber(nil, n, f.Places, '.'))
	}
	return len(appendNumber(nil, n, 0, 0))
}
