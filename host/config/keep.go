package config

import (
	"slices"
	"strings"
	"time"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/message"
)

// Keep is what stays at a destination: by rules, or by a script's policy.
type Keep struct {
	Policies []Policy // their union
	Script   string   // "script:policy"; "" where the rules stand in the file
}

// Policy is one set of rotation rules. Zero is no rule.
type Policy struct {
	Class    []string // empty: the classes of every day
	Last     int
	Hourly   int
	Daily    int
	Weekly   int
	Monthly  int
	Yearly   int
	Within   int // days
	Weekdays []time.Weekday
	Min      int // proven copies that always stay; 0: what is usual
}

// KeepOf is what stays at a destination: what it says itself, or for a destination of [backup] what delete_after says;
// nil where nobody said anything, and everything stays.
func (c *Config) KeepOf(destination string) *Keep {
	for _, d := range c.Destinations {
		if d.Name == destination && d.Keep != nil {
			return d.Keep
		}
	}
	if b := c.Backup; b != nil && b.DeleteAfter > 0 && slices.Contains(b.To, destination) {
		return &Keep{Policies: []Policy{{Within: b.DeleteAfter, Min: b.MinCopies}}}
	}
	return nil
}

// keep is a policy, a list of them, or the name of a script's.
func (t *table) keep() *Keep {
	value, ok := t.Get("keep")
	if !ok {
		return nil
	}
	switch value := value.(type) {
	case string:
		if !runShape.MatchString(value) {
			t.Bad("keep", message.New("option.value", "config.keep_script", message.Args{"value": value}))
		}
		return &Keep{Script: value}
	case map[string]any:
		return &Keep{Policies: []Policy{t.policyAt(t.Key("keep"), value)}}
	case []map[string]any:
		return t.policies(len(value), func(i int) any { return value[i] })
	case []any:
		return t.policies(len(value), func(i int) any { return value[i] })
	}
	t.Bad("keep", document.Mistyped("config.want_keep", value))
	return nil
}

func (t *table) policies(n int, at func(int) any) *Keep {
	if n == 0 {
		t.Bad("keep", message.New("option.value", "document.empty_list", nil))
	}
	keep := &Keep{}
	for i := range n {
		values, ok := at(i).(map[string]any)
		if !ok {
			t.BadElement("keep", i, document.Mistyped("config.want_keep", at(i)))
			continue
		}
		keep.Policies = append(keep.Policies, t.policyAt(document.Element(t.Key("keep"), i), values))
	}
	return keep
}

func (t *table) policyAt(path string, values map[string]any) Policy {
	in := t.in(path, values)
	defer in.Close()
	in.Filled("class", "weekdays")
	p := Policy{
		Class: in.classes("class"), Last: in.count("last"), Hourly: in.count("hourly"), Daily: in.count("daily"), Weekly: in.count("weekly"),
		Monthly: in.count("monthly"), Yearly: in.count("yearly"), Within: in.days("within"), Weekdays: in.weekdays("weekdays"),
		Min: in.atLeastOne("min"),
	}
	rules := []string{"last", "hourly", "daily", "weekly", "monthly", "yearly", "within", "weekdays"}
	ruled := slices.ContainsFunc(rules, func(name string) bool { return in.Has(name) && in.Values[name] != int64(0) })
	if misspelt := len(in.Unknown()) > 0; !ruled && !misspelt {
		in.Wrong(path, message.New("option.value", "config.no_rule", message.Args{"known": strings.Join(rules, ", ")}))
	}
	return p
}

// copyClasses are those of copies, as Lua spells them.
var copyClasses = []string{"routine", "intraday", "extra", "pre_update", "pre_restore", "closing"}

func (t *table) classes(name string) []string {
	all := t.Texts(name)
	for i, class := range all {
		if !slices.Contains(copyClasses, class) && class != "" {
			t.BadElement(name, i, message.New("option.value", "document.one_of", document.Offer(class, copyClasses)))
		}
	}
	return all
}

// No store keeps more; it is a slip of the hand.
const mostCopies = 100_000

func (t *table) count(name string) int {
	n, ok := t.Integer(name)
	if ok && (n < 0 || n > mostCopies) {
		t.Bad(name, message.New("option.value", "config.count", message.Args{"value": document.Short(n)}))
		return 0
	}
	return int(n)
}

func (t *table) atLeastOne(name string) int {
	n := t.count(name)
	if t.Values[name] == int64(0) {
		t.Bad(name, message.New("option.value", "config.at_least_one", nil))
	}
	return n
}

// days is a time of whole days, at least one.
func (t *table) days(name string) int {
	text, ok := t.Text(name)
	d, _ := parseDuration(text)
	if ok && (d == 0 || d%(24*time.Hour) != 0) {
		t.Bad(name, message.New("option.value", "config.days", message.Args{"value": document.Clip(text)}))
	}
	return int(d / (24 * time.Hour))
}

// rotation is what [backup] says of the destinations that say nothing themselves.
func (t *table) rotation(b *Backup) {
	b.DeleteAfter, b.MinCopies = t.days("delete_after"), t.atLeastOne("min_copies")
	if t.Has("min_copies") && !t.Has("delete_after") {
		t.Bad("min_copies", message.New("option.missing", "config.min_copies_alone", nil))
	}
}
