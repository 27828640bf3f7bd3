package lua

import (
	"fmt"
	"strconv"
	"strings"
)

// Type is a type as a stub writes it. Exactly one of its forms is set.
type Type struct {
	Name    string      // "string", "dj.Copy", "function"; a literal stands as written: "\"restore\"", "false"
	List    *Type       // T[]
	Key     *Type       // of table<Key, Map>
	Map     *Type       //
	Fields  []StubField // of {a: string, b?: integer}
	Record  bool        // it is such a table, even if empty
	Params  []StubField // of fun(a: string): T
	Returns []*Type     //
	Union   []*Type     // A|B
}

// String is the type as a stub writes it, a union in the order in which it stands.
func (t *Type) String() string {
	switch {
	case t == nil:
		return "any"
	case t.List != nil:
		if t.List.Union != nil {
			return "(" + t.List.String() + ")[]"
		}
		return t.List.String() + "[]"
	case t.Map != nil:
		return "table<" + t.Key.String() + ", " + t.Map.String() + ">"
	case t.Record:
		return "{" + fieldText(t.Fields) + "}"
	case t.Union != nil:
		return joinTypes(t.Union, "|")
	case t.Name == "fun":
		text := "fun(" + fieldText(t.Params) + ")"
		if len(t.Returns) > 0 {
			text += ": " + joinTypes(t.Returns, ", ")
		}
		return text
	}
	return t.Name
}

func joinTypes(types []*Type, separator string) string {
	texts := make([]string, len(types))
	for i, t := range types {
		texts[i] = t.String()
	}
	return strings.Join(texts, separator)
}

func fieldText(fields []StubField) string {
	texts := make([]string, len(fields))
	for i, f := range fields {
		texts[i] = f.Name
		if f.Optional {
			texts[i] += "?"
		}
		if f.Type != nil {
			texts[i] += ": " + f.Type.String()
		}
	}
	return strings.Join(texts, ", ")
}

// typeReader reads types from the rest of a line.
type typeReader struct {
	text  string
	depth int
}

const maxTypeDepth = 50

// parseType reads the type at the beginning of a text and gives what follows it.
func parseType(text string) (*Type, string, error) {
	r := &typeReader{text: text}
	t, err := r.union(true)
	return t, strings.TrimSpace(r.text), err
}

func (r *typeReader) skip() { r.text = strings.TrimLeft(r.text, " \t") }

// take passes over a sign, with blanks before it.
func (r *typeReader) take(sign string) bool {
	rest := strings.TrimLeft(r.text, " \t")
	if !strings.HasPrefix(rest, sign) {
		return false
	}
	r.text = rest[len(sign):]
	return true
}

func (r *typeReader) fail(want string) error {
	return fmt.Errorf("%s expected at %q", want, cut(r.text, 30))
}

// union reads A|B. Only an outermost fun may give several results: within a table the comma is the table's.
func (r *typeReader) union(outermost bool) (*Type, error) {
	if r.depth++; r.depth > maxTypeDepth {
		return nil, r.fail("a simpler type")
	}
	defer func() { r.depth-- }()
	var members []*Type
	for {
		t, err := r.postfix(outermost)
		if err != nil {
			return nil, err
		}
		members = append(members, t)
		if !r.take("|") {
			break
		}
	}
	if len(members) == 1 {
		return members[0], nil
	}
	return &Type{Union: members}, nil
}

// postfix reads T, T[] and T?.
func (r *typeReader) postfix(outermost bool) (*Type, error) {
	r.skip()
	t, err := r.primary(outermost)
	for err == nil {
		switch {
		case strings.HasPrefix(r.text, "[]"):
			r.text = r.text[2:]
			t = &Type{List: t}
		case strings.HasPrefix(r.text, "?"):
			r.text = r.text[1:]
			t = &Type{Union: []*Type{t, {Name: "nil"}}}
		default:
			return t, nil
		}
	}
	return t, err
}

