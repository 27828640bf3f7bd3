package grant

import (
	"slices"
	"strings"

	"github.com/djscript/djscript/host/message"
	"github.com/djscript/djscript/lua"
)

// Need is a power that a line of a script needs.
type Need struct {
	Power  string
	Object string // "" where the primitive is over nothing, or where it is open
	Open   bool   // over what, only a run knows
	Func   string // the primitive: "copy.create"
	File   string
	Line   int
	Column int // in bytes, from 1; 0 where it is not known
}

// String is the need as djscript.toml would grant it.
func (n Need) String() string { return Grant{n.Power, n.Object}.String() }

// Given is what a script's calls are done to, as far as it is known before it runs.
type Given struct {
	Params map[string][]string // the values of params that are texts or lists of texts
	All    map[string][]string // the store's destinations and databases, by Destination and Database
}

// Needs are the powers that a script needs, line by line, one for each object. A call that leaves its object out is over
// all that the store has.
func Needs(file string, uses []lua.Use, given Given) []Need {
	var needs []Need
	for _, u := range uses {
		if u.Func.Power == "" {
			continue
		}
		for _, object := range given.objects(u) {
			needs = append(needs, Need{
				Power: u.Func.Power, Object: object, Open: object == "" && u.Func.Object != "",
				Func: u.Func.Name, File: file, Line: u.Line, Column: u.Column,
			})
		}
	}
	return needs
}

// Once are the needs of a file by line, each once.
func Once(needs []Need) []Need {
	slices.SortStableFunc(needs, func(a, b Need) int { return a.Line - b.Line })
	seen := map[Need]bool{}
	return slices.DeleteFunc(needs, func(n Need) bool {
		twice := seen[n]
		seen[n] = true
		return twice
	})
}

// objects are what a use is over; one "" where that is not known.
func (g Given) objects(u lua.Use) []string {
	found := u.Objects
	switch {
	case u.Open:
		return []string{""}
	case u.Param != "":
		found = g.Params[u.Param]
	case len(found) == 0 && u.Called:
		found = g.All[Over(u.Func.Object)]
	}
	if len(found) == 0 {
		return []string{""}
	}
	return found
}

// Refusal is why a need of a script is refused; line is how djscript.toml would grant it.
func (n Need) Refusal(script, line string) *message.Error {
	return message.New("cap.denied", "grant.denied", message.Args{"power": n.String(), "script": script, "line": line})
}

// Line is how djscript.toml grants just this.
func Line(grants []Grant) string {
	texts := make([]string, len(grants))
	for i, g := range grants {
		texts[i] = `"` + g.String() + `"`
	}
	return "grants = [" + strings.Join(texts, ", ") + "]"
}

// Suggest are the least grants that cover the needs, with those that a store has written itself kept as they are. What
// is open is granted over everything.
func (all Powers) Suggest(written []Grant, needs []Need) []Grant {
	least := slices.Clone(written)
	add := func(reads bool, wanted func(Need) bool) {
		for _, n := range needs {
			power, ok := all.Find(n.Power)
			if ok && power.reads() == reads && wanted(n) && !all.Covers(least, n) {
				least = append(least, Grant{n.Power, n.Object})
			}
		}
	}
	for _, reads := range []bool{false, true} { // who may change something may look at it
		add(reads, func(n Need) bool { return n.Open })
		add(reads, func(n Need) bool { return n.Object != "" })
		add(reads, func(n Need) bool { return !n.Open && n.Object == "" }) // it is content with any of these
	}
	slices.SortFunc(least, func(a, b Grant) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(least)
}
