package restore

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/message"
)

// Single tables are put back into what is there: a row that the copy has becomes what it was, one that is new stays, a table
// that is gone is made again. So the products of yesterday come back, and today's sales stay.

// tablesOf chooses tables, and refuses those that can not be chosen, or not like that. Every mistake is in the error.
func (l *Look) tablesOf(m *copies.Manifest, c *choice) error {
	var wrong []error
	if l.asked() || l.options.Eliminate {
		wrong = append(wrong, message.New("option.value", "restore.tables_alone", nil))
	}
	if len(l.options.Tables) == 0 {
		wrong = append(wrong, message.New("option.value", "restore.no_table", nil))
	}
	if l.Live != Readable {
		wrong = append(wrong, message.New("db.corrupt", "restore.tables_broken", message.Args{"database": l.Database.Name}))
	}
	l.options.Tables = spelled(l.options.Tables, m.Rows)
	for i, name := range l.options.Tables {
		args := message.Args{"table": name, "seq": l.Copy.Seq}
		_, known := m.Rows[name]
		switch {
		case slices.Index(l.options.Tables, name) < i:
			wrong = append(wrong, message.New("option.value", "company.table_twice", args))
		case !known && m.Rows != nil:
			wrong = append(wrong, message.New("option.value", "restore.not_in_copy", args))
		}
	}
	c.way = Returned
	for _, one := range l.companies {
		side := Beside(one, true, has(m.Companies, one.ID))
		side.Fate = FateKept
		c.companies = append(c.companies, side)
	}
	return errors.Join(wrong...)
}

// spelled are names of tables as the copy writes them: people type produto, and mean PRODUTO.
func spelled(names []string, known map[string]int64) (all []string) {
	for _, name := range names {
		if _, ok := known[name]; !ok {
			if _, ok := known[strings.ToUpper(name)]; ok {
				name = strings.ToUpper(name)
			}
		}
		all = append(all, name)
	}
	return all
}

// putBack puts the tables' rows into what was there.
func (b *builder) putBack(ctx context.Context, scrap string) error {
	x := company.Tables{
		Names: b.look.options.Tables,
		Done:  func(_ company.Part, done, total int) { b.worked("exchanging", done, total) },
	}
	for fdb, side := range map[string]*company.Runner{b.record.Fresh: &x.Into, scrap: &x.From} {
		on, err := b.site.Open(ctx, fdb)
		if err != nil {
			return err
		}
		*side = on
	}
	done, changes, err := x.Return(ctx)
	if err != nil {
		return err
	}
	b.step()
	b.result.Tables, b.result.Rows, b.result.Changes = done, map[string]int64{}, []string{}
	for _, one := range done {
		b.result.Rows[one.Table] = one.Rows
	}
	for _, change := range changes {
		b.result.Changes = append(b.result.Changes, change.String())
	}
	return nil
}

// back tells what putting single tables back would do.
func (p *Preview) back(tables []string) {
	for i := range p.Tables {
		t := &p.Tables[i]
		switch {
		case !slices.Contains(tables, t.Name) && t.Now == nil:
			t.Fate = FateLeftOut
		case !slices.Contains(tables, t.Name):
			t.Fate = FateKept
		}
	}
	p.say("restore.tables_back", message.Args{"tables": strings.Join(tables, ", ")})
}
