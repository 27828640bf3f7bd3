// Package grant knows what scripts may do: the powers there are, what a store has granted, what a script needs, and the
// sentence that says so to a shop owner.
//
// A power is "<noun>.<effect>", and may name what it is over: "copy.write", "copy.write:local", "db.read:loja". It is
// pure: it takes the list of primitives, the texts of djscript.toml and what was read from a script, and gives values.
// It enforces nothing; whoever runs a script asks.
package grant

import (
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// Kinds of what a power can be over.
const (
	Destination = "destination"
	Database    = "database"
)

// Power is something that a script can be allowed.
type Power struct {
	Name   string   // "copy.write"
	Effect string   // the gravest of the primitives that need it
	Over   string   // Destination, Database, the name of another argument, or "" where it is over nothing
	Funcs  []string // the primitives that need it, by name
}

// noun is what the power is about: "copy".
func (p Power) noun() string {
	noun, _, _ := strings.Cut(p.Name, ".")
	return noun
}

// reads tells whether the power changes nothing and sends nothing.
func (p Power) reads() bool { return p.Effect == "read" }

// Powers are all there are, by name in order.
type Powers []Power

// grave are the effects, the gravest last: a power has that of what it allows.
var grave = []string{"read", "write", "external", "destroy"}

// Of are the powers that the primitives need. What needs no power is not among them.
func Of(primitives []lua.Func) Powers {
	var all Powers
	for _, f := range primitives {
		if f.Power == "" {
			continue
		}
		i, known := all.search(f.Power)
		if !known {
			all = slices.Insert(all, i, Power{Name: f.Power, Effect: f.Effect})
		}
		all[i].Funcs = append(all[i].Funcs, f.Name)
		if slices.Index(grave, f.Effect) > slices.Index(grave, all[i].Effect) {
			all[i].Effect = f.Effect
		}
		if over := Over(f.Object); over != "" {
			all[i].Over = over
		}
	}
	for i := range all {
		slices.Sort(all[i].Funcs)
	}
	return all
}

// Over is what an argument of that name names: Destination or Database; otherwise the argument itself.
func Over(argument string) string {
	switch argument {
	case "to", "where", "destination":
		return Destination
	case "database", "databases":
		return Database
	}
	return argument
}

func (all Powers) search(name string) (int, bool) {
	return slices.BinarySearchFunc(all, name, func(p Power, name string) int { return strings.Compare(p.Name, name) })
}

// Find is the power of that name.
func (all Powers) Find(name string) (Power, bool) {
	i, known := all.search(name)
	if !known {
		return Power{}, false
	}
	return all[i], true
}

// Names are the names of all powers.
func (all Powers) Names() []string {
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.Name
	}
	return names
}

// Grant is a power that a script was given; without an object, over everything.
type Grant struct {
	Power  string
	Object string
}

// String is the grant as djscript.toml writes it.
func (g Grant) String() string {
	if g.Object == "" {
		return g.Power
	}
	return g.Power + ":" + g.Object
}

// Parse reads a grant as djscript.toml writes it. A power that there is not is an error that offers the nearest one.
func (all Powers) Parse(text string) (Grant, error) {
	name, object, named := strings.Cut(text, ":")
	g := Grant{Power: name, Object: object}
	power, known := all.Find(name)
	if !known {
		args := message.Args{"power": clip(name), "near": all.near(name), "known": strings.Join(all.Names(), ", ")}
		return g, message.New("option.value", "grant.unknown", args)
	}
	if named && (object == "" || strings.TrimSpace(object) != object) {
		return g, message.New("option.value", "grant.no_object", message.Args{"power": name, "text": clip(text)})
	}
	if named && power.Over == "" {
		return g, message.New("option.value", "grant.over_nothing", message.Args{"power": name, "object": clip(object)})
	}
	return g, nil
}

// effects are other words for what is done to something.
var effects = map[string]string{
	"delete": "destroy", "drop": "destroy", "prune": "destroy", "remove": "destroy", "erase": "destroy", "apagar": "destroy", "unpin": "destroy",
	"create": "write", "make": "write", "adopt": "write", "prove": "write", "pin": "write", "fazer": "write", "gravar": "write",
	"list": "read", "get": "read", "info": "read", "query": "read", "last": "read", "ler": "read",
}

// near is the power that was most probably meant.
func (all Powers) near(name string) string {
	noun, effect, _ := strings.Cut(strings.ToLower(name), ".")
	if _, ok := all.Find(noun + "." + effects[effect]); ok {
		return noun + "." + effects[effect]
	}
	return lua.Nearest(name, all.Names())
}

// clip keeps a sentence about a text a sentence.
func clip(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "..."
	}
	return text
}

// harmless are the writing powers that can neither hurt a store nor leave it: to make copies only adds.
var harmless = []string{"copy.write"}

// Usual are the grants of a script that djscript.toml says nothing of: to look at everything, and to do what can
// neither hurt the store nor leave it.
func (all Powers) Usual() []Grant {
	var usual []Grant
	for _, p := range all {
		if p.reads() || slices.Contains(harmless, p.Name) {
			usual = append(usual, Grant{Power: p.Name})
		}
	}
	return usual
}

// Common are those of the grants that go no further than the usual ones.
func (all Powers) Common(grants []Grant) []Grant {
	usual := all.Usual()
	return slices.DeleteFunc(slices.Clone(grants), func(g Grant) bool {
		return !all.Covers(usual, Need{Power: g.Power, Object: g.Object})
	})
}

// Whole are grants of all powers, over everything.
func (all Powers) Whole() []Grant {
	var whole []Grant
	for _, p := range all {
		whole = append(whole, Grant{Power: p.Name})
	}
	return whole
}

// Covers reports whether the grants allow what is needed. Who may change something may also look at it: "copy.destroy"
// brings "copy.read" with it.
func (all Powers) Covers(grants []Grant, n Need) bool {
	return slices.ContainsFunc(grants, func(g Grant) bool { return all.covers(g, n) })
}

func (all Powers) covers(g Grant, n Need) bool {
	if g.Object != "" && n.Object != "" && g.Object != n.Object {
		return false
	}
	if g.Power == n.Power {
		return true
	}
	needed, ok := all.Find(n.Power)
	granted, known := all.Find(g.Power)
	return ok && known && needed.reads() && granted.noun() == needed.noun()
}

// Denied are the needs that the grants do not cover, in their order.
func (all Powers) Denied(grants []Grant, needs []Need) []Need {
	return slices.DeleteFunc(slices.Clone(needs), func(n Need) bool { return all.Covers(grants, n) })
}
