package loader

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/document"
	"github.com/djscript/djscript/host/layout"
	"github.com/djscript/djscript/host/message"
)

// plan is what targets come to in a database: every name found, every value given its place.
type plan struct {
	targets []*target
}

// target is a Target whose names are those of the database.
type target struct {
	Target
	place    int
	relation *relation
	slots    []slot // what a row brings
	fills    []fill // what the columns get
	key      []*column
	carried  []*column // columns of its row that targets under it take
	lookups  []lookup
	under    []*target
	stays    bool // a row that is there is left as it is: it is said so, or nothing but its key is filled
}

// slot is a value that a row brings for a column of the target's table, or of one that is looked up in.
type slot struct {
	column   *column
	relation *relation
	value    int
	field    string
	empty    bool // it may bring nothing
	long     bool // it may be too long to stand among the others
}

// fill is what a column gets: a variable of the program, or for a new row an expression.
type fill struct {
	column *column
	from   string
	fresh  bool // only a new row gets it
}

type lookup struct {
	Lookup
	relation *relation
	take     *column
	into     *column
	slots    []int // of By
}

// codeOption is the code of a target that is wrong.
const codeOption = "option.value"

// planner collects every mistake.
type planner struct {
	catalogue *catalogue
	plan      plan
	wrong     []error
}

