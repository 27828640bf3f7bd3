package restore

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/copies"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// Way is how a restore comes to the new database.
type Way string

// Ways. Only the last two keep anything of what is there now.
const (
	Whole     Way = "whole"     // all that the copy holds
	Part      Way = "part"      // what was chosen of the copy
	Exchanged Way = "exchanged" // what is there now, with the rows of the chosen companies as the copy has them
	Returned  Way = "returned"  // what is there now, with the rows of the chosen tables that the copy has
)

// keeps tells whether what was not chosen stays as it is.
func (w Way) keeps() bool { return w == Exchanged || w == Returned }

// choice is what is brought back of a copy, and what becomes of the rest.
type choice struct {
	way       Way
	companies []Company          // of both sides, the live ones first
	chosen    []firebird.Company // whose rows come from the copy
	archive   int                // yearly and monthly tables of before that year stay out; 0: none
	apart     []string           // live tables with rows of before that year
	schema    company.Schema     // of the live database, where it matters
}

// decide chooses by what was asked. Nothing that is there goes unless that was said: either what was chosen is put into what
// is there, or all else is ELIMINATED. Every mistake in what was asked is in the error.
func (l *Look) decide(ctx context.Context, m *copies.Manifest) (c choice, err error) {
	if l.options.Tables != nil {
		return c, l.tablesOf(m, &c)
	}
	if c.chosen, err = l.chosen(m); err != nil {
		return c, err
	}
	if c.archive = l.options.ArchiveFrom; m.LeftOut != nil {
		c.archive = max(c.archive, m.LeftOut.ArchiveBefore)
	}
	if err := l.survey(ctx, &c); err != nil {
		return c, err
	}
	c.way = l.way(m, &c)
	c.companies = l.fates(m, &c)
	if err := l.allowed(&c); err != nil || c.way != Exchanged {
		return c, err
	}
	l.division, err = company.Divide(c.schema, l.Database.System.Profile())
	return c, err
}

// Choose is what a restore would make of companies by what the copy's card tells, with the companies that come from it. It is
// for a store that has no real database; no live companies at all are no live database.
func Choose(c copies.Copy, d copies.Database, live []firebird.Company, o Options) (way Way, all []Company, chosen []firebird.Company, err error) {
	l := &Look{Copy: c, Database: d, Live: Readable, options: o, companies: live}
	if live == nil {
		l.Live = None
	}
	m := &copies.Manifest{Companies: c.Companies, Rows: c.Rows, LeftOut: c.LeftOut}
	if o.Tables != nil {
		err = l.tablesOf(m, &l.choice)
		return l.choice.way, l.choice.companies, nil, err
	}
	if l.choice.chosen, err = l.chosen(m); err == nil {
		l.choice.way = l.way(m, &l.choice)
		l.choice.companies = l.fates(m, &l.choice)
		err = l.allowed(&l.choice)
	}
	return l.choice.way, l.choice.companies, l.choice.chosen, err
}

// choose decides, and where that can not be done shows the restore of all that the copy holds.
func (l *Look) choose(ctx context.Context, m *copies.Manifest) (err error) {
	if l.choice, err = l.decide(ctx, m); l.choice.companies == nil {
		l.choice.way, l.choice.chosen = Whole, m.Companies
		l.choice.companies = l.fates(m, &l.choice)
	}
	return err
}

// chosen are the companies of the copy that are wanted.
func (l *Look) chosen(m *copies.Manifest) (found []firebird.Company, err error) {
	if l.options.Companies == nil {
		return m.Companies, l.year()
	}
	wrong := []error{l.year()}
	var known []string
	for _, one := range m.Companies {
		known = append(known, strings.TrimSpace(one.ID+" "+one.Name))
		if slices.Contains(l.options.Companies, one.ID) {
			found = append(found, one)
		}
	}
	for i, id := range l.options.Companies {
		args := message.Args{"id": id, "seq": l.Copy.Seq, "known": strings.Join(known, ", ")}
		switch {
		case slices.Index(l.options.Companies, id) < i:
			wrong = append(wrong, message.New("option.value", "restore.company_twice", args))
		case !has(m.Companies, id):
			wrong = append(wrong, message.New("company.not_found", "restore.no_such_company", args))
		}
	}
	if len(l.options.Companies) == 0 {
		wrong = append(wrong, message.New("option.value", "restore.no_company", nil))
	}
	return found, errors.Join(wrong...)
}

// year refuses a year that is none, and one where the system's profile does not tell the years.
func (l *Look) year() error {
	year := l.options.ArchiveFrom
	switch {
	case year == 0:
		return nil
	case year < 1900 || year > 2100:
		return message.New("option.value", "restore.no_year", message.Args{"year": year})
	case l.Database.System.Archive == "":
		return message.New("company.profile", "restore.no_archive", nil)
	}
	return nil
}

// asked tells whether a part of the copy was asked for.
func (l *Look) asked() bool { return l.options.Companies != nil || l.options.ArchiveFrom > 0 }

