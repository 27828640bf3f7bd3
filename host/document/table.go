package document

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
)

// Reader collects what is wrong while the tables of one document are read.
type Reader struct {
	*Document
	Mistakes Mistakes
	calls    map[string]string // "cron[0]" is known as "cron.noite"
}

// NewReader reads a document in which mistakes were found already.
func NewReader(doc *Document, mistakes Mistakes) *Reader {
	return &Reader{Document: doc, Mistakes: mistakes, calls: map[string]string{}}
}

// Known spells the keys of mistakes that were found before an element had told its name.
func (r *Reader) Known() {
	for i, m := range r.Mistakes {
		element, rest, ok := strings.Cut(m.Key, "]")
		if path := r.calls[element+"]"]; ok && path != "" && r.Owns(m.File) {
			r.Mistakes[i].Key = path + rest
		}
	}
}

// Wrong notes a mistake at a key, unless the key's line is no TOML, which is told already.
func (r *Reader) Wrong(key string, err *message.Error) {
	if !r.Broken(key) {
		r.Mistakes = append(r.Mistakes, r.At(key, err))
	}
}

// Root is the whole document.
func (r *Reader) Root() *Table { return r.Table("", r.Values) }

// Table is a table that stands at that key.
func (r *Reader) Table(key string, values map[string]any) *Table {
	return &Table{Reader: r, Path: key, Values: values}
}

// Table is one table being read, key by key. What nobody asked for is unknown.
type Table struct {
	*Reader
	Path   string // "database.loja"
	Values map[string]any
	asked  []string
}

// Key is the whole key of what has that name in the table.
func (t *Table) Key(name string) string { return Join(t.Path, name) }

// Bad notes a mistake at one of the table's keys.
func (t *Table) Bad(name string, err *message.Error) { t.Wrong(t.Key(name), err) }

// BadElement notes a mistake at the element at i, from 0, of one of the table's lists.
func (t *Table) BadElement(name string, i int, err *message.Error) {
	t.Wrong(Element(t.Key(name), i), err)
}

// Get is a value, asked for by its name.
func (t *Table) Get(name string) (any, bool) {
	t.asked = append(t.asked, name)
	value, ok := t.Values[name]
	return value, ok
}

// Has says whether a key stands in the table, be it on a line that is no TOML.
func (t *Table) Has(name string) bool {
	_, ok := t.Values[name]
	return ok || t.Broken(t.Key(name))
}

// Require notes the keys that are not there.
func (t *Table) Require(names ...string) {
	for _, name := range names {
		if !t.Has(name) {
			t.Bad(name, message.New("option.missing", "document.missing", message.Args{"key": name}))
		}
	}
}

// Sub is a table within, empty where there is none.
func (t *Table) Sub(name string) (*Table, bool) {
	values, ok := Typed[map[string]any](t, name, "document.want_table")
	return t.Table(t.Key(name), values), ok
}

// Array are the tables of a list: [[cron]], or cron = [ {...}, {...} ].
func (t *Table) Array(name string) []*Table {
	value, ok := t.Get(name)
	if !ok {
		return nil
	}
	var tables []*Table
	switch all := value.(type) {
	case []map[string]any:
		for i, values := range all {
			tables = append(tables, t.Table(Element(t.Key(name), i), values))
		}
	case []any:
		for i, one := range all {
			values, ok := one.(map[string]any)
			if !ok {
				t.BadElement(name, i, Mistyped("document.want_table", one))
				continue
			}
			tables = append(tables, t.Table(Element(t.Key(name), i), values))
		}
	default:
		t.Bad(name, message.New(codeType, "document.want_tables", message.Args{"value": Short(value), "name": name}))
	}
	return tables
}

// Rename gives an element of a list of tables the key that people know it by.
func (t *Table) Rename(name string) {
	if isBare(name) {
		path := Join(t.Path[:strings.LastIndexByte(t.Path, '[')], name)
		t.lines.alias[path], t.calls[t.Path] = t.Path, path
		t.Path = path
	}
}

// InOrder are the names of the table's keys as they stand in the file.
func (t *Table) InOrder() []string { return t.inOrder(slices.Collect(maps.Keys(t.Values))) }

func (t *Table) inOrder(names []string) []string {
	slices.SortFunc(names, func(a, b string) int {
		x, y := t.Key(a), t.Key(b)
		return cmp.Or(cmp.Compare(t.lines.fileOf(x), t.lines.fileOf(y)), cmp.Compare(t.lines.of(x), t.lines.of(y)), cmp.Compare(a, b))
	})
	return names
}

// Unknown are the keys that nobody has asked for.
func (t *Table) Unknown() []string {
	names := slices.Collect(maps.Keys(t.Values))
	return t.inOrder(slices.DeleteFunc(names, func(name string) bool { return slices.Contains(t.asked, name) }))
}

// Close notes the keys that nobody has asked for.
func (t *Table) Close() {
	for _, name := range t.Unknown() {
		t.Bad(name, message.New("option.unknown", "document.unknown_key", Offer(name, t.asked)))
	}
}
