package lua

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	glua "github.com/yuin/gopher-lua"
)

// JSON is the value in JSON, its keys in the order in which they were set. A Decimal is a text. It refuses with json.value
// what has no form in JSON: a function, a list with holes, a text that is not in UTF-8, nan.
func (v Value) JSON() (string, error) {
	if v.lua == nil {
		return "null", nil
	}
	w := &jsonWriter{state: v.state, above: map[*glua.LTable]bool{}}
	if mistake := w.value(v.lua); mistake != nil {
		return "", mistake
	}
	return w.b.String(), nil
}

// Unknown tells whether the value is Unknown, or holds something that is.
func (v Value) Unknown() bool {
	return v.lua != nil && v.state.holdsUnknown(v.lua, map[*glua.LTable]bool{})
}

type jsonWriter struct {
	state *State
	b     strings.Builder
	above map[*glua.LTable]bool
}

func (w *jsonWriter) refuse(key string, value glua.LValue) *fault {
	return &fault{code: "json.value", key: key, args: map[string]any{"got": w.state.describe(value)}}
}

func (w *jsonWriter) value(value glua.LValue) *fault {
	if w.b.Len() > MaxText {
		return &fault{code: "run.limit", key: "lua.text_limit", args: map[string]any{"bytes": w.b.Len(), "most": MaxText}}
	}
	if end := w.state.pay(1); end != nil {
		return end
	}
	switch v := value.(type) {
	case *glua.LNilType:
		w.b.WriteString("null")
	case glua.LBool:
		w.b.WriteString(strconv.FormatBool(bool(v)))
	case glua.LNumber:
		return w.number(v)
	case glua.LString:
		return w.text(v)
	case *glua.LTable:
		return w.table(v)
	case *glua.LUserData:
		switch thing := v.Value.(type) {
		case *Decimal:
			return w.text(glua.LString(thing.String()))
		case *frozen:
			return w.table(thing.fields)
		case Unknown:
			return unknownFault()
		}
		return w.refuse("lua.json_value", value)
	default:
		return w.refuse("lua.json_value", value)
	}
	return nil
}

func (w *jsonWriter) number(n glua.LNumber) *fault {
	f := float64(n)
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return w.refuse("lua.json_value", n)
	case f == math.Trunc(f) && math.Abs(f) <= exact:
		w.b.WriteString(strconv.FormatInt(int64(f), 10))
	default:
		form := byte('f')
		if size := math.Abs(f); size < 1e-6 || size >= 1e21 {
			form = 'e'
		}
		w.b.WriteString(strconv.FormatFloat(f, form, -1, 64))
	}
	return nil
}

func (w *jsonWriter) text(text glua.LString) *fault {
	if end := w.state.pay(int64(len(text) / textSteps)); end != nil {
		return end
	}
	if !utf8.ValidString(string(text)) {
		return &fault{code: "json.value", key: "lua.json_utf8"}
	}
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(string(text)) // a text always has a form
	w.b.Write(bytes.TrimSuffix(quoted.Bytes(), []byte("\n")))
	return nil
}

func (w *jsonWriter) table(table *glua.LTable) *fault {
	if w.above[table] || len(w.above) >= maxValueDepth {
		return w.refuse("lua.json_value", table)
	}
	w.state.whole(table)
	w.above[table] = true
	defer delete(w.above, table)
	n := length(table)
	if n == countKeys(table) && (n > 0 || table.Metatable == glua.LValue(w.state.emptyList)) {
		return w.list(table, n)
	}
	separator := "{"
	for key, item := table.Next(glua.LNil); key != glua.LNil; key, item = table.Next(key) {
		name, ok := key.(glua.LString)
		if !ok {
			return w.refuse("lua.json_key", key)
		}
		w.b.WriteString(separator)
		separator = ","
		if mistake := w.text(name); mistake != nil {
			return mistake
		}
		w.b.WriteByte(':')
		if mistake := w.value(item); mistake != nil {
			return mistake
		}
	}
	if separator == "{" {
		w.b.WriteString(separator)
	}
	w.b.WriteByte('}')
	return nil
}

func (w *jsonWriter) list(table *glua.LTable, n int) *fault {
	w.b.WriteByte('[')
	for i := range n {
		if i > 0 {
			w.b.WriteByte(',')
		}
		if mistake := w.value(table.RawGet(glua.LNumber(i + 1))); mistake != nil {
			return mistake
		}
	}
	w.b.WriteByte(']')
	return nil
}

// DecodeJSON reads one JSON value. Its keys keep their order; a null is nil; a number that a float64 does not hold to its
// last digit is a Decimal. It raises json.bad with the line and the column.
func (s *State) DecodeJSON(text string) (Value, error) {
	r := &jsonReader{state: s, text: text}
	value, mistake := r.whole()
	if mistake != nil {
		return Value{}, mistake
	}
	return Value{s, value}, nil
}

type jsonReader struct {
	state *State
	text  string
	at    int
	depth int
}

// bad is a mistake at the place where the reader stands, told by one of the words.
func (r *jsonReader) bad(key string, args map[string]any) *fault {
	before := r.text[:r.at]
	line := strings.Count(before, "\n") + 1
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return &fault{code: "json.bad", key: "lua.json", args: map[string]any{
		"line": line, "column": column, "text": r.state.options.Say.speak(key, args),
	}}
}

func (r *jsonReader) expected(want string) *fault {
	got := r.state.word("lua.json_end")
	if r.at < len(r.text) {
		letter, _ := utf8.DecodeRuneInString(r.text[r.at:])
		got = strconv.QuoteRune(letter)
	}
	return r.bad("lua.json_expected", map[string]any{"want": want, "got": got})
}

