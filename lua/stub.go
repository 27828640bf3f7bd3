package lua

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Stub is a file that describes functions to people, to editors and to the tests: LuaLS annotations with prose.
type Stub struct {
	Name      string
	Root      string            // the global that everything hangs in, "dj"
	Functions []*StubFunc       // in the order of the file
	Classes   map[string]*Class // by full name, "dj.Copy"
	Aliases   map[string]*Alias
}

// Class is a table with known keys.
type Class struct {
	Name, Parent string
	Prose        string
	Fields       []StubField
	Line         int
}

// Alias is another name of a type.
type Alias struct {
	Name string
	Type *Type
	Line int
}

// StubField is a key of a table, or a parameter of a function. Its Type is nil where the stub gives none.
type StubField struct {
	Name     string
	Type     *Type
	Optional bool
	Prose    string
	Line     int
}

// StubFunc is one function of a stub.
type StubFunc struct {
	Name     string // without the root: "copy.create"; a method is "Job:degraded"
	Prose    string // without the examples
	Effect   string // what follows "Effect:" in the prose, "write"
	Params   []StubField
	Returns  []StubReturn
	Examples []Example
	Line     int

	stub *Stub
}

// StubReturn is one result.
type StubReturn struct {
	Type  *Type
	Prose string
}

// Example is a piece of Lua in the prose: between ``` lines, or indented below a line "Example:" or "Exemplo:".
type Example struct {
	Code string
	Line int // of its first line in the stub
}

// StubError is a stub that can not be read, and where.
type StubError struct {
	File string
	Line int
	Text string
}

func (e *StubError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text) }

var (
	functionLine = regexp.MustCompile(`^(?:function\s+([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::\w+)?)|([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*=\s*function)\s*\(([^)]*)\)\s*end\b[ \t]*(?:--+>?[ \t]*(.*))?$`)
	effectWords  = regexp.MustCompile(`\bEffect:\s*(\w+)`)
)

// ParseStub reads a stub. Lines that are neither annotations nor functions are passed over; an annotation that it knows
// and can not read is a *StubError.
func ParseStub(name string, src []byte) (*Stub, error) {
	s := &Stub{Name: name, Classes: map[string]*Class{}, Aliases: map[string]*Alias{}}
	r := &stubReader{stub: s}
	for i, line := range splitLines(strings.TrimPrefix(string(src), "\xef\xbb\xbf")) {
		r.line = i + 1
		if err := r.read(line); err != nil {
			return nil, &StubError{File: name, Line: r.line, Text: err.Error()}
		}
	}
	return s, nil
}

// Nouns are the first parts of the functions' names, in the order of the file: "copy" for copy.create; "" for one that
// hangs directly in the root.
func (s *Stub) Nouns() []string {
	var nouns []string
	for _, f := range s.Functions {
		if noun := f.Noun(); !slices.Contains(nouns, noun) {
			nouns = append(nouns, noun)
		}
	}
	return nouns
}

// Noun is what stands before the last part of the name.
func (f *StubFunc) Noun() string {
	at := strings.LastIndexAny(f.Name, ".:")
	return f.Name[:max(at, 0)]
}

// Function is the function of that name, with or without the root, or nil.
func (s *Stub) Function(name string) *StubFunc {
	for _, wanted := range []string{name, strings.TrimPrefix(name, s.Root+".")} {
		for _, f := range s.Functions {
			if plainName(f.Name) == plainName(wanted) {
				return f
			}
		}
	}
	return nil
}

// plainName is a name as it is compared: Job:degraded, job:degraded and job.degraded are one.
func plainName(name string) string { return strings.ToLower(strings.ReplaceAll(name, ":", ".")) }

// stubReader holds the block of "---" lines that is being read: it belongs to the function that ends it.
type stubReader struct {
	stub    *Stub
	line    int
	prose   []proseLine
	params  []StubField
	returns []StubReturn
	class   *Class // that fields are being added to
	alias   *Alias // that "---|" lines are being added to
}

type proseLine struct {
	text string
	line int
}

func (r *stubReader) read(line string) error {
	trimmed := strings.TrimSpace(line)
	if text, ok := strings.CutPrefix(trimmed, "---"); ok && !strings.HasPrefix(text, "-") {
		return r.annotation(text)
	}
	if m := functionLine.FindStringSubmatch(trimmed); m != nil {
		return r.function(m[1]+m[2], m[3], m[4])
	}
	if root := strings.TrimSuffix(strings.ReplaceAll(trimmed, " ", ""), "={}"); root != trimmed && isName(root) {
		r.stub.Root = root
	}
	r.finish()
	return nil
}

// finish ends a block: prose without a function belongs to the class in it.
func (r *stubReader) finish() {
	if r.class != nil && r.class.Prose == "" {
		r.class.Prose, _ = splitProse(r.prose)
	}
	*r = stubReader{stub: r.stub, line: r.line}
}

