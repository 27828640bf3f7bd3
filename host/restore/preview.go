package restore

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// What a restore makes of a company, or of a document model.
const (
	FateReplaced   = "replaced"
	FateKept       = "kept"
	FateEliminated = "ELIMINATED"
	FateNew        = "new"
	FateLeftOut    = "left_out" // it is only in the copy, and was not asked for
)

// Preview is what a restore would do. It is told by what the copy says of itself and by the live database, without
// restoring anything.
type Preview struct {
	Database  string    `json:"database"`
	Copy      string    `json:"copy"` // id
	Seq       string    `json:"seq"`
	Day       string    `json:"day"`
	Created   string    `json:"created"`
	State     string    `json:"state"` // of the copy
	Live      State     `json:"live"`
	Way       Way       `json:"way"`
	Companies []Company `json:"companies"`
	Tables    []Table   `json:"tables"`
	Newest    Newest    `json:"newest"`
	Lost      int64     `json:"lost"` // rows, at least, that came after the copy and would go
	// Deep says that the copy was restored to a scratch for it, Changes what has changed of the structure since, in words;
	// DeepSeconds is about how long that takes.
	Deep        bool     `json:"deep"`
	DeepSeconds float64  `json:"deep_seconds"`
	Changes     []string `json:"changes,omitempty"`
	Files       []File   `json:"files"`
	Warnings    []string `json:"warnings"`

	// Refused is what would refuse it, as far as a look tells; it is among the warnings too. nil: nothing.
	Refused error `json:"-"`

	connected []firebird.Session // to the live database, but for who asks
	refusals  []string           // Refused, in sentences
	apart     []string           // tables of past years that would not be brought back
	lost      string             // what the warnings say of Lost
}

// Company is a company on both sides.
type Company struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	CNPJ   string `json:"cnpj,omitempty"`
	Live   bool   `json:"live"`
	InCopy bool   `json:"in_copy"`
	Fate   string `json:"fate"`

	Tables []CompanyTable `json:"tables,omitempty"` // of a deep preview
}

// Newest is the newest record on both sides, as the system's profile finds it; "" where that is not known.
type Newest struct {
	Now  string `json:"now,omitempty"`
	Copy string `json:"copy,omitempty"`
}

// Preview tells what a restore would do. What would keep it from being done is among the warnings; an error is only what
// keeps anybody from telling.
func (r *Restorer) Preview(ctx context.Context, c copies.Copy, o Options) (*Preview, error) {
	strange := r.strange(c, o)
	o.Other = true // to look at it needs no leave
	l, err := r.aim(ctx, c, o)
	if err != nil {
		return nil, err
	}
	p := &Preview{
		Database: l.Database.Name, Copy: c.ID, Seq: c.Seq, Day: c.Day, Created: c.Created, State: c.State, Live: l.Live,
		Companies: []Company{}, Tables: []Table{}, Files: []File{}, Warnings: []string{},
	}
	m, err := c.ReadManifest(o.Keys)
	if err != nil && c.Rows == nil {
		return nil, err // nothing of what it holds is known
	}
	if err != nil {
		m = &copies.Manifest{Companies: c.Companies, Rows: c.Rows} // what its card tells
	}
	p.refuse(err)
	p.refuse(l.choose(ctx, m))
	now := p.compare(ctx, l, m)
	p.sides(l, m, now.rows)
	p.Files = r.previewFiles(m, l.Database, o)
	if o.Config && m.ID != "" { // a card names no parts
		p.refuse(configured(m, c.Seq))
	}
	p.doubts(c, l)
	p.refuse(strange)
	if m.Database.Engine != "" {
		p.refuse(r.fits(l, m.Database.Engine))
	}
	p.refuse(l.barrier)
	p.DeepSeconds = deepSeconds(c, m)
	switch err := ctx.Err(); {
	case err != nil || p.Way == Returned || o.Deep && c.State == copies.Bad:
		return p, err
	case o.Deep:
		return p, r.deepen(ctx, p, l, o.Keys)
	case now.byCompany != nil:
		p.byCompany(func(table string) bool { return now.byCompany[table] != nil }, turned(now.byCompany), turned(c.Proof.ByCompany))
	case p.Way == Exchanged:
		p.say("restore.lost_untold", message.Args{"seconds": int(p.DeepSeconds)})
	}
	return p, nil
}

