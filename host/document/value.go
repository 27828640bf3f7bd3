package document

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/message"
)

const codeType = "option.type"

// Typed is a value of type T, or T's zero and a mistake made of the sentence of that key.
func Typed[T any](t *Table, name, key string) (T, bool) {
	var none T
	value, ok := t.Get(name)
	if !ok {
		return none, false
	}
	if right, ok := value.(T); ok {
		return right, true
	}
	t.Bad(name, Mistyped(key, value))
	return none, false
}

// Mistyped is a mistake that tells a value, made of the sentence of that key.
func Mistyped(key string, value any) *message.Error {
	args := message.Args{"value": Short(value)}
	return message.New(codeType, key, args)
}

// Text is a text, which may be empty.
func (t *Table) Text(name string) (string, bool) {
	return Typed[string](t, name, "document.want_text")
}

// Words is a text that must not be empty and holds nothing that moves a cursor.
func (t *Table) Words(name string) string {
	text, ok := t.Text(name)
	if !ok {
		return ""
	}
	switch {
	case strings.TrimSpace(text) == "":
		t.Bad(name, message.New("option.value", "document.empty", nil))
	case HasControl(text):
		// "C:\temp" is valid TOML and holds a tab.
		t.Bad(name, message.New("option.value", "document.escape", nil))
	}
	return text
}

// HasControl says whether a text holds what moves a cursor.
func HasControl(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// OneOf is a text among a few.
func (t *Table) OneOf(name string, known ...string) string {
	text, ok := t.Text(name)
	if ok && !slices.Contains(known, text) {
		t.Bad(name, message.New("option.value", "document.one_of", Offer(text, known)))
	}
	return text
}

// Flag is true or false; false where it is not there.
func (t *Table) Flag(name string) bool {
	value, _ := Typed[bool](t, name, "document.want_flag")
	return value
}

// Integer is a whole number.
func (t *Table) Integer(name string) (int64, bool) {
	return Typed[int64](t, name, "document.want_integer")
}

// list are the elements of type T, told one by one where they are not.
func list[T any](t *Table, name, listKey, elementKey string) []T {
	all, ok := Typed[[]any](t, name, listKey)
	if !ok {
		return nil
	}
	right := make([]T, 0, len(all))
	for i, one := range all {
		value, ok := one.(T)
		if !ok {
			t.BadElement(name, i, Mistyped(elementKey, one))
		}
		right = append(right, value)
	}
	return right
}

// Texts is a list of texts, with an empty one for each that is none.
func (t *Table) Texts(name string) []string {
	return list[string](t, name, "document.want_texts", "document.want_text")
}

// Integers is a list of whole numbers, with a zero for each that is none.
func (t *Table) Integers(name string) []int64 {
	return list[int64](t, name, "document.want_integers", "document.want_integer")
}

// Filled refuses lists with nothing in them: nobody means "on no day".
func (t *Table) Filled(names ...string) {
	for _, name := range names {
		if all, ok := t.Values[name].([]any); ok && len(all) == 0 {
			t.Bad(name, message.New("option.value", "document.empty_list", nil))
		}
	}
}

var nameShape = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

// device is what Windows takes for a device even where an extension follows.
var device = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9])$`)

// Device says whether Windows takes a name in lower case, without its extension, for a device.
func Device(name string) bool { return device.MatchString(name) }

// CheckName refuses a name that could not stand in a file name or on a command line as a plain word. The mistake is at the key.
func (r *Reader) CheckName(key, name string) {
	if !nameShape.MatchString(name) || Device(name) {
		r.Wrong(key, message.New("option.value", "document.name", message.Args{"name": name}))
	}
}

// Short is a value as a person would recognise it.
func Short(value any) string {
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
	return Clip(text)
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

// Clip is the beginning of a text that is too long for a sentence.
func Clip(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return strings.TrimSpace(string(runes[:60])) + "..."
	}
	return text
}