func (r *typeReader) primary(outermost bool) (*Type, error) {
	switch {
	case strings.HasPrefix(r.text, "("):
		r.text = r.text[1:]
		t, err := r.union(false)
		if err == nil && !r.take(")") {
			err = r.fail("\")\"")
		}
		return t, err
	case strings.HasPrefix(r.text, "{"):
		return r.record()
	case strings.HasPrefix(r.text, "\""), strings.HasPrefix(r.text, "'"):
		return r.literal()
	case strings.HasPrefix(r.text, "..."):
		r.text = r.text[3:]
		return &Type{Name: "..."}, nil
	}
	name := r.name()
	switch {
	case name == "":
		return nil, r.fail("a type")
	case name == "fun" && strings.HasPrefix(r.text, "("):
		return r.function(outermost)
	case name == "table" && strings.HasPrefix(r.text, "<"):
		return r.table()
	}
	return &Type{Name: name}, nil
}

func (r *typeReader) name() string {
	end := 0
	for end < len(r.text) && (isLetter(r.text[end]) || isDigit(r.text[end]) || r.text[end] == '.' || r.text[end] == '-') {
		end++
	}
	name := strings.TrimRight(r.text[:end], ".-")
	r.text = r.text[len(name):]
	return name
}

func (r *typeReader) literal() (*Type, error) {
	quote := r.text[0]
	end := strings.IndexByte(r.text[1:], quote)
	if end < 0 {
		return nil, r.fail("a closing quote")
	}
	t := &Type{Name: strconv.Quote(r.text[1 : end+1])}
	r.text = r.text[end+2:]
	return t, nil
}

func (r *typeReader) table() (*Type, error) {
	r.take("<")
	key, err := r.union(false)
	if err != nil {
		return nil, err
	}
	if !r.take(",") {
		return nil, r.fail("\",\"")
	}
	value, err := r.union(false)
	if err == nil && !r.take(">") {
		err = r.fail("\">\"")
	}
	return &Type{Key: key, Map: value}, err
}

// record reads {a: string, b?: integer} and {[string]: T}.
func (r *typeReader) record() (*Type, error) {
	r.take("{")
	t := &Type{Record: true}
	for !r.take("}") {
		if r.take("[") {
			return r.keyed()
		}
		field, err := r.field()
		if err != nil {
			return nil, err
		}
		t.Fields = append(t.Fields, field)
		if !r.take(",") && !r.take(";") {
			if r.take("}") {
				break
			}
			return nil, r.fail("\",\" or \"}\"")
		}
	}
	return t, nil
}

func (r *typeReader) keyed() (*Type, error) {
	key, err := r.union(false)
	if err != nil {
		return nil, err
	}
	if !r.take("]") || !r.take(":") {
		return nil, r.fail("\"]:\"")
	}
	value, err := r.union(false)
	if err == nil && !r.take("}") {
		err = r.fail("\"}\"")
	}
	return &Type{Key: key, Map: value}, err
}

// field reads name?: T; the type may be left out.
func (r *typeReader) field() (StubField, error) {
	r.skip()
	f := StubField{Name: r.fieldName()}
	if f.Name == "" {
		return f, r.fail("a name")
	}
	f.Optional = r.take("?")
	if !r.take(":") {
		return f, nil
	}
	var err error
	f.Type, err = r.union(false)
	return f, err
}

func (r *typeReader) fieldName() string {
	if strings.HasPrefix(r.text, "...") {
		r.text = r.text[3:]
		return "..."
	}
	end := 0
	for end < len(r.text) && (isLetter(r.text[end]) || isDigit(r.text[end])) {
		end++
	}
	name := r.text[:end]
	r.text = r.text[end:]
	return name
}

func (r *typeReader) function(outermost bool) (*Type, error) {
	r.take("(")
	t := &Type{Name: "fun"}
	for !r.take(")") {
		param, err := r.field()
		if err != nil {
			return nil, err
		}
		t.Params = append(t.Params, param)
		if !r.take(",") {
			if r.take(")") {
				break
			}
			return nil, r.fail("\",\" or \")\"")
		}
	}
	if !r.take(":") {
		return t, nil
	}
	for {
		result, err := r.union(false)
		if err != nil {
			return nil, err
		}
		t.Returns = append(t.Returns, result)
		if !outermost || !r.take(",") {
			return t, nil
		}
	}
}