// refuse tells of what would refuse the restore.
func (p *Preview) refuse(err error) {
	p.warn(err)
	if p.Refused = errors.Join(p.Refused, err); err != nil {
		p.refusals = append(p.refusals, err.Error())
	}
}

// Connected tells who is connected to the live database, in words; "" for nobody.
func (p *Preview) Connected() string { return firebird.Who(p.connected) }

// Doubts are the warnings that tell of nothing that would refuse the restore.
func (p *Preview) Doubts() []string {
	return slices.DeleteFunc(slices.Clone(p.Warnings), func(w string) bool { return slices.Contains(p.refusals, w) })
}

// warn tells of an error, if it is one.
func (p *Preview) warn(err error) {
	if err != nil {
		p.Warnings = append(p.Warnings, err.Error())
	}
}

func (p *Preview) say(key string, args message.Args) {
	p.Warnings = append(p.Warnings, message.Text(key, args))
}

// present is what the live database has now, by table.
type present struct {
	rows      map[string]int64
	byCompany map[string]map[string]int64 // of the tables that the copy's proof counted so; nil: not to be told
}

// compare asks the live database what it has now.
func (p *Preview) compare(ctx context.Context, l *Look, m *copies.Manifest) (now present) {
	p.Newest.Copy = m.Newest
	if l.Live != Readable {
		return now
	}
	conn, err := firebird.Connect(ctx, l.Database.At)
	if err != nil {
		p.warn(err)
		return now
	}
	err = conn.Snapshot(ctx, func(tx *firebird.Snapshot) (err error) {
		if query := l.Database.System.Newest; query != "" {
			if values, unanswered := tx.Scalars(ctx, []string{query}); unanswered == nil {
				p.Newest.Now = values[0]
			}
		}
		if now.rows, err = tx.Rows(ctx); err == nil {
			now.byCompany = grouped(ctx, tx, l.Copy.Proof, m, now.rows)
		}
		return err
	})
	if all, unknown := conn.Sessions(ctx); unknown == nil {
		p.connected = slices.DeleteFunc(all, func(one firebird.Session) bool { return one.Self })
	}
	if err != nil {
		err = message.Wrap(err, message.Code(err), "restore.uncounted", message.Args{"database": l.Database.Name})
	}
	p.warn(errors.Join(err, conn.Close()))
	return now
}

// grouped counts by company the tables that the proof of the copy counted so, those that there still are.
func grouped(ctx context.Context, tx *firebird.Snapshot, proof *copies.Proof, m *copies.Manifest, rows map[string]int64) map[string]map[string]int64 {
	if proof == nil || len(proof.ByCompany) == 0 {
		return nil
	}
	columns := map[string]string{}
	for table, column := range m.CompanyColumns {
		_, live := rows[table]
		if live && proof.ByCompany[table] != nil {
			columns[table] = column
		}
	}
	found, err := tx.Groups(ctx, columns)
	if err != nil {
		return nil // a column has another name now: the deep preview tells
	}
	return found
}

// sides puts the two beside each other.
func (p *Preview) sides(l *Look, m *copies.Manifest, rows map[string]int64) {
	p.Way, p.Companies, p.apart = l.choice.way, l.choice.companies, l.choice.apart
	p.Compare(rows, m.Rows)
	if p.Way == Returned {
		p.back(l.options.Tables)
	} else {
		l.tableFates(m, p.Tables)
	}
	if rows != nil && m.Rows != nil && !p.Way.keeps() {
		p.structure()
	}
	if !p.Seen() {
		p.blind()
	}
	if gone := p.Sacrifices(); len(gone) > 0 && l.options.Eliminate {
		p.say("restore.would_eliminate", message.Args{"gone": strings.Join(gone, ", ")})
	}
}

