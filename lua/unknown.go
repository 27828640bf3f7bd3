package lua

import (
	glua "github.com/yuin/gopher-lua"
)

// Unknown is what a rehearsal can not know: the hash of a copy that is not made. A script may hand it on; computing with
// it, or branching on it, ends the rehearsal with run.unknown.
type Unknown struct{}

// MarshalJSON makes it {"unknown":true}.
func (Unknown) MarshalJSON() ([]byte, error) { return []byte(`{"unknown":true}`), nil }

// knownName is the guard around every condition and comparison of a rehearsal. No script can write it.
const knownName = "(known)"

// What may be asked of a value without its script seeing that it asks.
var unknownEvents = []string{
	"__add", "__sub", "__mul", "__div", "__mod", "__pow", "__unm", "__concat", "__len", "__lt", "__le", "__call", "__newindex",
}

func (s *State) openUnknown() {
	meta := s.l.CreateTable(0, len(unknownEvents)+2)
	s.unknown = &glua.LUserData{Value: Unknown{}, Metatable: meta}
	refuse := s.l.NewFunction(func(l *glua.LState) int { s.raise(l, unknownFault()); return 0 })
	for _, event := range unknownEvents {
		meta.RawSetString(event, refuse)
	}
	meta.RawSetString("__metatable", glua.LFalse)
	meta.RawSetString("__index", s.l.NewFunction(func(l *glua.LState) int { l.Push(s.unknown); return 1 }))
	s.names.RawSetString(knownName, s.l.NewFunction(func(l *glua.LState) int {
		l.Push(s.known(l, l.Get(1)))
		return 1
	}))
	if s.options.Rehearse {
		for _, name := range []string{"assert", "error", "rawequal", "next", "select", "tonumber", "tostring", "type"} {
			s.guardArguments(s.names, name)
		}
		s.guardArguments(s.text, "format")
	}
}

// guardArguments makes a function that takes any value refuse an unknown one.
func (s *State) guardArguments(table *glua.LTable, name string) {
	fn, ok := table.RawGetString(name).(*glua.LFunction)
	if !ok {
		panic("lua: there is no function " + name)
	}
	table.RawSetString(name, s.l.NewFunction(func(l *glua.LState) int {
		for i := 1; i <= l.GetTop(); i++ {
			s.known(l, l.Get(i))
		}
		return fn.GFunction(l)
	}))
}

// known is the value, where it is not Unknown; that ends the rehearsal.
func (s *State) known(l *glua.LState, value glua.LValue) glua.LValue {
	if isUnknown(value) {
		s.raise(l, unknownFault())
	}
	return value
}

func unknownFault() *fault { return &fault{code: "run.unknown", key: "lua.unknown_value"} }

func isUnknown(value glua.LValue) bool {
	thing, ok := value.(*glua.LUserData)
	if !ok {
		return false
	}
	_, unknown := thing.Value.(Unknown)
	return unknown
}

// holdsUnknown tells whether a value is unknown, or a table that holds something unknown. A table that stands in many places
// is looked at once.
func (s *State) holdsUnknown(value glua.LValue, seen map[*glua.LTable]bool) bool {
	table, ok := value.(*glua.LTable)
	if !ok || seen[table] {
		return isUnknown(value)
	}
	seen[table] = true
	s.whole(table)
	for key, item := table.Next(glua.LNil); key != glua.LNil; key, item = table.Next(key) {
		if s.holdsUnknown(key, seen) || s.holdsUnknown(item, seen) {
			return true
		}
	}
	return false
}

// unforeseen tells whether a call of a rehearsal is made with something that is not known. What directs the flow is
// called all the same, and says itself that it can not be.
func (s *State) unforeseen(f Func, given []glua.LValue) bool {
	if !s.options.Rehearse || f.Power == "" {
		return false
	}
	seen := map[*glua.LTable]bool{}
	for _, value := range given {
		if s.holdsUnknown(value, seen) {
			return true
		}
	}
	return false
}
