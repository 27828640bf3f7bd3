package lua

import (
	"slices"
	"strings"
)

// canonical is a text that is equal for equal types: aliases resolved, unions sorted and without nil.
func (s *Stub) canonical(t *Type) string { return s.canonicalWithin(t, maxTypeDepth) }

func (s *Stub) canonicalWithin(t *Type, depth int) string {
	t = s.resolve(t)
	if depth == 0 {
		return t.String()
	}
	switch {
	case t.List != nil:
		return "(" + s.canonicalWithin(t.List, depth-1) + ")[]"
	case t.Map != nil:
		return "table<" + s.canonicalWithin(t.Key, depth-1) + ", " + s.canonicalWithin(t.Map, depth-1) + ">"
	case t.Name == "fun":
		return "function"
	case t.Name == "table":
		return "table<string, any>"
	case t.Union != nil:
		var members []string
		for _, member := range s.members(t, depth) {
			members = append(members, s.canonicalWithin(member, depth-1))
		}
		slices.Sort(members)
		return strings.Join(slices.Compact(members), "|")
	case t.Record:
		fields := slices.Clone(t.Fields)
		slices.SortFunc(fields, func(a, b StubField) int { return strings.Compare(a.Name, b.Name) })
		texts := make([]string, len(fields))
		for i, f := range fields {
			texts[i] = f.Name + ": " + s.canonicalWithin(f.Type, depth-1)
		}
		return "{" + strings.Join(texts, ", ") + "}"
	}
	return t.Name
}

// members are the parts of a union, unions and aliases within it opened, nil left out.
func (s *Stub) members(t *Type, depth int) []*Type {
	var all []*Type
	for _, member := range t.Union {
		member = s.resolve(member)
		switch {
		case member.Name == "nil":
		case member.Union != nil && depth > 0:
			all = append(all, s.members(member, depth-1)...)
		default:
			all = append(all, member)
		}
	}
	return all
}

// resolve follows aliases; an optional T is T.
func (s *Stub) resolve(t *Type) *Type {
	if t == nil {
		return &Type{Name: "any"}
	}
	for range maxTypeDepth {
		alias, ok := s.Aliases[t.Name]
		if !ok || t.Name == "" {
			break
		}
		t = alias.Type
	}
	if t.Union != nil {
		if present := s.withoutNil(t); len(present) == 1 {
			return s.resolveOnce(present[0])
		}
	}
	return t
}

func (s *Stub) withoutNil(t *Type) []*Type {
	return slices.DeleteFunc(slices.Clone(t.Union), func(m *Type) bool { return m.Name == "nil" })
}

func (s *Stub) resolveOnce(t *Type) *Type {
	if alias, ok := s.Aliases[t.Name]; ok && t.Name != "" {
		return alias.Type
	}
	return t
}

// fields are the keys of a record type: an inline table or a class with what it inherits; false for any other type.
func (s *Stub) fields(t *Type) ([]StubField, bool) {
	t = s.resolve(t)
	if t.Record {
		return t.Fields, true
	}
	class, ok := s.Classes[t.Name]
	if !ok {
		return nil, false
	}
	all := []StubField{}
	for range maxTypeDepth {
		all = append(all, class.Fields...)
		if class = s.Classes[class.Parent]; class == nil {
			break
		}
	}
	return all, true
}