func (r *stubReader) annotation(text string) error {
	word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	rest = strings.TrimSpace(rest)
	if !strings.HasPrefix(word, "@") && !strings.HasPrefix(word, "|") {
		r.prose = append(r.prose, proseLine{text, r.line})
		return nil
	}
	switch word {
	case "@meta":
		if isName(rest) {
			r.stub.Root = rest
		}
		return nil
	case "@class":
		return r.startClass(rest)
	case "@field":
		return r.addField(rest)
	case "@alias":
		return r.startAlias(rest)
	case "@param":
		field, err := r.typedName(rest)
		r.params = append(r.params, field)
		return err
	case "@return":
		return r.addReturn(rest)
	}
	if strings.HasPrefix(word, "|") {
		return r.addToAlias(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "|")))
	}
	return nil // @deprecated, @see and their like
}

func (r *stubReader) startClass(text string) error {
	reader := &typeReader{text: strings.TrimPrefix(text, "(exact) ")}
	r.class = &Class{Name: reader.name(), Line: r.line}
	if r.class.Name == "" {
		return reader.fail("a name")
	}
	if _, twice := r.stub.Classes[r.class.Name]; twice {
		return fmt.Errorf("class %s is described twice", r.class.Name)
	}
	if reader.take(":") {
		reader.skip()
		r.class.Parent = reader.name()
	}
	r.class.Prose = strings.TrimSpace(reader.text)
	r.stub.Classes[r.class.Name] = r.class
	return nil
}

func (r *stubReader) addField(text string) error {
	if r.class == nil {
		return fmt.Errorf("a field without a class: %s", cut(text, 40))
	}
	for _, scope := range []string{"private ", "protected ", "public ", "package "} {
		text = strings.TrimPrefix(text, scope)
	}
	if strings.HasPrefix(text, "[") {
		return nil // any key of a type: says nothing about names
	}
	field, err := r.typedName(text)
	r.class.Fields = append(r.class.Fields, field)
	return err
}

// typedName reads: name? type prose.
func (r *stubReader) typedName(text string) (StubField, error) {
	reader := &typeReader{text: text}
	f := StubField{Name: reader.fieldName(), Line: r.line}
	if f.Name == "" {
		return f, reader.fail("a name")
	}
	f.Optional = strings.HasPrefix(reader.text, "?")
	reader.text = strings.TrimPrefix(reader.text, "?")
	var err error
	f.Type, f.Prose, err = parseType(strings.TrimSpace(reader.text))
	if f.Type != nil && f.Type.Union != nil && slices.ContainsFunc(f.Type.Union, func(t *Type) bool { return t.Name == "nil" }) {
		f.Optional = true
	}
	f.Prose = strings.TrimSpace(strings.TrimPrefix(f.Prose, "#"))
	return f, err
}

func (r *stubReader) startAlias(text string) error {
	reader := &typeReader{text: text}
	r.alias = &Alias{Name: reader.name(), Line: r.line, Type: &Type{Name: "any"}}
	if r.alias.Name == "" {
		return reader.fail("a name")
	}
	r.stub.Aliases[r.alias.Name] = r.alias
	if strings.TrimSpace(reader.text) == "" {
		return nil
	}
	t, _, err := parseType(strings.TrimSpace(reader.text))
	if err == nil {
		r.alias.Type = t
	}
	return err
}

func (r *stubReader) addToAlias(text string) error {
	if r.alias == nil {
		return fmt.Errorf("a choice without an alias: %s", cut(text, 40))
	}
	t, _, err := parseType(strings.TrimLeft(text, "+> "))
	if err != nil {
		return err
	}
	if r.alias.Type.Union == nil {
		r.alias.Type = &Type{Union: []*Type{}}
	}
	r.alias.Type.Union = append(r.alias.Type.Union, t)
	return nil
}

func (r *stubReader) addReturn(text string) error {
	t, prose, err := parseType(text)
	if err != nil {
		return err
	}
	r.returns = append(r.returns, StubReturn{t, strings.TrimSpace(strings.TrimPrefix(prose, "#"))})
	return nil
}

func (r *stubReader) function(name, params, remark string) error {
	if r.stub.Root == "" {
		r.stub.Root, _, _ = strings.Cut(name, ".")
	}
	short, ok := strings.CutPrefix(name, r.stub.Root+".")
	if !ok {
		return fmt.Errorf("%s does not hang in %s", name, r.stub.Root)
	}
	if r.stub.Function(short) != nil {
		return fmt.Errorf("%s is described twice", name)
	}
	f := &StubFunc{Name: short, Line: r.line, Returns: r.returns, stub: r.stub}
	f.Prose, f.Examples = splitProse(r.prose)
	if remark != "" {
		f.Prose = strings.TrimSpace(f.Prose + "\n" + remark)
	}
	if m := effectWords.FindStringSubmatch(f.Prose); m != nil {
		f.Effect = m[1]
	}
	described := r.params
	for param := range strings.SplitSeq(params, ",") {
		param = strings.TrimSpace(param)
		if param == "" {
			continue
		}
		field := StubField{Name: param, Line: r.line}
		if i := slices.IndexFunc(described, func(f StubField) bool { return f.Name == param }); i >= 0 {
			field = described[i]
			described = slices.Delete(slices.Clone(described), i, i+1)
		}
		f.Params = append(f.Params, field)
	}
	if len(described) > 0 {
		return fmt.Errorf("%s has no parameter %s", name, described[0].Name)
	}
	r.stub.Functions = append(r.stub.Functions, f)
	r.prose = nil
	r.finish()
	return nil
}