// tablesOf are the tables that targets name.
func tablesOf(targets []Target) []string {
	var all []string
	for _, t := range targets {
		all = append(all, t.Table)
		for _, one := range t.Lookup {
			all = append(all, one.Table)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// newPlan finds everything that targets name. The error is all that is wrong with them.
func newPlan(c *catalogue, targets []Target) (*plan, error) {
	p := &planner{catalogue: c}
	for i, t := range targets {
		p.plan.targets = append(p.plan.targets, &target{Target: t, place: i, relation: p.table(t.Record, t.Table)})
	}
	for _, t := range p.plan.targets {
		if t.relation != nil {
			p.look(t)
		}
	}
	if len(targets) == 0 {
		p.no("load.no_target", message.Args{})
	}
	for _, t := range p.plan.targets {
		t.stays = len(t.key) > 0 && t.Exists != Reject && (t.Exists == Keep || len(t.changes()) == 0)
	}
	return &p.plan, errors.Join(p.wrong...)
}

func (p *planner) no(key string, args message.Args) {
	p.wrong = append(p.wrong, message.New(codeOption, key, args))
}

func (p *planner) table(record, name string) *relation {
	r := p.catalogue.table(name)
	if r == nil {
		p.no("load.no_table", message.Args{"record": record, "table": name, "near": document.Near(name, p.catalogue.names)})
	}
	return r
}

// column finds a column that may be written to.
func (p *planner) column(record string, r *relation, name string) *column {
	c := r.column(name)
	args := message.Args{"record": record, "table": r.name, "column": name, "near": document.Near(name, r.names()), "known": strings.Join(r.names(), ", ")}
	switch {
	case c == nil:
		p.no("load.no_column", args)
	case c.computed:
		p.no("load.computed", args)
	case c.kind == kindStrange:
		p.no("load.strange_type", args)
	default:
		return c
	}
	return nil
}

func (p *planner) look(t *target) {
	before := len(p.wrong)
	p.assigned(t)
	p.parents(t)
	p.lookedUp(t)
	p.generated(t)
	p.words(t)
	p.keys(t)
	p.twice(t)
	if len(p.wrong) == before { // else a name that was not found is the cause
		p.missing(t)
	}
}

func (p *planner) assigned(t *target) {
	for _, a := range t.Columns {
		c := p.column(t.Record, t.relation, a.Column)
		if c == nil {
			continue
		}
		p.fits(t, a, t.relation, c)
		t.fills = append(t.fills, fill{column: c, from: t.variable(len(t.slots))})
		t.slots = append(t.slots, slot{column: c, relation: t.relation, value: a.Value, field: a.Field, long: long(c), empty: !c.notNull || t.Empty == EmptyKeep})
	}
}

// parents takes columns from the row above.
func (p *planner) parents(t *target) {
	if len(t.Parent) == 0 {
		return
	}
	args := message.Args{"record": t.Record, "table": t.relation.name}
	if t.Under < 0 || t.Under >= t.place {
		p.no("load.no_parent", args)
		return
	}
	above := p.plan.targets[t.Under]
	above.under = append(above.under, t)
	for _, name := range slices.Sorted(maps.Keys(t.Parent)) {
		c := p.column(t.Record, t.relation, name)
		if c == nil || above.relation == nil {
			continue
		}
		from := above.relation.column(t.Parent[name])
		switch {
		case from == nil:
			p.no("load.no_column", message.Args{
				"record": above.Record, "table": above.relation.name, "column": t.Parent[name],
				"near": document.Near(t.Parent[name], above.relation.names()), "known": strings.Join(above.relation.names(), ", "),
			})
			continue
		case from.kind == kindFloat || from.kind == kindMemo || from.kind == kindBlob || from.kind == kindStrange || from.bytes > longestCarried:
			p.no("load.parent_type", message.Args{"table": above.relation.name, "column": from.name, "type": from.describe()})
			continue
		}
		if !slices.Contains(above.carried, from) {
			above.carried = append(above.carried, from)
		}
		t.fills = append(t.fills, fill{column: c, from: above.carry(from)})
	}
}

// longestCarried is how long a text may be that the engine keeps for a transaction from one call to the next.
const longestCarried = 255

func (p *planner) lookedUp(t *target) {
	for _, name := range slices.Sorted(maps.Keys(t.Lookup)) {
		one := lookup{Lookup: t.Lookup[name], into: p.column(t.Record, t.relation, name)}
		if one.relation = p.table(t.Record, one.Table); one.relation == nil {
			continue
		}
		if one.take = one.relation.column(one.Take); one.take == nil {
			p.column(t.Record, one.relation, one.Take)
		}
		if len(one.By) == 0 {
			p.no("load.lookup_by", message.Args{"record": t.Record, "column": name, "table": one.relation.name})
		}
		if !slices.Contains([]Missing{"", MissingReject, MissingNull, MissingCreate}, one.Missing) {
			p.no("load.word", message.Args{"record": t.Record, "name": "missing", "found": string(one.Missing), "known": "reject, null, create"})
		}
		for _, a := range one.By {
			c := p.column(t.Record, one.relation, a.Column)
			if c == nil {
				continue
			}
			p.fits(t, a, one.relation, c)
			one.slots = append(one.slots, len(t.slots))
			t.slots = append(t.slots, slot{column: c, relation: one.relation, value: a.Value, field: a.Field, empty: one.into != nil && !one.into.notNull})
		}
		if one.into != nil && one.take != nil {
			t.fills = append(t.fills, fill{column: one.into, from: t.found(len(t.lookups))})
			t.lookups = append(t.lookups, one)
		}
	}
}

func (p *planner) generated(t *target) {
	for _, name := range slices.Sorted(maps.Keys(t.Generate)) {
		c := p.column(t.Record, t.relation, name)
		at := named(t.Generate[name], len(p.catalogue.generators), func(i int) string { return p.catalogue.generators[i] })
		if at < 0 {
			p.no("load.no_generator", message.Args{"record": t.Record, "column": name, "name": t.Generate[name], "near": document.Near(t.Generate[name], p.catalogue.generators)})
			continue
		}
		if c != nil && c.kind != kindNumber && c.kind != kindFloat {
			p.no("load.type", message.Args{"record": t.Record, "table": t.relation.name, "column": c.name, "field": t.Generate[name], "type": c.describe()})
		} else if c != nil {
			t.fills = append(t.fills, fill{column: c, from: "next value for " + quoted(p.catalogue.generators[at]), fresh: true})
		}
	}
}

func (p *planner) words(t *target) {
	for _, one := range []struct {
		name, found string
		known       []string
	}{
		{"exists", string(t.Exists), []string{string(Update), string(Keep), string(Reject)}},
		{"empty", string(t.Empty), []string{string(EmptyNull), string(EmptyKeep)}},
	} {
		if one.found != "" && !slices.Contains(one.known, one.found) {
			p.no("load.word", message.Args{"record": t.Record, "name": one.name, "found": one.found, "known": strings.Join(one.known, ", ")})
		}
	}
}

// keys finds the columns that a row is known by, each of which a value has to fill.
func (p *planner) keys(t *target) {
	for _, name := range t.Key {
		c := p.column(t.Record, t.relation, name)
		if c == nil {
			continue
		}
		args := message.Args{"record": t.Record, "table": t.relation.name, "column": c.name, "type": c.describe()}
		at := slices.IndexFunc(t.fills, func(f fill) bool { return f.column == c })
		switch {
		case c.kind == kindMemo || c.kind == kindBlob:
			p.no("load.key_type", args)
		case at < 0 || t.fills[at].fresh:
			p.no("load.key_not_filled", args)
		default:
			t.key = append(t.key, c)
		}
		for i := range t.slots {
			if t.slots[i].column == c {
				t.slots[i].empty, t.slots[i].long = false, false
			}
		}
	}
}

// twice finds columns that get their value in two ways.
func (p *planner) twice(t *target) {
	for i, f := range t.fills {
		if slices.ContainsFunc(t.fills[:i], func(other fill) bool { return other.column == f.column }) {
			p.no("load.column_twice", message.Args{"record": t.Record, "table": t.relation.name, "column": f.column.name})
		}
	}
}

// missing finds columns that a new row can not do without. A trigger may fill them.
func (p *planner) missing(t *target) {
	if t.relation.triggers {
		return
	}
	for _, c := range t.relation.columns {
		filled := slices.ContainsFunc(t.fills, func(f fill) bool { return f.column == c })
		if c.notNull && !c.fallback && !c.computed && !filled {
			p.no("load.not_filled", message.Args{"record": t.Record, "table": t.relation.name, "column": c.name})
		}
	}
}

// fits says where a field is of a type that a column never holds.
func (p *planner) fits(t *target, a Assign, r *relation, c *column) {
	if takes := columnsOf[a.Type]; a.Type != "" && !slices.Contains(takes, c.kind) {
		p.no("load.type", message.Args{"record": t.Record, "table": r.name, "column": c.name, "field": a.Field, "type": c.describe()})
	}
}

// columnsOf are the columns that take a field of a type. A CNPJ may have letters: it never goes into a number. What a flag is as
// a text ("S", "1", "T") only the store's programs know: such a field is a text in the layout.
var columnsOf = map[layout.Type][]kind{
	layout.Text: {kindChar, kindVarchar, kindMemo, kindBlob, kindNumber, kindFloat}, layout.EAN: {kindChar, kindVarchar, kindMemo, kindNumber},
	layout.CNPJ: {kindChar, kindVarchar, kindMemo}, layout.CNPJCPF: {kindChar, kindVarchar, kindMemo}, layout.CPF: {kindChar, kindVarchar, kindMemo, kindNumber},
	layout.Integer: {kindNumber, kindFloat, kindChar, kindVarchar, kindMemo}, layout.Decimal: {kindNumber, kindFloat, kindChar, kindVarchar, kindMemo},
	layout.Date: {kindDate, kindMoment, kindChar, kindVarchar, kindMemo}, layout.Time: {kindClock, kindChar, kindVarchar, kindMemo},
	layout.Moment: {kindMoment, kindDate, kindChar, kindVarchar, kindMemo}, layout.Boolean: {kindTruth, kindNumber},
}
