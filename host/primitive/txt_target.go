package primitive

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/exchange"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/loader"
	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

type (
	// targetForm says where the records of one type go.
	targetForm struct {
		Table           string                `lua:"table,required"`
		Key             []string              `lua:"key"`
		Columns         map[string]string     `lua:"columns"`
		Parent          map[string]string     `lua:"parent"`
		Lookup          map[string]lookupForm `lua:"lookup"`
		Generate        map[string]string     `lua:"generate"`
		Exists          string                `lua:"exists" enum:"update,keep,reject"`
		ReplaceChildren bool                  `lua:"replace_children"`
		Empty           string                `lua:"empty" enum:"null,keep"`
		DeleteWhen      *lua.Function         `lua:"delete_when"`
		Map             *lua.Function         `lua:"map"`
	}
	lookupForm struct {
		Table   string            `lua:"table,required"`
		By      map[string]string `lua:"by,required"`
		Take    string            `lua:"take,required"`
		Missing string            `lua:"missing" enum:"reject,null,create"`
	}
)

// targets are those of one import, being made.
type targets struct {
	codec  *layout.Codec
	types  []*rowType
	all    []*target // in the order of the layout: parents before what stands under them
	unused []string  // fields that go nowhere, "PRODUTO.peso"
	last   map[string]lastRow
	above  parents
}

// target is one of them.
type target struct {
	targetForm
	of     *targets
	record int
	parent bool     // records stand under its own
	fields []string // that its columns are filled from, each once
	takes  int      // arguments of its map
	pick   *lua.Pick
	cells  []lua.Cell
}

func newTargets(codec *layout.Codec) *targets {
	return &targets{codec: codec, types: rowTypes(codec), last: map[string]lastRow{}}
}

func (t *targets) read(into map[string]lua.Value) error {
	var wrong []error
	known := make([]string, len(t.codec.Layout.Records))
	for i := range known {
		known[i] = t.codec.Layout.Records[i].Name
	}
	for _, name := range slices.Sorted(maps.Keys(into)) {
		if t.codec.Record(name) < 0 {
			wrong = append(wrong, message.New("option.value", "primitive.txt_record", message.Args{
				"record": name, "layout": t.codec.Layout.Name, "known": strings.Join(known, ", "), "near": lua.Nearest(name, known),
			}))
		}
	}
	for i, name := range known {
		value, ok := into[name]
		if !ok {
			continue
		}
		forms, err := formsIn("into."+name, value)
		if err != nil {
			wrong = append(wrong, err)
		}
		for _, form := range forms {
			t.all = append(t.all, &target{targetForm: form, of: t, record: i, parent: t.isParent(name)})
		}
	}
	return errors.Join(wrong...)
}

func (t *targets) isParent(record string) bool {
	return slices.ContainsFunc(t.codec.Layout.Records, func(r layout.Record) bool { return r.Parent == record })
}

// formsIn are one target, or a list of them.
func formsIn(option string, value lua.Value) ([]targetForm, error) {
	if value.Len() == 0 {
		forms := make([]targetForm, 1)
		return forms, value.DecodeAt(option, &forms[0])
	}
	var forms []targetForm
	return forms, value.DecodeAt(option, &forms)
}

