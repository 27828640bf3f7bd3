package lua

import "fmt"

// Difference is one thing in which a stub and the Go functions do not agree.
type Difference struct {
	Function string
	Line     int // in the stub; 0 where the stub does not have it
	Text     string
}

func (d Difference) String() string {
	return fmt.Sprintf("%s (line %d): %s", d.Function, d.Line, d.Text)
}

// Compare holds the stub against the Go functions, both ways: names, positions, options, types and what may be left out.
// A parameter to which the stub gives no type is compared by its name alone; what is any in Go may be anything in the stub.
func (s *Stub) Compare(funcs []Func) []Difference {
	c := &comparison{stub: s}
	known := map[string]bool{}
	for _, f := range funcs {
		known[plainName(f.Name)] = true
		if described := s.Function(f.Name); described != nil {
			c.function(described, f)
			continue
		}
		c.missing(f.Name, "is bound in Go and not described in the stub")
	}
	for _, f := range s.Functions {
		if !known[plainName(f.Name)] {
			c.at = f
			c.say("is described in the stub and not bound in Go")
		}
	}
	return c.found
}

type comparison struct {
	stub  *Stub
	at    *StubFunc
	found []Difference
}

func (c *comparison) say(format string, args ...any) {
	c.found = append(c.found, Difference{c.at.Name, c.at.Line, fmt.Sprintf(format, args...)})
}

func (c *comparison) missing(name, text string) {
	c.found = append(c.found, Difference{Function: name, Text: text})
}

func (c *comparison) function(described *StubFunc, f Func) {
	c.at = described
	if described.Effect != "" && f.Effect != "" && described.Effect != f.Effect {
		c.say("the stub's effect is %s, Go's is %s", described.Effect, f.Effect)
	}
	rest := described.Params
	for _, subject := range f.shape.subjects {
		rest = c.argument(rest, subject)
	}
	if f.shape.options != nil {
		rest = c.options(rest, f.shape.options)
	}
	if f.shape.function != nil {
		rest = c.argument(rest, f.shape.function)
	}
	for _, extra := range rest {
		c.say("parameter %s is not in Go", extra.Name)
	}
}

func (c *comparison) argument(rest []StubField, field *field) []StubField {
	if len(rest) == 0 {
		c.say("argument %s is not in the stub", field.name)
		return nil
	}
	param := rest[0]
	if param.Name != field.name {
		c.say("the stub calls the argument %s, Go calls it %s", param.Name, field.name)
	}
	if param.Type != nil {
		c.optional(param, field.required)
		c.kind(param.Name, param.Type, field.kind())
	}
	return rest[1:]
}

func (c *comparison) options(rest []StubField, options *record) []StubField {
	if len(rest) == 0 {
		c.say("the options (%s) are not in the stub", options.fields[0].name)
		return nil
	}
	param := rest[0]
	fields, ok := c.stub.fields(param.Type)
	if !ok {
		c.say("the stub does not say which options %s has", param.Name)
		return rest[1:]
	}
	required := false
	for _, option := range options.fields {
		required = required || option.required
	}
	c.optional(param, required)
	c.record("", fields, options)
	return rest[1:]
}

func (c *comparison) optional(param StubField, required bool) {
	if param.Optional == required {
		c.say("%s is %s in the stub and %s in Go", param.Name, mayBe(param.Optional), mayBe(!required))
	}
}

func mayBe(optional bool) string {
	if optional {
		return "optional"
	}
	return "required"
}

func (c *comparison) record(path string, fields []StubField, options *record) {
	described := map[string]bool{}
	for _, f := range fields {
		described[f.Name] = true
		name := join(path, f.Name)
		option, ok := options.byName[f.Name]
		if !ok {
			c.say("option %s is in the stub and not in Go", name)
			continue
		}
		f.Name = name
		c.optional(f, option.required)
		c.kind(name, f.Type, option.kind())
	}
	for _, option := range options.fields {
		if !described[option.name] {
			c.say("option %s is in Go and not in the stub", join(path, option.name))
		}
	}
}

const maxCompareDepth = 8

func (c *comparison) kind(path string, t *Type, k *kind) {
	t = c.stub.resolve(t)
	want, _, err := parseType(k.stub)
	if err != nil {
		c.say("%s: Go's type %q can not be read: %v", path, k.stub, err)
		return
	}
	switch {
	case k.stub == "any" || len(path) > 200:
		return
	case k.record != nil:
		fields, ok := c.stub.fields(t)
		if !ok {
			c.say("%s is %s in the stub and a table with known keys in Go", path, t)
			return
		}
		if levels(path) < maxCompareDepth {
			c.record(path, fields, k.record())
		}
		return
	case k.of != nil && want.List != nil && t.List != nil:
		c.kind(path, t.List, k.of)
		return
	case k.of != nil && want.Map != nil && t.Map != nil:
		c.kind(path, t.Map, k.of)
		return
	}
	if a, b := c.stub.canonical(t), c.stub.canonical(want); a != b {
		c.say("%s is %s in the stub and %s in Go", path, t, want)
	}
}

func levels(path string) int {
	n := 0
	for _, r := range path {
		if r == '.' {
			n++
		}
	}
	return n
}
