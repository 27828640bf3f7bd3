package layout

import (
	"slices"
	"strings"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// places are those that the fields of a record take, one after the other.
type places struct {
	*reading
	taken map[int]*occupied // by part
	part  int               // of the field before
}

// occupied is what stands in one part.
type occupied struct {
	whole string // the field that is the whole part; ""
	last  int    // byte that a field has
	field string // that has it
}

// place gives a field its place: in bytes, at or after the field before it, or as a whole part.
func (p *places) place(t *document.Table, f *Field) {
	divided := p.layout.Separator != "" || p.Root().Has("separator")
	part, size := natural(t, "part", mostParts), natural(t, "size", mostWidth)
	if t.Has("part") && !divided {
		t.Bad("part", message.New(codeMissing, "layout.toml_alone", message.Args{"key": "separator"}))
	}
	_, at := t.Get("at")
	switch {
	case at:
		f.Part = max(part, 1)
		if f.First, f.Last = p.bytes(t, size); f.First > 0 {
			p.take(t, f)
		}
	case divided:
		if f.Part = part; part == 0 {
			f.Part = p.part + 1
		}
		f.Size = size
		p.takeWhole(t, f)
	case t.Has("size"):
		f.Part = 1
		if size > 0 {
			f.First = p.in(1).last + 1
			f.Last = f.First + size - 1
			p.take(t, f)
		}
	case t.Has("name"):
		f.Part = 1
		t.Bad("at", message.New(codeMissing, "layout.toml_no_place", nil))
	}
	p.part = f.Part
}

// bytes are the first and the last of a field; zeros where they are wrong.
func (p *places) bytes(t *document.Table, size int) (first, last int) {
	all, ok := t.Values["at"].([]any)
	numbers := t.Integers("at")
	mistyped := slices.ContainsFunc(all, func(one any) bool { _, number := one.(int64); return !number })
	if !ok || mistyped {
		return 0, 0
	}
	if len(numbers) != 2 || numbers[0] < 1 || numbers[1] < numbers[0] || numbers[1] > mostWidth {
		t.Bad("at", bad("layout.toml_at", message.Args{"value": written(all)}))
		return 0, 0
	}
	first, last = int(numbers[0]), int(numbers[1])
	if width := last - first + 1; size > 0 && size != width {
		t.Bad("size", bad("layout.toml_at_size", message.Args{"size": size, "width": width}))
	}
	return first, last
}

// written is a list as it stands in the file.
func written(all []any) string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = document.Short(one)
	}
	return document.Clip("[" + strings.Join(texts, ", ") + "]")
}

func (p *places) in(part int) *occupied {
	if p.taken[part] == nil {
		p.taken[part] = &occupied{}
	}
	return p.taken[part]
}

func (p *places) take(t *document.Table, f *Field) {
	in := p.in(f.Part)
	key := "at"
	if !t.Has("at") {
		key = "size"
	}
	switch {
	case in.whole != "":
		t.Bad(key, bad("layout.toml_taken", message.Args{"part": f.Part, "field": in.whole}))
	case f.First <= in.last:
		t.Bad(key, bad("layout.toml_overlap", message.Args{"first": f.First, "field": in.field, "last": in.last}))
	case f.Last > mostWidth:
		t.Bad(key, bad("layout.toml_range", message.Args{"value": f.Last, "least": 1, "most": mostWidth}))
	}
	if f.Last > in.last {
		in.last, in.field = f.Last, f.Name
	}
}

func (p *places) takeWhole(t *document.Table, f *Field) {
	in, key := p.in(f.Part), "name"
	if t.Has("part") {
		key = "part"
	}
	switch {
	case in.whole != "":
		t.Bad(key, bad("layout.toml_taken", message.Args{"part": f.Part, "field": in.whole}))
	case in.last > 0:
		t.Bad(key, bad("layout.toml_taken", message.Args{"part": f.Part, "field": in.field}))
	case f.Part < p.part:
		t.Bad(key, bad("layout.toml_part_back", message.Args{"part": f.Part, "before": p.part}))
	case f.Part > mostParts:
		t.Bad(key, bad("layout.toml_range", message.Args{"value": f.Part, "least": 1, "most": mostParts}))
	}
	in.whole = f.Name
}