func (r *jsonReader) whole() (glua.LValue, *fault) {
	r.text = strings.TrimPrefix(r.text, "\xef\xbb\xbf")
	if !utf8.ValidString(r.text) {
		for r.at < len(r.text) {
			letter, size := utf8.DecodeRuneInString(r.text[r.at:])
			if letter == utf8.RuneError && size == 1 {
				break
			}
			r.at += size
		}
		return nil, r.bad("lua.json_utf8", nil)
	}
	if end := r.state.pay(int64(len(r.text) / textSteps)); end != nil {
		return nil, end
	}
	value, mistake := r.value()
	if mistake != nil {
		return nil, mistake
	}
	if r.next() != 0 || r.at < len(r.text) {
		return nil, r.expected(r.state.word("lua.json_end"))
	}
	return value, nil
}

// next is the next letter that is no blank; 0 at the end.
func (r *jsonReader) next() byte {
	for r.at < len(r.text) && strings.IndexByte(" \t\r\n", r.text[r.at]) >= 0 {
		r.at++
	}
	if r.at == len(r.text) {
		return 0
	}
	return r.text[r.at]
}

func (r *jsonReader) value() (glua.LValue, *fault) {
	if end := r.state.pay(1); end != nil {
		return nil, end
	}
	switch c := r.next(); {
	case c == '{' || c == '[':
		return r.nested(c)
	case c == '"':
		text, mistake := r.string()
		return glua.LString(text), mistake
	case c == '-' || isDigit(c):
		return r.number()
	}
	for word, value := range map[string]glua.LValue{"true": glua.LTrue, "false": glua.LFalse, "null": glua.LNil} {
		if strings.HasPrefix(r.text[r.at:], word) {
			r.at += len(word)
			return value, nil
		}
	}
	return nil, r.expected(r.state.word("lua.a_value"))
}

// nested is a list or a table, not too deep within others.
func (r *jsonReader) nested(opener byte) (glua.LValue, *fault) {
	if r.depth++; r.depth > maxValueDepth {
		return nil, r.bad("lua.json_deep", map[string]any{"most": maxValueDepth})
	}
	defer func() { r.depth-- }()
	r.at++
	if opener == '[' {
		return r.list()
	}
	return r.object()
}

func (r *jsonReader) list() (glua.LValue, *fault) {
	list := r.state.l.NewTable()
	if r.next() == ']' {
		r.at++
		list.Metatable = r.state.emptyList
		return list, nil
	}
	for n := 1; ; n++ {
		item, mistake := r.value()
		if mistake != nil {
			return nil, mistake
		}
		if item != glua.LNil {
			list.RawSet(glua.LNumber(n), item)
		}
		if more, mistake := r.more(']'); !more {
			return list, mistake
		}
	}
}

func (r *jsonReader) object() (glua.LValue, *fault) {
	table := r.state.l.NewTable()
	if r.next() == '}' {
		r.at++
		return table, nil
	}
	seen := map[string]bool{}
	for {
		if r.next() != '"' {
			return nil, r.expected(`"`)
		}
		begin := r.at
		name, mistake := r.string()
		if mistake != nil {
			return nil, mistake
		}
		if seen[name] {
			r.at = begin
			return nil, r.bad("lua.json_twice", map[string]any{"got": strconv.Quote(cut(name, 60))})
		}
		seen[name] = true
		if r.next() != ':' {
			return nil, r.expected(":")
		}
		r.at++
		item, mistake := r.value()
		if mistake != nil {
			return nil, mistake
		}
		if item != glua.LNil {
			table.RawSetString(name, item)
		}
		if more, mistake := r.more('}'); !more {
			return table, mistake
		}
	}
}

// more passes over a comma, or over the end of what is being read.
func (r *jsonReader) more(end byte) (bool, *fault) {
	switch r.next() {
	case ',':
		r.at++
		return true, nil
	case end:
		r.at++
		return false, nil
	}
	return false, r.expected("\",\" / \"" + string(end) + "\"")
}

func (r *jsonReader) string() (string, *fault) {
	end := r.at + 1
	for end < len(r.text) && r.text[end] != '"' {
		if r.text[end] == '\\' {
			end++
		}
		end++
	}
	var text string
	if end >= len(r.text) || json.Unmarshal([]byte(r.text[r.at:end+1]), &text) != nil {
		return "", r.bad("lua.json_string", nil)
	}
	r.at = end + 1
	return text, nil
}

func (r *jsonReader) number() (glua.LValue, *fault) {
	end := r.at
	for end < len(r.text) && strings.IndexByte("+-.0123456789eE", r.text[end]) >= 0 {
		end++
	}
	text := r.text[r.at:end]
	n, err := strconv.ParseFloat(text, 64)
	if !json.Valid([]byte(text)) {
		return nil, r.expected(r.state.word("lua.a_number"))
	}
	value, whole := r.exactly(text, n)
	if err != nil || !whole {
		return nil, r.bad("lua.json_number", map[string]any{"got": cut(text, 60)})
	}
	r.at = end
	return value, nil
}

// exactly is the number that stands there: a float64 where that shows the same digits, else a Decimal.
func (r *jsonReader) exactly(text string, n float64) (glua.LValue, bool) {
	if strings.ContainsAny(text, "eE") {
		return glua.LNumber(n), true
	}
	written, mistake := parseDecimal(text)
	if mistake != nil {
		return nil, false
	}
	held, mistake := parseDecimal(strconv.FormatFloat(n, 'f', -1, 64))
	if mistake == nil && held.Cmp(written) == 0 && (n != math.Trunc(n) || math.Abs(n) <= exact) {
		return glua.LNumber(n), true
	}
	return r.state.decimalValue(written), true
}
