package restore

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// CompanyTable is a company's rows of one table on both sides.
type CompanyTable struct {
	Name string `json:"name"`
	Now  int64  `json:"now"`
	Copy int64  `json:"copy"`
	Lost int64  `json:"lost"` // at least so many came after the copy, and would go
}

// restoredBytes is how many bytes of a database are restored in a second, at least, where no proof of the copy tells:
// Firebird's own restore of 224 MB takes 7 s on an idle machine, and twice that on a shop's.
const restoredBytes = 16e6

// deepSeconds is about how long a deep preview of a copy takes.
func deepSeconds(c copies.Copy, m *copies.Manifest) float64 {
	if c.Proof != nil && c.Proof.Seconds > 0 {
		return math.Ceil(1.5 * c.Proof.Seconds)
	}
	return math.Ceil(1 + float64(m.Database.Bytes)/restoredBytes)
}

// deepen restores the copy to a scratch of its own, which goes again, and tells by company what is on both sides.
func (r *Restorer) deepen(ctx context.Context, p *Preview, l *Look, keys copies.Keys) (err error) {
	w, err := copies.OpenWhole(ctx, l.Copy, keys)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	dir, err := os.MkdirTemp("", "djscript-preview-")
	if err != nil {
		return fmt.Errorf("make scratch folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := fits(dir, w.Manifest.Database.Bytes+w.Manifest.Database.Bytes/20); err != nil {
		return err
	}
	prover := *r.Prover
	prover.Bench.Dir = dir
	site, err := prover.Site(ctx, l.Database.At)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, site.Leave(true)) }()
	fdb, err := site.Scrap()
	if err != nil {
		return err
	}
	if _, err := site.Build(ctx, w, fdb); err != nil {
		return err
	}
	on, err := site.Open(ctx, fdb)
	if err != nil {
		return err
	}
	p.Deep = true
	return p.beside(ctx, l, on)
}

// rowsBy are rows by company and table.
type rowsBy map[string]map[string]int64

// beside puts the companies' rows of the live database beside those of the restored copy.
func (p *Preview) beside(ctx context.Context, l *Look, on company.Runner) error {
	profile := l.Database.System.Profile()
	from, inCopy, err := counted(ctx, on, profile)
	if message.Code(err) == "company.profile" { // its companies can not be told
		p.warn(err)
		return nil
	}
	if err != nil {
		return err
	}
	var into company.Side
	now := rowsBy{}
	if l.Live == Readable {
		conn, err := firebird.Connect(ctx, l.Database.At)
		if err != nil {
			return err
		}
		err = conn.Snapshot(ctx, func(tx *firebird.Snapshot) (err error) {
			into, now, err = counted(ctx, tx, profile)
			return err
		})
		if err := errors.Join(err, conn.Close()); err != nil {
			return err
		}
	}
	p.byCompany(func(table string) bool { return from.Division.Of(table) != nil }, now, inCopy)
	if p.Way == Exchanged {
		p.changes(&company.Exchange{Into: into, From: from, Untouched: l.untouched(&into.Division, &from.Division)})
	}
	return nil
}

// counted divides a database and counts its rows by company.
func counted(ctx context.Context, in company.Asker, profile company.Profile) (s company.Side, rows rowsBy, err error) {
	schema, err := company.Read(ctx, in)
	if err != nil {
		return s, nil, err
	}
	if s.Division, err = company.Divide(schema, profile); err != nil {
		return s, nil, err
	}
	all, err := s.Division.Count(ctx, in)
	rows = rowsBy{}
	for _, c := range all {
		if rows[c.Company] == nil {
			rows[c.Company] = map[string]int64{}
		}
		rows[c.Company][c.Table] = c.Rows
	}
	return s, rows, err
}

// turned is the same by company first.
func turned(byTable map[string]map[string]int64) rowsBy {
	rows := rowsBy{}
	for table, of := range byTable {
		for company, n := range of {
			if rows[company] == nil {
				rows[company] = map[string]int64{}
			}
			rows[company][table] = n
		}
	}
	return rows
}

// byCompany tells the tables of each company, and what would be lost of those whose rows go.
func (p *Preview) byCompany(counted func(table string) bool, now, inCopy rowsBy) {
	p.Lost = 0
	for _, t := range p.Tables {
		if p.Way != Exchanged && !counted(t.Name) {
			p.Lost += t.Lost()
		}
	}
	for i := range p.Companies {
		c := &p.Companies[i]
		goes := c.Fate == FateReplaced || c.Fate == FateEliminated
		for _, name := range tablesOf(now[c.ID], inCopy[c.ID]) {
			t := CompanyTable{Name: name, Now: now[c.ID][name], Copy: inCopy[c.ID][name]}
			switch {
			case c.Fate == FateEliminated:
				t.Lost = t.Now
			case goes && p.fate(name) != FateKept:
				t.Lost = max(0, t.Now-t.Copy)
			}
			p.Lost += t.Lost
			c.Tables = append(c.Tables, t)
		}
	}
	p.loses()
}

// fate is what would become of a table.
func (p *Preview) fate(table string) string {
	for _, t := range p.Tables {
		if t.Name == table {
			return t.Fate
		}
	}
	return ""
}

// changes tells what of the structure has changed since the copy, and what that would do to the companies' rows.
func (p *Preview) changes(x *company.Exchange) {
	found := company.Findings{Changes: x.Changes()}
	for _, c := range found.Changes {
		p.Changes = append(p.Changes, c.String())
	}
	p.refuse(found.Stops())
}
