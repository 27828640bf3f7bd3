package copies

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/djscript/djscript/host/company"
	"github.com/djscript/djscript/host/firebird"
	"github.com/djscript/djscript/host/message"
)

// Database is one system of the store.
type Database struct {
	Name   string
	At     firebird.Database
	System System
	Files  []string // globs of document models
}

// System is what the schema profile of a system says that a copy needs.
type System struct {
	Name      string
	Companies string   // SELECT giving id, name, cnpj
	Newest    string   // SELECT giving the newest record's date
	Evidence  []string // SELECTs of one value each
	Column    []string // columns by which a table belongs to a company
	Shared    []string // tables of all companies
	Archive   string   // patterns of the names of yearly and monthly tables
}

// Profile is what the system says of its companies.
func (s System) Profile() company.Profile {
	return company.Profile{Companies: s.Companies, Column: s.Column, Shared: s.Shared, Archive: s.Archive}
}

// source is a database about to be copied, and what it says of itself.
type source struct {
	conn       *firebird.Conn
	database   Database
	info       firebird.Info
	inactive   []string
	company    []firebird.Company
	newest     string
	columns    map[string]string // of the tables that name the company of each row
	before     []string          // the evidence, taken just before gbak starts
	unanswered []error           // questions of the system's profile that the database did not understand
}

// openSource connects and asks: which server, which companies. Every copy begins here, so a wrong password, a server
// that is down or a file that is gone are told before anything is written. A profile that does not fit the database
// is told too, but never keeps a database from being copied.
//
// The evidence is asked for only where a proof is wanted: on a large database it reads much of it twice.
func openSource(ctx context.Context, d Database, tools firebird.Tools, evidence bool) (*source, error) {
	if !evidence {
		d.System.Evidence = nil
	}
	conn, err := firebird.Connect(ctx, d.At)
	if err != nil {
		return nil, err
	}
	s := &source{conn: conn, database: d}
	if evidence {
		s.divide(ctx)
	}
	if err := s.ask(ctx, tools); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return s, nil
}

func (s *source) ask(ctx context.Context, tools firebird.Tools) (err error) {
	if s.info, err = s.conn.Info(ctx); err != nil {
		return err
	}
	if version, ok := firebird.ParseVersion(s.info.Engine); ok {
		if err := tools.Serves(version); err != nil {
			return err
		}
	}
	if s.inactive, err = inactive(ctx, s.conn); err != nil {
		return err
	}
	s.askProfile(ctx)
	return context.Cause(ctx)
}

// divide tells which tables name the company of each row, so that a proof can count by it. Where that can not be told,
// nothing is counted so. The tables of past years are left out: they are many, and nobody sells into them.
func (s *source) divide(ctx context.Context) {
	profile := s.database.System.Profile()
	if len(profile.Column) == 0 {
		return
	}
	schema, err := company.Read(ctx, s.conn)
	if err != nil {
		return // the questions that follow tell
	}
	division, err := company.Divide(schema, profile)
	if err != nil {
		return // copies go on without
	}
	s.columns = division.Columns()
	for _, past := range company.Archive(slices.Collect(maps.Keys(s.columns)), profile.Archive) {
		delete(s.columns, past.Table)
	}
}

// inactive are the indexes that are switched off.
func inactive(ctx context.Context, conn *firebird.Conn) (names []string, err error) {
	err = conn.Snapshot(ctx, func(tx *firebird.Snapshot) error {
		rows, err := tx.Query(ctx, inactiveIndexes, nil, 0)
		if err != nil {
			return err
		}
		for _, row := range rows.Values {
			names = append(names, strings.TrimSpace(fmt.Sprint(row[0])))
		}
		return nil
	})
	return names, err
}

// askProfile asks what the system's profile says can be asked, the evidence last, since it has to be just before gbak
// starts. An evidence query that fails is not asked again.
func (s *source) askProfile(ctx context.Context) {
	profile := &s.database.System
	if profile.Companies != "" {
		companies, err := s.conn.Companies(ctx, profile.Companies)
		s.company = companies
		s.answered(profile.Companies, err)
	}
	if profile.Newest != "" {
		values, err := s.scalars(ctx, []string{profile.Newest})
		if s.answered(profile.Newest, err) {
			s.newest = values[0]
		}
	}
	var understood []string
	for _, query := range profile.Evidence {
		values, err := s.scalars(ctx, []string{query})
		if s.answered(query, err) {
			understood, s.before = append(understood, query), append(s.before, values[0])
		}
	}
	profile.Evidence = understood
}

func (s *source) answered(query string, err error) bool {
	if err != nil {
		s.unanswered = append(s.unanswered, message.Wrap(err, "copy.degraded", "copies.profile_unanswered",
			message.Args{"system": s.database.System.Name, "database": s.database.Name, "query": query}))
	}
	return err == nil
}

func (s *source) scalars(ctx context.Context, queries []string) (values []string, err error) {
	err = s.conn.Snapshot(ctx, func(tx *firebird.Snapshot) error {
		values, err = tx.Scalars(ctx, queries)
		return err
	})
	return values, err
}

const inactiveIndexes = `select rdb$index_name from rdb$indices
	where coalesce(rdb$index_inactive, 0) <> 0 and coalesce(rdb$system_flag, 0) = 0 order by 1`

// evidence asks the profile's questions in a snapshot of their own.
func (s *source) evidence(ctx context.Context) ([]string, error) {
	if len(s.database.System.Evidence) == 0 {
		return nil, nil
	}
	return s.scalars(ctx, s.database.System.Evidence)
}

// bracket takes the evidence once more as soon as gbak has its snapshot, while gbak goes on.
type bracket struct {
	wait   sync.WaitGroup
	values []string
	err    error
}

func (s *source) bracket(ctx context.Context, started <-chan struct{}) *bracket {
	b := &bracket{}
	b.wait.Go(func() {
		select {
		case <-started:
			b.values, b.err = s.evidence(ctx)
		case <-ctx.Done():
			b.err = context.Cause(ctx)
		}
	})
	return b
}

func (b *bracket) result() ([]string, error) {
	b.wait.Wait()
	return b.values, b.err
}

// origin is the database as the manifest tells it.
func (s *source) origin() Origin {
	return Origin{
		Name: s.database.Name, System: s.database.System.Name, Path: s.database.At.Path, Bytes: s.info.Bytes, ODS: s.info.ODS,
		PageSize: s.info.PageSize, Engine: s.info.Engine, Charset: s.info.Charset, InactiveIndexes: s.inactive,
	}
}
