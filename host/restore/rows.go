package restore

import (
	"maps"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

// Table is a table on both sides; nil where a side has it not, or does not tell.
type Table struct {
	Name string `json:"name"`
	Now  *int64 `json:"now,omitempty"`
	Copy *int64 `json:"copy,omitempty"`
	Fate string `json:"fate"`
}

// Lost are the rows that the live table has more.
func (t Table) Lost() int64 {
	switch {
	case t.Now == nil:
		return 0
	case t.Copy == nil:
		return *t.Now
	}
	return max(0, *t.Now-*t.Copy)
}

// Compare puts the rows of the live tables beside those of the copy, and warns of those that came in after it.
func (p *Preview) Compare(rows, inCopy map[string]int64) {
	for _, name := range tablesOf(rows, inCopy) {
		t := Table{Name: name, Now: count(rows, name), Copy: count(inCopy, name), Fate: FateReplaced}
		switch {
		case t.Now == nil:
			t.Fate = FateNew
		case t.Copy == nil:
			t.Fate = FateEliminated
		}
		p.Tables = append(p.Tables, t)
		if !p.Way.keeps() { // whose the rows are only a deep preview tells
			p.Lost += t.Lost()
		}
	}
	p.loses()
}

// loses warns of what came after the copy.
func (p *Preview) loses() {
	said := slices.IndexFunc(p.Warnings, func(w string) bool { return w == p.lost })
	if said >= 0 {
		p.Warnings = slices.Delete(p.Warnings, said, said+1)
	}
	switch p.lost = ""; {
	case p.Lost > 0:
		p.lost = message.Plural("restore.would_lose", int(p.Lost), nil)
	case !p.Way.keeps() && p.Newest.Copy != "" && p.Newest.Now > p.Newest.Copy: // fewer rows, and newer ones among them
		p.lost = message.Text("restore.would_lose_newer", nil)
	}
	if p.lost != "" {
		p.Warnings = append(p.Warnings, p.lost)
	}
}

// tableFates tells of each table what would become of it.
func (l *Look) tableFates(m *copies.Manifest, all []Table) {
	out := slices.Concat(l.without(m), l.choice.apart)
	kept := company.Before(namesOf(all), l.Database.System.Archive, l.choice.archive)
	for i := range all {
		t := &all[i]
		switch {
		case l.choice.way != Exchanged:
			if slices.Contains(out, t.Name) && t.Now != nil {
				t.Fate = FateEliminated
			}
		case t.Now == nil:
			t.Fate = FateLeftOut
		case l.division.Of(t.Name) == nil, t.Copy == nil, slices.Contains(kept, t.Name):
			t.Fate = FateKept
		}
	}
}

func namesOf(all []Table) (names []string) {
	for _, t := range all {
		names = append(names, t.Name)
	}
	return names
}

func tablesOf(a, b map[string]int64) []string {
	names := slices.Collect(maps.Keys(a))
	for name := range b {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func count(rows map[string]int64, table string) *int64 {
	n, ok := rows[table]
	if !ok {
		return nil
	}
	return &n
}

// structure names the tables that only one side has: the store's programs may want those that go.
func (p *Preview) structure() {
	var gone, come []string
	for _, t := range p.Tables {
		switch {
		case t.Copy == nil:
			gone = append(gone, t.Name)
		case t.Now == nil && *t.Copy > 0: // gbak names temporary ones too
			come = append(come, t.Name)
		}
	}
	if len(gone) > 0 {
		p.say("restore.tables_gone", message.Args{"tables": strings.Join(gone, ", ")})
	}
	if len(come) > 0 {
		p.say("restore.tables_come", message.Args{"tables": strings.Join(come, ", ")})
	}
}