// tables are those that the targets name, each once.
func (t *targets) tables() []string {
	var all []string
	for _, one := range t.all {
		if name := one.Table; !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// scripted tells whether a function of the script sees the records.
func (t *targets) scripted() bool {
	return slices.ContainsFunc(t.all, func(one *target) bool { return one.Map != nil || one.DeleteWhen != nil })
}

// into are the targets as an import takes them.
func (t *targets) into(columns map[string][]string) ([]exchange.Into, error) {
	var wrong []error
	made := make([]exchange.Into, len(t.all))
	for i, one := range t.all {
		var err error
		made[i], err = one.into(columns[strings.ToUpper(one.Table)])
		wrong = append(wrong, err)
		if len(one.Parent) == 0 {
			continue
		}
		if made[i].Under = t.under(i); made[i].Under < 0 {
			wrong = append(wrong, message.New("option.value", "primitive.txt_parent", message.Args{"record": made[i].Record}))
		}
	}
	return made, errors.Join(wrong...)
}

// under is the target of the record that this one's stands under; the first, where it has several. -1 for none.
func (t *targets) under(i int) int {
	parent := t.codec.Layout.Records[t.all[i].record].Parent
	return slices.IndexFunc(t.all[:i], func(other *target) bool { return parent != "" && t.codec.Layout.Records[other.record].Name == parent })
}

func (t *target) layoutRecord() *layout.Record { return &t.of.codec.Layout.Records[t.record] }

// into is the target as an import takes it. columns are those of its table; none where they are not known.
func (t *target) into(columns []string) (exchange.Into, error) {
	into := exchange.Into{Target: loader.Target{
		Record: t.layoutRecord().Name, Table: t.Table, Key: t.Key, Parent: t.Parent, Generate: t.Generate, Exists: loader.Exists(t.Exists),
		ReplaceChildren: t.ReplaceChildren, Empty: loader.Empty(t.Empty), Lookup: map[string]loader.Lookup{},
	}}
	var wrong []error
	assign := func(column, field string) (a loader.Assign) {
		a, err := t.assign(column, field)
		wrong = append(wrong, err)
		return a
	}
	for _, column := range slices.Sorted(maps.Keys(t.Lookup)) {
		form := t.Lookup[column]
		found := loader.Lookup{Table: form.Table, Take: form.Take, Missing: loader.Missing(form.Missing)}
		for _, by := range slices.Sorted(maps.Keys(form.By)) {
			found.By = append(found.By, assign(by, form.By[by]))
		}
		into.Lookup[column] = found
	}
	chosen := t.Columns
	if chosen == nil {
		chosen = t.usual(columns)
	}
	for _, column := range slices.Sorted(maps.Keys(chosen)) {
		into.Columns = append(into.Columns, assign(column, chosen[column]))
	}
	into.Key = t.keyFields(into.Columns)
	if t.Map != nil {
		t.pick = t.Map.State().NewPick(t.fields, t.of.types[t.record].row.Names())
		t.cells = make([]lua.Cell, len(t.fields))
		into.Map, t.takes = t.values, withParents
		if t.Map.Takes() > withParents {
			t.takes = withCurrent
			var err error
			into.Finds, err = t.finds(into.Columns)
			wrong = append(wrong, err)
		}
	}
	if t.DeleteWhen != nil {
		into.DeleteWhen = t.deletes
	}
	return into, errors.Join(wrong...)
}

// How many arguments a map may take: the record and those above it, and the row that is there.
const (
	withParents = 2
	withCurrent = 3
)

// finds are the fields of the record that name the row which map wants to know.
func (t *target) finds(columns []loader.Assign) (fields []int, err error) {
	args := message.Args{"record": t.layoutRecord().Name, "table": t.Table}
	if len(t.Key) == 0 {
		return nil, message.New("option.value", "primitive.txt_current", args)
	}
	var wrong []error
	for _, key := range t.Key {
		at := slices.IndexFunc(columns, func(a loader.Assign) bool { return strings.EqualFold(a.Column, key) })
		if at < 0 || t.of.codec.Field(t.record, columns[at].Field) < 0 {
			wrong = append(wrong, message.New("option.value", "primitive.txt_current_key", message.Args{
				"record": t.layoutRecord().Name, "column": key, "fields": strings.Join(t.of.types[t.record].row.Names(), ", "),
			}))
			continue
		}
		fields = append(fields, t.of.codec.Field(t.record, columns[at].Field))
	}
	return fields, errors.Join(wrong...)
}

// assign fills a column from a field. Where the script maps the records it may be a field of its own.
func (t *target) assign(column, field string) (loader.Assign, error) {
	at := t.of.codec.Field(t.record, field)
	if t.Map != nil {
		value := slices.Index(t.fields, field)
		if value < 0 {
			value = len(t.fields)
			t.fields = append(t.fields, field)
		}
		return loader.Assign{Column: column, Value: value, Field: field}, nil
	}
	if at < 0 {
		known := t.of.types[t.record].row.Names()
		return loader.Assign{}, message.New("option.value", "primitive.txt_field", message.Args{
			"field": field, "record": t.layoutRecord().Name, "known": strings.Join(known, ", "), "near": lua.Nearest(field, known),
		})
	}
	return loader.Assign{Column: column, Value: at, Field: field, Type: t.layoutRecord().Fields[at].Type}, nil
}

// usual are the columns that are called as the fields.
func (t *target) usual(columns []string) map[string]string {
	chosen := map[string]string{}
	for _, name := range t.of.types[t.record].row.Names() {
		there := columns == nil || slices.ContainsFunc(columns, func(column string) bool { return strings.EqualFold(column, name) })
		switch {
		case t.filled(name):
		case there:
			chosen[name] = name
		case !slices.Contains(t.fields, name) && !t.looks(name) && !t.frames(name):
			t.of.unused = append(t.of.unused, t.layoutRecord().Name+"."+name)
		}
	}
	return chosen
}

// filled tells whether a column is filled otherwise than from a field.
func (t *target) filled(column string) bool {
	is := func(name string) bool { return strings.EqualFold(name, column) }
	return slices.ContainsFunc(slices.Collect(maps.Keys(t.Parent)), is) || slices.ContainsFunc(slices.Collect(maps.Keys(t.Generate)), is) ||
		slices.ContainsFunc(slices.Collect(maps.Keys(t.Lookup)), is)
}

// frames tells whether a field holds the line together, and says nothing of what it tells: a tag, a constant, a blank, a count.
func (t *target) frames(field string) bool {
	f := t.layoutRecord().Fields[t.of.codec.Field(t.record, field)]
	return f.Tag != "" || f.Const != "" || f.Type == layout.Blank || f.Count != nil
}

// looks tells whether a field serves to look something up.
func (t *target) looks(field string) bool {
	for _, form := range t.Lookup {
		for _, by := range form.By {
			if by == field {
				return true
			}
		}
	}
	return false
}

// keyFields are the fields of the key, where the record itself has all of it.
func (t *target) keyFields(columns []loader.Assign) []string {
	var found []string
	for _, key := range t.Key {
		at := slices.IndexFunc(columns, func(a loader.Assign) bool { return strings.EqualFold(a.Column, key) })
		if at < 0 || t.of.codec.Field(t.record, columns[at].Field) < 0 {
			return nil
		}
		found = append(found, columns[at].Field)
	}
	return found
}
