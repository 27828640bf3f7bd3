package cli

import (
	"slices"
	"strings"

	"github.com/djscript/djscript/host/run"
	"github.com/djscript/djscript/lua"
)

// completer knows what the word before the cursor can be.
type completer struct {
	session *run.Session
	stubs   *stubs
	names   map[string][]string // of the store, by the kind of thing: "destination", "database"
}

// at gives where the word before the cursor begins, and what it can be: an option of the call that the cursor stands in,
// a value of it, or a name.
func (c *completer) at(open, line string) (begin int, found []string) {
	if command, name, named := strings.Cut(line, " "); open == "" && strings.HasPrefix(line, ":") {
		if !named {
			return 0, beginning(command, replCommands)
		}
		found = beginning(name, c.stubs.names())
		if len(found) == 0 && name != "" {
			found = c.session.Complete(name)
		}
		return len(line) - len(name), found
	}
	place := lua.PlaceOf(open + "\n" + line)
	begin = len(line) - len(place.Word)
	if begin < 0 {
		return 0, nil
	}
	if f := c.stubs.function(place.Call); f != nil && strings.HasPrefix(place.Call, "dj.") {
		switch {
		case place.InText:
			return begin, beginning(place.Word, c.values(f, place))
		case place.Options:
			if found = beginning(place.Word, optionsLeft(f, place)); len(found) > 0 {
				return begin, found
			}
		}
	}
	if place.InText || place.Word == "" {
		return begin, nil
	}
	return begin, c.session.Complete(place.Word)
}

func beginning(word string, all []string) []string {
	var found []string
	for _, one := range all {
		if strings.HasPrefix(one, word) {
			found = append(found, one)
		}
	}
	return found
}

// fieldsAt are the options of the call.
func fieldsAt(f *lua.StubFunc, place lua.Place) []lua.StubField {
	if place.Argument >= len(f.Params) {
		return nil
	}
	return f.Fields(f.Params[place.Argument])
}

// optionsLeft are the options that are not written yet.
func optionsLeft(f *lua.StubFunc, place lua.Place) []string {
	var all []string
	for _, field := range fieldsAt(f, place) {
		if !slices.Contains(place.Given, field.Name) {
			all = append(all, field.Name+" = ")
		}
	}
	slices.Sort(all)
	return all
}

// kinds are the things of a store that options and arguments of these names choose among.
var kinds = map[string]string{"to": "destination", "where": "destination", "databases": "database", "database": "database"}

// values are the texts that an option, or an argument, takes.
func (c *completer) values(f *lua.StubFunc, place lua.Place) []string {
	fields := fieldsAt(f, place)
	name := place.Key
	if name == "" && place.Argument < len(f.Params) {
		fields, name = f.Params, f.Params[place.Argument].Name
	}
	var all []string
	for _, field := range fields {
		if field.Name == name {
			all = append(all, literals(field.Type)...)
		}
	}
	return append(all, c.names[kinds[name]]...)
}

// literals are the texts that a type names.
func literals(t *lua.Type) []string {
	switch {
	case t == nil:
		return nil
	case t.List != nil:
		return literals(t.List)
	}
	var all []string
	for _, one := range append([]*lua.Type{t}, t.Union...) {
		if text, ok := strings.CutPrefix(one.Name, `"`); ok {
			all = append(all, strings.TrimSuffix(text, `"`))
		}
	}
	return all
}