// Seen tells whether the live side is known: the live database could be read, or there is none.
func (p *Preview) Seen() bool { return p.Live == Readable || p.Live == None }

// blind calls nothing new where nobody can tell what is there.
func (p *Preview) blind() {
	for i := range p.Companies {
		if c := &p.Companies[i]; c.Fate == FateNew {
			c.Fate = FateReplaced
		}
	}
	for i := range p.Tables {
		if t := &p.Tables[i]; t.Fate == FateNew {
			t.Fate = FateReplaced
		}
	}
}

// Beside is a company with what a whole restore makes of it.
func Beside(c firebird.Company, live, inCopy bool) Company {
	fate := FateReplaced
	switch {
	case !live:
		fate = FateNew
	case !inCopy:
		fate = FateEliminated
	}
	return Company{ID: c.ID, Name: c.Name, CNPJ: c.CNPJ, Live: live, InCopy: inCopy, Fate: fate}
}

// doubts are what speaks against the copy itself, and against the live database.
func (p *Preview) doubts(c copies.Copy, l *Look) {
	switch c.State {
	case copies.Bad:
		p.refuse(bad(c))
	case copies.Sealed:
		p.say("restore.unproven", nil)
	case copies.Suspect:
		p.say("restore.suspect", message.Args{"odd": strings.Join(c.Proof.Odd, "; ")})
	}
	if c.LeftOut != nil {
		p.partial(c.LeftOut)
	}
	if c.Suspect != "" {
		p.Warnings = append(p.Warnings, c.Suspect)
	}
	if l.untold != nil && p.Way != Exchanged {
		p.warn(message.Wrap(l.untold, "company.not_found", "restore.untold", message.Args{"database": l.Database.Name}))
	}
	if p.Way == Exchanged {
		for _, doubt := range l.division.Doubts {
			p.Warnings = append(p.Warnings, doubt.String())
		}
	}
	if l.Live == None && l.barrier == nil {
		p.say("restore.live_none", message.Args{"path": l.File})
	}
	if l.Live == Broken {
		p.warn(message.Wrap(l.Why, "db.corrupt", "restore.live_broken", message.Args{"path": l.File}))
	}
}

// partial tells what a partial copy does not hold.
func (p *Preview) partial(out *copies.LeftOut) {
	if len(out.Companies) > 0 {
		p.say("restore.partial_companies", message.Args{"companies": strings.Join(out.Companies, ", ")})
	}
	if out.ArchiveBefore > 0 {
		p.say("restore.partial_years", message.Args{"year": out.ArchiveBefore})
	}
	if out.Files {
		p.say("restore.partial", nil)
	}
}

// Sacrifices are the companies, and the tables of past years, of which nothing would be left, by name.
func (p *Preview) Sacrifices() (names []string) {
	for _, c := range p.Eliminated() {
		names = append(names, strings.TrimSpace(c.ID+" "+c.Name))
	}
	if !p.Way.keeps() {
		names = append(names, p.apart...)
	}
	return names
}

// Eliminated are the companies of which nothing would be left.
func (p *Preview) Eliminated() []Company { return eliminated(p.Companies) }

func eliminated(all []Company) (gone []Company) {
	for _, c := range all {
		if c.Fate == FateEliminated {
			gone = append(gone, c)
		}
	}
	return gone
}

// Eliminates refuses a restore that leaves nothing of some companies, which nobody gave up; those of the copy that were
// chosen could be put back beside them.
func Eliminates(database string, gone []Company, chosen []firebird.Company) error {
	return message.New("guard.companies", "restore.eliminates", message.Args{
		"database": database, "companies": named(gone), "n": len(gone), "chosen": ids(chosen),
	})
}

func named(all []Company) string {
	var names []string
	for _, c := range all {
		names = append(names, strings.TrimSpace(c.ID+" "+c.Name))
	}
	return strings.Join(names, ", ")
}
