package layout

import (
	"slices"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// relations notes what is right by itself and wrong together: which record stands under which, and how they are told apart.
func (r *reading) relations() {
	names := make([]string, len(r.layout.Records))
	for i, rec := range r.layout.Records {
		names[i] = rec.Name
	}
	roles := map[Role]string{}
	for i := range r.layout.Records {
		rec, t := &r.layout.Records[i], r.records[i]
		r.parent(t.Table, rec, names)
		if other := roles[rec.Role]; rec.Role != Body && other != "" {
			t.Bad("role", bad("layout.toml_two_roles", message.Args{"record": other}))
		}
		roles[rec.Role] = rec.Name
		r.counts(t, rec, names)
		r.apart(i)
	}
}

func (r *reading) parent(t *document.Table, rec *Record, names []string) {
	switch {
	case rec.Parent == "":
	case rec.Role != Body:
		t.Bad("parent", bad("layout.toml_role_parent", nil))
	case !slices.Contains(names, rec.Parent):
		t.Bad("parent", bad("document.one_of", document.Offer(rec.Parent, names)))
	case r.named(rec.Parent).Role != Body:
		t.Bad("parent", bad("layout.toml_parent_role", message.Args{"record": rec.Parent}))
	case r.circles(rec):
		t.Bad("parent", bad("layout.toml_circle", message.Args{"record": rec.Name}))
	}
}

func (r *reading) named(name string) *Record {
	i := slices.IndexFunc(r.layout.Records, func(rec Record) bool { return rec.Name == name })
	if i < 0 {
		return &Record{}
	}
	return &r.layout.Records[i]
}

// circles says whether a record stands under itself.
func (r *reading) circles(rec *Record) bool {
	for at, steps := rec.Parent, 0; at != "" && steps <= len(r.layout.Records); steps++ {
		if at == rec.Name {
			return true
		}
		at = r.named(at).Parent
	}
	return false
}

// counts holds the fields that count records against the records that there are. A record on its own has nothing to count.
func (r *reading) counts(t recordTable, rec *Record, names []string) {
	above := slices.ContainsFunc(r.layout.Records, func(other Record) bool { return other.Parent == rec.Name })
	for i, in := range t.fields {
		if rec.Fields[i].Count == nil {
			continue
		}
		if rec.Role == Body && rec.Parent == "" && !above {
			in.Bad("count", bad("layout.toml_count", nil))
		}
		for k, name := range rec.Fields[i].Count {
			switch {
			case name == "*" || name == "":
			case !slices.Contains(names, name):
				in.BadElement("count", k, bad("document.one_of", document.Offer(name, append(slices.Clone(names), "*"))))
			case slices.Contains(rec.Fields[i].Count[:k], name):
				in.BadElement("count", k, bad("document.repeated", message.Args{"name": name}))
			}
		}
	}
}

// apart notes a record that the same line could be as one before it. Where all that one is known by belongs to what the other
// is known by, the other is meant: "60" is what is not "60M".
func (r *reading) apart(i int) {
	mine := r.records[i].mark
	for k := range i {
		other := r.records[k].mark
		if !r.layout.Records[i].whole() || !r.layout.Records[k].whole() || differ(mine, other) || len(mine) != len(other) && (within(mine, other) || within(other, mine)) {
			continue
		}
		args := message.Args{"record": r.layout.Records[k].Name}
		if len(mine) == 0 && len(other) == 0 {
			r.Wrong(r.records[i].Path, bad("layout.toml_no_tag", args))
		} else {
			r.Wrong(r.records[i].Path, bad("layout.toml_same_tag", args))
		}
		return
	}
}

// spot is one byte of a part, or, at 0, all of it.
type spot struct{ part, at int }

// mark is what a line of a record has at which spots.
func (r *reading) mark(rec *Record) map[spot]string {
	all := map[spot]string{}
	for _, f := range rec.Fields {
		if f.Tag == "" {
			continue
		}
		text, _ := r.layout.Encoding.Append(nil, []byte(f.Tag), UTF8, false)
		if f.First == 0 {
			all[spot{f.Part, 0}] = string(text)
			continue
		}
		for i, c := range text {
			all[spot{f.Part, f.First + i}] = string(c)
		}
	}
	return all
}

func differ(a, b map[spot]string) bool {
	for at, text := range a {
		if other, both := b[at]; both && other != text {
			return true
		}
	}
	return false
}

func within(a, b map[spot]string) bool {
	for at, text := range a {
		if b[at] != text {
			return false
		}
	}
	return true
}
