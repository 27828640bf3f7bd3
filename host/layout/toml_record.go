package layout

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

var recordShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_]{0,30}$`)

// record reads one [[record]].
func (r *reading) record(t *document.Table) {
	defer t.Close()
	t.Require("name", "fields")
	l := r.layout
	rec := Record{Name: t.Words("name")}
	switch {
	case rec.Name == "":
	case !recordShape.MatchString(rec.Name):
		t.Bad("name", bad("layout.toml_record_name", message.Args{"name": document.Clip(rec.Name)}))
	case slices.ContainsFunc(l.Records, func(other Record) bool { return other.Name == rec.Name }):
		t.Bad("name", bad("document.repeated", message.Args{"name": rec.Name}))
	default:
		t.Rename(rec.Name)
	}
	rec.Title = words(t, "title")
	rec.Parent = t.Words("parent")
	rec.Role = Role(t.OneOf("role", string(Header), string(Trailer)))
	times(t, &rec)
	rec.Width = natural(t, "width", mostWidth)
	rec.Short = natural(t, "short", mostWidth)
	rec.Parts = natural(t, "parts", mostParts)
	tolerate(t, &rec)
	fields := r.fields(t, &rec)
	r.sizes(t, &rec)
	l.Records = append(l.Records, rec)
	r.records = append(r.records, recordTable{Table: t, fields: fields, mark: r.mark(&rec)})
}

var timesShape = regexp.MustCompile(`^(\d{1,6})(?:\.\.(\d{1,6}|n))?$`)

// times is how many there may be: "1", "0..1", "1..n"; any number where nothing is said.
func times(t *document.Table, rec *Record) {
	text, ok := t.Text("times")
	if !ok {
		return
	}
	if rec.Role != Body {
		t.Bad("times", bad("layout.toml_role_times", nil))
		return
	}
	found := timesShape.FindStringSubmatch(text)
	if found == nil {
		t.Bad("times", bad("layout.toml_times", message.Args{"value": document.Clip(text)}))
		return
	}
	rec.Least, _ = strconv.Atoi(found[1])
	switch found[2] {
	case "n":
	case "":
		rec.Most = rec.Least
	default:
		rec.Most, _ = strconv.Atoi(found[2])
	}
	if found[2] != "n" && (rec.Most == 0 || rec.Most < rec.Least) {
		t.Bad("times", bad("layout.toml_times", message.Args{"value": text}))
	}
}

// No line is longer, nor has more parts; it is a slip of the hand.
const (
	mostWidth = 1 << 20
	mostParts = 1000
)

// natural is a number from 1; 0 where it is not there.
func natural(t *document.Table, name string, most int64) int {
	n, ok := t.Integer(name)
	if !ok {
		return 0
	}
	if n < 1 || n > most {
		t.Bad(name, bad("layout.toml_range", message.Args{"value": n, "least": 1, "most": most}))
		return 0
	}
	return int(n)
}

// tolerate is by how much a line may be too long, and which field has what is too much.
func tolerate(t *document.Table, rec *Record) {
	if !t.Has("tolerate") {
		t.Get("tolerate")
		return
	}
	in, ok := t.Sub("tolerate")
	if !ok {
		return
	}
	defer in.Close()
	in.Require("longer", "takes")
	rec.Longer, rec.Takes = natural(in, "longer", mostWidth), in.Words("takes")
}

// sizes holds what a record says of its lines against its fields.
func (r *reading) sizes(t *document.Table, rec *Record) {
	placed, parts := 0, 0
	for _, f := range rec.Fields {
		if parts = max(parts, f.Part); f.Part == 1 {
			placed = max(placed, f.Last)
		}
	}
	for _, name := range []string{"width", "short", "tolerate"} {
		if t.Has(name) && placed == 0 && len(rec.Fields) > 0 {
			t.Bad(name, bad("layout.toml_no_places", nil))
		}
	}
	if rec.Width > 0 && rec.Width < placed {
		t.Bad("width", bad("layout.toml_width", message.Args{"width": rec.Width, "fields": placed}))
	}
	if most := max(rec.Width, placed); placed > 0 && rec.Short >= most {
		t.Bad("short", bad("layout.toml_range", message.Args{"value": rec.Short, "least": 1, "most": most - 1}))
	}
	switch {
	case t.Has("parts") && !r.Root().Has("separator"):
		t.Bad("parts", message.New(codeMissing, "layout.toml_alone", message.Args{"key": "separator"}))
	case rec.Parts > parts && parts > 0:
		t.Bad("parts", bad("layout.toml_range", message.Args{"value": rec.Parts, "least": 1, "most": parts}))
	}
	takes(t, rec, placed)
}

// takes holds the field that takes what is too much against the fields that there are.
func takes(t *document.Table, rec *Record, placed int) {
	if rec.Takes == "" || placed == 0 || !rec.whole() {
		return
	}
	var texts []string
	for _, f := range rec.Fields {
		if f.Type == Text && f.Part == 1 && f.First > 0 && f.Tag == "" && f.Const == "" {
			texts = append(texts, f.Name)
		}
	}
	if !slices.Contains(texts, rec.Takes) {
		t.Wrong(document.Join(t.Key("tolerate"), "takes"), bad("layout.toml_takes", document.Offer(rec.Takes, texts)))
	}
}

// whole says that no field is without a name: what is missing may stand there.
func (rec *Record) whole() bool {
	return !slices.ContainsFunc(rec.Fields, func(f Field) bool { return f.Name == "" })
}

// fields reads the fields of a record, and gives each its place.
func (r *reading) fields(t *document.Table, rec *Record) []*document.Table {
	if all, ok := t.Values["fields"].([]any); ok && len(all) == 0 {
		t.Bad("fields", bad("document.empty_list", nil))
	}
	p := places{reading: r, taken: map[int]*occupied{}}
	all := t.Array("fields")
	for _, in := range all {
		rec.Fields = append(rec.Fields, r.field(in, rec, &p))
	}
	return all
}
