package config

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/message"
)

// reader collects what is wrong while the tables of one document are read.
type reader struct {
	*document
	mistakes []Mistake
	calls    map[string]string // "cron[0]" is known as "cron.noite"
}

func newReader(doc *document, mistakes []Mistake) *reader {
	return &reader{document: doc, mistakes: mistakes, calls: map[string]string{}}
}

// known spells the keys of mistakes that were found before an element had told its name.
func (r *reader) known() {
	for i, m := range r.mistakes {
		element, rest, ok := strings.Cut(m.Key, "]")
		if path := r.calls[element+"]"]; ok && path != "" && r.owns(m.File) {
			r.mistakes[i].Key = path + rest
		}
	}
}

// wrong notes a mistake at a key.
func (r *reader) wrong(key string, err *message.Error) {
	if r.broken[r.lines.written(key)] {
		return
	}
	r.mistakes = append(r.mistakes, Mistake{
		File: cmp.Or(r.lines.fileOf(key), r.file), Line: r.lines.of(key), Key: withoutIndex(key), Code: err.Code(), Err: err,
	})
}

// table is one table being read, key by key. What nobody asked for is unknown.
type table struct {
	*reader
	path   string // "database.loja"
	values map[string]any
	asked  []string
}

func (r *reader) root() *table { return &table{reader: r, values: r.values} }

func (t *table) key(name string) string { return join(t.path, name) }

// bad notes a mistake at one of the table's keys.
func (t *table) bad(name string, err *message.Error) { t.wrong(t.key(name), err) }

// get is a value, asked for by its name.
func (t *table) get(name string) (any, bool) {
	t.asked = append(t.asked, name)
	value, ok := t.values[name]
	return value, ok
}

func (t *table) has(name string) bool {
	_, ok := t.values[name]
	return ok || t.broken[t.lines.written(t.key(name))]
}

// require notes the keys that are not there.
func (t *table) require(names ...string) {
	for _, name := range names {
		if !t.has(name) {
			t.bad(name, message.New("option.missing", "config.missing", nil))
		}
	}
}

// typed is a value of type T, or T's zero and a mistake made of the sentence of that key.
func typed[T any](t *table, name, key string) (T, bool) {
	var none T
	value, ok := t.get(name)
	if !ok {
		return none, false
	}
	if right, ok := value.(T); ok {
		return right, true
	}
	t.bad(name, mistyped(key, value))
	return none, false
}

const codeType = "option.type"

func mistyped(key string, value any) *message.Error {
	args := message.Args{"value": short(value)}
	return message.New(codeType, key, args)
}

func (t *table) text(name string) (string, bool) { return typed[string](t, name, "config.want_text") }

func (t *table) flag(name string) bool {
	value, _ := typed[bool](t, name, "config.want_flag")
	return value
}

// list are the elements of type T, told one by one where they are not.
func list[T any](t *table, name, listKey, elementKey string) []T {
	all, ok := typed[[]any](t, name, listKey)
	if !ok {
		return nil
	}
	right := make([]T, 0, len(all))
	for i, one := range all {
		value, ok := one.(T)
		if !ok {
			t.badElement(name, i, mistyped(elementKey, one))
		}
		right = append(right, value)
	}
	return right
}

func (t *table) badElement(name string, i int, err *message.Error) {
	t.wrong(element(t.key(name), i), err)
}

func (t *table) texts(name string) []string {
	return list[string](t, name, "config.want_texts", "config.want_text")
}

func (t *table) integers(name string) []int64 {
	return list[int64](t, name, "config.want_integers", "config.want_integer")
}

// sub is a table within, empty where there is none.
func (t *table) sub(name string) (*table, bool) {
	values, ok := typed[map[string]any](t, name, "config.want_table")
	return &table{reader: t.reader, path: t.key(name), values: values}, ok
}

// named are the tables within a table of tables, by name in the order of the file: [database.loja], [database.pdv].
func (t *table) named(name string) iter.Seq2[string, *table] {
	all, _ := t.sub(name)
	return func(yield func(string, *table) bool) {
		for _, one := range all.inOrder() {
			sub, ok := all.sub(one)
			if !ok {
				continue
			}
			all.checkName(one, one)
			if !yield(one, sub) {
				return
			}
		}
	}
}

// array are the elements of an array of tables: [[cron]].
func (t *table) array(name string) []*table {
	value, ok := t.get(name)
	if !ok {
		return nil
	}
	all, ok := value.([]map[string]any)
	if !ok {
		t.bad(name, message.New("option.type", "config.want_tables", message.Args{"value": short(value), "name": name}))
		return nil
	}
	tables := make([]*table, len(all))
	for i, values := range all {
		tables[i] = &table{reader: t.reader, path: element(t.key(name), i), values: values}
	}
	return tables
}

// rename gives an element of an array of tables the key that people know it by.
func (t *table) rename(name string) {
	if barePart.MatchString(name) {
		array, _, _ := strings.Cut(t.path, "[")
		path := join(array, name)
		t.lines.alias[path], t.calls[t.path] = t.path, path
		t.path = path
	}
}

var nameShape = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

// device is what Windows takes for a device even where an extension follows.
var device = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9])$`)

// checkName refuses a name that could not stand in a file name or on a command line as a plain word.
func (t *table) checkName(key, name string) {
	if !nameShape.MatchString(name) || device.MatchString(name) {
		t.bad(key, message.New("option.value", "config.name", message.Args{"name": name}))
	}
}

func (t *table) inOrder() []string {
	names := slices.Collect(maps.Keys(t.values))
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.lines.fileOf(t.key(a)), t.lines.fileOf(t.key(b))), cmp.Compare(t.lines.of(t.key(a)), t.lines.of(t.key(b))), cmp.Compare(a, b))
	})
	return names
}

// close notes what nobody asked for.
func (t *table) close() {
	for _, name := range t.inOrder() {
		if !slices.Contains(t.asked, name) {
			t.bad(name, message.New("option.unknown", "config.unknown_key", offer(name, t.asked)))
		}
	}
}

// short is a value as a person would recognise it.
func short(value any) string {
	var text string
	switch value := value.(type) {
	case string:
		text = fmt.Sprintf("%q", value)
	case []any, []map[string]any:
		return "[...]"
	case map[string]any:
		return "{...}"
	case time.Time:
		text = asWritten(value)
	default:
		text = fmt.Sprint(value)
	}
	return clip(text)
}

// asWritten is a date or a time as TOML writes it.
func asWritten(t time.Time) string {
	switch t.Location().String() {
	case "time-local":
		return t.Format("15:04:05")
	case "date-local":
		return t.Format(time.DateOnly)
	case "datetime-local":
		return t.Format("2006-01-02T15:04:05")
	}
	return t.Format(time.RFC3339)
}

// clip is the beginning of a text that is too long for a sentence.
func clip(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return strings.TrimSpace(string(runes[:60])) + "..."
	}
	return text
}