// survey reads of the live database what the choice needs: its structure, and which tables hold years that are not brought
// back.
func (l *Look) survey(ctx context.Context, c *choice) error {
	if l.Live != Readable || !l.asked() && c.archive == 0 {
		return nil
	}
	conn, err := firebird.Connect(ctx, l.Database.At)
	if err != nil {
		return err
	}
	return errors.Join(conn.Snapshot(ctx, func(tx *firebird.Snapshot) error { return l.tables(ctx, tx, c) }), conn.Close())
}

func (l *Look) tables(ctx context.Context, tx *firebird.Snapshot, c *choice) (err error) {
	if c.schema, err = company.Read(ctx, tx); err != nil {
		return err
	}
	var names []string
	for _, t := range c.schema.Tables {
		names = append(names, t.Name)
	}
	for _, name := range company.Before(names, l.Database.System.Archive, c.archive) {
		found, err := tx.Ask(ctx, `SELECT FIRST 1 1 FROM "`+strings.ReplaceAll(name, `"`, `""`)+`"`)
		if err != nil {
			return err
		}
		if len(found[0]) > 0 {
			c.apart = append(c.apart, name)
		}
	}
	return nil
}

// way is how what was asked can be done without taking anything away that nobody gave up; where none can, Whole.
func (l *Look) way(m *copies.Manifest, c *choice) Way {
	part := len(c.chosen) < len(m.Companies) || slices.ContainsFunc(l.without(m), func(t string) bool { return m.Rows[t] > 0 })
	switch {
	case l.Live == Readable && !l.options.Eliminate && l.asked() && (part || len(c.apart) > 0 || len(l.others(m, c)) > 0 || l.untold != nil):
		return Exchanged
	case part:
		return Part
	}
	return Whole
}

// without are the tables of the copy that were not asked for.
func (l *Look) without(m *copies.Manifest) []string {
	if l.options.ArchiveFrom == 0 {
		return nil
	}
	return company.Before(slices.Sorted(maps.Keys(m.Rows)), l.Database.System.Archive, l.options.ArchiveFrom)
}

// others are the companies that are there and were not chosen. Where nobody can tell which are there, those count that the
// copy itself says it left out.
func (l *Look) others(m *copies.Manifest, c *choice) []firebird.Company {
	live := l.companies
	if len(live) == 0 && l.Live == Readable && m.LeftOut != nil {
		for _, id := range m.LeftOut.Companies {
			live = append(live, firebird.Company{ID: id})
		}
	}
	if len(m.Companies) == 0 && (m.LeftOut == nil || len(m.LeftOut.Companies) == 0) { // it says nothing of companies
		return nil
	}
	return slices.DeleteFunc(slices.Clone(live), func(one firebird.Company) bool { return has(c.chosen, one.ID) })
}

func has(all []firebird.Company, id string) bool {
	return slices.ContainsFunc(all, func(c firebird.Company) bool { return c.ID == id })
}

// fates are the companies of both sides with what becomes of each.
func (l *Look) fates(m *copies.Manifest, c *choice) []Company {
	found := []Company{}
	others := l.others(m, c)
	add := func(one firebird.Company, live bool) {
		side := Beside(one, live, has(m.Companies, one.ID))
		switch chosen := has(c.chosen, one.ID); {
		case chosen:
		case c.way == Exchanged && live:
			side.Fate = FateKept
		case has(others, one.ID):
			side.Fate = FateEliminated
		case !live:
			side.Fate = FateLeftOut
		default:
			side.Fate = FateReplaced
		}
		found = append(found, side)
	}
	for _, one := range l.companies {
		add(one, true)
	}
	for _, one := range others {
		if !has(l.companies, one.ID) {
			add(one, true)
		}
	}
	for _, one := range m.Companies {
		if !has(l.companies, one.ID) {
			add(one, false)
		}
	}
	return found
}

// allowed refuses what would take something away that nobody gave up.
func (l *Look) allowed(c *choice) error {
	var wrong []error
	switch {
	case c.way == Exchanged && len(c.chosen) == 0:
		return message.New("company.not_found", "restore.names_none", message.Args{"seq": l.Copy.Seq})
	case l.options.Eliminate, c.way == Exchanged:
		return nil
	}
	if gone := eliminated(c.companies); len(gone) > 0 {
		wrong = append(wrong, Eliminates(l.Database.Name, gone, c.chosen))
	}
	if len(c.apart) > 0 {
		wrong = append(wrong, message.New("guard.companies", "restore.eliminates_years", message.Args{
			"database": l.Database.Name, "tables": strings.Join(c.apart, ", "), "year": c.archive, "chosen": ids(c.chosen),
		}))
	}
	if l.Live == Broken && c.way == Part {
		wrong = append(wrong, message.New("guard.companies", "restore.part_of_broken", message.Args{"database": l.Database.Name}))
	}
	return errors.Join(wrong...)
}

func ids(all []firebird.Company) string {
	var names []string
	for _, c := range all {
		names = append(names, c.ID)
	}
	return strings.Join(names, ",")
}
